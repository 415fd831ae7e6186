/// A derivative rule from outside, asked in the name of one example, for all of them.
final class MappedRule: DerivativeRule {
    private let rule: any DerivativeRule
    private let function: MappedFunction
    private let examples: Range<Int>
    var hasReverse: Bool { rule.hasReverse }
    var hasForward: Bool { rule.hasForward }

    init(_ rule: any DerivativeRule, _ batch: Mapped) {
        (self.rule, function, examples) = (rule, batch.function, batch.examples)
    }

    func reverse(_ cotangents: [Tensor?], outputs: [Tensor], needed: [Bool]) throws(Failure) -> [Tensor?] {
        try batched { () throws(Failure) in
            let results = try self.examples(outputs)
            return try self.rule.reverse(
                self.examples(cotangents, like: outputs), outputs: results.compactMap { $0 }, needed: needed)
        }
    }

    func forward(_ tangents: [Tensor?], outputs: [Tensor]) throws(Failure) -> [Tensor?] {
        try batched { () throws(Failure) in
            let results = try self.examples(outputs)
            return try self.rule.forward(self.examples(tangents), outputs: results.compactMap { $0 })
        }
    }

    private func examples(_ tensors: [Tensor?], like: [Tensor]? = nil) throws(Failure) -> [Tensor?] {
        var result: [Tensor?] = []
        for (place, tensor) in tensors.enumerated() {
            guard let tensor else {
                result.append(nil)
                continue
            }
            let node = try tensor.node()
            result.append(Tensor(try function.variable(node.broadcast(to: like?[place].shape ?? node.shape))))
        }
        return result
    }

    private func batched(_ derivatives: () throws(Failure) -> [Tensor?]) throws(Failure) -> [Tensor?] {
        let found = try function.again(derivatives)
        var nodes: [Node] = []
        for tensor in found { if let tensor { nodes.append(try tensor.node()) } }
        var rest = try function.batched(nodes, examples)[...]
        return found.map { $0 == nil ? nil : Tensor(rest.removeFirst()) }
    }
}
