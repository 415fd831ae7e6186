import Engine

/// A kind of module that the tables list: one type says its name, arguments and documentation, and makes itself from
/// arguments.
public protocol Registered: Module {
    static var signature: Signature { get }
    init(_ arguments: Arguments) throws(Failure)
}

/// A line of a table.
public struct Kind {
    public let signature: Signature
    let make: (Arguments) throws(Failure) -> Module

    init(_ signature: Signature, _ make: @escaping (Arguments) throws(Failure) -> Module) {
        (self.signature, self.make) = (signature, make)
    }

    init<Made: Registered>(_ type: Made.Type) {
        self.init(Made.signature) { (arguments) throws(Failure) in try Made(arguments) }
    }
}

/// The tables of what can be made by name. Construction from C and from checkpoints, the attributes in checkpoints,
/// `repr`, the Python classes and docs/layers.md are derived from them.
public enum Registry {
    /// A file of a folder: the Python module that its classes go into.
    public struct Family {
        public let name: String
        public let kinds: [Kind]
    }

    public static let layers =
        [
            Family(name: "linear", kinds: [Kind(Linear.self), Kind(Bilinear.self), Kind(LazyLinear.self)]),
            Family(name: "activation", kinds: Activations.kinds),
            Family(name: "reshaping", kinds: [Kind(Flatten.self), Kind(Unflatten.self)]),
            Family(name: "scaling", kinds: [Kind(Standardize.self)]),
            Family(
                name: "convolution",
                kinds: (1...3).map { Kind(Convolution.self, axes: $0) }
                    + (1...3).map { Kind(TransposedConvolution.self, axes: $0) }),
            Family(name: "pooling", kinds: Pools.kinds),
            Family(name: "padding", kinds: Padding.kinds),
            Family(
                name: "normalization",
                kinds: (1...3).map { Kind(BatchNorm.self, axes: $0) }
                    + (1...3).map { Kind(InstanceNorm.self, axes: $0) }
                    + [Kind(LayerNorm.self), Kind(GroupNorm.self), Kind(RMSNorm.self)] + ResponseNorms.kinds),
            Family(name: "embedding", kinds: [Kind(Embedding.self), Kind(EmbeddingBag.self)]),
            Family(name: "dropout", kinds: Dropouts.kinds),
            Family(name: "resampling", kinds: Resamplings.kinds),
            Family(name: "distances", kinds: Distances.kinds),
            Family(
                name: "recurrent",
                kinds: [
                    Kind(RNN.self), Kind(LSTM.self), Kind(GRU.self), Kind(RNNCell.self), Kind(LSTMCell.self),
                    Kind(GRUCell.self),
                ]),
            Family(name: "attention", kinds: [Kind(MultiheadAttention.self)]),
            Family(
                name: "transformer",
                kinds: [
                    Kind(TransformerEncoderLayer.self), Kind(TransformerDecoderLayer.self),
                    Kind(TransformerEncoder.self),
                    Kind(TransformerDecoder.self), Kind(Transformer.self),
                ]),
            Family(
                name: "containers",
                kinds: [
                    Kind(Sequential.self), Kind(ModuleList.self), Kind(ModuleDict.self), Kind(ParameterList.self),
                    Kind(ParameterDict.self), Kind(Container.self), Kind(Graph.self),
                ]),
        ] + KerasLayers.families

    public static let losses = [
        Family(name: "losses", kinds: Losses.kinds), Family(name: "keras.losses", kinds: KerasKinds.losses),
    ]

    public static let optimizers =
        [
            OptimizerKind(SGD.self), OptimizerKind(Adam.self), OptimizerKind(AdamW.self), OptimizerKind(NAdam.self),
            OptimizerKind(RAdam.self), OptimizerKind(RMSprop.self), OptimizerKind(Adagrad.self),
            OptimizerKind(Adadelta.self), OptimizerKind(Adamax.self), OptimizerKind(ASGD.self),
            OptimizerKind(Rprop.self), OptimizerKind(Lion.self), OptimizerKind(Muon.self), OptimizerKind(LBFGS.self),
        ] + KerasKinds.optimizers

    public static let schedules = [
        ScheduleKind(StepLR.self), ScheduleKind(MultiStepLR.self), ScheduleKind(ConstantLR.self),
        ScheduleKind(LinearLR.self), ScheduleKind(ExponentialLR.self), ScheduleKind(PolynomialLR.self),
        ScheduleKind(CosineAnnealingLR.self), ScheduleKind(CosineAnnealingWarmRestarts.self),
        ScheduleKind(OneCycleLR.self), ScheduleKind(CyclicLR.self), ScheduleKind(LambdaLR.self),
        ScheduleKind(MultiplicativeLR.self), ScheduleKind(SequentialLR.self), ScheduleKind(ChainedScheduler.self),
        ScheduleKind(ReduceLROnPlateau.self), ScheduleKind(SWALR.self),
    ]

    private static let modules: [String: Kind] = {
        var table: [String: Kind] = [:]
        for family in layers + losses {
            for kind in family.kinds { table[kind.signature.name] = kind }
        }
        return table
    }()

    public static func module(_ name: String) -> Kind? { modules[name] }

    /// The default of an argument.
    static func initial(_ argument: String, of name: String) -> Value? {
        module(name)?.signature.parameters.first { $0.name == argument }?.initial
    }

    static let moduleNames = (layers + losses).flatMap { family in family.kinds.map { $0.signature.name } }

    /// The sentence for a name that no table has, with those that are close.
    static func unknown(_ what: String, _ name: String, among names: [String]) -> String {
        let close = names.closest(to: name)
        // Of Keras' kinds only where one of them is asked for: a sentence is no catalogue.
        let kin = names.filter { $0.hasPrefix("keras.") == name.hasPrefix("keras.") }
        let hint =
            close.isEmpty
            ? "there are: \(kin.joined(separator: ", "))" : "did you mean \(close.joined(separator: " or "))?"
        return "there is no \(what) '\(name.shortened)'; \(hint)"
    }

}

extension Parameter {
    /// The dtype of a layer's parameters; by default that of the whole call.
    static let dtype = Parameter("dtype", .optional(.dtype), Value.none, "dtype of the parameters, a floating one")

    /// How the losses of elements become one.
    static let reduction = Parameter(
        "reduction", .choice(["none", "mean", "sum"]), .text("mean"),
        "'mean' or 'sum' of the elements' losses, or 'none' for one each")
}

extension Arguments {
    /// The dtype for float parameters.
    func floats() throws(Failure) -> DType {
        let dtype = dtype(Parameter.dtype.name, .float32)
        guard dtype.isFloat else {
            throw .dtype(operation: signature.name, "parameters are of a floating dtype, not \(dtype.name)")
        }
        return dtype
    }
}
