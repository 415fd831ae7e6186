/// An open capture block. Calls inside are recorded, not computed; boxes stay untouched. What the block reads from
/// outside becomes a hidden input, what it points anew a hidden output, kept in tables here until the block ends.
public final class Capture {
    /// A tensor from outside.
    struct Box {
        let tensor: Tensor
        let placeholder: Node
        var current: Node
        /// How often the block has written it.
        var writes = 0
    }

    /// What a view from outside shows in the block.
    private struct Selection {
        /// Kept, so that no other box gets its address.
        let view: Tensor
        let node: Node
        let version: Int
    }

    /// A leaf's collected gradient from outside.
    struct Gradient {
        let slot: GradientSlot
        var placeholder: Node?
        var current: Node?
        var isWritten = false
        /// The block was told that there is none.
        var isAbsent = false
        /// The block only adds to it, so that none is as good as zeros.
        var isAddedTo = false
    }

    let inputs: [Node]
    private(set) var boxes: [Box] = []
    private(set) var gradients: [Gradient] = []
    private(set) var checks: [Node] = []
    /// Tensors from outside of which the block has set whether they collect gradients, and what it is at last.
    private(set) var switched: [(tensor: Tensor, requiresGrad: Bool)] = []
    /// What recording depended on besides values.
    var conditions = Conditions()
    private var selections: [ObjectIdentifier: Selection] = [:]
    private var placeOfBox: [ObjectIdentifier: Int] = [:]
    private var placeOfSlot: [ObjectIdentifier: Int] = [:]
    /// The forward pass that the block was opened in. What modules write inside belongs to the block.
    private let outerPass = ThreadState.current.forwardPass

    private init(_ inputs: [Tensor]) {
        self.inputs = inputs.map { Node(Placeholder(), [], $0.stored.type, requiresGrad: false) }
        for (tensor, placeholder) in zip(inputs, self.inputs) {
            placeOfBox[ObjectIdentifier(tensor)] = boxes.count
            boxes.append(Box(tensor: tensor, placeholder: placeholder, current: placeholder))
        }
    }

    /// Whether a block is open on this thread.
    public static var isOpen: Bool { ThreadState.current.capture != nil }

    /// Whether a block is open on any thread: as good as never, which costs a call of a module a look at a number and
    /// no more.
    @inlinable public static var isOpenAnywhere: Bool { ThreadState.captureCount != 0 }

    /// Opens a block on this thread. `inputs`: tensors with the shapes and dtypes of later arguments.
    public static func begin(_ inputs: [Tensor]) throws(Failure) {
        let state = ThreadState.current
        guard state.capture == nil else {
            throw .state(operation: "capture", "a capture block is already open on this thread")
        }
        var seen: Set<ObjectIdentifier> = []
        for (place, input) in inputs.enumerated() where !seen.insert(ObjectIdentifier(input)).inserted {
            throw .argument(
                operation: "capture", "input \(place) is a tensor that was given before; each needs a tensor of its own"
            )
        }
        state.capture = Capture(inputs)
        state.forwardPass = nil
    }

    /// The node that `tensor` points to now.
    func read(_ tensor: Tensor) throws(Failure) -> Node { boxes[try place(of: tensor)].current }

    /// The same, if the block has met `tensor`.
    func known(_ tensor: Tensor) -> Node? { placeOfBox[ObjectIdentifier(tensor)].map { boxes[$0].current } }

    func write(_ tensor: Tensor, _ node: Node, changesValues: Bool = true) throws(Failure) {
        let place = try place(of: tensor)
        boxes[place].current = node
        if changesValues { boxes[place].writes += 1 }
    }

    /// How often the block has written a box from outside.
    func writes(to tensor: Tensor) -> Int { placeOfBox[ObjectIdentifier(tensor)].map { boxes[$0].writes } ?? 0 }

    /// What a view from outside shows of a box that has been written `version` times, if the block has asked before.
    func selection(of view: Tensor, _ version: Int) -> Node? {
        guard let known = selections[ObjectIdentifier(view)], known.version == version else { return nil }
        return known.node
    }

