/// Recurrent cells, and layers of them over whole sequences, as torch has them.
extension Functions {
    private static let state = Parameter("hx", .tensor, "The hidden state, [n, hidden] or [hidden].")
    private static let cellState = Parameter("cx", .tensor, "The cell state, of the same shape.")
    private static let cellWeights = [
        Parameter("w_ih", .tensor, "Weights of the input, [gates x hidden, input]."),
        Parameter("w_hh", .tensor, "Weights of the hidden state, [gates x hidden, hidden]."),
        Parameter("b_ih", .optional(.tensor), Value.none, "What is added to the first product, [gates x hidden]."),
        Parameter("b_hh", .optional(.tensor), Value.none, "What is added to the second, [gates x hidden]."),
    ]
    private static let stepInput = Parameter("input", .tensor, "[n, input] or [input], floats.")

    private static func cell(_ name: String, _ cell: Tensor.Cell, _ formula: String) -> Function {
        Function(name, [stepInput, state] + cellWeights, "\(formula): the next hidden state.") { a throws(Failure) in
            try a.tensor("input").step(cell, a.tensor("hx"), a.cellWeights(), name).hidden
        }
    }

    private static let sequenceParameters = [
        Parameter("has_biases", .flag, .flag(true), keyword: true, "Whether the weights come with biases."),
        Parameter("num_layers", .integer, .integer(1), keyword: true, "How many layers lie on each other."),
        Parameter(
            "dropout", .real, .real(0), keyword: true, "The probability of dropout between layers in training."),
        Parameter("train", .flag, .flag(false), keyword: true, "Whether there is dropout between layers."),
        Parameter(
            "bidirectional", .flag, .flag(false), keyword: true,
            "Whether each layer goes backward too, and its states stand beside each other."),
        Parameter(
            "batch_first", .flag, .flag(false), keyword: true,
            "Whether input and output are [n, steps, ...], not [steps, n, ...]."),
    ]
    private static let sequenceInput = Parameter("input", .tensor, "[steps, n, input], floats.")
    private static let initialState = Parameter("hx", .tensor, "The first states, [layers x directions, n, hidden].")
    private static let weights = Parameter(
        "params", .tensors,
        """
        w_ih, w_hh, and with biases b_ih and b_hh, as the cell takes them, of each layer and direction, forward first.
        """)

    private static func sequence(_ name: String, _ cell: Tensor.Cell, _ formula: String) -> Function {
        Function(
            name, [sequenceInput, initialState, weights] + sequenceParameters, outputs: ["output", "h_n"],
            """
            Layers of \(formula): the last layer's states at all steps, [steps, n, directions x hidden], and the last \
            states of each layer and direction, [layers x directions, n, hidden].
            """
        ) { a throws(Failure) in
            let found = try a.tensor("input").recurrent(
                cell, hidden: a.tensor("hx"), a.layerWeights(), a.recurrentLayout(), name)
            return [found.output, found.hidden]
        }
    }

    static let recurrence: [Function] = [
        cell("rnn_tanh_cell", .tanh, "tanh(w_ih x + b_ih + w_hh h + b_hh)"),
        cell("rnn_relu_cell", .relu, "max(w_ih x + b_ih + w_hh h + b_hh, 0)"),
        Function(
            "lstm_cell", [stepInput, state, cellState] + cellWeights, outputs: ["h", "c"],
            """
            Long short-term memory (Hochreiter and Schmidhuber 1997), gates i, f, g, o: c' = f c + i g and \
            h' = o tanh(c').
            """
        ) { a throws(Failure) in
            let found = try a.tensor("input").step(
                .lstm, a.tensor("hx"), cells: a.tensor("cx"), a.cellWeights(), "lstm_cell")
            return [found.hidden] + (found.cells.map { [$0] } ?? [])
        },
        cell(
            "gru_cell", .gru, "Gated recurrent unit (Cho et al. 2014), gates r, z, n: n + z (h - n)"),
        sequence("rnn_tanh", .tanh, "rnn_tanh_cell"),
        sequence("rnn_relu", .relu, "rnn_relu_cell"),
        Function(
            "lstm",
            [
                sequenceInput, initialState,
                Parameter("cx", .tensor, "The first cell states, [layers x directions, n, cells]."), weights,
            ] + sequenceParameters,
            outputs: ["output", "h_n", "c_n"],
            """
            Layers of lstm_cell: the last layer's states at all steps, [steps, n, directions x hidden], and the last \
            hidden and cell states of each layer and direction. Where the hidden states are narrower than the cells, \
            each direction has one more weight, the projection w_hr, [hidden, cells], after its biases.
            """
        ) { a throws(Failure) in
            let (hidden, cells) = (try a.tensor("hx"), try a.tensor("cx"))
            let found = try a.tensor("input").recurrent(
                .lstm, hidden: hidden, cells: cells, a.layerWeights(isProjected: hidden.shape.last != cells.shape.last),
                a.recurrentLayout(), "lstm")
            return [found.output, found.hidden] + (found.cells.map { [$0] } ?? [])
        },
        sequence("gru", .gru, "gru_cell"),
    ]
}

extension Arguments {
    fileprivate func cellWeights() throws(Failure) -> Tensor.CellWeights {
        Tensor.CellWeights(
            input: try tensor("w_ih"), hidden: try tensor("w_hh"), inputBias: optionalTensor("b_ih"),
            hiddenBias: optionalTensor("b_hh"))
    }

    /// The list of weights, taken apart.
    fileprivate func layerWeights(isProjected: Bool = false) throws(Failure) -> [Tensor.CellWeights] {
        let (all, hasBiases) = (try tensors("params"), try flag("has_biases"))
        let each = (hasBiases ? 4 : 2) + (isProjected ? 1 : 0)
        guard all.count % each == 0 else {
            throw .argument(
                operation: signature.name,
                "\(each) weights for each layer and direction are expected, but there are \(all.count) in all")
        }
        return stride(from: 0, to: all.count, by: each).map { first in
            Tensor.CellWeights(
                input: all[first], hidden: all[first + 1], inputBias: hasBiases ? all[first + 2] : nil,
                hiddenBias: hasBiases ? all[first + 3] : nil, projection: isProjected ? all[first + each - 1] : nil)
        }
    }

    fileprivate func recurrentLayout() throws(Failure) -> Tensor.RecurrentLayout {
        let p = try real("dropout")
        try Tensor.checkDropout(p, signature.name)
        return Tensor.RecurrentLayout(
            layers: try integer("num_layers"), isBidirectional: try flag("bidirectional"),
            dropout: try flag("train") ? p : 0, isBatchFirst: try flag("batch_first"))
    }
}
