import Engine

/// What files of Keras 1 and 2 call otherwise than Keras 3 does.
enum KerasNames {
    /// The class of Keras 3.
    static func kind(_ name: String) -> String {
        let last = name.split(separator: ">").last.map(String.init) ?? name
        if let found = kinds[last] { return found }
        for (old, new) in [("Convolution", "Conv"), ("AvgPool", "AveragePooling"), ("MaxPool", "MaxPooling")] {
            guard let range = last.range(ofText: old) else { continue }
            let rest = last[range.upperBound...]
            if old.hasSuffix("Pool"), rest.hasPrefix("ing") { continue }
            return last[..<range.lowerBound] + new + rest
        }
        return last
    }

    private static let kinds = [
        "AtrousConvolution1D": "Conv1D", "AtrousConvolution2D": "Conv2D", "Deconvolution2D": "Conv2DTranspose",
        "Convolution1DTranspose": "Conv1DTranspose", "Convolution2DTranspose": "Conv2DTranspose",
        "BatchNormalizationV1": "BatchNormalization", "BatchNormalizationV2": "BatchNormalization",
        "SyncBatchNormalization": "BatchNormalization", "CuDNNLSTM": "LSTM", "CuDNNGRU": "GRU", "LSTMV2": "LSTM",
        "GRUV2": "GRU", "LSTMCellV2": "LSTMCell", "GRUCellV2": "GRUCell", "TimeDistributedDense": "Dense",
        "DenseFeatures": "DenseFeatures",
    ]

    /// A config under Keras 3's names. What stands under a new name already counts.
    static func renewed(_ entry: KerasEntry, version: Int) -> JSON {
        guard version < 3, case .object(var members) = entry.config else { return entry.config }
        func add(_ name: String, _ value: JSON?) {
            guard let value, !members.contains(where: { $0.name == name }) else { return }
            members.append(JSON.Member(name, value))
        }
        let (kind, config) = (KerasNames.kind(entry.kind), entry.config)
        for (old, new) in renamed { add(new, config[old]) }
        if kind != "Embedding" { add("units", config["output_dim"]) }
        if kind == "Dropout" || kind.hasPrefix("SpatialDropout") { add("rate", config["p"]) }
        if kind.hasPrefix("Gaussian") || kind == "GaussianNoise" { add("stddev", config["sigma"]) }
        if kind == "UpSampling1D" { add("size", config["length"]) }
        if kind == "LeakyReLU" { add("negative_slope", config["alpha"]) }
        if kind.contains("Conv") {
            add("kernel_size", config["filter_length"])
            let extents = ["nb_row", "nb_col"].compactMap { config[$0] }
            if extents.count == 2 { add("kernel_size", .list(extents)) }
            let three = ["kernel_dim1", "kernel_dim2", "kernel_dim3"].compactMap { config[$0] }
            if three.count == 3 { add("kernel_size", .list(three)) }
            add("strides", config["subsample"] ?? config["subsample_length"])
        }
        if kind.hasSuffix("Pooling1D") {
            add("pool_size", config["pool_length"])
            add("strides", config["stride"])
        }
        if let order = config["dim_ordering"]?.text {
            add("data_format", .text(order == "th" ? "channels_first" : "channels_last"))
        }
        if kind == "GRU" || kind == "GRUCell" { add("reset_after", .flag(entry.kind.hasPrefix("CuDNN"))) }
        if entry.kind.hasPrefix("CuDNN") { add("recurrent_activation", .text("sigmoid")) }
        return .object(members)
    }

    private static let renamed = [
        ("nb_filter", "filters"), ("border_mode", "padding"), ("init", "kernel_initializer"),
        ("inner_init", "recurrent_initializer"), ("inner_activation", "recurrent_activation"), ("bias", "use_bias"),
        ("atrous_rate", "dilation_rate"), ("W_regularizer", "kernel_regularizer"),
        ("U_regularizer", "recurrent_regularizer"), ("b_regularizer", "bias_regularizer"),
        ("W_constraint", "kernel_constraint"), ("b_constraint", "bias_constraint"), ("dropout_W", "dropout"),
        ("dropout_U", "recurrent_dropout"), ("gamma_init", "gamma_initializer"), ("beta_init", "beta_initializer"),
        ("concat_axis", "axis"), ("dot_axes", "axes"), ("repeat_vector", "n"),
    ]

    /// The layer that a `Merge` of Keras 1 is.
    static func merge(_ mode: String?) -> String? {
        switch mode {
        case "sum": return "Add"
        case "mul": return "Multiply"
        case "concat": return "Concatenate"
        case "ave": return "Average"
        case "max": return "Maximum"
        case "min": return "Minimum"
        case "dot": return "Dot"
        default: return nil
        }
    }

    /// Names of children: words, each once.
    static func children(_ names: [String]) -> [String] {
        var taken: Set<String> = ["self", "wingbeat"]
        return names.map { unique(word($0), &taken) }
    }

    /// A name with what no word has replaced.
    static func word(_ name: String) -> String {
        var word = String(
            String.UnicodeScalarView(name.unicodeScalars.map { Reader.isWord("a\($0)") ? $0 : Unicode.Scalar("_") }))
        if !Reader.isWord(word) { word = "_" + word }
        return word
    }

    /// The name in a file of what is called `word` here; nil where they are the same. Keras 3 takes no "/".
    static func fileName(_ name: String, _ word: String) -> String? {
        let found = String(name.map { $0 == "/" ? "_" : $0 })
        return found == word || found.isEmpty ? nil : found
    }

    static func unique(_ name: String, _ taken: inout Set<String>) -> String {
        if taken.insert(name).inserted { return name }
        var number = 1
        while !taken.insert("\(name)_\(number)").inserted { number += 1 }
        return "\(name)_\(number)"
    }
}

extension String {
    /// Where a text stands first.
    fileprivate func range(ofText text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
