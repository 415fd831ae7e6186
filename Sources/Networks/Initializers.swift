import Engine

/// Ways to fill a parameter before training. Raw values are those of wb_initializer.
public enum Initializer: Int32, CaseIterable {
    case constant, uniform, normal, xavierUniform, xavierNormal, kaimingUniform, kaimingNormal, lecunNormal,
        linearDefault
    case kaimingUniformFanOut, kaimingNormalFanOut

    /// Fills `tensor` in place from the standard generator. a, b: value; bounds; mean and standard deviation; or a:
    /// gain.
    public func fill(_ tensor: Tensor, _ a: Double, _ b: Double) throws(Failure) {
        guard tensor.dtype.isFloat else {
            throw .dtype(
                operation: "initialize", "float32 or float64 is expected, but the tensor is \(tensor.dtype.name)")
        }
        guard a.isFinite, b.isFinite else {
            throw .argument(operation: "initialize", "parameters must be finite, but are \(a) and \(b)")
        }
        let values: Tensor
        switch self {
        case .constant: values = try Tensor.full(tensor.shape, a, tensor.dtype)
        case .uniform: values = try draw(tensor, .uniform, a, b)
        case .normal: values = try draw(tensor, .normal, a, b)
        case .xavierUniform:
            let fans = try fans(tensor)
            values = try uniform(tensor, a * (6 / (fans.in + fans.out)).squareRoot())
        case .xavierNormal:
            let fans = try fans(tensor)
            values = try normal(tensor, a * (2 / (fans.in + fans.out)).squareRoot())
        case .kaimingUniform: values = try uniform(tensor, a * (3 / fans(tensor).in).squareRoot())
        case .kaimingNormal: values = try normal(tensor, a / fans(tensor).in.squareRoot())
        case .lecunNormal: values = try normal(tensor, 1 / fans(tensor).in.squareRoot())
        case .linearDefault: values = try uniform(tensor, 1 / fans(tensor).in.squareRoot())
        case .kaimingUniformFanOut: values = try uniform(tensor, a * (3 / fans(tensor).out).squareRoot())
        case .kaimingNormalFanOut: values = try normal(tensor, a / fans(tensor).out.squareRoot())
        }
        try ThreadState.withGrad(false) { () throws(Failure) in try tensor.assign(values) }
    }

    /// For a weight [out, in, ...]: in x rest and out x rest.
    private func fans(_ tensor: Tensor) throws(Failure) -> (in: Double, out: Double) {
        let shape = tensor.shape
        guard shape.count >= 2, !shape.contains(0) else {
            throw .shape(
                operation: "initialize",
                "a weight [out, in, ...] is expected, but the shape has \(shape.count) axes: \(shape)")
        }
        let rest = Double(shape.dropFirst(2).reduce(1, *))
        return (Double(shape[1]) * rest, Double(shape[0]) * rest)
    }

    private func uniform(_ tensor: Tensor, _ bound: Double) throws(Failure) -> Tensor {
        try draw(tensor, .uniform, -bound, bound)
    }
    private func normal(_ tensor: Tensor, _ deviation: Double) throws(Failure) -> Tensor {
        try draw(tensor, .normal, 0, abs(deviation))
    }

    private func draw(_ tensor: Tensor, _ kind: Generator.Distribution, _ a: Double, _ b: Double) throws(Failure)
        -> Tensor
    {
        try Generator.standard().draw(kind, tensor.dtype, tensor.shape, a, b)
    }
}
