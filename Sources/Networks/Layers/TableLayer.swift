import Engine

/// A module that is one function of the table of functions. What the function takes comes from the module by name: its
/// settings from the arguments, its tensors from what is put in, the parameters and the buffers. `training` is the
/// module's mode.
public class TableLayer: Module {
    private let function: Function
    /// What the function takes besides, of which the layer is a special case.
    private let fixed: [String: Value]
    private let shown: [String]?
    private let isOfClasses: Bool
    /// The function's tensors, in order, with the place among the inputs of those that are put in.
    private let tensors: [(name: String, input: Int?)]
    /// The calls as texts, by which tensors are missing and by the mode.
    private var texts: [Int: String] = [:]

    /// - Parameters:
    ///   - function: The function's name.
    ///   - shown: What stands in `description`, see `Module.shown`; nil for all arguments.
    ///   - hasClasses: Whether, as a loss, it takes scores of classes, of which one is right.
    init(
        _ arguments: Arguments, calls function: String, fixed: [String: Value] = [:], shown: [String]? = nil,
        hasClasses: Bool = false
    ) throws(Failure) {
        guard let found = Functions.named(function) else {
            throw .internal(operation: arguments.signature.name, "there is no function '\(function)'")
        }
        (self.function, self.fixed, self.shown, isOfClasses) = (found, fixed, shown, hasClasses)
        let inputs = arguments.signature.inputs
        tensors = found.signature.parameters.filter { $0.type.takesTensors }.map { parameter in
            (parameter.name, inputs.firstIndex { $0.name == parameter.name })
        }
        super.init(arguments)
        try setTensors(arguments)
    }

    public override var summary: String { shown.map(self.shown) ?? super.summary }
    public override var hasClasses: Bool { isOfClasses }
    public override var arguments: Arguments? { super.arguments?.withTensors(of: self) }

    /// What the function takes beside tensors.
    override var changeable: Set<String> {
        Set(function.signature.parameters.filter { !$0.type.takesTensors }.map(\.name))
    }

    public override func setArgument(_ name: String, _ text: String) throws(Failure) {
        try super.setArgument(name, text)
        texts = [:]
    }

    /// Whether it gives two tensors, of which the second are indices.
    private var givesIndices: Bool { constructorValue("return_indices")?.flag == true }

    override var isOneToOne: Bool { super.isOneToOne && !givesIndices }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        let found = try run([x], nil)
        guard found.count == 1 else {
            throw .argument(
                operation: className, "one tensor is expected of it here, but it gives \(found.count)")
        }
        return found[0]
    }

    public override func forward(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        try run(inputs, options)
    }

    func run(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor] {
        var given: [Tensor] = []
        var key = isTraining ? 1 : 0
        for (place, entry) in tensors.enumerated() {
            let tensor: Tensor?
            if let input = entry.input {
                tensor = input < inputs.count ? inputs[input] : nil
            } else {
                tensor = parameter(entry.name) ?? buffer(entry.name)
            }
            if let tensor { given.append(tensor) } else { key |= 2 << place }
        }
        if let options { return try Functions.call(text(key, options), given) }
        if let text = texts[key] { return try Functions.call(text, given) }
        let text = text(key, nil)
        texts[key] = text
        return try Functions.call(text, given)
    }

    private func text(_ key: Int, _ options: Arguments?) -> String {
        var words: [String] = []
        var place = 0
        for parameter in function.signature.parameters {
            if parameter.type.takesTensors {
                if key & (2 << place) != 0 { words.append("\(parameter.name)=None") }
                place += 1
            } else if parameter.name == "training" {
                words.append("training=\(key & 1 == 1 ? "True" : "False")")
            } else if let value = options?.value(parameter.name) ?? fixed[parameter.name]
                ?? constructorValue(parameter.name)
            {
                words.append("\(parameter.name)=\(value.literal)")
            }
        }
        return "\(function.signature.name)(\(words.joined(separator: ", ")))"
    }
}

extension Kind {
    /// A layer that is a function of the table and has no parameters.
    init(
        _ signature: Signature, calls function: String, fixed: [String: Value] = [:], shown: [String]? = nil,
        hasClasses: Bool = false
    ) {
        self.init(signature) { (arguments) throws(Failure) in
            try TableLayer(arguments, calls: function, fixed: fixed, shown: shown, hasClasses: hasClasses)
        }
    }
}

extension Module {
    /// Takes the tensors among the arguments as buffers.
    func setTensors(_ arguments: Arguments) throws(Failure) {
        for parameter in arguments.signature.parameters {
            if let tensor = arguments.optionalTensor(parameter.name) { try setBuffer(parameter.name, tensor) }
        }
    }

    /// The module's own buffer of that name.
    func buffer(_ name: String) -> Tensor? { buffers.first { $0.name == name }?.tensor }

    /// Arguments as PyTorch prints them: "name" the value alone, "name=" with its name, "name=?" only where it is not
    /// the default.
    func shown(_ names: [String]) -> String {
        guard let arguments else { return "" }
        return names.compactMap { word in
            let name = word.prefix { $0 != "=" }
            guard let value = arguments.value(String(name)) else { return nil }
            if word.hasSuffix("?") {
                let initial = constructor?.parameters.first { $0.name == name }?.initial
                if initial?.isSame(as: value) == true { return nil }
            }
            return name.count == word.count ? value.literal : "\(name)=\(value.literal)"
        }.joined(separator: ", ")
    }
}

extension Arguments {
    /// The same with the buffers that the module has now in the place of its tensors.
    func withTensors(of module: Module) -> Arguments {
        var found = self
        for parameter in signature.parameters where parameter.type.takesTensors {
            if let tensor = module.buffer(parameter.name) {
                found = found.replacing(parameter.name, tensor: tensor)
            } else {
                found = (try? found.replacing(parameter.name, .none)) ?? found
            }
        }
        return found
    }

    /// One number for each of `count` axes, from one for all or a tuple, each at least `least`.
    func perAxis(_ name: String, _ count: Int, least: Int = 1) throws(Failure) -> [Int] {
        let given = try integers(name)
        // Extents stay below, so that no product of theirs overflows.
        for number in given where number < least || number > 1 << 24 {
            throw .argument(
                operation: signature.name, "\(name) is from \(least) to \(1 << 24), but \(number) is given")
        }
        return given.count == count ? given : Array(repeating: given.first ?? least, count: count)
    }

    /// A whole number above 0.
    func positive(_ name: String) throws(Failure) -> Int {
        let value = try integer(name)
        guard value > 0 else {
            throw .argument(operation: signature.name, "\(name) must be positive, but is \(value)")
        }
        return value
    }
}

extension Value {
    static func tuple(_ numbers: [Int]) -> Value { .list(numbers.map { .integer(Int64($0)) }) }
}

/// Parameters that many layers have.
extension Parameter {
    static let inplace = Parameter(
        "inplace", .flag, .flag(false), "taken as PyTorch takes it; nothing is done in place")
    static let bias = Parameter("bias", .flag, .flag(true), "whether a bias is added")
}
