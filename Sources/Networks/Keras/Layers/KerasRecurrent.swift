import Engine

/// A cell over whole sequences [N, T, ...]. Where a mask says that a step is not there, the states stay and the output
/// is that of the step before.
public class KerasRecurrentLayer: KerasLayer {
    /// Of this layer's states from call to call: boxes of their own, which are no part of the model.
    private var kept: [Tensor] = []
    private var flags: (sequences: Bool, state: Bool, backward: Bool, stateful: Bool)
    /// Whether the output of a step that is not there is 0: set by Bidirectional too.
    var zerosMasked: Bool
    /// The cell's kind, and which of the arguments are its own; nil where the cell itself is an argument.
    private let cellName: String?

    fileprivate init(_ arguments: Arguments, cell: String?) throws(Failure) {
        cellName = cell
        flags = (
            try arguments.flag("return_sequences"), try arguments.flag("return_state"),
            try arguments.flag("go_backwards"), try arguments.flag("stateful")
        )
        zerosMasked = arguments.value("zero_output_for_mask")?.flag ?? false
        try super.init(arguments)
    }

    var returnsSequences: Bool { flags.sequences }
    var returnsState: Bool { flags.state }
    override var isBuiltByInput: Bool { true }

    /// Makes the cell of the arguments of the same names.
    override func addParts(_ arguments: Arguments) throws(Failure) {
        guard let cellName, let kind = Registry.module(cellName) else { return }
        var items: [Arguments.Item] = []
        for parameter in kind.signature.parameters where parameter.name != "input_shape" {
            if parameter.name == "rank" {
                items.append(Arguments.Item(.value(.integer(Int64(rank))), keyword: "rank"))
            } else if let module = arguments.object(parameter.name) {
                items.append(Arguments.Item(.object(module), keyword: parameter.name))
            } else if let value = arguments.value(parameter.name) {
                items.append(Arguments.Item(.value(value), keyword: parameter.name))
            }
        }
        try add(kind.make(Arguments(kind.signature, items)), as: "cell")
    }

    /// Spatial axes of a step.
    fileprivate var rank: Int { 0 }

    public override var arguments: Arguments? {
        guard var found = super.arguments, cellName != nil,
            let own = children.first(where: { $0.name == "cell" })?.module.arguments
        else { return super.arguments }
        for name in KerasLayer.activationArguments where found.signature.place(of: name) != nil {
            if let value = own.value(name) { found = (try? found.replacing(name, value)) ?? found }
        }
        return found
    }

    override func build(_ shapes: [KerasShape]) throws(Failure) {
        let shape = try only(shapes)
        guard shape.count >= 2 else {
            throw .shape(operation: className, "[N, T, ...] is expected, but the input has \(shape.count + 1) axes")
        }
        // Where a file is read, its cell comes later, with its parameters.
        let cell = children.first { $0.name == "cell" }?.module
        try (cell as? any KerasStepping)?.prepare(Array(shape.dropFirst()))
    }

    override var changeable: Set<String> { super.changeable.union(["stateful", "go_backwards"]) }

    /// Setting stateful begins with states of 0 again.
    public override func setArgument(_ name: String, _ text: String) throws(Failure) {
        try super.setArgument(name, text)
        flags.backward = constructorValue("go_backwards")?.flag ?? false
        guard name == "stateful" else { return }
        flags.stateful = constructorValue("stateful")?.flag ?? false
        kept = []
    }

    /// From the last step to the first.
    func goBackwards() throws(Failure) {
        try setArgument("go_backwards", "True")
    }

    /// A mask and states say nothing of the parameters.
    override func shapes(of inputs: [Tensor?]) throws(Failure) -> [KerasShape] {
        try super.shapes(of: Array(inputs.prefix(1)))
    }

    // MARK: Forward

