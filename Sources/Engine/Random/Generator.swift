import Kernels

/// A counter-based random generator (Philox4x32-10). Its state, seed and offset, is a box like any other.
public final class Generator {
    /// int64 [2]: seed, offset in blocks.
    public let state: Tensor

    public init(seed: UInt64) throws(Failure) {
        state = try Tensor(dtype: .int64, shape: [2]) { (memory) throws(Failure) in
            memory.storeBytes(of: seed, as: UInt64.self)
            memory.storeBytes(of: 0, toByteOffset: 8, as: UInt64.self)
        }
    }

    nonisolated(unsafe) private static var shared: Generator?

    /// The generator that draws come from when no other is named. Seed 0 until `seed` is called.
    public static func standard() throws(Failure) -> Generator {
        if let shared { return shared }
        let fresh = try Generator(seed: 0)
        shared = fresh
        return fresh
    }

    /// Starts the stream of `seed` from its beginning.
    public func seed(_ seed: UInt64) throws(Failure) { try restore(seed: seed, offset: 0) }

    public func restore(seed: UInt64, offset: UInt64) throws(Failure) {
        try state.write { (memory) throws(Failure) in
            memory.storeBytes(of: seed, as: UInt64.self)
            memory.storeBytes(of: offset, toByteOffset: 8, as: UInt64.self)
        }
    }

    /// Seed and offset now.
    public func position() throws(Failure) -> (seed: UInt64, offset: UInt64) {
        try state.withData { (data) throws(Failure) in
            (data.load(as: UInt64.self), data.load(fromByteOffset: 8, as: UInt64.self))
        }
    }

    public enum Distribution: Int32, CaseIterable {
        case uniform = 0
        case normal = 1
        case integers = 2
    }

    /// A tensor of random numbers: uniform in [a, b), normal with mean a and standard deviation b, or whole numbers in [a, b).
    public func draw(_ distribution: Distribution, _ dtype: DType, _ shape: Shape, _ a: Double, _ b: Double) throws(Failure) -> Tensor {
        guard a.isFinite, b.isFinite, distribution != .normal || b >= 0 else {
            throw .argument(operation: "random", "the distribution's parameters \(a) and \(b) are out of range")
        }
        try checkShape(shape, dtype, operation: "random")
        let kind: RandomDraw.Distribution =
            switch distribution {
            case .uniform: .uniform
            case .normal: .normal
            case .integers: .integers
            }
        let before = try state.node()
        let type = TensorType(shape, dtype)
        let values = try RandomDraw(distribution: kind, a: a, b: b, type: type).record([before])
        let blocks = Int(Philox.blocksUsed(count: type.count, dtype))
        let after = try AdvanceGenerator(blocks: blocks).record([before])
        // At once, so that a seed set later does not reach back.
        if ThreadState.current.capture == nil { try compute([values, after]) }
        try state.point(to: after)
        return Tensor(values)
    }
}
