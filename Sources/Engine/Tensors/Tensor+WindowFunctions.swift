import Steps

/// Window functions: what a piece of a signal is multiplied by before its Fourier transform.
extension Tensor {
    public enum WindowFunction: Sendable {
        /// The sum over k of (-1)^k a[k] cos(2 pi k n / period).
        case cosines([Double])
        /// 1 - |2 n / period - 1|
        case bartlett
        /// sin(pi (n + 1/2) / (period + 1))
        case cosine
        /// exp(-|n - center| / tau); nil: the middle.
        case exponential(center: Double?, tau: Double)
        /// exp(-((n - period / 2) / std)^2 / 2)
        case gaussian(std: Double)
        /// I0(beta sqrt(1 - (2 n / period - 1)^2)) / I0(beta)
        case kaiser(beta: Double)
    }

    /// `count` samples of a window function. The period is count - 1 where it is symmetric, so that the last sample is
    /// as the first; else count, as discrete Fourier transforms go on.
    public static func window(
        _ function: WindowFunction, _ count: Int, isSymmetric: Bool, _ dtype: DType, _ name: String
    ) throws(Failure) -> Tensor {
        guard count >= 0 else {
            throw .argument(operation: name, "a number of samples from 0 on is expected, but found \(count)")
        }
        try dtype.requireFloat(name)
        try function.check(isSymmetric: isSymmetric, name)
        try checkShape([count], .float64, operation: name)
        guard count > 1 else { return try full([count], 1, dtype) }
        let places = try Arange(start: 0, step: 1, count: count, dtype: .float64).record([])
        let samples = try function.samples(places, period: Double(isSymmetric ? count - 1 : count))
        return try Tensor(result: samples.cast(dtype))
    }
}

extension Tensor.WindowFunction {
    fileprivate func check(isSymmetric: Bool, _ name: String) throws(Failure) {
        func positive(_ value: Double, _ what: String) throws(Failure) {
            guard value > 0 else {
                throw .argument(operation: name, "\(what) above 0 is expected, but found \(value)")
            }
        }
        switch self {
        case .cosines(let parts) where parts.isEmpty:
            throw .argument(operation: name, "one coefficient at least is expected, but a is empty")
        case .exponential(let center, let tau):
            try positive(tau, "tau")
            guard center == nil || !isSymmetric else {
                throw .argument(operation: name, "a center is for sym=False; a symmetric window has its own")
            }
        case .gaussian(let std): try positive(std, "std")
        case .kaiser(let beta) where !(beta >= 0):
            throw .argument(operation: name, "beta from 0 on is expected, but found \(beta)")
        default: break
        }
    }

    /// The samples at `n`, which is float64.
    fileprivate func samples(_ n: Node, period: Double) throws(Failure) -> Node {
        func number(_ value: Double) throws(Failure) -> Node { try Node.scalar(value, like: n) }
        switch self {
        case .cosines(let parts):
            var sum = try number(parts[0])
            for (k, part) in parts.enumerated().dropFirst() {
                let angle = try n * number(2 * .pi * Double(k) / period)
                sum = try sum + number(k % 2 == 0 ? part : -part) * angle.cos()
            }
            return try sum.broadcast(to: n.shape)
        case .bartlett: return try number(1) - (n * number(2 / period) - number(1)).absolute()
        case .cosine: return try ((n + number(0.5)) * number(.pi / (period + 1))).sin()
        case .exponential(let center, let tau):
            return try (-(n - number(center ?? period / 2)).absolute() / number(tau)).exp()
        case .gaussian(let std):
            return try (((n - number(period / 2)) / number(std)).square() * number(-0.5)).exp()
        case .kaiser(let beta):
            let place = try n * number(2 / period) - number(1)
            let root = try (number(1) - place.square()).maximum(number(0)).sqrt() * number(beta)
            // Scaled functions, which do not overflow.
            let scale = try (root - number(beta)).exp() / number(beta).modifiedBessel(0, isScaled: true)
            return try root.modifiedBessel(0, isScaled: true) * scale
        }
    }
}
