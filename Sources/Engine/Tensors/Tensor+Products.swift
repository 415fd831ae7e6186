/// Products of tensors beyond matmul.
extension Tensor {
    /// beta self + alpha product, for self of a shape that broadcasts to the product's. With beta 0 self does not
    /// count, not even NaN in it.
    private func scaled(_ beta: Double, _ alpha: Double, _ name: String, _ product: Node) throws(Failure) -> Tensor {
        let base = try node()
        guard broadcastShape(base.shape, product.shape) == product.shape else {
            throw .shape(
                operation: name,
                "input must broadcast to the product's shape \(product.shape.text), but is \(base.shape.text)")
        }
        var result = try Tensor(result: product.cast(Node.common(base, product)))
        if alpha != 1 { result = try result.applying(.multiply, alpha) }
        guard beta != 0 else { return result }
        let share = beta == 1 ? self : try applying(.multiply, beta)
        return try share + result
    }

    private static func checkRanks(_ name: String, _ a: Node, _ b: Node, _ left: Int, _ right: Int) throws(Failure) {
        guard a.shape.count == left, b.shape.count == right else {
            throw .shape(
                operation: name,
                "factors with \(left) and \(right) axes are expected, but their shapes are \(a.shape.text) and "
                    + "\(b.shape.text)"
            )
        }
    }

    /// What `addmm` and its kin add to the input.
    public enum AddedProduct: String, CaseIterable {
        case addmm, addmv, addbmm, baddbmm, addr

        fileprivate func of(_ a: Node, _ b: Node) throws(Failure) -> Node {
            switch self {
            case .addmm:
                try checkRanks(rawValue, a, b, 2, 2)
                return try a.matmul(b)
            case .addmv:
                try checkRanks(rawValue, a, b, 2, 1)
                return try a.matmul(b)
            case .addr:
                try checkRanks(rawValue, a, b, 1, 1)
                return try a.reshape([a.count, 1]) * b
            case .addbmm, .baddbmm:
                try checkRanks(rawValue, a, b, 3, 3)
                guard a.shape[0] == b.shape[0] else {
                    throw .shape(operation: rawValue, "batches differ: \(a.shape.text) x \(b.shape.text)")
                }
                let products = try a.matmul(b)
                return self == .baddbmm ? products : try products.sum([0], keepdims: false)
            }
        }
    }

    public func adding(_ kind: AddedProduct, _ a: Tensor, _ b: Tensor, beta: Double = 1, alpha: Double = 1)
        throws(Failure) -> Tensor
    {
        try scaled(beta, alpha, kind.rawValue, kind.of(a.node(), b.node()))
    }

    /// Each element times the whole of `other`, as blocks.
    public func kron(_ other: Tensor) throws(Failure) -> Tensor {
        let (a, b) = (try node(), try other.node())
        let rank = max(a.shape.count, b.shape.count)
        guard 2 * rank <= mostAxes else {
            throw .shape(operation: "kron", "at most \(mostAxes / 2) axes are possible, but there are \(rank)")
        }
        let left = [Int](repeating: 1, count: rank - a.shape.count) + a.shape
        let right = [Int](repeating: 1, count: rank - b.shape.count) + b.shape
        var shape: Shape = []
        for (m, n) in zip(left, right) {
            let (product, overflow) = m.multipliedReportingOverflow(by: n)
            guard !overflow else { throw .memory(operation: "kron", bytes: Int.max) }
            shape.append(product)
        }
        try checkShape(shape, Node.common(a, b), operation: "kron")
        let blocks = try a.reshape(left.flatMap { [$0, 1] }) * b.reshape(right.flatMap { [1, $0] })
        return try Tensor(result: blocks.reshape(shape))
    }

    /// Sums of products over the last axis of both.
    public func inner(_ other: Tensor) throws(Failure) -> Tensor {
        let (a, b) = (try node(), try other.node())
        guard let n = a.shape.last, let k = b.shape.last else {
            return try Tensor(result: (a * b).sum([], keepdims: true))
        }
        guard n == k else {
            throw .shape(
                operation: "inner",
                "last axes of one length are expected, but shapes are \(a.shape.text) and "
                    + "\(b.shape.text)")
        }
        let last = (a.shape.count - 1, b.shape.count - 1)
        return try Tensor(result: a.contracted([last.0], b, [last.1], "inner"))
    }

