import Machine
import Steps

/// Calls `body` with each of 0 ..< pieces, on as many threads as the library may use, in any order. The failure of the
/// first piece that has one is thrown, after all pieces have been tried: which one that is does not depend on the
/// threads.
public func inParallel(_ pieces: Int, _ body: (Int) throws(Failure) -> Void) throws(Failure) {
    var failures = [Failure?](repeating: nil, count: pieces)
    failures.withUnsafeMutableBufferPointer { failures in
        let failures = failures.baseAddress
        ThreadPool.run(pieces: pieces) { piece in
            do throws(Failure) {
                try body(piece)
            } catch {
                failures?[piece] = error
            }
        }
    }
    for case let failure? in failures { throw failure }
}
