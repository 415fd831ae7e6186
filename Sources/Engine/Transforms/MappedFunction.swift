/// Vectorisation. A mapped function is recorded once, on variables that stand for one example, and then rebuilt for all
/// of them at once.
///
///     begin     each mapped tensor gives a variable of the type of one example, which has no value
///     ...       the function is recorded; derivatives taken in it, and mapped functions inside, are more nodes
///     end       the graph is walked from the results back to the variables; each node on the way is recorded anew by
///     its operation's batching rule, on inputs
///               that have the batch as an axis in front; what depends on no variable is used as it is
///
/// Nodes know the youngest mapped function that they depend on (`mapLevel`), so that values are not asked for and do
/// not get out.
public final class MappedFunction {
    /// What random draws inside give. Raw values are those of wb_randomness.
    public enum Randomness: Int32 {
        /// A failure.
        case error
        /// One draw for all examples.
        case same
        /// A draw for each.
        case different
    }

    let size: Int
    private let randomness: Randomness
    /// Nodes and boxes made since have larger serial numbers.
    let level = Node.newSerial()

    private init(size: Int, _ randomness: Randomness) { (self.size, self.randomness) = (size, randomness) }

    // MARK: The block

    /// Opens a mapped function on this thread: a variable for each tensor, of its type without axis axes[i].
    public static func begin(_ tensors: [Tensor], axes: [Int], _ randomness: Randomness) throws(Failure) -> [Tensor] {
        var sources: [Node] = []
        for (tensor, axis) in zip(tensors, axes) {
            let x = try tensor.node()
            let place = try normalized(axis: axis, rank: x.shape.count, operation: "vmap")
            sources.append(try x.permute([place] + x.shape.indices.filter { $0 != place }))
        }
        guard let size = sources.first?.shape[0] else {
            throw .argument(operation: "vmap", "one tensor at least must be mapped over")
        }
        for (place, source) in sources.enumerated() where source.shape[0] != size {
            throw .shape(
                operation: "vmap",
                "mapped axes must have one extent, but that of tensor 0 \(tensors[0].shape.text) is \(size) and that "
                    + "of tensor \(place) \(tensors[place].shape.text) is \(source.shape[0])"
            )
        }
        let function = MappedFunction(size: size, randomness)
        var variables: [Tensor] = []
        for source in sources { variables.append(Tensor(try function.variable(source))) }
        ThreadState.current.mappedFunctions.append(function)
        return variables
    }

    /// Ends the innermost one: the outputs for all examples, with the batch as axis axes[i]; nil for an output that
    /// must not depend on the example, and stays as it is. chunk: as many examples at a time; nil for all at once.
    public static func end(_ outputs: [Tensor], axes: [Int?], chunk: Int? = nil) throws(Failure) -> [Tensor] {
        guard let function = ThreadState.current.mappedFunctions.last else {
            throw .state(operation: "vmap", "no mapped function is open on this thread")
        }
        let nodes = try outputs.nodes()
        var places: [Int] = []
        for (number, axis) in axes.enumerated() {
            if axis == nil, Trace(function, [nodes[number]]).dependsOnExample {
                throw .argument(
                    operation: "vmap", "output \(number) differs from example to example, so it needs an axis for them")
            }
            places.append(try normalized(axis: axis ?? 0, rank: nodes[number].shape.count + 1, operation: "vmap"))
        }
        let found = try function.batched(nodes, chunk: chunk)
        for node in found where node.mapLevel >= function.level { throw MapVariable.ended }
        var results: [Tensor] = []
        for (number, place) in places.enumerated() {
            if axes[number] == nil {
                results.append(Tensor(nodes[number]))
                continue
            }
            var order = Array(1..<found[number].shape.count)
            order.insert(0, at: place)
            results.append(Tensor(try found[number].permute(order)))
        }
        try cancel()
        return results
    }

    /// Leaves the innermost one; nothing has happened.
    public static func cancel() throws(Failure) {
        guard ThreadState.current.mappedFunctions.popLast() != nil else {
            throw .state(operation: "vmap", "no mapped function is open on this thread")
        }
    }

    // MARK: Variables

    /// What stands for one example of `source` [size, ...].
    func variable(_ source: Node) throws(Failure) -> Node { try MapVariable(function: self).record([source]) }

    /// The open functions of this thread, from the outermost, whose examples each get a draw of their own; fails where
    /// draws are an error.
    static func thatDraw() throws(Failure) -> [MappedFunction] {
        let open = ThreadState.current.mappedFunctions
        guard !open.contains(where: { $0.randomness == .error }) else {
            throw .state(
                operation: "vmap",
                "the mapped function draws random numbers: choose randomness 'same' for one draw that all examples "
                    + "share, or 'different' for a draw for each"
            )
        }
        return open.filter { $0.randomness == .different }
    }

    /// Runs `body`, which belongs to this function but is called after its end.
    func again<Result>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        let state = ThreadState.current
        let before = state.mappedFunctions
        state.mappedFunctions.append(self)
        defer { state.mappedFunctions = before }
        return try body()
    }

    // MARK: Batching

    /// The nodes for the examples in a range, with the batch in front; those that do not depend on the example are
    /// repeated.
    func batched(_ nodes: [Node], _ examples: Range<Int>) throws(Failure) -> [Node] {
        try Trace(self, nodes).batched(nodes, examples)
    }

    private func batched(_ nodes: [Node], chunk: Int?) throws(Failure) -> [Node] {
        guard let chunk, chunk < size else { return try batched(nodes, 0..<size) }
        let trace = Trace(self, nodes)
        var parts = [[Node]](repeating: [], count: nodes.count)
        for start in stride(from: 0, to: size, by: chunk) {
            let found = try trace.batched(nodes, start..<min(start + chunk, size))
            // One after the other, so that only one chunk's interior is in memory. Where derivatives may follow, or
            // nothing can be computed, they are one plan.
            if ThreadState.current.capture == nil, found.allSatisfy({ !$0.requiresGrad && $0.mapLevel == 0 }) {
                try compute(found)
            }
            for (place, node) in found.enumerated() { parts[place].append(node) }
        }
        var results: [Node] = []
        for part in parts { results.append(try Concatenate(axis: 0).record(part)) }
        return results
    }
}
