import Steps

/// Elementary and special functions, in floats.
extension Node {
    func sqrt() throws(Failure) -> Node { try Sqrt().record([asFloat()]) }
    func rsqrt() throws(Failure) -> Node { try Rsqrt().record([asFloat()]) }
    func exp() throws(Failure) -> Node { try Exp().record([asFloat()]) }
    func expm1() throws(Failure) -> Node { try Expm1().record([asFloat()]) }
    func exp2() throws(Failure) -> Node { try Exp2().record([asFloat()]) }
    func log() throws(Failure) -> Node { try Log().record([asFloat()]) }
    func log1p() throws(Failure) -> Node { try Log1p().record([asFloat()]) }
    func log2() throws(Failure) -> Node { try Log2().record([asFloat()]) }
    func log10() throws(Failure) -> Node { try Log10().record([asFloat()]) }
    func sin() throws(Failure) -> Node { try Sin().record([asFloat()]) }
    func cos() throws(Failure) -> Node { try Cos().record([asFloat()]) }
    func tan() throws(Failure) -> Node { try Tan().record([asFloat()]) }
    func asin() throws(Failure) -> Node { try Asin().record([asFloat()]) }
    func acos() throws(Failure) -> Node { try Acos().record([asFloat()]) }
    func atan() throws(Failure) -> Node { try Atan().record([asFloat()]) }

    /// The angle of the point (x, self).
    func atan2(_ x: Node) throws(Failure) -> Node {
        let dtype = Node.commonFloat(self, x)
        return try Atan2().record([cast(dtype), x.cast(dtype)])
    }

    func sinh() throws(Failure) -> Node { try Sinh().record([asFloat()]) }
    func cosh() throws(Failure) -> Node { try Cosh().record([asFloat()]) }
    func asinh() throws(Failure) -> Node { try Asinh().record([asFloat()]) }
    func acosh() throws(Failure) -> Node { try Acosh().record([asFloat()]) }
    func atanh() throws(Failure) -> Node { try Atanh().record([asFloat()]) }
    func erf() throws(Failure) -> Node { try Erf().record([asFloat()]) }
    func erfc() throws(Failure) -> Node { try Erfc().record([asFloat()]) }
    func logGamma() throws(Failure) -> Node { try LogGamma().record([asFloat()]) }
    func digamma() throws(Failure) -> Node { try Digamma().record([asFloat()]) }

    func polygamma(_ order: Int) throws(Failure) -> Node {
        order == 0 ? try digamma() : try Polygamma(order: order).record([asFloat()])
    }
}
