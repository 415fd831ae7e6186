import Foundation

@testable import Engine

/// Rows of elementary and special functions that are one instruction each.
extension Row {
    static let mathematics: [Row] = {
        var rows: [Row] = []
        rows += unary(.exp2, Exp2.self, -2...2) { exp2($0) }
        rows += unary(.log2, Log2.self, 0.6...4) { log2($0) }
        rows += unary(.log10, Log10.self, 0.6...4) { log10($0) }
        rows += unary(.tan, Tan.self, -1.1...1.1) { tan($0) }
        rows += unary(.asin, Asin.self, -0.85...0.85) { asin($0) }
        rows += unary(.acos, Acos.self, -0.85...0.85) { acos($0) }
        rows += unary(.atan, Atan.self, -4...4) { atan($0) }
        rows += unary(.sinh, Sinh.self, -2...2) { sinh($0) }
        rows += unary(.cosh, Cosh.self, -2...2) { cosh($0) }
        rows += unary(.asinh, Asinh.self, -3...3) { asinh($0) }
        rows += unary(.acosh, Acosh.self, 1.2...4) { acosh($0) }
        rows += unary(.atanh, Atanh.self, -0.8...0.8) { atanh($0) }
        rows += unary(.erfc, Erfc.self, -2...3) { erfc($0) }
        rows += unary(.softsign, Divide.self, -3...3) { $0 / (1 + abs($0)) }
        rows += unary(.logGamma, LogGamma.self, 0.6...5) { lgamma($0).0 }
        rows += unary(.logGamma, LogGamma.self, -1.8...(-1.2)) { lgamma($0).0 }
        rows += unary(.digamma, Digamma.self, 0.6...5) { polygamma(0, $0) }
        rows += unary(.digamma, Digamma.self, -0.7...(-0.3)) { polygamma(0, $0 + 1) - 1 / $0 }
        for order in [1, 3] {
            rows.append(
                Row(
                    "polygamma \(order)", [Polygamma.self], [points([5], 1.1...5)],
                    { try $0[0].applying(.polygamma, parameter: Double(order)) },
                    { $0[0].map { polygamma(order, $0) } }))
        }
        rows += binary(.atan2, Atan2.self, -2...2, 0.6...3) { atan2($0, $1) }
        rows += binary(.atan2, Atan2.self, 0.6...2, -3...3) { atan2($0, $1) }
        rows += binary(.remainder, Remainder.self, -2...2, 5.1...7) { $0 < 0 ? $0 + $1 : $0 }
        rows += binary(.remainder, Remainder.self, 2.1...2.9, -1...(-0.98)) { $0 + 3 * $1 }
        return rows + rounding + bits
    }()

    private static let rounding: [Row] = {
        func row(
            _ operation: Tensor.Unary, _ covers: any Engine.Operation.Type, _ function: @escaping (Double) -> Double
        ) -> Row {
            Row(
                "\(operation)", [covers], [Values([6], [-1.7, -0.5, 0, 0.5, 1.5, 2.2])], isDifferentiable: false,
                { try $0[0].applying(operation) },
                { $0[0].map(function) })
        }
        var rows = [
            row(.floor, Floor.self) { $0.rounded(.down) }, row(.ceil, Ceil.self) { $0.rounded(.up) },
            row(.trunc, Trunc.self) { $0.rounded(.towardZero) },
            row(.round, Round.self) { $0.rounded(.toNearestOrEven) },
        ]
        let (a, b) = (Values([5], [-7.5, -1, 0, 1, 7.5]), Values([3, 1], [-2, 0.5, 3]))
        rows.append(
            Row(
                "floor_divide", [FloorDivide.self], [a, b], isDifferentiable: false,
                { try Tensor.apply(.floorDivide, $0[0], $0[1]) },
                { $0[0].with($0[1]) { ($0 / $1).rounded(.down) } }))
        rows.append(
            Row(
                "quotient cut toward 0", [Trunc.self], [a, b], isDifferentiable: false,
                { try Tensor.apply(.truncDivide, $0[0], $0[1]) },
                { $0[0].with($0[1]) { ($0 / $1).rounded(.towardZero) } }))
        return rows
    }()

    private static let bits: [Row] = {
        let (a, b) = (Values([2, 3], [-7, -1, 0, 1, 6, 255]), Values([3], [1, 2, 5]))
        func row(
            _ operation: Tensor.Binary, _ covers: [any Engine.Operation.Type], _ function: @escaping (Int, Int) -> Int
        ) -> Row {
            Row(
                "\(operation) of int64", covers, [a, b], isDifferentiable: false, result: .int64,
                { try Tensor.apply(operation, $0[0].cast(.int64), $0[1].cast(.int64)) },
                { $0[0].with($0[1]) { Double(function(Int($0), Int($1))) } })
        }
        return [
            row(.bitwiseAnd, [BitwiseAnd.self]) { $0 & $1 }, row(.bitwiseOr, [BitwiseOr.self]) { $0 | $1 },
            row(.bitwiseXor, [BitwiseXor.self]) { $0 ^ $1 },
            row(.shiftLeft, [ShiftLeft.self]) { $0 << $1 }, row(.shiftRight, [ShiftRight.self]) { $0 >> $1 },
            row(.power, [Power.self, CheckExponent.self]) { base, exponent in
                (0..<exponent).reduce(1) { product, _ in product * base }
            },
            row(.floorDivide, [FloorDivide.self, CheckDivisor.self]) { Int((Double($0) / Double($1)).rounded(.down)) },
        ]
    }()
}

/// The derivative of order n of digamma, in extended precision: raised until the asymptotic series serves.
private func polygamma(_ n: Int, _ x: Double) -> Double {
    var (y, sum) = (Float80(x), 0 as Float80)
    let factorial = (0..<n).reduce(1 as Float80) { $0 * Float80($1 + 1) }
    while y < 80 {
        sum -= (n % 2 == 0 ? factorial : -factorial) * pow(y, -Float80(n + 1))
        y += 1
    }
    // ln y - 1/(2y) - 1/(12 y^2) + 1/(120 y^4) - 1/(252 y^6), differentiated term by term.
    func derivative(_ power: Int, _ coefficient: Float80) -> Float80 {
        (0..<n).reduce(coefficient) { $0 * -Float80(power + $1) } * pow(y, -Float80(power + n))
    }
    let logarithm = n == 0 ? log(y) : (n % 2 == 1 ? 1 : -1) * factorial / Float80(n) * pow(y, -Float80(n))
    return Double(
        sum + logarithm + derivative(1, -0.5) + derivative(2, -1 / 12) + derivative(4, 1 / 120)
            + derivative(6, -1 / 252))
}
