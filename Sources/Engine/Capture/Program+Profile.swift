import Machine
import Glibc
import Steps

extension Program {
    /// The plan as text, with the time of each step: the median of several runs. They run over copies of whatever the
    /// program writes, so that parameters, gradients and random states stay as they are. `inputs`: as for a run; nil
    /// for zeros.
    public func profile(_ inputs: [Tensor]?) throws(Failure) -> String {
        try checkOutside()
        let rehearsal = try Rehearsal(self, inputs)
        return plan.listing(nanoseconds: try rehearsal.medians())
    }
}

/// A program's plan over memory of its own, as often as one likes with the same result.
private final class Rehearsal {
    private let plan: Plan
    private let table: UnsafeMutablePointer<UnsafeMutableRawPointer>
    /// Everything that the table points into.
    private var memory: [Buffer] = []
    /// What runs write over, with the values to begin with.
    private var written: [(copy: Buffer, original: Buffer)] = []

    private static let leastRuns = 5
    private static let mostRuns = 101
    private static let patience = 300_000_000

    init(_ program: Program, _ inputs: [Tensor]?) throws(Failure) {
        plan = program.plan
        table = .allocate(capacity: max(plan.slotCount, 1))
        let arguments = try inputs.map { (tensors) throws(Failure) in try program.values(of: tensors) }
        var leaves: [Buffer] = []
        for (leaf, source) in program.sources.enumerated() {
            let original = try program.value(source, arguments)
            memory.append(original)
            guard plan.outputs.contains(.donated(leaf: leaf)) else {
                leaves.append(original)
                continue
            }
            let copy = try Buffer.allocate(original.bytes, for: "profile")
            written.append((copy, original))
            leaves.append(copy)
        }
        var results: [Buffer?] = []
        for (output, type) in zip(plan.outputs, plan.outputTypes) {
            results.append(output == .fresh ? try Buffer.allocate(max(type.bytes, 1), for: "profile") : nil)
        }
        memory += results.compactMap { $0 } + [program.arena]
        let arena = program.arena.pointer
        plan.bind(table, leaves: { leaves[$0].pointer }, outputs: { results[$0]?.pointer ?? arena }, arena: arena)
    }

    deinit { table.deallocate() }

    /// The time of each step in nanoseconds.
    func medians() throws(Failure) -> [Double] {
        try run { _, _ in }
        var times = [[Int]](repeating: [], count: plan.steps.count)
        let began = monotonicNanoseconds()
        var runs = 0
        while runs < Rehearsal.leastRuns
            || (runs < Rehearsal.mostRuns && monotonicNanoseconds() - began < Rehearsal.patience)
        {
            try run { times[$0].append($1) }
            runs += 1
        }
        return times.map { Double($0.sorted()[$0.count / 2]) }
    }

    private func run(_ note: (Int, Int) -> Void) throws(Failure) {
        for (copy, original) in written { copy.pointer.copyMemory(from: original.pointer, byteCount: original.bytes) }
        let slots = Slots(base: UnsafePointer(table))
        var last = monotonicNanoseconds()
        for (number, call) in plan.calls.enumerated() {
            try call(slots)
            let next = monotonicNanoseconds()
            note(number, next - last)
            // What noting takes is nobody's time.
            last = monotonicNanoseconds()
        }
    }
}

extension Program {
    /// The value that a leaf of the plan has now.
    fileprivate func value(_ source: Source, _ arguments: [Node]?) throws(Failure) -> Buffer {
        let node: Node
        switch source {
        case .constant(let buffer): return buffer
        case .input(let place): node = if let arguments { arguments[place] } else { try zeros(inputTypes[place]) }
        case .box(let place):
            node = boxes[place].tensor.stored
            try check(node, isAs: boxes[place].placeholder, "a tensor")
        case .gradient(let place):
            guard let placeholder = gradients[place].placeholder else {
                throw .internal(operation: "profile", "a gradient is read that was not captured")
            }
            node = if let stored = gradients[place].slot.stored { stored } else { try zeros(placeholder.type) }
            try check(node, isAs: placeholder, "a gradient")
        }
        try compute([node])
        guard let buffer = node.value else { throw .internal(operation: "profile", "an evaluated tensor has no value") }
        return buffer
    }
}
