import Engine

/// Layers of recurrent cells over sequences, and cells by themselves.
public class RecurrentLayer: Module {
    fileprivate let cell: Tensor.Cell
    private let layout: Tensor.RecurrentLayout
    private let (inputSize, hiddenSize, projection): (Int, Int, Int)
    private let hasBiases: Bool

    fileprivate static let sizes = [
        Parameter("input_size", .integer, "extent of the last axis of the input"),
        Parameter("hidden_size", .integer, "extent of the last axis of the hidden state"),
        Parameter("num_layers", .integer, .integer(1), "how many layers lie on each other"),
    ]
    fileprivate static let ways = [
        Parameter("bias", .flag, .flag(true), "whether biases are added"),
        Parameter("batch_first", .flag, .flag(false), "whether input and output are [n, steps, ...]"),
        Parameter("dropout", .real, .real(0), "the probability of dropout between layers, in training"),
        Parameter("bidirectional", .flag, .flag(false), "whether each layer goes backward too"),
    ]

    fileprivate static func documentation(_ first: String, gates: String) -> String {
        """
        \(first)

        input [steps, n, input_size], or [n, steps, input_size] with batch_first, or [steps, input_size] -> output \
        [steps, n, directions hidden_size], the last layer's states at all steps, and the last states of each layer \
        and direction, [num_layers directions, n, hidden_size]. First states that are not given are zeros. lengths \
        [n], whole numbers: how many steps of each row count; the output behind them is zeros.

        weight_ih_l0 [\(gates)hidden_size, input], weight_hh_l0 [\(gates)hidden_size, hidden_size], bias_ih_l0 and \
        bias_hh_l0, of the backward direction with _reverse at the end, start in U(-k, k), k = 1 / sqrt(hidden_size).
        """
    }

    fileprivate init(_ arguments: Arguments, _ cell: Tensor.Cell, projection: Int = 0) throws(Failure) {
        let name = arguments.signature.name
        (self.cell, self.projection) = (cell, projection)
        (inputSize, hiddenSize) = (try arguments.integer("input_size"), try arguments.integer("hidden_size"))
        let (layers, dropout) = (try arguments.integer("num_layers"), try arguments.real("dropout"))
        guard inputSize > 0, hiddenSize > 0, layers > 0 else {
            throw .argument(
                operation: name,
                "sizes and layers must be positive, but are \(inputSize), \(hiddenSize) and \(layers)")
        }
        guard (0...1).contains(dropout) else {
            throw .argument(operation: name, "dropout must be from 0 to 1, but is \(dropout)")
        }
        guard (0..<hiddenSize).contains(projection) else {
            throw .argument(
                operation: name, "proj_size must be 0 or below hidden_size, \(hiddenSize), but is \(projection)")
        }
        hasBiases = try arguments.flag("bias")
        layout = Tensor.RecurrentLayout(
            layers: layers, isBidirectional: try arguments.flag("bidirectional"), dropout: dropout,
            isBatchFirst: try arguments.flag("batch_first"))
        let dtype = try arguments.floats()
        super.init(arguments)
        let (rows, out) = (cell.gates * hiddenSize, projection > 0 ? projection : hiddenSize)
        let bound = 1 / Double(hiddenSize).squareRoot()
        for place in 0..<layers * directions {
            let width = place < directions ? inputSize : out * directions
            var shapes: [Shape] = [[rows, width], [rows, out]]
            if hasBiases { shapes += [[rows], [rows]] }
            if projection > 0 { shapes.append([projection, hiddenSize]) }
            for (name, shape) in zip(names(place), shapes) {
                try setParameter(name, Generator.standard().draw(.uniform, dtype, shape, -bound, bound))
            }
        }
    }

    private var directions: Int { layout.isBidirectional ? 2 : 1 }

