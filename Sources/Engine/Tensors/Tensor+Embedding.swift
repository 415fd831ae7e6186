import Steps

/// Rows of a table picked by whole numbers, and their sums, means and maxima in bags.
extension Tensor {
    /// What embeddings do with the gradient of rows.
    public struct EmbeddingRule {
        /// This row gets no gradient; in a bag it does not count.
        public var padding: Int?
        /// Gradients of a row are divided by how often it is picked.
        public var dividesByFrequency: Bool

        public init(padding: Int? = nil, dividesByFrequency: Bool = false) {
            (self.padding, self.dividesByFrequency) = (padding, dividesByFrequency)
        }
    }

    /// Rows of `table`, [rows, width], picked by this tensor of whole numbers: [..., width].
    public func embedded(in table: Tensor, _ rule: EmbeddingRule = EmbeddingRule()) throws(Failure) -> Tensor {
        let (picks, table) = (try node(), try table.node())
        return try Tensor(result: picks.rows(of: table, rule, rule.padding(of: table, "embedding"), "embedding"))
    }

    /// This table of rows with those that `picks` names no longer than `length` in the norm of order p: longer ones are
    /// scaled.
    public func renormalized(_ picks: Tensor, _ length: Double, _ p: Double = 2) throws(Failure) -> Tensor {
        let name = "embedding_renorm"
        let (table, picks) = (try node().ofFloats(name), try picks.node())
        try picks.checkPicks(table, name)
        let flat = try picks.reshape([picks.count])
        let rows = try IndexSelect(axis: 0).record([table, flat])
        let norms = try rows.norm(p, [1], keepdims: true)
        let limit = try Node.scalar(length, like: table)
        let isLong = try norms.greater(limit)
        // PyTorch's 1e-7 keeps the new norm below the limit.
        let scale = try Node.select(
            isLong, limit / (norms + Node.scalar(1e-7, like: table)), Node.scalar(1, like: table))
        return try Tensor(
            result: IndexPut(axis: 0, accumulates: false).record([table, rows * scale, flat]))
    }

    /// How the rows of a bag become one.
    public enum BagReduction: String, CaseIterable, Sendable {
        case sum, mean, max
    }

    /// The rows of `table` that each bag names, reduced: [bags, width]. This tensor of whole numbers is [bags, picks],
    /// or a vector in which a bag begins at each of `offsets`, the first of which is 0. `weights`, of this shape,
    /// multiply the rows of a sum. An empty bag gives 0.
    public func embeddingBag(
        in table: Tensor, offsets: Tensor? = nil, _ reduction: BagReduction = .mean, weights: Tensor? = nil,
        _ rule: EmbeddingRule = EmbeddingRule()
    ) throws(Failure) -> Tensor {
        let name = "embedding_bag"
        let (picks, table) = (try node(), try table.node().ofFloats(name))
        try picks.checkPicks(table, name)
        guard weights == nil || reduction == .sum else {
            throw .argument(
                operation: name, "per_sample_weights are for the mode 'sum', but it is '\(reduction.rawValue)'")
        }
        let padding = try rule.padding(of: table, name)
        let (count, bags) = try picks.bags(offsets?.node(), name)
        let flat = try picks.reshape([picks.count])
        var rows = try flat.rows(of: table, rule, padding, name)  // [picks, width]
        if let weights = try weights?.node() {
            guard weights.shape == picks.shape else {
                throw .shape(
                    operation: name,
                    "per_sample_weights of \(picks.shape.text) are expected, but they are \(weights.shape.text)")
            }
            rows = try rows * weights.cast(rows.dtype).reshape([picks.count, 1])
        }
        // What does not count goes to a bag of its own, behind the others.
        var places = bags
        if let padding {
            let isPadding = try flat.equal(Node.scalar(Double(padding), like: flat))
            places = try Node.select(isPadding, Node.scalar(Double(count), like: bags), bags)
        }
        let width = rows.shape[1]
        let zeros = try Node.full([count + 1, width], 0, rows.dtype)
        var result: Node
        if reduction == .max {
            // The last that is written stays, so the largest is written last; of equal ones the first in the bag.
            let order = try ArgSort(axis: 0, isDescending: true).record([rows]).turned(0)
            let sorted = try TakeAlongAxis(axis: 0).record([rows, order])
            let owners = try IndexSelect(axis: 0).record([places, order])
            result = try ScatterAlongAxis(axis: 0, accumulates: false).record([zeros, sorted, owners])
        } else {
            result = try IndexPut(axis: 0, accumulates: true).record([zeros, rows, places])
        }
        result = try result.part(0, 0, count)
        if reduction == .mean {
            let ones = try Node.full([picks.count], 1, rows.dtype)
            let none = try Node.full([count + 1], 0, rows.dtype)
            let sizes = try IndexPut(axis: 0, accumulates: true).record([none, ones, places]).part(0, 0, count)
            result = try result / sizes.maximum(Node.scalar(1, like: sizes)).reshape([count, 1])
        }
        return try Tensor(result: result)
    }
}

