import Foundation

@testable import Engine

/// A call of a function by a text, and the same from Tensor's methods.
struct FunctionRow {
    let text: String
    let inputs: [(values: Values, dtype: DType)]
    let want: ([Tensor]) throws -> [Tensor]

    init(_ text: String, _ inputs: [(Values, DType)] = [], _ want: @escaping ([Tensor]) throws -> [Tensor]) {
        (self.text, self.inputs, self.want) = (text, inputs.map { (values: $0.0, dtype: $0.1) }, want)
    }

    func tensors() throws -> [Tensor] { try inputs.map { try tensor($0.values, $0.dtype) } }

    /// The function's name.
    var name: String { String(text.prefix { $0 != "(" }) }

    static let all =
        pairs + elementwise + numbers + special + activations + distances + reductions + statistics + scans + ordering
        + searching + shapes + joining + rearranging + indexing + writing + creation + random + products
        + linearAlgebra + matrixFunctions + lu + infoFactors + fourier + shortTimeFourier + windows + polynomials
        + windowed + networks + losses + various

    static func f64(_ values: Values) -> (Values, DType) { (values, .float64) }
    static func f32(_ values: Values) -> (Values, DType) { (values, .float32) }
    static func i64(_ values: Values) -> (Values, DType) { (values, .int64) }
    static func bool(_ values: Values) -> (Values, DType) { (values, .bool) }
}

private func whole(_ shape: Shape, _ modulus: Int = 7, seed: UInt64 = 1) -> Values {
    noise(shape, seed: seed).map { (($0 + 1) * 1000).rounded().truncatingRemainder(dividingBy: Double(modulus)) }
}

private let x = noise([2, 3], seed: 3)
private let y = noise([3], seed: 5)
private let positive = noise([2, 3], seed: 7).map { ($0 + 1) / 2 + 0.1 }
private let square = Values([3, 3]) { ($0[0] == $0[1] ? 3.0 : 0) + 0.3 * Double($0[0] + $0[1]) }
private let mask = Values([2, 3], [1, 0, 0, 1, 1, 0])
private let labels = Values([4], [2, 0, 1, 2])
private let scores = noise([4, 3], seed: 11)
private let probabilities = noise([4, 3], seed: 13).map { ($0 + 1) / 2 * 0.9 + 0.05 }

extension FunctionRow {
    private static func pair(_ names: [String], _ operation: Tensor.Binary, _ a: (Values, DType), _ b: (Values, DType))
        -> [FunctionRow]
    {
        names.flatMap { name in
            [
                FunctionRow(name, [a, b]) { [try Tensor.apply(operation, $0[0], $0[1])] },
                FunctionRow("\(name)(other=2)", [a]) { [try $0[0].applying(operation, 2)] },
                FunctionRow("\(name)(2)", [a]) { [try $0[0].applying(operation, 2)] },
                FunctionRow("\(name)(input=3)", [a]) { [try $0[0].applying(operation, 3, reversed: true)] },
            ]
        }
    }

    private static let pairs: [FunctionRow] = {
        var rows: [FunctionRow] = []
        let wholes = i64(whole([2, 3]).map { $0 + 1 })
        rows += pair(["add"], .add, f64(x), f64(y))
        rows += pair(["sub", "subtract"], .subtract, f32(x), f32(y))
        rows += pair(["mul", "multiply"], .multiply, f64(x), f64(y))
        rows += pair(["div", "true_divide", "divide"], .divide, f64(x), f64(y))
        rows += pair(["floor_divide"], .floorDivide, f64(x), f64(y))
        rows += pair(["floor_divide"], .floorDivide, wholes, wholes)
        rows += pair(["remainder", "mod"], .remainder, wholes, wholes)
        rows += pair(["pow"], .power, f64(positive), f64(x))
        rows += pair(["maximum"], .maximum, f64(x), f64(y))
        rows += pair(["minimum"], .minimum, f64(x), f64(y))
        rows += pair(["atan2", "arctan2"], .atan2, f64(x), f64(y))
        rows += pair(["eq"], .equal, wholes, i64(whole([3])))
        rows += pair(["ne", "not_equal"], .notEqual, wholes, i64(whole([3])))
        rows += pair(["lt", "less"], .less, wholes, i64(whole([3])))
        rows += pair(["le", "less_equal"], .lessEqual, wholes, i64(whole([3])))
        rows += pair(["gt", "greater"], .greater, wholes, i64(whole([3])))
        rows += pair(["ge", "greater_equal"], .greaterEqual, wholes, i64(whole([3])))
        rows += pair(["logical_and"], .logicalAnd, wholes, bool(mask))
        rows += pair(["logical_or"], .logicalOr, wholes, bool(mask))
        rows += pair(["logical_xor"], .logicalXor, wholes, bool(mask))
        rows += pair(["bitwise_and"], .bitwiseAnd, wholes, i64(whole([3])))
        rows += pair(["bitwise_or"], .bitwiseOr, wholes, i64(whole([3])))
        rows += pair(["bitwise_xor"], .bitwiseXor, wholes, i64(whole([3])))
        rows += pair(["bitwise_left_shift", "left_shift"], .shiftLeft, wholes, i64(whole([3])))
        rows += pair(["bitwise_right_shift", "right_shift"], .shiftRight, wholes, i64(whole([3])))
        rows += [
            FunctionRow("add(alpha=0.5)", [f64(x), f64(y)]) { [try $0[0] + $0[1] * 0.5] },
            FunctionRow("add(3, alpha=2)", [f64(x)]) { [try $0[0] + 6] },
            FunctionRow("sub(alpha=-2)", [f64(x), f64(y)]) { [try $0[0] - $0[1] * -2] },
            FunctionRow("div(rounding_mode='floor')", [f64(x), f64(y)]) {
                [try Tensor.apply(.floorDivide, $0[0], $0[1])]
            },
            FunctionRow("div(rounding_mode='trunc')", [f64(x), f64(y)]) {
                [try Tensor.apply(.truncDivide, $0[0], $0[1])]
            },
            FunctionRow("add(1, 2)") { _ in [try scalar(3, .int64)] },
            FunctionRow("add(1.5, 2)") { _ in [try scalar(3.5, .float32)] },
            FunctionRow("where", [bool(mask), f64(x), f64(y)]) { [try Tensor.choose($0[0], $0[1], $0[2])] },
            FunctionRow("where(input=0.25)", [bool(mask), f32(y)]) {
                [try Tensor.choose($0[0], scalar(0.25, .float32), $0[1])]
            },
            FunctionRow("where(other=7)", [bool(mask), i64(whole([3]))]) {
                [try Tensor.choose($0[0], $0[1], scalar(7, .int64))]
            },
            FunctionRow("clamp(-0.25, 0.5)", [f64(x)]) { [try $0[0].clamped(-0.25, 0.5)] },
            FunctionRow("clamp(max=0.25)", [f64(x)]) { [try $0[0].clamped(-.infinity, 0.25)] },
            FunctionRow("clip(min=0)", [f64(x)]) { [try $0[0].clamped(0, .infinity)] },
            FunctionRow("clamp", [f64(x), f64(y)]) { [try $0[0].clamped($0[1], nil)] },
            FunctionRow("clamp(min=None)", [f64(x), f64(y)]) { [try $0[0].clamped(nil, $0[1])] },
            FunctionRow("clamp(max=0.5)", [f64(x), f64(y)]) { [try $0[0].clamped($0[1], scalar(0.5))] },
            FunctionRow("clamp_min(-0.25)", [f64(x)]) { [try $0[0].clamped(-0.25, .infinity)] },
            FunctionRow("clamp_min", [f64(x), f64(y)]) { [try $0[0].clamped($0[1], nil)] },
            FunctionRow("clamp_max(max=0.5)", [f64(x)]) { [try $0[0].clamped(-.infinity, 0.5)] },
            FunctionRow("lerp", [f64(x), f64(y), f64(positive)]) { [try $0[0].lerp($0[1], $0[2])] },
            FunctionRow("lerp(weight=0.25)", [f32(x), f32(y)]) {
                [try $0[0].lerp($0[1], Tensor.full([], 0.25, .float32))]
            },
            FunctionRow("lerp(1, 0.25)", [f64(x)]) {
                [try $0[0].lerp(Tensor.full([], 1, .float64), Tensor.full([], 0.25, .float64))]
            },
        ]
        return rows
    }()

