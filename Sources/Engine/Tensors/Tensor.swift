/// What users hold: a box that points to a node. Computing makes new boxes; writing in place points a box at a new
/// node, so nobody who holds the old value sees it change.
public final class Tensor {
    /// The node outside of capture blocks. Read it through `node()`, which sees what an open block has done.
    var stored: Node {
        willSet { newValue.uses += 1 }
        didSet { oldValue.uses -= 1 }
    }
    /// Where gradients are collected, if this is a leaf that requires them.
    private(set) var gradientSlot: GradientSlot?
    /// The capture block that made this box; nil outside of blocks.
    let birth: Capture?
    /// What makes this box a view of another.
    var view: BoxView?
    /// This box as its views know it; nil before the first of them.
    var viewed: ViewedBox?
    /// Where the gradient is collected that this box was asked for as. What is written to it is written there.
    var collected: GradientSlot?
    /// Nodes with larger serial numbers are younger than this box.
    private let age = Node.lastSerial

    /// Goes on with each node. With `isYounger(than:)` it tells the boxes made since it was read.
    public static var clock: Int { Node.lastSerial }

    public func isYounger(than clock: Int) -> Bool { age > clock }

    init(_ node: Node) {
        stored = node
        gradientSlot = node.isLeaf ? node.gradientSlot : nil
        birth = ThreadState.current.capture
        node.uses += 1
    }

    deinit {
        viewed?.end(with: stored)
        stored.uses -= 1
    }

    /// What an operation gave.
    convenience init(result node: Node) throws(Failure) {
        if Anomalies.isWatching { try Anomalies.look(at: node) }
        self.init(try node.asResult())
    }

    /// A tensor whose memory `fill` writes: row-major, uninitialised before.
    public convenience init(
        dtype: DType, shape: Shape, fill: (UnsafeMutableRawPointer) throws(Failure) -> Void
    ) throws(Failure) {
        try checkShape(shape, dtype, operation: "tensor")
        let type = TensorType(shape, dtype)
        let buffer = try Buffer.allocate(type.bytes, for: "tensor")
        try fill(buffer.pointer)
        self.init(Node(leaf: buffer, type))
    }

    /// A tensor over memory of the right size.
    public convenience init(dtype: DType, shape: Shape, buffer: Buffer) throws(Failure) {
        try checkShape(shape, dtype, operation: "tensor")
        self.init(Node(leaf: buffer, TensorType(shape, dtype)))
    }

    /// Throws unless a tensor of this type can exist.
    public static func checkType(_ shape: Shape, _ dtype: DType) throws(Failure) {
        try checkShape(shape, dtype, operation: "tensor")
    }

    /// The node this box points to now.
    func node() throws(Failure) -> Node {
        if view != nil, let shown = try shownNode() { return shown }
        guard let capture = ThreadState.current.capture, birth !== capture else { return stored }
        return try capture.read(self)
    }

    /// Points the box at `node`: through the box that it shows, if it is a view.
    func point(to node: Node) throws(Failure) {
        try checkMapped(node)
        if view != nil, try writeThrough(node) { return }
        if let collected, try collected.current(of: stored) != nil { collected.point(to: try node.detached()) }
        guard let capture = ThreadState.current.capture, birth !== capture else {
            stored = node
            viewed?.noteWrite()
            return
        }
        try capture.write(self, node)
    }

    /// Points the box at another node of the same values, which no view needs to see.
    private func exchange(_ node: Node) throws(Failure) {
        cut()
        guard let capture = ThreadState.current.capture, birth !== capture else {
            stored = node
            return
        }
        try capture.write(self, node, changesValues: false)
    }

    /// Throws where `become(value)` would: see below.
    public func checkMapped(_ value: Tensor) throws(Failure) { try checkMapped(value.node()) }

    /// Throws where a box from outside a mapped function would take on what differs from example to example.
    func checkMapped(_ node: Node) throws(Failure) {
        guard node.mapLevel > age else { return }
        throw .state(
            operation: "vmap",
            "a tensor from outside the mapped function was to be written in place with what differs from example to "
                + "example; return that from the function instead"
        )
    }

    public var dtype: DType { stored.dtype }
    public var shape: Shape { stored.shape }
    public var count: Int { stored.count }
    public var requiresGrad: Bool { visible.requiresGrad }
    /// Computed from nothing that requires gradients, or itself where gradients are collected.
    public var isLeaf: Bool { !visible.requiresGrad || visible.isLeaf }

    /// The node as an open capture block has it, without making it an input of the block.
    private var visible: Node {
        if view != nil {
            // In a block, a view from outside that the block has not changed does not make an input.
            if birth == nil, ThreadState.current.capture != nil, shown?.versionNow ?? 0 == 0 { return stored }
            // Selecting from a box that is there records a few nodes, and fails where memory ends.
            return (try? node()) ?? stored
        }
        guard let capture = ThreadState.current.capture, birth !== capture else { return stored }
        return capture.known(self) ?? stored
    }

    // MARK: Values

