import Kernels

/// Matrix products and the loop that reads their results next, such as a bias and an activation, an activation's
/// derivative and a bias's gradient, or an optimiser's update: they run together, strip by strip of the products' rows
/// (GemmStrips).
extension Lowering {
    /// `outputs`: storages that are handed out.
    mutating func joinEpilogues(outputs: [Int]) {
        var joined: [Step] = []
        for step in steps {
            let count = step.loop == nil ? 0 : productsBefore(step, joined)
            if count > 0, let both = join(Array(joined.suffix(count)), step, outputs) {
                joined.removeLast(count)
                joined.append(both)
            } else {
                joined.append(step)
            }
        }
        steps = joined
    }

    /// How many steps right before `loop` are products that it reads and that do not read each other.
    private func productsBefore(_ loop: Step, _ before: [Step]) -> Int {
        var count = 0
        for step in before.reversed() {
            guard let product = step.product else { break }
            let result = storageOf[product.result]
            guard
                loop.reads.contains(result), slot(ofStorage: result) == product.result,
                !aliases.contains(where: { $0.storage == result }),
                product.gemm.shape.m == (before.last?.product?.gemm.shape.m ?? 0), GemmStrips.divides(product.gemm),
                before.suffix(count).allSatisfy({ !$0.reads.contains(result) })
            else { break }
            count += 1
        }
        return count
    }

    private func join(_ products: [Step], _ epilogue: Step, _ outputs: [Int]) -> Step? {
        guard let loop = epilogue.loop else { return nil }
        let results = products.flatMap { $0.writes }
        let operands = products.flatMap { $0.reads }
        let kept = results.filter { result in
            outputs.contains(result) || steps.filter { $0.reads.contains(result) }.count > 1
        }
        let parts = products.compactMap { $0.product }.map { product in
            GemmStrips.Product(
                gemm: product.gemm, a: product.a, b: product.b, result: product.result,
                isKept: kept.contains(storageOf[product.result]))
        }
        guard let strips = GemmStrips(parts, loop) else { return nil }
        var step = Step(
            label: (products + [epilogue]).map { $0.label }.joined(separator: " + "),
            reads: operands + epilogue.reads.filter { !results.contains($0) },
            writes: epilogue.writes + kept, mayFail: false
        ) { slots throws(Failure) in strips.run(slots.base) }
        // The products read their operands to the end, the loop each element before it writes there.
        step.inPlace = epilogue.inPlace.filter { !results.contains($0) && !operands.contains($0) }
        step.operations = products.reduce(0) { $0 + $1.operations }
        step.bytesRead = (products + [epilogue]).reduce(-results.reduce(0) { $0 + storages[$1].bytes }) {
            $0 + ($1.bytesRead ?? 0)
        }
        return step
    }
}