    override func apply(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        guard let x = inputs[0], x.shape.count == 3 + rank || cellName == nil && x.shape.count >= 3 else {
            throw .shape(
                operation: className,
                "[N, T, ...] of \(3 + rank) axes is expected, but the input is \(inputs[0]?.shape ?? [])")
        }
        guard x.shape[1] > 0 else {
            throw .shape(operation: className, "one step at least is expected, but the input is \(x.shape)")
        }
        let cell = try child("cell")
        let step = Array(x.shape.dropFirst(2))
        // A cell that somebody has replaced has seen no input yet.
        if cell.host == nil { try (cell as? any KerasStepping)?.prepare(step.map { $0 }) }
        let mask = try inputs.count > 1 ? inputs[1].map { (mask) throws(Failure) in try checked(mask, x) } : nil
        let states = try initial(x, inputs.dropFirst(2).compactMap { $0 }, cell, step)
        let steps = try x.moveAxes([1], [0])
        let isThere = try mask.map { (mask) throws(Failure) in try mask.transpose(0, 1).unsqueeze(2) }
        var run: (outputs: Tensor, last: Tensor, states: [Tensor])
        if let cell = cell as? KerasCell, cell.host == nil, !cell.dropsStates, let fused = cell.fused {
            run = try fusedRun(cell, fused, steps, states, isThere)
        } else {
            run = try plainRun(cell, steps, states, isThere)
        }
        if flags.stateful { try keep(run.states) }
        let output = try flags.sequences ? run.outputs.moveAxes([0], [1]) : run.last
        return [output] + (flags.state ? run.states : [])
    }

    private func checked(_ mask: Tensor, _ x: Tensor) throws(Failure) -> Tensor {
        guard mask.shape == Array(x.shape.prefix(2)) else {
            throw .shape(
                operation: className,
                "a mask \(Array(x.shape.prefix(2))) is expected, but it is \(mask.shape)")
        }
        return try mask.cast(.bool)
    }

    private func initial(_ x: Tensor, _ given: [Tensor], _ cell: Module, _ step: Shape) throws(Failure) -> [Tensor] {
        guard let shapes = try (cell as? any KerasStepping)?.stateShapes(step) else {
            guard !given.isEmpty else {
                throw .argument(
                    operation: className,
                    "its cell is a \(cell.className), whose states the engine does not know; give initial_state")
            }
            return given
        }
        let whole = shapes.map { [x.shape[0]] + $0 }
        if !given.isEmpty {
            guard given.map(\.shape) == whole else {
                throw .shape(
                    operation: className, "states of \(whole) are expected, but they are \(given.map(\.shape))")
            }
            return given
        }
        if flags.stateful, !kept.isEmpty {
            guard kept.map(\.shape) == whole else {
                throw .shape(
                    operation: className,
                    "a stateful layer keeps its batch: states of \(kept.map(\.shape)) are kept, but the input is "
                        + "\(x.shape); set stateful again to begin anew")
            }
            return kept.map { ForwardPass.value(of: $0) }
        }
        return try whole.map { (shape) throws(Failure) in try Tensor.full(shape, 0, x.dtype) }
    }

    private func keep(_ states: [Tensor]) throws(Failure) {
        if kept.isEmpty {
            kept = try Tensor.outsideCapture { () throws(Failure) in
                try states.map { (state) throws(Failure) in try Tensor.full(state.shape, 0, state.dtype) }
            }
        }
        for (box, state) in zip(kept, states) { try ForwardPass.write(box, state) }
    }

    /// By the engine's own cells, whose weights have a row for each gate's element.
    private func fusedRun(
        _ cell: KerasCell, _ fused: Tensor.Cell, _ x: Tensor, _ states: [Tensor], _ isThere: Tensor?
    ) throws(Failure) -> (outputs: Tensor, last: Tensor, states: [Tensor]) {
        let (kernel, recurrent) = (try cell.made("kernel"), try cell.made("recurrent_kernel"))
        guard kernel.shape.first == x.shape[2] else {
            throw .shape(
                operation: className,
                "\(kernel.shape.first ?? 0) features of a step are expected, but there are \(x.shape[2])")
        }
        var weights = Tensor.CellWeights(
            input: try kernel.transpose(0, 1), hidden: try recurrent.transpose(0, 1),
            inputBias: try cell.inputBias())
        if let cell = cell as? KerasGRUCell {
            // The engine has the reset gate first.
            weights.input = try exchanged(weights.input)
            weights.hidden = try exchanged(weights.hidden)
            weights.inputBias = try weights.inputBias.map(exchanged)
            weights.hiddenBias = try cell.stateBias().map(exchanged)
        }
        let found = try cell.dropped(x).steps(
            of: fused, from: states[0], cells: states.count > 1 ? states[1] : nil, weights, isBackward: flags.backward,
            isThere: isThere, className)
        // In the order of the steps taken.
        var outputs = try flags.backward && flags.sequences ? found.states.flip([0]) : found.states
        var last = found.hidden
        if let isThere, flags.sequences || zerosMasked {
            let taken = try flags.backward ? isThere.flip([0]) : isThere
            let zero = try Tensor.full([], 0, outputs.dtype)
            if zerosMasked {
                outputs = try Tensor.choose(taken, outputs, zero)
                last = try Tensor.choose(taken.select(0, at: taken.shape[0] - 1), last, zero)
            } else {
                // Before the first step that is there, the output is 0, whatever the state was.
                outputs = try Tensor.choose(taken.cast(.int64).cumulativeSum(0).cast(.bool), outputs, zero)
            }
        }
        if let isThere, !flags.sequences, !zerosMasked {
            let any = try isThere.reduce(.any, [0])
            last = try Tensor.choose(any, last, Tensor.full([], 0, last.dtype))
        }
        return (outputs, last, [found.hidden] + (found.cells.map { [$0] } ?? []))
    }

