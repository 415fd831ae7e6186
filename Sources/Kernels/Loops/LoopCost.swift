import Steps

extension LoopOpcode {
    /// Roughly how many picoseconds one float32 element takes; float64 takes three times that for the elementary
    /// functions, as vectors hold half as many and polynomials are longer.
    var cost: Int {
        switch self {
        case .lowerGamma, .upperGamma, .zeta, .besselI, .scaledBesselI, .besselK, .scaledBesselK: return 200_000
        case .digamma, .polygamma, .besselJ, .besselY, .sinc, .inverseErf, .normalQuantile, .gcd, .lcm,
            .orthogonalPolynomial:
            return 40_000
        case .power, .powerImmediate, .logGamma, .hypot, .nextAfter: return 10_000
        case .scaledErfc, .logNormalCumulative, .entropy, .fmod: return 1_500
        case .erfc, .asinh, .acosh, .atanh, .sinh, .atan2, .floorDivide, .remainder: return 1_500
        case .exp2, .log2, .log10, .tan, .asin, .acos, .atan, .cosh: return 900
        case .bceWithLogits, .bce, .softplus, .gelu, .normalCumulative: return 1_500
        case .sin, .cos, .tanh, .sigmoid, .erf, .log1p, .log, .clampedLog, .expm1: return 700
        case .exp: return 500
        case .divide, .sqrt, .rsqrt, .reciprocal, .divideImmediate, .reverseDivideImmediate: return 200
        default: return 60
        }
    }
}
