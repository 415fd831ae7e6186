import Engine

/// Ways to fill a parameter, under Keras' names: 'glorot_uniform', 'GlorotUniform', 'RandomNormal(stddev=0.01)'.
///
/// Fans are Keras': of a kernel [..., in, out], in and out times the other extents.
struct KerasInitializer {
    private enum Rule {
        case constant(Double)
        case uniform(Double, Double)
        case normal(mean: Double, deviation: Double)
        case truncated(mean: Double, deviation: Double)
        case scaled(Double, Fan, Distribution)
        case orthogonal(Double)
        case identity(Double)
    }
    private enum Fan: String { case fan_in, fan_out, fan_avg }
    private enum Distribution: String { case truncated_normal, untruncated_normal, uniform }

    private let rule: Rule
    private let seed: UInt64?
    private let operation: String

    /// What is scaled by fans: scale, fan and distribution.
    private static let scalings: [String: (Double, Fan, Distribution)] = [
        "glorotuniform": (1, .fan_avg, .uniform), "glorotnormal": (1, .fan_avg, .truncated_normal),
        "xavieruniform": (1, .fan_avg, .uniform), "xaviernormal": (1, .fan_avg, .truncated_normal),
        "heuniform": (2, .fan_in, .uniform), "henormal": (2, .fan_in, .truncated_normal),
        "lecununiform": (1, .fan_in, .uniform), "lecunnormal": (1, .fan_in, .truncated_normal),
    ]
    private static let seed = Parameter("seed", .optional(.integer), Value.none, "of these draws alone")
    private static func real(_ name: String, _ initial: Double) -> Parameter {
        Parameter(name, .real, .real(initial), "")
    }
    private static let others: [String: [Parameter]] = [
        "zeros": [], "zero": [], "ones": [], "one": [], "constant": [real("value", 0)],
        "randomuniform": [real("minval", -0.05), real("maxval", 0.05), seed],
        "uniform": [real("minval", -0.05), real("maxval", 0.05), seed],
        "randomnormal": [real("mean", 0), real("stddev", 0.05), seed],
        "normal": [real("mean", 0), real("stddev", 0.05), seed],
        "truncatednormal": [real("mean", 0), real("stddev", 0.05), seed],
        "orthogonal": [real("gain", 1), seed], "orthogonalinitializer": [real("gain", 1), seed],
        "identity": [real("gain", 1)], "identityinitializer": [real("gain", 1)],
        "variancescaling": [
            real("scale", 1), Parameter("mode", .choice(["fan_in", "fan_out", "fan_avg"]), .text("fan_in"), ""),
            Parameter(
                "distribution", .choice(["truncated_normal", "untruncated_normal", "uniform", "normal"]),
                .text("truncated_normal"), ""), seed,
        ],
    ]

    init(_ text: String, for operation: String) throws(Failure) {
        self.operation = operation
        let call = try Reader.call(text, operation: operation)
        let last = call.name.split(separator: ".").last.map(String.init) ?? call.name
        let name = last.lowercased().filter { $0 != "_" }
        let scaling = KerasInitializer.scalings[name]
        guard let parameters = scaling == nil ? KerasInitializer.others[name] : [KerasInitializer.seed] else {
            throw .argument(
                operation: operation,
                Registry.unknown("initialiser", last, among: KerasInitializer.names))
        }
        let items = try call.arguments.map { (argument) throws(Failure) in try argument.constant(operation) }
        let given = try Arguments(Signature(last, parameters, ""), items)
        seed = given.optionalInteger("seed").map { UInt64(bitPattern: Int64($0)) }
        func number(_ name: String) throws(Failure) -> Double {
            let value = try given.real(name)
            guard value.isFinite else {
                throw .argument(operation: operation, "\(last): \(name) must be finite, but is \(value)")
            }
            return value
        }
        if let scaling {
            rule = .scaled(scaling.0, scaling.1, scaling.2)
            return
        }
        switch name {
        case "zeros", "zero": rule = .constant(0)
        case "ones", "one": rule = .constant(1)
        case "constant": rule = .constant(try number("value"))
        case "randomuniform", "uniform": rule = .uniform(try number("minval"), try number("maxval"))
        case "randomnormal", "normal": rule = .normal(mean: try number("mean"), deviation: try number("stddev"))
        case "truncatednormal": rule = .truncated(mean: try number("mean"), deviation: try number("stddev"))
        case "orthogonal", "orthogonalinitializer": rule = .orthogonal(try number("gain"))
        case "identity", "identityinitializer": rule = .identity(try number("gain"))
        default:
            let scale = try number("scale")
            guard scale > 0 else {
                throw .argument(operation: operation, "\(last): scale must be above 0, but is \(scale)")
            }
            let word = try given.text("distribution")
            rule = .scaled(
                scale, Fan(rawValue: try given.text("mode")) ?? .fan_in,
                Distribution(rawValue: word == "normal" ? "truncated_normal" : word) ?? .uniform)
        }
    }

