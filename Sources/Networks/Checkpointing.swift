import Engine

/// Modules, optimisers and random state as neutral trees, and back. What a checkpoint brings is checked whole before anything is changed.
extension Module {
    /// Class, attributes and children: how to build this module again.
    public var structure: StateTree {
        var tree = StateTree()
        tree.attributes.append(("class", .text(className)))
        for (name, value) in attributes { tree.attributes.append((name, .real(value))) }
        for (name, child) in children { tree.children.append((name, child.structure)) }
        return tree
    }

    /// Builds the module that `structure` describes, with parameters of `dtypes` (by dotted path) that are yet to be loaded.
    public static func build(_ structure: StateTree, parameters: StateTree, path: String = "") throws(Failure) -> Module {
        guard let name = structure.text("class") else { throw .structure(operation: "load", "a module without a class: '\(path)'") }
        func number(_ attribute: String) throws(Failure) -> Double {
            guard let value = structure.real(attribute) else {
                throw .structure(operation: "load", "\(name) '\(path)' lacks the attribute '\(attribute)'")
            }
            return value
        }
        func whole(_ attribute: String) throws(Failure) -> Int {
            guard let value = Int(exactly: try number(attribute)) else {
                throw .structure(operation: "load", "the attribute '\(attribute)' of \(name) '\(path)' is not a whole number")
            }
            return value
        }
        if let kind = Activation.Kind.allCases.first(where: { $0.className == name }) {
            return try Activation(kind, parameter: kind.attribute.map { (attribute) throws(Failure) in try number(attribute) } ?? 0)
        }
        switch name {
        case "Linear":
            let dtype = parameters[array: path + "weight"]?.dtype ?? .float32
            return try Linear(whole("in_features"), whole("out_features"), bias: number("bias") != 0, dtype: dtype)
        case "Flatten": return try Flatten(startAxis: whole("start_axis"), endAxis: whole("end_axis"))
        case "Sequential":
            let sequential = try Sequential([])
            for (child, tree) in structure.children {
                try sequential.add(build(tree, parameters: parameters, path: path + child + "."), as: child)
            }
            return sequential
        default:
            throw .unsupported(
                operation: "load", "the model holds a '\(name)', whose code this library does not have; build it and load into it")
        }
    }

    public var parameterTree: StateTree { Module.tree(allParameters) }
    public var bufferTree: StateTree { Module.tree(allBuffers) }

    private static func tree(_ list: [(name: String, tensor: Tensor)]) -> StateTree {
        var tree = StateTree()
        tree.arrays = list
        return tree
    }

    /// Which boxes take which values, if `parameters` and `buffers` fit this module exactly.
    public func matching(parameters: StateTree, buffers: StateTree) throws(Failure) -> [(tensor: Tensor, value: Tensor)] {
        try Module.match(allParameters, parameters, "parameter") + Module.match(allBuffers, buffers, "buffer")
    }

    private static func match(
        _ own: [(name: String, tensor: Tensor)], _ given: StateTree, _ kind: String
    ) throws(Failure) -> [(tensor: Tensor, value: Tensor)] {
        var pairs: [(tensor: Tensor, value: Tensor)] = []
        for (name, tensor) in own {
            guard let value = given[array: name] else {
                throw .structure(operation: "load", "the model has the \(kind) '\(name)', but the checkpoint does not")
            }
            guard value.shape == tensor.shape, value.dtype == tensor.dtype else {
                throw .structure(
                    operation: "load",
                    "the \(kind) '\(name)' is \(tensor.dtype.name) \(tensor.shape) in the model, but \(value.dtype.name) \(value.shape) in the checkpoint")
            }
            pairs.append((tensor, value))
        }
        if let extra = given.arrays.first(where: { array in !own.contains { $0.name == array.name } }) {
            throw .structure(operation: "load", "the checkpoint has the \(kind) '\(extra.name)', but the model does not")
        }
        return pairs
    }
}

extension Optimizer {
    public var tree: StateTree {
        var tree = StateTree()
        tree.attributes.append(("class", .text(className)))
        for (name, value) in settings { tree.attributes.append((name, .real(value))) }
        if className == "SGD" { tree.attributes.append(("nesterov", .integer(isNesterov ? 1 : 0))) }
        var arrays = StateTree()
        arrays.arrays = state
        tree.children.append(("state", arrays))
        return tree
    }

    /// Whether `tree` is this kind of optimiser over parameters of these shapes.
    public func check(_ tree: StateTree) throws(Failure) {
        guard let name = tree.text("class"), name == className else {
            throw .structure(operation: "load", "the optimiser is \(className), but the checkpoint's is \(tree.text("class") ?? "missing")")
        }
        for (name, _) in settings {
            guard let value = tree.real(name) else {
                throw .structure(operation: "load", "the checkpoint's optimiser lacks the setting '\(name)'")
            }
            do throws(Failure) {
                try check(name, value)
            } catch {
                throw .structure(operation: "load", "the checkpoint's \(error)")
            }
        }
        for (name, value) in tree[child: "state"]?.arrays ?? [] {
            guard value.dtype.isFloat else {
                throw .structure(operation: "load", "the optimiser's state '\(name)' is of \(value.dtype.name), not of a float type")
            }
            guard let dot = name.firstIndex(of: "."), let place = Int(name[..<dot]) else {
                guard value.shape.isEmpty else {
                    throw .structure(operation: "load", "the optimiser's state '\(name)' of shape \(value.shape) must be one number")
                }
                continue
            }
            guard parameters.indices.contains(place), value.shape == parameters[place].shape else {
                throw .structure(operation: "load", "the optimiser's state '\(name)' of shape \(value.shape) fits no parameter")
            }
        }
    }

    /// Takes over settings and state. The tree must have passed `check`.
    public func load(_ tree: StateTree) throws(Failure) {
        for (name, _) in settings {
            if let value = tree.real(name) { try set(name, value) }
        }
        let arrays = tree[child: "state"]?.arrays ?? []
        // A state that the checkpoint does not have begins anew, in its own box, which programs may know.
        for (name, tensor) in state where !arrays.contains(where: { $0.name == name }) {
            try tensor.become(Tensor.full(tensor.shape, 0, tensor.dtype))
        }
        for (name, value) in arrays { try restore(name, value) }
    }
}

extension Generator {
    public func tree() throws(Failure) -> StateTree {
        let (seed, offset) = try position()
        var tree = StateTree()
        tree.attributes = [
            ("generator", .text("Philox4x32-10")), ("seed", .integer(Int64(bitPattern: seed))), ("offset", .integer(Int64(bitPattern: offset))),
        ]
        return tree
    }

    public func load(_ tree: StateTree) throws(Failure) {
        guard let seed = tree.integer("seed"), let offset = tree.integer("offset") else {
            throw .structure(operation: "load", "the checkpoint's random state lacks seed or offset")
        }
        try restore(seed: UInt64(bitPattern: seed), offset: UInt64(bitPattern: offset))
    }
}