extension Tensor.EmbeddingRule {
    /// The row without a gradient, counted from the first.
    fileprivate func padding(of table: Node, _ name: String) throws(Failure) -> Int? {
        guard let padding, let rows = table.shape.first else { return nil }
        guard padding >= -rows, padding < rows else {
            throw .argument(
                operation: name, "padding_idx names one of \(rows.counted("row")), but it is \(padding)")
        }
        return padding < 0 ? padding + rows : padding
    }
}

extension Node {
    fileprivate func checkPicks(_ table: Node, _ name: String) throws(Failure) {
        guard table.shape.count == 2 else {
            throw .shape(operation: name, "a weight of [rows, width] is expected, but it is \(table.shape.text)")
        }
        guard dtype.isInteger else {
            throw .dtype(operation: name, "indices must be whole numbers, but are \(dtype.name)")
        }
    }

    /// Rows of a table that this picks, with what `rule` says of their derivatives.
    fileprivate func rows(of table: Node, _ rule: Tensor.EmbeddingRule, _ padding: Int?, _ name: String)
        throws(Failure) -> Node
    {
        try checkPicks(table, name)
        var rows = try IndexSelect(axis: 0).record([table, self])
        guard table.requiresGrad else { return rows }
        let constant = try rows.detached()
        if rule.dividesByFrequency, table.dtype.isFloat {
            let flat = try reshape([count])
            let ones = try Node.full([count], 1, table.dtype)
            let none = try Node.full([table.shape[0]], 0, table.dtype)
            let counts = try IndexPut(axis: 0, accumulates: true).record([none, ones, flat])
            let own = try IndexSelect(axis: 0).record([counts, self]).reshape(shape + [1])
            // The difference is exactly 0.
            rows = try constant + (rows - constant) / own
        }
        guard let padding else { return rows }
        let isPadding = try equal(Node.scalar(Double(padding), like: self)).reshape(shape + [1])
        return try Node.select(isPadding, constant, rows)
    }

    /// How many bags there are, and the bag of each pick: int64 [picks].
    fileprivate func bags(_ offsets: Node?, _ name: String) throws(Failure) -> (count: Int, places: Node) {
        guard let offsets else {
            guard shape.count == 2 else {
                throw .shape(
                    operation: name,
                    "indices of [bags, picks], or a vector with offsets, are expected, but they are \(shape.text)")
            }
            let rows = try Arange(start: 0, step: 1, count: shape[0], dtype: .int64).record([])
            return (shape[0], try rows.reshape([shape[0], 1]).broadcast(to: shape).reshape([count]))
        }
        guard shape.count == 1, offsets.shape.count == 1 else {
            throw .shape(
                operation: name,
                "vectors of indices and offsets are expected, but they are \(shape.text) and \(offsets.shape.text)")
        }
        guard offsets.dtype.isInteger else {
            throw .dtype(operation: name, "offsets must be whole numbers, but are \(offsets.dtype.name)")
        }
        let bags = offsets.shape[0]
        // Each offset begins a bag, also where the last one is empty and begins behind the last pick.
        let none = try Node.full([count + 1], 0, .int64)
        let ones = try Node.full([bags], 1, .int64)
        let begun = try IndexPut(axis: 0, accumulates: true).record([none, ones, offsets]).cumulativeSum(0)
        let places = try begun.part(0, 0, count) - Node.scalar(1, like: begun)
        // A pick before the first offset has no bag, which the step that writes there says.
        let nowhere = try Node.scalar(Double(bags) + 1, like: places)
        return (bags, try Node.select(places.less(Node.scalar(0, like: places)), nowhere, places))
    }

    fileprivate func turned(_ axis: Int) throws(Failure) -> Node {
        shape[axis] < 2 ? self : try part(axis, shape[axis] - 1, shape[axis], step: -1)
    }
}
