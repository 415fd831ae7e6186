import Foundation
import Steps
import XCTest

@testable import Engine

/// A plan over copies of its leaves' memory, so that it can be made and run in any way without the graph noticing.
struct PlanRun {
    let plan: Plan
    let graph: PlanGraph
    private let leaves: [Node]

    init(
        _ wanted: [Node], donations: [PlanGraph.Donation] = [], aliases: Bool = false,
        passes: Set<Pass> = Set(Pass.allCases), backend: any Backend = Plan.backend
    ) throws {
        let lines = try Linearization(wanted)
        graph = lines.graph(donations: donations)
        leaves = lines.leaves
        try Verifier.check(graph)
        try Verifier.check(graph.improved(passes))
        plan = try Plan(graph, aliases: aliases, passes: passes, backend: backend)
        try checkMemory(plan)
    }

    /// The bytes of each output, of this plan or of another one of the same graph.
    func outputs(of other: Plan? = nil) throws -> [[UInt8]] {
        let plan = other ?? plan
        let memory = try leaves.map { leaf -> Buffer in
            let copy = try Buffer.allocating(leaf.type.bytes)
            if let value = leaf.value { copy.pointer.copyMemory(from: value.pointer, byteCount: leaf.type.bytes) }
            return copy
        }
        let results = try plan.outputTypes.map { try Buffer.allocating($0.bytes) }
        let arena = try Buffer.allocating(plan.arenaBytes)
        // Memory that is read before it is written shows: no two runs would agree with this and the plan of no passes.
        memset(arena.pointer, 0xA5, plan.arenaBytes)
        func place(_ number: Int) -> UnsafeMutableRawPointer {
            switch plan.outputs[number] {
            case .fresh: return results[number].pointer
            case .donated(let leaf), .leaf(let leaf): return memory[leaf].pointer
            case .same(let earlier): return place(earlier)
            }
        }
        let table = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: max(plan.slotCount, 1))
        defer { table.deallocate() }
        plan.bind(table, leaves: { memory[$0].pointer }, outputs: { results[$0].pointer }, arena: arena.pointer)
        try plan.run(table)
        return plan.outputTypes.indices.map { number in
            Array(UnsafeRawBufferPointer(start: place(number), count: plan.outputTypes[number].bytes))
        }
    }
}

/// Fails if two values that are alive at the same time lie in the same memory. A value lives from the step that writes
/// it to the last that reads it; a leaf from the beginning, an output to the end. One step may end one life and begin
/// another in the same place only where it says so.
func checkMemory(_ plan: Plan, file: StaticString = #filePath, line: UInt = #line) throws {
    struct Life {
        var storage: Int
        var first: Int
        var last: Int
        var start: Int
        var end: Int
    }
    var lives: [String: [Life]] = [:]
    for storage in plan.storages.indices {
        let writes = plan.steps.indices.filter { plan.steps[$0].writes.contains(storage) }
        let reads = plan.steps.indices.filter { plan.steps[$0].reads.contains(storage) }
        let place = plan.bindings[storage].place
        let isLeaf = plan.storages[storage].leaf != nil
        if !isLeaf {
            guard let first = writes.first else { continue }
            XCTAssertGreaterThanOrEqual(
                reads.first ?? first, first, "storage \(storage) is read before it is written", file: file, line: line)
        }
        let isOutputPlace = if case .output = place { true } else { false }
        let isDonation = if case .leaf = place, !isLeaf { true } else { false }
        // A value that an update changes in its place ends there.
        let isReplaced = plan.steps.contains { $0.updates == storage && plan.bindings[$0.writes[0]].place == place }
        let isOutput = (isOutputPlace || isDonation) && !isReplaced
        var life = Life(
            storage: storage, first: isLeaf ? -1 : writes[0],
            last: isOutput ? plan.steps.count : max(reads.last ?? -1, writes.last ?? -1), start: 0,
            end: max(plan.storages[storage].bytes, 1))
        var space = "\(place)"
        if case .arena(let offset) = place {
            life.start += offset
            life.end += offset
            space = "arena"
            XCTAssertGreaterThanOrEqual(offset, 0, file: file, line: line)
            XCTAssertLessThanOrEqual(life.end, max(plan.arenaBytes, 1), file: file, line: line)
        }
        lives[space, default: []].append(life)
    }
    for (space, lives) in lives {
        for (number, a) in lives.enumerated() {
            for b in lives[(number + 1)...] where a.start < b.end && b.start < a.end {
                let (earlier, later) = a.first <= b.first ? (a, b) : (b, a)
                if earlier.last < later.first || isPiece(a.storage, of: b.storage, plan)
                    || isPiece(b.storage, of: a.storage, plan)
                {
                    continue
                }
                let hands =
                    later.first >= 0 && earlier.last == later.first
                    && plan.steps[later.first].mayWrite(later.storage, over: earlier.storage)
                XCTAssert(
                    hands, "storages \(a.storage) and \(b.storage) overlap in \(space):\n\(plan.listing)", file: file,
                    line: line)
            }
        }
    }
}

/// Whether a storage lies where concatenations put it into another one, so that both have the same bytes there.
func isPiece(_ storage: Int, of whole: Int, _ plan: Plan) -> Bool {
    guard case .arena(let place) = plan.bindings[storage].place else { return false }
    return plan.steps.contains { step in
        guard case .concatenate(let join) = step.kind, step.reads.filter({ $0 == storage }).count == 1,
            let part = join.parts.first(where: { $0.source == plan.bindings[storage].slot }),
            case .arena(let start) = plan.bindings[step.writes[0]].place,
            place == start + part.layout.offset * part.layout.elementBytes
        else { return false }
        return step.writes[0] == whole || isPiece(step.writes[0], of: whole, plan)
    }
}
