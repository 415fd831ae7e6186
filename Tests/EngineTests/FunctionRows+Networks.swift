@testable import Engine

private func f64(_ values: Values) -> (Values, DType) { (values, .float64) }
private func i64(_ values: Values) -> (Values, DType) { (values, .int64) }

private let image = noise([2, 4, 3], seed: 3)
private let channels = noise([4], seed: 5)
private let spread = noise([4], seed: 7).map { $0 + 1.5 }
private let table = noise([5, 3], seed: 9)
private let picks = Values([2, 3], [1, 4, 1, 0, 2, 3])
private let bag = Values([5], [1, 4, 4, 0, 2])
private let edges = Values([3], [0, 3, 3])

/// Weights of one direction of one layer, with an input of 3 and 2 hidden states.
private func cellWeights(_ gates: Int, seed: UInt64 = 20) -> [(Values, DType)] {
    [[2 * gates, 3], [2 * gates, 2], [2 * gates], [2 * gates]].enumerated().map {
        f64(noise($1, seed: seed + UInt64($0)))
    }
}

private func weights(_ tensors: ArraySlice<Tensor>) -> Tensor.CellWeights {
    let all = Array(tensors)
    return Tensor.CellWeights(input: all[0], hidden: all[1], inputBias: all[2], hiddenBias: all[3])
}

/// Building blocks of networks.
extension FunctionRow {
    static let networks = normalization + embedding + dropouts + attention + recurrence + resampling + moreLosses

    private static let normalization: [FunctionRow] = [
        FunctionRow("layer_norm(3)", [f64(image)]) { [try $0[0].layerNorm([3])] },
        FunctionRow("layer_norm((3,), bias=None, eps=0.1)", [f64(image), f64(noise([3]))]) {
            [try $0[0].layerNorm([3], weight: $0[1], eps: 0.1)]
        },
        FunctionRow("rms_norm((4, 3))", [f64(image)]) { [try $0[0].rootMeanSquareNorm([4, 3])] },
        FunctionRow("rms_norm(3, eps=0.1)", [f64(image), f64(noise([3]))]) {
            [try $0[0].rootMeanSquareNorm([3], weight: $0[1], eps: 0.1)]
        },
        FunctionRow("group_norm(2)", [f64(image), f64(channels), f64(spread)]) {
            [try $0[0].groupNorm(2, weight: $0[1], bias: $0[2])]
        },
        FunctionRow("batch_norm", [f64(image), f64(channels), f64(spread)]) {
            let running = RunningStatistics(mean: $0[1], variance: $0[2])
            return [try $0[0].batchNorm(running, training: false).output]
        },
        FunctionRow("batch_norm(training=True, momentum=0.25)", [f64(image), f64(channels), f64(spread)]) {
            let running = RunningStatistics(mean: $0[1], variance: $0[2])
            let found = try $0[0].batchNorm(running, training: true, momentum: 0.25)
            return [found.output] + (found.updated.map { [$0.mean, $0.variance] } ?? [])
        },
        FunctionRow("instance_norm(running_mean=None, running_var=None)", [f64(image), f64(channels)]) {
            [try $0[0].instanceNorm(nil, weight: $0[1]).output]
        },
        FunctionRow("local_response_norm(3, alpha=0.5)", [f64(image)]) { [try $0[0].localResponseNorm(3, alpha: 0.5)] },
    ]

    private static let embedding: [FunctionRow] = [
        FunctionRow("embedding(padding_idx=1)", [i64(picks), f64(table)]) {
            [try $0[0].embedded(in: $0[1], Tensor.EmbeddingRule(padding: 1))]
        },
        FunctionRow("embedding_renorm(1.0)", [f64(table), i64(picks)]) { [try $0[0].renormalized($0[1], 1)] },
        FunctionRow("embedding_bag", [i64(picks), f64(table)]) { [try $0[0].embeddingBag(in: $0[1])] },
        FunctionRow("embedding_bag(mode='max')", [i64(bag), f64(table), i64(edges)]) {
            [try $0[0].embeddingBag(in: $0[1], offsets: $0[2], .max)]
        },
    ]

    private static func dropping(_ name: String, _ want: @escaping (Tensor) throws -> Tensor) -> [FunctionRow] {
        [
            FunctionRow("\(name)(p=0.25, training=True)", [f64(image)]) { [try want($0[0])] },
            FunctionRow("\(name)(training=False)", [f64(image)]) { $0 },
        ]
    }

    private static let dropouts: [FunctionRow] =
        dropping("dropout") { try $0.dropout(0.25, operation: "dropout") }
        + dropping("dropout1d") { try $0.channelDropout(0.25, rank: 3, operation: "dropout1d") }
        + dropping("dropout2d") { try $0.channelDropout(0.25, operation: "dropout2d") }
        + dropping("alpha_dropout") { try $0.dropout(0.25, .alpha, operation: "alpha_dropout") }
        + dropping("feature_alpha_dropout") {
            try $0.channelDropout(0.25, .alpha, operation: "feature_alpha_dropout")
        } + [
            FunctionRow("dropout3d(0.25)", [f64(noise([2, 4, 3, 1]))]) {
                [try $0[0].channelDropout(0.25, rank: 5, operation: "dropout3d")]
            }
        ]

