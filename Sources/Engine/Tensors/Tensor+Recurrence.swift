import Steps

/// Recurrent cells, and layers of them over whole sequences. The products of the inputs are one product for all steps;
/// each step has the product of the state and one loop.
extension Tensor {
    /// The weights of one direction of one layer: [gates, input], [gates, hidden], and biases of [gates].
    public struct CellWeights {
        public var input: Tensor
        public var hidden: Tensor
        public var inputBias: Tensor?
        public var hiddenBias: Tensor?
        /// Of an LSTM whose output is a projection of its hidden state: [output, hidden].
        public var projection: Tensor?

        public init(
            input: Tensor, hidden: Tensor, inputBias: Tensor? = nil, hiddenBias: Tensor? = nil,
            projection: Tensor? = nil
        ) {
            (self.input, self.hidden, self.inputBias, self.hiddenBias) = (input, hidden, inputBias, hiddenBias)
            self.projection = projection
        }
    }

    public typealias Cell = RecurrentCell

    /// One step: this is the input, [..., input]. The state is [..., hidden], of an LSTM with its cells beside it.
    public func step(_ cell: Cell, _ state: Tensor, cells: Tensor? = nil, _ weights: CellWeights, _ name: String)
        throws(Failure) -> (hidden: Tensor, cells: Tensor?)
    {
        let recurrence = try Recurrence(cell, weights, name)
        let (x, h) = (try taken(by: "lstm").node().ofFloats(name), try state.taken(by: "lstm").node())
        let c = try cells?.taken(by: "lstm").node()
        guard x.shape.count == 1 || x.shape.count == 2 else {
            throw .shape(operation: name, "an input of [n, width] or [width] is expected, but it is \(x.shape.text)")
        }
        try recurrence.check(x, h, c)
        let next = try recurrence.step(recurrence.products(of: x), CellState(hidden: h, cells: c))
        return (
            try Tensor(result: next.hidden), try next.cells.map { (cells) throws(Failure) in try Tensor(result: cells) }
        )
    }

    /// How the layers of a recurrent network lie.
    public struct RecurrentLayout {
        public var layers: Int
        public var isBidirectional: Bool
        /// Dropout's p between layers.
        public var dropout: Double
        /// Whether the input is [n, steps, width], not [steps, n, width].
        public var isBatchFirst: Bool

        public init(layers: Int, isBidirectional: Bool = false, dropout: Double = 0, isBatchFirst: Bool = false) {
            (self.layers, self.isBidirectional) = (layers, isBidirectional)
            (self.dropout, self.isBatchFirst) = (dropout, isBatchFirst)
        }
    }

    /// A sequence through layers of cells: the last layer's states at all steps, [steps, n, directions x hidden], and
    /// the last states of each layer and direction, [layers x directions, n, hidden], as the initial ones come.
    /// `weights`: of each layer, forward and then backward. `lengths`: whole numbers [n], how many steps of each row
    /// count; the states behind them are zeros in the output, and the last ones are those of each row's own end.
    public func recurrent(
        _ cell: Cell, hidden: Tensor, cells: Tensor? = nil, _ weights: [CellWeights], _ layout: RecurrentLayout,
        lengths: Tensor? = nil, _ name: String
    ) throws(Failure) -> (output: Tensor, hidden: Tensor, cells: Tensor?) {
        var x = try taken(by: "lstm").node().ofFloats(name)
        guard x.shape.count == 3 else {
            throw .shape(operation: name, "an input with three axes is expected, but it is \(x.shape.text)")
        }
        let directions = layout.isBidirectional ? 2 : 1
        guard layout.layers > 0, weights.count % directions == 0, weights.count / directions == layout.layers else {
            throw .argument(
                operation: name,
                "weights for each of \(layout.layers.counted("layer")), \(directions.counted("direction")) each, are "
                    + "expected, but there are \(weights.count)"
            )
        }
        if layout.isBatchFirst { x = try x.permute([1, 0, 2]) }
        guard x.shape[0] > 0 else {
            throw .shape(operation: name, "one step at least is expected, but the input is \(shape.text)")
        }
        let (h, c) = (try hidden.taken(by: "lstm").node(), try cells?.taken(by: "lstm").node())
        for (what, state) in [("hidden", h), ("cell", c)] {
            guard let state, state.shape.count != 3 || state.shape[0] != weights.count || state.shape[1] != x.shape[1]
            else { continue }
            throw .shape(
                operation: name,
                "\(what) states of [\(weights.count), \(x.shape[1]), width] are expected, but they are "
                    + "\(state.shape.text)"
            )
        }
        let isThere = try lengths.map { (lengths) throws(Failure) in
            try lengths.node().areThere(steps: x.shape[0], rows: x.shape[1], name)
        }
        var last: [CellState] = []
        for layer in 0..<layout.layers {
            var outputs: [Node] = []
            for direction in 0..<directions {
                let place = layer * directions + direction
                let initial = CellState(hidden: try h.slice(at: place), cells: try c?.slice(at: place))
                var recurrence = try Recurrence(cell, weights[place], name)
                recurrence.isThere = isThere
                let (states, end) = try recurrence.run(x, from: initial, isBackward: direction == 1)
                outputs.append(
                    try isThere.map { (isThere) throws(Failure) in
                        try Node.select(isThere, states, Node.scalar(0, like: states))
                    } ?? states)
                last.append(end)
            }
            x = outputs.count == 1 ? outputs[0] : try Concatenate(axis: 2).record(outputs)
            guard layout.dropout > 0, layer + 1 < layout.layers else { continue }
            x = try Tensor(x).dropout(layout.dropout, operation: name).node()
        }
        if layout.isBatchFirst { x = try x.permute([1, 0, 2]) }
        return (
            try Tensor(result: x), try Tensor(result: Node.stacked(last.map(\.hidden))),
            c == nil ? nil : try Tensor(result: Node.stacked(last.compactMap(\.cells)))
        )
    }
}

extension Node {
    /// Of lengths [rows]: which steps of each row there are, bool [steps, rows, 1].
    fileprivate func areThere(steps: Int, rows: Int, _ name: String) throws(Failure) -> Node {
        guard dtype.isInteger, shape == [rows] else {
            throw .shape(
                operation: name,
                "whole numbers [\(rows)] are expected as lengths, but they are \(dtype.name) \(shape.text)")
        }
        let places = try Arange(start: 0, step: 1, count: steps, dtype: .int64).record([]).reshape([steps, 1, 1])
        return try places.less(cast(.int64).reshape([1, rows, 1]))
    }
}
