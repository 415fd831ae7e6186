/// An array that a loop reads. Strides are in elements, one for each axis of the domain; the last axis with more than
/// one index has stride 0 or 1.
public struct LoopInput: Hashable, Codable, Sendable {
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
public struct LoopInstruction: Hashable, Codable, Sendable {
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
    public var operands: [Int] { opcode.operands(a, b, c) }
}

/// A value that is stored, row-major over the whole domain.
public struct LoopOutput: Hashable, Codable, Sendable {
    public var slot: Int
    public var dtype: DType
    public var value: Int

    public init(slot: Int, dtype: DType, value: Int) {
        self.slot = slot
        self.dtype = dtype
        self.value = value
    }
}

public enum ReductionKind: String, Hashable, Codable, Sendable, BitwiseCopyable, CaseIterable {
    /// In float64 for floats, rounded once at the end.
    case sum
    /// NaN if any element is.
    case maximum, minimum
}

/// A value that is reduced over some axes and stored row-major over the others.
public struct LoopReduction: Hashable, Codable, Sendable {
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

/// A fused elementwise loop: instructions for every element of a domain, and at most one reduction at the end.
public struct LoopStep: StepDescription {
    /// float32, float64, or int64 for integers and truth values. Inputs are converted to it, results from it.
    public var compute: DType
    public var domain: [Int]
    public var inputs: [LoopInput]
    public var instructions: [LoopInstruction]
    public var outputs: [LoopOutput]
    public var reduction: LoopReduction?

    public init(
        compute: DType, domain: [Int], inputs: [LoopInput], instructions: [LoopInstruction], outputs: [LoopOutput],
        reduction: LoopReduction?
    ) {
        self.compute = compute
        self.domain = domain
        self.inputs = inputs
        self.instructions = instructions
        self.outputs = outputs
        self.reduction = reduction
    }

    public var reads: [Int] { inputs.map { $0.slot } }
    public var writes: [Int] { outputs.map { $0.slot } + (reduction.map { [$0.slot] } ?? []) }
}
