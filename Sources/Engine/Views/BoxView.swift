/// What the views of a box know it by. It is made with the first of them.
final class ViewedBox {
    /// The box; nil once it has gone.
    fileprivate(set) unowned(unsafe) var box: Tensor?
    /// How often the box has been written since its first view.
    private(set) var version = 0
    /// What the box held when it went, if it had been written and a view may not have seen it.
    fileprivate(set) var last: Node? {
        willSet { newValue?.uses += 1 }
        didSet { oldValue?.uses -= 1 }
    }

    fileprivate init(_ box: Tensor) { self.box = box }

    deinit { last?.uses -= 1 }

    func noteWrite() { version &+= 1 }

    /// The box goes.
    func end(with node: Node) {
        box = nil
        if version != 0 { last = node }
    }
}

/// Makes a box a view: it shows a part of another box under another shape, perhaps. Reading it after a write to that
/// box selects again, and writing to it writes to that box. It does not keep the box alive. Once the box has gone, the
/// view shows a box between them, or is a value of its own.
final class BoxView {
    /// The box that the view was taken from.
    let viewed: ViewedBox
    /// What made that box a view, if it was one.
    private let up: BoxView?
    /// That box itself where it stands for a gradient that is collected, since nobody else keeps it.
    private let gradient: Tensor?
    /// What leads from it to the view.
    private let steps: [any Viewing]
    /// Whether the view is a constant to derivatives: taken by detach, or with gradients disabled.
    private let isConstant: Bool
    let isDetached: Bool
    /// Whether the box has become a value of its own.
    private var isCut = false
    /// The box that was last selected from, and its version then. In a capture block the version of a box from outside
    /// is the block's.
    private unowned(unsafe) var seen: ViewedBox
    private var version: Int

    init(of box: Tensor, _ steps: [any Viewing], isDetached: Bool) {
        viewed = box.asViewed()
        up = box.view
        gradient = box.collected == nil ? nil : box
        self.steps = steps
        self.isDetached = isDetached
        isConstant = isDetached || !ThreadState.current.isGradEnabled
        seen = viewed
        version = 0
        if let box = up == nil ? box : sourceBox { noteSeen(box) }
    }

    /// The boxes on the way to the farthest one that is still there: that one, and the views that lead from it to this
    /// one, the last first.
    struct Source {
        let box: Tensor
        let path: ArraySlice<BoxView>
    }

    private var chain: [BoxView] {
        var chain = [self]
        while let next = chain[chain.count - 1].up, !next.isCut { chain.append(next) }
        return chain
    }

    /// The box of `source`.
    var sourceBox: Tensor? { up == nil ? viewed.box : source()?.box }

    func source() -> Source? {
        if up == nil { return viewed.box.map { Source(box: $0, path: [self]) } }
        let chain = chain
        guard let place = chain.lastIndex(where: { $0.viewed.box != nil }), let box = chain[place].viewed.box else {
            return nil
        }
        return Source(box: box, path: chain[...place])
    }

    /// Whether the box has been written since this view was last selected from it.
    func isBehind(_ box: Tensor) -> Bool {
        guard let viewed = box.viewed else { return true }
        return seen !== viewed || version != box.versionNow
    }

    func noteSeen(_ box: Tensor) {
        seen = box.asViewed()
        version = box.versionNow
    }

    /// The value of a view whose boxes have all gone, if it has not seen what they held last.
    func lastValue() throws(Failure) -> Node? {
        let chain = chain
        for (place, link) in chain.enumerated() {
            if let last = link.viewed.last {
                return link.viewed === seen && link.viewed.version == version
                    ? nil : try BoxView.selected(from: last, chain[...place])
            }
            if link.viewed === seen { return nil }
        }
        return nil
    }

    func cut() { isCut = true }

    /// What a path of views shows of a value.
    static func selected(from node: Node, _ path: ArraySlice<BoxView>) throws(Failure) -> Node {
        var x = node
        for link in path.reversed() {
            x = try ThreadState.withGrad(!link.isConstant) { () throws(Failure) in
                var x = x
                for step in link.steps { x = try step.record([x]) }
                return link.isConstant ? try x.detached() : x
            }
        }
        return try x.asResult()
    }

    /// `node` with `value` in place of what a path of views shows of it.
    static func placed(_ value: Node, in node: Node, _ path: ArraySlice<BoxView>) throws(Failure) -> Node {
        let steps = path.reversed().flatMap { $0.steps }
        guard let lastSlice = steps.lastIndex(where: { $0 is Slice }) else {
            return try undone(steps[...], value, from: node.shape)
        }
        // What each step is taken from, as far as parts of it are left.
        var sources = [node]
        for step in steps[..<lastSlice] { sources.append(try step.record([sources[sources.count - 1]])) }
        var value = try undone(
            steps[(lastSlice + 1)...], value, from: steps[lastSlice].infer([sources[lastSlice].type]).shape)
        var place = lastSlice
        while place >= 0 {
            guard steps[place] is Slice else {
                value = try undone(steps[place...place], value, from: sources[place].shape)
                place -= 1
                continue
            }
            // Slices of different axes in a row are one assignment.
            var first = place
            var slices: [Int: AxisSlice] = [:]
            while first >= 0, let slice = steps[first] as? Slice, slices[slice.axis] == nil {
                slices[slice.axis] = AxisSlice(start: slice.start, step: slice.step, count: slice.count)
                first -= 1
            }
            let source = sources[first + 1]
            value = try source.assigning(source.shape.enumerated().map { slices[$0] ?? .whole($1) }, value)
            place = first
        }
        return value
    }

