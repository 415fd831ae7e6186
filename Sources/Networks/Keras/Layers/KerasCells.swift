import Engine

/// What a recurrent layer asks of its cell: a step, and what goes on from step to step.
protocol KerasStepping: Module {
    /// The states' extents without the batch, the output's first; nil where the input has to be seen.
    func stateShapes(_ input: Shape) throws(Failure) -> [Shape]
    /// Makes the parameters for the input of a step, if there are none yet.
    func prepare(_ input: KerasShape) throws(Failure)
    /// What all steps can compute at once, from [n, ...].
    func products(_ x: Tensor) throws(Failure) -> Tensor
    /// The output and the next states, from what `products` gave for this step. `draws` are those of `dropoutDraws`.
    func step(_ fromInput: Tensor, _ states: [Tensor], _ draws: [Tensor]) throws(Failure) -> (Tensor, [Tensor])
    /// What the states are multiplied by in all steps of a sequence in training; none without dropout.
    func dropoutDraws(_ states: [Tensor]) throws(Failure) -> [Tensor]
    /// The input with the dropout of a sequence in training: the same for all steps. `x`: [steps, n, ...].
    func dropped(_ x: Tensor) throws(Failure) -> Tensor
}

/// A cell with a kernel of the input and one of the state, each for all gates side by side.
public class KerasCell: KerasLayer, KerasStepping {
    let units: Int
    let usesBias: Bool
    private let (dropout, recurrentDropout): (Double, Double)

    /// `units` is the name of the argument.
    fileprivate init(_ arguments: Arguments, units: String) throws(Failure) {
        (self.units, usesBias) = (try arguments.counted(units), try arguments.flag("use_bias"))
        (dropout, recurrentDropout) = (
            try arguments.real("dropout"), try arguments.real("recurrent_dropout")
        )
        for (name, value) in [("dropout", dropout), ("recurrent_dropout", recurrentDropout)]
        where !(0..<1).contains(value) {
            throw .argument(operation: arguments.signature.name, "\(name) is from 0 to below 1, but is \(value)")
        }
        try super.init(arguments)
    }

    override var isBuiltByInput: Bool { true }
    fileprivate var gates: Int { 1 }
    fileprivate var stateCount: Int { 1 }
    fileprivate var biasShape: Shape { [gates * units] }
    /// The engine's cell that computes the same; nil where none does.
    var fused: Tensor.Cell? { nil }

    /// States say nothing of the parameters.
    override func shapes(of inputs: [Tensor?]) throws(Failure) -> [KerasShape] {
        try super.shapes(of: Array(inputs.prefix(1)))
    }

    override func build(_ shapes: [KerasShape]) throws(Failure) {
        let width = try known(only(shapes), -1)
        try make("kernel", [width, gates * units], "kernel_initializer")
        try make("recurrent_kernel", [units, gates * units], "recurrent_initializer")
        if usesBias { try makeBias(biasShape) }
    }

    fileprivate func makeBias(_ shape: Shape) throws(Failure) { try make("bias", shape, "bias_initializer") }

    /// A bias whose second block is ones: the forget gate's.
    fileprivate func makeForgetBias() throws(Failure) {
        guard constructorValue("unit_forget_bias")?.flag == true else { return try makeBias([4 * units]) }
        let text = constructorValue("bias_initializer")?.text ?? "zeros"
        let parts = [
            try filled([units], text), try Tensor.full([units], 1, dtype), try filled([2 * units], text),
        ]
        try setParameter("bias", Tensor.concatenate(parts, 0), frozen: !isTrainable)
    }

    // MARK: Stepping

    func stateShapes(_ input: Shape) throws(Failure) -> [Shape] { Array(repeating: [units], count: stateCount) }

    func prepare(_ input: KerasShape) throws(Failure) {
        if inputShapes == nil { try makeParameters(for: [input]) }
    }

    /// The product with the kernel, plus the bias of the inputs.
    func products(_ x: Tensor) throws(Failure) -> Tensor {
        let kernel = try made("kernel")
        guard x.shape.last == kernel.shape.first else {
            throw .shape(
                operation: className,
                "\(kernel.shape.first ?? 0) features of a step are expected, but the input is \(x.shape)")
        }
        return try x.linear(kernel.transpose(0, 1), inputBias())
    }