    private func exchanged(_ gates: Tensor) throws(Failure) -> Tensor {
        let parts = try gates.chunk(3, 0)
        return try Tensor.concatenate([parts[1], parts[0], parts[2]], 0)
    }

    /// Step by step.
    private func plainRun(_ cell: Module, _ x: Tensor, _ states: [Tensor], _ isThere: Tensor?) throws(Failure) -> (
        outputs: Tensor, last: Tensor, states: [Tensor]
    ) {
        let stepping = cell.host == nil ? cell as? any KerasStepping : nil
        let count = x.shape[0]
        var (states, outputs, before) = (states, [Tensor](), Tensor?.none)
        var inputs = x
        if let stepping {
            // All steps as one batch.
            let dropped = try stepping.dropped(x)
            let flat = try dropped.reshape([count * x.shape[1]] + x.shape.dropFirst(2))
            let products = try stepping.products(flat)
            inputs = try products.reshape([count, x.shape[1]] + products.shape.dropFirst())
        }
        let draws = try stepping?.dropoutDraws(states) ?? []
        for step in 0..<count {
            let position = flags.backward ? count - 1 - step : step
            let input = try inputs.select(0, at: position)
            var output: Tensor
            var next: [Tensor]
            if let stepping {
                (output, next) = try stepping.step(input, states, draws)
            } else {
                let found = try cell.call([input] + states).compactMap { $0 }
                guard found.count == states.count + 1, let first = found.first else {
                    throw .argument(
                        operation: className,
                        "its cell gives an output and \(states.count) states, but it gave \(found.count) tensors")
                }
                (output, next) = (first, Array(found.dropFirst()))
            }
            if let isThere {
                let row = try isThere.select(0, at: position)
                func chosen(_ new: Tensor, _ old: Tensor) throws(Failure) -> Tensor {
                    let ones = [Int](repeating: 1, count: new.shape.count - 1)
                    return try Tensor.choose(row.reshape([new.shape[0]] + ones), new, old)
                }
                let zero = try Tensor.full([], 0, output.dtype)
                output = try chosen(output, zerosMasked ? zero : before ?? zero)
                next = try zip(next, states).map { (pair) throws(Failure) in try chosen(pair.0, pair.1) }
            }
            (before, states) = (output, next)
            if flags.sequences { outputs.append(output) }
        }
        guard let last = before else { throw .internal(operation: className, "no step was taken") }
        return (flags.sequences ? try Tensor.stack(outputs, 0) : last, last, states)
    }

    // MARK: Arguments

    fileprivate static let inputs = [
        Input("sequences"), Input("mask", optional: true), Input("initial_state", optional: true, variadic: true),
    ]
    fileprivate static let sequenceFlags = [
        Parameter(
            "return_sequences", .flag, .flag(false), "whether the outputs of all steps come out, not the last one"),
        Parameter("return_state", .flag, .flag(false), "whether the last states come out behind the output"),
        Parameter("go_backwards", .flag, .flag(false), "from the last step to the first; outputs are in that order"),
        Parameter(
            "stateful", .flag, .flag(false),
            "whether a call begins with the states that the one before has ended with"),
    ]
    fileprivate static let unroll = Parameter("unroll", .flag, .flag(false), "taken as Keras takes it; nothing changes")
    fileprivate static let text =
        """
        [N, T, C] -> [N, units], or [N, T, units] with return_sequences; then the last states with return_state. mask \
        [N, T] (bool): where it is False, the states stay and the output is that of the step before. initial_state: \
        the states to begin with, in the place of zeros.

        Its child `cell` has the parameters.
        """

