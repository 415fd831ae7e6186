/// A value that may take over a leaf's memory: the value at place `output` of the list to evaluate, and the leaf.
struct Donor {
    var leaf: Node
    var output: Int
}

/// Computes the values of nodes, in one plan. A forward evaluation of a graph that needs gradients keeps what its
/// derivative rules read.
func compute(_ nodes: [Node], keeping: Bool = true, donors: [Donor] = []) throws(Failure) {
    _ = try compute(nodes, keeping: keeping, donors: donors, mayStop: false, isExpected: false)
}

/// The same where nothing of the call is half done, so that the host may end it if it takes long.
func computeStoppably(_ nodes: [Node], keeping: Bool = true, donors: [Donor] = []) throws(Failure) {
    try LongRuns.repeating { (isExpected) throws(Failure) in
        try compute(nodes, keeping: keeping, donors: donors, mayStop: true, isExpected: isExpected)
    }
}

private func compute(_ nodes: [Node], keeping: Bool, donors: [Donor], mayStop: Bool, isExpected: Bool) throws(Failure)
    -> LongRuns.Stop?
{
    if nodes.allSatisfy({ $0.value != nil }) { return nil }
    var wanted = nodes
    if keeping && nodes.contains(where: { $0.value == nil && $0.requiresGrad }) {
        wanted += valuesToKeep(behind: nodes)
    }
    var lines = try Linearization(wanted)
    let donations = donations(donors, in: lines, for: wanted)
    lines.note(donations)
    let plan = try PlanCache.plan(for: lines.key) { () throws(Failure) in
        try Plan(lines.graph(donations: donations), aliases: true)
    }
    let isStoppable = mayStop && plan.isLong
    if isStoppable, !isExpected { return .isLong }

    // Memory first: when it cannot be had, nothing has happened.
    var values: [Buffer?] = []
    values.reserveCapacity(wanted.count)
    for (number, output) in plan.outputs.enumerated() {
        switch output {
        case .fresh:
            values.append(try Buffer.allocate(plan.outputTypes[number].bytes, for: wanted[number].operation.name))
        case .donated(let leaf), .leaf(let leaf): values.append(lines.leaves[leaf].value)
        case .same(let earlier): values.append(values[earlier])
        }
    }
    let arena = plan.arenaBytes > 0 ? try Buffer.allocate(plan.arenaBytes, for: wanted[0].operation.name) : nil

    var isStopped = false
    let failure = withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer.self, capacity: max(plan.slotCount, 1)) {
        table -> Failure? in
        guard let base = table.baseAddress else { return .internal(operation: "evaluate", "no table") }
        let anywhere = arena?.pointer ?? UnsafeMutableRawPointer(base)
        plan.bind(
            base, leaves: { lines.leaves[$0].value?.pointer ?? anywhere }, outputs: { values[$0]?.pointer ?? anywhere },
            arena: anywhere)
        do throws(Failure) {
            if isStoppable {
                isStopped = try !plan.runStoppably(base, outlives: { _ in false })
            } else {
                try plan.run(base)
            }
            return nil
        } catch {
            return error
        }
    }
    if let failure { throw failure }
    if isStopped { return .isStopped }
    for (node, value) in zip(wanted, values) where node.value == nil {
        node.value = value
        if !node.requiresGrad { node.forgetInputs(as: Leaf()) }
    }
    return nil
}