    func inputBias() throws(Failure) -> Tensor? { parameter("bias") }

    func step(_ fromInput: Tensor, _ states: [Tensor], _ draws: [Tensor]) throws(Failure) -> (Tensor, [Tensor]) {
        throw .internal(operation: className, "it has no step")
    }

    /// The states that the gates see.
    fileprivate func seen(_ states: [Tensor], _ draws: [Tensor]) throws(Failure) -> Tensor {
        draws.isEmpty ? states[0] : try states[0] * draws[0]
    }

    fileprivate func activate(gate x: Tensor) throws(Failure) -> Tensor { try activate(x, "recurrent_activation") }

    func dropoutDraws(_ states: [Tensor]) throws(Failure) -> [Tensor] {
        guard isTraining, recurrentDropout > 0, let state = states.first else { return [] }
        return [
            try Tensor.full(state.shape, 1, state.dtype).dropout(recurrentDropout, operation: className)
        ]
    }

    func dropped(_ x: Tensor) throws(Failure) -> Tensor {
        guard isTraining, dropout > 0 else { return x }
        return try x.dropout(dropout, along: Array(1..<x.shape.count), operation: className)
    }

    /// Whether steps draw numbers.
    var dropsStates: Bool { isTraining && recurrentDropout > 0 }

    override func apply(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        guard let x = inputs[0] else { throw .internal(operation: className, "an input is expected") }
        var states = inputs.dropFirst().compactMap { $0 }
        let shapes = try stateShapes(Array(x.shape.dropFirst()))
        if states.isEmpty {
            for shape in shapes { states.append(try Tensor.full([x.shape[0]] + shape, 0, x.dtype)) }
        }
        guard states.map(\.shape) == shapes.map({ [x.shape[0]] + $0 }) else {
            throw .shape(
                operation: className,
                "states of \(shapes.map { [x.shape[0]] + $0 }) are expected, but they are \(states.map(\.shape))")
        }
        let fromInput = try products(dropped(x.unsqueeze(0)).squeeze([0]))
        let (output, next) = try step(fromInput, states, dropoutDraws(states))
        return [output] + next
    }

    // MARK: Arguments

    fileprivate static func parameters(
        _ own: [Parameter], recurrentActivation: Bool, forget: Bool = false, _ more: [Parameter] = []
    ) -> [Parameter] {
        let gate = Parameter.activation("sigmoid", "recurrent_activation", "of the gates")
        let forgets = Parameter(
            "unit_forget_bias", .flag, .flag(true), "whether the forget gate's bias starts as ones")
        let kernels = ["kernel", "recurrent", "bias"]
        return own + [Parameter.activation("tanh")] + (recurrentActivation ? [gate] : []) + [
            .useBias, .initializer("kernel", "glorot_uniform"), .initializer("recurrent", "orthogonal"),
            .initializer("bias", "zeros"),
        ] + (forget ? [forgets] : []) + Parameter.penalties(kernels) + Parameter.constraints(kernels) + [
            Parameter("dropout", .real, .real(0), "the share of the input's elements that become 0 in training"),
            Parameter("recurrent_dropout", .real, .real(0), "the share of the state's"),
        ] + more + [.seed]
    }

    static let units = Parameter("units", .integer, "the width of the state")
}

public final class KerasSimpleCell: KerasCell, Registered {
    static let own = KerasCell.parameters([units], recurrentActivation: false)
    public static let signature = Signature(
        "keras.SimpleRNNCell", parameters(own),
        inputs: [Input("inputs"), Input("states", optional: true)], outputs: ["output", "states"],
        """
        A step of activation(x K + h R + b): [N, C] and h [N, units] -> the output and the next state, which are one.

        kernel [C, units], recurrent_kernel [units, units], bias [units].
        """)

    public init(_ arguments: Arguments) throws(Failure) { try super.init(arguments, units: "units") }

    override var fused: Tensor.Cell? {
        switch activationName("activation") {
        case "tanh": return .tanh
        case "relu": return .relu
        default: return nil
        }
    }

