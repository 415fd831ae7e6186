/// A recurrent cell.
public enum RecurrentCell: String, CaseIterable, Codable, Sendable {
    /// h' = tanh(W x + b + U h + c)
    case tanh
    /// The same with max(., 0).
    case relu
    /// Hochreiter and Schmidhuber 1997, with the gates i, f, g, o in this order.
    case lstm
    /// Cho et al. 2014, with the gates r, z, n in this order; the reset gate multiplies U h + c.
    case gru

    /// How many gates the rows of the weights belong to.
    public var gates: Int {
        switch self {
        case .tanh, .relu: return 1
        case .lstm: return 4
        case .gru: return 3
        }
    }

    /// How many numbers of a unit its gradient starts from: an LSTM's gates; a GRU's gates, and what the new one gets
    /// from the state.
    var kept: Int {
        switch self {
        case .tanh, .relu: return 0
        case .lstm, .gru: return 4
        }
    }
}

/// A sequence through a layer of cells, and how what it leaves lies in memory.
public struct RecurrentExtents: Hashable, Codable, Sendable {
    public var cell: RecurrentCell
    public var steps: Int
    public var rows: Int
    /// Of the state.
    public var width: Int
    /// From the last step to the first.
    public var isBackward: Bool

    public init(cell: RecurrentCell, steps: Int, rows: Int, width: Int, isBackward: Bool) {
        (self.cell, self.steps, self.rows, self.width) = (cell, steps, rows, width)
        self.isBackward = isBackward
    }

    /// What a row gives to the gates.
    public var sums: Int { cell.gates * width }
    public var hasCells: Bool { cell == .lstm }
    /// States at all steps, and the first one where the sequence begins: [steps + 1, rows, width].
    public var statesCount: Int { (steps + 1) * rows * width }
    /// From the states to what the gates have kept, [steps, rows, kept]: an LSTM's cells lie between, as its states do.
    public var keptOffset: Int { hasCells ? 2 * statesCount : statesCount }
    public var keptWidth: Int { cell.kept * width }
    /// What `RecurrentStep` leaves. `keeps`: with what its gradient starts from.
    public func count(keeps: Bool) -> Int { keptOffset + (keeps ? steps * rows * keptWidth : 0) }

    /// Among the states: that of a position of the sequence, and the one before it in the order of steps.
    public func place(_ position: Int) -> (own: Int, before: Int) {
        isBackward ? (position, position + 1) : (position + 1, position)
    }

    /// The position of a step.
    public func position(_ step: Int) -> Int { isBackward ? steps - 1 - step : step }

    // What `RecurrentGradientStep` leaves, in this order: the gradients of what the state gave to the gates, [steps,
    // rows, sums]; of what the input gave, where that is another, as in a GRU; of the first state, [rows, width]; of
    // an LSTM's first cells.
    public var gradientSumsCount: Int { steps * rows * sums }
    public var hasInputGradient: Bool { cell == .gru }
    public var gradientStateOffset: Int { gradientSumsCount * (hasInputGradient ? 2 : 1) }
    public var gradientCount: Int { gradientStateOffset + rows * width * (hasCells ? 2 : 1) }

    var operations: Double { 2 * Double(steps) * Double(rows) * Double(width) * Double(sums) }
}

/// All steps of a recurrent layer. The result is [states, an LSTM's cells, what the gradient starts from], as
/// `RecurrentExtents` says.
public struct RecurrentStep: StepDescription {
    public var dtype: DType
    public var extents: RecurrentExtents
    /// Whether it leaves what the gradient starts from.
    public var keeps: Bool
    /// What the inputs give to the gates, biases and all: [steps, rows, sums].
    public var inputs: Int
    /// The first state, [rows, width], and an LSTM's first cells.
    public var state: Int
    public var cells: Int?
    /// [sums, width]
    public var weights: Int
    /// What is added to the product of the state: [sums].
    public var bias: Int?
    /// Where a row's sequence goes on, bool [steps, rows]: elsewhere its state stays. nil: everywhere.
    public var isThere: Int?
    public var result: Int

    public init(
        dtype: DType, extents: RecurrentExtents, keeps: Bool, inputs: Int, state: Int, cells: Int?, weights: Int,
        bias: Int?, isThere: Int?, result: Int
    ) {
        (self.dtype, self.extents, self.keeps) = (dtype, extents, keeps)
        (self.inputs, self.state, self.cells, self.weights) = (inputs, state, cells, weights)
        (self.bias, self.isThere, self.result) = (bias, isThere, result)
    }

    public var reads: [Int] { [inputs, state, weights] + [cells, bias, isThere].compactMap { $0 } }
    public var writes: [Int] { [result] }
    public var operations: Double { extents.operations }
}

/// The gradients of `RecurrentStep`, from the last step taken to the first. The result lies as `RecurrentExtents` says;
/// the gradients of weights and bias are sums over it.
public struct RecurrentGradientStep: StepDescription {
    public var dtype: DType
    public var extents: RecurrentExtents
    /// What `RecurrentStep` has left, with what it keeps.
    public var forward: Int
    public var weights: Int
    /// The cotangents of all states, [steps, rows, width], of the last state, [rows, width], and of an LSTM's last
    /// cells; nil where there is none.
    public var states: Int?
    public var state: Int?
    public var cells: Int?
    /// As in `RecurrentStep`.
    public var isThere: Int?
    public var result: Int

    public init(
        dtype: DType, extents: RecurrentExtents, forward: Int, weights: Int, states: Int?, state: Int?, cells: Int?,
        isThere: Int?, result: Int
    ) {
        (self.dtype, self.extents, self.forward, self.weights) = (dtype, extents, forward, weights)
        (self.states, self.state, self.cells) = (states, state, cells)
        (self.isThere, self.result) = (isThere, result)
    }

    public var reads: [Int] { [forward, weights] + [states, state, cells, isThere].compactMap { $0 } }
    public var writes: [Int] { [result] }
    public var operations: Double { extents.operations }
}