    /// Names of the weights of a layer and direction, in order.
    private func names(_ place: Int) -> [String] {
        let end = "_l\(place / directions)" + (place % directions == 1 ? "_reverse" : "")
        let own = ["weight_ih", "weight_hh"] + (hasBiases ? ["bias_ih", "bias_hh"] : [])
        return (own + (projection > 0 ? ["weight_hr"] : [])).map { $0 + end }
    }

    private func weights() throws(Failure) -> [Tensor.CellWeights] {
        var found: [Tensor.CellWeights] = []
        for place in 0..<layout.layers * directions {
            var own: [Tensor] = []
            for name in names(place) {
                guard let tensor = parameter(name) else {
                    throw .state(operation: className, "its \(name) has been removed")
                }
                own.append(tensor)
            }
            found.append(
                Tensor.CellWeights(
                    input: own[0], hidden: own[1], inputBias: hasBiases ? own[2] : nil,
                    hiddenBias: hasBiases ? own[3] : nil, projection: projection > 0 ? own[own.count - 1] : nil))
        }
        return found
    }

    /// As PyTorch prints it: sizes, and the arguments that differ from their defaults.
    public override var summary: String {
        let names = ["proj_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional"]
        let initial = byName(constructor?.parameters ?? [])
        let values = byName(attributes)
        return
            ([inputSize, hiddenSize].map(String.init)
            + names.compactMap { name in
                guard let value = values[name], initial[name]?.isSame(as: value) == false else { return nil }
                return "\(name)=\(value.literal)"
            }).joined(separator: ", ")
    }

    public override func forward(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        let hasCells = cell == .lstm
        let given = inputs + [Tensor?](repeating: nil, count: 4)
        guard var x = given[0] else { throw .internal(operation: className, "an input is expected") }
        let lengths = given[hasCells ? 3 : 2]
        let isBatched = x.shape.count == 3
        guard isBatched || x.shape.count == 2 else {
            throw .shape(
                operation: className, "an input with two or three axes is expected, but it is \(x.shape)")
        }
        guard x.shape[x.shape.count - 1] == inputSize else {
            throw .shape(
                operation: className,
                "\(inputSize) features are expected, but found \(x.shape[x.shape.count - 1])")
        }
        let axis = layout.isBatchFirst ? 0 : 1
        if !isBatched { x = try x.unsqueeze(axis) }
        func state(_ given: Tensor?, _ width: Int, _ what: String) throws(Failure) -> Tensor {
            let rows = layout.layers * directions
            guard let given else { return try Tensor.full([rows, x.shape[axis], width], 0, x.dtype) }
            guard given.shape.count == (isBatched ? 3 : 2) else {
                throw .shape(
                    operation: className,
                    "\(what) of \((isBatched ? [rows, x.shape[axis], width] : [rows, width])) are expected, but "
                        + "they are \(given.shape)")
            }
            return isBatched ? given : try given.unsqueeze(1)
        }
        guard !hasCells || (given[1] == nil) == (given[2] == nil) else {
            throw .argument(operation: className, "both hidden and cell states are expected, or none of them")
        }
        var layout = layout
        if !isTraining { layout.dropout = 0 }
        let found = try x.recurrent(
            cell, hidden: state(given[1], projection > 0 ? projection : hiddenSize, "hidden states"),
            cells: hasCells ? state(given[2], hiddenSize, "cell states") : nil, weights(), layout, lengths: lengths,
            className)
        guard !isBatched else { return [found.output, found.hidden] + (found.cells.map { [$0] } ?? []) }
        return [try found.output.squeeze([axis]), try found.hidden.squeeze([1])]
            + (try found.cells.map { (cells) throws(Failure) in [try cells.squeeze([1])] } ?? [])
    }
}

private let sequenceInputs = [Input("input"), Input("hx", optional: true), Input("lengths", optional: true)]
private let nonlinearity = Parameter("nonlinearity", .choice(["tanh", "relu"]), .text("tanh"), "'tanh' or 'relu'")

