import Steps

// The elementary functions as instructions, each in a closure of its own, and once for each type. In generic code, and
// where a function stands in two places, the compiler makes calls of it. Calls take vectors in quarters, and what is
// around them goes in quarters too: a softplus takes twice the time.

extension SIMD16 where Scalar == Float {
    /// nil where it is another instruction.
    static func elementary(_ opcode: LoopOpcode) -> ((LoopBlock<Self>) -> Void)? {
        switch opcode {
        case .exp: return { $0.map { exp($0) } }
        case .exp2: return { $0.map { exp2($0) } }
        case .expm1: return { $0.map { expm1($0) } }
        case .log: return { $0.map { log($0) } }
        case .log2: return { $0.map { log2($0) } }
        case .log10: return { $0.map { log10($0) } }
        case .log1p: return { $0.map { log1p($0) } }
        case .sin: return { $0.map { sin($0) } }
        case .cos: return { $0.map { cos($0) } }
        case .tan: return { $0.map { tan($0) } }
        case .asin: return { $0.map { asin($0) } }
        case .acos: return { $0.map { acos($0) } }
        case .atan: return { $0.map { atan($0) } }
        case .sinh: return { $0.map { sinh($0) } }
        case .cosh: return { $0.map { cosh($0) } }
        case .tanh: return { $0.map { tanh($0) } }
        case .asinh: return { $0.map { asinh($0) } }
        case .acosh: return { $0.map { acosh($0) } }
        case .atanh: return { $0.map { atanh($0) } }
        case .sigmoid: return { $0.map { sigmoid($0) } }
        case .softplus: return { $0.map { softplus($0) } }
        case .erf: return { $0.map { erf($0) } }
        case .erfc: return { $0.map { erfc($0) } }
        case .scaledErfc: return { $0.map { scaledErfc($0) } }
        case .gelu: return { $0.map { gelu($0) } }
        case .normalCumulative: return { $0.map { normalCumulative($0) } }
        case .logNormalCumulative: return { $0.map { logNormalCumulative($0) } }
        case .entropy: return { $0.map { entropy($0) } }
        case .clampedLog: return { $0.map { clampedLog($0) } }
        case .atan2: return { $0.map2 { atan2($0, $1) } }
        case .bce: return { $0.map2 { binaryCrossEntropy($0, $1) } }
        case .bceWithLogits: return { $0.map2 { binaryCrossEntropy(ofLogits: $0, $1) } }
        default: return nil
        }
    }
}

extension SIMD8 where Scalar == Double {
    /// The same of float64.
    static func elementary(_ opcode: LoopOpcode) -> ((LoopBlock<Self>) -> Void)? {
        switch opcode {
        case .exp: return { $0.map { exp($0) } }
        case .exp2: return { $0.map { exp2($0) } }
        case .expm1: return { $0.map { expm1($0) } }
        case .log: return { $0.map { log($0) } }
        case .log2: return { $0.map { log2($0) } }
        case .log10: return { $0.map { log10($0) } }
        case .log1p: return { $0.map { log1p($0) } }
        case .sin: return { $0.map { sin($0) } }
        case .cos: return { $0.map { cos($0) } }
        case .tan: return { $0.map { tan($0) } }
        case .asin: return { $0.map { asin($0) } }
        case .acos: return { $0.map { acos($0) } }
        case .atan: return { $0.map { atan($0) } }
        case .sinh: return { $0.map { sinh($0) } }
        case .cosh: return { $0.map { cosh($0) } }
        case .tanh: return { $0.map { tanh($0) } }
        case .asinh: return { $0.map { asinh($0) } }
        case .acosh: return { $0.map { acosh($0) } }
        case .atanh: return { $0.map { atanh($0) } }
        case .sigmoid: return { $0.map { sigmoid($0) } }
        case .softplus: return { $0.map { softplus($0) } }
        case .erf: return { $0.map { erf($0) } }
        case .erfc: return { $0.map { erfc($0) } }
        case .scaledErfc: return { $0.map { scaledErfc($0) } }
        case .gelu: return { $0.map { gelu($0) } }
        case .normalCumulative: return { $0.map { normalCumulative($0) } }
        case .logNormalCumulative: return { $0.map { logNormalCumulative($0) } }
        case .entropy: return { $0.map { entropy($0) } }
        case .clampedLog: return { $0.map { clampedLog($0) } }
        case .atan2: return { $0.map2 { atan2($0, $1) } }
        case .bce: return { $0.map2 { binaryCrossEntropy($0, $1) } }
        case .bceWithLogits: return { $0.map2 { binaryCrossEntropy(ofLogits: $0, $1) } }
        default: return nil
        }
    }
}

extension MathVector {
    @inline(__always) fileprivate static func clampedLog(_ x: Self) -> Self { maximum(log(x), splat(-100)) }

    @inline(__always) fileprivate static func binaryCrossEntropy(_ p: Self, _ t: Self) -> Self {
        let yes = t * clampedLog(p)
        let no = (splat(1) - t) * maximum(log1p(-p), splat(-100))
        return -(yes + no)
    }

    @inline(__always) fileprivate static func binaryCrossEntropy(ofLogits x: Self, _ t: Self) -> Self {
        (relu(x) - x * t) + log1p(exp(-x.magnitude))
    }
}
