/// The steps of a recurrent layer, whose gradients go back step by step and reach the weights in one product: step by
/// step a gradient of all weights would be kept for each. Where there is one step of the plan for all of them
/// (`FusedRecurrence`), there is one for the gradients. Where derivatives are differentiated again, they are those of
/// the steps one by one.
final class RecurrentSteps: DerivativeRule {
    private let recurrence: Recurrence
    private let isBackward: Bool
    /// What the inputs give at all steps, the first hidden state, the hidden weights; an LSTM's first cells; a bias.
    private let origins: [Tensor]
    /// All steps as one, and what it leaves.
    private var fused: (operation: FusedRecurrence, node: Tensor)?
    /// Else, of each step, in the order in which they are taken.
    private var steps: [(fromInput: Tensor, fromState: Tensor, hidden: Tensor, cells: Tensor?)] = []
    var hasReverse: Bool { true }
    var hasForward: Bool { true }

    init(_ recurrence: Recurrence, _ origins: [Node], isBackward: Bool) {
        (self.recurrence, self.isBackward, self.origins) = (recurrence, isBackward, origins.map(Tensor.init))
    }

    private var hasCells: Bool { recurrence.cell == .lstm }

    /// The states at all steps and the last one, with these derivatives.
    func apply() throws(Failure) -> (states: Node, last: CellState) {
        let nodes = origins.map(\.stored)
        let values = try ThreadState.valuesByRule(of: nodes) { () throws(Failure) -> [Node] in
            let (bound, first) = self.bound(to: nodes)
            if let found = try bound.fused(nodes[0], first, isBackward: self.isBackward, keeps: true) {
                self.fused = (found.operation, Tensor(found.node))
                return flat(try found.operation.states(of: found.node))
            }
            return try self.run(on: nodes) { fromInput, fromState, state in
                self.steps.append(
                    (Tensor(fromInput), Tensor(fromState), Tensor(state.hidden), state.cells.map(Tensor.init)))
            }
        }
        let results = try CustomCall(rule: self, values: values.map(Tensor.init)).apply(to: origins.map(\.stored))
        return (results[0], CellState(hidden: results[1], cells: results.count > 2 ? results[2] : nil))
    }

    private func run(on nodes: [Node], note: (Node, Node, CellState) -> Void = { _, _, _ in }) throws(Failure) -> [Node]
    {
        let (bound, first) = bound(to: nodes)
        return flat(try bound.run(nodes[0], first, isBackward: isBackward, note: note))
    }

    private func flat(_ found: (states: Node, last: CellState)) -> [Node] {
        [found.states, found.last.hidden] + [found.last.cells].compactMap { $0 }
    }

    /// The layer with the weights among these inputs, and its first state.
    private func bound(to nodes: [Node]) -> (Recurrence, first: CellState) {
        var copy = recurrence
        copy.hidden = nodes[2]
        if copy.hiddenBias != nil { copy.hiddenBias = nodes[nodes.count - 1] }
        return (copy, CellState(hidden: nodes[1], cells: hasCells ? nodes[3] : nil))
    }

    func reverse(_ cotangents: [Tensor?], outputs: [Tensor], needed: [Bool]) throws(Failure) -> [Tensor?] {
        let inputs = inputs(of: outputs, own: origins)
        // What the steps have computed is that of the rule's own inputs.
        guard !ThreadState.current.isGradEnabled, zip(inputs, origins).allSatisfy({ $0 === $1.stored }) else {
            return try oneByOne(inputs, cotangents)
        }
        let along = cotangents.map { $0?.stored }
        let found: Gradients
        if let fused {
            guard along.allSatisfy({ $0?.mapLevel ?? 0 == 0 }) else { return try oneByOne(inputs, cotangents) }
            found = try gradients(fused, along)
        } else {
            found = try gradients(along, keepsStates: needed[2])
        }
        var result = [Node?](repeating: nil, count: origins.count)
        (result[0], result[1]) = (found.fromInputs, found.first.hidden)
        let (steps, rows) = (found.fromStates.shape[0], found.fromStates.shape[1])
        let sums = try found.fromStates.reshape([steps * rows, found.fromStates.shape[2]])
        if let states = found.statesBefore {
            result[2] = try MatMul(transposeA: true).record([sums, states])
        }
        if hasCells { result[3] = found.first.cells }
        if recurrence.hiddenBias != nil { result[origins.count - 1] = try sums.sum([0], keepdims: false) }
        return result.map { $0.map(Tensor.init) }
    }

    /// The gradients of what inputs and states give at all positions, [steps, rows, gates x width], and of the first
    /// state.
    private struct Gradients {
        var fromInputs: Node
        var fromStates: Node
        var first: (hidden: Node?, cells: Node?)
        /// The states that the positions start from, a row for each row of each position.
        var statesBefore: Node?
    }

    private func gradients(_ fused: (operation: FusedRecurrence, node: Tensor), _ along: [Node?]) throws(Failure)
        -> Gradients
    {
        let (operation, node) = (fused.operation, fused.node.stored)
        let found = try FusedRecurrenceGradient.record(
            operation, node, origins[2].stored, along, isThere: recurrence.isThere)
        return Gradients(
            fromInputs: found.fromInputs, fromStates: found.fromStates, first: (found.first.hidden, found.first.cells),
            statesBefore: try operation.statesBefore(of: node))
    }

    private func gradients(_ along: [Node?], keepsStates: Bool) throws(Failure) -> Gradients {
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
        func inOrder<T>(_ ofSteps: [T]) -> [T] { isBackward ? ofSteps : ofSteps.reversed() }
        let sums = try Node.stacked(inOrder(fromStates))
        var result = Gradients(
            fromInputs: try Node.stacked(inOrder(fromInputs)), fromStates: sums, first: (state.hidden, state.cells))
        if keepsStates {
            let hidden = try Node.stacked(
                inOrder(steps.reversed()).map { (step) throws(Failure) in try step.hidden.stored.cast(sums.dtype) })
            result.statesBefore = try hidden.reshape([hidden.shape[0] * hidden.shape[1], hidden.shape[2]])
        }
        return result
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
