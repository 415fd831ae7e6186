import Machine
import Kernels

/// A graph made ready to run: steps in order, and where their memory lies. It holds no values, so it runs again with
/// other leaves.
final class Plan {
    let steps: [Step]
    /// What the steps do, without all that is known about them: a walk over this copies little.
    private let calls: [(Slots) throws(Failure) -> Void]
    let outputs: [MemoryPlan.Output]
    let outputTypes: [TensorType]
    let arenaBytes: Int
    let slotCount: Int
    /// The number of nodes that were planned, for explanations.
    let nodeCount: Int
    /// For each output, whether it is written after the last step that can fail: then a run that fails has not touched
    /// it.
    let isLate: [Bool]
    /// Where each slot lies; the first ones are the storages, in order.
    let bindings: [(slot: Int, place: MemoryPlan.Place, byteOffset: Int)]

    /// A slot of the table and where it points: `byteOffset` into the memory that has a number elsewhere.
    struct Binding {
        var slot: Int
        var number: Int
        var byteOffset: Int
    }
    let storages: [Lowering.Storage]
    /// Whether a run may take so long that somebody waits for it: about 50 ms and more.
    let isLong: Bool
    /// The first step that writes over a leaf, and for each output the first that writes it: what comes before can be
    /// dropped.
    private let firstLeafWrite: Int
    private let firstOutputWrite: [Int]

    /// `aliases`: whether an output may be a leaf's own memory, or another output's. If not it is copied.
    init(_ graph: PlanGraph, aliases: Bool, passes: Set<Pass> = Pass.enabled) throws(Failure) {
        let improved = graph.improved(passes)
        nodeCount = improved.nodes.count
        var lowering = try Lowering(improved, passes)
        var outputStorages: [Int] = []
        for output in improved.outputs {
            outputStorages.append(lowering.outputStorage(output, aliases: aliases, taken: outputStorages))
        }
        if passes.contains(.epilogue) { lowering.joinEpilogues(outputs: outputStorages) }
        let memory = MemoryPlan(
            lowering.steps, lowering.storages, outputStorages: outputStorages, donations: improved.donations,
            sharesMemory: passes.contains(.inplace))
        steps = lowering.steps
        calls = lowering.steps.map { $0.run }
        outputs = memory.outputs
        outputTypes = improved.outputs.map { improved.nodes[$0].type }
        arenaBytes = memory.arenaBytes
        slotCount = lowering.slotCount
        storages = lowering.storages
        let lastFallible = steps.lastIndex { $0.mayFail } ?? -1
        // Several storages may lie in one place: what became of a value bit by bit.
        var firstWrite: [MemoryPlan.Place: Int] = [:]
        for (number, step) in steps.enumerated() {
            for storage in step.writes where firstWrite[memory.places[storage]] == nil {
                firstWrite[memory.places[storage]] = number
            }
        }
        var work = 0.0
        for step in steps {
            work += 0.2 * step.operations
            for storage in step.reads + step.writes { work += Double(lowering.storages[storage].bytes) }
        }
        isLong = work > 5e7
        var (firstLeafWrite, firstOutputWrite) = (
            steps.count, [Int](repeating: steps.count, count: memory.outputs.count)
        )
        for (place, number) in firstWrite {
            switch place {
            case .leaf: firstLeafWrite = min(firstLeafWrite, number)
            case .output(let output): firstOutputWrite[output] = number
            case .arena: break
            }
        }
        (self.firstLeafWrite, self.firstOutputWrite) = (firstLeafWrite, firstOutputWrite)
        isLate = outputStorages.map { firstWrite[memory.places[$0]].map { $0 > lastFallible } ?? true }
        var bindings = lowering.storages.indices.map {
            (slot: lowering.slot(ofStorage: $0), place: memory.places[$0], byteOffset: 0)
        }
        for alias in lowering.aliases { bindings.append((alias.slot, memory.places[alias.storage], alias.byteOffset)) }
        self.bindings = bindings
    }

    /// The bindings to places for which `number` gives one.
    func numberedBindings(_ number: (MemoryPlan.Place) -> Int?) -> [Binding] {
        bindings.compactMap { binding in
            number(binding.place).map { Binding(slot: binding.slot, number: $0, byteOffset: binding.byteOffset) }
        }
    }

    /// Fills the table of memory.
    func bind(
        _ table: UnsafeMutablePointer<UnsafeMutableRawPointer>, leaves: (Int) -> UnsafeMutableRawPointer,
        outputs: (Int) -> UnsafeMutableRawPointer, arena: UnsafeMutableRawPointer
    ) {
        for binding in bindings {
            let base: UnsafeMutableRawPointer
            switch binding.place {
            case .leaf(let leaf): base = leaves(leaf)
            case .output(let output): base = outputs(output)
            case .arena(let offset): base = arena + max(offset, 0)
            }
            table[binding.slot] = base + binding.byteOffset
        }
    }

    /// Runs all steps over a bound table.
    func run(_ table: UnsafeMutablePointer<UnsafeMutableRawPointer>) throws(Failure) {
        let slots = Slots(base: UnsafePointer(table))
        for call in calls { try call(slots) }
    }

    /// The same; false if it was stopped and nothing that outlives the run was written. `outlives`: whether an output's
    /// memory does.
    func runStoppably(_ table: UnsafeMutablePointer<UnsafeMutableRawPointer>, outlives: (Int) -> Bool) throws(Failure)
        -> Bool
    {
        var end = firstLeafWrite
        for (output, number) in firstOutputWrite.enumerated() where number < end && outlives(output) { end = number }
        let slots = Slots(base: UnsafePointer(table))
        Interruption.arm()
        do throws(Failure) {
            for call in calls[..<end] where !Interruption.isStopping() { try call(slots) }
        } catch {
            _ = Interruption.disarm()
            throw error
        }
        // Once more, since a step may have been left while it ran.
        if Interruption.disarm() { return false }
        for call in calls[end...] { try call(slots) }
        return true
    }
}

extension Lowering {
    /// The storage that holds exactly the value of node `place`, for the caller to keep; a copy where the value is a
    /// view, or, without `aliases`, where the memory is a leaf's or already another output's.
    fileprivate mutating func outputStorage(_ place: Int, aliases: Bool, taken: [Int]) -> Int {
        let type = graph.nodes[place].type
        let slot = dense(place)
        let storage = storageOf[slot]
        let isWhole =
            self.slot(ofStorage: storage) == slot && storages[storage].bytes == type.bytes
            && storages[storage].dtype == type.dtype
        if isWhole && (aliases || (storages[storage].leaf == nil && !taken.contains(storage))) { return storage }
        let target = addFreshStorage(type)
        append("copy \(type.shape.text)", reads: [slot], writes: target, bytesRead: type.bytes) {
            slots throws(Failure) in
            slots[target].copyMemory(from: slots[slot], byteCount: type.bytes)
        }
        return storageOf[target]
    }
}
