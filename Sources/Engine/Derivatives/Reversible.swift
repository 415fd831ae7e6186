/// Reversible blocks (Gomez et al. 2017, "The Reversible Residual Network"): y1 = x1 + F(x2), y2 = x2 + G(y1). Their
/// inputs follow from their results,
///
///     x2 = y2 - G(y1)        x1 = y1 - F(x2)
///
/// so of a chain of blocks only the last results stay. Reverse mode goes from block to block: it computes the inputs
/// again, behind a barrier on the cotangents, and takes the block's derivative there. Memory does not depend on the
/// depth; the inputs, and with them the derivatives, are off by the rounding of these differences.
extension Tensor {
    /// One of the two functions of a block, recorded on a variable that `variable()` made just before.
    public struct Recorded {
        let variable: Tensor
        let output: Tensor
        public init(variable: Tensor, output: Tensor) { (self.variable, self.output) = (variable, output) }
    }

    /// The results (y1, y2) of a chain of blocks on (x1, x2).
    public static func reversible(_ x1: Tensor, _ x2: Tensor, _ blocks: [(f: Recorded, g: Recorded)]) throws(Failure)
        -> [Tensor]
    {
        let inputs = try [x1, x2].nodes()
        guard !blocks.isEmpty, inputs.allSatisfy({ $0.dtype.isFloat }) else {
            throw .argument(
                operation: "reversible", "one block at least, and inputs of a floating dtype are expected")
        }
        var chain: [(f: Template, g: Template)] = []
        for (place, block) in blocks.enumerated() {
            chain.append(
                (
                    try checked(block.f, from: inputs[1], to: inputs[0], "F of block \(place)"),
                    try checked(block.g, from: inputs[0], to: inputs[1], "G of block \(place)")
                ))
        }
        let origins = inputs + chain.flatMap { $0.f.outside + $0.g.outside }
        let values = try ThreadState.valuesByRule(of: origins) { () throws(Failure) in try run(chain, on: origins) }
        return try CustomCall(rule: Reversal(chain, origins), values: values.map(Tensor.init)).apply(to: origins).map(
            Tensor.init)
    }

    private static func checked(_ recorded: Recorded, from input: Node, to result: Node, _ which: String)
        throws(Failure) -> Template
    {
        let template = try Template([recorded.variable], [recorded.output], operation: "reversible")
        for (node, expected, what) in [(template.stops[0], input, "takes"), (template.outputs[0], result, "gives")]
        where node.type != expected.type {
            throw .shape(
                operation: "reversible",
                "\(which) \(what) \(node.dtype.name) \(node.shape.text), but \(expected.dtype.name) "
                    + "\(expected.shape.text) is expected: F maps x2 to x1's shape, G x1 to x2's"
            )
        }
        return template
    }
}

/// The chain's results on its inputs and, block by block, what F and G read from outside.
private func run(_ chain: [(f: Template, g: Template)], on origins: [Node]) throws(Failure) -> [Node] {
    var (x1, x2) = (origins[0], origins[1])
    var rest = origins[2...]
    for block in chain {
        x1 = try x1 + block.f.copy(on: [x2] + take(block.f.outside.count, &rest))[0]
        x2 = try x2 + block.g.copy(on: [x1] + take(block.g.outside.count, &rest))[0]
    }
    return [x1, x2]
}

private func take(_ count: Int, _ rest: inout ArraySlice<Node>) -> [Node] {
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
}

private final class Reversal: DerivativeRule {
    private let chain: [(f: Template, g: Template)]
    /// x1, x2, and block by block what F and G read from outside.
    private let origins: [Tensor]
    var hasReverse: Bool { true }
    var hasForward: Bool { true }

    init(_ chain: [(f: Template, g: Template)], _ origins: [Node]) {
        self.chain = chain
        self.origins = origins.map(Tensor.init)
    }

    func reverse(_ cotangents: [Tensor?], outputs: [Tensor], needed: [Bool]) throws(Failure) -> [Tensor?] {
        var y: [Node] = []
        var along: [Node] = []
        for (output, cotangent) in zip(outputs, cotangents) {
            y.append(try origin(output.stored))
            along.append(try (cotangent?.stored).orZeros(like: output.stored))
        }
        var shares = [Node?](repeating: nil, count: origins.count)
        var end = origins.count
        for block in chain.reversed() {
            let g = end - block.g.outside.count..<end
            let f = g.lowerBound - block.f.outside.count..<g.lowerBound
            // x2 = y2 - G(y1), and what of y2's cotangent goes through G to y1.
            let throughG = try step(block.g, at: y[0], g, minuend: y[1], cotangent: along[1], seeds: along, needed)
            y[1] = throughG.difference
            along[0] = try along[0] + throughG.share
            // x1 = y1 - F(x2), and what of y1's cotangent goes through F to x2.
            let throughF = try step(block.f, at: y[1], f, minuend: y[0], cotangent: along[0], seeds: along, needed)
            y[0] = throughF.difference
            along[1] = try along[1] + throughF.share
            for (place, share) in zip(Array(f) + Array(g), throughF.parameters + throughG.parameters) {
                shares[place] = share
            }
            let finished = afterGradientsOfParameters(along + throughF.parameters + throughG.parameters, 2)
            along = finished[..<2].compactMap { $0 }
            end = f.lowerBound
        }
        (shares[0], shares[1]) = (along[0], along[1])
        return shares.map { $0.map(Tensor.init) }
    }

    /// One function of a block, computed again at `input`: minuend - function(input), and the cotangent's shares of the
    /// input and of what it reads from outside.
    private func step(
        _ function: Template, at input: Node, _ places: Range<Int>, minuend: Node, cotangent: Node, seeds: [Node],
        _ needed: [Bool]
    ) throws(Failure) -> (difference: Node, share: Node, parameters: [Node?]) {
        let origins = try [input] + places.map { (place) throws(Failure) in try origin(self.origins[place].stored) }
        let variables = origins.map { variable(of: $0, behind: seeds) }
        let result = try ThreadState.withGrad(true) { () throws(Failure) in try function.copy(on: variables)[0] }
        var found = try reverseMode([result], [cotangent], wanted: variables)
        for (place, origin) in places.enumerated() where !needed[origin] { found[place + 1] = nil }
        let share = try found[0].orZeros(like: input)
        return (try minuend - result, share, Array(found.dropFirst()))
    }

    /// A node to start from anew: without what lies behind it where nobody differentiates again.
    private func origin(_ node: Node) throws(Failure) -> Node {
        ThreadState.current.isGradEnabled ? node : try node.detached()
    }

    func forward(_ tangents: [Tensor?], outputs: [Tensor]) throws(Failure) -> [Tensor?] {
        let variables = origins.map { variable(of: $0.stored, behind: []) }
        let results = try ThreadState.withGrad(true) { () throws(Failure) in try run(chain, on: variables) }
        return try forwardMode(results, variables, along: tangents)
    }
}
