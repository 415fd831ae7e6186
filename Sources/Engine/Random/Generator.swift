import Steps

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
        // It lives on after a block that is the first to ask for it: so its state is a box from outside, which each run
        // reads and moves on.
        let fresh = try Tensor.outsideCapture { () throws(Failure) in try Generator(seed: 0) }
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
        case exponential = 3
        case gumbel = 4
    }

    /// A seed for draws of its own, and the generator moved on. Not in a capture block, whose draws are made when its
    /// program runs.
    public func drawSeed() throws(Failure) -> UInt64 {
        guard ThreadState.current.capture == nil else {
            throw .state(
                operation: "batches",
                "a shuffle without a seed draws from the generator, which a capture block does not do; give it a seed")
        }
        let (seed, offset) = try position()
        let drawn = try Buffer.allocate(DType.int64.size, for: "batches")
        let draw = DrawStep(
            distribution: .integers, dtype: .int64, a: 0, b: 0, low: .min, high: .max, count: 1, state: 0, result: 1)
        let state = try RandomState.buffer(seed: seed, offset: offset, for: "batches")
        try Plan.backend.run(.draw(draw), [state.pointer, drawn.pointer], for: "batches")
        try restore(seed: seed, offset: offset &+ RandomBlocks.used(count: 1))
        return UInt64(bitPattern: DType.int64.integer(drawn.pointer, 0))
    }

    /// A tensor of random numbers: uniform in [a, b), normal with mean a and standard deviation b, whole numbers in [a,
    /// b), exponential of rate a, or Gumbel's with location a and scale b.
    public func draw(_ distribution: Distribution, _ dtype: DType, _ shape: Shape, _ a: Double, _ b: Double)
        throws(Failure) -> Tensor
    {
        guard a.isFinite, b.isFinite, b >= 0 || ![.normal, .gumbel].contains(distribution),
            a > 0 || distribution != .exponential
        else {
            throw .argument(operation: "random", "the distribution's parameters \(a) and \(b) are out of range")
        }
        let kind: RandomDraw.Distribution
        switch distribution {
        case .uniform: kind = .uniform
        case .normal: kind = .normal
        case .integers:
            guard let low = Int64(exactly: a.rounded(.towardZero)), let high = Int64(exactly: b.rounded(.towardZero))
            else {
                throw .argument(
                    operation: "random", "bounds of whole numbers must be below 2^63, but are \(a) and \(b)")
            }
            return try draw(from: low, to: high, dtype, shape)
        case .exponential: kind = .exponential
        case .gumbel: kind = .gumbel
        }
        try checkShape(shape, dtype, operation: "random")
        return Tensor(try draw(kind, a, b, TensorType(shape, dtype)))
    }

    /// A tensor of random whole numbers in [low, high).
    public func draw(from low: Int64, to high: Int64, _ dtype: DType, _ shape: Shape) throws(Failure) -> Tensor {
        try checkShape(shape, dtype, operation: "random")
        return Tensor(
            try drawEach(TensorType(shape, dtype)) { type in
                RandomDraw(distribution: .integers, low: low, high: high, type: type)
            })
    }

    /// A random permutation of 0 ..< count: int64 [count].
    public func permutation(_ count: Int) throws(Failure) -> Tensor {
        let type = TensorType([count], .int64)
        try checkShape(type.shape, .int64, operation: "randperm")
        guard try MappedFunction.thatDraw().isEmpty else {
            // One for each example: the order of random numbers.
            return try Tensor(
                ArgSort(axis: 0, isDescending: false).record([draw(.uniform, 0, 1, TensorType([count], .float64))]))
        }
        return Tensor(try draw(RandomPermutation(count: count), type))
    }

    /// 1 with the probability at each place, else 0, in the dtype of the probabilities.
    public func bernoulli(_ probabilities: Tensor) throws(Failure) -> Tensor {
        let p = try checked(CheckProbability().record([probabilities.node().asFloat()]))
        return try Tensor(draw(.uniform, 0, 1, TensorType(p.shape, p.dtype)).less(p).cast(p.dtype))
    }

    /// `count` places drawn from each row of weights [n] or [rows, n], which need not sum to 1: int64 [count] or [rows,
    /// count]. Without replacement the places of one row differ: those of the smallest exponential numbers over the
    /// weights (Efraimidis and Spirakis 2006).
    public func multinomial(_ weights: Tensor, _ count: Int, replacement: Bool) throws(Failure) -> Tensor {
        let name = "multinomial"
        guard weights.shape.count == 1 || weights.shape.count == 2, let n = weights.shape.last, n > 0,
            weights.dtype.isFloat
        else {
            throw .shape(
                operation: name,
                "float weights [n] or [rows, n] with n above 0 are expected, but \(weights.dtype.name) "
                    + "\(weights.shape.text) were given"
            )
        }
        guard count > 0, replacement || count <= n else {
            throw .argument(
                operation: name, "\(count) places of \(n) cannot be drawn\(replacement ? "" : " without replacement")")
        }
        let axis = weights.shape.count - 1
        let w = try checked(CheckWeights(count: replacement ? 1 : count).record([weights.node().cast(.float64)]))
        if replacement {
            let type = TensorType(Array(w.shape.dropLast()) + [count], .float64)
            try checkShape(type.shape, .float64, operation: name)
            let edges = try CumulativeSum(axis: axis).record([w])
            // A little less than the sum, so that no product rounds up to it.
            let total =
                try Slice(axis: axis, start: n - 1, step: 1, count: 1).record([edges])
                * Node.scalar(1 - 0x1p-52, like: w)
            return try Tensor(CountBelow().record([edges, draw(.uniform, 0, 1, type) * total]))
        } else {
            let order = try ArgSort(axis: axis, isDescending: false).record([draw(.exponential, 1, 0, w.type) / w])
            return try Tensor(Slice(axis: axis, start: 0, step: 1, count: count).record([order]))
        }
    }

    /// Outside of capture blocks and mapped functions, what is wrong with probabilities is an error of the call that
    /// draws, before the generator has moved.
    private func checked(_ node: Node) throws(Failure) -> Node {
        if ThreadState.current.capture == nil, node.mapLevel == 0 { try compute([node]) }
        return node
    }

    /// Draws values of that type; inside mapped functions whose examples have their own, for all of them, of which each
    /// gets one.
    private func draw(_ kind: RandomDraw.Distribution, _ a: Double, _ b: Double, _ type: TensorType) throws(Failure)
        -> Node
    {
        try drawEach(type) { type in RandomDraw(distribution: kind, a: a, b: b, type: type) }
    }

    private func drawEach(_ type: TensorType, _ operation: (TensorType) -> RandomDraw) throws(Failure) -> Node {
        guard !type.dtype.isHalf else { return try drawHalves(type, operation) }
        let functions = try MappedFunction.thatDraw()
        let whole = TensorType(functions.map { $0.size } + type.shape, type.dtype)
        try checkShape(whole.shape, whole.dtype, operation: "random")
        var values = try draw(operation(whole), whole)
        for function in functions { values = try function.variable(values) }
        return values
    }

    /// Floats of 16 bits are drawn as float32. Uniform ones are cut to the digits that they have between 1/2 and 1,
    /// since rounding would reach the end of the interval.
    private func drawHalves(_ type: TensorType, _ operation: (TensorType) -> RandomDraw) throws(Failure) -> Node {
        let wide = TensorType(type.shape, .float32)
        let draw = operation(wide)
        guard draw.distribution == .uniform else { return try drawEach(wide, operation).cast(type.dtype) }
        _ = try draw.infer([])
        let unit = try drawEach(wide) { type in RandomDraw(distribution: .uniform, a: 0, b: 1, type: type) }
        let steps = type.dtype == .bfloat16 ? 0x1p8 : 0x1p11
        let cut = try (unit * unit.number(steps)).floor() * unit.number(1 / steps)
        return try (cut * unit.number(draw.b - draw.a) + unit.number(draw.a)).cast(type.dtype)
    }

    /// Draws values of that type, and moves the generator on.
    private func draw(_ operation: some Operation, _ type: TensorType) throws(Failure) -> Node {
        let before = try state.node()
        let values = try operation.record([before])
        let blocks = Int(RandomBlocks.used(count: type.count))
        let after = try AdvanceGenerator(blocks: blocks).record([before])
        // At once, so that a seed set later does not reach back.
        if ThreadState.current.capture == nil { try compute([values, after]) }
        try state.point(to: after)
        return values
    }
}

enum RandomState {
    /// A generator's state for a step that is run at once.
    static func buffer(seed: UInt64, offset: UInt64, for operation: String) throws(Failure) -> Buffer {
        let buffer = try Buffer.allocate(2 * MemoryLayout<UInt64>.size, for: operation)
        buffer.pointer.initializeMemory(as: UInt64.self, from: [seed, offset], count: 2)
        return buffer
    }
}
