import Engine

/// Modules from texts: PyTorch's constructor calls.
extension Module {
    /// The module that an expression spells, such as `Sequential(Linear(3, 4), act=ReLU())`. `dtype` is that of float
    /// parameters where a call does not say another.
    public static func make(_ text: String, dtype: DType) throws(Failure) -> Module {
        let call = try Reader.call(text, operation: "module_create")
        var construction = Construction(operation: "module_create", dtype: dtype)
        guard let module = try construction.object(call, path: "") as? Module else {
            throw .argument(
                operation: "module_create",
                "column \(call.column): a module is expected, but \(call.name) is none by itself")
        }
        return module
    }
}

struct Construction {
    let operation: String
    let dtype: DType
    /// What is done, by its path, for what is shared.
    private var built: [String: Module] = [:]

    init(operation: String, dtype: DType) { (self.operation, self.dtype) = (operation, dtype) }

    /// The module (or array) of a call. `path` ends with a dot, unless it is the root's.
    mutating func object(_ call: Call, path: String) throws(Failure) -> AnyObject {
        if call.name == StateTree.sharedModule { return try shared(call) }
        let signature: Signature
        let make: (Arguments) throws(Failure) -> AnyObject
        if let kind = Registry.module(call.name) {
            signature = kind.signature
            make = kind.make
        } else if let array = [DeclaredArray.parameter, DeclaredArray.buffer].first(where: { $0.name == call.name }) {
            signature = array
            make = { (arguments) throws(Failure) in try DeclaredArray(arguments) }
        } else {
            throw .argument(
                operation: operation,
                "column \(call.column): \(Registry.unknown("layer or loss", call.name, among: Registry.moduleNames))")
        }
        var items: [Arguments.Item] = []
        for (place, argument) in call.arguments.enumerated() {
            var given = try given(argument.term, path: path + (argument.keyword ?? String(place)) + ".")
            let parameter = argument.isQuoted ? nil : signature.parameter(argument.keyword, place)
            if case .object(let array as DeclaredArray) = given, parameter?.type.takesTensors == true {
                given = .tensor(array.tensor)
            }
            var item = Arguments.Item(given, keyword: argument.keyword, column: argument.term.column)
            item.isChild = argument.isQuoted
            items.append(item)
        }
        let object: AnyObject
        do throws(Failure) {
            var arguments = try Arguments(signature, items)
            if signature.place(of: Parameter.dtype.name) != nil, arguments.value(Parameter.dtype.name) == Value.none {
                arguments = try arguments.replacing(Parameter.dtype.name, .text(dtype.name))
            }
            object = try make(arguments)
        } catch {
            throw error.at(column: call.column)
        }
        if let module = object as? Module { built[path] = module }
        return object
    }

    private mutating func given(_ term: Expression, path: String) throws(Failure) -> Given {
        if let value = term.constant ?? term.dtypeName { return .value(value) }
        switch term.kind {
        case .call(let call): return .object(try object(call, path: path))
        case .name(let name) where Registry.module(name) != nil:
            throw .argument(
                operation: operation, "column \(term.column): \(name) is a kind of module; write \(name)(...)")
        default:
            throw .argument(
                operation: operation,
                "column \(term.column): a value or a call is expected, but found '\(term.text.shortened)'")
        }
    }

    private func shared(_ call: Call) throws(Failure) -> AnyObject {
        guard call.arguments.count == 1, let path = call.arguments[0].term.constant?.text,
            let module = built[path.isEmpty ? "" : path + "."]
        else {
            throw .argument(
                operation: operation,
                "column \(call.column): \(StateTree.sharedModule) takes the path of a module that stands before it, "
                    + "such as '0.weight'"
            )
        }
        return module
    }
}

extension Signature {
    /// The parameter that an argument is for, by its keyword or its place.
    fileprivate func parameter(_ keyword: String?, _ place: Int) -> Parameter? {
        let place = keyword.map { self.place(of: $0) } ?? place
        return place.flatMap { parameters.indices.contains($0) ? parameters[$0] : nil }
    }
}

extension Failure {
    /// The same with the column of the call that it is about, if it says none yet.
    func at(column: Int) -> Failure {
        switch self {
        case .argument(_, let sentence), .shape(_, let sentence), .dtype(_, let sentence), .index(_, let sentence),
            .state(_, let sentence),
            .unsupported(_, let sentence):
            return sentence.hasPrefix("column ") ? self : prefixed("column \(column): ")
        default: return self
        }
    }
}

extension Module {
    /// The text that makes such a module again; parameters are those of a new one.
    public func expression() throws(Failure) -> String {
        var paths: [ObjectIdentifier: String] = [:]
        return try expression("", &paths)
    }

    /// The expression, or the class of one that has none.
    var identity: String { (try? expression()) ?? className }

    private func expression(_ path: String, _ paths: inout [ObjectIdentifier: String]) throws(Failure) -> String {
        if let first = paths[ObjectIdentifier(self)] {
            return "\(StateTree.sharedModule)(\(Value.text(first).literal))"
        }
        paths[ObjectIdentifier(self)] = path
        guard !isForeign, let arguments else {
            throw .unsupported(
                operation: "module_expression",
                "\(path.isEmpty ? "the module" : "'\(path)'") is a \(className), whose forward pass is the host's own "
                    + "code"
            )
        }
        var texts = arguments.texts.filter { !$0.hasPrefix(Parameter.dtype.name + "=") }
        if constructor?.place(of: Parameter.dtype.name) != nil,
            // A layer that is made of others passes it on.
            let own = (spellsChildren ? parameters + buffers : allParameters + allBuffers)
                .first(where: { $0.tensor.dtype.isFloat })?.tensor.dtype,
            own != .float32
        {
            texts.append("\(Parameter.dtype.name)=\(own.name)")
        }
        guard spellsChildren else {
            for name in arguments.tensorNames {
                guard let tensor = buffer(name) else { continue }
                texts.append(declared(DeclaredArray.buffer.name, name, tensor, isFrozen: false, isArgument: true))
            }
            return "\(className)(\(texts.joined(separator: ", ")))"
        }
        for (place, child) in children.enumerated() {
            let text = try child.module.expression(path.isEmpty ? child.name : path + "." + child.name, &paths)
            let isPlaced = (self is Sequential || self is ModuleList) && child.name == String(place)
            texts.append(isPlaced ? text : "\(key(child.name))=\(text)")
        }
        for (name, tensor) in parameters {
            texts.append(declared(DeclaredArray.parameter.name, name, tensor, isFrozen: !tensor.requiresGrad))
        }
        for (name, tensor) in buffers {
            texts.append(declared(DeclaredArray.buffer.name, name, tensor, isFrozen: false))
        }
        return "\(className)(\(texts.joined(separator: ", ")))"
    }

    private func declared(
        _ kind: String, _ name: String, _ tensor: Tensor, isFrozen: Bool, isArgument: Bool = false
    ) -> String {
        var words = tensor.shape.map(String.init)
        if tensor.dtype != .float32 { words.append("dtype=\(tensor.dtype.name)") }
        if isFrozen { words.append("requires_grad=False") }
        return "\(isArgument ? name : key(name))=\(kind)(\(words.joined(separator: ", ")))"
    }

    /// The keyword of a child: in quotes where it is no word, or the name of an argument.
    private func key(_ name: String) -> String {
        constructor?.place(of: name) == nil ? Call.keyword(name) : Value.text(name).literal
    }
}
