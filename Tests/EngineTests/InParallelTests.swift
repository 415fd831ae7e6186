import Machine
import XCTest

@testable import Engine

final class InParallelTests: XCTestCase {
    func testAllPiecesAreTriedAndTheFirstFailureIsThrownOnAnyNumberOfThreads() throws {
        let before = ThreadPool.count
        defer { ThreadPool.setCount(before) }
        for threads in [1, 2, 4] {
            ThreadPool.setCount(threads)
            for pieces in [0, 1, 2, 100] {
                let tried = UnsafeMutablePointer<Int>.allocate(capacity: pieces + 1)
                tried.initialize(repeating: 0, count: pieces + 1)
                defer { tried.deallocate() }
                try inParallel(pieces) { (piece) throws(Failure) in tried[piece] += 1 }
                XCTAssertEqual((0..<pieces).map { tried[$0] }, [Int](repeating: 1, count: pieces))
            }
            XCTAssertThrowsError(
                try inParallel(100) { (piece) throws(Failure) in
                    if piece % 40 == 30 { throw .state(operation: "test", "piece \(piece)") }
                }
            ) { XCTAssertEqual("\($0)", "test: piece 30") }
        }
    }
}