public final class RNN: RecurrentLayer, Registered {
    public static let signature = Signature(
        "RNN", RecurrentLayer.sizes + [nonlinearity] + RecurrentLayer.ways + [.dtype], inputs: sequenceInputs,
        outputs: ["output", "h_n"],
        RecurrentLayer.documentation(
            "Layers of h' = tanh(W_ih x + b_ih + W_hh h + b_hh) over a sequence, or with relu (Elman 1990).", gates: "")
    )

    public required init(_ arguments: Arguments) throws(Failure) {
        try super.init(arguments, arguments.text("nonlinearity") == "tanh" ? .tanh : .relu)
    }
}

public final class LSTM: RecurrentLayer, Registered {
    public static let signature = Signature(
        "LSTM",
        RecurrentLayer.sizes + RecurrentLayer.ways
            + [
                Parameter(
                    "proj_size", .integer, .integer(0),
                    "where above 0, the hidden state is a projection of that many numbers"),
                .dtype,
            ],
        inputs: [
            Input("input"), Input("h_0", optional: true), Input("c_0", optional: true),
            Input("lengths", optional: true),
        ],
        outputs: ["output", "(h_n, c_n)"],
        RecurrentLayer.documentation(
            """
            Layers of long short-term memory over a sequence, gates i, f, g, o: c' = f c + i g and h' = o tanh(c') \
            (Hochreiter and Schmidhuber 1997); with proj_size h' = W_hr o tanh(c') (Sak et al. 2014), where \
            weight_hr_l0 is [proj_size, hidden_size].
            """, gates: "4 "))

    public required init(_ arguments: Arguments) throws(Failure) {
        try super.init(arguments, .lstm, projection: arguments.integer("proj_size"))
    }
}

public final class GRU: RecurrentLayer, Registered {
    public static let signature = Signature(
        "GRU", RecurrentLayer.sizes + RecurrentLayer.ways + [.dtype], inputs: sequenceInputs,
        outputs: ["output", "h_n"],
        RecurrentLayer.documentation(
            "Layers of gated recurrent units over a sequence, gates r, z, n: h' = n + z (h - n) (Cho et al. 2014).",
            gates: "3 "))

    public required init(_ arguments: Arguments) throws(Failure) { try super.init(arguments, .gru) }
}

/// One step of a recurrent cell.
public class RecurrentCell: Module {
    fileprivate let cell: Tensor.Cell
    private let (inputSize, hiddenSize): (Int, Int)

    fileprivate static let sizes = [
        Parameter("input_size", .integer, "extent of the last axis of the input"),
        Parameter("hidden_size", .integer, "extent of the last axis of the state"),
        Parameter("bias", .flag, .flag(true), "whether biases are added"),
    ]

    fileprivate static func documentation(_ first: String, gates: String) -> String {
        """
        \(first)

        input [n, input_size] or [input_size], states [n, hidden_size] or [hidden_size], by default zeros. weight_ih \
        [\(gates)hidden_size, input_size], weight_hh [\(gates)hidden_size, hidden_size], bias_ih and bias_hh start in \
        U(-k, k), k = 1 / sqrt(hidden_size).
        """
    }

    fileprivate init(_ arguments: Arguments, _ cell: Tensor.Cell) throws(Failure) {
        self.cell = cell
        (inputSize, hiddenSize) = (try arguments.integer("input_size"), try arguments.integer("hidden_size"))
        guard inputSize > 0, hiddenSize > 0 else {
            throw .argument(
                operation: arguments.signature.name, "sizes must be positive, but are \(inputSize) and \(hiddenSize)")
        }
        let dtype = try arguments.floats()
        super.init(arguments)
        let (rows, bound) = (cell.gates * hiddenSize, 1 / Double(hiddenSize).squareRoot())
        var shapes: [(String, Shape)] = [("weight_ih", [rows, inputSize]), ("weight_hh", [rows, hiddenSize])]
        if try arguments.flag("bias") { shapes += [("bias_ih", [rows]), ("bias_hh", [rows])] }
        for (name, shape) in shapes {
            try setParameter(name, Generator.standard().draw(.uniform, dtype, shape, -bound, bound))
        }
    }

