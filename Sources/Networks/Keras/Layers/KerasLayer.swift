import Engine

/// Extents of an input, without the batch; nil where one may be of any size.
typealias KerasShape = [Int?]

/// A layer with Keras' rules. Its parameters fit its input: they are made when it is made, if `input_shape` says what
/// that is, and in the first forward pass otherwise. Data has its channels last.
///
/// Arguments, parameters and buffers have Keras 3's names, parameters in Keras' order; so the arrays of a file find
/// their places by order alone.
public class KerasLayer: Module {
    let dtype: DType
    /// What the parameters were made for: a shape for each input.
    private(set) var inputShapes: [KerasShape]?
    /// The functions that arguments name, by the argument.
    private let activations: [String: KerasActivation]

    /// What each of these layers takes besides its own arguments.
    static func parameters(_ own: [Parameter] = []) -> [Parameter] {
        own + [
            Parameter(
                "trainable", .flag, .flag(true), keyword: true,
                "whether the parameters require gradients; normalisation of batches by what it has seen otherwise"),
            Parameter(
                Parameter.dtype.name, Parameter.dtype.type, Value.none, keyword: true, "dtype of the parameters"),
            Parameter(
                "input_shape", .optional(.tuple(.constant, count: nil)), Value.none, keyword: true,
                "extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those "
                    + "of the first input"),
        ]
    }

    static let activationArguments = ["activation", "recurrent_activation"]

    init(_ arguments: Arguments) throws(Failure) {
        dtype = try arguments.floats()
        var (own, found) = (arguments, [String: KerasActivation]())
        var modules: [(String, Module)] = []
        for name in KerasLayer.activationArguments where arguments.signature.place(of: name) != nil {
            // Those of a layer over sequences are its cell's.
            guard arguments.signature.place(of: "return_sequences") == nil else {
                if arguments.object(name) != nil { own = try own.replacing(name, .none) }
                continue
            }
            let activation = try KerasActivation(arguments, name)
            found[name] = activation
            if let module = activation.module {
                modules.append((name, module))
                own = try own.replacing(name, .none)
            }
        }
        activations = found
        for parameter in arguments.signature.parameters {
            guard parameter.name.hasSuffix("_initializer"), let text = arguments.optionalText(parameter.name) else {
                continue
            }
            _ = try KerasInitializer(text, for: "\(arguments.signature.name): \(parameter.name)")
        }
        // Modules have become children.
        for parameter in own.signature.parameters where own.object(parameter.name) != nil {
            own = try own.replacing(parameter.name, .none)
        }
        super.init(own)
        for (name, module) in modules { try add(module, as: name) }
        try addParts(arguments)
        if let shapes = try KerasLayer.shapes(arguments) { try makeParameters(for: shapes) }
    }

    /// Extents and counts stay below, so that the product of two does not overflow.
    static let most = 1 << 30

    // MARK: What a layer says

    /// Adds the modules that it is made of.
    func addParts(_ arguments: Arguments) throws(Failure) {}

    /// Makes the parameters for inputs of these shapes.
    func build(_ shapes: [KerasShape]) throws(Failure) {}

    /// Whether `build` makes something, so that the first input counts.
    var isBuiltByInput: Bool { false }

    /// The forward pass of one tensor.
    func apply(_ x: Tensor) throws(Failure) -> Tensor { try super.forward(x) }

    /// The forward pass of a layer of several.
    func apply(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        guard let first = inputs.first, let x = first else {
            throw .internal(operation: className, "an input is expected")
        }
        return [try apply(x)]
    }

    // MARK: Forward