    /// The cell's arguments, with those of sequences.
    fileprivate static func sequenceParameters(_ cell: [Parameter], unrolls: Bool = true, _ more: [Parameter] = [])
        -> [Parameter]
    {
        var found = cell.filter { $0.name != "reset_after" && $0.name != "seed" }
        let place = found.firstIndex { $0.name == "kernel_constraint" } ?? found.count
        found.insert(contentsOf: Parameter.penalties(["activity"]), at: place)
        return KerasLayer.parameters(found + [.seed] + sequenceFlags + (unrolls ? [unroll] : []) + more)
    }
}

public final class KerasSimpleRNN: KerasRecurrentLayer, Registered {
    public static let signature = Signature(
        "keras.SimpleRNN", KerasRecurrentLayer.sequenceParameters(KerasSimpleCell.own), inputs: inputs,
        outputs: ["output", "states"], "Steps of SimpleRNNCell: h' = activation(x K + h R + b).\n\n" + text)

    public init(_ arguments: Arguments) throws(Failure) { try super.init(arguments, cell: "keras.SimpleRNNCell") }
}

public final class KerasLSTM: KerasRecurrentLayer, Registered {
    public static let signature = Signature(
        "keras.LSTM",
        KerasRecurrentLayer.sequenceParameters(
            KerasLSTMCell.own,
            [Parameter("use_cudnn", .constant, .text("auto"), "taken as Keras takes it; nothing changes")]),
        inputs: inputs, outputs: ["output", "states"],
        "Steps of LSTMCell. Hochreiter and Schmidhuber 1997.\n\n" + text)

    public init(_ arguments: Arguments) throws(Failure) { try super.init(arguments, cell: "keras.LSTMCell") }
}

public final class KerasGRU: KerasRecurrentLayer, Registered {
    public static let signature = Signature(
        "keras.GRU",
        KerasRecurrentLayer.sequenceParameters(
            KerasGRUCell.own,
            KerasGRUCell.own.filter { $0.name == "reset_after" }
                + [Parameter("use_cudnn", .constant, .text("auto"), "taken as Keras takes it; nothing changes")]),
        inputs: inputs, outputs: ["output", "states"], "Steps of GRUCell. Cho et al. 2014.\n\n" + text)

    public init(_ arguments: Arguments) throws(Failure) { try super.init(arguments, cell: "keras.GRUCell") }
}

public final class KerasRNN: KerasRecurrentLayer, Registered {
    public static let signature = Signature(
        "keras.RNN",
        KerasLayer.parameters(
            [Parameter("cell", .optional(.module), Value.none, "the cell, or StackedRNNCells")] + sequenceFlags + [
                unroll,
                Parameter(
                    "zero_output_for_mask", .flag, .flag(false),
                    "whether the output of a step that is not there is 0"),
            ]) + [Parameter("modules", .module, variadic: true, "in the place of the cell: 'cell'=...")],
        inputs: inputs, outputs: ["output", "states"], "Steps of any cell.\n\n" + text)

    public init(_ arguments: Arguments) throws(Failure) { try super.init(arguments, cell: nil) }

    override func addParts(_ arguments: Arguments) throws(Failure) {
        if let cell = arguments.object("cell") as? Module { try add(cell, as: "cell") }
        try addChildren(arguments)
    }
}

public final class KerasConvLSTM: KerasRecurrentLayer, RegisteredByAxes {
    public static func signature(_ axes: Int) -> Signature {
        Signature(
            "keras.ConvLSTM\(axes)D",
            KerasRecurrentLayer.sequenceParameters(KerasConvLSTMCell.own(axes), unrolls: false), inputs: inputs,
            outputs: ["output", "states"],
            """
            LSTM with convolutions for products: [N, T, \(spatialNames(axes)), C] -> [N, positions, filters], or \
            with T in it with return_sequences. Shi et al. 2015. mask and initial_state are as LSTM has them.

            Its child `cell` has the parameters.
            """)
    }

    private let axes: Int

    public init(_ arguments: Arguments, axes: Int) throws(Failure) {
        self.axes = axes
        try super.init(arguments, cell: "keras.ConvLSTMCell")
    }

    override var rank: Int { axes }
}

enum KerasRecurrents {
    static let kinds: [Kind] =
        [
            Kind(KerasLSTM.self), Kind(KerasGRU.self), Kind(KerasSimpleRNN.self), Kind(KerasRNN.self),
            Kind(KerasLSTMCell.self), Kind(KerasGRUCell.self), Kind(KerasSimpleCell.self),
            Kind(KerasStackedCells.self), Kind(KerasConvLSTMCell.self),
        ] + (1...3).map { Kind(KerasConvLSTM.self, axes: $0) }
}
