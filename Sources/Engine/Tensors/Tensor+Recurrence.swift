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

    public enum Cell: String, CaseIterable, Sendable {
        /// h' = tanh(W x + b + U h + c)
        case tanh
        /// The same with max(., 0).
        case relu
        /// Hochreiter and Schmidhuber 1997, with the gates i, f, g, o in this order.
        case lstm
        /// Cho et al. 2014, with the gates r, z, n in this order; the reset gate multiplies U h + c.
        case gru

        /// How many gates the rows of the weights belong to.
        var gates: Int {
            switch self {
            case .tanh, .relu: return 1
            case .lstm: return 4
            case .gru: return 3
            }
        }
    }

    /// One step: this is the input, [..., input]. The state is [..., hidden], of an LSTM with its cells beside it.
    public func step(_ cell: Cell, _ state: Tensor, cells: Tensor? = nil, _ weights: CellWeights, _ name: String)
        throws(Failure) -> (hidden: Tensor, cells: Tensor?)
    {
        let recurrence = try Recurrence(cell, weights, name)
        let (x, h) = (try node().ofFloats(name), try state.node())
        let c = try cells?.node()
        guard x.shape.count == 1 || x.shape.count == 2 else {
            throw .shape(operation: name, "an input of [n, width] or [width] is expected, but it is \(x.shape.text)")
        }
        try recurrence.check(x, h, c)
        let next = try recurrence.step(recurrence.products(of: x), State(hidden: h, cells: c))
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
    /// `weights`: of each layer, forward and then backward.
    public func recurrent(
        _ cell: Cell, hidden: Tensor, cells: Tensor? = nil, _ weights: [CellWeights], _ layout: RecurrentLayout,
        _ name: String
    ) throws(Failure) -> (output: Tensor, hidden: Tensor, cells: Tensor?) {
        var x = try node().ofFloats(name)
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
        let (h, c) = (try hidden.node(), try cells?.node())
        for (what, state) in [("hidden", h), ("cell", c)] {
            guard let state, state.shape.count != 3 || state.shape[0] != weights.count || state.shape[1] != x.shape[1]
            else { continue }
            throw .shape(
                operation: name,
                "\(what) states of [\(weights.count), \(x.shape[1]), width] are expected, but they are "
                    + "\(state.shape.text)"
            )
        }
        var last: [State] = []
        for layer in 0..<layout.layers {
            var outputs: [Node] = []
            for direction in 0..<directions {
                let place = layer * directions + direction
                let initial = State(hidden: try h.slice(at: place), cells: try c?.slice(at: place))
                let recurrence = try Recurrence(cell, weights[place], name)
                let (states, end) = try recurrence.run(x, from: initial, isBackward: direction == 1)
                outputs.append(states)
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

/// What a cell hands on from step to step: [n, hidden], and an LSTM's cells.
private struct State {
    var hidden: Node
    var cells: Node?
}

/// A cell with its weights as nodes.
private struct Recurrence {
    let cell: Tensor.Cell
    let name: String
    private let input: Node  // [gates x width, input]
    private let hidden: Node  // [gates x width, output]
    private let inputBias: Node?
    private let hiddenBias: Node?
    private let projection: Node?  // [output, width]
    private let width: Int

    init(_ cell: Tensor.Cell, _ weights: Tensor.CellWeights, _ name: String) throws(Failure) {
        (self.cell, self.name) = (cell, name)
        (input, hidden) = (try weights.input.node(), try weights.hidden.node())
        guard input.shape.count == 2, hidden.shape.count == 2, input.shape[0] == hidden.shape[0],
            input.shape[0] % cell.gates == 0
        else {
            throw .shape(
                operation: name,
                "weights of [\(cell.gates) x hidden, input] and [\(cell.gates) x hidden, hidden] are expected, but "
                    + "they are \(input.shape.text) and \(hidden.shape.text)"
            )
        }
        width = input.shape[0] / cell.gates
        projection = try weights.projection?.node()
        if let projection, projection.shape != [hidden.shape[1], width] {
            throw .shape(
                operation: name,
                "a projection of [\(hidden.shape[1]), \(width)] is expected, but it is \(projection.shape.text)")
        }
        guard projection != nil || hidden.shape[1] == width else {
            throw .shape(
                operation: name,
                "hidden weights of [\(cell.gates * width), \(width)] are expected, but they are \(hidden.shape.text)")
        }
        let biases = (try weights.inputBias?.node(), try weights.hiddenBias?.node())
        for case let bias? in [biases.0, biases.1] where bias.shape != [input.shape[0]] {
            throw .shape(
                operation: name, "biases of [\(input.shape[0])] are expected, but one is \(bias.shape.text)")
        }
        // The reset gate multiplies the hidden bias too; elsewhere both biases are added once for all steps.
        if cell != .gru, let first = biases.0, let second = biases.1 {
            (inputBias, hiddenBias) = (try first + second, nil)
        } else {
            (inputBias, hiddenBias) = biases
        }
    }

    /// Throws unless input, state and cells are as wide as the weights say.
    func check(_ x: Node, _ h: Node, _ c: Node?) throws(Failure) {
        let rows = Array(x.shape.dropLast())
        guard x.shape.last == input.shape[1] else {
            throw .shape(
                operation: name,
                "an input as wide as the weights \(input.shape.text) say is expected, but it is \(x.shape.text)")
        }
        guard h.shape == rows + [hidden.shape[1]] else {
            throw .shape(
                operation: name,
                "a hidden state of \((rows + [hidden.shape[1]]).text) is expected, but it is \(h.shape.text)")
        }
        guard cell == .lstm else { return }
        guard let c, c.shape == rows + [width] else {
            throw .shape(
                operation: name,
                "a cell state of \((rows + [width]).text) is expected, but it is \(c?.shape.text ?? "not there")")
        }
    }

    /// What the inputs give to the gates, of one step or of all.
    func products(of x: Node) throws(Failure) -> Node { try x.linear(input, inputBias) }

    /// The next state, from what the input gives, [..., gates x width].
    func step(_ fromInput: Node, _ state: State) throws(Failure) -> State {
        let fromState = try state.hidden.linear(hidden, hiddenBias)
        func gates(_ sums: Node) throws(Failure) -> [Node] { try sums.parts(sums.shape.count - 1, cell.gates) }
        switch cell {
        case .tanh: return State(hidden: try (fromInput + fromState).tanh())
        case .relu: return State(hidden: try (fromInput + fromState).relu())
        case .lstm:
            guard let before = state.cells else {
                throw .internal(operation: name, "an LSTM has no cell state")
            }
            let gates = try gates(fromInput + fromState)
            let cells = try gates[1].sigmoid() * before + gates[0].sigmoid() * gates[2].tanh()
            let output = try gates[3].sigmoid() * cells.tanh()
            return State(
                hidden: try projection.map { (p) throws(Failure) in try output.linear(p, nil) } ?? output, cells: cells)
        case .gru:
            let (a, b) = (try gates(fromInput), try gates(fromState))
            let (reset, update) = (try (a[0] + b[0]).sigmoid(), try (a[1] + b[1]).sigmoid())
            let new = try (a[2] + reset * b[2]).tanh()
            return State(hidden: try new + update * (state.hidden - new))
        }
    }

    /// The states at all steps of [steps, n, input], and the last one; backward from the last step to the first.
    func run(_ x: Node, from initial: State, isBackward: Bool) throws(Failure) -> (states: Node, last: State) {
        let steps = x.shape[0]
        try check(x.slice(at: 0), initial.hidden, initial.cells)
        let products = try products(of: x).parts(0, steps)
        var (state, states) = (initial, [Node]())
        for step in 0..<steps {
            state = try self.step(products[isBackward ? steps - 1 - step : step].slice(at: 0), state)
            states.append(state.hidden)
        }
        return (try Node.stacked(isBackward ? states.reversed() : states), state)
    }
}

extension Node {
    /// The slice at a position of axis 0, which goes.
    fileprivate func slice(at place: Int) throws(Failure) -> Node {
        try part(0, place, 1).reshape(Array(shape.dropFirst()))
    }

    /// Nodes of one type along a new first axis.
    fileprivate static func stacked(_ nodes: [Node]) throws(Failure) -> Node {
        try Concatenate(axis: 0).record(nodes.map { (node) throws(Failure) in try node.reshape([1] + node.shape) })
    }
}