    public final override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        if inputShapes == nil, isBuiltByInput { try makeParameters(for: [KerasLayer.shape(of: x, className)]) }
        return try apply(x)
    }

    public final override func forward(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        if inputShapes == nil, isBuiltByInput {
            try makeParameters(for: shapes(of: inputs))
        }
        return try apply(inputs, options)
    }

    /// The shapes that `build` is told of.
    func shapes(of inputs: [Tensor?]) throws(Failure) -> [KerasShape] {
        var shapes: [KerasShape] = []
        for case let input? in inputs { shapes.append(try KerasLayer.shape(of: input, className)) }
        return shapes
    }

    private static func shape(of x: Tensor, _ name: String) throws(Failure) -> KerasShape {
        guard !x.shape.isEmpty else {
            throw .shape(operation: name, "a batch of examples is expected, but the input has no axes")
        }
        return x.shape.dropFirst().map { $0 }
    }

    /// `input_shape`, as a shape for each input.
    static func shapes(_ arguments: Arguments) throws(Failure) -> [KerasShape]? {
        guard let list = arguments.value("input_shape")?.list else { return nil }
        let name = arguments.signature.name
        func shape(_ values: [Value]) throws(Failure) -> KerasShape {
            try values.map { (value) throws(Failure) in
                if value == .none { return nil }
                guard let extent = value.integer, extent > 0, extent <= KerasLayer.most else {
                    throw .argument(
                        operation: name,
                        "input_shape has extents above 0, or None, but found \(value.literal.shortened)")
                }
                return Int(extent)
            }
        }
        guard list.contains(where: { $0.list != nil }) else { return [try shape(list)] }
        return try list.map { (value) throws(Failure) in
            guard let own = value.list else {
                throw .argument(
                    operation: name, "input_shape is one shape or a tuple of shapes, but found \(value.literal)")
            }
            return try shape(own)
        }
    }

    /// Makes the parameters, also in a capture block: they live on behind it.
    final func makeParameters(for shapes: [KerasShape]) throws(Failure) {
        try Tensor.outsideCapture { () throws(Failure) in try build(shapes) }
        inputShapes = shapes
    }

    /// A new parameter, filled as the initialiser says that an argument names.
    func make(_ name: String, _ shape: Shape, _ initializer: String) throws(Failure) {
        guard let text = constructorValue(initializer)?.text else {
            throw .internal(operation: className, "its signature has no initialiser '\(initializer)'")
        }
        try setParameter(name, filled(shape, text), frozen: !isTrainable)
    }

    /// A new tensor of the parameters' dtype, filled as an initialiser says.
    func filled(_ shape: Shape, _ initializer: String) throws(Failure) -> Tensor {
        guard shape.count <= mostAxes else {
            throw .shape(operation: className, "at most \(mostAxes) axes are possible, but found \(shape.count)")
        }
        try Tensor.checkType(shape, dtype)
        return try KerasInitializer(initializer, for: className).values(shape, dtype)
    }

    var isTrainable: Bool { constructorValue("trainable")?.flag ?? true }

    /// A parameter that is there once the layer has been built.
    func made(_ name: String) throws(Failure) -> Tensor {
        guard let found = parameter(name) else { throw .state(operation: className, "its \(name) has been removed") }
        return found
    }

    /// An extent that a parameter depends on. Axes of `shape`, from its end where negative.
    func known(_ shape: KerasShape, _ axis: Int) throws(Failure) -> Int {
        let place = axis < 0 ? shape.count + axis : axis
        guard shape.indices.contains(place) else {
            throw .shape(
                operation: className,
                "axis \(axis < 0 ? axis : axis + 1) of the input is asked for, but it has \(shape.count + 1) axes with "
                    + "the batch")
        }
        guard let extent = shape[place], extent > 0, extent <= KerasLayer.most else {
            throw .shape(
                operation: className,
                "an extent above 0 of axis \(place + 1) has to be known for the parameters; give it in input_shape")
        }
        return extent
    }

    /// The only input's shape.
    func only(_ shapes: [KerasShape]) throws(Failure) -> KerasShape {
        guard let first = shapes.first else { throw .shape(operation: className, "the shape of an input is expected") }
        return first
    }

    /// The function that an argument names, or the module that stands in its place.
    func activate(_ x: Tensor, _ name: String = "activation") throws(Failure) -> Tensor {
        if !children.isEmpty, children.contains(where: { $0.name == name }) { return try run(name, x) }
        return try activations[name]?(x) ?? x
    }

    /// The name of the function, where it is one; nil where a module stands in its place.
    func activationName(_ name: String) -> String? {
        children.contains { $0.name == name } ? nil : activations[name]?.name
    }

    // MARK: What it was made from

    public override var arguments: Arguments? {
        guard var found = super.arguments else { return nil }
        for (name, child) in children where activations[name] != nil {
            guard let text = try? child.expression() else { continue }
            found = (try? found.replacing(name, .text(text))) ?? found
        }
        guard let inputShapes, found.value("input_shape") == Value.none else { return found }
        let shapes = inputShapes.map { Value.list($0.map { $0.map { .integer(Int64($0)) } ?? .none }) }
        return (try? found.replacing("input_shape", shapes.count == 1 ? shapes[0] : .list(shapes))) ?? found
    }

    public override var summary: String {
        (arguments?.texts ?? []).filter { !$0.hasPrefix(Parameter.dtype.name + "=") }.joined(separator: ", ")
    }

    override var changeable: Set<String> { ["trainable", "input_shape"] }

    /// Setting `input_shape` makes the parameters.
    public override func setArgument(_ name: String, _ text: String) throws(Failure) {
        if name == "input_shape", inputShapes != nil {
            throw .state(operation: className, "its parameters have been made for an input already")
        }
        try super.setArgument(name, text)
        if name == "input_shape", let own = super.arguments, let shapes = try KerasLayer.shapes(own) {
            try makeParameters(for: shapes)
        }
        guard name == "trainable" else { return }
        for (_, tensor) in parameters { try tensor.setRequiresGrad(isTrainable) }
        for (_, child) in children {
            if child is KerasLayer {
                try child.setArgument(name, text)
            } else {
                for (_, tensor) in child.allParameters { try tensor.setRequiresGrad(isTrainable) }
            }
        }
        changed()
    }
}