    private static func one(_ names: [String], _ operation: Tensor.Unary, _ input: (Values, DType) = f64(positive))
        -> [FunctionRow]
    {
        names.map { FunctionRow($0, [input]) { [try $0[0].applying(operation)] } }
    }

    private static let elementwise: [FunctionRow] = {
        var rows: [FunctionRow] = []
        let wholes = i64(whole([2, 3]))
        let edges = f64(Values([5], [.nan, .infinity, -.infinity, 0, -1.5]))
        rows +=
            one(["abs", "absolute"], .absolute, f64(x)) + one(["neg", "negative"], .negative, f64(x))
            + one(["sign", "sgn"], .sign, f64(x))
        rows +=
            one(["square"], .square) + one(["reciprocal"], .reciprocal) + one(["sqrt"], .sqrt) + one(["rsqrt"], .rsqrt)
        rows +=
            one(["exp"], .exp) + one(["exp2"], .exp2) + one(["expm1"], .expm1) + one(["log"], .log)
            + one(["log2"], .log2)
        rows +=
            one(["log10"], .log10) + one(["log1p"], .log1p) + one(["sin"], .sin) + one(["cos"], .cos)
            + one(["tan"], .tan)
        rows +=
            one(["asin", "arcsin"], .asin, f64(x)) + one(["acos", "arccos"], .acos, f64(x))
            + one(["atan", "arctan"], .atan, f64(x))
        rows += one(["sinh"], .sinh) + one(["cosh"], .cosh) + one(["tanh"], .tanh) + one(["asinh", "arcsinh"], .asinh)
        rows +=
            one(["acosh", "arccosh"], .acosh, f64(positive.map { $0 + 1 })) + one(["atanh", "arctanh"], .atanh, f64(x))
        rows +=
            one(["erf"], .erf) + one(["erfc"], .erfc) + one(["lgamma", "gammaln"], .logGamma)
            + one(["digamma", "psi"], .digamma)
        rows +=
            one(["floor"], .floor, f64(x)) + one(["ceil"], .ceil, f64(x)) + one(["trunc", "fix"], .trunc, f64(x))
            + one(["round"], .round, f64(x))
        rows += one(["logical_not"], .logicalNot, wholes) + one(["bitwise_not", "bitwise_invert"], .bitwiseNot, wholes)
        rows += one(["isnan"], .isNaN, edges) + one(["isinf"], .isInfinite, edges) + one(["isfinite"], .isFinite, edges)
        rows += one(["clone", "identity"], .identity, f64(x))
        rows += [
            FunctionRow("polygamma(2)", [f64(positive)]) { [try $0[0].applying(.polygamma, parameter: 2)] },
            FunctionRow("polygamma(n=0)", [f64(positive)]) { [try $0[0].applying(.digamma)] },
            FunctionRow("round(decimals=2)", [f64(x)]) { [try $0[0].applying(.round, parameter: 2)] },
            FunctionRow("nan_to_num", [edges]) { [try $0[0].nanToNum(nan: 0, positive: nil, negative: nil)] },
            FunctionRow("nan_to_num(1, 2.5, neginf=-2)", [edges]) {
                [try $0[0].nanToNum(nan: 1, positive: 2.5, negative: -2)]
            },
            FunctionRow("detach", [f64(x)]) { [try $0[0].detach()] },
            FunctionRow("to(float32)", [f64(x)]) { [try $0[0].cast(.float32)] },
            FunctionRow("to(dtype='int32')", [f64(x.map { $0 * 9 })]) { [try $0[0].cast(.int32)] },
            FunctionRow("to(torch.bool)", [wholes]) { [try $0[0].cast(.bool)] },
        ]
        return rows
    }()

