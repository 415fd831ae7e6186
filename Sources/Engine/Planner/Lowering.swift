import Steps

/// One step of a plan, and what the planner knows of it.
struct Step: Hashable, Codable {
    var label: String
    var kind: StepKind
    /// The slot of the memory that it works in.
    var scratch: Int?
    /// Storages read and written (see Lowering.Storage).
    var reads: [Int]
    var writes: [Int]
    /// Storages among `reads` that a result may overwrite element by element.
    var inPlace: [Int] = []
    /// Storages among `writes` that are written before all is read: they overwrite nothing.
    var early: [Int] = []
    /// The storage of which the step changes some elements: it is copied first, unless the result lies in its place.
    var updates: Int?
    /// Whether it can throw, because it checks what only values show.
    var mayFail: Bool
    /// Bytes read, where they are not all of `reads`.
    var bytesRead: Int?
    /// Floating-point operations of matrix products, else 0.
    var operations: Double

    /// Whether storage `result` may lie where `source` lies.
    func mayWrite(_ result: Int, over source: Int) -> Bool { inPlace.contains(source) && !early.contains(result) }
}

/// Turns a graph into steps over storages: pieces of memory that the memory plan places later. Operations lower
/// themselves through this. A slot is a storage, or a place inside one.
struct Lowering {
    struct Storage: Hashable, Codable {
        var bytes: Int
        var dtype: DType
        /// The leaf whose memory this is; nil for memory that the plan provides.
        var leaf: Int?
    }

    /// A slot that begins inside a storage.
    struct Alias {
        var slot: Int
        var storage: Int
        var byteOffset: Int
    }

    let graph: PlanGraph
    private let fusion: Fusion
    /// What makes the steps ready, and is asked on the way.
    let preparation: any Preparation
    private let users: [[Int]]
    private let isOutput: [Bool]
    private(set) var storages: [Storage] = []
    private(set) var aliases: [Alias] = []
    var steps: [Step] = []
    /// The storage behind each slot.
    private(set) var storageOf: [Int] = []
    private var slotOfStorage: [Int] = []
    private var views: [View?]
    private var denseSlots: [Int: Int] = [:]

    init(_ graph: PlanGraph, _ passes: Set<Pass>, _ preparation: any Preparation) throws(Failure) {
        self.graph = graph
        self.preparation = preparation
        users = graph.users
        var isOutput = [Bool](repeating: false, count: graph.nodes.count)
        for output in graph.outputs { isOutput[output] = true }
        self.isOutput = isOutput
        fusion = Fusion(graph, users, fuses: passes.contains(.fuse))
        views = [View?](repeating: nil, count: graph.nodes.count)
        for (place, node) in graph.nodes.enumerated() {
            if let leaf = node.leaf {
                views[place] = View(
                    slot: addStorage(Storage(bytes: node.type.bytes, dtype: node.type.dtype, leaf: leaf)),
                    shape: node.type.shape, dtype: node.type.dtype)
            } else if node.operation.role == .constant {
                // Made where a step needs it in memory.
                continue
            } else if fusion.rootOf[place] < 0 || fusion.rootOf[place] == place {
                try node.operation.lower(place, into: &self)
            }
        }
    }

    var slotCount: Int { storageOf.count }

    private mutating func addStorage(_ storage: Storage) -> Int {
        storages.append(storage)
        storageOf.append(storages.count - 1)
        slotOfStorage.append(storageOf.count - 1)
        return storageOf.count - 1
    }

    func slot(ofStorage storage: Int) -> Int { slotOfStorage[storage] }

    /// Memory that no step has written yet: for an output, or to work in.
    mutating func addFreshStorage(_ type: TensorType) -> Int {
        addStorage(Storage(bytes: type.bytes, dtype: type.dtype, leaf: nil))
    }

    /// Memory for a step to work in; nil for none.
    private mutating func scratch(_ bytes: Int) -> Int? {
        bytes > 0 ? addFreshStorage(TensorType([bytes], .uint8)) : nil
    }

    // MARK: What operations ask

    func inputs(_ place: Int) -> [Int] { graph.nodes[place].inputs }
    func type(_ place: Int) -> TensorType { graph.nodes[place].type }

    mutating func setView(_ place: Int, _ view: View) { views[place] = view }

    mutating func view(_ place: Int) -> View {
        if let view = views[place] { return view }
        // A constant: one element, read by all.
        let type = graph.nodes[place].type
        guard let value = graph.fillValue(place) else {
            let slot = output(of: place)
            return View(slot: slot, shape: type.shape, dtype: type.dtype)
        }
        let slot = addStorage(Storage(bytes: type.dtype.size, dtype: type.dtype, leaf: nil))
        push(
            "constant \(value)",
            .fill(FillStep(dtype: type.dtype, value: value, count: 1, result: slot)))
        let view = View(slot: slot, shape: [], dtype: type.dtype).broadcast(to: type.shape)
        views[place] = view
        return view
    }