    override func step(_ fromInput: Tensor, _ states: [Tensor], _ draws: [Tensor]) throws(Failure) -> (
        Tensor, [Tensor]
    ) {
        let fromState = try seen(states, draws).matmul(made("recurrent_kernel"))
        let next = try activate(fromInput + fromState)
        return (next, [next])
    }
}

public final class KerasLSTMCell: KerasCell, Registered {
    static let own = KerasCell.parameters([units], recurrentActivation: true, forget: true)
    public static let signature = Signature(
        "keras.LSTMCell", parameters(own),
        inputs: [Input("inputs"), Input("hidden", optional: true), Input("carry", optional: true)],
        outputs: ["output", "hidden", "carry"],
        """
        A step of long short-term memory, gates i, f, c, o: c' = f c + i g and h' = o activation(c'). Hochreiter and \
        Schmidhuber 1997. [N, C], h and c [N, units] -> the output, which is h', h' and c'.

        kernel [C, 4 units], recurrent_kernel [units, 4 units], bias [4 units].
        """)

    public init(_ arguments: Arguments) throws(Failure) { try super.init(arguments, units: "units") }

    override var gates: Int { 4 }
    override var stateCount: Int { 2 }
    override func makeBias(_ shape: Shape) throws(Failure) {
        if constructorValue("unit_forget_bias")?.flag == true { return try makeForgetBias() }
        try super.makeBias(shape)
    }

    override var fused: Tensor.Cell? {
        activationName("activation") == "tanh" && activationName("recurrent_activation") == "sigmoid" ? .lstm : nil
    }

    override func step(_ fromInput: Tensor, _ states: [Tensor], _ draws: [Tensor]) throws(Failure) -> (
        Tensor, [Tensor]
    ) {
        let sums = try (fromInput + seen(states, draws).matmul(made("recurrent_kernel"))).chunk(4, 1)
        let carry = try activate(gate: sums[1]) * states[1] + activate(gate: sums[0]) * activate(sums[2])
        let hidden = try activate(gate: sums[3]) * activate(carry)
        return (hidden, [hidden, carry])
    }
}

public final class KerasGRUCell: KerasCell, Registered {
    static let own = KerasCell.parameters(
        [units], recurrentActivation: true,
        [
            Parameter(
                "reset_after", .flag, .flag(true),
                "whether the reset gate multiplies the product with the state, not the state")
        ])
    public static let signature = Signature(
        "keras.GRUCell", parameters(own),
        inputs: [Input("inputs"), Input("states", optional: true)], outputs: ["output", "states"],
        """
        A step of a gated recurrent unit, gates z, r, h: h' = z h + (1 - z) g. Cho et al. 2014. [N, C] and h \
        [N, units] -> the output and the next state, which are one.

        kernel [C, 3 units], recurrent_kernel [units, 3 units], bias [2, 3 units] with reset_after, [3 units] without.
        """)

    private let resetsAfter: Bool

    public init(_ arguments: Arguments) throws(Failure) {
        resetsAfter = try arguments.flag("reset_after")
        try super.init(arguments, units: "units")
    }

    override var gates: Int { 3 }
    override var biasShape: Shape { resetsAfter ? [2, 3 * units] : [3 * units] }

    override var fused: Tensor.Cell? {
        resetsAfter && activationName("activation") == "tanh" && activationName("recurrent_activation") == "sigmoid"
            ? .gru : nil
    }

    override func inputBias() throws(Failure) -> Tensor? {
        guard resetsAfter, let bias = parameter("bias") else { return parameter("bias") }
        return try bias.select(0, at: 0)
    }

    func stateBias() throws(Failure) -> Tensor? {
        guard resetsAfter, let bias = parameter("bias") else { return nil }
        return try bias.select(0, at: 1)
    }