/// Values that the derivative rules behind `roots` read and that are not there yet. What is evaluated already has had
/// its own kept. The marks are the planner's: a derivative walk may be in progress, for one of whose rules this
/// evaluation is, and its marks must stay.
private func valuesToKeep(behind roots: [Node]) -> [Node] {
    var kept: [Node] = []
    var chosen: Set<ObjectIdentifier> = []
    func keep(_ node: Node) {
        if node.value == nil, node.role != .constant, !node.isLeaf, chosen.insert(ObjectIdentifier(node)).inserted {
            kept.append(node)
        }
    }
    let walk = Node.newWalk()
    var stack = roots
    while let node = stack.popLast() {
        guard node.requiresGrad, node.value == nil, node.planMark != walk else { continue }
        node.planMark = walk
        if node.operation.keeps.contains(.output) { keep(node) }
        if node.operation.keeps.contains(.inputs) {
            for input in node.inputs.prefix(node.operation.computes) { keep(input) }
        }
        stack.append(contentsOf: node.inputs)
    }
    return kept
}

/// The donors whose leaf nobody else can see: referred to by the plan's nodes and one box, its memory by itself alone.
private func donations(_ donors: [Donor], in lines: Linearization, for wanted: [Node]) -> [PlanGraph.Donation] {
    guard !donors.isEmpty else { return [] }
    var inside: [ObjectIdentifier: Int] = [:]
    for node in lines.nodes where node.value == nil {
        for input in node.inputs { inside[ObjectIdentifier(input), default: 0] += 1 }
    }
    let readLater = leavesReadLater(lines, inside, wanted)
    var result: [PlanGraph.Donation] = []
    for donor in donors where !readLater.contains(ObjectIdentifier(donor.leaf)) {
        guard
            donor.leaf.uses == inside[ObjectIdentifier(donor.leaf), default: 0] + 1,
            let place = lines.leaves.firstIndex(where: { $0 === donor.leaf }), donor.leaf.ownsItsMemory
        else { continue }
        result.append(PlanGraph.Donation(leaf: place, output: donor.output))
    }
    return result
}

/// The leaves behind nodes of the plan that others refer to as well and that get no value here: who asks for those
/// later computes them from the leaves again.
private func leavesReadLater(
    _ lines: Linearization, _ inside: [ObjectIdentifier: Int], _ wanted: [Node]
) -> Set<ObjectIdentifier> {
    let kept = Set(wanted.map { ObjectIdentifier($0) })
    var seen: Set<ObjectIdentifier> = []
    var stack: [Node] = []
    func visit(_ node: Node) {
        if seen.insert(ObjectIdentifier(node)).inserted, node.value == nil { stack.append(node) }
    }
    for node in lines.nodes where node.value == nil && !kept.contains(ObjectIdentifier(node)) {
        if node.uses > inside[ObjectIdentifier(node), default: 0] { visit(node) }
    }
    while let node = stack.popLast() {
        for input in node.inputs where !kept.contains(ObjectIdentifier(input)) { visit(input) }
    }
    return seen
}

extension Node {
    /// Whether the value's memory belongs to this node alone and may be written.
    var ownsItsMemory: Bool { value?.isBorrowed == false && holdsValueAlone() }

    private func holdsValueAlone() -> Bool {
        guard value != nil else { return false }
        return isKnownUniquelyReferenced(&value)
    }
}

extension Tensor {
    /// Points boxes at new values, all computed in one plan, in the old values' memory where nobody else refers to it:
    /// what an optimiser's step does.
    public static func update(_ pairs: [(tensor: Tensor, value: Tensor)]) throws(Failure) {
        let news = try pairs.map { $0.value }.nodes()
        for (pair, node) in zip(pairs, news) { try pair.tensor.checkMapped(node) }
        for (place, pair) in pairs.enumerated()
        where news[place].shape != pair.tensor.shape || news[place].dtype != pair.tensor.dtype {
            throw .internal(operation: "update", "a new value has another type than the old one")
        }
        if ThreadState.current.capture == nil {
            // The value boxes of `pairs` refer to the new nodes, never to the old ones.
            let donors = pairs.enumerated().map { Donor(leaf: $1.tensor.stored, output: $0) }
            try computeStoppably(news, keeping: false, donors: donors)
        }
        for (place, pair) in pairs.enumerated() { try pair.tensor.replace(with: news[place]) }
    }
}