    /// Computes the value and lends its memory to `body`.
    public func withData<Result>(_ body: (UnsafeRawPointer) throws(Failure) -> Result) throws(Failure) -> Result {
        let node = try node()
        try computeStoppably([node])
        guard let buffer = node.value else { throw .internal(operation: "tensor", "an evaluated tensor has no value") }
        return try body(UnsafeRawPointer(buffer.pointer))
    }

    /// The memory of the value, computed first. Whoever holds it sees the value as it is now, whatever happens to the
    /// tensor later: memory that somebody holds is not written. Memory that belongs to the host is copied.
    public func heldValue() throws(Failure) -> Buffer {
        let node = try node()
        try computeStoppably([node])
        guard let buffer = node.value else { throw .internal(operation: "tensor", "an evaluated tensor has no value") }
        guard buffer.isBorrowed else { return buffer }
        let copy = try Buffer.allocating(buffer.bytes)
        copy.pointer.copyMemory(from: buffer.pointer, byteCount: buffer.bytes)
        return copy
    }

    /// Computes the values of all in one plan.
    public static func evaluate(_ tensors: [Tensor]) throws(Failure) {
        try computeStoppably(tensors.nodes())
    }

    /// The value of a tensor of one element.
    public func item() throws(Failure) -> Double {
        guard count == 1 else {
            throw .shape(operation: "item", "a tensor of one element is expected, but its shape is \(shape.text)")
        }
        let dtype = dtype
        return try withData { (data) throws(Failure) in
            dtype.isFloat ? dtype.real(data, 0) : Double(dtype.integer(data, 0))
        }
    }

    /// The value of an integer or bool tensor of one element, exactly.
    public func integerItem() throws(Failure) -> Int64 {
        guard !dtype.isFloat else {
            let value = try item()
            guard let whole = Int64(exactly: value) else {
                throw .dtype(operation: "item", "\(value) is not a whole number that fits int64")
            }
            return whole
        }
        guard count == 1 else {
            throw .shape(operation: "item", "a tensor of one element is expected, but its shape is \(shape.text)")
        }
        let dtype = dtype
        return try withData { (data) throws(Failure) in dtype.integer(data, 0) }
    }

    // MARK: Writing in place

    /// Points the box at new values of the same type. What is computed from the old ones keeps them.
    func replace(with node: Node) throws(Failure) {
        try point(to: requiresGrad && isLeaf ? node.asLeaf(slot: gradientSlot) : node)
    }

    /// Replaces the values; the tensor's history is forgotten.
    public func write(fill: (UnsafeMutableRawPointer) throws(Failure) -> Void) throws(Failure) {
        let type = stored.type
        let buffer = try Buffer.allocate(type.bytes, for: "write")
        try fill(buffer.pointer)
        let needsGrad = requiresGrad && isLeaf
        try point(to: Node(leaf: buffer, type, requiresGrad: needsGrad, slot: needsGrad ? gradientSlot : nil))
    }

    /// Takes over the values of `source` (same shape, cast to this dtype): an assignment in place.
    public func assign(_ source: Tensor) throws(Failure) {
        guard source.shape == shape else {
            throw .shape(operation: "assign", "shape \(shape.text) is expected, but \(source.shape.text) was given")
        }
        try checkWritable()
        try replace(with: source.node().cast(dtype).asResult())
    }

    /// Throws where an assignment in place would make a leaf that requires gradients a computed value, whose gradients
    /// nobody collects.
    func checkWritable() throws(Failure) {
        let written = shown ?? self
        guard written.requiresGrad, written.isLeaf, ThreadState.current.isGradEnabled, !writesPastDerivatives else {
            return
        }
        throw .state(
            operation: "assign",
            "a leaf that requires gradients can be written in place only while gradients are disabled (no_grad)")
    }

    // MARK: Gradients

    /// Makes this a leaf that collects gradients, or ends that.
    public func setRequiresGrad(_ requires: Bool) throws(Failure) {
        try switchRequiresGrad(requires)
        // A run of the program sets it too, whatever it is by then.
        if let capture = ThreadState.current.capture, birth !== capture { capture.note(self, requiresGrad: requires) }
    }

    private func switchRequiresGrad(_ requires: Bool) throws(Failure) {
        if requires == requiresGrad { return }
        guard isLeaf else {
            throw .state(operation: "requires_grad", "only a tensor without history can be set; detach it first")
        }
        if requires {
            guard dtype.isFloat else {
                throw .dtype(operation: "requires_grad", "only float32 and float64 have gradients, not \(dtype.name)")
            }
            let slot = gradientSlot ?? GradientSlot()
            try exchange(node().asLeaf(slot: slot))
            gradientSlot = slot
        } else {
            try exchange(node().detached())
        }
    }

    /// Whether a gradient has been collected, outside of capture blocks.
    public var hasGradient: Bool { gradientSlot?.stored != nil }

    /// The collected gradient. What is written to it, or to a view of it, changes what is collected.
    public func gradient() throws(Failure) -> Tensor? {
        // A block notes that there was none, so a box from outside has a place for it.
        if gradientSlot == nil, Capture.isOpen, dtype.isFloat { gradientSlot = GradientSlot() }
        guard let slot = gradientSlot, let node = try slot.current(of: stored) else { return nil }
        let gradient = Tensor(node)
        gradient.collected = slot
        return gradient
    }