    private static let attention: [FunctionRow] = [
        FunctionRow(
            "scaled_dot_product_attention(scale=0.5)",
            [f64(image), f64(noise([2, 5, 3])), f64(noise([2, 5, 2]))]
        ) { [try $0[0].attention($0[1], $0[2], Tensor.AttentionRule(scale: 0.5))] },
        FunctionRow(
            "scaled_dot_product_attention(dropout_p=0.25, is_causal=True)", [f64(image), f64(image), f64(image)]
        ) { [try $0[0].attention($0[1], $0[2], Tensor.AttentionRule(isCausal: true, dropout: 0.25))] },
        FunctionRow(
            "multi_head_attention_forward(embed_dim_to_check=4, num_heads=2, in_proj_bias=None, bias_k=None, "
                + "bias_v=None, add_zero_attn=True, dropout_p=0.25, out_proj_bias=None)",
            [
                f64(noise([3, 2, 4])), f64(noise([5, 2, 4], seed: 1)), f64(noise([5, 2, 4], seed: 2)),
                f64(noise([12, 4], seed: 3)), f64(noise([4, 4], seed: 4)),
            ]
        ) {
            var weights = Tensor.AttentionWeights(output: $0[4])
            weights.packed = $0[3]
            var rule = Tensor.HeadsRule(heads: 2)
            (rule.addsZero, rule.needsWeights, rule.dropout) = (true, true, 0.25)
            let found = try $0[0].multiHeadAttention($0[1], $0[2], weights, rule, "multi_head_attention_forward")
            return [found.output] + (found.weights.map { [$0] } ?? [])
        },
    ]

    private static func cell(_ name: String, _ cell: Tensor.Cell) -> FunctionRow {
        FunctionRow(name, [f64(noise([2, 3])), f64(noise([2, 2], seed: 4))] + cellWeights(cell.gates)) {
            [try $0[0].step(cell, $0[1], weights($0[2...]), name).hidden]
        }
    }

    private static func sequence(_ name: String, _ cell: Tensor.Cell) -> FunctionRow {
        let inputs = [f64(noise([4, 2, 3])), f64(noise([2, 2, 2], seed: 4))]
        let both = cellWeights(cell.gates) + cellWeights(cell.gates, seed: 30)
        return FunctionRow("\(name)(bidirectional=True)", inputs + both) {
            let found = try $0[0].recurrent(
                cell, hidden: $0[1], [weights($0[2..<6]), weights($0[6...])],
                Tensor.RecurrentLayout(layers: 1, isBidirectional: true), name)
            return [found.output, found.hidden]
        }
    }

    private static let recurrence: [FunctionRow] = [
        cell("rnn_tanh_cell", .tanh), cell("rnn_relu_cell", .relu), cell("gru_cell", .gru),
        sequence("rnn_tanh", .tanh), sequence("rnn_relu", .relu), sequence("gru", .gru),
        FunctionRow(
            "lstm_cell",
            [f64(noise([2, 3])), f64(noise([2, 2], seed: 4)), f64(noise([2, 2], seed: 5))] + cellWeights(4)
        ) {
            let found = try $0[0].step(.lstm, $0[1], cells: $0[2], weights($0[3...]), "lstm_cell")
            return [found.hidden] + (found.cells.map { [$0] } ?? [])
        },
        FunctionRow(
            "lstm(batch_first=True)",
            [f64(noise([2, 4, 3])), f64(noise([1, 2, 2], seed: 4)), f64(noise([1, 2, 2], seed: 5))] + cellWeights(4)
        ) {
            let found = try $0[0].recurrent(
                .lstm, hidden: $0[1], cells: $0[2], [weights($0[3...])],
                Tensor.RecurrentLayout(layers: 1, isBatchFirst: true), "lstm")
            return [found.output, found.hidden] + (found.cells.map { [$0] } ?? [])
        },
    ]
}

private let x = noise([3, 4], seed: 3)
private let y = noise([3, 4], seed: 5)
private let shares = noise([3, 4], seed: 7).map { ($0 + 1) / 2 * 0.9 + 0.05 }
private let signs = noise([3, 4], seed: 9).map { $0 > 0 ? 1 : -1 }
private let labels = Values([3], [2, 0, 3])