    private static let activations: [FunctionRow] = {
        var rows: [FunctionRow] = []
        let z = f64(x.map { 4 * $0 })
        rows +=
            one(["relu"], .relu, z) + one(["leaky_relu"], .leakyRelu, z) + one(["relu6"], .relu6, z)
            + one(["elu"], .elu, z)
        rows +=
            one(["celu"], .celu, z) + one(["selu"], .selu, z) + one(["sigmoid", "expit"], .sigmoid, z)
            + one(["logsigmoid"], .logSigmoid, z)
        rows +=
            one(["hardsigmoid"], .hardSigmoid, z) + one(["silu"], .silu, z) + one(["hardswish"], .hardSwish, z)
            + one(["mish"], .mish, z)
        rows += one(["softsign"], .softsign, z) + one(["gelu"], .gelu, z)
        rows += [
            FunctionRow("leaky_relu(0.2)", [z]) { [try $0[0].applying(.leakyRelu, parameter: 0.2)] },
            FunctionRow("elu(alpha=2)", [z]) { [try $0[0].applying(.elu, parameter: 2)] },
            FunctionRow("celu(0.5)", [z]) { [try $0[0].applying(.celu, parameter: 0.5)] },
            FunctionRow("gelu('tanh')", [z]) { [try $0[0].applying(.geluTanh)] },
            FunctionRow("gelu(approximate='none')", [z]) { [try $0[0].applying(.gelu)] },
            FunctionRow("hardtanh", [z]) { [try $0[0].hardTanh(-1, 1)] },
            FunctionRow("hardtanh(-2, max_val=0.5)", [z]) { [try $0[0].hardTanh(-2, 0.5)] },
            FunctionRow("softplus", [z]) { [try $0[0].softplus(beta: 1, threshold: .infinity)] },
            FunctionRow("softplus(2, threshold=3)", [z]) { [try $0[0].softplus(beta: 2, threshold: 3)] },
            FunctionRow("tanhshrink", [z]) { [try node($0[0]) { x in try x.tanhShrink() }] },
            FunctionRow("hardshrink", [z]) { [try node($0[0]) { x in try x.hardShrink(0.5) }] },
            FunctionRow("hardshrink(lambd=0.2)", [z]) { [try node($0[0]) { x in try x.hardShrink(0.2) }] },
            FunctionRow("softshrink(0.3)", [z]) { [try node($0[0]) { x in try x.softShrink(0.3) }] },
            FunctionRow("threshold(0.25, -7)", [z]) {
                [try Tensor.choose($0[0].applying(.lessEqual, 0.25), scalar(-7), $0[0])]
            },
            FunctionRow("glu", [f64(noise([2, 4]))]) { [try node($0[0]) { x in try x.gated(1) }] },
            FunctionRow("glu(0)", [z]) { [try node($0[0]) { x in try x.gated(0) }] },
            FunctionRow("prelu", [z, f64(y)]) { [try nodes($0) { x, weight in try x.weightedRelu(weight) }] },
            FunctionRow("rrelu", [z]) { [try $0[0].applying(.leakyRelu, parameter: (1.0 / 8 + 1.0 / 3) / 2)] },
            FunctionRow("rrelu(0.25, 0.5, training=True)", [z]) {
                let slopes = try Generator.standard().draw(.uniform, .float64, [2, 3], 0.25, 0.5)
                return [try nodes([$0[0], slopes]) { x, slope in try x.weightedRelu(slope) }]
            },
            FunctionRow("softmax(1)", [z]) { [try $0[0].softmax(1)] },
            FunctionRow("softmax(dim=0, dtype=float64)", [f32(x)]) { [try $0[0].cast(.float64).softmax(0)] },
            FunctionRow("softmin(1)", [z]) { [try $0[0].applying(.negative).softmax(1)] },
            FunctionRow("log_softmax(-1)", [z]) { [try $0[0].logSoftmax(-1)] },
        ]
        return rows
    }()

    private static func reduced(_ name: String, _ operation: Tensor.Reduce, _ input: (Values, DType)) -> [FunctionRow] {
        [
            FunctionRow(name, [input]) { [try $0[0].reduce(operation)] },
            FunctionRow("\(name)(dim=())", [input]) { [try $0[0].reduce(operation)] },
            FunctionRow("\(name)(1)", [input]) { [try $0[0].reduce(operation, [1])] },
            FunctionRow("\(name)((0, -1), True)", [input]) { [try $0[0].reduce(operation, [0, 1], keepdims: true)] },
        ]
    }

