import Engine

/// Layers around another one.
public final class KerasTimeDistributed: KerasLayer, Registered {
    public static let signature = Signature(
        "keras.TimeDistributed",
        parameters([Parameter("layer", .optional(.module), Value.none, "what each step goes through")])
            + [Parameter("modules", .module, variadic: true, "in the place of the layer: 'layer'=...")],
        inputs: [Input("inputs"), Input("mask", optional: true)],
        """
        A layer of each step by itself: [N, T, ...] -> [N, T, ...]. A mask [N, T] passes by; one of more axes goes to \
        the layer, step by step.

        Its child `layer` has the parameters.
        """)

    public override init(_ arguments: Arguments) throws(Failure) { try super.init(arguments) }

    override func addParts(_ arguments: Arguments) throws(Failure) {
        if let layer = arguments.object("layer") as? Module { try add(layer, as: "layer") }
        try addChildren(arguments)
    }

    override func build(_ shapes: [KerasShape]) throws(Failure) {
        guard let layer = children.first(where: { $0.name == "layer" })?.module as? KerasLayer,
            layer.isBuiltByInput, layer.inputShapes == nil
        else { return }
        try layer.makeParameters(for: shapes.map { Array($0.dropFirst()) })
    }

    override func apply(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        guard let x = inputs[0], x.shape.count >= 2, x.shape[1] > 0 else {
            throw .shape(operation: className, "[N, T, ...] with steps is expected, found \(inputs[0]?.shape ?? [])")
        }
        let (batch, count) = (x.shape[0], x.shape[1])
        var mask = inputs.count > 1 ? inputs[1] : nil
        if let given = mask {
            guard Array(given.shape.prefix(2)) == [batch, count] else {
                throw .shape(
                    operation: className, "a mask [\(batch), \(count), ...] is expected, but it is \(given.shape)")
            }
            if given.shape.count < 3 { mask = nil }
        }
        let layer = try child("layer")
        // Statistics of batches are those of each step.
        if layer.isTraining, !layer.allBuffers.isEmpty {
            var outputs: [Tensor] = []
            for step in 0..<count {
                outputs.append(
                    try run(
                        "layer",
                        [x.select(1, at: step)]
                            + masked(
                                mask.map { (it) throws(Failure) in
                                    try it.select(1, at: step)
                                })))
            }
            return [try Tensor.stack(outputs, 1)]
        }
        func flat(_ x: Tensor) throws(Failure) -> Tensor { try x.reshape([batch * count] + x.shape.dropFirst(2)) }
        let output = try run("layer", [flat(x)] + masked(mask.map(flat)))
        return [try output.reshape([batch, count] + output.shape.dropFirst())]
    }

    private func masked(_ mask: Tensor?) -> [Tensor?] { mask.map { [$0] } ?? [] }

    /// What the child gives for tensors.
    private func run(_ name: String, _ inputs: [Tensor?]) throws(Failure) -> Tensor {
        let layer = try child(name)
        do throws(Failure) {
            guard let found = try layer.call(inputs).first, let found else {
                throw .argument(operation: layer.className, "one tensor is expected of it here, but it gives none")
            }
            return found
        } catch {
            throw located(error, in: layer, name)
        }
    }
}

public final class KerasBidirectional: KerasLayer, Registered {
    public static let signature = Signature(
        "keras.Bidirectional",
        parameters([
            Parameter("layer", .optional(.module), Value.none, "the recurrent layer of which both are made"),
            Parameter(
                "merge_mode", .optional(.choice(["sum", "mul", "ave", "concat"])), .text("concat"),
                "how both outputs become one; None: both come out"),
            Parameter(
                "backward_layer", .optional(.module), Value.none,
                "the layer for the way back; None: one as `layer`, with go_backwards"),
        ]) + [
            Parameter(
                "modules", .module, variadic: true,
                "in the place of the layers: forward_layer=..., 'backward_layer'=...")
        ],
        inputs: [
            Input("sequences"), Input("mask", optional: true), Input("initial_state", optional: true, variadic: true),
        ], outputs: ["output", "states"],
        """
        A recurrent layer from the first step to the last, and another one from the last to the first; the second's \
        outputs are put in the order of the steps again. Schuster and Paliwal 1997. mask is as the layers have it; \
        initial_state is the forward layer's, then the backward layer's, and so are the states with return_state.

        Its children `forward_layer` and `backward_layer` have the parameters.
        """)

    private let merge: String?

    public override init(_ arguments: Arguments) throws(Failure) {
        merge = arguments.optionalText("merge_mode")
        try super.init(arguments)
    }

    override func addParts(_ arguments: Arguments) throws(Failure) {
        if let layer = arguments.object("layer") as? Module {
            guard let own = layer.arguments, let kind = Registry.module(own.signature.name),
                layer is KerasRecurrentLayer
            else {
                throw .argument(
                    operation: className, "a recurrent layer of Keras is expected, but found a \(layer.className)")
            }
            let twin = try layer.newWithChildren()
            try add(twin, as: "forward_layer")
            if let backward = arguments.object("backward_layer") as? Module {
                try add(backward, as: "backward_layer")
            } else if layer.spellsChildren {
                let back = try layer.newWithChildren()
                guard let back = back as? KerasRecurrentLayer else { return }
                try back.goBackwards()
                try add(back, as: "backward_layer")
            } else {
                try add(kind.make(own.replacing("go_backwards", .flag(true))), as: "backward_layer")
            }
        }
        try addChildren(arguments)
    }

