import Foundation

@testable import Engine

/// Rows of operations whose derivatives are given from outside: the results are a^2 b and sin b, multiplied.
extension Row {
    static let custom: [Row] = {
        let inputs = [points([2, 3], -2...2), points([2, 3], 0.5...2)]
        let reference: ([Values]) -> Values = { $0[0].with($0[1]) { $0 * $0 * $1 * sin($1) } }
        func row(
            _ name: String, _ covers: [any Engine.Operation.Type],
            _ function: @escaping (Tensor, Tensor) throws(Failure) -> Tensor
        ) -> Row {
            Row(name, covers, inputs, { try function($0[0], $0[1]) }, reference)
        }
        return [
            row("custom with a vjp", [CustomCall.self, CustomOutput.self]) { (a, b) throws(Failure) in
                try product(a, b, reverse: gradients)
            },
            row("custom with a jvp", [CustomCall.self, CustomOutput.self]) { (a, b) throws(Failure) in
                try product(a, b, forward: tangents)
            },
            row("custom with both", [CustomCall.self, CustomOutput.self]) { (a, b) throws(Failure) in
                try product(a, b, reverse: gradients, forward: tangents)
            },
            row("checkpoint", [CustomCall.self, CustomOutput.self]) { (a, b) throws(Failure) in
                let variables = [try a.variable(), try b.variable()]
                let outputs = try results(variables[0], variables[1])
                let kept = try Tensor.checkpoint(variables, outputs)
                return try kept[0] * kept[1]
            },
            Row(
                "reversible", [CustomCall.self, CustomOutput.self], inputs,
                { (x) throws(Failure) in
                    let (a, b) = (try x[0].variable(), try x[1].variable())
                    // G reads an input from outside as well.
                    let block = (
                        f: Tensor.Recorded(variable: b, output: try b.applying(.sin)),
                        g: Tensor.Recorded(variable: a, output: try a.applying(.sin) * x[1])
                    )
                    let y = try Tensor.reversible(x[0], x[1], [block, block])
                    return try y[0] * y[1]
                },
                {
                    $0[0].with($0[1]) { a, b in
                        let first = a + sin(b)
                        let second = b + sin(first) * b
                        let third = first + sin(second)
                        return third * (second + sin(third) * b)
                    }
                }),
        ]
    }()
}

private func results(_ a: Tensor, _ b: Tensor) throws(Failure) -> [Tensor] { [try a * a * b, try b.applying(.sin)] }

private func orZeros(_ derivative: Tensor?, like tensor: Tensor) throws(Failure) -> Tensor {
    if let derivative { return derivative }
    return try Tensor.full(tensor.shape, 0, tensor.dtype)
}

private func gradients(_ inputs: [Tensor], _ cotangents: [Tensor?]) throws(Failure) -> [Tensor?] {
    let (a, b) = (inputs[0], inputs[1])
    let (first, second) = (try orZeros(cotangents[0], like: a), try orZeros(cotangents[1], like: b))
    return [try first * a * b * 2, try first * a * a + second * b.applying(.cos)]
}

private func tangents(_ inputs: [Tensor], _ along: [Tensor?]) throws(Failure) -> [Tensor?] {
    let (a, b) = (inputs[0], inputs[1])
    let (first, second) = (try orZeros(along[0], like: a), try orZeros(along[1], like: b))
    return [try first * a * b * 2 + second * a * a, try second * b.applying(.cos)]
}

private func product(_ a: Tensor, _ b: Tensor, reverse: Rule.Map? = nil, forward: Rule.Map? = nil) throws(Failure)
    -> Tensor
{
    let values = try ThreadState.withGrad(false) { () throws(Failure) in try results(a, b) }
    let found = try Tensor.custom([a, b], values, rule: Rule([a, b], reverse, forward))
    return try found[0] * found[1]
}

/// Rules that read a call's inputs.
private final class Rule: DerivativeRule {
    typealias Map = ([Tensor], [Tensor?]) throws(Failure) -> [Tensor?]
    private let inputs: [Tensor]
    private let reverseMap: Map?
    private let forwardMap: Map?
    var hasReverse: Bool { reverseMap != nil }
    var hasForward: Bool { forwardMap != nil }

    init(_ inputs: [Tensor], _ reverse: Map?, _ forward: Map?) {
        (self.inputs, reverseMap, forwardMap) = (inputs, reverse, forward)
    }

    func reverse(_ cotangents: [Tensor?], outputs: [Tensor], needed: [Bool]) throws(Failure) -> [Tensor?] {
        guard let reverseMap else { throw .internal(operation: "custom", "asked for a vjp that is not there") }
        return try reverseMap(inputs, cotangents)
    }

    func forward(_ tangents: [Tensor?], outputs: [Tensor]) throws(Failure) -> [Tensor?] {
        guard let forwardMap else { throw .internal(operation: "custom", "asked for a jvp that is not there") }
        return try forwardMap(inputs, tangents)
    }
}
