/// Gradient checkpointing: of a recorded function, only the inputs stay; the backward plan computes the rest again.
///
/// The function's graph is a template that is never computed. Its copies are: one without derivatives for the values, one behind barriers for each derivative.
/// A copy has the same operations, of the same random state, so it has the same bits.
extension Tensor {
    /// Results of a function that was recorded on `variables` (made by `variable()` just before it), with a graph that stores the function's inputs alone.
    public static func checkpoint(_ variables: [Tensor], _ outputs: [Tensor]) throws(Failure) -> [Tensor] {
        let stops = try variables.nodes()
        guard let first = stops.map({ $0.serial }).min(), stops.allSatisfy({ $0.operation is Identity }) else {
            throw .argument(operation: "checkpoint", "variables are expected, made by wb_variable before the function was recorded")
        }
        let template = Template(outputs: try outputs.nodes(), stops: stops, first: first)
        let origins = stops.map { $0.inputs[0] } + template.outside
        let values = try ThreadState.withGrad(false) { () throws(Failure) in try template.copy(on: origins) }
        return try CustomCall(rule: Recomputation(template), values: values.map(Tensor.init)).apply(to: origins).map(Tensor.init)
    }
}

/// What a function recorded, between its variables and its results.
private struct Template {
    let outputs: [Node]
    let stops: [Node]
    /// Nodes from outside the function that derivatives pass through, such as parameters.
    private(set) var outside: [Node] = []
    /// Recorded by the function; inputs before users.
    private var inside: [Node] = []

    /// `first`: the function's nodes are younger than this number.
    init(outputs: [Node], stops: [Node], first: Int) {
        (self.outputs, self.stops) = (outputs, stops)
        var met = Set(stops.map(ObjectIdentifier.init))
        var isOpen: Set<ObjectIdentifier> = []
        // Depth first without recursion: a node is met twice, the second time after its inputs.
        var stack = Array(outputs.reversed())
        while let node = stack.popLast() {
            let name = ObjectIdentifier(node)
            if met.contains(name) { continue }
            let isOutside = node.isLeaf || node.serial < first || (node.value != nil && !node.requiresGrad)
            if isOutside || node.inputs.isEmpty || !isOpen.insert(name).inserted {
                met.insert(name)
                if !isOutside { inside.append(node) } else if node.requiresGrad { outside.append(node) }
            } else {
                stack.append(node)
                stack += node.inputs.reversed()
            }
        }
    }

    /// The results on other inputs: one for each variable, then one for each node from outside. Recorded in the thread's gradient mode.
    func copy(on inputs: [Node]) throws(Failure) -> [Node] {
        var copies: [ObjectIdentifier: Node] = [:]
        for (node, input) in zip(stops + outside, inputs) { copies[ObjectIdentifier(node)] = input }
        for node in inside where !node.inputs.isEmpty {
            let copy = try node.operation.record(node.inputs.map { copies[ObjectIdentifier($0)] ?? $0 })
            if node.operation is CustomCall { copy.value = node.value }
            copy.hooks = node.hooks
            copies[ObjectIdentifier(node)] = copy
        }
        return outputs.map { copies[ObjectIdentifier($0)] ?? $0 }
    }
}

private final class Recomputation: DerivativeRule {
    private let template: Template
    /// What the function was given: one for each variable, then one for each node from outside.
    private let origins: [Tensor]
    var hasReverse: Bool { true }
    var hasForward: Bool { true }

    init(_ template: Template) {
        self.template = template
        origins = (template.stops.map { $0.inputs[0] } + template.outside).map(Tensor.init)
    }

    func reverse(_ cotangents: [Tensor?], outputs: [Tensor], needed: [Bool]) throws(Failure) -> [Tensor?] {
        let seeds = cotangents.compactMap { $0?.stored }
        let (variables, copies) = try ThreadState.withGrad(true) { () throws(Failure) in try self.copied(after: seeds) }
        var roots: [Node] = []
        for (copy, cotangent) in zip(copies, cotangents) where cotangent != nil { roots.append(copy) }
        let found = try reverseMode(roots, seeds, wanted: variables)
        return found.map { $0.map(Tensor.init) }
    }

    func forward(_ tangents: [Tensor?], outputs: [Tensor]) throws(Failure) -> [Tensor?] {
        let (variables, copies) = try ThreadState.withGrad(true) { () throws(Failure) in try self.copied(after: []) }
        var (moving, along): ([Node], [Node]) = ([], [])
        for (variable, tangent) in zip(variables, tangents) {
            guard let tangent else { continue }
            moving.append(variable)
            along.append(tangent.stored)
        }
        return try forwardMode(copies, moving, tangents: along).map { $0.map(Tensor.init) }
    }

    /// Fresh variables behind barriers, and the function's results on them.
    private func copied(after seeds: [Node]) throws(Failure) -> (variables: [Node], results: [Node]) {
        let variables = origins.map { origin in
            Node(Barrier(), [origin.stored] + seeds, origin.stored.type, requiresGrad: origin.dtype.isFloat)
        }
        return (variables, try template.copy(on: variables))
    }
}
