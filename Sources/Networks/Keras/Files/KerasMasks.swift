import Engine

/// Which masks go through which layers (Keras 3's `compute_mask` and `supports_masking`).
enum KerasMasks {
    enum Rule {
        /// That of the first input goes on, with the first result.
        case passes
        /// The layer begins one.
        case begins
        /// Those of all inputs become one.
        case merges
        case joins
        case ends
    }

    static func rule(_ kind: String, _ config: JSON) -> Rule {
        switch kind {
        case "Embedding", "ReversibleEmbedding": return config["mask_zero"]?.flag == true ? .begins : .ends
        case "Masking": return .begins
        case "LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D":
            return config["return_sequences"]?.flag == true ? .passes : .ends
        case "Bidirectional":
            return config["layer"]?["config"]?["return_sequences"]?.flag == true ? .passes : .ends
        case "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum": return .merges
        case "Concatenate": return .joins
        default: return passing.contains(kind) || kind.hasPrefix("SpatialDropout") ? .passes : .ends
        }
    }

    private static let passing: Set<String> = [
        "Activation", "ELU", "LeakyReLU", "PReLU", "ReLU", "ThresholdedReLU", "Softmax", "MultiHeadAttention",
        "GroupQueryAttention", "Attention", "AdditiveAttention", "Dense", "Identity", "BatchNormalization",
        "GroupNormalization", "LayerNormalization", "UnitNormalization", "Normalization", "Rescaling",
        "ActivityRegularization", "AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise", "TimeDistributed",
    ]
}
