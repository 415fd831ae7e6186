import Engine

/// Gradients that are kept from becoming too large, between backward and step.
public enum Clipping {
    /// Multiplies all collected gradients by one number, so that their norm of order p together is at most `limit`
    /// (Pascanu et al. 2013): by limit / (norm + 1e-6), or 1 where that is more. Returns the norm before.
    /// `isFinite`: fails, and changes nothing, where it is NaN or infinite.
    public static func norm(_ parameters: [Tensor], _ limit: Double, _ p: Double = 2, isFinite: Bool = false)
        throws(Failure) -> Tensor
    {
        try ThreadState.withGrad(false) { () throws(Failure) in
            let gradients = try collected(parameters)
            let norm = try Tensor.totalNorm(gradients.map(\.gradient), p, isFinite: isFinite)
            try scale(gradients, limit, norm)
            return norm
        }
    }

    /// The same with a norm that is known.
    public static func norm(_ parameters: [Tensor], _ limit: Double, total norm: Tensor) throws(Failure) {
        guard norm.shape.isEmpty, norm.dtype.isFloat else {
            throw .shape(operation: "clip_grads_with_norm", "a norm of one number is expected, but it is \(norm.shape)")
        }
        try ThreadState.withGrad(false) { () throws(Failure) in try scale(collected(parameters), limit, norm) }
    }

    /// Brings each element of each gradient between -limit and limit.
    public static func value(_ parameters: [Tensor], _ limit: Double) throws(Failure) {
        guard limit >= 0 else {
            throw .argument(operation: "clip_grad_value", "a limit of 0 at least is expected, but found \(limit)")
        }
        try ThreadState.withGrad(false) { () throws(Failure) in
            try replace(
                collected(parameters).map { (entry) throws(Failure) in
                    (entry.parameter, try entry.gradient.clamped(-limit, limit))
                }, [])
        }
    }

    private typealias Entry = (parameter: Tensor, gradient: Tensor)

    /// The parameters that have gradients, each once.
    private static func collected(_ parameters: [Tensor]) throws(Failure) -> [Entry] {
        var seen: Set<ObjectIdentifier> = []
        var found: [Entry] = []
        for parameter in parameters where seen.insert(ObjectIdentifier(parameter)).inserted {
            guard let gradient = try parameter.gradient() else { continue }
            found.append((parameter, try gradient.detach()))
        }
        return found
    }

    private static func scale(_ gradients: [Entry], _ limit: Double, _ norm: Tensor) throws(Failure) {
        guard !limit.isNaN else { throw .argument(operation: "clip_grad_norm", "the largest norm must not be NaN") }
        let ratio = try (norm + 1e-6).applying(.divide, limit, reversed: true)
        // min(NaN, 1) is NaN, as in PyTorch: a gradient that is no number stays none.
        let factor = try ratio.clamped(-.infinity, 1)
        try replace(
            gradients.map { (entry) throws(Failure) in
                (entry.parameter, try entry.gradient * factor.cast(entry.gradient.dtype))
            }, [norm])
    }

    /// All in one plan, so that none is changed where one fails.
    private static func replace(_ gradients: [Entry], _ others: [Tensor]) throws(Failure) {
        if !Capture.isOpen { try Tensor.evaluate(gradients.map(\.gradient) + others) }
        for (parameter, gradient) in gradients { try parameter.setGradient(gradient) }
    }
}