    /// The value that steps without slices make `value` of.
    private static func undone(_ steps: ArraySlice<any Viewing>, _ value: Node, from shape: Shape) throws(Failure)
        -> Node
    {
        var shapes = [shape]
        for step in steps { shapes.append(try step.infer([TensorType(shapes[shapes.count - 1], value.dtype)]).shape) }
        var value = value
        for (step, shape) in zip(steps, shapes).reversed() {
            if let permute = step as? Permute {
                value = try value.permute(permute.inverse.order)
                continue
            }
            guard shape.elementCount == value.count else {
                throw .state(
                    operation: "assign",
                    "a tensor that is expanded from \(shape.text) cannot be written in place, since several of its "
                        + "elements are one; clone it first"
                )
            }
            value = try value.reshape(shape)
        }
        return value
    }

    /// What leads from a node to another that was recorded on it, if these are steps that a view can take.
    static func steps(from source: Node, to result: Node) -> [any Viewing]? {
        var steps: [any Viewing] = []
        var node = result
        while node !== source {
            guard let step = node.operation.viewing, let input = node.inputs.first else { return nil }
            if !(step is Identity) { steps.append(step) }
            node = input
        }
        if steps.count > 1 { steps.reverse() }
        return steps
    }
}

extension Tensor {
    /// This box as its views know it.
    func asViewed() -> ViewedBox {
        if let viewed { return viewed }
        let made = ViewedBox(self)
        viewed = made
        return made
    }

    /// How often the box has been written, as an open capture block sees it.
    var versionNow: Int {
        guard let capture = ThreadState.current.capture, birth !== capture else { return viewed?.version ?? 0 }
        return capture.writes(to: self)
    }

    /// A box for what was recorded on `x`, this box's node: a view of this box, if what was recorded moves nothing.
    func showing(_ node: Node, of x: Node) throws(Failure) -> Tensor {
        let result = try Tensor(result: node)
        if let steps = BoxView.steps(from: x, to: node) { result.view = BoxView(of: self, steps, isDetached: false) }
        return result
    }

    /// A view of all of this box that is a constant to derivatives: what is written to one of the two reaches the
    /// other.
    public func shared() throws(Failure) -> Tensor {
        let result = Tensor(try node().detached())
        result.view = BoxView(of: self, [], isDetached: true)
        return result
    }

    /// The box that this one is a view of now.
    public var shown: Tensor? { liveView?.sourceBox }

    /// The box whose memory this one's values are in: what it is a view of, or itself.
    var origin: Tensor { view == nil ? self : shown ?? self }

    /// Whether this is a view of a box that has been written since it was last looked at.
    public var isBehind: Bool {
        guard let view = liveView, let box = view.sourceBox else { return false }
        return view.isBehind(box)
    }

    /// What makes this box a view, where an open capture block does not take it as a value of its own.
    private var liveView: BoxView? {
        guard let view else { return nil }
        let capture = ThreadState.current.capture
        if let birth { return birth === capture ? view : nil }
        return capture?.known(self) == nil ? view : nil
    }

    /// The node of a box that is a view; nil if the box has its own.
    func shownNode() throws(Failure) -> Node? {
        guard let view = liveView else { return nil }
        let capture = birth == nil ? ThreadState.current.capture : nil
        if capture == nil, let box = view.sourceBox, box.dtype == dtype, !view.isBehind(box) { return stored }
        guard let source = view.source(), source.box.dtype == dtype else {
            try Tensor.outsideCapture { () throws(Failure) in if let last = try view.lastValue() { stored = last } }
            cut()
            return nil
        }
        if let capture {
            guard capture.known(source.box) != nil || Capture.canRead(source.box.stored) else {
                // What it shows now becomes an input of the block.
                try Tensor.outsideCapture { () throws(Failure) in _ = try node() }
                return nil
            }
            let version = source.box.versionNow
            if let known = capture.selection(of: self, version) { return known }
            let selected = try BoxView.selected(from: source.box.node(), source.path)
            capture.keep(selected, of: self, version)
            return selected
        }
        if view.isBehind(source.box) {
            stored = try BoxView.selected(from: source.box.node(), source.path)
            view.noteSeen(source.box)
        }
        return stored
    }

    /// Writes through a view; false if this box is none.
    func writeThrough(_ node: Node) throws(Failure) -> Bool {
        guard let view = liveView, let source = view.source(), source.box.dtype == dtype else { return false }
        if birth == nil, let capture = ThreadState.current.capture, capture.known(source.box) == nil,
            !Capture.canRead(source.box.stored)
        {
            throw .state(
                operation: "assign",
                "inside a capture block a view cannot be written that shows a tensor which was computed outside from "
                    + "others that require gradients"
            )
        }
        let value = source.path.contains { $0.isDetached } ? try node.detached() : node
        try source.box.replace(with: BoxView.placed(value, in: source.box.node(), source.path).asResult())
        return true
    }

    /// Whether a write to this box is one to a leaf's values alone.
    var writesPastDerivatives: Bool { liveView?.source()?.path.contains { $0.isDetached } ?? false }

    /// Makes a view a value of its own.
    func cut() {
        view?.cut()
        view = nil
    }
}
