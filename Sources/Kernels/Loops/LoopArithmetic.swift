import Steps

/// The arithmetic of a loop: how its instructions and reductions work on the elements of one compute type. Elements
/// come in vectors of 64 bytes: 16 Floats, 8 Doubles or 8 Int64s.
protocol LoopArithmetic {
    associatedtype Vector: SIMD, BitwiseCopyable where Vector.Scalar: BitwiseCopyable
    /// What reductions are carried in from block to block.
    associatedtype Accumulator: BitwiseCopyable
    static var dtype: DType { get }

    /// result = opcode(a, b, c) for every element of the block.
    static func execute(_ opcode: LoopOpcode, _ immediate: Double, _ block: LoopBlock<Vector>)

    static func identity(_ kind: ReductionKind) -> Accumulator
    static func combine(_ kind: ReductionKind, _ a: Accumulator, _ b: Accumulator) -> Accumulator
    /// All of `count` neighbouring elements taken together, in an order that depends on `count` alone.
    static func reduce(_ kind: ReductionKind, _ x: UnsafeRawPointer, _ count: Int) -> Accumulator
    /// Takes each of `count` elements into the accumulator at its place.
    static func accumulate(
        _ kind: ReductionKind, _ x: UnsafeRawPointer, _ count: Int, into accumulators: UnsafeMutablePointer<Accumulator>
    )
    /// The result of a reduction in the compute type.
    static func finish(_ value: Accumulator, divisor: Double) -> Vector.Scalar
}
