/// What of a recorded graph depends on the variables of a mapped function.
struct Trace {
    private let function: MappedFunction
    private let variables: [Node]
    /// Inputs before users, without the variables.
    private let inside: [Node]
    var dependsOnExample: Bool { !variables.isEmpty }

    init(_ function: MappedFunction, _ roots: [Node]) {
        var (variables, inside): ([Node], [Node]) = ([], [])
        var depends: [ObjectIdentifier: Bool] = [:]
        inputsFirst(roots) { node in
            if depends[ObjectIdentifier(node)] != nil { return nil }
            if node.mapLevel < function.level {
                depends[ObjectIdentifier(node)] = false
                return nil
            }
            if (node.operation as? MapVariable)?.function === function {
                depends[ObjectIdentifier(node)] = true
                variables.append(node)
                return nil
            }
            return node.inputs + node.operation.attached
        } meet: { node in
            let isInside = (node.inputs + node.operation.attached).contains { depends[ObjectIdentifier($0)] == true }
            depends[ObjectIdentifier(node)] = isInside
            if isInside { inside.append(node) }
        }
        (self.function, self.variables, self.inside) = (function, variables, inside)
    }

    /// A node as it is for all examples.
    private struct Copy {
        var node: Node
        /// Whether it depends on the example.
        var isBatched: Bool
    }

    /// See MappedFunction.
    func batched(_ roots: [Node], _ examples: Range<Int>) throws(Failure) -> [Node] {
        let state = ThreadState.current
        let isGradEnabled = state.isGradEnabled
        defer { state.isGradEnabled = isGradEnabled }
        var copies: [ObjectIdentifier: Copy] = [:]
        func copy(_ node: Node) -> Copy { copies[ObjectIdentifier(node)] ?? Copy(node: node, isBatched: false) }
        func whole(_ node: Node) throws(Failure) -> Node {
            let copy = copy(node)
            return copy.isBatched ? copy.node : try copy.node.broadcast(to: [examples.count] + node.shape)
        }
        for variable in variables {
            // In a chunk, what a rule is given has the chunk's extent already.
            var source = variable.inputs[0]
            if source.shape[0] != examples.count {
                source = try Slice(axis: 0, start: examples.lowerBound, step: 1, count: examples.count).record([source])
            }
            // A variable that does not require gradients is a constant to derivatives, whatever its source is.
            copies[ObjectIdentifier(variable)] = Copy(
                node: variable.requiresGrad ? source : try source.detached(), isBatched: true)
        }
        for node in inside {
            state.isGradEnabled = node.requiresGrad
            let inputs = node.inputs.map(copy)
            var attached: [Node] = []
            for node in node.operation.attached { attached.append(try whole(node)) }
            let batch = Mapped(
                examples: examples, inputs: inputs.map { $0.node }, isBatched: inputs.map { $0.isBatched },
                attached: attached, function: function)
            copies[ObjectIdentifier(node)] = try rebuilt(node, batch)
        }
        state.isGradEnabled = isGradEnabled
        return try roots.map { (root) throws(Failure) in try whole(root) }
    }

    private func rebuilt(_ node: Node, _ batch: Mapped) throws(Failure) -> Copy {
        // A barrier may have made an input a new node and left it as it was for all examples.
        let isAlone = !batch.isBatched.contains(true) && batch.attached.isEmpty
        var result = isAlone ? try node.operation.record(batch.inputs) : try node.operation.batch(batch, of: node)
        if !node.requiresGrad { result = try result.detached() }
        if let hooks = node.hooks, result.requiresGrad {
            result = try Identity().record([result])
            result.hooks = hooks.mapped(batch)
        }
        return Copy(node: result, isBatched: result.shape.count > node.shape.count || !batch.attached.isEmpty)
    }
}

extension Hooks {
    /// Hooks of a mapped function see the gradient of one example.
    fileprivate func mapped(_ batch: Mapped) -> Hooks {
        let result = Hooks()
        let (function, examples) = (batch.function, batch.examples)
        result.add { [self] (gradient) throws(Failure) in
            let whole = try gradient.node()
            let found = try function.again { () throws(Failure) in
                try function.batched([applied(to: function.variable(whole))], examples)
            }
            return Tensor(found[0])
        }
        return result
    }
}
