import Engine

/// A function of Keras' activations, by its name; or a layer that stands in its place.
struct KerasActivation {
    typealias Body = (Tensor) throws(Failure) -> Tensor

    /// nil where it is a layer.
    private(set) var name: String? = "linear"
    private(set) var module: Module?
    private var body: Body = { x in x }

    /// The activation that an argument of a layer names.
    init(_ arguments: Arguments, _ argument: String) throws(Failure) {
        if let module = arguments.object(argument) as? Module {
            self.init(module)
        } else {
            try self.init(
                arguments.optionalText(argument) ?? "linear", for: "\(arguments.signature.name): \(argument)",
                arguments.dtype(Parameter.dtype.name, .float32))
        }
    }

    private init(_ module: Module) { (name, self.module) = (nil, module) }

    /// A name, such as "relu"; a call of a function, such as "gelu(approximate=True)"; or a layer's expression.
    init(_ text: String, for operation: String, _ dtype: DType = .float32) throws(Failure) {
        let call = try Reader.call(text, operation: operation)
        if Registry.module(call.name) != nil {
            (name, module) = (nil, try Module.make(text, dtype: dtype))
            return
        }
        guard let kind = KerasActivation.table[call.name] else {
            throw .argument(
                operation: operation,
                Registry.unknown("activation", call.name, among: KerasActivation.names))
        }
        let items = try call.arguments.map { (argument) throws(Failure) in try argument.constant(operation) }
        let given = try Arguments(Signature(call.name, kind.parameters, ""), items)
        (name, body) = (call.name, try kind.body(given))
    }

    func callAsFunction(_ x: Tensor) throws(Failure) -> Tensor { try body(x) }

    static var names: [String] { table.keys.sorted() }

    // MARK: The functions

    private struct Kind {
        let parameters: [Parameter]
        let body: (Arguments) throws(Failure) -> Body
    }

    private static func plain(_ body: @escaping Body) -> Kind { Kind(parameters: []) { _ in body } }

    /// A function of the table of functions, with its arguments.
    private static func call(_ text: String) -> Kind { plain { (x) throws(Failure) in try one(text, x) } }

    private static func one(_ text: String, _ x: Tensor) throws(Failure) -> Tensor { try Functions.call(text, [x])[0] }

    private static func real(_ name: String, _ initial: Double) -> Parameter {
        Parameter(name, .real, .real(initial), "")
    }

    private static let axis = Parameter("axis", .integer, .integer(-1), "")

