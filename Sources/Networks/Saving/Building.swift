import Engine

/// Modules from a checkpoint's structure.
struct Building {
    let parameters: StateTree
    let buffers: StateTree
    /// What is done, by its path with a dot at its end.
    private var built: [String: Module] = [:]
    /// Boxes by their paths, for those that stand in several places.
    private var boxes: [String: Tensor] = [:]

    init(parameters: StateTree, buffers: StateTree) { (self.parameters, self.buffers) = (parameters, buffers) }

    /// `path` ends with a dot, unless it is the root's.
    mutating func module(_ structure: StateTree, _ path: String) throws(Failure) -> Module {
        if let first = structure.pathOfShared {
            guard let module = built[first + "."] else {
                throw .structure(operation: "load", "the module '\(path.dropLast())' is to be '\(first)', which does not come before it")
            }
            return module
        }
        guard let name = structure.text("class") else { throw .structure(operation: "load", "a module without a class: '\(path)'") }
        guard structure.flag(StateTree.host) != true, let kind = Registry.module(name) else {
            throw .unsupported(
                operation: "load", "the model holds a '\(name)', whose code this library does not have; build it and load into it")
        }
        let module = try make(kind, structure, path)
        try takeArrays(module, structure, path)
        built[path] = module
        for (child, tree) in structure.children { try module.add(self.module(tree, path + child + "."), as: child) }
        return module
    }

    private func make(_ kind: Kind, _ structure: StateTree, _ path: String) throws(Failure) -> Module {
        var items: [Arguments.Item] = []
        for parameter in kind.signature.parameters where !parameter.isVariadic {
            if parameter.name == Parameter.dtype.name {
                let own = parameters.arrays.first { $0.name.hasPrefix(path) && !$0.name.dropFirst(path.count).contains(".") }
                items.append(Arguments.Item(.value(.text((own?.tensor.dtype ?? .float32).name)), keyword: parameter.name))
            } else if let value = structure[attribute: parameter.name] {
                items.append(Arguments.Item(.value(value), keyword: parameter.name))
            } else if parameter.initial == nil {
                throw .structure(operation: "load", "\(kind.signature.name) '\(path.dropLast())' lacks the attribute '\(parameter.name)'")
            }
        }
        do throws(Failure) {
            return try kind.make(Arguments(kind.signature, items))
        } catch {
            switch error {
            case .argument, .shape, .dtype:
                throw .structure(operation: "load", "the module '\(path.dropLast())' cannot be made: \(error)")
            default: throw error
            }
        }
    }

    /// The module's own parameters and buffers are those that the structure lists; version 1 lists none, and a new module has them all.
    private mutating func takeArrays(_ module: Module, _ structure: StateTree, _ path: String) throws(Failure) {
        if structure.flag(StateTree.unlisted) == true {
            for (name, tensor) in module.parameters + module.buffers { boxes[path + name] = tensor }
            return
        }
        let frozen = Set((structure.list(StateTree.frozen) ?? []).compactMap(\.text))
        let (own, others) = (try listed(structure, StateTree.parameters, path), try listed(structure, StateTree.buffers, path))
        for (name, _) in module.parameters where !own.contains(where: { $0.name == name }) { try module.setParameter(name, nil) }
        for (name, _) in module.buffers where !others.contains(where: { $0.name == name }) { try module.setBuffer(name, nil) }
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
    private func listed(_ structure: StateTree, _ kind: String, _ path: String) throws(Failure) -> [(name: String, first: String?)] {
        try (structure.list(kind) ?? []).map { (entry) throws(Failure) in
            let parts = (entry.text ?? "").split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let name = parts.first, !name.isEmpty else {
                throw .structure(operation: "load", "the module '\(path.dropLast())' lists an array without a name")
            }
            return (name, parts.count == 2 ? parts[1] : nil)
        }
    }

    /// The box that stands at `first`, or one of its own with a stored value.
    private func array(_ name: String, _ first: String?, _ arrays: StateTree, _ kind: String) throws(Failure) -> Tensor {
        if let first {
            guard let box = boxes[first] else {
                throw .structure(operation: "load", "'\(name)' is to be '\(first)', which does not come before it")
            }
            return box
        }
        guard let value = arrays[array: name] else {
            throw .structure(operation: "load", "the model has the \(kind) '\(name)', but the checkpoint does not")
        }
        return try value.detach()
    }
}
