/// One value of the graph: the operation that makes it, and what it is made from. A node is immutable as far as anyone
/// can see: its value is computed at most once, and inputs are dropped only when they can no longer matter.
final class Node {
    private(set) var operation: any Operation
    private(set) var role: Role
    /// The number that this node is everywhere, if it is a constant of that kind.
    private(set) var fillValue: Double?
    private(set) var inputs: [Node]
    let shape: Shape
    let dtype: DType
    /// Whether derivatives pass through this node.
    let requiresGrad: Bool
    /// The computed value, dense and row-major.
    var value: Buffer?
    /// Where `backward` collects this leaf's gradient.
    let gradientSlot: GradientSlot?
    /// What is called with this node's gradient.
    var hooks: Hooks?
    /// No two nodes have the same, also not one after the other.
    let serial: Int
    /// How many nodes and boxes refer to this one. Tells a value that somebody may still ask for from one that nobody
    /// will.
    var uses = 0
    /// Length of the longest chain of unevaluated nodes behind this one.
    private(set) var depth: Int
    /// The youngest mapped function (see MappedFunction) on one of whose examples this depends; 0 for none.
    let mapLevel: Int

    /// Scratch of derivative walks: `index` is meaningful if `mark` is the walk's number.
    var mark = 0
    var index = 0
    /// The same for the planner, which may be called in the middle of a derivative walk.
    var planMark = 0
    var planIndex = 0

    init(
        _ operation: any Operation, _ inputs: [Node], _ type: TensorType, requiresGrad: Bool, value: Buffer? = nil,
        slot: GradientSlot? = nil
    ) {
        serial = Node.newSerial()
        self.operation = operation
        role = operation.role
        fillValue = operation.constant
        self.inputs = inputs
        shape = type.shape
        dtype = type.dtype
        self.requiresGrad = requiresGrad
        self.value = value
        gradientSlot = slot
        var (level, depth) = (operation.mapLevel, 0)
        for input in inputs {
            input.uses += 1
            level = max(level, input.mapLevel)
            if input.value == nil { depth = max(depth, input.depth + 1) }
        }
        (mapLevel, self.depth) = (level, depth)
    }

    /// A node with a value and no history.
    convenience init(leaf value: Buffer, _ type: TensorType, requiresGrad: Bool = false, slot: GradientSlot? = nil) {
        self.init(Leaf(), [], type, requiresGrad: requiresGrad, value: value, slot: slot)
    }

    var type: TensorType { TensorType(shape, dtype) }
    var count: Int { shape.elementCount }
    var isLeaf: Bool { role == .given || role == .awaited || role == .settled }

    /// Forgets the history: `operation` takes the place of what made this node (Leaf for a constant, Released for a
    /// graph that backward has consumed).
    func forgetInputs(as operation: any Operation) {
        self.operation = operation
        role = operation.role
        fillValue = operation.constant
        dropInputs()
    }

    private func dropInputs() {
        var dropped: [Node] = []
        swap(&dropped, &inputs)
        Node.release(&dropped)
    }

    deinit {
        if !inputs.isEmpty { dropInputs() }
    }

    /// Lets go of nodes one by one, so that a chain of a million nodes does not recurse a million frames deep. The
    /// caller's array is the stack: a second one would hold the nodes, and none of them would be seen to be the last
    /// reference.
    private static func release(_ stack: inout [Node]) {
        for node in stack { node.uses -= 1 }
        while var node = stack.popLast() {
            guard isKnownUniquelyReferenced(&node), !node.inputs.isEmpty else { continue }
            let next = node.inputs
            node.inputs = []
            for input in next { input.uses -= 1 }
            stack.append(contentsOf: next)
        }
    }

    private static var lastWalk = 0
    private(set) static var lastSerial = 0

    static func newSerial() -> Int {
        lastSerial &+= 1
        return lastSerial
    }

    /// The number of a new graph walk.
    static func newWalk() -> Int {
        lastWalk += 1
        return lastWalk
    }
}

/// Where a leaf's gradient is collected. Shared by a box and the leaf nodes it points to in the course of training.
public final class GradientSlot {
    var stored: Node? {
        willSet { newValue?.uses += 1 }
        didSet { oldValue?.uses -= 1 }
    }
    var hooks: Hooks?

    deinit { stored?.uses -= 1 }
}
