/// The steps of a recurrent layer, whose gradients go back step by step and reach the weights in one product: step by
/// step a gradient of all weights would be kept for each. Where derivatives are differentiated again, they are those of
/// the steps one by one.
final class RecurrentSteps: DerivativeRule {
    private let recurrence: Recurrence
    private let isBackward: Bool
    /// What the inputs give at all steps, the first hidden state, the hidden weights; an LSTM's first cells; a bias.
    private let origins: [Tensor]
    /// Of each step, in the order in which they are taken.
    private var steps: [(fromInput: Tensor, fromState: Tensor, hidden: Tensor, cells: Tensor?)] = []
    var hasReverse: Bool { true }
    var hasForward: Bool { true }

    init(_ recurrence: Recurrence, _ origins: [Node], isBackward: Bool) {
        (self.recurrence, self.isBackward, self.origins) = (recurrence, isBackward, origins.map(Tensor.init))
    }

    private var hasCells: Bool { recurrence.cell == .lstm }

    /// The states at all steps and the last one, with these derivatives.
    func apply() throws(Failure) -> (states: Node, last: CellState) {
        let values = try ThreadState.withGrad(false) { () throws(Failure) in
            try self.run(on: self.origins.map(\.stored)) { fromInput, fromState, state in
                self.steps.append(
                    (Tensor(fromInput), Tensor(fromState), Tensor(state.hidden), state.cells.map(Tensor.init)))
            }
        }
        let results = try CustomCall(rule: self, values: values.map(Tensor.init)).apply(to: origins.map(\.stored))
        return (results[0], CellState(hidden: results[1], cells: results.count > 2 ? results[2] : nil))
    }

    private func run(on nodes: [Node], note: (Node, Node, CellState) -> Void = { _, _, _ in }) throws(Failure) -> [Node]
    {
        var copy = recurrence
        copy.hidden = nodes[2]
        if copy.hiddenBias != nil { copy.hiddenBias = nodes[nodes.count - 1] }
        let first = CellState(hidden: nodes[1], cells: hasCells ? nodes[3] : nil)
        let (states, last) = try copy.run(nodes[0], first, isBackward: isBackward, note: note)
        return [states, last.hidden] + (last.cells.map { [$0] } ?? [])
    }

    func reverse(_ cotangents: [Tensor?], outputs: [Tensor], needed: [Bool]) throws(Failure) -> [Tensor?] {
        let inputs = inputs(of: outputs, own: origins)
        // What the steps have computed is that of the rule's own inputs.
        guard !ThreadState.current.isGradEnabled, zip(inputs, origins).allSatisfy({ $0 === $1.stored }) else {
            return try oneByOne(inputs, cotangents)
        }
        let along = cotangents.map { $0?.stored }
        var state = (hidden: along[1], cells: along.count > 2 ? along[2] : nil)
        var (fromInputs, fromStates): ([Node], [Node]) = ([], [])
        for (place, step) in steps.enumerated().reversed() {
            let position = isBackward ? steps.count - 1 - place : place
            if let states = along[0] {
                let own = try states.slice(at: position)
                if let known = state.hidden { state.hidden = try known + own } else { state.hidden = own }
            }
            let shares = try shares(of: state, step, at: position)
            fromInputs.append(shares.fromInput)
            fromStates.append(shares.fromState)
            let weights = origins[2].stored
            var hidden = try MatMul().record([
                shares.fromState, weights.cast(shares.fromState.dtype),
            ])
            if let direct = shares.hidden { hidden = try hidden + direct }
            state = (hidden, shares.cells)
        }
        var found = [Node?](repeating: nil, count: origins.count)
        found[0] = try Node.stacked(isBackward ? fromInputs : fromInputs.reversed())
        found[1] = state.hidden
        let sums = try Node.stacked(fromStates.reversed())
        let rows = try sums.reshape([sums.shape[0] * sums.shape[1], sums.shape[2]])
        if needed[2] {
            let hidden = try Node.stacked(
                steps.map { (step) throws(Failure) in try step.hidden.stored.cast(rows.dtype) })
            found[2] = try MatMul(transposeA: true).record([
                rows, hidden.reshape([rows.shape[0], hidden.shape[2]]),
            ])
        }
        if hasCells { found[3] = state.cells }
        if recurrence.hiddenBias != nil { found[origins.count - 1] = try rows.sum([0], keepdims: false) }
        return found.map { $0.map(Tensor.init) }
    }

    /// What of the cotangents of one step's result goes to what input and state gave, and to the state itself.
    private func shares(
        of state: (hidden: Node?, cells: Node?),
        _ step: (fromInput: Tensor, fromState: Tensor, hidden: Tensor, cells: Tensor?), at position: Int
    ) throws(Failure) -> (fromInput: Node, fromState: Node, hidden: Node?, cells: Node?) {
        // Without a barrier, so that a plan finds what the step has computed forward.
        func variable(_ tensor: Tensor) -> Node {
            Node(Identity(), [tensor.stored], tensor.stored.type, requiresGrad: true)
        }
        let variables = [step.fromInput, step.fromState, step.hidden].map(variable)
        let cells = step.cells.map(variable)
        let next = try ThreadState.withGrad(true) { () throws(Failure) in
            try recurrence.next(
                variables[0], variables[1], CellState(hidden: variables[2], cells: cells), at: position)
        }
        var (roots, seeds): ([Node], [Node]) = ([], [])
        for (root, seed) in [(next.hidden, state.hidden), (next.cells ?? next.hidden, state.cells)] {
            guard let seed else { continue }
            roots.append(root)
            seeds.append(seed)
        }
        let found = try reverseMode(roots, seeds, wanted: variables + (cells.map { [$0] } ?? []))
        return (
            try found[0].orZeros(like: variables[0]), try found[1].orZeros(like: variables[1]), found[2],
            found.count > 3 ? found[3] : nil
        )
    }

    private func oneByOne(_ inputs: [Node], _ cotangents: [Tensor?]) throws(Failure) -> [Tensor?] {
        let variables = inputs.map { variable(of: $0, behind: []) }
        let results = try ThreadState.withGrad(true) { () throws(Failure) in try self.run(on: variables) }
        return try reverseMode(results, along: cotangents, wanted: variables)
    }

    func forward(_ tangents: [Tensor?], outputs: [Tensor]) throws(Failure) -> [Tensor?] {
        let variables = inputs(of: outputs, own: origins).map { variable(of: $0, behind: []) }
        let results = try ThreadState.withGrad(true) { () throws(Failure) in try self.run(on: variables) }
        return try forwardMode(results, variables, along: tangents)
    }
}
