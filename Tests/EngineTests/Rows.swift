import Foundation

@testable import Engine

/// A row of the operation table: a function of float tensors, where it is looked at, and the same function in plain
/// loops over doubles.
struct Row {
    let name: String
    /// Operation types that the function's graph must hold: the row stands for these.
    let covers: [any Engine.Operation.Type]
    let inputs: [Values]
    /// False where the derivative is zero: comparisons, casts to integers, indices.
    var isDifferentiable = true
    /// dtype of the result; nil for that of the inputs.
    var result: DType?
    let function: ([Tensor]) throws -> Tensor
    let reference: ([Values]) -> Values

    init(
        _ name: String, _ covers: [any Engine.Operation.Type], _ inputs: [Values], isDifferentiable: Bool = true,
        result: DType? = nil,
        _ function: @escaping ([Tensor]) throws -> Tensor, _ reference: @escaping ([Values]) -> Values
    ) {
        (self.name, self.covers, self.inputs) = (name, covers, inputs)
        (self.isDifferentiable, self.result) = (isDifferentiable, result)
        (self.function, self.reference) = (function, reference)
    }

    static let all =
        elementwise + flat + products + reductions + shaping + indexing + losses + mathematics + specialFunctions
        + polynomials
        + combinations
        + ordering + linearAlgebra + decompositions + windowed + recurrences + fourier + custom
}

/// Points spread over a range, none of them within 0.01 of a whole number or of each other: kinks lie elsewhere.
func points(_ shape: Shape, _ range: ClosedRange<Double>, seed: UInt64 = 1) -> Values {
    let count = shape.reduce(1, *)
    let order = noise([count], seed: seed).data
    let rank = order.indices.map { place in order.filter { $0 < order[place] }.count }
    let step = (range.upperBound - range.lowerBound) / Double(count)
    return Values(
        shape,
        rank.map { place in
            let value = range.lowerBound + (Double(place) + 0.43) * step
            return abs(value - value.rounded()) < 0.02 ? value + 0.037 * step + 0.03 : value
        })
}

private let shapePairs: [(Shape, Shape)] = [
    ([2, 3], [2, 3]), ([2, 1], [3]), ([], [2, 2]), ([3], []), ([2, 1, 3], [2, 1]), ([0, 2], [2]),
]

extension Row {
    static func unary(
        _ operation: Tensor.Unary, _ covers: any Engine.Operation.Type, _ range: ClosedRange<Double>,
        _ function: @escaping (Double) -> Double
    ) -> [Row] {
        [[2, 5], []].map { shape in
            Row(
                "\(operation) \(shape)", [covers], [points(shape, range)], { try $0[0].applying(operation) },
                { $0[0].map(function) })
        }
    }

    static func binary(
        _ operation: Tensor.Binary, _ covers: any Engine.Operation.Type, _ a: ClosedRange<Double>,
        _ b: ClosedRange<Double>,
        _ function: @escaping (Double, Double) -> Double
    ) -> [Row] {
        shapePairs.map { shapes in
            Row(
                "\(operation) \(shapes.0) \(shapes.1)", [covers],
                [points(shapes.0, a, seed: 3), points(shapes.1, b, seed: 5)],
                { try Tensor.apply(operation, $0[0], $0[1]) }, { $0[0].with($0[1], function) })
        }
    }

    static let elementwise: [Row] = {
        var rows: [Row] = unaries + activations + binaries + numbers
        rows.append(
            Row(
                "where", [Where.self], [points([2, 3], -2...2), points([3], -2...2, seed: 9)],
                { try Tensor.choose(tensor(Values([2, 1], [1, 0]), .bool), $0[0], $0[1]) },
                { v in Values([2, 3]) { $0[0] == 0 ? v[0][$0] : v[1].broadcast($0) } }))
        rows.append(
            Row(
                "clamped_log", [ClampedLog.self], [points([5], 0.5...3)],
                { Tensor(try ClampedLog().record([$0[0].node()])) },
                { $0[0].map { max(log($0), -100) } }))
        rows.append(
            Row(
                "identity of an identity", [Identity.self], [points([3], -2...2)],
                { try $0[0].applying(.identity).applying(.identity) * $0[0] }, { $0[0].map { $0 * $0 } }))
        rows.append(
            Row(
                "check_finite", [CheckFinite.self], [points([3], -2...2)],
                { Tensor(try CheckFinite().record([$0[0].applying(.square).node()])) }, { $0[0].map { $0 * $0 } }))
        rows.append(
            Row(
                "total_norm", [CheckNorm.self], [points([3], -2...2)],
                { Tensor(try CheckNorm().record([$0[0].applying(.square).node()])) }, { $0[0].map { $0 * $0 } }))
        rows.append(
            Row(
                "one tensor on both sides", [Multiply.self, Add.self], [points([2, 2], -2...2)],
                { try $0[0] * $0[0] + $0[0] },
                { $0[0].map { $0 * $0 + $0 } }))
        return rows
    }()