    /// Sums of products over axes of self and as many of `other`.
    public func tensordot(_ other: Tensor, _ own: [Int], _ others: [Int]) throws(Failure) -> Tensor {
        var (a, b) = (try node(), try other.node())
        func places(_ axes: [Int], _ rank: Int) throws(Failure) -> [Int] {
            _ = try normalized(axes: axes, rank: rank, operation: "tensordot")
            return axes.map { $0 < 0 ? $0 + rank : $0 }
        }
        let (left, right) = (try places(own, a.shape.count), try places(others, b.shape.count))
        // As in PyTorch, an axis of one element goes with any other: that is summed up.
        for (i, j) in zip(left, right) where a.shape[i] != b.shape[j] {
            if a.shape[i] == 1 {
                b = try b.sum([j], keepdims: true).cast(b.dtype)
            } else if b.shape[j] == 1 {
                a = try a.sum([i], keepdims: true).cast(a.dtype)
            }
        }
        guard left.count == right.count, zip(left, right).allSatisfy({ a.shape[$0] == b.shape[$1] }) else {
            throw .shape(
                operation: "tensordot",
                "axes \(own.text) of \(a.shape.text) and \(others.text) of \(b.shape.text) do not fit together")
        }
        return try Tensor(result: a.contracted(left, b, right, "tensordot"))
    }

    /// Sums of products along an axis of the two broadcast together.
    public func vecdot(_ other: Tensor, _ axis: Int = -1) throws(Failure) -> Tensor {
        let products = try node() * other.node()
        let place = try normalized(axis: axis, rank: products.shape.count, operation: "vecdot")
        return try Tensor(result: products.sum([place], keepdims: false))
    }

    /// The cross product of vectors of three along an axis; nil: the first axis of three elements.
    public func cross(_ other: Tensor, _ axis: Int? = nil) throws(Failure) -> Tensor {
        let (a, b) = (try node(), try other.node())
        guard a.shape.count == b.shape.count, let shape = broadcastShape(a.shape, b.shape) else {
            throw .shape(
                operation: "cross", "shapes \(a.shape.text) and \(b.shape.text) do not broadcast together, axis by axis"
            )
        }
        let place: Int
        if let axis {
            place = try normalized(axis: axis, rank: shape.count, operation: "cross")
        } else if let found = shape.firstIndex(of: 3) {
            place = found
        } else {
            throw .shape(operation: "cross", "no axis has three elements: \(shape.text)")
        }
        guard a.shape[place] == 3, b.shape[place] == 3 else {
            throw .shape(
                operation: "cross",
                "three elements along axis \(place) are expected, but shapes are \(a.shape.text) and \(b.shape.text)")
        }
        func entry(_ number: Int) throws(Failure) -> Node {
            let (i, j) = ((number + 1) % 3, (number + 2) % 3)
            return try a.part(place, i, 1) * b.part(place, j, 1) - a.part(place, j, 1) * b.part(place, i, 1)
        }
        return try Tensor(result: Concatenate(axis: place).record([entry(0), entry(1), entry(2)]))
    }

    /// The p-norms of the differences of rows: [..., m, k] and [..., n, k] -> [..., m, n].
    public func distances(_ other: Tensor, _ p: Double = 2) throws(Failure) -> Tensor {
        guard p >= 0 else { throw .argument(operation: "cdist", "p must not be negative, but is \(p)") }
        let (a, b) = (try node(), try other.node())
        guard a.shape.count >= 2, b.shape.count >= 2, a.shape.last == b.shape.last else {
            throw .shape(
                operation: "cdist",
                "rows of one length, [..., m, k] and [..., n, k], are expected, but shapes are \(a.shape.text) and "
                    + "\(b.shape.text)"
            )
        }
        let (ranks, k) = ((a.shape.count, b.shape.count), a.shape[a.shape.count - 1])
        let left = Array(a.shape.dropLast()) + [1, k]
        let right = Array(b.shape.dropLast(2)) + [1, b.shape[ranks.1 - 2], k]
        guard let common = broadcastShape(left, right) else {
            throw .shape(operation: "cdist", "batches do not fit: \(a.shape.text) and \(b.shape.text)")
        }
        let dtype = Node.commonFloat(a, b)
        try checkShape(common, dtype, operation: "cdist")
        if k == 0 { return try Tensor(result: Node.full(Array(common.dropLast()), 0, dtype)) }
        let difference = try a.cast(dtype).reshape(left) - b.cast(dtype).reshape(right)
        return try Tensor(result: difference.norm(p, [common.count - 1], keepdims: false))
    }