    override func step(_ fromInput: Tensor, _ states: [Tensor], _ draws: [Tensor]) throws(Failure) -> (
        Tensor, [Tensor]
    ) {
        let (state, kernel) = (try seen(states, draws), try made("recurrent_kernel"))
        let x = try fromInput.chunk(3, 1)
        let update: Tensor
        let new: Tensor
        if resetsAfter {
            let h = try state.linear(kernel.transpose(0, 1), stateBias()).chunk(3, 1)
            update = try activate(gate: x[0] + h[0])
            new = try activate(x[2] + activate(gate: x[1] + h[1]) * h[2])
        } else {
            let h = try state.matmul(kernel.narrow(1, start: 0, length: 2 * units)).chunk(2, 1)
            update = try activate(gate: x[0] + h[0])
            let reset = try activate(gate: x[1] + h[1])
            new = try activate(x[2] + (reset * state).matmul(kernel.narrow(1, start: 2 * units, length: units)))
        }
        let next = try new + update * (states[0] - new)
        return (next, [next])
    }
}

/// A cell of convolutions.
public final class KerasConvLSTMCell: KerasCell, Registered {
    static func own(_ axes: Int?) -> [Parameter] {
        func each(_ name: String, _ initial: Value?, _ text: String) -> Parameter {
            axes.map { Parameter(name, .each($0), initial, text) } ?? Parameter(name, .integers, initial, text)
        }
        return KerasCell.parameters(
            [
                Parameter("filters", .integer, "channels of the state"),
                each("kernel_size", nil, "elements of a window along each axis"),
                each("strides", .integer(1), "from one window of the input to the next"), .padding(), .dataFormat,
                each("dilation_rate", .integer(1), "from one element of a window of the input to the next"),
            ], recurrentActivation: true, forget: true)
    }
    public static let signature = Signature(
        "keras.ConvLSTMCell", parameters([Parameter("rank", .integer, "spatial axes: 1 to 3")] + own(nil)),
        inputs: [Input("inputs"), Input("hidden", optional: true), Input("carry", optional: true)],
        outputs: ["output", "hidden", "carry"],
        """
        LSTMCell with convolutions for products. Shi et al. 2015. [N, spatial, C], h and c [N, positions, filters] -> \
        the output, which is h', h' and c'.

        kernel [*kernel_size, C, 4 filters], recurrent_kernel [*kernel_size, filters, 4 filters], bias [4 filters].
        """)

    private let windows: KerasWindows

    public init(_ arguments: Arguments) throws(Failure) {
        let rank = try arguments.integer("rank")
        guard (1...3).contains(rank) else {
            throw .argument(operation: "keras.ConvLSTMCell", "rank is 1, 2 or 3, but is \(rank)")
        }
        windows = try KerasWindows(arguments, axes: rank, kernel: "kernel_size")
        try super.init(arguments, units: "filters")
    }

    override func build(_ shapes: [KerasShape]) throws(Failure) {
        let shape = try only(shapes)
        guard shape.count == windows.axes + 1 else {
            throw .shape(
                operation: className,
                "\(windows.axes + 2) axes of a step are expected, but there are \(shape.count + 1)")
        }
        let channels = try known(shape, windows.channelsAxis - 1)
        try make("kernel", windows.kernel + [channels, 4 * units], "kernel_initializer")
        try make("recurrent_kernel", windows.kernel + [units, 4 * units], "recurrent_initializer")
        if usesBias { try makeForgetBias() }
    }

    override func stateShapes(_ input: Shape) throws(Failure) -> [Shape] {
        guard input.count == windows.axes + 1 else {
            throw .shape(operation: className, "\(windows.axes + 2) axes are expected, but the input is \(input)")
        }
        let first = windows.firstAxis - 1
        let spatial = (0..<windows.axes).map { windows.positions(input[first + $0], $0) }
        let shape = windows.isChannelsFirst ? [units] + spatial : spatial + [units]
        return [shape, shape]
    }

    private func convolved(_ x: Tensor, _ kernel: String, _ bias: Tensor?, _ windows: KerasWindows) throws(Failure)
        -> Tensor
    {
        let x = try windows.channelsFirst(x, className)
        let weight = try made(kernel).permute([windows.axes + 1, windows.axes] + Array(0..<windows.axes))
        return try windows.restored(
            Tensor.convolution(
                axes: windows.axes, x, weight, bias, stride: windows.strides, sides: windows.sides(x.shape),
                dilation: windows.dilation, groups: 1))
    }