    func keep(_ node: Node, of view: Tensor, _ version: Int) {
        selections[ObjectIdentifier(view)] = Selection(view: view, node: node, version: version)
    }

    /// Notes that the block has set whether a tensor from outside collects gradients.
    func note(_ tensor: Tensor, requiresGrad: Bool) {
        if let place = placeOfBox[ObjectIdentifier(tensor)], place < inputs.count { return }
        switched.removeAll { $0.tensor === tensor }
        switched.append((tensor, requiresGrad))
    }

    private func place(of tensor: Tensor) throws(Failure) -> Int {
        if let place = placeOfBox[ObjectIdentifier(tensor)] { return place }
        let node = tensor.stored
        guard Capture.canRead(node) else {
            throw .state(
                operation: "capture",
                "a tensor from outside the block was computed from others that require gradients; compute it inside, "
                    + "or detach it"
            )
        }
        try compute([node])
        let placeholder = Node(Placeholder(), [], node.type, requiresGrad: node.requiresGrad, slot: node.gradientSlot)
        placeOfBox[ObjectIdentifier(tensor)] = boxes.count
        boxes.append(Box(tensor: tensor, placeholder: placeholder, current: placeholder))
        return boxes.count - 1
    }

    /// Whether a box from outside that points to `node` may be read in a block.
    static func canRead(_ node: Node) -> Bool { !node.requiresGrad || node.isLeaf }

    func read(_ slot: GradientSlot, _ type: TensorType, accumulates: Bool) throws(Failure) -> Node? {
        let place = place(of: slot)
        if gradients[place].isWritten { return gradients[place].current }
        if gradients[place].placeholder != nil {
            if !accumulates, slot.stored != nil { gradients[place].isAddedTo = false }
            return gradients[place].current
        }
        guard accumulates && !gradients[place].isAbsent || slot.stored != nil else {
            gradients[place].isAbsent = true
            return nil
        }
        if let stored = slot.stored { try compute([stored]) }
        let placeholder = Node(Placeholder(), [], type, requiresGrad: false)
        gradients[place].placeholder = placeholder
        gradients[place].current = placeholder
        gradients[place].isAddedTo = accumulates
        return placeholder
    }

    func write(_ slot: GradientSlot, _ node: Node?) {
        let place = place(of: slot)
        gradients[place].current = node
        gradients[place].isWritten = true
    }

    private func place(of slot: GradientSlot) -> Int {
        if let place = placeOfSlot[ObjectIdentifier(slot)] { return place }
        placeOfSlot[ObjectIdentifier(slot)] = gradients.count
        gradients.append(Gradient(slot: slot))
        conditions.note(slot, isRenewable: false) { slot.hooks?.count ?? 0 }
        return gradients.count - 1
    }

    /// Whether `node` stands for an input of this block.
    func isPlaceholder(_ node: Node) -> Bool {
        boxes.contains { $0.placeholder === node } || gradients.contains { $0.placeholder === node }
    }

    /// A node that the program must compute before anything it changes.
    func noteCheck(_ node: Node) { checks.append(node) }

    /// Closes the block of this thread and drops what it recorded.
    public static func cancel() throws(Failure) { _ = try take() }

    /// Closes the block of this thread and makes the program that computes `outputs`.
    public static func end(_ outputs: [Tensor]) throws(Failure) -> Program {
        guard let capture = ThreadState.current.capture else {
            throw .state(operation: "capture", "no capture block is open on this thread")
        }
        let nodes = try outputs.map { (tensor) throws(Failure) in try tensor.node() }
        let program = try Program(capture, nodes)
        _ = try take()
        return program
    }

    private static func take() throws(Failure) -> Capture {
        let state = ThreadState.current
        guard let capture = state.capture else {
            throw .state(operation: "capture", "no capture block is open on this thread")
        }
        state.capture = nil
        state.forwardPass = capture.outerPass
        return capture
    }
}
