import Steps

/// Where a value lies: a slot of the plan's table of memory, and strides over it, in elements.
struct View {
    var slot: Int
    var offset = 0
    var shape: Shape
    var strides: [Int]
    var dtype: DType

    /// A dense value at the start of its slot.
    init(slot: Int, shape: Shape, dtype: DType) {
        self.slot = slot
        self.shape = shape
        self.dtype = dtype
        strides = shape.denseStrides
    }

    /// Whether elements follow each other in row-major order.
    var isDense: Bool {
        var step = 1
        for axis in shape.indices.reversed() where shape[axis] != 1 {
            if strides[axis] != step { return false }
            step *= shape[axis]
        }
        return true
    }

    /// Bytes of the elements that it shows; what is broadcast counts once.
    var bytesRead: Int { shape.indices.reduce(dtype.size) { strides[$1] == 0 ? $0 : $0 * shape[$1] } }

    func permuted(_ order: [Int]) -> View {
        var view = self
        view.shape = order.map { shape[$0] }
        view.strides = order.map { strides[$0] }
        return view
    }

    func broadcast(to target: Shape) -> View {
        var view = self
        let extra = target.count - shape.count
        view.shape = target
        view.strides = target.indices.map { $0 < extra || shape[$0 - extra] != target[$0] ? 0 : strides[$0 - extra] }
        return view
    }

    func sliced(_ axis: Int, start: Int, step: Int, count: Int) -> View {
        var view = self
        view.offset += start * strides[axis]
        view.strides[axis] *= step
        view.shape[axis] = count
        return view
    }

    /// The same elements under another shape, where strides can say that.
    func reshaped(to target: Shape) -> View? {
        var view = self
        view.shape = target
        if isDense {
            view.strides = target.denseStrides
            return view
        }
        // Axes of extent 1 come and go in any layout. The others are taken in groups, as few at a time as have equally
        // many elements before and after; those before must follow each other as in memory.
        let kept = shape.indices.filter { shape[$0] != 1 }
        let wanted = target.indices.filter { target[$0] != 1 }
        view.strides = [Int](repeating: 0, count: target.count)
        var (old, new) = (0, 0)
        while old < kept.count, new < wanted.count {
            let (firstOld, firstNew) = (old, new)
            var (before, after) = (shape[kept[old]], target[wanted[new]])
            while before != after {
                if before < after {
                    old += 1
                    guard old < kept.count else { return nil }
                    before *= shape[kept[old]]
                } else {
                    new += 1
                    guard new < wanted.count else { return nil }
                    after *= target[wanted[new]]
                }
            }
            for place in firstOld..<old
            where strides[kept[place]] != strides[kept[place + 1]] * shape[kept[place + 1]] { return nil }
            var step = strides[kept[old]]
            for place in (firstNew...new).reversed() {
                view.strides[wanted[place]] = step
                step *= target[wanted[place]]
            }
            (old, new) = (old + 1, new + 1)
        }
        return old == kept.count && new == wanted.count ? view : nil
    }

    var layout: StridedLayout {
        StridedLayout(elementBytes: dtype.size, shape: shape, strides: strides, offset: offset)
    }
}

/// A matrix, or a batch of them, as a matrix product reads it.
struct MatrixOperand {
    var slot: Int
    /// Whether the matrix to multiply with is the transpose of what is stored.
    var isTransposed: Bool
    var view: View

    /// Where each matrix of the batch begins, in elements.
    func offsets(over leading: Shape) -> [Int] {
        let wide = view.broadcast(to: leading + view.shape.suffix(2))
        var offsets = [wide.offset]
        for axis in leading.indices {
            offsets = offsets.flatMap { start in (0..<leading[axis]).map { start + $0 * wide.strides[axis] } }
        }
        return offsets
    }
}
