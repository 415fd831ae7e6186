/// Attention whose derivatives compute the scores again. Where there is a step for the operands (`FusedAttention`), its
/// gradients are a step too. Else they go a block of queries at a time: a block waits, behind a barrier, for the
/// gradients of those before it, so that the scores of one block lie in memory at once.
final class BlockedAttention: DerivativeRule {
    private let attention: Attention
    private let blocks: [Range<Int>]
    private let draws: [Node?]
    /// Queries, keys, values, and a mask.
    private let origins: [Tensor]
    /// What the step gives for the origins.
    private var fused: (result: Tensor, logSums: Tensor)?
    var hasReverse: Bool { true }
    var hasForward: Bool { true }

    init(_ attention: Attention, _ blocks: [Range<Int>], _ draws: [Node?]) {
        (self.attention, self.blocks, self.draws) = (attention, blocks, draws)
        origins = attention.whole.nodes.map(Tensor.init)
    }

    /// The results of all blocks, with these derivatives.
    func apply() throws(Failure) -> Node {
        let values = try ThreadState.valuesByRule(of: attention.whole.nodes) { () throws(Failure) in
            guard let found = try attention.fused(attention.whole) else {
                return try attention.attended(attention.whole, blocks, draws)
            }
            fused = (Tensor(found.result), Tensor(found.logSums))
            return found.result
        }
        return try CustomCall(rule: self, values: [Tensor(values)]).apply(to: origins.map(\.stored))[0]
    }

    func reverse(_ cotangents: [Tensor?], outputs: [Tensor], needed: [Bool]) throws(Failure) -> [Tensor?] {
        guard let cotangent = cotangents[0]?.stored else { return origins.map { _ in nil } }
        let inputs = inputs(of: outputs, own: origins)
        if let found = try fusedGradients(inputs, cotangent) { return found.map(Tensor.init) }
        return try blockedGradients(inputs, cotangent, needed).map { $0.map(Tensor.init) }
    }

    /// The gradients as a step, if there is one. Where they are differentiated again, their derivatives are those of
    /// the gradients by blocks.
    private func fusedGradients(_ inputs: [Node], _ cotangent: Node) throws(Failure) -> [Node]? {
        guard let fused else { return nil }
        let values = try ThreadState.withGrad(false) { () throws(Failure) -> [Node] in
            var known = (result: fused.result.stored, logSums: fused.logSums.stored)
            // Of a call that was recorded again, or of one example.
            if !zip(inputs, origins).allSatisfy({ $0 === $1.stored }) {
                guard let own = try self.attention.fused(self.attention.whole.replacing(inputs)) else { return [] }
                known = own
            }
            return try self.attention.gradients(inputs, known.result, known.logSums, cotangent)
        }
        guard ThreadState.current.isGradEnabled, !values.isEmpty else { return values.isEmpty ? nil : values }
        let rule = AttentionGradients(inputs + [cotangent]) { (nodes) throws(Failure) in
            try self.blockedGradients(Array(nodes.dropLast()), nodes[3], [true, true, true]).compactMap { $0 }
        }
        return try CustomCall(rule: rule, values: values.map(Tensor.init)).apply(to: inputs + [cotangent])
    }

    private func blockedGradients(_ inputs: [Node], _ cotangent: Node, _ needed: [Bool]) throws(Failure) -> [Node?] {
        let whole = attention.whole.replacing(inputs)
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
        return try shares.map { (share) throws(Failure) in try share.node() }
    }

    func forward(_ tangents: [Tensor?], outputs: [Tensor]) throws(Failure) -> [Tensor?] {
        let variables = inputs(of: outputs, own: origins).map { variable(of: $0, behind: []) }
        let results = try ThreadState.withGrad(true) { () throws(Failure) in
            try attention.attended(attention.whole.replacing(variables), blocks, draws)
        }
        return try forwardMode([results], variables, along: tangents)
    }
}

/// Gradients of attention that a step has computed, whose own derivatives are those of `define`: a function of queries,
/// keys, values and the cotangent.
private final class AttentionGradients: DerivativeRule {
    private let origins: [Tensor]
    private let define: ([Node]) throws(Failure) -> [Node]
    var hasReverse: Bool { true }
    var hasForward: Bool { true }

    init(_ origins: [Node], _ define: @escaping ([Node]) throws(Failure) -> [Node]) {
        (self.origins, self.define) = (origins.map(Tensor.init), define)
    }

    /// The gradients as functions of variables.
    private func defined(_ outputs: [Tensor]) throws(Failure) -> (variables: [Node], results: [Node]) {
        let variables = inputs(of: outputs, own: origins).map { variable(of: $0, behind: []) }
        return (variables, try ThreadState.withGrad(true) { () throws(Failure) in try self.define(variables) })
    }

    func reverse(_ cotangents: [Tensor?], outputs: [Tensor], needed: [Bool]) throws(Failure) -> [Tensor?] {
        let (variables, results) = try defined(outputs)
        return try reverseMode(results, along: cotangents, wanted: variables)
    }

    func forward(_ tangents: [Tensor?], outputs: [Tensor]) throws(Failure) -> [Tensor?] {
        let (variables, results) = try defined(outputs)
        return try forwardMode(results, variables, along: tangents)
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