/// A layer of one tensor without parameters: a function of the input and of whether it is training.
final class KerasFunction: KerasLayer {
    typealias Body = (_ x: Tensor, _ layer: KerasLayer) throws(Failure) -> Tensor
    private let body: Body

    init(_ arguments: Arguments, _ body: @escaping Body) throws(Failure) {
        self.body = body
        try super.init(arguments)
    }

    override func apply(_ x: Tensor) throws(Failure) -> Tensor { try body(x, self) }
}

extension Kind {
    /// A layer of Keras that is a function of one tensor. `prepare` checks the arguments and gives the function.
    init(
        keras name: String, _ own: [Parameter] = [], _ documentation: String,
        _ prepare: @escaping (Arguments) throws(Failure) -> KerasFunction.Body
    ) {
        self.init(
            Signature("keras." + name, KerasLayer.parameters(own), inputs: [Input("inputs")], documentation)
        ) { (arguments) throws(Failure) in
            try KerasFunction(arguments, prepare(arguments))
        }
    }
}

/// Arguments that many of Keras' layers have.
extension Parameter {
    static let kerasActivation = activation(nil)

    static func activation(_ initial: String?, _ name: String = "activation", _ what: String = "of the result")
        -> Parameter
    {
        Parameter(
            name, .optional(.either([.text, .module])), initial.map { .text($0) } ?? Value.none,
            "the function \(what): a name such as 'relu', or a layer; None: none")
    }

    static let useBias = Parameter("use_bias", .flag, .flag(true), "whether a bias is added")

    static func initializer(_ of: String, _ initial: String) -> Parameter {
        Parameter(
            "\(of)_initializer", .text, .text(initial),
            "how \(of) starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'")
    }

    /// Regularisers and constraints, which the training reads.
    static func penalties(_ of: [String]) -> [Parameter] {
        of.map { name in
            Parameter(
                "\(name)_regularizer", .optional(.text), Value.none,
                "what training adds to the loss for \(name), such as 'L2(0.01)'")
        }
    }

    static func constraints(_ of: [String]) -> [Parameter] {
        of.map { name in
            Parameter(
                "\(name)_constraint", .optional(.text), Value.none,
                "what training holds \(name) to after each step, such as 'NonNeg()'")
        }
    }

    static let dataFormat = Parameter(
        "data_format", .optional(.choice(["channels_last", "channels_first"])), Value.none,
        "whether channels are the last axis or that behind the batch; None: the last")

    static let seed = Parameter(
        "seed", .optional(.integer), Value.none,
        "kept for files; the draws come from the default generator (manual_seed)")
}

extension Arguments {
    /// A whole number above 0, of which the product of two does not overflow.
    func counted(_ name: String) throws(Failure) -> Int {
        let value = try integer(name)
        guard value > 0, value <= KerasLayer.most else {
            throw .argument(
                operation: signature.name, "\(name) is from 1 to \(KerasLayer.most), but is \(value)")
        }
        return value
    }

    var isChannelsFirst: Bool { optionalText("data_format") == "channels_first" }
}
