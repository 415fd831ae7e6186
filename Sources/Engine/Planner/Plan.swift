import Machine
import Processor
import Steps

/// A plan as data: steps in order, and where their memory lies. It can be compared, written to a file and read back.
struct PlanData: Hashable, Codable {
    /// Where a slot of the table lies.
    struct Binding: Hashable, Codable {
        var slot: Int
        var place: MemoryPlan.Place
        var byteOffset: Int
    }

    var steps: [Step]
    var storages: [Lowering.Storage]
    /// The first ones are the storages, in order.
    var bindings: [Binding]
    var outputs: [MemoryPlan.Output]
    var outputTypes: [TensorType]
    var arenaBytes: Int
    var slotCount: Int
    /// The number of nodes that were planned, for explanations.
    var nodeCount: Int
    /// For each output, whether it is written after the last step that can fail: then a run that fails has not touched
    /// it.
    var isLate: [Bool]
    /// Whether a run may take so long that somebody waits for it: about 50 ms and more.
    var isLong: Bool
    /// The first step that writes over a leaf, and for each output the first that writes it: what comes before can be
    /// dropped.
    var firstLeafWrite: Int
    var firstOutputWrite: [Int]
}

/// A graph made ready to run. It holds no values, so it runs again with other leaves.
final class Plan {
    let data: PlanData
    /// What the steps do on the backend.
    let calls: [StepCall]

    var steps: [Step] { data.steps }
    var storages: [Lowering.Storage] { data.storages }
    var bindings: [PlanData.Binding] { data.bindings }
    var outputs: [MemoryPlan.Output] { data.outputs }
    var outputTypes: [TensorType] { data.outputTypes }
    var arenaBytes: Int { data.arenaBytes }
    var slotCount: Int { data.slotCount }
    var nodeCount: Int { data.nodeCount }
    var isLate: [Bool] { data.isLate }
    var isLong: Bool { data.isLong }

    /// A slot of the table and where it points: `byteOffset` into the memory that has a number elsewhere.
    struct Binding {
        var slot: Int
        var number: Int
        var byteOffset: Int
    }

    /// `aliases`: whether an output may be a leaf's own memory, or another output's. If not it is copied.
    convenience init(
        _ graph: PlanGraph, aliases: Bool, passes: Set<Pass> = Pass.enabled, backend: any Backend = Plan.backend
    ) throws(Failure) {
        let preparation = backend.preparation(compiles: passes.contains(.jit))
        try self.init(PlanData(graph, aliases: aliases, passes: passes, preparation), preparation)
    }

    /// A plan that was made before.
    convenience init(_ data: PlanData, backend: any Backend = Plan.backend) throws(Failure) {
        try self.init(data, backend.preparation(compiles: Pass.enabled.contains(.jit)))
    }

    private init(_ data: PlanData, _ preparation: any Preparation) throws(Failure) {
        self.data = data
        var calls: [StepCall] = []
        for step in data.steps { calls.append(try preparation.call(step.kind, scratch: step.scratch)) }
        self.calls = calls
    }

    /// What runs the plans of this process.
    static let backend: any Backend = Processor()

    /// The bindings to places for which `number` gives one.
    func numberedBindings(_ number: (MemoryPlan.Place) -> Int?) -> [Binding] {
        data.bindings.compactMap { binding in
            number(binding.place).map { Binding(slot: binding.slot, number: $0, byteOffset: binding.byteOffset) }
        }
    }

    /// Fills the table of memory.
    func bind(
        _ table: UnsafeMutablePointer<UnsafeMutableRawPointer>, leaves: (Int) -> UnsafeMutableRawPointer,
        outputs: (Int) -> UnsafeMutableRawPointer, arena: UnsafeMutableRawPointer
    ) {
        for binding in data.bindings {
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
        var end = data.firstLeafWrite
        for (output, number) in data.firstOutputWrite.enumerated() where number < end && outlives(output) {
            end = number
        }
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

extension PlanData {
    init(
        _ graph: PlanGraph, aliases: Bool, passes: Set<Pass>, _ preparation: any Preparation
    ) throws(Failure) {
        let improved = graph.improved(passes)
        var lowering = try Lowering(improved, passes, preparation)
        var outputStorages: [Int] = []
        for output in improved.outputs {
            outputStorages.append(lowering.outputStorage(output, aliases: aliases, taken: outputStorages))
        }
        if passes.contains(.pool) { lowering.joinPools(outputs: outputStorages) }
        if passes.contains(.epilogue) { lowering.joinEpilogues(outputs: outputStorages) }
        if passes.contains(.pool) { lowering.joinLoopsBeforePools(outputs: outputStorages) }
        let memory = MemoryPlan(
            lowering, outputStorages: outputStorages, donations: improved.donations, passes: passes)
        steps = lowering.steps
        storages = lowering.storages
        bindings = storages.indices.map {
            Binding(slot: lowering.slot(ofStorage: $0), place: memory.places[$0], byteOffset: 0)
        }
        for alias in lowering.aliases {
            bindings.append(
                Binding(slot: alias.slot, place: memory.places[alias.storage], byteOffset: alias.byteOffset))
        }
        outputs = memory.outputs
        outputTypes = improved.outputs.map { improved.nodes[$0].type }
        arenaBytes = memory.arenaBytes
        slotCount = lowering.slotCount
        nodeCount = improved.nodes.count
        // Several storages may lie in one place: what became of a value bit by bit.
        var firstWrite: [MemoryPlan.Place: Int] = [:]
        for (number, step) in steps.enumerated() {
            for storage in step.writes where firstWrite[memory.places[storage]] == nil {
                firstWrite[memory.places[storage]] = number
            }
        }
        (firstLeafWrite, firstOutputWrite) = (steps.count, [Int](repeating: steps.count, count: outputs.count))
        for (place, number) in firstWrite {
            switch place {
            case .leaf: firstLeafWrite = min(firstLeafWrite, number)
            case .output(let output): firstOutputWrite[output] = number
            case .arena: break
            }
        }
        let lastFallible = steps.lastIndex { $0.mayFail } ?? -1
        isLate = outputStorages.map { firstWrite[memory.places[$0]].map { $0 > lastFallible } ?? true }
        var work = 0.0
        for step in steps {
            work += 0.2 * step.operations
            for storage in step.reads + step.writes { work += Double(storages[storage].bytes) }
        }
        isLong = work > 5e7
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
        push(
            "copy \(type.shape.text)", .move(MoveStep(bytes: type.bytes, source: slot, result: target)),
            bytesRead: type.bytes)
        return storageOf[target]
    }
}
