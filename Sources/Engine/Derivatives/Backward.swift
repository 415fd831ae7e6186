/// What users call: gradients of tensors, by reverse mode, forward mode, both; and `backward`, which collects them in
/// leaves.
extension Tensor {
    /// Losses that `backward` computes are checked for NaN and infinity before anything else happens.
    nonisolated(unsafe) public static var checksFinite = false

    /// Adds d(self)/d(leaf) to the collected gradient of every leaf that requires gradients. `gradient`: the cotangent
    /// of self; nil for 1.
    public func backward(gradient: Tensor? = nil, retainGraph: Bool = false) throws(Failure) {
        var root = try node()
        guard root.requiresGrad else {
            throw .state(
                operation: "backward",
                "the tensor does not depend on anything that requires gradients; set requires_grad before computing it")
        }
        guard root.mapLevel == 0 else {
            throw .state(
                operation: "backward",
                "inside a mapped function gradients differ from example to example, so leaves do not collect them; use "
                    + "grad, or autograd.grad"
            )
        }
        let cotangent = try checkedCotangents(
            [root], gradient.map { (g) throws(Failure) in [try g.node()] }, operation: "backward")
        if Tensor.checksFinite {
            root = try CheckFinite().record([root])
            if let capture = ThreadState.current.capture { capture.noteCheck(root) } else { try compute([root]) }
        }
        let graph = GraphWalk(from: [root])
        let leaves = graph.nodes.filter { $0.gradientSlot != nil && $0.isLeaf }
        let held = heldValues(graph)
        let sums = try ThreadState.differentiating { () throws(Failure) in
            try ThreadState.withGrad(false) { () throws(Failure) in try collected(root, cotangent, leaves) }
        }
        if ThreadState.current.capture == nil {
            // A graph that is released afterwards is not differentiated again, so nothing is kept for that.
            try computeStoppably(sums.map { $0.sum } + held, keeping: retainGraph)
            if !retainGraph { release(graph) }
        }
        for (slot, sum) in sums { slot.point(to: sum) }
    }

    /// What the leaves' gradients will be: what they have, and what the root gives them.
    private func collected(_ root: Node, _ cotangent: [Node], _ leaves: [Node]) throws(Failure) -> [(
        slot: GradientSlot, sum: Node
    )] {
        let gradients = try reverseMode([root], cotangent, wanted: leaves)
        var sums: [(slot: GradientSlot, sum: Node)] = []
        for (leaf, gradient) in zip(leaves, gradients) {
            guard let slot = leaf.gradientSlot else { continue }
            let old = try slot.current(of: leaf, accumulates: true)
            switch (old, gradient) {
            case (let old?, let gradient?): sums.append((slot, try old + gradient))
            case (nil, let gradient?): sums.append((slot, gradient))
            // The graph reaches the leaf, through operations whose derivatives are 0.
            case (nil, nil): sums.append((slot, try Node.full(leaf.shape, 0, leaf.dtype)))
            case (_?, nil): break
            }
        }
        return sums
    }

    /// The values of the graph that somebody outside it may still ask for: they are computed before the graph is cut.
    /// To be asked for before derivative rules refer to the graph too.
    private func heldValues(_ graph: GraphWalk) -> [Node] {
        var inside = [Int](repeating: 0, count: graph.nodes.count)
        for node in graph.nodes {
            for input in node.inputs where graph.contains(input) { inside[input.index] += 1 }
        }
        return graph.nodes.filter { $0.value == nil && $0.uses > inside[$0.index] }
    }

    /// Cuts the interior of a graph that backward has consumed, so that its values can be dropped and its leaves
    /// updated in place.
    private func release(_ graph: GraphWalk) {
        for node in graph.nodes where !node.inputs.isEmpty { node.forgetInputs(as: Released()) }
    }

    /// Whether a leaf that requires gradients stands behind this tensor. A variable of a constant is not one.
    public func dependsOnLeaf() throws(Failure) -> Bool { GraphWalk(from: [try node()]).nodes.contains { $0.isLeaf } }

