import Steps

/// All steps of a recurrent layer as one step of the plan. Inputs: what the inputs give to the gates, [steps, rows,
/// gates x width]; the first state, [rows, width]; the hidden weights, [gates x width, width]; an LSTM's first cells;
/// a bias of what the state gives; where rows go on, bool [steps, rows, 1]. The result is a row of numbers, as
/// `RecurrentExtents` lays them out. Derivatives are those of the rule that records it
/// (Derivatives/RecurrentSteps.swift).
struct FusedRecurrence: Operation, RuledOperation {
    let extents: RecurrentExtents
    /// Whether it leaves what its gradients start from.
    let keeps: Bool
    let hasBias: Bool
    let hasEnds: Bool
    var name: String { extents.name }

    func encode(into key: inout KeyBuilder) {
        extents.encode(into: &key)
        key.append(keeps)
        key.append(hasBias)
        key.append(hasEnds)
    }

    /// Products along so many terms are one chain; a state of one number makes them products with a vector, whose sums
    /// have an order of their own.
    private static let widths = 1...2048

    /// Nil where there is no such step for these operands.
    init?(
        _ cell: RecurrentCell, fromInputs: Node, state: Node, weights: Node, cells: Node?, bias: Node?, isThere: Node?,
        isBackward: Bool, keeps: Bool
    ) {
        let (shape, width) = (fromInputs.shape, weights.shape[1])
        let operands = [fromInputs, state, weights] + [cells, bias].compactMap { $0 }
        guard Pass.recurrence.isEnabled, FusedRecurrence.widths.contains(width), state.shape == [shape[1], width],
            fromInputs.dtype == .float32 || fromInputs.dtype == .float64,
            operands.allSatisfy({
                $0.dtype == fromInputs.dtype && $0.mapLevel == 0 && !$0.shape.contains(0)
            })
        else { return nil }
        if let isThere {
            guard isThere.dtype == .bool, isThere.shape == [shape[0], shape[1], 1], isThere.mapLevel == 0 else {
                return nil
            }
        }
        extents = RecurrentExtents(
            cell: cell, steps: shape[0], rows: shape[1], width: width, isBackward: isBackward)
        (self.keeps, hasBias, hasEnds) = (keeps, bias != nil, isThere != nil)
    }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        TensorType([extents.count(keeps: keeps)], inputs[0].dtype)
    }

    /// Of its result: the states at all steps, [steps, rows, width], and the last one.
    func states(of node: Node) throws(Failure) -> (states: Node, last: CellState) {
        let (count, shape) = (extents.rows * extents.width, [extents.rows, extents.width])
        let last = extents.place(extents.position(extents.steps - 1)).own
        return (
            try node.part(0, extents.place(0).own * count, extents.steps * count).reshape([extents.steps] + shape),
            CellState(
                hidden: try node.part(0, last * count, count).reshape(shape),
                cells: extents.hasCells
                    ? try node.part(0, extents.statesCount + last * count, count).reshape(shape) : nil)
        )
    }

    /// Of its result: the states that the steps start from, a row for each row of each step.
    func statesBefore(of node: Node) throws(Failure) -> Node {
        let count = extents.rows * extents.width
        return try node.part(0, extents.place(0).before * count, extents.steps * count)
            .reshape([extents.steps * extents.rows, extents.width])
    }

    /// Examples of a mapped function go through the steps one by one.
    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node {
        throw .internal(operation: name, "a recurrent step is for all examples")
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let slots = lowering.inputs(index).map { lowering.dense($0) }
        var rest = slots[3...]
        let cells = extents.hasCells ? rest.removeFirst() : nil
        let bias = hasBias ? rest.removeFirst() : nil
        let isThere = hasEnds ? rest.removeFirst() : nil
        let step = RecurrentStep(
            dtype: lowering.type(index).dtype, extents: extents, keeps: keeps, inputs: slots[0], state: slots[1],
            cells: cells, weights: slots[2], bias: bias, isThere: isThere, result: lowering.output(of: index))
        try lowering.append("\(name) \(extents.text)", .recurrence(step))
    }
}

/// The gradients of `FusedRecurrence` of what inputs and states gave, and of the first state. Inputs: what it has left,
/// its weights, and the cotangents that there are: of all states, of the last state, of an LSTM's last cells; where
/// rows go on.
struct FusedRecurrenceGradient: Operation, RuledOperation {
    let extents: RecurrentExtents
    /// Which of the cotangents there are.
    let given: [Bool]
    let hasEnds: Bool
    var name: String { "\(extents.name)_gradient" }

    func encode(into key: inout KeyBuilder) {
        extents.encode(into: &key)
        for given in given { key.append(given) }
        key.append(hasEnds)
    }

    /// - Parameter cotangents: Of all states, of the last state, of an LSTM's last cells.
    static func record(
        _ forward: FusedRecurrence, _ left: Node, _ weights: Node, _ cotangents: [Node?], isThere: Node?
    ) throws(Failure) -> (fromInputs: Node, fromStates: Node, first: CellState) {
        let extents = forward.extents
        let operation = FusedRecurrenceGradient(
            extents: extents, given: cotangents.map { $0 != nil }, hasEnds: isThere != nil)
        let node = try operation.record([left, weights] + (cotangents + [isThere]).compactMap { $0 })
        func part(_ start: Int, _ shape: Shape) throws(Failure) -> Node {
            try node.part(0, start, shape.elementCount).reshape(shape)
        }
        let (sums, state) = ([extents.steps, extents.rows, extents.sums], [extents.rows, extents.width])
        let fromStates = try part(0, sums)
        return (
            fromInputs: extents.hasInputGradient ? try part(extents.gradientSumsCount, sums) : fromStates,
            fromStates: fromStates,
            first: CellState(
                hidden: try part(extents.gradientStateOffset, state),
                cells: extents.hasCells
                    ? try part(extents.gradientStateOffset + state.elementCount, state) : nil)
        )
    }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        TensorType([extents.gradientCount], inputs[0].dtype)
    }

    /// Examples of a mapped function go through the steps one by one.
    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node {
        throw .internal(operation: name, "a recurrent step is for all examples")
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let slots = lowering.inputs(index).map { lowering.dense($0) }
        var rest = slots[2...]
        let cotangents = given.map { $0 ? rest.removeFirst() : nil }
        let step = RecurrentGradientStep(
            dtype: lowering.type(index).dtype, extents: extents, forward: slots[0], weights: slots[1],
            states: cotangents[0], state: cotangents[1], cells: cotangents.count > 2 ? cotangents[2] : nil,
            isThere: hasEnds ? rest.removeFirst() : nil, result: lowering.output(of: index))
        try lowering.append("\(name) \(extents.text)", .recurrenceGradient(step))
    }
}

extension RecurrentExtents {
    fileprivate var name: String { cell == .lstm || cell == .gru ? cell.rawValue : "rnn_\(cell.rawValue)" }
    fileprivate var text: String { "\(steps)x\(rows)x\(width)" + (isBackward ? " backward" : "") }

    fileprivate func encode(into key: inout KeyBuilder) {
        key.append([RecurrentCell.allCases.firstIndex(of: cell) ?? 0, steps, rows, width])
        key.append(isBackward)
    }
}
