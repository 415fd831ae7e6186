import Engine

/// Modules as neutral trees, and back. What a checkpoint brings is checked whole before anything is changed.
extension Module {
    /// Class, attributes and children: how to build this module again. A module that is met again says where it was met
    /// first. Names that begin with "_" are not arguments: which parameters and buffers there are, which of them stand
    /// elsewhere too, which are frozen, and whether the code is the host's.
    public var structure: StateTree {
        var seen = Seen()
        return structure("", &seen)
    }

    /// What was met where.
    private struct Seen {
        var modules: [ObjectIdentifier: String] = [:]
        var tensors: [ObjectIdentifier: String] = [:]
    }

    private func structure(_ path: String, _ seen: inout Seen) -> StateTree {
        var tree = StateTree()
        if let first = seen.modules[ObjectIdentifier(self)] {
            tree.attributes = [("class", .text(StateTree.sharedModule)), ("path", .text(first))]
            return tree
        }
        seen.modules[ObjectIdentifier(self)] = path
        tree.attributes.append(("class", .text(className)))
        if isForeign {
            tree.attributes.append((StateTree.host, .flag(true)))
            if let constructor { tree.attributes.append((StateTree.kind, .text(constructor.name))) }
        }
        tree.attributes += attributes
        if let note { tree.attributes.append((StateTree.note, .text(note))) }
        let prefix = path.isEmpty ? "" : path + "."
        for (name, own) in [(StateTree.parameters, parameters), (StateTree.buffers, buffers)] where !own.isEmpty {
            let entries = own.map { entry -> Value in
                let first = seen.tensors[ObjectIdentifier(entry.tensor)]
                if first == nil { seen.tensors[ObjectIdentifier(entry.tensor)] = prefix + entry.name }
                return .text(first.map { "\(entry.name)=\($0)" } ?? entry.name)
            }
            tree.attributes.append((name, .list(entries)))
        }
        let frozen = parameters.filter { !$0.tensor.requiresGrad }.map { Value.text($0.name) }
        if !frozen.isEmpty { tree.attributes.append((StateTree.frozen, .list(frozen))) }
        for (name, child) in children { tree.children.append((name, child.structure(prefix + name, &seen))) }
        return tree
    }

    /// Builds the module that `structure` describes, with its values. `classes`: of the host's, whose forward passes it
    /// sets afterwards.
    public static func build(
        _ structure: StateTree, parameters: StateTree, buffers: StateTree, classes: Set<String> = []
    ) throws(Failure) -> Module {
        var building = Building(parameters: parameters, buffers: buffers, classes: classes)
        let module = try building.module(structure, "")
        // Values that no module takes, or that a new one has and the file has not, are a file that does not fit itself.
        for (tensor, value) in try module.matching(parameters: parameters, buffers: buffers) {
            try tensor.become(value)
        }
        return module
    }

    public var parameterTree: StateTree { Module.tree(allParameters) }
    public var bufferTree: StateTree { Module.tree(allBuffers) }

    private static func tree(_ list: [(name: String, tensor: Tensor)]) -> StateTree {
        var tree = StateTree()
        tree.arrays = list
        return tree
    }

    /// Which boxes take which values, if `parameters` and `buffers` fit this module exactly.
    public func matching(parameters: StateTree, buffers: StateTree) throws(Failure) -> [(tensor: Tensor, value: Tensor)]
    {
        try Module.match(allParameters, parameters, "parameter") + Module.match(allBuffers, buffers, "buffer")
    }

    private static func match(
        _ own: [(name: String, tensor: Tensor)], _ given: StateTree, _ kind: String
    ) throws(Failure) -> [(tensor: Tensor, value: Tensor)] {
        var pairs: [(tensor: Tensor, value: Tensor)] = []
        let values = byName(given.arrays)
        for (name, tensor) in own {
            guard let value = values[name] else {
                throw .structure(operation: "load", "the model has the \(kind) '\(name)', but the checkpoint does not")
            }
            guard value.shape == tensor.shape, value.dtype == tensor.dtype else {
                throw .structure(
                    operation: "load",
                    "the \(kind) '\(name)' is \(tensor.dtype.name) \(tensor.shape) in the model, but "
                        + "\(value.dtype.name) \(value.shape) in the checkpoint"
                )
            }
            pairs.append((tensor, value))
        }
        let names = Set(own.map(\.name))
        if let extra = given.arrays.first(where: { !names.contains($0.name) }) {
            throw .structure(
                operation: "load", "the checkpoint has the \(kind) '\(extra.name)', but the model does not")
        }
        return pairs
    }
}

/// A table of named tensors; of two with one name, the first.
func byName(_ list: [(name: String, tensor: Tensor)]) -> [String: Tensor] {
    Dictionary(list.map { ($0.name, $0.tensor) }) { first, _ in first }
}
