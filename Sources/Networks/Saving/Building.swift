import Engine

/// Modules from a checkpoint's structure.
struct Building {
    private let parameters: [String: Tensor]
    private let buffers: [String: Tensor]
    /// dtypes of modules' own parameters, by the module's path with a dot at its end.
    private let dtypes: [Substring: DType]
    /// Classes of the host's that it will give forward passes.
    private let classes: Set<String>
    private static let everyClass = "*"
    /// What is done, by its path with a dot at its end.
    private var built: [String: Module] = [:]
    /// Boxes by their paths, for those that stand in several places.
    private var boxes: [String: Tensor] = [:]

    init(parameters: StateTree, buffers: StateTree, classes: Set<String>) {
        func table(_ tree: StateTree) -> [String: Tensor] { byName(tree.arrays) }
        (self.parameters, self.buffers, self.classes) = (table(parameters), table(buffers), classes)
        dtypes = Dictionary(
            parameters.arrays.map { entry in
                let end = entry.name.lastIndex(of: ".").map { entry.name.index(after: $0) } ?? entry.name.startIndex
                return (entry.name[..<end], entry.tensor.dtype)
            }
        ) { first, _ in first }
    }

    /// `path` ends with a dot, unless it is the root's.
    mutating func module(_ structure: StateTree, _ path: String) throws(Failure) -> Module {
        if let first = structure.pathOfShared {
            guard let module = built[first + "."] else {
                throw .structure(
                    operation: "load",
                    "the module '\(path.dropLast())' is to be '\(first)', which does not come before it")
            }
            return module
        }
        guard let name = structure.text("class") else {
            throw .structure(operation: "load", "a module without a class: '\(path)'")
        }
        let module =
            try structure.flag(StateTree.host) == true
            ? foreign(name, structure, path) : make(layer(name), structure, path)
        module.note = structure.text(StateTree.note)
        try fitting(path) { () throws(Failure) in try takeArrays(module, structure, path) }
        built[path] = module
        // A layer that is made of others has made them.
        let own = Set(module.children.map(\.name))
        for (child, tree) in structure.children {
            let child = (name: child, module: try self.module(tree, path + child + "."))
            try fitting(path) { () throws(Failure) in
                try module.add(child.module, as: child.name, isNew: !own.contains(child.name))
            }
        }
        return module
    }

    private func layer(_ name: String) throws(Failure) -> Kind {
        guard let kind = Registry.module(name) else { throw Building.unknown(name) }
        return kind
    }

    private static func unknown(_ name: String) -> Failure {
        .unsupported(
            operation: "load",
            "the model holds a '\(name)', whose code this library does not have; build it and load into it, or load it "
                + "with the class (wb_load_with, custom=)"
        )
    }

    /// A module with code of the host's, which it sets afterwards.
    private func foreign(_ name: String, _ structure: StateTree, _ path: String) throws(Failure) -> Module {
        guard classes.contains(name) || classes.contains(Building.everyClass) else { throw Building.unknown(name) }
        guard let kind = structure.text(StateTree.kind) else {
            return HostModule(className: name, AwaitedForward(name))
        }
        let module = try make(layer(kind), structure, path)
        module.setHost(AwaitedForward(name), className: name)
        return module
    }

    /// What a module refuses is a structure that none can have.
    private func fitting(_ path: String, _ body: () throws(Failure) -> Void) throws(Failure) {
        do throws(Failure) {
            try body()
        } catch {
            switch error {
            case .argument, .shape, .dtype, .state:
                throw .structure(operation: "load", "\(Building.place(path)) cannot be made: \(error)")
            default: throw error
            }
        }
    }

    private static func place(_ path: String) -> String {
        path.isEmpty ? "the model" : "the module '\(path.dropLast())'"
    }

    private func make(_ kind: Kind, _ structure: StateTree, _ path: String) throws(Failure) -> Module {
        var items: [Arguments.Item] = []
        for parameter in kind.signature.parameters where !parameter.isVariadic {
            if parameter.name == Parameter.dtype.name {
                items.append(
                    Arguments.Item(.value(.text(dtype(at: path).name)), keyword: parameter.name))
            } else if parameter.type.takesTensors, let tensor = buffers[path + parameter.name] {
                items.append(Arguments.Item(.tensor(tensor), keyword: parameter.name))
            } else if let value = structure[attribute: parameter.name] {
                items.append(Arguments.Item(.value(value), keyword: parameter.name))
            } else if parameter.initial == nil {
                throw .structure(
                    operation: "load",
                    "\(kind.signature.name) '\(path.dropLast())' lacks the attribute '\(parameter.name)'")
            }
        }
        var made: Module?
        try fitting(path) { () throws(Failure) in made = try kind.make(Arguments(kind.signature, items)) }
        guard let made else { throw .internal(operation: "load", "a module was not made") }
        return made
    }

    /// The dtype of the parameters of a module, or of those in it.
    private func dtype(at path: String) -> DType {
        dtypes[path[...]] ?? parameters.first { $0.key.hasPrefix(path) && $0.value.dtype.isFloat }?.value.dtype
            ?? .float32
    }

    /// The module's own parameters and buffers are those that the structure lists; version 1 lists none, and a new
    /// module has them all.
    private mutating func takeArrays(_ module: Module, _ structure: StateTree, _ path: String) throws(Failure) {
        if structure.flag(StateTree.unlisted) == true {
            for (name, tensor) in module.parameters + module.buffers { boxes[path + name] = tensor }
            return
        }
        let frozen = Set((structure.list(StateTree.frozen) ?? []).compactMap(\.text))
        let (own, others) = (
            try listed(structure, StateTree.parameters, path), try listed(structure, StateTree.buffers, path)
        )
        for (name, _) in module.parameters where !own.contains(where: { $0.name == name }) {
            try module.setParameter(name, nil)
        }
        for (name, _) in module.buffers where !others.contains(where: { $0.name == name }) {
            try module.setBuffer(name, nil)
        }
        for (name, first) in own {
            let tensor = try array(path + name, first, parameters, "parameter")
            try module.setParameter(name, tensor, frozen: frozen.contains(name))
            boxes[path + name] = tensor
        }
        for (name, first) in others {
            let tensor = try array(path + name, first, buffers, "buffer")
            try module.setBuffer(name, tensor)
            boxes[path + name] = tensor
        }
    }

    /// Names of arrays, with the path of those that stand elsewhere too: "weight", "weight=0.weight".
    private func listed(_ structure: StateTree, _ kind: String, _ path: String) throws(Failure) -> [(
        name: String, first: String?
    )] {
        try (structure.list(kind) ?? []).map { (entry) throws(Failure) in
            let parts = (entry.text ?? "").split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init)
            guard let name = parts.first, !name.isEmpty else {
                throw .structure(operation: "load", "the module '\(path.dropLast())' lists an array without a name")
            }
            return (name, parts.count == 2 ? parts[1] : nil)
        }
    }

    /// The box that stands at `first`, or one of its own with a stored value.
    private func array(_ name: String, _ first: String?, _ arrays: [String: Tensor], _ kind: String) throws(Failure)
        -> Tensor
    {
        if let first {
            guard let box = boxes[first] else {
                throw .structure(operation: "load", "'\(name)' is to be '\(first)', which does not come before it")
            }
            return box
        }
        guard let value = arrays[name] else {
            throw .structure(operation: "load", "the model has the \(kind) '\(name)', but the checkpoint does not")
        }
        return try value.detach()
    }
}
