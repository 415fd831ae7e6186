/// Attention whose derivatives compute the scores again, a block of queries at a time: a block waits, behind a barrier,
/// for the gradients of those before it, so that the scores of one block lie in memory at once.
final class BlockedAttention: DerivativeRule {
    private let attention: Attention
    private let blocks: [Range<Int>]
    private let draws: [Node?]
    /// Queries, keys, values, and a mask.
    private let origins: [Tensor]
    var hasReverse: Bool { true }
    var hasForward: Bool { true }

    init(_ attention: Attention, _ blocks: [Range<Int>], _ draws: [Node?]) {
        (self.attention, self.blocks, self.draws) = (attention, blocks, draws)
        origins = attention.whole.nodes.map(Tensor.init)
    }

    /// The results of all blocks, with these derivatives.
    func apply() throws(Failure) -> Node {
        let values = try ThreadState.withGrad(false) { () throws(Failure) in
            try attention.attended(attention.whole, blocks, draws)
        }
        return try CustomCall(rule: self, values: [Tensor(values)]).apply(to: origins.map(\.stored))[0]
    }

    func reverse(_ cotangents: [Tensor?], outputs: [Tensor], needed: [Bool]) throws(Failure) -> [Tensor?] {
        guard let cotangent = cotangents[0]?.stored else { return origins.map { _ in nil } }
        let whole = attention.whole.replacing(inputs(of: outputs, own: origins))
        var shares = [Share](repeating: Share(), count: origins.count)
        for (block, draw) in zip(blocks, draws) {
            let before = [cotangent] + shares.compactMap { $0.latest }
            let part = try attention.part(whole, block)
            let variables = part.nodes.map { variable(of: $0, behind: before) }
            let result = try ThreadState.withGrad(true) { () throws(Failure) in
                try attention.attended(part.replacing(variables), block, draw)
            }
            let seed = try cotangent.part(cotangent.shape.count - 2, block.lowerBound, block.count)
            let found = try reverseMode([result], [seed], wanted: variables)
            for (place, gradient) in found.enumerated() where needed[place] {
                guard let gradient else { continue }
                // Queries and a mask with rows are cut into blocks; what all blocks read has a sum.
                let isCut = place == 0 || place == 3 && whole.nodes[3].shape[whole.nodes[3].shape.count - 2] != 1
                try shares[place].add(gradient, isCut: isCut, whole.nodes[place].shape)
            }
        }
        return try shares.map { (share) throws(Failure) in try share.node().map(Tensor.init) }
    }

    func forward(_ tangents: [Tensor?], outputs: [Tensor]) throws(Failure) -> [Tensor?] {
        let variables = inputs(of: outputs, own: origins).map { variable(of: $0, behind: []) }
        let results = try ThreadState.withGrad(true) { () throws(Failure) in
            try attention.attended(attention.whole.replacing(variables), blocks, draws)
        }
        return try forwardMode([results], variables, along: tangents)
    }
}

/// The gradient of one operand, as far as it is known.
private struct Share {
    private var parts: [Node] = []
    private var sum: Node?
    var latest: Node? { sum ?? parts.last }

    mutating func add(_ gradient: Node, isCut: Bool, _ shape: Shape) throws(Failure) {
        guard !isCut else { return parts.append(gradient) }
        // The keys that a causal block does not see get nothing.
        var slices = shape.map { AxisSlice.whole($0) }
        slices[shape.count - 2].count = gradient.shape[shape.count - 2]
        let whole = gradient.shape == shape ? gradient : try gradient.embedded(in: shape, slices)
        if let known = sum { sum = try known + whole } else { sum = whole }
    }

    func node() throws(Failure) -> Node? {
        guard let last = parts.last else { return sum }
        return parts.count == 1 ? last : try Concatenate(axis: last.shape.count - 2).record(parts)
    }
}