    private static let reductions: [FunctionRow] = {
        var rows: [FunctionRow] = []
        let wholes = i64(whole([2, 3]))
        rows += reduced("sum", .sum, f64(x)) + reduced("mean", .mean, f64(x)) + reduced("prod", .product, f64(x))
        rows += reduced("amax", .maximum, f64(x)) + reduced("amin", .minimum, f64(x))
        rows +=
            reduced("argmax", .argMaximum, f64(x)) + reduced("argmin", .argMinimum, f64(x))
            + reduced("logsumexp", .logSumExp, f64(x))
        rows += reduced("all", .all, wholes) + reduced("any", .any, wholes)
        rows += [
            FunctionRow("sum(dtype=float64)", [f32(x)]) { [try $0[0].cast(.float64).sum()] },
            FunctionRow("mean(0, dtype=float32)", [wholes]) { [try $0[0].cast(.float32).mean([0])] },
            FunctionRow("max", [f64(x)]) { [try $0[0].reduce(.maximum)] },
            FunctionRow("max(keepdim=True)", [f64(x)]) { [try $0[0].reduce(.maximum, nil, keepdims: true)] },
            FunctionRow("max(1)", [f64(x)]) {
                let places = try $0[0].reduce(.argMaximum, [1])
                return [try $0[0].reduce(.maximum, [1]), places]
            },
            FunctionRow("min(dim=0, keepdim=True)", [f64(x)]) {
                let places = try $0[0].reduce(.argMinimum, [0], keepdims: true)
                return [try $0[0].reduce(.minimum, [0], keepdims: true), places]
            },
            FunctionRow("max", [f64(x), f64(y)]) { [try Tensor.apply(.maximum, $0[0], $0[1])] },
            FunctionRow("min", [f64(x), f64(y)]) { [try Tensor.apply(.minimum, $0[0], $0[1])] },
            FunctionRow("var", [f64(x)]) { [try $0[0].variance()] },
            FunctionRow("var(1, unbiased=False)", [f64(x)]) { [try $0[0].variance([1], correction: 0)] },
            FunctionRow("var((0, 1), True)", [f64(x)]) { [try $0[0].variance([0, 1], correction: 1)] },
            FunctionRow("std(-1, keepdim=True, correction=1.5)", [f64(x)]) {
                [try $0[0].standardDeviation([1], correction: 1.5, keepdims: true)]
            },
            FunctionRow("norm", [f64(x)]) { [try $0[0].norm(2)] },
            FunctionRow("norm(1, dim=0)", [f64(x)]) { [try $0[0].norm(1, [0])] },
            FunctionRow("norm(inf, keepdim=True)", [f64(x)]) { [try $0[0].norm(.infinity, nil, keepdims: true)] },
            FunctionRow("norm(p='fro', dim=(0, 1))", [f64(x)]) { [try $0[0].norm(2, [0, 1])] },
        ]
        return rows
    }()

    private static let ordering: [FunctionRow] = [
        FunctionRow("cumsum(1)", [f64(x)]) { [try $0[0].cumulativeSum(1)] },
        FunctionRow("cumsum(0, dtype=float64)", [i64(whole([4]))]) { [try $0[0].cast(.float64).cumulativeSum(0)] },
        FunctionRow("cumprod(dim=-1)", [f64(x)]) { [try $0[0].cumulativeProduct(1)] },
        FunctionRow("sort", [f64(x)]) {
            let found = try $0[0].sorted(-1, descending: false)
            return [found.values, found.indices]
        },
        FunctionRow("sort(0, descending=True, stable=False)", [f64(x)]) {
            let found = try $0[0].sorted(0, descending: true)
            return [found.values, found.indices]
        },
        FunctionRow("argsort(descending=True)", [f64(x)]) { [try $0[0].sorted(-1, descending: true).indices] },
        FunctionRow("topk(2)", [f64(x)]) {
            let found = try $0[0].top(2, -1, largest: true)
            return [found.values, found.indices]
        },
        FunctionRow("topk(1, dim=0, largest=False)", [f64(x)]) {
            let found = try $0[0].top(1, 0, largest: false)
            return [found.values, found.indices]
        },
        FunctionRow("unique", [i64(whole([9], 4))]) { [try $0[0].unique().values] },
        FunctionRow("unique(return_inverse=True, return_counts=True)", [i64(whole([9], 4))]) {
            let found = try $0[0].unique()
            return [found.values, found.inverse, found.counts]
        },
        FunctionRow("unique(dim=0, return_counts=True)", [i64(whole([9, 2], 2))]) {
            let found = try $0[0].unique(0)
            return [found.values, found.counts]
        },
    ]

