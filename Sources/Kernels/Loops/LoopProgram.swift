import Machine
import Steps

/// A fused elementwise loop: instructions that run over every element of a domain, block by block in the first-level
/// cache, with at most one reduction of the result at the end.
///
/// All decisions are made here, once: which axes run together (LoopLayout), where each value of a block lives
/// (LoopValues), how the work is cut (LoopPieces); LoopCode has the outcome. A run allocates nothing. It is not
/// reentrant, because partial reductions have their memory here.
public final class LoopProgram {
    let reduction: LoopReduction?
    let compute: DType
    let layout: LoopLayout
    let values: LoopValues
    let pieces: LoopPieces
    let code: LoopCode
    /// How the instructions are run: interpreted at first.
    private(set) var stretches: LoopStretches
    /// When the loop becomes machine code.
    private let compilation: LoopCompilation
    private var isCompiled = false
    private var hasRun = false
    /// Accumulators of 8 bytes: those of the whole result, or of each piece's share of it.
    let accumulators: UnsafeMutableRawPointer?

    public init(_ step: LoopStep, compilation: LoopCompilation = .whenRepeated) {
        let (compute, inputs) = (step.compute, step.inputs)
        var (outputs, reduction) = (step.outputs, step.reduction)
        self.compute = compute
        self.compilation = compute == .int64 ? .never : compilation
        let combined = LoopCombining(
            inputs.count, step.instructions, results: outputs.map { $0.value } + (reduction.map { [$0.value] } ?? []))
        let ordered = LoopOrder(inputs.count, combined.instructions)
        let instructions = ordered.instructions
        for place in outputs.indices { outputs[place].value = ordered.number[combined.number[outputs[place].value]] }
        if let value = reduction?.value { reduction?.value = ordered.number[combined.number[value]] }
        self.reduction = reduction
        layout = LoopLayout(domain: step.domain, inputs: inputs, reduced: reduction?.axes, elementBytes: compute.size)
        values = LoopValues(compute, layout, inputs, instructions, outputs, reduction)
        pieces = LoopPieces(compute, layout, values, instructions, storesRows: reduction?.dtype == compute)
        code = LoopCode(compute, layout, values, inputs, instructions, outputs, reduction)
        stretches = LoopStretches(interpreting: code)
        accumulators =
            pieces.accumulatorCount == 0
            ? nil
            : UnsafeMutableRawPointer.allocate(
                byteCount: pieces.accumulatorCount * 8, alignment: ThreadScratch.alignment)
    }

    deinit {
        accumulators?.deallocate()
        stretches.deallocate()
        code.deallocate()
    }

    /// Makes machine code of the loop when its time has come. Before any thread runs it.
    func compileIfDue() {
        guard !isCompiled else { return }
        switch compilation {
        case .never: return
        case .atOnce: break
        case .whenRepeated:
            let count = layout.rows * layout.columns
            guard (hasRun && count >= LoopStretches.smallDomain) || count >= LoopStretches.largeDomain else {
                hasRun = true
                return
            }
        }
        isCompiled = true
        guard let compiled = LoopStretches(compiling: code, values.isNumber, compute) else { return }
        stretches.deallocate()
        stretches = compiled
    }

    /// Runs over the memory that the table names.
    public func run(_ slots: UnsafePointer<UnsafeMutableRawPointer>) {
        switch compute {
        case .float32: run(slots, FloatArithmetic.self)
        case .float64: run(slots, DoubleArithmetic.self)
        default: run(slots, IntegerArithmetic.self)
        }
    }

    private func run<A: LoopArithmetic>(_ slots: UnsafePointer<UnsafeMutableRawPointer>, _ arithmetic: A.Type) {
        compileIfDue()
        if let reduction { resetAccumulators(reduction.kind, A.self) }
        if pieces.count == 1 {
            LoopFrame<A>(self, slots, accumulators, slice: 0).run(rows: 0..<layout.rows, columns: 0..<layout.columns)
        } else if pieces.count > 1 {
            ThreadPool.run(pieces: pieces.count) { piece in
                if Interruption.isStopping() { return }
                let (rows, columns) = pieces[piece]
                LoopFrame<A>(self, slots, accumulators, slice: pieces.isPartial ? piece : 0).run(
                    rows: rows, columns: columns)
            }
        }
        if let reduction, accumulators != nil { finish(reduction, slots[reduction.slot], A.self) }
    }

    func resetAccumulators<A: LoopArithmetic>(_ kind: ReductionKind, _ arithmetic: A.Type) {
        guard let accumulators else { return }
        accumulators.initializeMemory(
            as: A.Accumulator.self, repeating: A.identity(kind), count: pieces.accumulatorCount)
    }

    /// Combines partial results in the order of the pieces, and stores what comes out.
    func finish<A: LoopArithmetic>(_ reduction: LoopReduction, _ target: UnsafeMutableRawPointer, _ arithmetic: A.Type)
    {
        guard let accumulators else { return }
        let totals = accumulators.assumingMemoryBound(to: A.Accumulator.self)
        let count = layout.resultCount
        for slice in 1..<Swift.max(1, pieces.slices) {
            let part = totals + slice * count
            for place in 0..<count { totals[place] = A.combine(reduction.kind, totals[place], part[place]) }
        }
        // Results are no wider than accumulators, so they can be written over them from the front.
        let results = accumulators.assumingMemoryBound(to: A.Vector.Scalar.self)
        let inPlace = reduction.dtype == compute ? target.assumingMemoryBound(to: A.Vector.Scalar.self) : results
        for place in 0..<count {
            let value = totals[place]
            inPlace[place] = A.finish(value, divisor: reduction.divisor)
        }
        if reduction.dtype != compute { convert(compute, results, reduction.dtype, target, count) }
    }
}
