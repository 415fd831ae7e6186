import Steps

/// What a cell hands on from step to step: [n, hidden], and an LSTM's cells.
struct CellState {
    var hidden: Node
    var cells: Node?
}

/// A cell with its weights as nodes.
struct Recurrence {
    let cell: Tensor.Cell
    let name: String
    private let input: Node  // [gates x width, input]
    var hidden: Node  // [gates x width, output]
    private let inputBias: Node?
    var hiddenBias: Node?
    let projection: Node?  // [output, width]
    /// Where a row's sequence goes on: elsewhere its state stays. nil: everywhere.
    var isThere: Node?  // bool [steps, n, 1]
    private let width: Int

    init(_ cell: Tensor.Cell, _ weights: Tensor.CellWeights, _ name: String) throws(Failure) {
        (self.cell, self.name) = (cell, name)
        func node(_ tensor: Tensor) throws(Failure) -> Node { try tensor.taken(by: "lstm").node() }
        (input, hidden) = (try node(weights.input), try node(weights.hidden))
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
        projection = try weights.projection.map(node)
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
        let biases = (try weights.inputBias.map(node), try weights.hiddenBias.map(node))
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

    /// What a state gives to the gates.
    func products(of state: CellState) throws(Failure) -> Node { try state.hidden.linear(hidden, hiddenBias) }

    /// The next state, from what the input gives, [..., gates x width].
    func step(_ fromInput: Node, _ state: CellState) throws(Failure) -> CellState {
        try next(fromInput, products(of: state), state)
    }

    /// The step at a position of the sequence, from what input and state give.
    func next(_ fromInput: Node, _ fromState: Node, _ state: CellState, at position: Int) throws(Failure) -> CellState {
        let next = try next(fromInput, fromState, state)
        guard let isThere = try isThere?.slice(at: position) else { return next }
        return CellState(
            hidden: try Node.select(isThere, next.hidden, state.hidden),
            cells: try both(next.cells, state.cells).map { (cells) throws(Failure) in
                try Node.select(isThere, cells.0, cells.1)
            })
    }

    private func both(_ a: Node?, _ b: Node?) -> (Node, Node)? {
        guard let a, let b else { return nil }
        return (a, b)
    }

    /// The next state, from what input and state give.
    private func next(_ fromInput: Node, _ fromState: Node, _ state: CellState) throws(Failure) -> CellState {
        func gates(_ sums: Node) throws(Failure) -> [Node] { try sums.parts(sums.shape.count - 1, cell.gates) }
        switch cell {
        case .tanh: return CellState(hidden: try (fromInput + fromState).tanh())
        case .relu: return CellState(hidden: try (fromInput + fromState).relu())
        case .lstm:
            guard let before = state.cells else {
                throw .internal(operation: name, "an LSTM has no cell state")
            }
            let gates = try gates(fromInput + fromState)
            let cells = try gates[1].sigmoid() * before + gates[0].sigmoid() * gates[2].tanh()
            let output = try gates[3].sigmoid() * cells.tanh()
            return CellState(
                hidden: try projection.map { (p) throws(Failure) in try output.linear(p, nil) } ?? output, cells: cells)
        case .gru:
            let (a, b) = (try gates(fromInput), try gates(fromState))
            let (reset, update) = (try (a[0] + b[0]).sigmoid(), try (a[1] + b[1]).sigmoid())
            let new = try (a[2] + reset * b[2]).tanh()
            return CellState(hidden: try new + update * (state.hidden - new))
        }
    }

    /// The states at all steps of [steps, n, input], and the last one; backward from the last step to the first.
    func run(_ x: Node, from initial: CellState, isBackward: Bool) throws(Failure) -> (states: Node, last: CellState) {
        try check(x.slice(at: 0), initial.hidden, initial.cells)
        let products = try products(of: x)
        let nodes = [products, initial.hidden, hidden] + [initial.cells, hiddenBias].compactMap { $0 }
        guard ThreadState.current.isGradEnabled, nodes.contains(where: { $0.requiresGrad }), projection == nil,
            isThere?.mapLevel ?? 0 == 0
        else {
            if let (operation, node) = try fused(products, initial, isBackward: isBackward, keeps: false) {
                return try operation.states(of: node)
            }
            return try run(products, initial, isBackward: isBackward) { _, _, _ in }
        }
        return try RecurrentSteps(self, nodes, isBackward: isBackward).apply()
    }

    /// The steps as one, if there is such a step.
    func fused(_ products: Node, _ initial: CellState, isBackward: Bool, keeps: Bool) throws(Failure) -> (
        operation: FusedRecurrence, node: Node
    )? {
        guard projection == nil,
            let operation = FusedRecurrence(
                cell, fromInputs: products, state: initial.hidden, weights: hidden, cells: initial.cells,
                bias: hiddenBias, isThere: isThere, isBackward: isBackward, keeps: keeps)
        else { return nil }
        let operands = [products, initial.hidden, hidden] + [initial.cells, hiddenBias, isThere].compactMap { $0 }
        return (operation, try operation.record(operands))
    }

    /// The same from what the inputs give at all steps. `note` is told of each step: what input and state give, and the
    /// state before.
    func run(
        _ products: Node, _ initial: CellState, isBackward: Bool, note: (Node, Node, CellState) -> Void
    ) throws(Failure) -> (states: Node, last: CellState) {
        let steps = products.shape[0]
        let parts = try products.parts(0, steps)
        var (state, states) = (initial, [Node]())
        for step in 0..<steps {
            let position = isBackward ? steps - 1 - step : step
            let fromInput = try parts[position].slice(at: 0)
            let fromState = try self.products(of: state)
            note(fromInput, fromState, state)
            state = try next(fromInput, fromState, state, at: position)
            states.append(state.hidden)
        }
        return (try Node.stacked(isBackward ? states.reversed() : states), state)
    }
}

extension Node {
    /// The slice at a position of axis 0, which goes.
    func slice(at place: Int) throws(Failure) -> Node {
        try part(0, place, 1).reshape(Array(shape.dropFirst()))
    }

    /// Nodes of one type along a new first axis.
    static func stacked(_ nodes: [Node]) throws(Failure) -> Node {
        try Concatenate(axis: 0).record(nodes.map { (node) throws(Failure) in try node.reshape([1] + node.shape) })
    }
}