    private static let unaries: [Row] = {
        var rows: [Row] = []
        rows += unary(.negative, Negative.self, -2...2) { -$0 }
        rows += unary(.absolute, Absolute.self, -2...2) { abs($0) }
        rows += unary(.exp, Exp.self, -2...2) { exp($0) }
        rows += unary(.expm1, Expm1.self, -2...2) { expm1($0) }
        rows += unary(.log, Log.self, 0.6...4) { log($0) }
        rows += unary(.log1p, Log1p.self, -0.4...4) { log1p($0) }
        rows += unary(.sqrt, Sqrt.self, 0.6...4) { $0.squareRoot() }
        rows += unary(.rsqrt, Rsqrt.self, 0.6...4) { 1 / $0.squareRoot() }
        rows += unary(.square, Square.self, -2...2) { $0 * $0 }
        rows += unary(.reciprocal, Reciprocal.self, 0.6...4) { 1 / $0 }
        rows += unary(.reciprocal, Reciprocal.self, -4...(-0.6)) { 1 / $0 }
        rows += unary(.sin, Sin.self, -4...4) { sin($0) }
        rows += unary(.cos, Cos.self, -4...4) { cos($0) }
        rows += unary(.erf, Erf.self, -3...3) { erf($0) }
        return rows
    }()

    private static let activations: [Row] = {
        var rows: [Row] = []
        rows += unary(.tanh, Tanh.self, -3...3) { tanh($0) }
        rows += unary(.sigmoid, Sigmoid.self, -4...4) { 1 / (1 + exp(-$0)) }
        rows += unary(.relu, Relu.self, -2...2) { max($0, 0) }
        rows += unary(.leakyRelu, LeakyRelu.self, -2...2) { $0 > 0 ? $0 : 0.01 * $0 }
        rows += unary(.softplus, Softplus.self, -4...4) { log1p(exp($0)) }
        rows += unary(.gelu, Gelu.self, -3...3) { $0 * 0.5 * (1 + erf($0 / 2.0.squareRoot())) }
        rows.append(
            Row(
                "normal_cumulative", [NormalCumulative.self], [points([6], -3...3)],
                { Tensor(try NormalCumulative().record([$0[0].node()])) },
                { $0[0].map { erfc(-$0 / 2.0.squareRoot()) / 2 } }))
        rows += unary(.geluTanh, Tanh.self, -3...3) { x in
            0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        }
        rows += [
            Row(
                "leaky relu of another slope", [LeakyRelu.self], [points([6], -2...2)],
                { try $0[0].applying(.leakyRelu, parameter: 0.3) },
                { $0[0].map { $0 > 0 ? $0 : 0.3 * $0 } })
        ]
        return rows
    }()

    private static let binaries: [Row] = {
        var rows: [Row] = []
        rows += binary(.add, Add.self, -2...2, -2...2) { $0 + $1 }
        rows += binary(.subtract, Subtract.self, -2...2, -2...2) { $0 - $1 }
        rows += binary(.multiply, Multiply.self, -2...2, -2...2) { $0 * $1 }
        rows += binary(.divide, Divide.self, -2...2, 0.6...3) { $0 / $1 }
        rows += binary(.divide, Divide.self, -2...2, -3...(-0.6)) { $0 / $1 }
        rows += binary(.power, Power.self, 0.6...3, -2...2) { pow($0, $1) }
        rows += binary(.maximum, Maximum.self, -2...2, -1...3) { max($0, $1) }
        rows += binary(.minimum, Minimum.self, -2...2, -1...3) { min($0, $1) }
        return rows
    }()