    /// Reverse mode: gradients[j] = sum_i (d outputs[i] / d inputs[j])^T cotangents[i]; nil where nothing depends on
    /// inputs[j].
    public static func gradients(
        of outputs: [Tensor], _ inputs: [Tensor], cotangents: [Tensor]?, createGraph: Bool
    ) throws(Failure) -> [Tensor?] {
        let roots = try outputs.nodes()
        let wanted = try inputs.nodes()
        try checkRequiresGrad(wanted, operation: "grad")
        let given = try cotangents?.nodes()
        let seeds = try checkedCotangents(roots, given, operation: "grad")
        let results = try ThreadState.differentiating { () throws(Failure) in
            try ThreadState.withGrad(createGraph) { () throws(Failure) in
                try reverseMode(roots, seeds, wanted: wanted)
            }
        }
        return results.map { $0.map(Tensor.init) }
    }

    /// Forward mode: sum_j (d outputs[i] / d inputs[j]) tangents[j], zeros where outputs[i] does not depend on the
    /// inputs.
    public static func jvp(_ outputs: [Tensor], _ inputs: [Tensor], tangents: [Tensor]) throws(Failure) -> [Tensor] {
        let roots = try outputs.nodes()
        let wanted = try inputs.nodes()
        try checkRequiresGrad(wanted, operation: "jvp")
        let along = try directions(wanted, tangents, operation: "jvp")
        let results = try ThreadState.differentiating { () throws(Failure) in
            try forwardMode(roots, wanted, tangents: along)
        }
        var tensors: [Tensor] = []
        for (root, tangent) in zip(roots, results) { tensors.append(Tensor(try tangent.orZeros(like: root))) }
        return tensors
    }

    /// Hessian-vector products of a scalar, forward over reverse: sum_k (d^2 output / d inputs[j] d inputs[k])
    /// vectors[k].
    public static func hvp(_ output: Tensor, _ inputs: [Tensor], vectors: [Tensor]) throws(Failure) -> [Tensor] {
        let root = try output.node()
        let wanted = try inputs.nodes()
        try checkRequiresGrad(wanted, operation: "hvp")
        let along = try directions(wanted, vectors, operation: "hvp")
        let seeds = try checkedCotangents([root], nil, operation: "hvp")
        return try ThreadState.withGrad(true) { () throws(Failure) in
            let gradients = try reverseMode([root], seeds, wanted: wanted)
            let present = gradients.compactMap { $0 }
            let products = try forwardMode(present, wanted, tangents: along)
            var next = 0
            var results: [Tensor] = []
            for (input, gradient) in zip(wanted, gradients) {
                var product: Node?
                if gradient != nil {
                    product = products[next]
                    next += 1
                }
                results.append(Tensor(try product.orZeros(like: input)))
            }
            return results
        }
    }

    static func checkRequiresGrad(_ nodes: [Node], operation: String) throws(Failure) {
        for (place, node) in nodes.enumerated() where !node.requiresGrad {
            throw .state(
                operation: operation,
                "input \(place) does not require gradients; set requires_grad before computing with it")
        }
    }

    private static func directions(_ inputs: [Node], _ tangents: [Tensor], operation: String) throws(Failure) -> [Node]
    {
        guard inputs.count == tangents.count else {
            throw .argument(
                operation: operation,
                "\(inputs.count) tangents are expected, one for each input, but \(tangents.count) were given")
        }
        var result: [Node] = []
        for (place, input) in inputs.enumerated() {
            result.append(try direction(input, tangents[place], place, operation: operation))
        }
        return result
    }

    /// The tangent of input number `place`, checked.
    static func direction(_ input: Node, _ tangent: Tensor, _ place: Int, operation: String) throws(Failure) -> Node {
        let tangent = try tangent.node()
        guard tangent.shape == input.shape else {
            throw .shape(
                operation: operation,
                "tangent \(place) must have the input's shape \(input.shape.text), but has \(tangent.shape.text)")
        }
        return try tangent.cast(input.dtype)
    }
}
