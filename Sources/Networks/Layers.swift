import Engine

/// y = x W^T + b; weight [out, in], bias [out].
public final class Linear: Module {
    public let inFeatures: Int
    public let outFeatures: Int
    public let hasBias: Bool

    /// Weight and bias drawn from U(-k, k), k = 1 / sqrt(in), as PyTorch does.
    public init(_ inFeatures: Int, _ outFeatures: Int, bias: Bool, dtype: DType) throws(Failure) {
        guard inFeatures > 0, outFeatures > 0 else {
            throw .argument(operation: "Linear", "features must be positive, but are \(inFeatures) in and \(outFeatures) out")
        }
        guard dtype.isFloat else { throw .dtype(operation: "Linear", "parameters are float32 or float64, not \(dtype.name)") }
        self.inFeatures = inFeatures
        self.outFeatures = outFeatures
        hasBias = bias
        super.init()
        let bound = 1 / Double(inFeatures).squareRoot()
        let generator = try Generator.standard()
        try setParameter("weight", generator.draw(.uniform, dtype, [outFeatures, inFeatures], -bound, bound))
        if bias { try setParameter("bias", generator.draw(.uniform, dtype, [outFeatures], -bound, bound)) }
    }

    public override var className: String { "Linear" }
    public override var attributes: [(name: String, value: Double)] {
        [("in_features", Double(inFeatures)), ("out_features", Double(outFeatures)), ("bias", hasBias ? 1 : 0)]
    }
    public override var summary: String { "in_features=\(inFeatures), out_features=\(outFeatures), bias=\(hasBias ? "True" : "False")" }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        guard let weight = parameters.first(where: { $0.name == "weight" })?.tensor else {
            throw .state(operation: "Linear", "its weight has been removed")
        }
        return try x.linear(weight, parameters.first { $0.name == "bias" }?.tensor)
    }
}

/// An activation function as a layer. Raw values are those of wb_activation.
public final class Activation: Module {
    public enum Kind: Int32, CaseIterable {
        case identity, relu, leakyRelu, sigmoid, tanh, gelu, softmax, logSoftmax, softplus

        public var className: String {
            switch self {
            case .identity: return "Identity"
            case .relu: return "ReLU"
            case .leakyRelu: return "LeakyReLU"
            case .sigmoid: return "Sigmoid"
            case .tanh: return "Tanh"
            case .gelu: return "GELU"
            case .softmax: return "Softmax"
            case .logSoftmax: return "LogSoftmax"
            case .softplus: return "Softplus"
            }
        }

        /// The name of the parameter, where there is one.
        var attribute: String? {
            switch self {
            case .leakyRelu: return "negative_slope"
            case .gelu: return "approximate"
            case .softmax, .logSoftmax: return "axis"
            default: return nil
            }
        }
    }

    public let kind: Kind
    /// Slope of leaky ReLU; axis of the softmaxes; 1 for GELU's tanh form.
    public let parameter: Double

    public init(_ kind: Kind, parameter: Double) throws(Failure) {
        guard parameter.isFinite else { throw .argument(operation: kind.className, "the parameter must be finite, but is \(parameter)") }
        if kind == .softmax || kind == .logSoftmax {
            guard let axis = Int(exactly: parameter), abs(axis) < 64 else {
                throw .argument(operation: kind.className, "the axis must be a whole number, but is \(parameter)")
            }
        }
        self.kind = kind
        self.parameter = parameter
        super.init()
    }

    public override var className: String { kind.className }
    public override var attributes: [(name: String, value: Double)] { kind.attribute.map { [($0, parameter)] } ?? [] }
    public override var summary: String {
        switch kind {
        case .leakyRelu: return "negative_slope=\(parameter)"
        case .gelu: return "approximate='\(parameter == 0 ? "none" : "tanh")'"
        case .softmax, .logSoftmax: return "dim=\(Int(parameter))"
        default: return ""
        }
    }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        switch kind {
        case .identity: return x
        case .relu: return try x.applying(.relu)
        case .leakyRelu: return try x.applying(.leakyRelu, parameter: parameter)
        case .sigmoid: return try x.applying(.sigmoid)
        case .tanh: return try x.applying(.tanh)
        case .gelu: return try x.applying(parameter == 0 ? .gelu : .geluTanh)
        case .softmax: return try x.softmax(Int(parameter))
        case .logSoftmax: return try x.logSoftmax(Int(parameter))
        case .softplus: return try x.applying(.softplus)
        }
    }
}

/// Makes axes start ... end one.
public final class Flatten: Module {
    public let startAxis: Int
    public let endAxis: Int

    public init(startAxis: Int, endAxis: Int) {
        self.startAxis = startAxis
        self.endAxis = endAxis
        super.init()
    }

    public override var className: String { "Flatten" }
    public override var attributes: [(name: String, value: Double)] { [("start_axis", Double(startAxis)), ("end_axis", Double(endAxis))] }
    public override var summary: String { "start_dim=\(startAxis), end_dim=\(endAxis)" }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        let rank = x.shape.count
        let start = startAxis < 0 ? startAxis + rank : startAxis
        let end = endAxis < 0 ? endAxis + rank : endAxis
        guard start >= 0, end < rank, start <= end else {
            throw .shape(operation: "Flatten", "axes \(startAxis) to \(endAxis) do not exist in order in a tensor of \(rank) axes")
        }
        return try x.reshape(Array(x.shape[..<start]) + [x.shape[start...end].reduce(1, *)] + Array(x.shape[(end + 1)...]))
    }
}

/// Applies its children in order.
public final class Sequential: Module {
    public init(_ modules: [Module]) throws(Failure) {
        super.init()
        for (place, module) in modules.enumerated() { try add(module, as: String(place)) }
    }

    public override var className: String { "Sequential" }

    /// What of the values between the children is stored for derivatives.
    public enum Checkpoint {
        /// All.
        case none
        /// The inputs of that many segments; the rest is computed again.
        case segments(Int)
        /// The same with the square root of the number of children: the least memory (Chen et al. 2016).
        case squareRoot
    }
    /// No part of the structure: it changes no result.
    public var checkpoint = Checkpoint.none

    private var segmentCount: Int {
        switch checkpoint {
        case .none: return 1
        case .segments(let count): return count
        case .squareRoot: return max(1, Int(Double(children.count).squareRoot().rounded()))
        }
    }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        let modules = children.map { $0.module }
        let count = segmentCount
        guard count > 1, ThreadState.current.isGradEnabled else { return try Sequential.run(modules[...], x) }
        guard count <= modules.count else {
            throw .argument(operation: "Sequential", "\(count) segments are more than there are modules, \(modules.count)")
        }
        // The last one's values are needed as soon as they are there.
        let length = modules.count / count
        var value = x
        for segment in 0..<count - 1 {
            let part = modules[segment * length..<(segment + 1) * length]
            let variable = try (value.dtype.isFloat ? value : Tensor.full([], 0, .float32)).variable()
            value = try Tensor.checkpoint([variable], [Sequential.run(part, value.dtype.isFloat ? variable : value)])[0]
        }
        return try Sequential.run(modules[((count - 1) * length)...], value)
    }

    private static func run(_ modules: ArraySlice<Module>, _ x: Tensor) throws(Failure) -> Tensor {
        var value = x
        for module in modules { value = try module.forward(value) }
        return value
    }
}
