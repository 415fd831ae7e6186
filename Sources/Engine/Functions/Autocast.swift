/// Mixed precision: what functions of tensors take under autocast, by their names in the table of functions. The lists
/// are PyTorch's for its GPUs, which are the same for bfloat16 and float16. What is in neither takes what it is given,
/// and where dtypes meet in it the wider wins.
///
/// Functions with a short form, and those that layers call, ask by `taken(by:)` themselves; all calls by name do.
/// Derivatives are rules of nodes and ask nobody: they are computed in the dtypes that the function was.
enum Autocast {
    /// Products, which take 16 bits.
    static let lowered: Set<String> = [
        "matmul", "mm", "bmm", "mv", "linear", "addmm", "addmv", "addbmm", "baddbmm", "addr", "chain_matmul",
        "multi_dot", "einsum", "inner", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
        "conv_transpose3d", "prelu", "scaled_dot_product_attention", "rnn_tanh_cell", "rnn_relu_cell", "lstm_cell",
        "gru_cell", "rnn_tanh", "rnn_relu", "lstm", "gru",
    ]

    /// Functions that lose too much, or whose results 16 bits do not hold: float32.
    static let raised: Set<String> = [
        "acos", "asin", "cosh", "sinh", "tan", "erfinv", "exp", "expm1", "log", "log10", "log2", "log1p", "pow",
        "float_power", "reciprocal", "rsqrt", "softplus", "logsigmoid", "softmax", "softmin", "log_softmax", "sum",
        "prod", "cumsum", "cumprod", "norm", "vector_norm", "matrix_norm", "normalize", "renorm", "dist", "cdist",
        "pdist", "pairwise_distance", "cosine_similarity", "layer_norm", "group_norm", "rms_norm", "mse_loss",
        "l1_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits",
        "cross_entropy", "nll_loss", "kl_div", "poisson_nll_loss", "gaussian_nll_loss", "soft_margin_loss",
        "hinge_embedding_loss", "margin_ranking_loss", "cosine_embedding_loss", "triplet_margin_loss",
        "multi_margin_loss", "multilabel_margin_loss", "multilabel_soft_margin_loss", "ctc_loss",
    ]

    /// The dtype that the function takes in the place of another; nil for its own.
    static func dtype(of dtype: DType, in name: String) -> DType? {
        guard let narrow = ThreadState.current.autocast else { return nil }
        if lowered.contains(name) { return dtype == .float32 || dtype.isHalf ? narrow : nil }
        return dtype.isHalf && raised.contains(name) ? .float32 : nil
    }
}

extension Tensor {
    /// This tensor as the function of that name takes it.
    @inline(__always) func taken(by name: String) throws(Failure) -> Tensor {
        if ThreadState.autocastCount == 0 { return self }
        guard let dtype = Autocast.dtype(of: dtype, in: name) else { return self }
        return try cast(dtype)
    }

    /// As a loss takes it.
    public func takenByLoss() throws(Failure) -> Tensor { try taken(by: "mse_loss") }
}

extension Arguments {
    /// With tensors as the function takes them.
    func underAutocast() throws(Failure) -> Arguments {
        if ThreadState.autocastCount == 0 || ThreadState.current.autocast == nil { return self }
        return try mappingTensors { (tensor) throws(Failure) in try tensor.taken(by: signature.name) }
    }
}
