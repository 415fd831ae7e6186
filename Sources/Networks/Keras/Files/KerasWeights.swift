import Engine

/// Which arrays of a file are which parameters and buffers of a module. Names of arrays are never looked at: their
/// order says it.
struct KerasWeights {
    /// Boxes and the values that they get.
    private(set) var pairs: [(tensor: Tensor, value: Tensor)] = []
    /// Whether layers come in the order of the children: those of a model that the file's own config has made.
    private let isAsListed: Bool

    /// Takes all over, once all have been found and fit.
    func load() throws(Failure) {
        for (tensor, value) in pairs { try tensor.become(value) }
    }

    private mutating func take(
        _ own: [(name: String, tensor: Tensor)], _ values: [(name: String, tensor: Tensor)], _ place: String
    ) throws(Failure) {
        guard own.count == values.count else {
            throw KerasConfig.failure(
                "'\(place.shortened)' has \(own.count.counted("weight"))"
                    + (own.isEmpty
                        ? " (is its input's shape known?)" : " (\(own.map(\.name).joined(separator: ", ").shortened))")
                    + ", but the file has \(values.count)")
        }
        for ((name, tensor), (_, value)) in zip(own, values) {
            guard tensor.count == value.count,
                tensor.shape == value.shape || value.shape.filter({ $0 != 1 }) == tensor.shape.filter({ $0 != 1 })
            else {
                throw KerasConfig.failure(
                    "'\(name)' of '\(place.shortened)' has shape \(tensor.shape), but \(value.shape) in the file")
            }
            var fitting = try value.shape == tensor.shape ? value : value.reshape(tensor.shape)
            if fitting.dtype != tensor.dtype { fitting = try fitting.cast(tensor.dtype) }
            pairs.append((tensor, try fitting.detach()))
        }
    }

    // MARK: One group a layer

    /// Layers that own weights and groups that have some, in order.
    init(byLayer tree: StateTree, into module: Module, version: Int, asListed: Bool) throws(Failure) {
        isAsListed = asListed
        let groups = Dictionary(tree.children.map { ($0.name, $0.tree) }) { first, _ in first }
        var found: [(name: String, values: [(name: String, tensor: Tensor)])] = []
        for name in KerasWeights.texts(tree, "layer_names") {
            guard let group = groups[name] ?? KerasWeights.group(tree, name) else { continue }
            let names = KerasWeights.texts(group, "weight_names")
            if names.isEmpty { continue }
            found.append(
                (name, try names.map { (path) throws(Failure) in (path, try KerasWeights.array(group, path)) }))
        }
        let layers =
            KerasWeights.isModel(module)
            ? KerasWeights.layers(of: module, asListed) : [(name: module.className, module: module)]
        let owners = layers.map { ($0.name, KerasWeights.weights(of: $0.module, asListed: asListed)) }
            .filter { !$0.1.isEmpty }
        guard owners.count == found.count else {
            throw KerasConfig.failure(
                "the model has \(owners.count.counted("layer")) with weights, but the file has \(found.count)")
        }
        for ((name, own), (_, values)) in zip(owners, found) {
            try take(own, version < 2 ? KerasWeights.joined(values, own) : values, name)
        }
    }

    /// The texts of a list, which is split into `name0`, `name1` where it would be too long.
    private static func texts(_ tree: StateTree, _ name: String) -> [String] {
        if let list = tree.list(name) { return list.compactMap(\.text) }
        var texts: [String] = []
        var number = 0
        while let part = tree.list("\(name)\(number)") {
            texts += part.compactMap(\.text)
            number += 1
        }
        return texts
    }

    /// The arrays of a group in the order of its list.
    static func listed(_ group: StateTree) -> [(name: String, tensor: Tensor)] {
        texts(group, "weight_names").compactMap { path in
            (try? array(group, path)).map { (path, $0) }
        }
    }

    /// A group by a path.
    static func group(_ tree: StateTree, _ path: String) -> StateTree? {
        var tree: StateTree? = tree
        for part in path.split(separator: "/") { tree = tree?[child: String(part)] }
        return tree
    }

    private static func array(_ tree: StateTree, _ path: String) throws(Failure) -> Tensor {
        let parts = path.split(separator: "/").map(String.init)
        guard let last = parts.last, let group = group(tree, parts.dropLast().joined(separator: "/")),
            let tensor = group[array: last]
        else { throw KerasConfig.failure("the file lacks the array '\(path.shortened)', which it lists") }
        return tensor
    }

    /// Whether a module is a model to Keras: its children are layers.
    static func isModel(_ module: Module) -> Bool { module is Sequential || module is Graph }

