import Engine

/// Optimisers as neutral trees, and back.
extension Optimizer {
    public var tree: StateTree {
        var tree = StateTree()
        tree.attributes.append(("class", .text(className)))
        var list = StateTree()
        for (number, group) in groups.enumerated() {
            var entry = StateTree()
            entry.attributes = group.arguments.values.map { ($0.name, live($0.name) ?? $0.value) }
            entry.attributes += group.notes
            entry.attributes.append((StateTree.count, .integer(Int64(group.places.count))))
            list.children.append((String(number), entry))
        }
        tree.children.append(("groups", list))
        var arrays = StateTree()
        arrays.arrays = state
        tree.children.append(("state", arrays))
        if !schedules.isEmpty {
            var list = StateTree()
            for (number, schedule) in schedules.enumerated() {
                list.children.append((String(number), schedule.tree))
            }
            tree.children.append(("schedules", list))
        }
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
                    // Files of before lack what came later.
                    if own.real == nil { continue }
                    throw .structure(operation: "load", "the checkpoint's optimiser lacks the setting '\(name)'")
                }
                do throws(Failure) {
                    settings = try settings.replacing(name, value)
                } catch {
                    throw .structure(operation: "load", "the checkpoint's \(error)")
                }
            }
            do throws(Failure) {
                try check(settings)
            } catch {
                throw .structure(operation: "load", "the checkpoint's \(error)")
            }
            found.append(settings)
        }
        return found
    }

    /// Whether `tree` is this kind of optimiser over parameters of these shapes.
    public func check(_ tree: StateTree) throws(Failure) {
        _ = try settings(tree)
        for (name, value) in tree[child: "state"]?.arrays ?? [] {
            guard takes(value.dtype, for: name) else {
                throw .structure(
                    operation: "load", "the optimiser's state '\(name)' is of \(value.dtype.name), not of a float type")
            }
            guard fits(name, value.shape) else {
                throw .structure(
                    operation: "load", "the optimiser's state '\(name)' of shape \(value.shape) fits no parameter")
            }
        }
        if let list = tree[child: "schedules"], !schedules.isEmpty {
            guard list.children.count == schedules.count else {
                throw .structure(
                    operation: "load",
                    "the optimiser has \(schedules.count.counted("schedule")), but the checkpoint's has "
                        + "\(list.children.count)")
            }
            for (schedule, entry) in zip(schedules, list.children) { try schedule.check(entry.tree) }
        }
    }

    /// The parameter that a state like "3.exp_avg" belongs to, and what it is of it.
    func split(_ name: String, _ names: [String]) -> (place: Int, name: String)? {
        guard let dot = name.firstIndex(of: "."), let place = Int(name[..<dot]), parameters.indices.contains(place)
        else { return nil }
        let own = String(name[name.index(after: dot)...])
        return names.contains(own) ? (place, own) : nil
    }

    /// Takes over a whole state, all or nothing; what is not given begins anew.
    public func load(state given: [(name: String, tensor: Tensor)]) throws(Failure) {
        var arrays = StateTree()
        for (name, tensor) in given {
            let dtype = split(name, stateNames).map { parameters[$0.place].dtype } ?? .float64
            let value = try tensor.detach().cast(dtype).detach()
            try Tensor.evaluate([value])
            arrays.arrays.append((name, value))
        }
        var tree = tree
        tree.children.removeAll { $0.name == "state" || $0.name == "schedules" }
        tree.children.append(("state", arrays))
        try check(tree)
        try load(tree)
    }

    /// Takes over settings and state, and that of the schedules, if there are any here. The tree must have passed
    /// `check`.
    public func load(_ tree: StateTree) throws(Failure) {
        let entries = tree[child: "groups"]?.children ?? []
        for (number, settings) in try settings(tree).enumerated() {
            try replace(settings, of: number)
            for name in Optimizer.noteNames where isNote(name) {
                if let value = entries[number].tree[attribute: name] { try set(name, value, of: number) }
            }
        }
        try loadState(tree[child: "state"]?.arrays ?? [])
        for (schedule, entry) in zip(schedules, tree[child: "schedules"]?.children ?? []) {
            try schedule.load(entry.tree)
        }
    }

    /// Checkpoints once had one count, "step", for all parameters.
    func loadBoxes(_ given: [(name: String, tensor: Tensor)]) throws(Failure) {
        var arrays = [[(name: String, tensor: Tensor)]](repeating: [], count: parameters.count)
        var counts = [[(name: String, value: Double)]](repeating: [], count: parameters.count)
        for (name, value) in given {
            if let (place, own) = split(name, countNames), value.shape == [] {
                counts[place].append((own, try value.item()))
            } else if let (place, own) = split(name, stateNames) {
                arrays[place].append((own, value))
            }
        }
        if let common = try given.first(where: { $0.name == "step" })?.tensor.item() {
            for place in parameters.indices where !arrays[place].isEmpty && counts[place].isEmpty {
                counts[place] = [("step", common)]
            }
        }
        try replaceState(arrays, counts: counts)
    }
}

extension StateTree {
    /// How many parameters a group of an optimiser has.
    fileprivate static let count = "_count"
}
