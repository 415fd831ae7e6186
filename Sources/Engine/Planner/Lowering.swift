import Kernels

/// The plan's table of memory while it runs: one address a slot.
struct Slots {
    let base: UnsafePointer<UnsafeMutableRawPointer>
    @inline(__always) subscript(slot: Int) -> UnsafeMutableRawPointer { base[slot] }
}

/// A matrix product and the slots it works on.
struct Product {
    var gemm: Gemm
    var a: Int
    var b: Int
    var result: Int
}

/// One call of a kernel.
struct Step {
    var label: String
    /// Storages read and written (see Lowering.Storage).
    var reads: [Int]
    var writes: [Int]
    /// Storages among `reads` that a result may overwrite element by element.
    var inPlace: [Int] = []
    /// The storage of which the step changes some elements: it is copied first, unless the result lies in its place.
    var updates: Int?
    /// Whether it can throw, because it checks what only values show.
    var mayFail: Bool
    /// Bytes read, where they are not all of `reads`.
    var bytesRead: Int?
    /// Floating-point operations of a matrix product, else 0.
    var operations = 0.0
    /// The loop of a fused group, else nil.
    var loop: LoopProgram?
    /// The matrix product that the step is, else nil.
    var product: Product?
    var run: (Slots) throws(Failure) -> Void
}

/// Turns a graph into steps over storages: pieces of memory that the memory plan places later. Operations lower
/// themselves through this. A slot is a storage, or a place inside one.
struct Lowering {
    struct Storage {
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
    /// Whether steps may become machine code.
    let compiles: Bool
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

    init(_ graph: PlanGraph, _ passes: Set<Pass>) throws(Failure) {
        self.graph = graph
        users = graph.users
        var isOutput = [Bool](repeating: false, count: graph.nodes.count)
        for output in graph.outputs { isOutput[output] = true }
        self.isOutput = isOutput
        compiles = passes.contains(.jit)
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
    mutating func scratch(_ bytes: Int) -> Int? { bytes > 0 ? addFreshStorage(TensorType([bytes], .uint8)) : nil }

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
        append("constant \(value)", reads: [], writes: slot) { slots throws(Failure) in
            fill(type.dtype, value, slots[slot], 1)
        }
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
            let copy = view.copy
            let source = view.slot
            append("copy \(type.shape.text)", reads: [source], writes: slot, bytesRead: view.bytesRead) {
                slots throws(Failure) in
                copy.gather(from: slots[source], to: slots[slot])
            }
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

    /// `updates`: the slot among `reads` of which the result is a changed copy. `scratch`: memory that the step works
    /// in and nobody reads afterwards.
    mutating func append(
        _ label: String, reads: [Int], writes: Int, updates: Int? = nil, scratch: Int? = nil, mayFail: Bool = false,
        bytesRead: Int? = nil,
        operations: Double = 0, run: @escaping (Slots) throws(Failure) -> Void
    ) {
        let written = [writes] + (scratch.map { [$0] } ?? [])
        var step = Step(
            label: label, reads: reads.map { storageOf[$0] }, writes: written.map { storageOf[$0] }, mayFail: mayFail,
            bytesRead: bytesRead,
            operations: operations, loop: nil, run: run)
        step.updates = updates.map { storageOf[$0] }
        step.inPlace = step.updates.map { [$0] } ?? []
        steps.append(step)
    }

    /// A step that only checks the values of a slot, as soon as they are there: before anything is written over that a
    /// failure must leave alone.
    mutating func insertCheck(_ label: String, of slot: Int, run: @escaping (Slots) throws(Failure) -> Void) {
        let storage = storageOf[slot]
        var place = (steps.lastIndex { $0.writes.contains(storage) } ?? -1) + 1
        while place < steps.count, steps[place].writes.isEmpty { place += 1 }
        steps.insert(Step(label: label, reads: [storage], writes: [], mayFail: true, loop: nil, run: run), at: place)
    }

    mutating func append(_ label: String, _ product: Product, bytesRead: Int, operations: Double) {
        steps.append(
            Step(
                label: label, reads: [storageOf[product.a], storageOf[product.b]], writes: [storageOf[product.result]],
                mayFail: false, bytesRead: bytesRead,
                operations: operations, loop: nil, product: product
            ) { slots throws(Failure) in
                product.gemm.run(slots[product.a], slots[product.b], slots[product.result])
            })
    }

    /// The loop of the group whose root is `root`.
    mutating func appendLoop(rootedAt root: Int) throws(Failure) {
        guard let group = fusion.groups[root] else { throw .internal(operation: "plan", "node \(root) has no loop") }
        var builder = LoopBuilder(graph, group)
        let users = usersOutside(group)
        let program = builder.build(&self, writes: { $0 == root || users.contains($0) })
        var step = Step(
            label: builder.label, reads: builder.reads.map { storageOf[$0] },
            writes: builder.writes.map { storageOf[$0] },
            mayFail: false, bytesRead: builder.bytesRead, loop: program
        ) { slots throws(Failure) in program.run(slots.base) }
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