    /// The product of matrices in the order that costs the fewest multiplications. The first may be a row, the last a
    /// column, as vectors.
    public static func multiDot(_ factors: [Tensor], _ name: String = "multi_dot") throws(Failure) -> Tensor {
        // Finding the order takes as many steps as the cube of their number.
        guard (2...512).contains(factors.count) else {
            throw .argument(operation: name, "2 to 512 matrices are expected, but found \(factors.count)")
        }
        var nodes = try factors.map { (factor) throws(Failure) in try factor.node() }
        let (isRow, isColumn) = (nodes[0].shape.count == 1, nodes[nodes.count - 1].shape.count == 1)
        if isRow { nodes[0] = try nodes[0].reshape([1, nodes[0].count]) }
        if isColumn { nodes[nodes.count - 1] = try nodes[nodes.count - 1].reshape([nodes[nodes.count - 1].count, 1]) }
        for (place, node) in nodes.enumerated() {
            guard node.shape.count == 2, place == 0 || nodes[place - 1].shape.last == node.shape[0] else {
                throw .shape(
                    operation: name,
                    "matrices that fit together are expected, but shapes are "
                        + factors.map(\.shape.text).joined(separator: ", "))
            }
        }
        let product = try nodes.product(0, nodes.count - 1, splits: nodes.cheapestSplits())
        let shape = (isRow ? [] : [product.shape[0]]) + (isColumn ? [] : [product.shape[1]])
        return try Tensor(result: product.reshape(shape))
    }
}

extension Node {
    /// Sums of products over pairs of axes; the axes that are left stay in order, those of self first. Whole numbers
    /// give int64.
    fileprivate func contracted(_ own: [Int], _ other: Node, _ others: [Int], _ name: String) throws(Failure) -> Node {
        let rest = shape.indices.filter { !own.contains($0) }
        let otherRest = other.shape.indices.filter { !others.contains($0) }
        let result = rest.map { shape[$0] } + otherRest.map { other.shape[$0] }
        let dtype = Node.common(self, other)
        try checkShape(result, dtype.isFloat ? dtype : .int64, operation: name)
        let k = own.map { shape[$0] }.elementCount
        let (m, n) = (rest.map { shape[$0] }.elementCount, otherRest.map { other.shape[$0] }.elementCount)
        let rows = try permute(rest + own).reshape([m, k])
        let columns = try other.permute(otherRest + others).reshape([n, k])
        if dtype.isFloat { return try rows.matmul(columns.transposed()).reshape(result) }
        let products = try rows.cast(.int64).reshape([m, 1, k]) * columns.cast(.int64)
        return try products.sum([2], keepdims: false).reshape(result)
    }
}

extension [Node] {
    /// Where to split the product of factors i ... j, at [i][j], for the fewest multiplications (Cormen et al. 2022,
    /// Introduction to Algorithms, section 14.2).
    fileprivate func cheapestSplits() -> [[Int]] {
        let extents = [self[0].shape[0]] + map { $0.shape[1] }
        var costs = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
        var splits = [[Int]](repeating: [Int](repeating: 0, count: count), count: count)
        for length in 1..<count {
            for start in 0..<(count - length) {
                let end = start + length
                costs[start][end] = .infinity
                for split in start..<end {
                    let last = Double(extents[start]) * Double(extents[split + 1]) * Double(extents[end + 1])
                    let cost = costs[start][split] + costs[split + 1][end] + last
                    if cost < costs[start][end] { (costs[start][end], splits[start][end]) = (cost, split) }
                }
            }
        }
        return splits
    }

    fileprivate func product(_ start: Int, _ end: Int, splits: [[Int]]) throws(Failure) -> Node {
        guard start < end else { return self[start] }
        let split = splits[start][end]
        return try product(start, split, splits: splits).matmul(product(split + 1, end, splits: splits))
    }
}
