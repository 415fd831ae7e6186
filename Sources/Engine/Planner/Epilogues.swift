import Steps

/// Matrix products and the loop that reads their results next, such as a bias and an activation, an activation's
/// derivative and a bias's gradient, or an optimiser's update: they run together, strip by strip of the products' rows
/// (GemmStrips).
extension Lowering {
    /// `outputs`: storages that are handed out.
    mutating func joinEpilogues(outputs: [Int]) {
        var joined: [Step] = []
        for step in steps {
            let count = step.kind.loop == nil ? 0 : productsBefore(step, joined)
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
            guard let product = step.joinable else { break }
            let result = storageOf[product.result]
            guard
                loop.reads.contains(result), slot(ofStorage: result) == product.result,
                !aliases.contains(where: { $0.storage == result }), product.m == (before.last?.joinable?.m ?? 0),
                preparation.isDivisible(product), before.suffix(count).allSatisfy({ !$0.reads.contains(result) })
            else { break }
            count += 1
        }
        return count
    }

    private func join(_ products: [Step], _ epilogue: Step, _ outputs: [Int]) -> Step? {
        guard let loop = epilogue.kind.loop else { return nil }
        let results = products.flatMap { $0.writes }
        let operands = products.flatMap { $0.reads }
        let kept = results.filter { result in
            outputs.contains(result) || steps.filter { $0.reads.contains(result) }.count > 1
        }
        let parts = products.compactMap { $0.joinable }.map { product in
            StripsStep.Part(product: product, isKept: kept.contains(storageOf[product.result]))
        }
        let strips = StripsStep(parts: parts, loop: loop)
        guard preparation.joins(strips) else { return nil }
        var step = Step(
            label: (products + [epilogue]).map { $0.label }.joined(separator: " + "), kind: .strips(strips),
            reads: operands + epilogue.reads.filter { !results.contains($0) }, writes: epilogue.writes + kept,
            mayFail: false, operations: products.reduce(0) { $0 + $1.operations })
        // A product's result that is kept is written before the loop has read what it reads.
        step.early = kept
        // The products read their operands to the end, the loop each element before it writes there.
        step.inPlace = epilogue.inPlace.filter { !results.contains($0) && !operands.contains($0) }
        step.bytesRead = (products + [epilogue]).reduce(-results.reduce(0) { $0 + storages[$1].bytes }) {
            $0 + ($1.bytesRead ?? 0)
        }
        return step
    }
}

extension Step {
    /// The product that the step is, if it may be joined with a loop: a deep one that works in memory of its own is
    /// not.
    fileprivate var joinable: ProductStep? {
        if case .product(let product) = kind, scratch == nil { product } else { nil }
    }
}

extension StepKind {
    fileprivate var loop: LoopStep? { if case .loop(let loop) = self { loop } else { nil } }
}
