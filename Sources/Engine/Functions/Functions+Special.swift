/// Special functions, element by element, as in torch.special.
extension Functions {
    private static let noFirst = "There is no derivative with respect to input. \(ofFloats)"

    static let special: [Function] = [
        one("sinc", "sin(pi x) / (pi x)", ofFloats) { x throws(Failure) in try x.sinc() },
        Function(
            "logit",
            [
                .input,
                Parameter("eps", .optional(.real), Value.none, "x is moved between eps and 1 - eps; None: it is not."),
            ],
            "log(x / (1 - x)) of each element, of the shape of `input`. NaN outside 0 ... 1. \(ofFloats)"
        ) { a throws(Failure) in
            let x = try a.tensor("input").node().asFloat()
            guard let eps = a.optionalReal("eps") else { return try Tensor(result: x.logit()) }
            // What is below eps becomes eps, also where that is above 1 - eps.
            let (low, high) = (try Node.scalar(eps, like: x), try Node.scalar(1 - eps, like: x))
            let moved = try Node.select(x.less(low), low, Node.select(x.greater(high), high, x))
            return try Tensor(result: moved.logit())
        },
        one("erfcx", "exp(x^2) erfc(x)", ofFloats) { x throws(Failure) in try x.scaledErfc() },
        one("erfinv", "Where the error function is x, for -1 to 1,", ofFloats) { x throws(Failure) in
            try x.inverseErf()
        },
        one("ndtr", "The standard normal distribution function", ofFloats) { x throws(Failure) in
            try x.normalCumulative()
        },
        one("ndtri", "Where the standard normal distribution function is x", ofFloats) { x throws(Failure) in
            try x.normalQuantile()
        },
        one("log_ndtr", "log(ndtr(x)), precise where ndtr is small or near 1,", ofFloats) { x throws(Failure) in
            try x.logNormalCumulative()
        },
        one("entr", "-x log(x), 0 at 0 and -infinity below,", ofFloats) { x throws(Failure) in try x.entropy() },
        one(
            "i0", aliases: ["modified_bessel_i0"], "The modified Bessel function of the first kind and order 0",
            ofFloats
        ) { x throws(Failure) in
            try x.modifiedBessel(0)
        },
        one("i0e", "exp(-|x|) i0(x)", ofFloats) { x throws(Failure) in try x.modifiedBessel(0, isScaled: true) },
        one(
            "i1", aliases: ["modified_bessel_i1"], "The modified Bessel function of the first kind and order 1",
            ofFloats
        ) { x throws(Failure) in
            try x.modifiedBessel(1)
        },
        one("i1e", "exp(-|x|) i1(x)", ofFloats) { x throws(Failure) in try x.modifiedBessel(1, isScaled: true) },
        one(
            "modified_bessel_k0", "The modified Bessel function of the second kind and order 0, NaN below 0,", ofFloats
        ) { x throws(Failure) in try x.modifiedBesselOfSecondKind(0) },
        one(
            "modified_bessel_k1", "The modified Bessel function of the second kind and order 1, NaN below 0,", ofFloats
        ) { x throws(Failure) in try x.modifiedBesselOfSecondKind(1) },
        one("scaled_modified_bessel_k0", "exp(x) modified_bessel_k0(x)", ofFloats) { x throws(Failure) in
            try x.modifiedBesselOfSecondKind(0, isScaled: true)
        },
        one("scaled_modified_bessel_k1", "exp(x) modified_bessel_k1(x)", ofFloats) { x throws(Failure) in
            try x.modifiedBesselOfSecondKind(1, isScaled: true)
        },
        one("spherical_bessel_j0", "sin(x) / x", ofFloats) { x throws(Failure) in try x.sphericalBessel() },
        one("bessel_j0", "The Bessel function of the first kind and order 0", ofFloats) { x throws(Failure) in
            try x.bessel(.first, 0)
        },
        one("bessel_j1", "The Bessel function of the first kind and order 1", ofFloats) { x throws(Failure) in
            try x.bessel(.first, 1)
        },
        one("bessel_y0", "The Bessel function of the second kind and order 0", ofFloats) { x throws(Failure) in
            try x.bessel(.second, 0)
        },
        one("bessel_y1", "The Bessel function of the second kind and order 1", ofFloats) { x throws(Failure) in
            try x.bessel(.second, 1)
        },
        Function(
            "mvlgamma", [.input, Parameter("p", .integer, "The dimension, 1 to 1000.")], aliases: ["multigammaln"],
            "The logarithm of the multivariate gamma function of each element, of the shape of `input`. \(ofFloats)"
        ) { a throws(Failure) in
            try Tensor(result: a.tensor("input").node().multivariateLogGamma(a.integer("p")))
        },
        pair("logaddexp", "log(exp(input) + exp(other)) without overflow", ofFloats) { x, y throws(Failure) in
            try x.logAddExp(y)
        },
        pair("logaddexp2", "log2(2^input + 2^other) without overflow", ofFloats) { x, y throws(Failure) in
            try x.logAddExp2(y)
        },
        pair("xlogy", "input log(other), 0 where input is 0", ofFloats) { x, y throws(Failure) in try x.timesLog(y) },
        pair("xlog1py", "input log(1 + other), 0 where input is 0", ofFloats) { x, y throws(Failure) in
            try x.timesLog1p(y)
        },
        pair(
            "igamma", aliases: ["gammainc"],
            "The regularised lower incomplete gamma function of `input` up to `other`", noFirst
        ) { a, x throws(Failure) in try a.incompleteGamma(x, isUpper: false) },
        pair("igammac", aliases: ["gammaincc"], "1 - igamma(input, other), precise where that is small", noFirst) {
            a, x throws(Failure) in try a.incompleteGamma(x, isUpper: true)
        },
        pair("zeta", "Hurwitz's zeta function: the sum of (other + k)^-input over k from 0", noFirst) {
            s, q throws(Failure) in try s.zeta(q)
        },
    ]
}
