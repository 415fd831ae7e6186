@testable import Engine

/// What a function of nodes makes of a tensor.
func node(_ x: Tensor, _ function: (Node) throws -> Node) throws -> Tensor {
    try Tensor(result: function(x.node()))
}

func nodes(_ tensors: [Tensor], _ function: (Node, Node) throws -> Node) throws -> Tensor {
    try Tensor(result: function(tensors[0].node(), tensors[1].node()))
}

private let x = noise([2, 3], seed: 3)
private let y = noise([3], seed: 5)
private let positive = noise([2, 3], seed: 7).map { ($0 + 1) / 2 + 0.1 }
private let above = noise([3], seed: 9).map { ($0 + 1) / 2 + 1.2 }
private let inside = positive.map { $0 / 1.3 }
private let wholes = Values([2, 3], [12, 18, -7, 5, 0, 9])

/// Rows of parts of numbers, of special functions, and of lengths and distances.
extension FunctionRow {
    private static func one(
        _ names: String..., of values: Values = x, _ function: @escaping (Node) throws -> Node
    ) -> [FunctionRow] {
        names.map { name in FunctionRow(name, [(values, .float64)]) { [try node($0[0], function)] } }
    }

    private static func two(
        _ names: String..., of a: Values = x, _ b: Values = y, _ dtype: DType = .float64,
        _ function: @escaping (Node, Node) throws -> Node
    ) -> [FunctionRow] {
        names.map { name in FunctionRow(name, [(a, dtype), (b, dtype)]) { [try nodes($0, function)] } }
    }

    static let numbers: [FunctionRow] = {
        var rows: [FunctionRow] = []
        rows += one("positive") { x in try Identity().record([x]) }
        rows += one("deg2rad") { x in try x * x.number(.pi / 180) }
        rows += one("rad2deg") { x in try x * x.number(180 / .pi) }
        rows += one("frac") { x in try x.fraction() }
        rows += one("signbit") { x in try x.signBit() }
        rows += one("isposinf") { x in try x.isInfinite(above: true) }
        rows += one("isneginf") { x in try x.isInfinite(above: false) }
        rows += one("isreal") { x in try Node.full(x.shape, 1, .bool) }
        rows += two("hypot") { x, y in try x.hypot(y) }
        rows += two("fmod") { x, y in try x.fmod(y) }
        rows += two("copysign") { x, y in try x.copySign(y) }
        rows += two("nextafter") { x, y in try x.nextAfter(y) }
        rows += two("ldexp") { x, y in try x.scaled(byTwoToThe: y) }
        rows += two("heaviside") { x, y in try x.heaviside(y) }
        rows += two("gcd", of: wholes, wholes, .int64) { x, y in try x.commonDivisor(y) }
        rows += two("lcm", of: wholes, wholes, .int64) { x, y in try x.commonMultiple(y) }
        rows += two("float_power", of: positive) { x, y in try x.power(y) }
        rows += two("isclose") { x, y in
            try x.isClose(y, rtol: 1e-5, atol: 1e-8, equalNaN: false)
        }
        rows += two("rsub") { x, y in try y - x }
        let (a, b) = ((x, DType.float64), (y, DType.float64))
        rows += [
            FunctionRow("frexp", [a]) {
                let (mantissa, exponent) = try $0[0].node().binaryParts()
                return [try Tensor(result: mantissa), try Tensor(result: exponent)]
            },
            FunctionRow("hypot(other=2)", [a]) { [try node($0[0]) { x in try x.hypot(x.number(2)) }] },
            FunctionRow("float_power(exponent=2)", [(wholes, .int64)]) {
                [try node($0[0]) { x in try x.cast(.float64).square() }]
            },
            FunctionRow("rsub(3, 2)", [a]) {
                [try $0[0].applying(.multiply, 2).applying(.subtract, 3, reversed: true)]
            },
            FunctionRow("addcmul(value=0.5)", [a, b, b]) { [try $0[0] + $0[1] * $0[2] * 0.5] },
            FunctionRow("addcmul", [a, b, b]) { [try $0[0] + $0[1] * $0[2]] },
            FunctionRow("addcdiv(tensor2=4)", [a, b]) { [try $0[0] + $0[1].applying(.divide, 4)] },
            FunctionRow("isclose(rtol=0.5, atol=0.1, equal_nan=True)", [a, b]) {
                [try nodes($0) { x, y in try x.isClose(y, rtol: 0.5, atol: 0.1, equalNaN: true) }]
            },
            FunctionRow("allclose", [a, a]) { _ in [try Tensor.full([], 1, .bool)] },
            FunctionRow("equal", [a, a]) { _ in [try Tensor.full([], 1, .bool)] },
            FunctionRow("equal", [a, b]) { _ in [try Tensor.full([], 0, .bool)] },
        ]
        return rows
    }()