    override func products(_ x: Tensor) throws(Failure) -> Tensor {
        try convolved(x, "kernel", parameter("bias"), windows)
    }

    override func step(_ fromInput: Tensor, _ states: [Tensor], _ draws: [Tensor]) throws(Failure) -> (
        Tensor, [Tensor]
    ) {
        let fromState = try convolved(seen(states, draws), "recurrent_kernel", nil, windows.ofState)
        let sums = try (fromInput + fromState).chunk(4, windows.channelsAxis)
        let carry = try activate(gate: sums[1]) * states[1] + activate(gate: sums[0]) * activate(sums[2])
        let hidden = try activate(gate: sums[3]) * activate(carry)
        return (hidden, [hidden, carry])
    }
}

public final class KerasStackedCells: KerasLayer, Registered, KerasStepping {
    public static let signature = Signature(
        "keras.StackedRNNCells",
        [Parameter("cells", .module, variadic: true, "the cells, from the input's on")] + parameters(),
        inputs: [Input("inputs"), Input("states", optional: true, variadic: true)], outputs: ["output", "states"],
        """
        Cells on each other, as one: each takes the output of the one before. The states are those of the first, then \
        those of the second, and so on.
        """)

    public override init(_ arguments: Arguments) throws(Failure) { try super.init(arguments) }

    override func addParts(_ arguments: Arguments) throws(Failure) {
        let list = try Module.make("ModuleList()", dtype: dtype)
        var place = 0
        for entry in arguments.rest {
            guard case .object(let object) = entry.item, let module = object as? Module else { continue }
            if entry.name == "cells" {
                try add(module, as: "cells")
                return
            }
            try list.add(module, as: String(place), isNew: true)
            place += 1
        }
        try add(list, as: "cells")
    }

    private func cells() throws(Failure) -> [any KerasStepping] {
        try child("cells").children.map { (entry) throws(Failure) in
            guard let cell = entry.module as? any KerasStepping else {
                throw .argument(
                    operation: className,
                    "cells of Keras are expected, but '\(entry.name)' is a \(entry.module.className)"
                )
            }
            return cell
        }
    }

    func stateShapes(_ input: Shape) throws(Failure) -> [Shape] {
        var (shapes, input) = ([Shape](), input)
        for cell in try cells() {
            let own = try cell.stateShapes(input)
            shapes += own
            input = own.first ?? input
        }
        return shapes
    }

    func prepare(_ input: KerasShape) throws(Failure) {
        var input = input
        for cell in try cells() {
            try cell.prepare(input)
            if let next = try cell.stateShapes(input.map { $0 ?? 1 }).first { input = next.map { $0 } }
        }
    }

    func products(_ x: Tensor) throws(Failure) -> Tensor { x }

    func step(_ fromInput: Tensor, _ states: [Tensor], _ draws: [Tensor]) throws(Failure) -> (Tensor, [Tensor]) {
        var (x, next, place) = (fromInput, [Tensor](), 0)
        for cell in try cells() {
            let count = try cell.stateShapes(Array(x.shape.dropFirst())).count
            guard place + count <= states.count else {
                throw .argument(operation: className, "\(states.count) states are too few")
            }
            let own = Array(states[place..<place + count])
            let (output, after) = try cell.step(
                cell.products(cell.dropped(x.unsqueeze(0)).squeeze([0])), own, cell.dropoutDraws(own))
            (x, next, place) = (output, next + after, place + count)
        }
        return (x, next)
    }

    func dropoutDraws(_ states: [Tensor]) throws(Failure) -> [Tensor] { [] }
    func dropped(_ x: Tensor) throws(Failure) -> Tensor { x }

    override func apply(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        guard let x = inputs[0] else { throw .internal(operation: className, "an input is expected") }
        try prepare(x.shape.dropFirst().map { $0 })
        var states = inputs.dropFirst().compactMap { $0 }
        if states.isEmpty {
            for shape in try stateShapes(Array(x.shape.dropFirst())) {
                states.append(try Tensor.full([x.shape[0]] + shape, 0, x.dtype))
            }
        }
        let (output, next) = try step(x, states, [])
        return [output] + next
    }
}
