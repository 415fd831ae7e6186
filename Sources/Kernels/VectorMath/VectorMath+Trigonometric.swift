/// Sine, cosine and tangent. x = q π/2 + r leaves |r| ≤ π/4; q modulo 4 says which of ±sin r, ±cos r the result is.
extension MathVector {
    @inline(__always) static func sin(_ x: Self) -> Self {
        var y = quarterTurns(x, plus: 0)
        if any(farFromZero(x)) { replaceFarLanes(of: &y, by: x, glibcSin) }
        return y.replacing(with: x, where: x .== splat(0))
    }

    @inline(__always) static func cos(_ x: Self) -> Self {
        var y = quarterTurns(x, plus: 1)
        if any(farFromZero(x)) { replaceFarLanes(of: &y, by: x, glibcCos) }
        return y
    }

    /// sin r / cos r, or -cos r / sin r where q is odd.
    @inline(__always) static func tan(_ x: Self) -> Self {
        let (sine, cosine, q) = sineAndCosine(x)
        let odd = Bits(repeating: 0) &- (q & 1)
        let numerator = fromBits((sine.bits & ~odd) | ((cosine.bits ^ signBit) & odd))
        let denominator = fromBits((cosine.bits & ~odd) | (sine.bits & odd))
        var y = numerator / denominator
        if any(farFromZero(x)) { replaceFarLanes(of: &y, by: x, glibcTan) }
        return y.replacing(with: x, where: x .== splat(0))
    }

    /// sin r, cos r and q.
    @_transparent private static func sineAndCosine(_ x: Self) -> (sine: Self, cosine: Self, q: Bits) {
        let (number, integer) = (x * splat(Scalar(0.6366197723675813431))).rounded
        let r = x.addingProduct(number, splat(-halfPi.0)).addingProduct(number, splat(-halfPi.1))
            .addingProduct(number, splat(-halfPi.2))
        let z = r * r
        let sine = r.addingProduct(r * z, sinPolynomial(z))
        let cosine = z.times(splat(-0.5), plus: 1).addingProduct(z * z, cosPolynomial(z))
        return (sine, cosine, integer)
    }

    /// sin(x + offset π/2).
    @_transparent private static func quarterTurns(_ x: Self, plus offset: Bits.Scalar) -> Self {
        let (sine, cosine, integer) = sineAndCosine(x)
        let q = integer &+ offset
        // All ones where q is odd.
        let odd = Bits(repeating: 0) &- (q & 1)
        let sign = (q & 2) &<< Bits.Scalar(Bits.Scalar.bitWidth - 2)
        return fromBits(((sine.bits & ~odd) | (cosine.bits & odd)) ^ sign)
    }

    @_transparent private static func farFromZero(_ x: Self) -> SIMDMask<MaskStorage> {
        .!(x.magnitude .<= splat(trigonometricLimit))
    }

    /// The lanes that are far from zero one by one: rare, and not worth vector code.
    @inline(__always)
    private static func replaceFarLanes(of y: inout Self, by x: Self, _ function: (Scalar) -> Scalar) {
        withUnsafePointer(to: x) { x in replaceFarLanes(&y, x, function) }
    }

    /// Vectors come in memory: given by value they come in quarters, and so would all that is around the call.
    @inline(never)
    private static func replaceFarLanes(
        _ y: UnsafeMutablePointer<Self>, _ x: UnsafePointer<Self>, _ function: (Scalar) -> Scalar
    ) {
        for lane in 0..<scalarCount where !(x.pointee[lane].magnitude <= trigonometricLimit) {
            y.pointee[lane] = function(x.pointee[lane])
        }
    }
}
