import Steps

/// Operations whose derivatives come from outside the engine. The values are computed by ordinary nodes, so they need
/// no kernel; only the derivatives are asked for.
///
///     inputs ──► CustomCall ──► CustomOutput 0, 1, ...        one call may have several results
///                values ───────►
///
/// A result reads its value alone. Derivatives go through the call, which must see the cotangents of all results at
/// once: each result hands it a Bundle.

/// Derivatives by somebody else: a host's callbacks, or a checkpoint. They are asked for while derivatives are
/// recorded, and answer with recorded operations.
public protocol DerivativeRule: AnyObject {
    var hasReverse: Bool { get }
    var hasForward: Bool { get }
    /// The shares of the cotangents (nil: zero) that go to the inputs (nil: none). `outputs`: the results, derivatives
    /// passing through them.
    func reverse(_ cotangents: [Tensor?], outputs: [Tensor], needed: [Bool]) throws(Failure) -> [Tensor?]
    /// The tangents of the results, given those of the inputs (nil: zero).
    func forward(_ tangents: [Tensor?], outputs: [Tensor]) throws(Failure) -> [Tensor?]
}

extension DerivativeRule {
    /// The inputs of the call that a rule is asked about, of which `outputs` are the results: those that the rule was
    /// made for, `own`, or where the call was recorded again, others. Examples of a mapped function are its own.
    func inputs(of outputs: [Tensor], own: [Tensor]) -> [Node] {
        guard let output = outputs.first?.stored, output.operation is CustomOutput else { return own.map(\.stored) }
        return output.inputs[1].inputs
    }
}

/// The call that results share. It is never computed.
struct CustomCall: Operation {
    let rule: any DerivativeRule
    let values: [Tensor]
    var name: String { "custom" }
    var computes: Int { 0 }
    var moves: Bool { true }
    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType { Bundle.type }
    /// No two calls are the same function.
    func encode(into key: inout KeyBuilder) { key.append(Int(bitPattern: ObjectIdentifier(rule))) }
    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {}

    /// The results of a call.
    func apply(to inputs: [Node]) throws(Failure) -> [Node] { try results(of: call(inputs)) }

    private func call(_ inputs: [Node]) throws(Failure) -> Node {
        let call = try record(inputs)
        call.value = try Buffer.allocate(Bundle.type.bytes, for: name)
        return call
    }

    var attached: [Node] { values.map { $0.stored } }
    var mapLevel: Int { values.reduce(0) { max($0, $1.stored.mapLevel) } }

    /// The host's rule is asked in the name of one example.
    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node {
        try CustomCall(rule: MappedRule(rule, batch), values: batch.attached.map(Tensor.init)).call(batch.whole())
    }

    private func results(of call: Node) throws(Failure) -> [Node] {
        var results: [Node] = []
        for (place, value) in values.enumerated() {
            results.append(try CustomOutput(place: place).record([value.stored, call]))
        }
        return results
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        let cotangents = try Bundle.parts(of: cotangent, count: values.count)
        // Host code may run a backward that releases this very node.
        let inputs = node.inputs
        let needed = inputs.map { wanted.needs($0) }
        let outputs = try variablesOfResults(node)
        var shares: [Node?]
        if rule.hasReverse {
            shares = try rule.reverse(cotangents.map { $0.map(Tensor.init) }, outputs: outputs, needed: needed).nodes()
        } else {
            // J^T c is the derivative by t of <J t, c>.
            shares = try transposed(of: inputs, needed, values.map { $0.stored }, cotangents) {
                (tangents) throws(Failure) in
                try rule.forward(tangents, outputs: outputs)
            }
        }
        for place in shares.indices where !needed[place] { shares[place] = nil }
        return try fitted(shares, to: inputs, "gradient", "input")
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        let inputs = node.inputs
        let outputs = try variablesOfResults(node)
        let along: [Node?]
        if rule.hasForward {
            along = try rule.forward(tangents.map { $0.map(Tensor.init) }, outputs: outputs).nodes()
        } else {
            let needed = tangents.map { $0 != nil }
            // J t is the derivative by c of <J^T c, t>.
            along = try transposed(of: values.map { $0.stored }, values.map { $0.dtype.isFloat }, inputs, tangents) {
                (cotangents) throws(Failure) in
                try rule.reverse(cotangents, outputs: outputs, needed: needed)
            }
        }
        return try Bundle.make(fitted(along, to: values.map { $0.stored }, "tangent", "result"))
    }

    private func variablesOfResults(_ call: Node) throws(Failure) -> [Tensor] {
        try ThreadState.withGrad(true) { () throws(Failure) in try results(of: call) }.map(Tensor.init)
    }

    /// What came from outside, checked; where nobody differentiates it again, without a graph.
    private func fitted(_ found: [Node?], to expected: [Node], _ what: String, _ whose: String) throws(Failure)
        -> [Node?]
    {
        guard found.count == expected.count else {
            throw .argument(
                operation: name,
                "\(expected.count) \(what)s are expected, one for each \(whose), but \(found.count) were returned")
        }
        var result: [Node?] = []
        for (place, node) in found.enumerated() {
            guard let node else {
                result.append(nil)
                continue
            }
            guard node.shape == expected[place].shape else {
                throw .shape(
                    operation: name,
                    "\(what) \(place) must have the \(whose)'s shape \(expected[place].shape.text), but has "
                        + "\(node.shape.text)"
                )
            }
            let cast = try node.cast(expected[place].dtype)
            result.append(ThreadState.current.isGradEnabled ? cast : try cast.detached())
        }
        return result
    }
}

