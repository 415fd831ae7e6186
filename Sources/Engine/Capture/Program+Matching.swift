extension Program {
    /// An argument of a run: a tensor, or memory that holds values of the captured type, row-major.
    public enum Argument {
        case tensor(Tensor)
        case memory(UnsafeRawPointer)
    }

    /// Runs if all is as it was at capture: number, shapes and dtypes of the arguments, none of which requires
    /// gradients, the thread's gradient mode and autocast, and what recording depends on besides
    /// values (Conditions, and which tensors and gradients from outside there are). An argument that is written to must
    /// be a tensor, and arguments must not collide. Otherwise, and inside a capture block or a transform, nothing
    /// happens and the result is nil.
    public func runIfMatching(_ arguments: [Argument]) throws(Failure) -> [Tensor]? {
        guard hasThreadsModes, arguments.count == inputTypes.count else { return nil }
        var nodes: [Node] = []
        nodes.reserveCapacity(arguments.count)
        for (place, argument) in arguments.enumerated() {
            guard case .tensor(let tensor) = argument else {
                if writesInput(place) { return nil }
                continue
            }
            let node = tensor.view == nil ? tensor.stored : try tensor.node()  // no block is open
            guard !node.requiresGrad, node.type == inputTypes[place] else { return nil }
            nodes.append(node)
        }
        func tensor(_ place: Int) -> Tensor? {
            if case .tensor(let tensor) = arguments[place] { return tensor }
            return nil
        }
        guard !collides(arguments.indices.map(tensor)) else { return nil }
        try compute(nodes)
        return try run(
            reading: nodes, onlyIfCurrent: true,
            argument: { place in
                switch arguments[place] {
                case .tensor(let tensor): return tensor.stored.value?.pointer
                case .memory(let pointer): return UnsafeMutableRawPointer(mutating: pointer)
                }
            }, tensor: tensor)
    }
}