    private static let shapes: [FunctionRow] = [
        FunctionRow("reshape((3, -1))", [f64(x)]) { [try $0[0].reshape([3, 2])] },
        FunctionRow("reshape(shape=-1)", [f64(x)]) { [try $0[0].reshape([6])] },
        FunctionRow("flatten", [f64(x)]) { [try $0[0].reshape([6])] },
        FunctionRow("flatten(1, end_dim=2)", [f64(noise([2, 3, 4]))]) { [try $0[0].reshape([2, 12])] },
        FunctionRow("ravel", [f64(x)]) { [try $0[0].reshape([6])] },
        FunctionRow("t", [f64(x)]) { [try $0[0].permute()] },
        FunctionRow("select(1, -1)", [f64(x)]) { [try $0[0].slice(1, start: 2, stop: 3, step: 1).reshape([2])] },
        FunctionRow("narrow(1, start=-2, length=2)", [f64(x)]) { [try $0[0].slice(1, start: 1, stop: 3, step: 1)] },
        FunctionRow("unflatten(1, (3, 1))", [f64(x)]) { [try $0[0].reshape([2, 3, 1])] },
        FunctionRow("squeeze", [f64(noise([1, 2, 1]))]) { [try $0[0].reshape([2])] },
        FunctionRow("squeeze(dim=(0, 1))", [f64(noise([1, 2, 1]))]) { [try $0[0].reshape([2, 1])] },
        FunctionRow("unsqueeze(-1)", [f64(x)]) { [try $0[0].reshape([2, 3, 1])] },
        FunctionRow("permute((1, 0))", [f64(x)]) { [try $0[0].permute()] },
        FunctionRow("permute(dims=[2, 0, 1])", [f64(noise([2, 3, 4]))]) { [try $0[0].permute([2, 0, 1])] },
        FunctionRow("transpose(0, 1)", [f64(x)]) { [try $0[0].permute()] },
        FunctionRow("swapaxes(dim0=1, dim1=0)", [f64(x)]) { [try $0[0].permute()] },
        FunctionRow("swapdims(0, -1)", [f64(x)]) { [try $0[0].permute()] },
        FunctionRow("movedim(0, 2)", [f64(noise([2, 3, 4]))]) { [try $0[0].permute([1, 2, 0])] },
        FunctionRow("moveaxis((0, 1), (1, 0))", [f64(x)]) { [try $0[0].permute()] },
        FunctionRow("broadcast_to((2, 3))", [f64(y)]) { [try $0[0].broadcast(to: [2, 3])] },
        FunctionRow("expand((2, -1))", [f64(y)]) { [try $0[0].broadcast(to: [2, 3])] },
        FunctionRow("repeat((2, 1, 2))", [f64(x)]) { [try $0[0].repeated([2, 1, 2])] },
        FunctionRow("tile(2)", [f64(x)]) { [try $0[0].tile([2])] },
        FunctionRow("diagonal(1)", [f64(square)]) { [try $0[0].diagonal(1, 0, 1)] },
        FunctionRow("diagonal(dim1=1, dim2=-1)", [f64(noise([2, 3, 3]))]) { [try $0[0].diagonal(0, 1, 2)] },
        FunctionRow("diag(diagonal=-1)", [f64(y)]) { [try $0[0].diag(-1)] },
        FunctionRow("tril", [f64(square)]) { [try $0[0].triangle(0, isLower: true)] },
        FunctionRow("triu(1)", [f64(square)]) { [try $0[0].triangle(1, isLower: false)] },
        FunctionRow("flip(0)", [f64(x)]) { [try $0[0].flip([0])] },
        FunctionRow("flip(dims=(0, 1))", [f64(x)]) { [try $0[0].flip(nil)] },
        FunctionRow("roll(2)", [f64(x)]) { [try $0[0].roll([2], nil)] },
        FunctionRow("roll((1, -1), dims=(0, 1))", [f64(x)]) { [try $0[0].roll([1, -1], [0, 1])] },
        FunctionRow("pad((1, 2))", [f64(x)]) { [try $0[0].pad([(before: 1, after: 2)], .constant)] },
        FunctionRow("pad((1, 1, 0, -1), value=7.5)", [f64(x)]) {
            [try $0[0].pad([(before: 1, after: 1), (before: 0, after: -1)], .constant, value: 7.5)]
        },
        FunctionRow("pad((1, 2), 'reflect')", [f64(x)]) { [try $0[0].pad([(before: 1, after: 2)], .reflect)] },
        FunctionRow("pad((2, 1), mode='replicate')", [f64(x)]) { [try $0[0].pad([(before: 2, after: 1)], .replicate)] },
        FunctionRow("pad((2, 3), 'circular')", [f64(x)]) { [try $0[0].pad([(before: 2, after: 3)], .circular)] },
    ]

    private static let joining: [FunctionRow] = [
        FunctionRow("cat", [f64(x), f64(x)]) { [try Tensor.concatenate($0, 0)] },
        FunctionRow("concat(dim=1)", [f64(x), f64(positive), f32(x)]) { [try Tensor.concatenate($0, 1)] },
        FunctionRow("concatenate(-1)", [f64(x), f64(positive)]) { [try Tensor.concatenate($0, 1)] },
        FunctionRow("stack(1)", [f64(x), f64(positive)]) { [try Tensor.stack($0, 1)] },
        FunctionRow("hstack", [f64(x), f64(positive)]) { [try Tensor.hstack($0)] },
        FunctionRow("vstack", [f64(y), f64(x)]) { [try Tensor.vstack($0)] },
        FunctionRow("split(2, dim=1)", [f64(x)]) {
            [try $0[0].slice(1, start: 0, stop: 2, step: 1), try $0[0].slice(1, start: 2, stop: 3, step: 1)]
        },
        FunctionRow("split((1, 0, 1))", [f64(x)]) { try $0[0].split([1, 0, 1], 0) },
        FunctionRow("split(split_size_or_sections=1)", [f64(x)]) { try $0[0].split([1, 1], 0) },
        FunctionRow("split(0)", [f64(Values([0, 2], []))]) { [$0[0]] },
        FunctionRow("chunk(2, dim=1)", [f64(x)]) { try $0[0].split([2, 1], 1) },
        FunctionRow("chunk(7)", [f64(x)]) { try $0[0].split([1, 1], 0) },
        FunctionRow("chunk(3)", [f64(Values([0, 2], []))]) { [$0[0], $0[0], $0[0]] },
        FunctionRow("unbind(1)", [f64(x)]) { try $0[0].unbind(1) },
    ]