    /// A number on one side: immediates of fused loops.
    private static let numbers: [Row] = {
        func row(
            _ operation: Tensor.Binary, _ number: Double, _ reversed: Bool, _ covers: any Engine.Operation.Type,
            _ range: ClosedRange<Double>,
            _ function: @escaping (Double) -> Double
        ) -> Row {
            Row(
                reversed ? "\(number) \(operation) x" : "x \(operation) \(number)", [covers], [points([2, 4], range)],
                { try $0[0].applying(operation, number, reversed: reversed) }, { $0[0].map(function) })
        }
        var rows: [Row] = []
        rows.append(row(.add, 0.3, false, Add.self, -2...2) { $0 + 0.3 })
        rows.append(row(.subtract, 0.3, false, Subtract.self, -2...2) { $0 - 0.3 })
        rows.append(row(.subtract, 0.3, true, Subtract.self, -2...2) { 0.3 - $0 })
        rows.append(row(.multiply, 0.3, false, Multiply.self, -2...2) { $0 * 0.3 })
        rows.append(row(.divide, 0.3, false, Divide.self, -2...2) { $0 / 0.3 })
        rows.append(row(.divide, 0.3, true, Divide.self, 0.6...3) { 0.3 / $0 })
        rows.append(row(.power, 3, false, Power.self, -2...2) { $0 * $0 * $0 })
        rows.append(row(.power, 4, false, Power.self, -2...2) { $0 * $0 * $0 * $0 })
        rows.append(row(.power, 2, false, Square.self, -2...2) { $0 * $0 })
        rows.append(row(.power, -1.5, false, Power.self, 0.6...3) { pow($0, -1.5) })
        rows.append(row(.power, 0, false, Power.self, 0.6...3) { _ in 1 })
        rows.append(row(.power, 1.7, true, Power.self, -2...2) { pow(1.7, $0) })
        rows.append(row(.maximum, 0.3, false, Maximum.self, -2...2) { max($0, 0.3) })
        rows.append(row(.minimum, 0.3, true, Minimum.self, -2...2) { min($0, 0.3) })
        return rows
    }()

    // MARK: Zero derivative

    private static func comparison(
        _ operation: Tensor.Binary, _ covers: any Engine.Operation.Type, _ function: @escaping (Double, Double) -> Bool
    ) -> [Row] {
        // Whole numbers, so that some are equal.
        let a = Values([3, 4], { Double(($0[0] * 5 + $0[1]) % 3) })
        let b = Values([4], { Double($0[0] % 3) })
        var rows: [Row] = []
        rows.append(
            Row(
                "\(operation)", [covers], [a, b], isDifferentiable: false, result: .bool,
                { try Tensor.apply(operation, $0[0], $0[1]) },
                { $0[0].with($0[1]) { function($0, $1) ? 1 : 0 } }))
        rows.append(
            Row(
                "\(operation) 1", [covers], [a], isDifferentiable: false, result: .bool,
                { try $0[0].applying(operation, 1) },
                { $0[0].map { function($0, 1) ? 1 : 0 } }))
        rows.append(
            Row(
                "1 \(operation)", [covers], [a], isDifferentiable: false, result: .bool,
                { try $0[0].applying(operation, 1, reversed: true) },
                { $0[0].map { function(1, $0) ? 1 : 0 } }))
        return rows
    }

    static let flat: [Row] = {
        var rows: [Row] = []
        rows += comparison(.equal, Equal.self) { $0 == $1 }
        rows += comparison(.notEqual, NotEqual.self) { $0 != $1 }
        rows += comparison(.less, Less.self) { $0 < $1 }
        rows += comparison(.lessEqual, LessEqual.self) { $0 <= $1 }
        rows += comparison(.greater, Greater.self) { $0 > $1 }
        rows += comparison(.greaterEqual, GreaterEqual.self) { $0 >= $1 }
        rows += comparison(.logicalAnd, LogicalAnd.self) { $0 != 0 && $1 != 0 }
        rows += comparison(.logicalOr, LogicalOr.self) { $0 != 0 || $1 != 0 }
        rows.append(
            Row(
                "logical_not", [LogicalNot.self], [Values([4], [0, 1, -2, 0.5])], isDifferentiable: false,
                result: .bool,
                { try $0[0].applying(.logicalNot) }, { $0[0].map { $0 == 0 ? 1 : 0 } }))
        rows.append(
            Row(
                "sign", [Sign.self], [Values([4], [-3, 0, 0.5, 7])], isDifferentiable: false,
                { try $0[0].applying(.sign) },
                { $0[0].map { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 } }))
        rows.append(
            Row(
                "cast to int64", [Cast.self], [points([6], -3...3)], isDifferentiable: false, result: .int64,
                { try $0[0].cast(.int64) },
                { $0[0].map { $0.rounded(.towardZero) } }))
        rows.append(
            Row(
                "cast to bool and back", [Cast.self], [Values([3], [0, 2, -0.5])], isDifferentiable: false,
                { try $0[0].cast(.bool).cast($0[0].dtype) }, { $0[0].map { $0 == 0 ? 0 : 1 } }))
        rows.append(
            Row(
                "full", [Fill.self], [], isDifferentiable: false, result: .float64,
                { _ in try Tensor.full([2, 3], 1.5, .float64) },
                { _ in Values([2, 3]) { _ in 1.5 } }))
        rows.append(
            Row(
                "arange", [Arange.self], [], isDifferentiable: false, result: .float64,
                { _ in try Tensor.arange(1, -1, -0.3, .float64) },
                { _ in Values([7]) { 1 - 0.3 * Double($0[0]) } }))
        return rows
    }()
}
