import Machine

/// An array that a loop reads. Strides are in elements, one for each axis of the domain; the last axis with more than
/// one index has stride 0 or 1.
public struct LoopInput: Sendable {
    /// Its place in the table of memory that a run is given.
    public var slot: Int
    public var dtype: DType
    public var strides: [Int]
    /// Where its first element lies, in elements.
    public var offset: Int

    public init(slot: Int, dtype: DType, strides: [Int], offset: Int) {
        self.slot = slot
        self.dtype = dtype
        self.strides = strides
        self.offset = offset
    }
}

/// One instruction. Operands are numbers of values: inputs come first, then the instructions themselves in order.
public struct LoopInstruction: Sendable {
    public var opcode: LoopOpcode
    public var a: Int
    public var b: Int
    public var c: Int
    public var immediate: Double

    public init(_ opcode: LoopOpcode, a: Int = 0, b: Int = 0, c: Int = 0, immediate: Double = 0) {
        self.opcode = opcode
        self.a = a
        self.b = b
        self.c = c
        self.immediate = immediate
    }

    /// The operands that the opcode reads.
    var operands: [Int] { opcode.operands(a, b, c) }
}

/// A value that is stored, row-major over the whole domain.
public struct LoopOutput: Sendable {
    public var slot: Int
    public var dtype: DType
    public var value: Int

    public init(slot: Int, dtype: DType, value: Int) {
        self.slot = slot
        self.dtype = dtype
        self.value = value
    }
}

public enum ReductionKind: Sendable, BitwiseCopyable, CaseIterable {
    /// In float64 for floats, rounded once at the end.
    case sum
    /// NaN if any element is.
    case maximum, minimum
}

/// A value that is reduced over some axes and stored row-major over the others.
public struct LoopReduction: Sendable {
    public var kind: ReductionKind
    public var value: Int
    /// For each axis of the domain, whether it is reduced.
    public var axes: [Bool]
    public var slot: Int
    public var dtype: DType
    /// What the result is divided by.
    public var divisor: Double

    public init(kind: ReductionKind, value: Int, axes: [Bool], slot: Int, dtype: DType, divisor: Double) {
        self.kind = kind
        self.value = value
        self.axes = axes
        self.slot = slot
        self.dtype = dtype
        self.divisor = divisor
    }
}

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

    /// - Parameters:
    ///   - compute: float32, float64, or int64 for integers and truth values. Inputs are converted to it, results from
    ///     it.
    public init(
        compute: DType, domain: [Int], inputs: [LoopInput], instructions: [LoopInstruction], outputs: [LoopOutput],
        reduction: LoopReduction?,
        compilation: LoopCompilation = .whenRepeated
    ) {
        self.compute = compute
        self.compilation = compute == .int64 ? .never : compilation
        let combined = LoopCombining(
            inputs.count, instructions, results: outputs.map { $0.value } + (reduction.map { [$0.value] } ?? []))
        let ordered = LoopOrder(inputs.count, combined.instructions)
        let instructions = ordered.instructions
        var (outputs, reduction) = (outputs, reduction)
        for place in outputs.indices { outputs[place].value = ordered.number[combined.number[outputs[place].value]] }
        if let value = reduction?.value { reduction?.value = ordered.number[combined.number[value]] }
        self.reduction = reduction
        layout = LoopLayout(domain: domain, inputs: inputs, reduced: reduction?.axes, elementBytes: compute.size)
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