    private static let indexing: [FunctionRow] = [
        FunctionRow("index((1,))", [f64(x)]) { [try $0[0].index([.at(1)])] },
        FunctionRow("index(((None, None, -1), None, -1))", [f64(x)]) {
            [try $0[0].index([.slice(start: nil, stop: nil, step: -1), .newAxis, .at(-1)])]
        },
        FunctionRow("index(('...', (1, 3, None)))", [f64(x)]) {
            [try $0[0].index([.ellipsis, .slice(start: 1, stop: 3, step: 1)])]
        },
        FunctionRow("index(((0, 2, 1), 'tensor'))", [f64(x), i64(Values([2], [2, -1]))]) {
            [try $0[0].index([.slice(start: 0, stop: 2, step: 1), .tensor($0[1])])]
        },
        FunctionRow("index(('tensor', 'tensor'))", [f64(x), i64(Values([2], [1, 0])), i64(Values([2], [2, -1]))]) {
            [try $0[0].index([.tensor($0[1]), .tensor($0[2])])]
        },
        FunctionRow("index(entries=('tensor',))", [f64(x), bool(mask)]) { [try $0[0].index([.tensor($0[1])])] },
        FunctionRow("index_assign(entries=(0,))", [f64(x), f64(y)]) {
            let copy = try $0[0].applying(.identity)
            try copy.assign([.at(0)], $0[1])
            return [copy]
        },
        FunctionRow("index_assign(value=2.5, entries=('tensor',))", [f64(x), i64(Values([2], [1, 1]))]) {
            let copy = try $0[0].applying(.identity)
            try copy.assign([.tensor($0[1])], scalar(2.5))
            return [copy]
        },
        FunctionRow("slice(1, 1)", [f64(x)]) { [try $0[0].slice(1, start: 1, stop: nil, step: 1)] },
        FunctionRow("slice(dim=0, end=-5, step=-1)", [f64(x)]) { [try $0[0].slice(0, start: nil, stop: -5, step: -1)] },
        FunctionRow("index_select(1)", [f64(x), i64(Values([2, 2], [2, 0, 1, -1]))]) { [try $0[0].select(1, $0[1])] },
        FunctionRow("take_along_dim(dim=1)", [f64(x), i64(Values([2, 1], [2, 0]))]) { [try $0[0].takeAlong(1, $0[1])] },
        FunctionRow("take_along_dim", [f64(x), i64(Values([2, 2], [5, 0, 3, -1]))]) {
            [try $0[0].reshape([6]).takeAlong(0, $0[1].reshape([4]))]
        },
        FunctionRow("gather(1)", [f64(x), i64(Values([2, 2], [2, 0, 1, 1]))]) { [try $0[0].gather(1, $0[1])] },
        FunctionRow("scatter(1)", [f64(x), i64(Values([2, 1], [2, 0])), f64(positive)]) {
            [try $0[0].scatter(1, $0[1], $0[2], accumulates: false)]
        },
        FunctionRow("scatter(1, value=3)", [f64(x), i64(Values([2, 1], [2, 0]))]) {
            [try $0[0].scatter(1, $0[1], scalar(3), accumulates: false)]
        },
        FunctionRow("scatter(1, src=-0.5)", [f64(x), i64(Values([2, 1], [2, 0]))]) {
            [try $0[0].scatter(1, $0[1], scalar(-0.5), accumulates: false)]
        },
        FunctionRow("scatter_add(dim=0)", [f64(x), i64(Values([2, 3], [1, 0, 1, 1, 0, 0])), f64(positive)]) {
            [try $0[0].scatter(0, $0[1], $0[2], accumulates: true)]
        },
        FunctionRow("masked_fill(value=-9)", [f64(x), bool(mask)]) { [try $0[0].maskedFill($0[1], scalar(-9))] },
        FunctionRow("masked_fill", [f64(x), bool(mask), f64(y)]) { [try $0[0].maskedFill($0[1], $0[2])] },
        FunctionRow("masked_select", [f64(x), bool(mask)]) { [try $0[0].maskedSelect($0[1])] },
        FunctionRow("nonzero", [bool(mask)]) { [try $0[0].nonzero()] },
        FunctionRow("nonzero(as_tuple=True)", [bool(mask)]) { try $0[0].nonzero().unbind(1) },
        FunctionRow("one_hot", [i64(labels)]) { [try Tensor.oneHot($0[0], classes: 3, dtype: .int64)] },
        FunctionRow("one_hot(5, dtype=float32)", [i64(labels)]) {
            [try Tensor.oneHot($0[0], classes: 5, dtype: .float32)]
        },
    ]

    private static let creation: [FunctionRow] = [
        FunctionRow("tensor(2)") { _ in [try scalar(2, .int64)] },
        FunctionRow("tensor(True)") { _ in [try scalar(1, .bool)] },
        FunctionRow("tensor(((1, 2.5), (3, -4)))") { _ in [try tensor(Values([2, 2], [1, 2.5, 3, -4]), .float32)] },
        FunctionRow("tensor([[1], [True]])") { _ in [try tensor(Values([2, 1], [1, 1]), .int64)] },
        FunctionRow("tensor((), dtype=int32)") { _ in [try tensor(Values([0], []), .int32)] },
        FunctionRow("tensor((255, 0), uint8)") { _ in [try tensor([255, 0], .uint8)] },
        FunctionRow("tensor(((), ()))") { _ in [try tensor(Values([2, 0], []), .float32)] },
        FunctionRow("tensor(9007199254740993)") { _ in
            [try Tensor(dtype: .int64, shape: []) { $0.storeBytes(of: 9_007_199_254_740_993, as: Int64.self) }]
        },
        FunctionRow("zeros((2, 3))") { _ in [try tensor(Values([2, 3]) { _ in 0 }, .float32)] },
        FunctionRow("zeros(())") { _ in [try scalar(0, .float32)] },
        FunctionRow("ones(4, dtype=int32)") { _ in [try tensor([1, 1, 1, 1], .int32)] },
        FunctionRow("full((2,), 3)") { _ in [try tensor([3, 3], .int64)] },
        FunctionRow("full(2, 0.25)") { _ in [try tensor([0.25, 0.25], .float32)] },
        FunctionRow("full(2, True)") { _ in [try tensor([1, 1], .bool)] },
        FunctionRow("full(size=2, fill_value=7, dtype=uint8)") { _ in [try tensor([7, 7], .uint8)] },
        FunctionRow("full(1, 9007199254740993)") { _ in
            [try Tensor(dtype: .int64, shape: [1]) { $0.storeBytes(of: 9_007_199_254_740_993, as: Int64.self) }]
        },
        FunctionRow("zeros_like", [f64(x)]) { _ in [try tensor(x.map { _ in 0 })] },
        FunctionRow("ones_like(dtype=bool)", [f64(x)]) { _ in [try tensor(x.map { _ in 1 }, .bool)] },
        FunctionRow("full_like(2.5)", [f64(x)]) { _ in [try tensor(x.map { _ in 2.5 })] },
        FunctionRow("full_like(fill_value=2, dtype=int64)", [f64(x)]) { _ in [try tensor(x.map { _ in 2 }, .int64)] },
        FunctionRow("arange(4)") { _ in [try tensor([0, 1, 2, 3], .int64)] },
        FunctionRow("arange(1, 2.0, 0.25)") { _ in [try tensor([1, 1.25, 1.5, 1.75], .float32)] },
        FunctionRow("arange(5, 0, step=-2, dtype=float64)") { _ in [try tensor([5, 3, 1])] },
        FunctionRow("linspace(0, 1, 5)") { _ in [try tensor([0, 0.25, 0.5, 0.75, 1], .float32)] },
        FunctionRow("linspace(start=1, end=-1, steps=3, dtype=float64)") { _ in [try tensor([1, 0, -1])] },
        FunctionRow("eye(2)") { _ in [try tensor(Values([2, 2], [1, 0, 0, 1]), .float32)] },
        FunctionRow("eye(2, m=3, dtype=int64)") { _ in [try tensor(Values([2, 3], [1, 0, 0, 0, 1, 0]), .int64)] },
        FunctionRow("meshgrid", [f64(y), f64(noise([2]))]) { try Tensor.meshgrid($0, swapsFirst: false) },
        FunctionRow("meshgrid(indexing='xy')", [f64(y), f64(noise([2]))]) { try Tensor.meshgrid($0, swapsFirst: true) },
    ]