    override func build(_ shapes: [KerasShape]) throws(Failure) {
        for (_, child) in children {
            guard let layer = child as? KerasLayer, layer.inputShapes == nil else { continue }
            try layer.makeParameters(for: shapes)
        }
    }

    override func apply(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        let states = Array(inputs.dropFirst(2))
        guard states.count % 2 == 0 else {
            throw .argument(
                operation: className, "states come in pairs, for both directions, but there are \(states.count)")
        }
        let head = [inputs[0], inputs.count > 1 ? inputs[1] : nil]
        let half = states.count / 2
        let forward = try run("forward_layer", head + states[..<half])
        let backward = try run("backward_layer", head + states[half...])
        guard let y = forward.first ?? nil, var back = backward.first ?? nil else {
            throw .argument(operation: className, "its layers give nothing")
        }
        let isSequence = (try child("forward_layer") as? KerasRecurrentLayer)?.returnsSequences ?? true
        if isSequence { back = try back.flip([1]) }
        let output: [Tensor?]
        switch merge {
        case "concat": output = [try Tensor.concatenate([y, back], -1)]
        case "sum": output = [try y + back]
        case "ave": output = [try (y + back) * 0.5]
        case "mul": output = [try y * back]
        default: output = [y, back]
        }
        return output + forward.dropFirst() + backward.dropFirst()
    }

    private func run(_ name: String, _ inputs: [Tensor?]) throws(Failure) -> [Tensor?] {
        let layer = try child(name)
        if let layer = layer as? KerasRecurrentLayer { layer.zerosMasked = layer.returnsSequences }
        do throws(Failure) {
            return try layer.call(inputs)
        } catch {
            throw located(error, in: layer, name)
        }
    }
}

extension Module {
    /// A new module of the same expression.
    fileprivate func newWithChildren() throws(Failure) -> Module {
        let own = allParameters.first { $0.tensor.dtype.isFloat }?.tensor.dtype ?? .float32
        return try Module.make(expression(), dtype: (self as? KerasLayer)?.dtype ?? own)
    }
}

public final class KerasSpectralNormalization: KerasLayer, Registered {
    public static let signature = Signature(
        "keras.SpectralNormalization",
        parameters([
            Parameter("layer", .optional(.module), Value.none, "the layer whose kernel, or embeddings, is divided"),
            Parameter("power_iterations", .integer, .integer(1), "steps towards the largest singular value in a pass"),
        ]) + [Parameter("modules", .module, variadic: true, "in the place of the layer: 'layer'=...")],
        inputs: [Input("inputs")],
        """
        A layer whose kernel is divided by its largest singular value in each pass of training. Miyato et al. 2018. As \
        in Keras, the kernel itself takes the new value.

        Buffer vector_u [1, out], which the steps go on from; its child `layer` has the parameters.
        """)

    private let iterations: Int

    public override init(_ arguments: Arguments) throws(Failure) {
        iterations = try arguments.counted("power_iterations")
        try super.init(arguments)
    }

    override func addParts(_ arguments: Arguments) throws(Failure) {
        if let layer = arguments.object("layer") as? Module { try add(layer, as: "layer") }
        try addChildren(arguments)
    }

    override var isBuiltByInput: Bool { true }

    private func kernel() throws(Failure) -> (name: String, tensor: Tensor) {
        let layer = try child("layer")
        for name in ["kernel", "embeddings"] {
            if let found = layer.parameter(name) { return (name, found) }
        }
        throw .argument(operation: className, "a layer with a kernel or embeddings is expected: \(layer.className)")
    }

    override func build(_ shapes: [KerasShape]) throws(Failure) {
        // Where a file is read, the layer comes later, with its parameters.
        guard let layer = children.first(where: { $0.name == "layer" })?.module else { return }
        if let layer = layer as? KerasLayer, layer.isBuiltByInput, layer.inputShapes == nil {
            try layer.makeParameters(for: shapes)
        }
        let width = try kernel().tensor.shape.last ?? 1
        try setBuffer("vector_u", filled([1, width], "TruncatedNormal(stddev=0.02)"))
    }

    override func apply(_ x: Tensor) throws(Failure) -> Tensor {
        if isTraining, let u = buffer("vector_u") {
            let weight = try kernel().tensor
            let matrix = try weight.detach().reshape([weight.count / max(u.count, 1), u.count])
            var (left, right) = (try Tensor.full([], 0, weight.dtype), ForwardPass.value(of: u))
            for _ in 0..<iterations {
                left = try unit(right.matmul(matrix.transpose(0, 1)))
                right = try unit(left.matmul(matrix))
            }
            let sigma = try left.matmul(matrix).matmul(right.transpose(0, 1))
            let isZero = try matrix.applying(.equal, 0).reduce(.all)
            let divided = try weight.detach() / sigma.reshape([])
            try ForwardPass.write(u, Tensor.choose(isZero, ForwardPass.value(of: u), right))
            let value = try Tensor.choose(isZero, weight.detach(), divided)
            try ThreadState.withGrad(false) { () throws(Failure) in try weight.assign(value) }
        }
        return try run("layer", x)
    }

    private func unit(_ x: Tensor) throws(Failure) -> Tensor {
        let squares = try x.applying(.square).sum(nil, keepdims: true)
        return try x * squares.applying(.maximum, 1e-12).applying(.rsqrt)
    }
}
