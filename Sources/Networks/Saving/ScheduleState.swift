import Engine

/// Schedules as neutral trees and as texts, and back. Names are those of PyTorch's state_dict.
extension Schedule {
    /// Arguments, position, rates, and what the kind remembers.
    public var values: [(name: String, value: Value)] {
        let own = ownState
        let given = arguments.values.filter { argument in
            argument.name != "last_epoch" && !own.contains { $0.name == argument.name }
        }
        return given + [
            ("base_lrs", Schedule.list(initialRates)), ("last_epoch", .integer(Int64(lastEpoch))),
            ("_step_count", .integer(Int64(stepCount))), ("_last_lr", Schedule.list(lastRates)),
        ] + own
    }

    public var tree: StateTree {
        var tree = StateTree()
        tree.attributes = [("class", .text(className))] + values
        for (place, part) in parts.enumerated() { tree.children.append((String(place), part.tree)) }
        return tree
    }

    /// The same as one text, without what the parts say.
    public var text: String { values.map { "\($0.name)=\($0.value.literal)" }.joined(separator: ", ") }

    /// A value by its name.
    public func value(_ name: String) throws(Failure) -> Value {
        if let found = values.first(where: { $0.name == name })?.value { return found }
        throw .argument(
            operation: className,
            "there is no value '\(name.shortened)'; there are: \(values.map(\.name).joined(separator: ", "))")
    }

    /// Takes over what a text says, and keeps the rest. Rates of the groups stay as they are.
    public func load(_ text: String) throws(Failure) {
        var tree = StateTree()
        for item in try Reader.arguments(text, operation: "schedule_load_state") {
            guard let name = item.keyword, case .value(let value) = try item.constant("schedule_load_state").given
            else {
                continue
            }
            tree.attributes.append((name, value))
        }
        try checkValues(tree)
        try load(tree)
    }

    /// Whether a tree is that of such a schedule.
    func check(_ tree: StateTree) throws(Failure) {
        guard let name = tree.text("class"), name == className else {
            throw .structure(
                operation: "load",
                "the schedule is \(className), but the checkpoint's is \(tree.text("class") ?? "missing")")
        }
        guard tree.children.count == parts.count else {
            throw .structure(
                operation: "load",
                "the schedule has \(parts.count.counted("part")), but the checkpoint's has \(tree.children.count)")
        }
        try checkValues(tree)
        for (part, entry) in zip(parts, tree.children) { try part.check(entry.tree) }
    }

    private func checkValues(_ tree: StateTree) throws(Failure) {
        let own = arguments
        defer { arguments = own }
        arguments = try arguments(tree)
        do throws(Failure) {
            try checkArguments()
        } catch {
            throw .structure(operation: "load", "the state's \(error)")
        }
        for name in ["last_epoch", "_step_count"] {
            guard let value = tree[attribute: name] else { continue }
            guard let number = value.integer, abs(number) < 1 << 60 else {
                throw .structure(
                    operation: "load", "\(name) of a schedule is a whole number, but found \(value.literal)")
            }
        }
        for name in ["base_lrs", "_last_lr"] {
            guard let value = tree[attribute: name] else { continue }
            guard let list = value.list, list.count == optimizer.groups.count, list.allSatisfy({ $0.real != nil })
            else {
                throw .structure(
                    operation: "load",
                    "\(name) of a schedule has a number for each of \(optimizer.groups.count.counted("group")), but "
                        + "found \(value.literal)")
            }
        }
    }

    /// The arguments with those that a tree says.
    private func arguments(_ tree: StateTree) throws(Failure) -> Arguments {
        var result = arguments
        for (name, _) in arguments.values where name != "last_epoch" {
            guard let value = tree[attribute: name] else { continue }
            do throws(Failure) {
                result = try result.replacing(name, value)
            } catch {
                throw .structure(operation: "load", "the state's \(error)")
            }
        }
        return result
    }

    /// The tree must have passed `check`.
    func load(_ tree: StateTree) throws(Failure) {
        arguments = try arguments(tree)
        func reals(_ name: String) -> [Double]? { tree.list(name)?.compactMap(\.real) }
        lastEpoch = tree.integer("last_epoch").map { Int($0) } ?? lastEpoch
        stepCount = tree.integer("_step_count").map { Int($0) } ?? stepCount
        initialRates = reals("base_lrs") ?? initialRates
        lastRates = reals("_last_lr") ?? lastRates
        loadOwn(tree)
        for (part, entry) in zip(parts, tree.children) { try part.load(entry.tree) }
    }
}