    private static func drawn(_ kind: Generator.Distribution, _ dtype: DType, _ shape: Shape, _ a: Double, _ b: Double)
        throws -> [Tensor]
    {
        [try Generator.standard().draw(kind, dtype, shape, a, b)]
    }

    /// The generator starts from one seed before either side.
    private static let random: [FunctionRow] = [
        FunctionRow("rand((2, 3))") { _ in try drawn(.uniform, .float32, [2, 3], 0, 1) },
        FunctionRow("randn(4, dtype=float64)") { _ in try drawn(.normal, .float64, [4], 0, 1) },
        FunctionRow("rand_like", [f64(x)]) { _ in try drawn(.uniform, .float64, [2, 3], 0, 1) },
        FunctionRow("randn_like(dtype=float32)", [f64(x)]) { _ in try drawn(.normal, .float32, [2, 3], 0, 1) },
        FunctionRow("randint(10, (5,))") { _ in try drawn(.integers, .int64, [5], 0, 10) },
        FunctionRow("randint(-3, 10, (2, 2), dtype=int32)") { _ in try drawn(.integers, .int32, [2, 2], -3, 10) },
        FunctionRow("randint(10, size=3)") { _ in try drawn(.integers, .int64, [3], 0, 10) },
        FunctionRow("randint_like(6)", [f64(x)]) { _ in [try drawn(.integers, .int64, [2, 3], 0, 6)[0].cast(.float64)]
        },
        FunctionRow("randint_like(-2, high=6, dtype=int32)", [f64(x)]) { _ in
            [try drawn(.integers, .int64, [2, 3], -2, 6)[0].cast(.int32)]
        },
        FunctionRow("uniform") { _ in try drawn(.uniform, .float32, [], 0, 1) },
        FunctionRow("uniform(-1, 2.5, (3,))") { _ in try drawn(.uniform, .float32, [3], -1, 2.5) },
        FunctionRow("normal(1, 0.5, size=4)") { _ in try drawn(.normal, .float32, [4], 1, 0.5) },
        FunctionRow("normal", [f64(x)]) { [try $0[0] + Generator.standard().draw(.normal, .float64, [2, 3], 0, 1)] },
        FunctionRow("normal", [f64(x), f64(y.map { abs($0) })]) {
            [try $0[0] + $0[1] * Generator.standard().draw(.normal, .float64, [2, 3], 0, 1)]
        },
        FunctionRow("normal(mean=2)", [f32(positive)]) {
            [try $0[0] * Generator.standard().draw(.normal, .float32, [2, 3], 0, 1) + 2]
        },
        FunctionRow("exponential(2, (3,))") { _ in try drawn(.exponential, .float32, [3], 2, 0) },
        FunctionRow("gumbel(size=3, scale=0.5)") { _ in try drawn(.gumbel, .float32, [3], 0, 0.5) },
        FunctionRow("bernoulli", [f64(positive.map { min($0, 1) })]) { [try Generator.standard().bernoulli($0[0])] },
        FunctionRow("bernoulli(p=0.5)", [f64(x)]) {
            [try Generator.standard().bernoulli(Tensor.full($0[0].shape, 0.5, .float64))]
        },
        FunctionRow("bernoulli(0.5)", [i64(labels)]) {
            [try Generator.standard().bernoulli(Tensor.full($0[0].shape, 0.5, .float32)).cast(.int64)]
        },
        FunctionRow("multinomial(2)", [f64(positive)]) {
            [try Generator.standard().multinomial($0[0], 2, replacement: false)]
        },
        FunctionRow("multinomial(num_samples=5, replacement=True)", [f64(positive)]) {
            [try Generator.standard().multinomial($0[0], 5, replacement: true)]
        },
        FunctionRow("randperm(6)") { _ in [try Generator.standard().permutation(6)] },
        FunctionRow("randperm(n=6, dtype=float32)") { _ in [try Generator.standard().permutation(6).cast(.float32)] },
        FunctionRow("straight_through", [f64(positive), f64(x)]) { [try $0[0] + ($0[1] - $0[1])] },
        FunctionRow("gumbel_softmax", [f64(x)]) {
            let noise = try Generator.standard().draw(.gumbel, .float64, [2, 3], 0, 1)
            return [try ($0[0] + noise).softmax(-1)]
        },
        FunctionRow("gumbel_softmax(0.5, dim=0)", [f64(x)]) {
            let noise = try Generator.standard().draw(.gumbel, .float64, [2, 3], 0, 1)
            return [try ($0[0] + noise).applying(.divide, 0.5).softmax(0)]
        },
        FunctionRow("gumbel_softmax(hard=True)", [f64(x)]) {
            let noise = try Generator.standard().draw(.gumbel, .float64, [2, 3], 0, 1)
            return [
                try Tensor.oneHot(($0[0] + noise).softmax(-1).reduce(.argMaximum, [1]), classes: 3, dtype: .float64)
            ]
        },
    ]

