/// Blocks of a thread's state: whatever is opened or switched between the begin and the end of one is at its end as it
/// was before.
///
/// A host that can be cut off anywhere, as Python is by a signal's handler, needs one call that closes everything; it
/// cannot count what it has opened.
extension ThreadState {
    /// The state in front of a block.
    struct Before {
        var isGradEnabled: Bool
        var autocast: DType?
        var transforms: Int
        let phase: Bool?
        let mappedFunctions: Int
        let isCapturing: Bool
        let isRecording: Bool
    }

    public func beginBlock() {
        blocks.append(
            Before(
                isGradEnabled: isGradEnabled, autocast: autocast, transforms: transforms, phase: phase,
                mappedFunctions: mappedFunctions.count, isCapturing: capture != nil, isRecording: recorder != nil))
    }

    /// The gradient mode that holds after the innermost block, in the place of the one before it.
    public func setGradAfterBlock(_ enabled: Bool) { blocks[blocks.count - 1].isGradEnabled = enabled }

    /// Ends the innermost block.
    public func endBlock() throws(Failure) {
        guard let before = blocks.popLast() else { throw .state(operation: "block", "no block is open on this thread") }
        isGradEnabled = before.isGradEnabled
        autocast = before.autocast
        transforms = before.transforms
        phase = before.phase
        if mappedFunctions.count > before.mappedFunctions {
            mappedFunctions.removeLast(mappedFunctions.count - before.mappedFunctions)
        }
        if capture != nil, !before.isCapturing { try Capture.cancel() }
        if recorder != nil, !before.isRecording { recorder = nil }
    }

    /// Runs `body` in a block, and ends those that it left open.
    public func inBlock<Result>(_ body: () -> Result) -> Result {
        let count = blocks.count
        beginBlock()
        defer { while blocks.count > count { try? endBlock() } }
        return body()
    }
}
