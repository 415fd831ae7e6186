/// Runs `body` over `0 ..< count` in pieces of `grain` items on the engine's threads; a single piece runs right here.
/// The cut depends on `count` and `grain` only, so results cannot depend on the number of threads.
@inlinable @inline(__always)
public func inPieces(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    if count <= grain {
        if count > 0 { body(0..<count) }
        return
    }
    ThreadPool.run(pieces: (count + grain - 1) / grain) { piece in
        body(piece * grain..<Swift.min(count, piece * grain + grain))
    }
}