    private static let linearAlgebra: [FunctionRow] = [
        FunctionRow("matmul", [f64(x), f64(square)]) { [try $0[0].matmul($0[1])] },
        FunctionRow("linear", [f64(x), f64(square)]) { [try $0[0].linear($0[1], nil)] },
        FunctionRow("linear", [f64(x), f64(square), f64(y)]) { [try $0[0].linear($0[1], $0[2])] },
        FunctionRow("mm", [f64(x), f64(square)]) { [try Tensor.product(.mm, $0[0], $0[1])] },
        FunctionRow("bmm", [f64(noise([2, 3, 4])), f64(noise([2, 4, 2]))]) { [try Tensor.product(.bmm, $0[0], $0[1])] },
        FunctionRow("mv", [f64(x), f64(y)]) { [try Tensor.product(.mv, $0[0], $0[1])] },
        FunctionRow("dot", [f64(y), f64(y)]) { [try Tensor.product(.dot, $0[0], $0[1])] },
        FunctionRow("outer", [f64(y), f64(noise([2]))]) { [try Tensor.product(.outer, $0[0], $0[1])] },
        FunctionRow("einsum('ij,jk->ki')", [f64(x), f64(square)]) { [try Tensor.einsum("ij,jk->ki", $0)] },
        FunctionRow("einsum(equation=\"ii\")", [f64(square)]) { [try Tensor.einsum("ii", $0)] },
        FunctionRow("trace", [f64(square)]) { [try $0[0].trace()] },
        FunctionRow("inverse", [f64(square)]) { [try $0[0].inverse()] },
        FunctionRow("inv", [f64(square)]) { [try $0[0].inverse()] },
        FunctionRow("det", [f64(square)]) { [try $0[0].determinant()] },
        FunctionRow("slogdet", [f64(square)]) {
            let found = try $0[0].signAndLogDeterminant()
            return [found.sign, found.logarithm]
        },
        FunctionRow("solve", [f64(square), f64(y)]) { [try $0[0].solve($0[1])] },
        FunctionRow("solve(left=False)", [f64(square), f64(x)]) { [try $0[0].solve($0[1], left: false)] },
        FunctionRow("solve_triangular(upper=True)", [f64(square), f64(y)]) {
            [try $0[0].solveTriangular($0[1], upper: true)]
        },
        FunctionRow("solve_triangular(upper=False, left=False, unitriangular=True)", [f64(square), f64(x)]) {
            [try $0[0].solveTriangular($0[1], upper: false, left: false, unitriangular: true)]
        },
        FunctionRow("triangular_solve", [f64(noise([3, 2])), f64(square)]) {
            [try $0[1].solveTriangular($0[0], upper: true), $0[1]]
        },
        FunctionRow("triangular_solve(upper=False, transpose=True)", [f64(noise([3, 2])), f64(square)]) {
            [try $0[1].permute().solveTriangular($0[0], upper: true), $0[1]]
        },
        FunctionRow("cholesky", [f64(square)]) { [try $0[0].cholesky()] },
        FunctionRow("cholesky(upper=True)", [f64(square)]) { [try $0[0].cholesky(upper: true)] },
        FunctionRow("qr", [f64(x)]) {
            let found = try $0[0].qr()
            return [found.q, found.r]
        },
        FunctionRow("eigh(UPLO='U')", [f64(square)]) {
            let found = try $0[0].eigh(upper: true)
            return [found.values, found.vectors]
        },
        FunctionRow("eigvalsh", [f64(square)]) { [try $0[0].eigh().values] },
        FunctionRow("svd(full_matrices=False)", [f64(x)]) {
            let found = try $0[0].svd()
            return [found.u, found.values, found.v]
        },
        FunctionRow("svd", [f64(square)]) {
            let found = try $0[0].svd()
            return [found.u, found.values, found.v]
        },
        FunctionRow("svdvals", [f64(x)]) { [try $0[0].svd().values] },
    ]

    private static let losses: [FunctionRow] = [
        FunctionRow("mse_loss", [f64(x), f32(positive)]) {
            [try ($0[0] - $0[1].cast(.float64)).applying(.square).mean()]
        },
        FunctionRow("mse_loss('none')", [f64(x), f64(positive)]) { [try ($0[0] - $0[1]).applying(.square)] },
        FunctionRow("binary_cross_entropy(reduction='sum')", [f64(probabilities), f64(scores.map { $0 > 0 ? 1 : 0 })]) {
            [try Tensor.binaryCrossEntropy(probabilities: $0[0], targets: $0[1]).sum()]
        },
        FunctionRow("binary_cross_entropy_with_logits", [f64(scores), i64(scores.map { $0 > 0 ? 1 : 0 })]) {
            [try Tensor.binaryCrossEntropy(logits: $0[0], targets: $0[1].cast(.float64)).mean()]
        },
        FunctionRow("cross_entropy", [f64(scores), i64(labels)]) {
            [try Tensor.crossEntropy(logits: $0[0], labels: $0[1]).mean()]
        },
        FunctionRow("cross_entropy(reduction='none')", [f64(scores), f64(probabilities)]) {
            [try Tensor.crossEntropy(logits: $0[0], distributions: $0[1])]
        },
        FunctionRow("cross_entropy('sum', from_logits=False)", [f64(probabilities), i64(labels)]) {
            [try Tensor.crossEntropy(probabilities: $0[0], labels: $0[1]).sum()]
        },
        FunctionRow("cross_entropy(from_logits=False)", [f64(probabilities), f64(probabilities)]) {
            [try Tensor.crossEntropy(probabilities: $0[0], distributions: $0[1]).mean()]
        },
    ]
}
