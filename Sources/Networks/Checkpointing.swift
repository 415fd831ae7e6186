import Engine

/// Modules, optimisers and random state as neutral trees, and back. What a checkpoint brings is checked whole before anything is changed.
extension Module {
    /// Class, attributes and children: how to build this module again. A module that is met again says where it was met first.
    public var structure: StateTree {
        var paths: [ObjectIdentifier: String] = [:]
        return structure("", &paths)
    }

    private func structure(_ path: String, _ paths: inout [ObjectIdentifier: String]) -> StateTree {
        var tree = StateTree()
        if let first = paths[ObjectIdentifier(self)] {
            tree.attributes = [("class", .text(StateTree.sharedModule)), ("path", .text(first))]
            return tree
        }
        paths[ObjectIdentifier(self)] = path
        tree.attributes.append(("class", .text(className)))
        for (name, value) in attributes { tree.attributes.append((name, .real(value))) }
        for (name, child) in children { tree.children.append((name, child.structure(path.isEmpty ? name : path + "." + name, &paths))) }
        return tree
    }

    /// Builds the module that `structure` describes, with parameters of the dtypes of `parameters` that are yet to be loaded.
    public static func build(_ structure: StateTree, parameters: StateTree) throws(Failure) -> Module {
        var built: [String: Module] = [:]
        return try build(structure, parameters, "", &built)
    }

    /// `path` ends with a dot, unless it is the root's; `built` has the modules that are done, by their paths.
    private static func build(
        _ structure: StateTree, _ parameters: StateTree, _ path: String, _ built: inout [String: Module]
    ) throws(Failure) -> Module {
        if let first = structure.pathOfShared {
            guard let module = built[first + "."] else {
                throw .structure(operation: "load", "the module '\(path.dropLast())' is to be '\(first)', which does not come before it")
            }
            return module
        }
        let module = try buildAnew(structure, parameters, path, &built)
        built[path] = module
        return module
    }

    private static func buildAnew(
        _ structure: StateTree, _ parameters: StateTree, _ path: String, _ built: inout [String: Module]
    ) throws(Failure) -> Module {
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
                try sequential.add(build(tree, parameters, path + child + ".", &built), as: child)
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

extension StateTree {
    /// The class of a module that stands elsewhere in the tree too; "path" says where.
    static let sharedModule = "SharedModule"

    var pathOfShared: String? { text("class") == StateTree.sharedModule ? text("path") : nil }

    /// Whether this structure of a model is also a checkpoint's: the same classes under the same names, with the same attributes. A module that is shared
    /// in one of them may be written out in the other.
    public func checkSame(as other: StateTree) throws(Failure) {
        var compared: Set<[String]> = []
        try StateTree.checkSame(self, other, self, other, "", &compared)
    }

    private static func checkSame(
        _ one: StateTree, _ two: StateTree, _ model: StateTree, _ checkpoint: StateTree, _ path: String, _ compared: inout Set<[String]>
    ) throws(Failure) {
        if one.pathOfShared != nil || two.pathOfShared != nil {
            guard compared.insert([one.pathOfShared ?? path, two.pathOfShared ?? path]).inserted else { return }
        }
        let (own, other) = (try one.resolved(in: model), try two.resolved(in: checkpoint))
        let what = path.isEmpty ? "the model" : "'\(path)'"
        let (name, found) = (own.text("class") ?? "", other.text("class") ?? "module without class")
        guard name == found else { throw .structure(operation: "load", "\(what) is a \(name), but the checkpoint's is a \(found)") }
        for (attribute, _) in own.attributes where attribute != "class" {
            guard let value = own.real(attribute), value != other.real(attribute) else { continue }
            let given = other.real(attribute).map { "\($0)" } ?? "missing"
            throw .structure(operation: "load", "\(attribute) of \(what) is \(value) in the model, but \(given) in the checkpoint")
        }
        for (child, tree) in own.children {
            let below = path.isEmpty ? child : path + "." + child
            guard let twin = other[child: child] else {
                throw .structure(operation: "load", "the model has the module '\(below)', but the checkpoint does not")
            }
            try checkSame(tree, twin, model, checkpoint, below, &compared)
        }
        if let (child, _) = other.children.first(where: { own[child: $0.name] == nil }) {
            throw .structure(operation: "load", "the checkpoint has the module '\(path.isEmpty ? child : path + "." + child)', but the model does not")
        }
    }

    /// This module's structure where it is written out.
    private func resolved(in root: StateTree) throws(Failure) -> StateTree {
        guard let first = pathOfShared else { return self }
        var tree: StateTree? = root
        for name in first.split(separator: ".", omittingEmptySubsequences: false) { tree = tree?[child: String(name)] }
        guard let tree, tree.pathOfShared == nil else { throw .structure(operation: "load", "there is no module '\(first)' to share") }
        return tree
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
            if name == "step" || parameterPlace(name, countNames) != nil, value.shape == [] { continue }
            guard let place = parameterPlace(name, stateNames), value.shape == parameters[place].shape else {
                throw .structure(operation: "load", "the optimiser's state '\(name)' of shape \(value.shape) fits no parameter")
            }
        }
    }

    /// The parameter that a state like "3.exp_avg" belongs to.
    private func parameterPlace(_ name: String, _ names: [String]) -> Int? {
        guard let dot = name.firstIndex(of: "."), let place = Int(name[..<dot]), parameters.indices.contains(place) else { return nil }
        return names.contains(String(name[name.index(after: dot)...])) ? place : nil
    }

    /// Takes over a whole state, all or nothing; what is not given begins anew.
    public func load(state given: [(name: String, tensor: Tensor)]) throws(Failure) {
        var arrays = StateTree()
        for (name, tensor) in given {
            let dtype = parameterPlace(name, stateNames).map { parameters[$0].dtype } ?? .float64
            let value = try tensor.detach().cast(dtype).detach()
            try Tensor.evaluate([value])
            arrays.arrays.append((name, value))
        }
        var tree = tree
        tree.children = [("state", arrays)]
        try check(tree)
        try load(tree)
    }

    /// Takes over settings and state. The tree must have passed `check`.
    public func load(_ tree: StateTree) throws(Failure) {
        for (name, _) in settings {
            if let value = tree.real(name) { try set(name, value) }
        }
        let arrays = try completed(tree[child: "state"]?.arrays ?? [])
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