    public func setGradient(_ gradient: Tensor?) throws(Failure) {
        guard let gradient else {
            // A run of the program removes one, also where the block has met none.
            if gradientSlot == nil, Capture.isOpen, dtype.isFloat { gradientSlot = GradientSlot() }
            gradientSlot?.point(to: nil)
            return
        }
        guard gradient.shape == shape else {
            throw .shape(
                operation: "grad",
                "a gradient must have the tensor's shape \(shape.text), but has \(gradient.shape.text)")
        }
        guard dtype.isFloat else { throw .dtype(operation: "grad", "a tensor of \(dtype.name) has no gradient") }
        let value = try gradient.node().cast(dtype).detached()
        try checkMapped(value)
        // A slot that leads through a graph to a leaf may lead to itself, and would stay for ever.
        if ThreadState.current.capture == nil, value.mapLevel == 0, value.leadsToLeaf { try compute([value]) }
        if gradientSlot == nil { gradientSlot = GradientSlot() }
        gradientSlot?.point(to: value)
    }

    /// The same values, a constant to derivatives.
    public func detach() throws(Failure) -> Tensor { Tensor(try node().detached()) }

    /// A fresh variable with this tensor's values: requires gradients, and passes derivatives on to this tensor.
    public func variable() throws(Failure) -> Tensor {
        guard dtype.isFloat else {
            throw .dtype(operation: "variable", "only float32 and float64 have derivatives, not \(dtype.name)")
        }
        let node = try node()
        return Tensor(Node(Identity(), [node], node.type, requiresGrad: true))
    }
}

extension GradientSlot {
    /// The gradient now, as an open capture block sees it. `leaf` gives its type. With `accumulates`, a block takes a
    /// gradient that may or may not be there when the program runs as one that is there, and zero where it is not.
    func current(of leaf: Node, accumulates: Bool = false) throws(Failure) -> Node? {
        guard let capture = ThreadState.current.capture else { return stored }
        return try capture.read(self, leaf.type, accumulates: accumulates)
    }

    func point(to gradient: Node?) {
        guard let capture = ThreadState.current.capture else {
            stored = gradient
            return
        }
        capture.write(self, gradient)
    }
}

extension Node {
    /// Whether a leaf that collects gradients is in the graph behind this node, as far as it is not computed.
    fileprivate var leadsToLeaf: Bool {
        let walk = Node.newWalk()
        var stack = [self]
        while let node = stack.popLast() {
            guard node.planMark != walk else { continue }
            node.planMark = walk
            if node.gradientSlot != nil { return true }
            if node.value == nil { stack.append(contentsOf: node.inputs) }
        }
        return false
    }

    /// The same value as a leaf that collects gradients in `slot`. A value not yet computed is computed now, or stays
    /// behind an identity inside a capture block.
    func asLeaf(slot: GradientSlot?) throws(Failure) -> Node {
        guard mapLevel == 0 else {
            throw .state(
                operation: "requires_grad",
                "a mapped tensor cannot be a leaf that collects gradients; use grad, or autograd.grad")
        }
        if ThreadState.current.capture != nil, value == nil {
            return Node(LeafOf(), [self], type, requiresGrad: true, slot: slot)
        }
        try compute([self])
        guard let value else { throw .internal(operation: "requires_grad", "an evaluated tensor has no value") }
        return Node(leaf: value, type, requiresGrad: true, slot: slot)
    }

    /// What an operation gave, for a box to point to. One that changes nothing gives its operand: then the result is a
    /// node of its own where it is to be no leaf, or, under no_grad, no variable.
    func asResult() throws(Failure) -> Node {
        let isOperand = requiresGrad && (gradientSlot != nil || !ThreadState.current.isGradEnabled)
        return isOperand ? try Identity().record([self]) : self
    }

    /// The same value, a constant to derivatives.
    func detached() throws(Failure) -> Node {
        if !requiresGrad { return self }
        if let value { return Node(leaf: value, type) }
        return Node(Identity(), [self], type, requiresGrad: false)
    }
}

extension Tensor {
    /// Runs `body` as if no capture block were open: for boxes that a block reads but that live on after it.
    public static func outsideCapture<Result>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        let state = ThreadState.current
        let capture = state.capture
        state.capture = nil
        defer { state.capture = capture }
        return try body()
    }
}

extension Array where Element == Tensor {
    func nodes() throws(Failure) -> [Node] { try map { (tensor) throws(Failure) in try tensor.node() } }
}

extension Tensor {
    /// Takes over the value of `other`, of the same shape but perhaps another dtype; a leaf that collects gradients
    /// stays one. Its collected gradient is dropped with the old dtype.
    public func become(_ other: Tensor) throws(Failure) {
        if other.dtype != dtype {
            gradientSlot?.point(to: nil)
            cut()
        }
        try replace(with: other.node().detached())
    }
}
