/// One operand of an instruction over a block: a row of elements, or one vector that stands for all of them.
struct LoopOperand {
    var base: UnsafeMutableRawPointer
    /// All ones, or 0 where every position reads the same vector.
    var mask: Int

    @inline(__always) func load<V: SIMD>(_ offset: Int) -> V { UnsafeRawPointer(base).loadUnaligned(fromByteOffset: offset & mask, as: V.self) }
}

/// The operands and the place of the result of one instruction over a block of at least 64 bytes. The last vector may overlap the
/// one before it; it is read first, because the result may lie where an operand lies.
struct LoopBlock<V: SIMD> {
    var result: UnsafeMutableRawPointer
    var a: LoopOperand
    var b: LoopOperand
    var c: LoopOperand
    var bytes: Int

    private static var width: Int { 64 }

    @inline(__always) private func store(_ value: V, _ offset: Int) {
        result.storeBytes(of: value, toByteOffset: offset, as: V.self)
    }

    @inline(__always) func fill(_ value: V) {
        let last = bytes - Self.width
        var offset = 0
        while offset < last {
            store(value, offset)
            offset += Self.width
        }
        store(value, last)
    }

    @inline(__always) func map(_ function: (V) -> V) {
        let last = bytes - Self.width
        let end: V = a.load(last)
        var offset = 0
        while offset < last {
            store(function(a.load(offset)), offset)
            offset += Self.width
        }
        store(function(end), last)
    }

    @inline(__always) func map2(_ function: (V, V) -> V) {
        let last = bytes - Self.width
        let end: (V, V) = (a.load(last), b.load(last))
        var offset = 0
        while offset < last {
            store(function(a.load(offset), b.load(offset)), offset)
            offset += Self.width
        }
        store(function(end.0, end.1), last)
    }

    @inline(__always) func map3(_ function: (V, V, V) -> V) {
        let last = bytes - Self.width
        let end: (V, V, V) = (a.load(last), b.load(last), c.load(last))
        var offset = 0
        while offset < last {
            store(function(a.load(offset), b.load(offset), c.load(offset)), offset)
            offset += Self.width
        }
        store(function(end.0, end.1, end.2), last)
    }
}

/// A vector of the type a loop computes in, 64 bytes: 16 Floats, 8 Doubles or 8 Int64s.
protocol LoopVector: SIMD where Scalar: SIMDScalar & BitwiseCopyable & Numeric {
    /// What sums are carried in from block to block.
    associatedtype Accumulator: BitwiseCopyable & Numeric & Comparable
    static var dtype: DType { get }

    static func execute(_ opcode: LoopOpcode, _ immediate: Double, _ block: LoopBlock<Self>)

    /// The numbers 0, 1, 2, ... below `count` are the marked lanes.
    static func lanes(below count: Int) -> SIMDMask<MaskStorage>
    func replacing(with other: Self, where mask: SIMDMask<MaskStorage>) -> Self
    static func sum(_ a: Self, _ b: Self) -> Self
    /// NaN if either is.
    static func maximum(_ a: Self, _ b: Self) -> Self
    static func minimum(_ a: Self, _ b: Self) -> Self

    static var accumulatorDType: DType { get }
    static func identity(_ kind: ReductionKind) -> Accumulator
    static func identityVector(_ kind: ReductionKind) -> Self
    /// The lanes taken together, in a fixed order.
    func reduced(_ kind: ReductionKind) -> Accumulator
    /// Takes each lane into the accumulator at its place.
    func accumulate(_ kind: ReductionKind, into accumulators: UnsafeMutablePointer<Accumulator>)
    static func combine(_ kind: ReductionKind, _ a: Accumulator, _ b: Accumulator) -> Accumulator
    /// The result of a reduction in the compute type.
    static func finish(_ value: Accumulator, divisor: Double) -> Scalar
}
