import Foundation

@testable import Engine

/// Rows of elementwise functions that are made of several operations.
extension Row {
    static let combinations: [Row] = {
        var rows: [Row] = []
        rows += unary(.logSigmoid, Softplus.self, -4...4) { -log1p(exp(-$0)) }
        rows += unary(.relu6, Where.self, -3...9) { min(max($0, 0), 6) }
        rows += unary(.elu, Expm1.self, -3...3) { $0 > 0 ? $0 : expm1($0) }
        rows += unary(.selu, Expm1.self, -3...3) { 1.0507009873554805 * ($0 > 0 ? $0 : 1.6732632423543772 * expm1($0)) }
        rows += unary(.celu, Expm1.self, -3...3) { $0 > 0 ? $0 : expm1($0) }
        rows += unary(.silu, Sigmoid.self, -4...4) { $0 / (1 + exp(-$0)) }
        rows += unary(.mish, Tanh.self, -4...4) { $0 * tanh(log1p(exp($0))) }
        rows += unary(.hardSigmoid, Where.self, -5...5) { min(max($0 + 3, 0), 6) / 6 }
        rows += unary(.hardSwish, Where.self, -5...5) { $0 * min(max($0 + 3, 0), 6) / 6 }
        let x = points([2, 5], -3...3)
        func row(
            _ name: String, _ covers: any Engine.Operation.Type, _ function: @escaping (Tensor) throws -> Tensor,
            _ reference: @escaping (Double) -> Double
        ) -> Row { Row(name, [covers], [x], { try function($0[0]) }, { $0[0].map(reference) }) }
        rows.append(
            row("elu, alpha 0.7", Expm1.self) {
                try $0.applying(.elu, parameter: 0.7)
            } _: {
                $0 > 0 ? $0 : 0.7 * expm1($0)
            })
        rows.append(
            row("celu, alpha 0.7", Expm1.self) {
                try $0.applying(.celu, parameter: 0.7)
            } _: {
                $0 > 0 ? $0 : 0.7 * expm1($0 / 0.7)
            })
        rows.append(
            row("hardtanh", Where.self) {
                try $0.hardTanh(-1, 2)
            } _: {
                min(max($0, -1), 2)
            })
        rows.append(
            row("clamp", Where.self) {
                try $0.clamped(-1, 2)
            } _: {
                min(max($0, -1), 2)
            })
        rows.append(
            row("clamp below", LessEqual.self) {
                try $0.clamped(-1, .infinity)
            } _: {
                max($0, -1)
            })
        rows.append(
            row("softplus, beta 2, threshold 2", Softplus.self) {
                try $0.softplus(beta: 2, threshold: 2)
            } _: {
                $0 > 1 ? $0 : log1p(exp(2 * $0)) / 2
            })
        rows.append(
            row("softplus, beta -0.5", Softplus.self) {
                try $0.softplus(beta: -0.5, threshold: .infinity)
            } _: {
                log1p(exp(-0.5 * $0)) / -0.5
            })
        rows.append(
            row("nan_to_num", Where.self) {
                try $0.nanToNum(nan: 1, positive: nil, negative: 2)
            } _: {
                $0
            })
        rows.append(
            row("lerp to a number", Subtract.self) {
                try $0.lerp(scalar(3, $0.dtype), Tensor.full([], 0.3, $0.dtype))
            } _: {
                $0 + 0.3 * (3 - $0)
            })
        rows.append(
            row("lerp from beyond the middle", Subtract.self) {
                try $0.lerp(scalar(3, $0.dtype), Tensor.full([], 0.8, $0.dtype))
            } _: {
                $0 + 0.8 * (3 - $0)
            })
        rows.append(
            Row(
                "lerp", [Where.self],
                [points([2, 3], -2...2), points([3], -2...2, seed: 5), points([2, 1], 0...1, seed: 7)],
                { try $0[0].lerp($0[1], $0[2]) },
                { v in v[0].with(v[1]) { $1 - $0 }.with(v[2]) { $0 * $1 }.with(v[0]) { $0 + $1 } }))
        rows.append(
            Row(
                "clamp between tensors", [Where.self, LogicalOr.self],
                [points([2, 4], -3...3), points([4], -2...(-1), seed: 5), points([2, 1], 0...1, seed: 7)],
                { try $0[0].clamped($0[1], $0[2]) }, { v in v[0].with(v[1]) { max($0, $1) }.with(v[2]) { min($0, $1) } }
            ))
        rows.append(
            Row(
                "remainder of int64", [CheckDivisor.self],
                [Values([5], [-7, -1, 0, 1, 7]), Values([2, 1], [-3, 2])], isDifferentiable: false, result: .int64,
                { try Tensor.apply(.remainder, $0[0].cast(.int64), $0[1].cast(.int64)) },
                { $0[0].with($0[1]) { $0 - $1 * ($0 / $1).rounded(.down) } }))
        rows += checks + tests
        return rows
    }()

    private static let checks: [Row] = [
        Row(
            "probabilities", [CheckProbability.self], [points([4], 0.1...0.9)],
            { Tensor(try CheckProbability().record([$0[0].applying(.square).node()])) },
            { $0[0].map { $0 * $0 } }),
        Row(
            "overlap", [CheckOverlap.self], [points([4], 0.1...2)],
            { Tensor(try CheckOverlap().record([$0[0].applying(.square).node()])) },
            { $0[0].map { $0 * $0 } }),
        Row(
            "lengths", [CheckTemporal.self], [Values([4], [0, 3, 1, 2])], isDifferentiable: false, result: .int64,
            {
                let lengths = try $0[0].cast(.int64).node()
                return Tensor(try CheckTemporal(quantity: .inputLengths, range: 0..<9).record([lengths]))
            },
            { $0[0] }),
        Row(
            "weights", [CheckWeights.self], [points([2, 3], 0.1...4)],
            { try Tensor(CheckWeights(count: 3).record([$0[0].cast(.float64).node()])).cast($0[0].dtype) * $0[0] },
            { $0[0].map { $0 * $0 } }),
    ]

    private static let tests: [Row] = {
        let ends = Values([5], [.infinity, -.infinity, .nan, 0, -3])
        func row(_ operation: Tensor.Unary, _ covers: any Engine.Operation.Type, _ function: @escaping (Double) -> Bool)
            -> Row
        {
            Row(
                "\(operation)", [covers], [ends], isDifferentiable: false, result: .bool,
                { try $0[0].applying(operation) },
                { $0[0].map { function($0) ? 1 : 0 } })
        }
        return [
            row(.isNaN, NotEqual.self) { $0.isNaN }, row(.isInfinite, Equal.self) { $0.isInfinite },
            row(.isFinite, Less.self) { $0.isFinite },
            Row(
                "bitwise_not of int64", [Subtract.self], [Values([3], [-7, 0, 200])], isDifferentiable: false,
                result: .int64,
                { try $0[0].cast(.int64).applying(.bitwiseNot) }, { $0[0].map { -1 - $0 } }),
            Row(
                "logical_xor", [NotEqual.self], [Values([4], [0, 2, 0, -1]), Values([4], [0, 0, 3, 1])],
                isDifferentiable: false, result: .bool,
                { try Tensor.apply(.logicalXor, $0[0], $0[1]) },
                { $0[0].with($0[1]) { ($0 != 0) != ($1 != 0) ? 1 : 0 } }),
        ]
    }()
}