    private static let table: [String: Kind] = {
        var table: [String: Kind] = [
            "linear": plain { x in x },
            "sigmoid": plain { (x) throws(Failure) in try x.applying(.sigmoid) },
            "tanh": plain { (x) throws(Failure) in try x.applying(.tanh) },
            "softplus": call("softplus"), "softsign": call("softsign"),
            "exponential": plain { (x) throws(Failure) in try x.applying(.exp) },
            "selu": call("selu"), "silu": call("silu"), "relu6": call("relu6"), "mish": call("mish"),
            "log_sigmoid": call("logsigmoid"),
            "hard_sigmoid": plain { (x) throws(Failure) in try (x * (1.0 / 6) + 0.5).clamped(0, 1) },
            // Of Keras 1 and 2.
            "hard_sigmoid_v2": plain { (x) throws(Failure) in try (x * 0.2 + 0.5).clamped(0, 1) },
            "hard_silu": call("hardswish"), "hard_tanh": call("hardtanh"), "tanh_shrink": call("tanhshrink"),
            "sparse_plus": plain(sparsePlus),
            "sparse_sigmoid": plain { (x) throws(Failure) in
                try (x * 0.5 + 0.5).clamped(0, 1)
            },
        ]
        table["swish"] = table["silu"]
        table["hard_swish"] = table["hard_silu"]
        table["elu"] = Kind(parameters: [real("alpha", 1)]) { (given) throws(Failure) in
            let alpha = try given.real("alpha")
            return { (x) throws(Failure) in try x.applying(.elu, parameter: alpha) }
        }
        table["celu"] = Kind(parameters: [real("alpha", 1)]) { (given) throws(Failure) in
            let alpha = try given.real("alpha")
            return { (x) throws(Failure) in try x.applying(.celu, parameter: alpha) }
        }
        table["leaky_relu"] = Kind(parameters: [real("negative_slope", 0.2)]) { (given) throws(Failure) in
            let slope = try given.real("negative_slope")
            return { (x) throws(Failure) in try x.applying(.leakyRelu, parameter: slope) }
        }
        table["gelu"] = Kind(parameters: [Parameter("approximate", .flag, .flag(false), "")]) {
            (given) throws(Failure) in
            let isApproximate = try given.flag("approximate")
            return { (x) throws(Failure) in try x.applying(isApproximate ? .geluTanh : .gelu) }
        }
        table["softmax"] = Kind(parameters: [axis]) { (given) throws(Failure) in
            let axis = try given.integer("axis")
            return { (x) throws(Failure) in try x.softmax(axis) }
        }
        table["log_softmax"] = Kind(parameters: [axis]) { (given) throws(Failure) in
            let axis = try given.integer("axis")
            return { (x) throws(Failure) in try x.logSoftmax(axis) }
        }
        table["sparsemax"] = Kind(parameters: [axis]) { (given) throws(Failure) in
            let axis = try given.integer("axis")
            return { (x) throws(Failure) in try sparsemax(x, axis) }
        }
        table["glu"] = Kind(parameters: [axis]) { (given) throws(Failure) in
            let axis = try given.integer("axis")
            return { (x) throws(Failure) in try one("glu(dim=\(axis))", x) }
        }
        table["hard_shrink"] = Kind(parameters: [real("threshold", 0.5)]) { (given) throws(Failure) in
            let threshold = try given.real("threshold")
            return { (x) throws(Failure) in try one("hardshrink(lambd=\(threshold))", x) }
        }
        table["soft_shrink"] = Kind(parameters: [real("threshold", 0.5)]) { (given) throws(Failure) in
            let threshold = try given.real("threshold")
            return { (x) throws(Failure) in try one("softshrink(lambd=\(threshold))", x) }
        }
        table["threshold"] = Kind(parameters: [
            Parameter("threshold", .real, ""), Parameter("default_value", .real, ""),
        ]) { (given) throws(Failure) in
            let (threshold, value) = (try given.real("threshold"), try given.real("default_value"))
            return { (x) throws(Failure) in try one("threshold(threshold=\(threshold), value=\(value))", x) }
        }
        table["squareplus"] = Kind(parameters: [real("b", 4)]) { (given) throws(Failure) in
            let b = try given.real("b")
            return { (x) throws(Failure) in try (x + (x.applying(.square) + b).applying(.sqrt)) * 0.5 }
        }
        table["relu"] = Kind(parameters: [
            real("negative_slope", 0), Parameter("max_value", .optional(.real), Value.none, ""), real("threshold", 0),
        ]) { (given) throws(Failure) in
            let (slope, threshold) = (try given.real("negative_slope"), try given.real("threshold"))
            let most = given.optionalReal("max_value")
            return { (x) throws(Failure) in try relu(x, slope: slope, most: most, threshold: threshold) }
        }
        return table
    }()

    /// x from the threshold on, else slope (x - threshold); cut off at `most`.
    static func relu(_ x: Tensor, slope: Double, most: Double?, threshold: Double) throws(Failure) -> Tensor {
        if slope == 0, threshold == 0 {
            switch most {
            case nil: return try x.applying(.relu)
            case 6?: return try one("relu6", x)
            default: break
            }
        }
        var y: Tensor
        if threshold == 0 {
            y = try slope == 0 ? x.applying(.relu) : x.applying(.leakyRelu, parameter: slope)
        } else {
            let isAbove = try x.applying(.greater, threshold)
            let below = try slope == 0 ? Tensor.full([], 0, x.dtype) : (x - threshold) * slope
            y = try Tensor.choose(isAbove, x, below)
        }
        if let most { y = try y.clamped(nil, Tensor.full([], most, x.dtype)) }
        return y
    }

    /// 0 up to -1, (x + 1)^2 / 4 up to 1, x behind.
    private static func sparsePlus(_ x: Tensor) throws(Failure) -> Tensor {
        let middle = try x.clamped(-1, 1)
        return try ((middle + 1).applying(.square) * 0.25) + (x - 1).applying(.relu)
    }

    /// The nearest point of the simplex. Martins and Astudillo 2016.
    private static func sparsemax(_ x: Tensor, _ axis: Int) throws(Failure) -> Tensor {
        let place = axis < 0 ? x.shape.count + axis : axis
        guard x.shape.indices.contains(place), x.shape[place] > 0 else {
            throw .shape(operation: "sparsemax", "there is no axis \(axis) with elements in \(x.shape)")
        }
        let count = x.shape[place]
        let sorted = try x.sorted(place, descending: true).values
        var ranks = [Int](repeating: 1, count: x.shape.count)
        ranks[place] = count
        let rank = try Tensor.arange(1, Double(count) + 1, 1, x.dtype).reshape(ranks)
        let sums = try sorted.cumulativeSum(place) - 1
        let isInside = try Tensor.apply(.greater, sorted * rank, sums)
        let size = try isInside.cast(.int64).sum([place], keepdims: true)
        let threshold = try sums.gather(place, size - 1) / size.cast(x.dtype)
        return try (x - threshold).applying(.relu)
    }
}