    static let special: [FunctionRow] = {
        var rows: [FunctionRow] = []
        rows += one("sinc") { x in try x.sinc() }
        rows += one("logit", of: inside) { x in try x.logit() }
        rows += one("logit(0.2)", of: inside) { x in try x.clamped(0.2, 0.8).logit() }
        rows += one("erfcx") { x in try x.scaledErfc() }
        rows += one("erfinv") { x in try x.inverseErf() }
        rows += one("ndtr") { x in try x.normalCumulative() }
        rows += one("ndtri", of: inside) { x in try x.normalQuantile() }
        rows += one("log_ndtr") { x in try x.logNormalCumulative() }
        rows += one("entr", of: positive) { x in try x.entropy() }
        rows += one("modified_bessel_i0") { x in try x.modifiedBessel(0) }
        rows += one("modified_bessel_i1") { x in try x.modifiedBessel(1) }
        rows += one("modified_bessel_k0", of: positive) { x in try x.modifiedBesselOfSecondKind(0) }
        rows += one("modified_bessel_k1", of: positive) { x in try x.modifiedBesselOfSecondKind(1) }
        rows += one("scaled_modified_bessel_k0", of: positive) { x in
            try x.modifiedBesselOfSecondKind(0, isScaled: true)
        }
        rows += one("scaled_modified_bessel_k1", of: positive) { x in
            try x.modifiedBesselOfSecondKind(1, isScaled: true)
        }
        rows += one("spherical_bessel_j0") { x in try x.sphericalBessel() }
        rows += one("i0") { x in try x.modifiedBessel(0) }
        rows += one("i0e") { x in try x.modifiedBessel(0, isScaled: true) }
        rows += one("i1") { x in try x.modifiedBessel(1) }
        rows += one("i1e") { x in try x.modifiedBessel(1, isScaled: true) }
        rows += one("bessel_j0") { x in try x.bessel(.first, 0) }
        rows += one("bessel_j1") { x in try x.bessel(.first, 1) }
        rows += one("bessel_y0", of: positive) { x in try x.bessel(.second, 0) }
        rows += one("bessel_y1", of: positive) { x in try x.bessel(.second, 1) }
        rows += one("mvlgamma(p=2)", "multigammaln(2)", of: above) { x in
            try x.multivariateLogGamma(2)
        }
        rows += two("logaddexp") { x, y in try x.logAddExp(y) }
        rows += two("logaddexp2") { x, y in try x.logAddExp2(y) }
        rows += two("xlogy", of: x, above) { x, y in try x.timesLog(y) }
        rows += two("xlog1py", of: x, above) { x, y in try x.timesLog1p(y) }
        rows += two("igamma", "gammainc", of: positive, above) { a, x in
            try a.incompleteGamma(x, isUpper: false)
        }
        rows += two("igammac", "gammaincc", of: positive, above) { a, x in
            try a.incompleteGamma(x, isUpper: true)
        }
        rows += two("zeta", of: above, above) { s, q in try s.zeta(q) }
        return rows
    }()

    static let distances: [FunctionRow] = {
        let (a, b) = ((x, DType.float64), (y, DType.float64))
        return [
            FunctionRow("normalize", [a]) { [try node($0[0]) { x in try x.overNorm(2, 1, eps: 1e-12) }] },
            FunctionRow("normalize(1, dim=0, eps=0.5)", [a]) {
                [try node($0[0]) { x in try x.overNorm(1, 0, eps: 0.5) }]
            },
            FunctionRow("cosine_similarity", [a, b]) {
                [try nodes($0) { x, y in try x.cosine(with: y, 1, eps: 1e-8) }]
            },
            FunctionRow("pairwise_distance(1, keepdim=True)", [a, b]) {
                [try nodes($0) { x, y in try x.distance(to: y, 1, eps: 1e-6, keepdims: true) }]
            },
        ]
    }()
}