/// The transpose of a linear map, applied to `weights`: the derivative by x of the sum of weights times map(x), at x =
/// 0. `like`: the types of x.
private func transposed(
    of like: [Node], _ isVariable: [Bool], _ results: [Node], _ weights: [Node?],
    _ map: ([Tensor?]) throws(Failure) -> [Tensor?]
) throws(Failure) -> [Node?] {
    let isGradEnabled = ThreadState.current.isGradEnabled
    return try ThreadState.withGrad(true) { () throws(Failure) -> [Node?] in
        let variables = try zeros(like, isVariable)
        let (roots, cotangents) = try pairs(map(variables.map { $0.map(Tensor.init) }).nodes(), weights, results)
        let wanted = variables.compactMap { $0 }
        let found = try ThreadState.withGrad(isGradEnabled) { () throws(Failure) in
            try reverseMode(roots, cotangents, wanted: wanted)
        }
        var rest = found[...]
        return variables.map { $0 == nil ? nil : rest.removeFirst() }
    }
}

private func zeros(_ like: [Node], _ isVariable: [Bool]) throws(Failure) -> [Node?] {
    var result: [Node?] = []
    for (node, isVariable) in zip(like, isVariable) {
        guard isVariable else {
            result.append(nil)
            continue
        }
        result.append(Node(Identity(), [try Node.full(node.shape, 0, node.dtype)], node.type, requiresGrad: true))
    }
    return result
}

/// The outputs that depend on something, with their weights.
private func pairs(_ outputs: [Node?], _ weights: [Node?], _ expected: [Node]) throws(Failure) -> ([Node], [Node]) {
    guard outputs.count == weights.count else {
        throw .argument(
            operation: "custom", "\(weights.count) derivatives are expected, but \(outputs.count) were returned")
    }
    var (roots, cotangents): ([Node], [Node]) = ([], [])
    for (place, output) in outputs.enumerated() {
        guard let output, let weight = weights[place], output.requiresGrad else { continue }
        guard output.shape == expected[place].shape else {
            throw .shape(
                operation: "custom",
                "derivative \(place) must have shape \(expected[place].shape.text), but has \(output.shape.text)")
        }
        roots.append(output)
        cotangents.append(try weight.cast(output.dtype))
    }
    return (roots, cotangents)
}

/// A result of a call. inputs: its value, the call.
struct CustomOutput: Viewing, Linear {
    let place: Int
    var name: String { "custom" }
    var computes: Int { 1 }
    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType { inputs[0] }
    func encode(into key: inout KeyBuilder) { key.append(place) }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        [nil, try Bundle.make([Node?](repeating: nil, count: place) + [cotangent])]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        guard let bundle = tangents[1] else { return nil }
        return try Bundle.parts(of: bundle, count: place + 1)[place]
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node {
        try record([batch.whole(0), batch.inputs[1]])
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        lowering.setView(index, lowering.view(lowering.inputs(index)[0]))
    }
}

/// Cotangents, or tangents, of several results, carried through a derivative walk as if they were one. It has no value
/// that anybody reads.
struct Bundle: Operation, Linear {
    /// inputs[k] belongs to result places[k].
    let places: [Int]
    static let type = TensorType([], .float32)
    var name: String { "custom" }
    var computes: Int { 0 }
    var moves: Bool { true }
    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType { Bundle.type }
    func encode(into key: inout KeyBuilder) { key.append(places) }
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        [Node?](repeating: nil, count: node.inputs.count)
    }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        var parts = [Node?](repeating: nil, count: (places.last ?? -1) + 1)
        for (place, tangent) in zip(places, tangents) { parts[place] = tangent }
        return try Bundle.make(parts)
    }
    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {}
    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node {
        throw .internal(operation: name, "cotangents on their way are part of no function")
    }

    /// nil if there is nothing in it.
    static func make(_ parts: [Node?]) throws(Failure) -> Node? {
        let places = parts.indices.filter { parts[$0] != nil }
        if places.isEmpty { return nil }
        let value = try Buffer.allocate(type.bytes, for: "custom")
        let inside = parts.compactMap { $0 }
        return Node(
            Bundle(places: places), inside, type, requiresGrad: inside.contains { $0.requiresGrad }, value: value)
    }

    /// What a bundle, or a sum of bundles, holds for each of the first `count` results.
    static func parts(of node: Node, count: Int) throws(Failure) -> [Node?] {
        var parts = [Node?](repeating: nil, count: count)
        var stack = [node]
        while let node = stack.popLast() {
            guard let bundle = node.operation as? Bundle else {
                guard node.operation is Add else {
                    throw .internal(operation: "custom", "expected cotangents, found \(node.operation.name)")
                }
                stack += node.inputs.reversed()
                continue
            }
            for (place, part) in zip(bundle.places, node.inputs) where place < count {
                parts[place] = try parts[place].map { (sum) throws(Failure) in try sum + part } ?? part
            }
        }
        return parts
    }
}

extension Array where Element == Tensor? {
    fileprivate func nodes() throws(Failure) -> [Node?] {
        var result: [Node?] = []
        for tensor in self { result.append(try tensor?.node()) }
        return result
    }
}

extension Tensor {
    /// Tensors with the values of `outputs` whose derivatives by `inputs` are the rule's. Derivatives that pass through
    /// `outputs` themselves are cut.
    public static func custom(_ inputs: [Tensor], _ outputs: [Tensor], rule: any DerivativeRule) throws(Failure)
        -> [Tensor]
    {
        guard rule.hasReverse || rule.hasForward else {
            throw .argument(operation: "custom", "neither a vjp nor a jvp is given")
        }
        var values: [Tensor] = []
        for output in outputs { values.append(try output.detach()) }
        let nodes = try CustomCall(rule: rule, values: values).apply(to: inputs.nodes())
        return nodes.map(Tensor.init)
    }
}