    /// The value in row-major order: as it lies, or copied.
    mutating func denseView(_ place: Int) -> View {
        let type = graph.nodes[place].type
        return View(slot: dense(place), shape: type.shape, dtype: type.dtype)
    }

    /// The slot of the value in row-major order from its beginning.
    mutating func dense(_ place: Int) -> Int {
        if let slot = denseSlots[place] { return slot }
        let view = view(place)
        let slot: Int
        if view.isDense {
            slot = view.offset == 0 ? view.slot : alias(of: view)
        } else {
            let type = graph.nodes[place].type
            slot = addStorage(Storage(bytes: type.bytes, dtype: type.dtype, leaf: nil))
            push(
                "copy \(type.shape.text)", .gather(GatherStep(layout: view.layout, source: view.slot, result: slot)),
                bytesRead: view.bytesRead)
        }
        denseSlots[place] = slot
        return slot
    }

    private mutating func alias(of view: View) -> Int {
        let parent = aliases.first { $0.slot == view.slot }
        storageOf.append(storageOf[view.slot])
        let slot = storageOf.count - 1
        aliases.append(
            Alias(
                slot: slot, storage: storageOf[view.slot],
                byteOffset: (parent?.byteOffset ?? 0) + view.offset * view.dtype.size))
        return slot
    }

    /// Memory for the value of node `place`.
    mutating func output(of place: Int) -> Int {
        let type = graph.nodes[place].type
        let slot = addStorage(Storage(bytes: type.bytes, dtype: type.dtype, leaf: nil))
        views[place] = View(slot: slot, shape: type.shape, dtype: type.dtype)
        return slot
    }

    /// A matrix as it lies if its rows or its columns are dense, else a dense copy.
    mutating func matrixOperand(_ place: Int, transposed: Bool) -> MatrixOperand {
        let view = view(place)
        let rank = view.shape.count
        let (rows, columns) = (view.shape[rank - 2], view.shape[rank - 1])
        let (rowStride, columnStride) = (view.strides[rank - 2], view.strides[rank - 1])
        if (columnStride == 1 || columns == 1) && (rowStride == columns || rows == 1) {
            return MatrixOperand(slot: view.slot, isTransposed: transposed, view: view)
        }
        if (rowStride == 1 || rows == 1) && (columnStride == rows || columns == 1) {
            return MatrixOperand(slot: view.slot, isTransposed: !transposed, view: view)
        }
        let copied = denseView(place)
        return MatrixOperand(slot: copied.slot, isTransposed: transposed, view: copied)
    }

    /// Appends a step, with the memory that it works in.
    mutating func append(_ label: String, _ kind: StepKind, bytesRead: Int? = nil) throws(Failure) {
        push(label, kind, scratch: scratch(try preparation.scratchBytes(kind)), bytesRead: bytesRead)
    }

    /// Appends a step that works in no memory.
    mutating func push(_ label: String, _ kind: StepKind, scratch: Int? = nil, bytesRead: Int? = nil) {
        steps.append(step(label, kind, scratch, bytesRead))
    }

    private func step(_ label: String, _ kind: StepKind, _ scratch: Int?, _ bytesRead: Int?) -> Step {
        let step = kind.step
        let written = step.writes + (scratch.map { [$0] } ?? [])
        let updates = step.updates.map { storageOf[$0] }
        return Step(
            label: label, kind: kind, scratch: scratch, reads: step.reads.map { storageOf[$0] },
            writes: written.map { storageOf[$0] }, inPlace: updates.map { [$0] } ?? [],
            early: scratch.map { [storageOf[$0]] } ?? [], updates: updates,
            mayFail: step.mayFail, bytesRead: bytesRead, operations: step.operations)
    }

    /// A step that only checks the values of a slot, as soon as they are there: before anything is written over that a
    /// failure must leave alone.
    mutating func insert(_ label: String, _ check: CheckStep) {
        let storage = storageOf[check.source]
        var place = (steps.lastIndex { $0.writes.contains(storage) } ?? -1) + 1
        while place < steps.count, steps[place].writes.isEmpty { place += 1 }
        steps.insert(step(label, .check(check), nil, nil), at: place)
    }

    /// The loop of the group whose root is `root`.
    mutating func appendLoop(rootedAt root: Int) throws(Failure) {
        guard let group = fusion.groups[root] else { throw .internal(operation: "plan", "node \(root) has no loop") }
        var builder = LoopBuilder(graph, group)
        let users = usersOutside(group)
        let loop = builder.build(&self, writes: { $0 == root || users.contains($0) })
        var step = step(builder.label, .loop(loop), nil, builder.bytesRead)
        step.inPlace = builder.inPlaceSlots.map { storageOf[$0] }
        steps.append(step)
    }

    /// Members whose values somebody outside the group reads, or the caller wants.
    private func usersOutside(_ group: LoopGroup) -> Set<Int> {
        Set(
            group.members.filter { member in
                isOutput[member] || users[member].contains { fusion.rootOf[$0] != group.root }
            })
    }
}
