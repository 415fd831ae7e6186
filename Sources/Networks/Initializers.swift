import Engine

/// Ways to fill a parameter before training. Raw values are those of wb_initializer.
public enum Initializer: Int32, CaseIterable {
    case constant, uniform, normal, xavierUniform, xavierNormal, kaimingUniform, kaimingNormal, lecunNormal,
        linearDefault
    case kaimingUniformFanOut, kaimingNormalFanOut
    case eye, dirac, orthogonal, sparse

    /// Fills `tensor` in place from the standard generator. a, b: value; bounds; mean and standard deviation; or a:
    /// gain.
    public func fill(_ tensor: Tensor, _ a: Double, _ b: Double) throws(Failure) {
        guard tensor.dtype.isFloat else {
            throw .dtype(
                operation: "initialize", "a floating dtype is expected, but the tensor is \(tensor.dtype.name)")
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
        case .eye:
            try Initializer.checkRank(tensor, 2...2)
            values = try Tensor.eye(tensor.shape[0], tensor.shape[1], tensor.dtype)
        case .dirac: values = try dirac(tensor, a)
        case .orthogonal: values = try orthogonal(tensor, a)
        case .sparse: values = try sparse(tensor, a, b)
        }
        try ThreadState.withGrad(false) { () throws(Failure) in try tensor.assign(values) }
    }

    /// Fills `tensor` in place from a normal distribution cut off at `low` and `high`: uniform numbers between the
    /// distribution function's values there, through its inverse.
    public static func fillTruncated(_ tensor: Tensor, mean: Double, deviation: Double, _ low: Double, _ high: Double)
        throws(Failure)
    {
        guard tensor.dtype.isFloat else {
            throw .dtype(
                operation: "initialize", "a floating dtype is expected, but the tensor is \(tensor.dtype.name)")
        }
        guard mean.isFinite, deviation.isFinite, deviation > 0, low <= high else {
            throw .argument(
                operation: "initialize",
                "a finite mean, a standard deviation above 0 and bounds in order are expected, but found \(mean), "
                    + "\(deviation), \(low) and \(high)")
        }
        let root = 2.0.squareRoot()
        func place(_ bound: Double) throws(Failure) -> Tensor {
            try Tensor.full([], (bound - mean) / (deviation * root), .float64).applying(.erf)
        }
        let (first, last) = (try place(low), try place(high))
        let draw = try Generator.standard().draw(.uniform, .float64, tensor.shape, 0, 1)
        let values = try Functions.call("erfinv", [first + draw * (last - first)])[0] * (deviation * root) + mean
        let cut = try values.clamped(low, high)
        try ThreadState.withGrad(false) { () throws(Failure) in try tensor.assign(cut) }
    }

    private static func checkRank(_ tensor: Tensor, _ ranks: ClosedRange<Int>) throws(Failure) {
        guard ranks.contains(tensor.shape.count) else {
            let wanted =
                ranks.count == 1 ? "\(ranks.lowerBound)" : "\(ranks.lowerBound) to \(ranks.upperBound)"
            throw .shape(operation: "initialize", "\(wanted) axes are expected, but the shape is \(tensor.shape)")
        }
    }

    /// Of a convolution's weight [out, in, ...] in groups: each group's outputs are its inputs, as far as both go.
    private func dirac(_ tensor: Tensor, _ groups: Double) throws(Failure) -> Tensor {
        try Initializer.checkRank(tensor, 3...5)
        let shape = tensor.shape
        guard let count = Int(exactly: groups), count > 0, shape[0] % count == 0, !shape.contains(0) else {
            throw .argument(
                operation: "initialize", "groups that divide \(shape[0]) outputs are expected, but found \(groups)")
        }
        let kernel = Array(shape.dropFirst(2))
        let own = try Tensor.eye(shape[0] / count, shape[1], tensor.dtype)
        let point = try own.reshape([shape[0] / count, shape[1]] + kernel.map { _ in 1 })
        let widths = kernel.reversed().map { (before: $0 / 2, after: $0 - 1 - $0 / 2) }
        let group = try point.pad(widths, .constant)
        return try Tensor.concatenate([Tensor](repeating: group, count: count), 0)
    }

    /// Rows, or where there are more of them columns, at right angles (Saxe et al. 2013), times a gain.
    private func orthogonal(_ tensor: Tensor, _ gain: Double) throws(Failure) -> Tensor {
        try Initializer.checkRank(tensor, 2...64)
        guard tensor.count > 0 else { return tensor }
        let (rows, columns) = (tensor.shape[0], tensor.count / tensor.shape[0])
        let draw = try Generator.standard().draw(.normal, tensor.dtype, [rows, columns], 0, 1)
        let (q, r) = try (rows < columns ? draw.transpose(0, 1) : draw).qr()
        // Every such matrix is as likely as every other if the diagonal of R is positive (Mezzadri 2007).
        let fair = try q * r.diagonal().applying(.sign)
        return try (rows < columns ? fair.transpose(0, 1) : fair).reshape(tensor.shape) * gain
    }

    /// A matrix with a share of zeros in each column (Martens 2010), the rest normal.
    private func sparse(_ tensor: Tensor, _ share: Double, _ deviation: Double) throws(Failure) -> Tensor {
        try Initializer.checkRank(tensor, 2...2)
        guard (0...1).contains(share) else {
            throw .argument(operation: "initialize", "a share of zeros from 0 to 1 is expected, but found \(share)")
        }
        let zeros = (share * Double(tensor.shape[0])).rounded(.up)
        let values = try normal(tensor, deviation)
        // The place of each row in a random order, another one in each column.
        let order = try draw(tensor, .uniform, 0, 1).sorted(0, descending: false).indices
        let places = try order.sorted(0, descending: false).indices
        return try values * places.applying(.greaterEqual, zeros).cast(tensor.dtype)
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