    /// A layer's weights in Keras' order: what is trained of it and of all in it, then the rest.
    static func weights(of module: Module, asListed: Bool = false) -> [(name: String, tensor: Tensor)] {
        var (trained, rest): ([(name: String, tensor: Tensor)], [(name: String, tensor: Tensor)]) = ([], [])
        func visit(_ module: Module, _ path: String) {
            for (name, tensor) in module.parameters {
                if tensor.requiresGrad {
                    trained.append((path + name, tensor))
                } else {
                    rest.append((path + name, tensor))
                }
            }
            // The constants of a graph are in its config.
            if !isModel(module) { for (name, tensor) in module.buffers { rest.append((path + name, tensor)) } }
            for (name, child) in layers(of: module, asListed) { visit(child, path + name + ".") }
        }
        visit(module, "")
        return trained + rest
    }

    /// Keras 1 had an array for each gate: the kernel, the recurrent kernel and the bias of one gate, then of the next.
    private static func joined(_ values: [(name: String, tensor: Tensor)], _ own: [(name: String, tensor: Tensor)])
        throws(Failure) -> [(name: String, tensor: Tensor)]
    {
        guard own.count == 3, values.count == 9 || values.count == 12 else { return values }
        // Gates of an LSTM were i, c, f, o.
        let gates = values.count == 12 ? [0, 2, 1, 3] : [0, 1, 2]
        return try (0..<3).map { (part) throws(Failure) in
            (own[part].name, try Tensor.concatenate(gates.map { values[3 * $0 + part].tensor }, -1))
        }
    }

    // MARK: A tree of objects

    init(byObject tree: StateTree, into module: Module, asListed: Bool) throws(Failure) {
        isAsListed = asListed
        try take(module, tree, module.className)
    }

    /// For models that the host tells of (`KerasObjects`).
    init() { isAsListed = false }

    private static func layers(of module: Module, _ asListed: Bool) -> [(name: String, module: Module)] {
        asListed ? module.children : KerasDescription.layers(of: module)
    }

    /// A module's own variables alone. The constants of a graph are in its config.
    mutating func takeOwn(_ module: Module, _ tree: StateTree?, _ place: String) throws(Failure) {
        let own = module.parameters + (KerasWeights.isModel(module) ? [] : module.buffers)
        let values = tree?[child: "vars"]?.arrays ?? []
        if !own.isEmpty || !(KerasWeights.isModel(module) || values.isEmpty) { try take(own, values, place) }
    }

    mutating func take(_ module: Module, _ tree: StateTree?, _ place: String) throws(Failure) {
        try takeOwn(module, tree, place)
        let container = tree?[child: "layers"] ?? tree?[child: "_layer_checkpoint_dependencies"]
        guard KerasWeights.isModel(module), let container else {
            for (name, child) in module.children {
                let group = tree?[child: name] ?? tree?[child: "_" + name]
                try take(child, group ?? KerasWeights.only(child, in: tree), place + "." + name)
            }
            return
        }
        var counts: [String: Int] = [:]
        let groups = Dictionary(container.children.map { ($0.name, $0.tree) }) { first, _ in first }
        for (name, child) in KerasWeights.layers(of: module, isAsListed) {
            let kinds = KerasWeights.kinds(child)
            let kind = kinds.first { groups[KerasWeights.key($0, counts[$0] ?? 0)] != nil } ?? kinds[0]
            let count = counts[kind] ?? 0
            counts[kind] = count + 1
            try take(child, groups[KerasWeights.key(kind, count)], place + "." + name)
        }
    }

    /// The group of a module that stands in a list: "cells/lstm_cell".
    private static func only(_ child: Module, in tree: StateTree?) -> StateTree? {
        let kind = kinds(child)[0]
        return tree?.children.first { $0.name == kind || $0.name.hasPrefix(kind + "_") }?.tree
    }

    static func key(_ kind: String, _ count: Int) -> String { count == 0 ? kind : "\(kind)_\(count)" }

    /// What a module's class is in a path of the file.
    static func kinds(_ module: Module) -> [String] {
        if module is Sequential { return ["sequential", "functional", "model"] }
        if module is Graph { return ["functional", "sequential", "model"] }
        let name = module.className
        return [snakeCase(name.hasPrefix("keras.") ? String(name.dropFirst(6)) : name)]
    }

    /// "GlobalMaxPooling1D" as "global_max_pooling1d": a line before each capital that small letters follow, then one
    /// between a small letter and a capital (Keras' `to_snake_case`).
    static func snakeCase(_ name: String) -> String {
        let letters = Array(
            name.unicodeScalars.filter { $0 == "_" || $0.properties.isAlphabetic || ("0"..."9").contains($0) })
        func isSmall(_ place: Int) -> Bool { letters.indices.contains(place) && ("a"..."z").contains(letters[place]) }
        func isCapital(_ place: Int) -> Bool { letters.indices.contains(place) && ("A"..."Z").contains(letters[place]) }
        var result = ""
        for place in letters.indices {
            let beginsWord = place > 0 && isCapital(place) && isSmall(place + 1)
            let followsSmall = isCapital(place) && isSmall(place - 1)
            if beginsWord || followsSmall { result += "_" }
            result.unicodeScalars.append(letters[place])
        }
        return result.lowercased()
    }
}