    /// As Keras spells them.
    static let names = [
        "zeros", "ones", "constant", "random_uniform", "random_normal", "truncated_normal", "glorot_uniform",
        "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal", "variance_scaling", "orthogonal",
        "identity",
    ]

    /// A new tensor with such values.
    /// - Parameter fans: In and out, where the last two axes do not say them.
    func values(_ shape: Shape, _ dtype: DType, fans: (in: Double, out: Double)? = nil) throws(Failure) -> Tensor {
        switch rule {
        case .constant(let value): return try Tensor.full(shape, value, dtype)
        case .uniform(let low, let high): return try draw(.uniform, low, high, shape, dtype)
        case .normal(let mean, let deviation): return try draw(.normal, mean, abs(deviation), shape, dtype)
        case .truncated(let mean, let deviation): return try truncated(mean, deviation, shape, dtype)
        case .scaled(let scale, let fan, let distribution):
            let fans = fans ?? KerasInitializer.fans(shape)
            let count: Double
            switch fan {
            case .fan_in: count = fans.in
            case .fan_out: count = fans.out
            case .fan_avg: count = (fans.in + fans.out) / 2
            }
            let variance = scale / max(1, count)
            switch distribution {
            // The standard deviation of a normal distribution that is cut off at 2 of its own.
            case .truncated_normal:
                return try truncated(0, variance.squareRoot() / 0.879_625_661_034_239_78, shape, dtype)
            case .untruncated_normal: return try draw(.normal, 0, variance.squareRoot(), shape, dtype)
            case .uniform:
                let bound = (3 * variance).squareRoot()
                return try draw(.uniform, -bound, bound, shape, dtype)
            }
        case .identity(let gain):
            guard shape.count == 2 else {
                throw .shape(operation: operation, "the identity has two axes, but the shape is \(shape)")
            }
            return try Tensor.eye(shape[0], shape[1], dtype) * gain
        case .orthogonal(let gain): return try orthogonal(gain, shape, dtype)
        }
    }

    /// In and out of a kernel: [in, out], or [spatial, in, out].
    private static func fans(_ shape: Shape) -> (in: Double, out: Double) {
        switch shape.count {
        case 0: return (1, 1)
        case 1: return (Double(shape[0]), Double(shape[0]))
        default:
            let rest = shape.dropLast(2).reduce(1.0) { $0 * Double($1) }
            return (Double(shape[shape.count - 2]) * rest, Double(shape[shape.count - 1]) * rest)
        }
    }

    private func draw(_ kind: Generator.Distribution, _ a: Double, _ b: Double, _ shape: Shape, _ dtype: DType)
        throws(Failure) -> Tensor
    {
        if let seed { return try Generator(seed: seed).draw(kind, dtype, shape, a, b) }
        return try Generator.standard().draw(kind, dtype, shape, a, b)
    }

    /// Normal numbers, cut off two standard deviations from the mean: uniform numbers through the inverse of the
    /// distribution function.
    private func truncated(_ mean: Double, _ deviation: Double, _ shape: Shape, _ dtype: DType) throws(Failure)
        -> Tensor
    {
        // erf(sqrt 2), the share within two standard deviations.
        let share = 0.954_499_736_103_641_6
        let draw = try draw(.uniform, -share, share, shape, .float64)
        let values = try Functions.call("erfinv", [draw])[0] * (deviation * 2.0.squareRoot())
        return try (values.clamped(-2 * abs(deviation), 2 * abs(deviation)) + mean).cast(dtype)
    }

    /// Columns (or rows) at right angles, of the matrix that has the last axis as its columns. Saxe et al. 2013.
    private func orthogonal(_ gain: Double, _ shape: Shape, _ dtype: DType) throws(Failure) -> Tensor {
        guard shape.count >= 2 else {
            throw .shape(operation: operation, "an orthogonal start takes two axes at least, but the shape is \(shape)")
        }
        let (rows, columns) = (shape.dropLast().reduce(1, *), shape[shape.count - 1])
        guard rows > 0, columns > 0 else { return try Tensor.full(shape, 0, dtype) }
        let numbers = try draw(.normal, 0, 1, [max(rows, columns), min(rows, columns)], dtype)
        let (q, r) = try numbers.qr()
        let fair = try q * r.diagonal().applying(.sign)
        return try ((rows < columns ? fair.transpose(0, 1) : fair).reshape(shape) * gain)
    }
}