extension FunctionRow {
    private static let moreLosses: [FunctionRow] = [
        FunctionRow("mse_loss", [f64(x), f64(y), f64(shares)]) {
            [try .meanSquaredError($0[0], $0[1], weight: $0[2])]
        },
        FunctionRow("l1_loss", [f64(x), f64(y)]) { [try .absoluteError($0[0], $0[1])] },
        FunctionRow("smooth_l1_loss(beta=0.5)", [f64(x), f64(y)]) {
            [try .smoothAbsoluteError($0[0], $0[1], beta: 0.5)]
        },
        FunctionRow("huber_loss('none', delta=0.5)", [f64(x), f64(y)]) {
            [try .huber($0[0], $0[1], delta: 0.5, .none)]
        },
        FunctionRow("binary_cross_entropy", [f64(shares), f64(shares), f64(y)]) {
            [try .binaryCrossEntropy(probabilities: $0[0], $0[1], weight: $0[2])]
        },
        FunctionRow("binary_cross_entropy_with_logits(weight=None)", [f64(x), f64(shares), f64(y)]) {
            [try .binaryCrossEntropy(logits: $0[0], $0[1], weight: nil, ofOnes: $0[2])]
        },
        FunctionRow("kl_div(reduction='batchmean')", [f64(x), f64(shares)]) {
            [try Tensor.divergence($0[0], $0[1], .sum).applying(.divide, 3)]
        },
        FunctionRow("poisson_nll_loss(full=True)", [f64(x), f64(shares)]) {
            [try .poissonLikelihood($0[0], $0[1], isFull: true)]
        },
        FunctionRow("gaussian_nll_loss(var=0.5)", [f64(x), f64(y)]) {
            [try .gaussianLikelihood($0[0], $0[1], variance: scalar(0.5))]
        },
        FunctionRow("soft_margin_loss", [f64(x), i64(signs)]) { [try .softMargin($0[0], $0[1])] },
        FunctionRow("hinge_embedding_loss(margin=0.5)", [f64(x), i64(signs)]) {
            [try .hingeEmbedding($0[0], $0[1], margin: 0.5)]
        },
        FunctionRow("margin_ranking_loss", [f64(x), f64(y), i64(signs)]) { [try .marginRanking($0[0], $0[1], $0[2])] },
        FunctionRow("cosine_embedding_loss(margin=0.1)", [f64(x), f64(y), i64(Values([3], [1, -1, 1]))]) {
            [try .cosineEmbedding($0[0], $0[1], $0[2], margin: 0.1)]
        },
        FunctionRow("triplet_margin_loss(swap=True)", [f64(x), f64(y), f64(shares)]) {
            [try .tripletMargin($0[0], $0[1], $0[2], swaps: true)]
        },
        FunctionRow("cross_entropy(label_smoothing=0.1)", [f64(x), i64(labels), f64(noise([4]))]) {
            [
                try .crossEntropy(
                    logits: $0[0], $0[1], rule: Tensor.ClassRule(weight: $0[2], ignored: -100, smoothing: 0.1))
            ]
        },
        FunctionRow("nll_loss(ignore_index=0)", [f64(x), i64(labels)]) {
            [try .negativeLogLikelihood($0[0], $0[1], rule: Tensor.ClassRule(ignored: 0))]
        },
        FunctionRow("multi_margin_loss(p=2)", [f64(x), i64(labels)]) { [try .multiMargin($0[0], $0[1], p: 2)] },
        FunctionRow("multilabel_margin_loss", [f64(x), i64(Values([3, 4], [1, 3, -1, 0, 0, -1, 2, 3, -1, 0, 1, 2]))]) {
            [try .multiLabelMargin($0[0], $0[1])]
        },
        FunctionRow("multilabel_soft_margin_loss", [f64(x), f64(shares)]) { [try .multiLabelSoftMargin($0[0], $0[1])] },
    ]
}

extension FunctionRow {
    private static let resampling: [FunctionRow] = [
        FunctionRow("interpolate(size=5)", [f64(image)]) {
            [try $0[0].interpolated(to: [5], Tensor.Resampling(.nearest))]
        },
        FunctionRow("interpolate(scale_factor=1.5, mode='linear')", [f64(image)]) {
            [try $0[0].interpolated(to: [4], factors: [1.5], Tensor.Resampling(.linear))]
        },
        FunctionRow("grid_sample(padding_mode='border')", [f64(noise([1, 2, 3, 4])), f64(noise([1, 2, 2, 2]))]) {
            [try $0[0].sampled(at: $0[1], .bilinear, .border)]
        },
        FunctionRow("affine_grid((2, 3, 2, 4), align_corners=True)", [f64(noise([2, 2, 3]))]) {
            [try $0[0].affineGrid([2, 3, 2, 4], alignsCorners: true)]
        },
        FunctionRow("pixel_shuffle(2)", [f64(noise([4, 2, 3]))]) { [try $0[0].pixelShuffled(2)] },
        FunctionRow("pixel_unshuffle(2)", [f64(noise([1, 4, 6]))]) { [try $0[0].pixelUnshuffled(2)] },
        FunctionRow("channel_shuffle(2)", [f64(image)]) { [try $0[0].channelShuffled(2)] },
        FunctionRow("bilinear", [f64(noise([3, 2])), f64(noise([3, 4])), f64(noise([2, 2, 4]))]) {
            [try $0[0].bilinear($0[1], $0[2])]
        },
    ]
}