    /// Biases that were taken away or added count.
    public override var arguments: Arguments? {
        try? super.arguments?.replacing("bias", .flag(parameter("bias_ih") != nil))
    }

    /// As PyTorch prints it: sizes, and the arguments that differ from their defaults.
    public override var summary: String {
        let initial = byName(constructor?.parameters ?? [])
        return
            ([inputSize, hiddenSize].map(String.init)
            + attributes.dropFirst(2).compactMap { name, value in
                guard initial[name]?.isSame(as: value) == false else { return nil }
                return "\(name)=\(value.text ?? value.literal)"
            }).joined(separator: ", ")
    }

    public override func forward(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        let given = inputs + [Tensor?](repeating: nil, count: 3)
        guard let x = given[0] else { throw .internal(operation: className, "an input is expected") }
        guard x.shape.last == inputSize, x.shape.count <= 2 else {
            throw .shape(
                operation: className,
                "\(inputSize) features of one or several rows are expected, but found \(x.shape)")
        }
        guard let input = parameter("weight_ih"), let hidden = parameter("weight_hh") else {
            throw .state(operation: className, "its weights have been removed")
        }
        let zeros = try Tensor.full(Array(x.shape.dropLast()) + [hiddenSize], 0, x.dtype)
        let found = try x.step(
            cell, given[1] ?? zeros, cells: cell == .lstm ? given[2] ?? zeros : nil,
            Tensor.CellWeights(
                input: input, hidden: hidden, inputBias: parameter("bias_ih"), hiddenBias: parameter("bias_hh")),
            className)
        return [found.hidden] + (found.cells.map { [$0] } ?? [])
    }
}

public final class RNNCell: RecurrentCell, Registered {
    public static let signature = Signature(
        "RNNCell", RecurrentCell.sizes + [nonlinearity, .dtype], inputs: [Input("input"), Input("hx", optional: true)],
        RecurrentCell.documentation(
            "One step h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or with relu.", gates: ""))

    public required init(_ arguments: Arguments) throws(Failure) {
        try super.init(arguments, arguments.text("nonlinearity") == "tanh" ? .tanh : .relu)
    }
}

public final class LSTMCell: RecurrentCell, Registered {
    public static let signature = Signature(
        "LSTMCell", RecurrentCell.sizes + [.dtype],
        inputs: [Input("input"), Input("h_0", optional: true), Input("c_0", optional: true)],
        outputs: ["h_1", "c_1"],
        RecurrentCell.documentation(
            """
            One step of long short-term memory, gates i, f, g, o: c' = f c + i g and h' = o tanh(c') (Hochreiter and \
            Schmidhuber 1997).
            """, gates: "4 "))

    public required init(_ arguments: Arguments) throws(Failure) { try super.init(arguments, .lstm) }
}

public final class GRUCell: RecurrentCell, Registered {
    public static let signature = Signature(
        "GRUCell", RecurrentCell.sizes + [.dtype], inputs: [Input("input"), Input("hx", optional: true)],
        RecurrentCell.documentation(
            "One step of a gated recurrent unit, gates r, z, n: h' = n + z (h - n) (Cho et al. 2014).", gates: "3 "))

    public required init(_ arguments: Arguments) throws(Failure) { try super.init(arguments, .gru) }
}

private func byName(_ parameters: [Parameter]) -> [String: Value] {
    Dictionary(parameters.compactMap { parameter in parameter.initial.map { (parameter.name, $0) } }) { first, _ in
        first
    }
}

private func byName(_ attributes: [(name: String, value: Value)]) -> [String: Value] {
    Dictionary(attributes.map { ($0.name, $0.value) }) { first, _ in first }
}
