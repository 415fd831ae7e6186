/// Normalisation, as torch.nn.functional has it. All take floats, whose dtype stays.
extension Functions {
    private static let batch = Parameter("input", .tensor, "[n, channels, ...], floats.")
    private static let floats = Parameter("input", .tensor, "Floats.")
    private static let extents = Parameter("normalized_shape", .integers, "The extents of the last axes.")
    private static let weight = Parameter("weight", .optional(.tensor), Value.none, "What multiplies the result.")
    private static let bias = Parameter("bias", .optional(.tensor), Value.none, "What is added in the end.")
    private static let eps = Parameter("eps", .real, .real(1e-5), "What is added to the variance.")
    private static let runningMean = Parameter(
        "running_mean", .optional(.tensor), Value.none, "The running mean, [channels].")
    private static let runningVariance = Parameter(
        "running_var", .optional(.tensor), Value.none, "The running variance, [channels].")
    private static let momentum = Parameter(
        "momentum", .real, .real(0.1), "The weight of this batch in the running statistics.")

    private static let updates =
        """
        Where the input's statistics are used and running ones are given, these come updated after the output, as new \
        tensors: (1 - momentum) old + momentum new, where the variance is unbiased.
        """

    static let normalization: [Function] = [
        Function(
            "layer_norm", [floats, extents, weight, bias, eps],
            "(x - mean) / sqrt(variance + eps) over the last axes, times weight, plus bias (Ba et al. 2016)."
        ) { a throws(Failure) in
            try a.tensor("input").layerNorm(
                a.integers("normalized_shape"), weight: a.optionalTensor("weight"), bias: a.optionalTensor("bias"),
                eps: a.real("eps"))
        },
        Function(
            "rms_norm",
            [
                floats, extents, weight,
                Parameter(
                    "eps", .optional(.real), Value.none, "What is added to the mean square; None: the dtype's own."),
            ],
            "x / sqrt(mean of squares + eps) over the last axes, times weight (Zhang and Sennrich 2019)."
        ) { a throws(Failure) in
            try a.tensor("input").rootMeanSquareNorm(
                a.integers("normalized_shape"), weight: a.optionalTensor("weight"), eps: a.optionalReal("eps"))
        },
        Function(
            "group_norm",
            [batch, Parameter("num_groups", .integer, "It divides the number of channels."), weight, bias, eps],
            "Each group of channels of each example normalised by itself (Wu and He 2018)."
        ) { a throws(Failure) in
            try a.tensor("input").groupNorm(
                a.integer("num_groups"), weight: a.optionalTensor("weight"), bias: a.optionalTensor("bias"),
                eps: a.real("eps"))
        },
        Function(
            "batch_norm",
            [
                batch, runningMean, runningVariance, weight, bias,
                Parameter(
                    "training", .flag, .flag(false), "Whether the batch's statistics are used, not the running ones."),
                momentum, eps,
            ],
            outputs: ["*outputs"],
            "Each channel normalised over all other axes (Ioffe and Szegedy 2015). \(updates)"
        ) { a throws(Failure) in
            let found = try a.tensor("input").batchNorm(
                a.runningStatistics(), weight: a.optionalTensor("weight"), bias: a.optionalTensor("bias"),
                training: a.flag("training"), momentum: a.real("momentum"), eps: a.real("eps"))
            return [found.output] + (found.updated.map { [$0.mean, $0.variance] } ?? [])
        },
        Function(
            "instance_norm",
            [
                batch, runningMean, runningVariance, weight, bias,
                Parameter(
                    "use_input_stats", .flag, .flag(true),
                    "Whether the input's statistics are used, not the running ones."),
                momentum, eps,
            ],
            outputs: ["*outputs"],
            "Each channel of each example normalised by itself (Ulyanov et al. 2016). \(updates)"
        ) { a throws(Failure) in
            let found = try a.tensor("input").instanceNorm(
                a.runningStatistics(), weight: a.optionalTensor("weight"), bias: a.optionalTensor("bias"),
                usesInput: a.flag("use_input_stats"), momentum: a.real("momentum"), eps: a.real("eps"))
            return [found.output] + (found.updated.map { [$0.mean, $0.variance] } ?? [])
        },
        Function(
            "local_response_norm",
            [
                batch, Parameter("size", .integer, "How many neighbouring channels count."),
                Parameter("alpha", .real, .real(1e-4), "What multiplies their mean square."),
                Parameter("beta", .real, .real(0.75), "The exponent."),
                Parameter("k", .real, .real(1), "What is added."),
            ],
            """
            x / (k + alpha m)^beta with the mean square m of `size` neighbouring channels, where those that are not \
            there count as 0 (Krizhevsky et al. 2012).
            """
        ) { a throws(Failure) in
            try a.tensor("input").localResponseNorm(
                a.integer("size"), alpha: a.real("alpha"), beta: a.real("beta"), k: a.real("k"))
        },
    ]
}

extension Arguments {
    /// Both running statistics; nil where neither is given.
    fileprivate func runningStatistics() throws(Failure) -> RunningStatistics? {
        let (mean, variance) = (optionalTensor("running_mean"), optionalTensor("running_var"))
        if let mean, let variance { return RunningStatistics(mean: mean, variance: variance) }
        guard mean == nil, variance == nil else {
            throw .argument(
                operation: signature.name, "running_mean and running_var are expected together, but one is given")
        }
        return nil
    }
}
