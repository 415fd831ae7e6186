import Engine

/// The state of an optimiser: arrays of each parameter, and what its cohort counts.
extension Optimizer {
    func hasState(_ place: Int, _ name: String) -> Bool { arrays[place].contains { $0.name == name } }

    /// The state of that name, at first `initially` everywhere.
    func state(_ stepping: Stepping, _ name: String, initially: Double = 0) throws(Failure) -> Tensor {
        let (place, shape, dtype) = (stepping.place, stepping.parameter.shape, stepping.dtype)
        if let found = arrays[place].first(where: { $0.name == name })?.tensor {
            guard found.shape == shape else {
                throw .structure(
                    operation: className,
                    "state '\(place).\(name)' has shape \(found.shape), but its parameter has \(shape)")
            }
            if found.dtype == dtype { return found }
            // Also for a block that is open: what it reads has the parameter's dtype from its first run on.
            try Tensor.outsideCapture { () throws(Failure) in try found.become(found.cast(dtype)) }
            return found
        }
        let fresh = try Tensor.outsideCapture { () throws(Failure) in
            let values = try Tensor.full(shape, initially, dtype)
            try Tensor.evaluate([values])
            return values
        }
        arrays[place].append((name, fresh))
        return fresh
    }

    /// Has each of the parameters in a cohort with those that have counted the same steps, and take this one too.
    func formCohorts(_ stepping: [(place: Int, group: Int)]) throws(Failure) {
        var isStepping = [Bool](repeating: false, count: parameters.count)
        for (place, _) in stepping { isStepping[place] = true }
        // Whose members go apart from now on.
        var apart: [ObjectIdentifier: Cohort] = [:]
        for (place, cohort) in cohorts.enumerated() where !isStepping[place] {
            guard let cohort, !cohort.counts.isEmpty else { continue }
            apart[ObjectIdentifier(cohort)] = cohort
        }
        var fresh: [ObjectIdentifier: Cohort] = [:]
        var beginning: [[Int]: Cohort] = [:]
        for (place, group) in stepping {
            guard let cohort = cohorts[place], !cohort.counts.isEmpty else {
                // One that has state, but no count yet, has stepped before.
                let kind = [group, arrays[place].isEmpty ? 0 : 1]
                let cohort = beginning[kind] ?? Cohort(group: group)
                beginning[kind] = cohort
                cohorts[place] = cohort
                continue
            }
            let identity = ObjectIdentifier(cohort)
            guard apart[identity] != nil else { continue }
            if fresh[identity] == nil { fresh[identity] = try cohort.copy() }
            cohorts[place] = fresh[identity]
        }
        if !fresh.isEmpty { exchangeBoxes() }
    }

    /// Programs that know the boxes of before are recorded anew.
    func exchangeBoxes() {
        form.version += 1
        Conditions.changed()
        forgetProgram()
    }

    /// All state, named by the parameter's place among all: "0.exp_avg".
    public var state: [(name: String, tensor: Tensor)] { laidOut().map(named) }

    public var stateCount: Int { laidOut().count }

    /// Entry `index` of `state`, without the names of the others.
    public func stateEntry(_ index: Int) -> (name: String, tensor: Tensor)? {
        let all = laidOut()
        return all.indices.contains(index) ? named(all[index]) : nil
    }

    private func named(_ entry: (place: Int?, name: String, tensor: Tensor)) -> (name: String, tensor: Tensor) {
        (entry.place.map { "\($0).\(entry.name)" } ?? entry.name, entry.tensor)
    }

    /// Takes over the state of each parameter, all of it: what is not given begins anew. Values go into the boxes that
    /// are there, which programs may know. A count is a number for a place; those that agree are one from now on.
    func replaceState(
        _ given: [[(name: String, tensor: Tensor)]], counts: [[(name: String, value: Double)]]
    ) throws(Failure) {
        var hasExchanged = false
        for place in parameters.indices {
            let names = Set(given[place].map(\.name))
            if arrays[place].contains(where: { !names.contains($0.name) }) { hasExchanged = true }
            var boxes: [(name: String, tensor: Tensor)] = []
            for (name, value) in given[place] {
                if let found = arrays[place].first(where: { $0.name == name })?.tensor {
                    try found.become(value)
                    boxes.append((name, found))
                } else {
                    // A box of its own: the values may be those of an optimiser that goes on stepping.
                    boxes.append((name, try value.detach()))
                }
            }
            arrays[place] = boxes
        }
        for (number, group) in groups.enumerated() {
            var classes: [(counts: [(name: String, value: Double)], places: [Int])] = []
            for place in group.places where !counts[place].isEmpty {
                if let known = classes.firstIndex(where: { Optimizer.agree($0.counts, counts[place]) }) {
                    classes[known].places.append(place)
                } else {
                    classes.append((counts[place], [place]))
                }
            }
            for place in group.places where counts[place].isEmpty && cohorts[place] != nil {
                if cohorts[place]?.counts.isEmpty == false { hasExchanged = true }
                cohorts[place] = nil
            }
            for (counts, places) in classes {
                let before = cohorts[places[0]]
                let isSame =
                    before.map { before in group.places.filter { cohorts[$0] === before } == places } ?? false
                    && before?.counts.map(\.name) == counts.map(\.name)
                if isSame, let before {
                    for (name, value) in counts { try before.set(name, value) }
                    continue
                }
                let fresh = Cohort(group: number)
                for (name, value) in counts { _ = try fresh.count(name, initially: value) }
                for place in places { cohorts[place] = fresh }
                hasExchanged = true
            }
        }
        if hasExchanged { exchangeBoxes() }
        forgetProgram()
    }

    private static func agree(
        _ one: [(name: String, value: Double)], _ other: [(name: String, value: Double)]
    ) -> Bool {
        one.count == other.count && zip(one, other).allSatisfy { $0.name == $1.name && $0.value == $1.value }
    }
}
