import Kernels

/// Matrix products and the loops that read their results next, such as a bias and an activation, or an optimiser's update: the loop runs over each strip of
/// rows as soon as the product has made it, from the cache. Where nobody else reads the result it is never stored as a whole.
extension Lowering {
    /// `outputs`: storages that are handed out.
    mutating func joinEpilogues(outputs: [Int]) {
        var joined: [Step] = []
        for step in steps {
            if let previous = joined.last, let both = join(previous, step, outputs) {
                joined[joined.count - 1] = both
            } else {
                joined.append(step)
            }
        }
        steps = joined
    }

    private func join(_ first: Step, _ second: Step, _ outputs: [Int]) -> Step? {
        guard let product = first.product, let loop = second.loop else { return nil }
        let result = storageOf[product.result]
        guard
            second.reads.contains(result), slot(ofStorage: result) == product.result, !aliases.contains(where: { $0.storage == result }),
            let strips = GemmStrips(product.gemm), loop.divides(into: strips.rows), loop.readsInOrderOnly(product.result, of: strips.count)
        else { return nil }
        let isKept = outputs.contains(result) || steps.filter { $0.reads.contains(result) }.count > 1
        var step = Step(
            label: first.label + " + " + second.label, reads: first.reads + second.reads.filter { $0 != result },
            writes: second.writes + (isKept ? [result] : []), mayFail: false, loop: nil, product: nil, run: Lowering.run(product, strips, loop, isKept: isKept))
        // The product reads its operands to the end, the loop each element before it writes there.
        step.inPlace = second.inPlace.filter { $0 != result && !first.reads.contains($0) }
        step.operations = first.operations
        if let product = first.bytesRead, let others = second.bytesRead { step.bytesRead = product + others - storages[result].bytes }
        return step
    }

    private static func run(_ product: Product, _ strips: GemmStrips, _ loop: LoopProgram, isKept: Bool) -> (Slots) throws(Failure) -> Void {
        let count = Swift.max(product.result, loop.lastSlot) + 1
        return { slots throws(Failure) in
            strips.run(slots[product.a], slots[product.b], isKept ? slots[product.result] : nil) { rows, base in
                withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer.self, capacity: count) { table in
                    guard let own = table.baseAddress else { return }
                    own.initialize(from: slots.base, count: count)
                    own[product.result] = base
                    loop.run(own, parts: rows, of: strips.rows)
                }
            }
        }
    }
}
