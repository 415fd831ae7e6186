import Engine

/// Optimisers as neutral trees, and back.
extension Optimizer {
    public var tree: StateTree {
        var tree = StateTree()
        tree.attributes.append(("class", .text(className)))
        var list = StateTree()
        for (number, group) in groups.enumerated() {
            var entry = StateTree()
            entry.attributes = group.arguments.values
            entry.attributes.append((StateTree.count, .integer(Int64(group.places.count))))
            list.children.append((String(number), entry))
        }
        tree.children.append(("groups", list))
        var arrays = StateTree()
        arrays.arrays = state
        tree.children.append(("state", arrays))
        return tree
    }

    /// The settings of each group in a tree, if it is this kind of optimiser over such groups.
    private func settings(_ tree: StateTree) throws(Failure) -> [Arguments] {
        guard let name = tree.text("class"), name == className else {
            throw .structure(
                operation: "load",
                "the optimiser is \(className), but the checkpoint's is \(tree.text("class") ?? "missing")")
        }
        let entries = tree[child: "groups"]?.children ?? []
        guard entries.count == groups.count else {
            throw .structure(
                operation: "load",
                "the optimiser has \(groups.count.counted("group")), but the checkpoint's has \(entries.count)")
        }
        var found: [Arguments] = []
        for (group, entry) in zip(groups, entries.map(\.tree)) {
            if let count = entry.integer(StateTree.count), count != Int64(group.places.count) {
                throw .structure(
                    operation: "load",
                    "a group of the optimiser has \(group.places.count.counted("parameter")), but the checkpoint's has "
                        + "\(count)"
                )
            }
            var settings = group.arguments
            for (name, own) in group.arguments.values {
                guard let value = entry[attribute: name] else {
                    throw .structure(operation: "load", "the checkpoint's optimiser lacks the setting '\(name)'")
                }
                // What kind of step it is stays the optimiser's own.
                if own.flag != nil { continue }
                do throws(Failure) {
                    settings = try settings.replacing(name, value)
                    try check(settings)
                } catch {
                    throw .structure(operation: "load", "the checkpoint's \(error)")
                }
            }
            found.append(settings)
        }
        return found
    }

    /// Whether `tree` is this kind of optimiser over parameters of these shapes.
    public func check(_ tree: StateTree) throws(Failure) {
        _ = try settings(tree)
        for (name, value) in tree[child: "state"]?.arrays ?? [] {
            guard value.dtype.isFloat else {
                throw .structure(
                    operation: "load", "the optimiser's state '\(name)' is of \(value.dtype.name), not of a float type")
            }
            if name == "step" || parameterPlace(name, countNames) != nil, value.shape == [] { continue }
            guard let place = parameterPlace(name, stateNames), value.shape == parameters[place].shape else {
                throw .structure(
                    operation: "load", "the optimiser's state '\(name)' of shape \(value.shape) fits no parameter")
            }
        }
    }

    /// The parameter that a state like "3.exp_avg" belongs to.
    private func parameterPlace(_ name: String, _ names: [String]) -> Int? {
        guard let dot = name.firstIndex(of: "."), let place = Int(name[..<dot]), parameters.indices.contains(place)
        else { return nil }
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
        tree.children.removeAll { $0.name == "state" }
        tree.children.append(("state", arrays))
        try check(tree)
        try load(tree)
    }

    /// Takes over settings and state. The tree must have passed `check`.
    public func load(_ tree: StateTree) throws(Failure) {
        for (number, settings) in try settings(tree).enumerated() {
            for (name, value) in settings.values where value.flag == nil { try set(name, value, of: number) }
        }
        let arrays = try completed(tree[child: "state"]?.arrays ?? [])
        // A state that the checkpoint does not have begins anew, in its own box, which programs may know.
        for (name, tensor) in state where !arrays.contains(where: { $0.name == name }) {
            try tensor.become(Tensor.full(tensor.shape, 0, tensor.dtype))
        }
        for (name, value) in arrays { try restore(name, value) }
    }
}

extension StateTree {
    /// How many parameters a group of an optimiser has.
    fileprivate static let count = "_count"
}
