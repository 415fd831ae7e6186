/// An index expression worked out for one shape. Three stages, each an operation or a few that have derivatives of
/// their own:
///
///     slices    one of each axis (an int is a slice of one element)
///     shape     axes of ints go, new axes come, the axes under a mask become one
///     picks     axes along which an index tensor picks; several at once pick together, as NumPy has it
///
/// An assignment goes the same way down to what the picks read, and with the changed values up again.
struct Selection {
    /// An axis of `shape` along which an index tensor picks.
    struct Pick {
        var axis: Int
        var index: Node
        /// The axis as users know it.
        var namedAxis: Int
    }

    private let sourceShape: Shape
    private var slices: [AxisSlice] = []
    private var shape: Shape = []
    private var picks: [Pick] = []
    /// Whether picking entries (NumPy counts ints among them, if there is an index tensor) have others between them:
    /// then the picked axes come first.
    private var isSplit = false

    init(_ source: Shape, _ entries: [Index]) throws(Failure) {
        guard entries.count <= Index.most else {
            throw .index(operation: "index", "too many indices: \(entries.count)")
        }
        sourceShape = source
        var indices: [Node?] = []
        for entry in entries {
            if case .tensor(let tensor) = entry {
                indices.append(try Selection.checked(tensor.node()))
            } else {
                indices.append(nil)
            }
        }
        let left = try Selection.axesLeft(source, entries, indices)
        var axis = 0
        var runs = 0
        var isPicking = false
        for (place, entry) in entries.enumerated() {
            var picksHere = false
            switch entry {
            case .at(let position):
                try checkPosition(position, axis)
                slices.append(AxisSlice(start: position < 0 ? position + source[axis] : position, step: 1, count: 1))
                axis += 1
                picksHere = true
            case .slice(let start, let stop, let step):
                slices.append(try AxisSlice(start: start, stop: stop, step: step, of: source[axis], operation: "index"))
                shape.append(slices[axis].count)
                axis += 1
            case .newAxis:
                shape.append(1)
            case .ellipsis:
                for _ in 0..<left { appendWhole(&axis) }
            case .tensor:
                guard let index = indices[place] else { continue }
                try appendPick(index, &axis)
                picksHere = true
            }
            if picksHere, !isPicking { runs += 1 }
            isPicking = picksHere
        }
        while axis < source.count { appendWhole(&axis) }
        isSplit = !picks.isEmpty && runs > 1
        try checkShape(shape, .bool, operation: "index")
    }

    private mutating func appendWhole(_ axis: inout Int) {
        slices.append(.whole(sourceShape[axis]))
        shape.append(sourceShape[axis])
        axis += 1
    }

    private mutating func appendPick(_ index: Node, _ axis: inout Int) throws(Failure) {
        picks.append(Pick(axis: shape.count, index: index, namedAxis: axis))
        let covered = index.dtype == .bool ? index.shape.count : 1
        let extents = Array(sourceShape[axis..<axis + covered])
        if index.dtype == .bool, index.shape != extents {
            throw .shape(
                operation: "index",
                "a mask of \(index.shape.text) is given for axes \(axis) ..< \(axis + covered) of \(sourceShape.text), "
                    + "which have \(extents.text)"
            )
        }
        for extent in extents { slices.append(.whole(extent)) }
        shape.append(extents.elementCount)
        axis += covered
    }

    private func checkPosition(_ position: Int, _ axis: Int) throws(Failure) {
        let extent = sourceShape[axis]
        guard position >= -extent, position < extent else {
            throw .index(
                operation: "index",
                "index \(position) is out of range for axis \(axis) of extent \(extent) in shape \(sourceShape.text)")
        }
    }

    private static func checked(_ index: Node) throws(Failure) -> Node {
        guard !index.dtype.isFloat else {
            throw .dtype(operation: "index", "an index tensor must hold integers or bools, but is \(index.dtype.name)")
        }
        return index
    }

    /// How many axes of `source` no entry names.
    private static func axesLeft(_ source: Shape, _ entries: [Index], _ indices: [Node?]) throws(Failure) -> Int {
        var used = 0
        var dots = 0
        for (place, entry) in entries.enumerated() {
            switch entry {
            case .at, .slice: used += 1
            case .newAxis: break
            case .ellipsis: dots += 1
            case .tensor: used += indices[place].map { $0.dtype == .bool ? $0.shape.count : 1 } ?? 0
            }
        }
        guard dots <= 1 else { throw .index(operation: "index", "at most one ... is possible, but \(dots) are given") }
        guard used <= source.count else {
            throw .index(
                operation: "index", "too many indices: \(source.text) has \(source.count) axes, but \(used) are indexed"
            )
        }
        return source.count - used
    }

    // MARK: Reading

    func read(_ x: Node) throws(Failure) -> Node {
        let basic = try x.sliced(slices).reshape(shape)
        guard let picking = try Picking(picks, shape, isSplit) else { return basic }
        return try picking.read(basic)
    }

    // MARK: Writing

    /// `x` with the elements that are picked replaced by `value`, of x's dtype.
    func written(_ x: Node, _ value: Node) throws(Failure) -> Node {
        if picks.isEmpty { return try placed(Selection.broadcast(value, to: shape), in: x) }
        let basic = try x.sliced(slices).reshape(shape)
        if let changed = try masked(basic, value) { return try placed(changed, in: x) }
        guard let picking = try Picking(picks, shape, isSplit) else { return x }
        return try placed(picking.written(basic, Selection.broadcast(value, to: picking.resultShape)), in: x)
    }

    /// Puts what the slices of `x` have become back into x.
    private func placed(_ basic: Node, in x: Node) throws(Failure) -> Node {
        let values = try basic.reshape(slices.map { $0.count })
        return zip(slices, sourceShape).allSatisfy({ $0 == .whole($1) }) ? values : try x.assigning(slices, values)
    }

    /// x[mask] = value where every element gets the same or the value does not depend on the place under the mask: this
    /// has a shape that does not depend on values, and needs none.
    private func masked(_ basic: Node, _ value: Node) throws(Failure) -> Node? {
        guard picks.count == 1, let pick = picks.first, pick.index.dtype == .bool, !isSplit || value.count == 1 else {
            return nil
        }
        var one = shape
        one[pick.axis] = 1
        guard let fitting = Selection.fitting(value.shape, to: one) else { return nil }
        var aligned = [Int](repeating: 1, count: shape.count)
        aligned[pick.axis] = shape[pick.axis]
        return try Node.select(pick.index.reshape(aligned), value.reshape(fitting), basic)
    }

    /// NumPy's rule for assigned values: they broadcast, and leading axes of extent 1 in excess are dropped. The shape
    /// without those; nil where it does not broadcast.
    private static func fitting(_ value: Shape, to shape: Shape) -> Shape? {
        let excess = max(value.count - shape.count, 0)
        let rest = Array(value.dropFirst(excess))
        return value.prefix(excess).allSatisfy({ $0 == 1 }) && broadcastShape(rest, shape) == shape ? rest : nil
    }

    private static func broadcast(_ value: Node, to shape: Shape) throws(Failure) -> Node {
        guard let rest = fitting(value.shape, to: shape) else {
            throw .shape(
                operation: "index",
                "values of \(value.shape.text) do not broadcast to the \(shape.text) that are assigned to")
        }
        return try value.reshape(rest).broadcast(to: shape)
    }
}
