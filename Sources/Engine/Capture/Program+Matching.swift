extension Program {
    /// An argument of a run: a tensor, or memory that holds values of the captured type, row-major.
    public enum Argument {
        case tensor(Tensor)
        case memory(UnsafeRawPointer)
    }

    /// Runs if all is as it was at capture: number, shapes and dtypes of the arguments, none of which requires gradients, and the thread's gradient
    /// mode and precision of matrix products. Otherwise, and inside a capture block or a transform, nothing happens and the result is nil.
    public func runIfMatching(_ arguments: [Argument]) throws(Failure) -> [Tensor]? {
        let state = ThreadState.current
        guard state.capture == nil, state.transforms == 0, state.isGradEnabled == isGradEnabled, state.matMulPrecision == matMulPrecision, arguments.count == inputTypes.count else { return nil }
        var nodes: [Node] = []
        nodes.reserveCapacity(arguments.count)
        for (place, argument) in arguments.enumerated() {
            guard case .tensor(let tensor) = argument else { continue }
            let node = tensor.stored
            guard !node.requiresGrad, node.type == inputTypes[place] else { return nil }
            nodes.append(node)
        }
        try compute(nodes)
        return try run(reading: nodes) { place in
            switch arguments[place] {
            case .tensor(let tensor): return tensor.stored.value?.pointer
            case .memory(let pointer): return UnsafeMutableRawPointer(mutating: pointer)
            }
        }
    }
}
