import Engine

/// Arrays of a file by dotted names, taken over by a module.
public struct NamedWeights {
    /// How arrays are laid out.
    public enum Layout: String {
        /// As PyTorch has them: weights of [out, in, ...].
        case torch
        /// As Flax has them: kernels of [..., in, out], called kernel, scale, embedding, mean and var.
        case flax
        /// Flax' where a name of its ends a path that the module does not have, else PyTorch's.
        case auto
    }

    /// A name in the file, or the beginning of one up to a dot, and what it is in the module; "" for nothing.
    public typealias Renaming = (from: String, to: String)

    private let given: [(name: String, tensor: Tensor)]
    private let renamings: [Renaming]
    private let layout: Layout

    public init(_ given: [(name: String, tensor: Tensor)], renamings: [Renaming], layout: Layout) {
        (self.given, self.renamings, self.layout) = (given, renamings, layout)
    }

    /// Flax' names of arrays and PyTorch's.
    private static let flaxNames = [
        "kernel": "weight", "scale": "weight", "embedding": "weight", "bias": "bias", "mean": "running_mean",
        "var": "running_var",
    ]
    /// Groups around a model's parameters.
    private static let wrappers: Set<String> = [
        "params", "batch_stats", "state_dict", "model_state_dict", "parameters", "buffers",
    ]

    /// Takes over all values, or changes nothing. `isStrict`: nothing may be missing or left over. Returns the names
    /// that the file does not have, and those of the file that the module does not have.
    public func load(into module: Module, isStrict: Bool) throws(Failure) -> (missing: [String], unexpected: [String]) {
        let own = module.allParameters + module.allBuffers
        let boxes = Dictionary(own.map { ($0.name, $0.tensor) }) { first, _ in first }
        var found: [String: Tensor] = [:]
        var faults: [String] = []
        var unexpected: [String] = []
        for (name, tensor) in given {
            let (target, isTurned) = target(of: name, among: boxes)
            guard let target, let box = boxes[target] else {
                if target != "" { unexpected.append(name) }
                continue
            }
            guard found[target] == nil else {
                faults.append("'\(name)': there are two arrays for '\(target)'")
                continue
            }
            let value = isTurned ? try turned(tensor) : tensor
            guard value.shape == box.shape else {
                faults.append(
                    "'\(name)': shape \(box.shape) is expected for '\(target)', found \(value.shape)"
                        + (isTurned ? " (turned from \(tensor.shape))" : ""))
                continue
            }
            guard value.dtype.isFloat == box.dtype.isFloat else {
                faults.append("'\(name)': \(box.dtype.name) is expected for '\(target)', found \(value.dtype.name)")
                continue
            }
            found[target] = value.dtype == box.dtype ? value : try value.cast(box.dtype)
        }
        // Flax counts no batches.
        let missing = own.map(\.name).filter { name in
            found[name] == nil && !(layout != .torch && name.hasSuffix("num_batches_tracked"))
        }
        if isStrict {
            faults += missing.map { "'\($0)' is missing" } + unexpected.map { "'\($0)' is not expected" }
        }
        guard faults.isEmpty else {
            let shown = faults.prefix(12).joined(separator: "; ") + (faults.count > 12 ? "; ..." : "")
            throw .structure(operation: "load_weights", "the file does not fit the module: \(shown)")
        }
        try Tensor.evaluate(Array(found.values))
        for (name, value) in found { try boxes[name]?.become(value) }
        return (missing, unexpected)
    }

    /// The module's name for an array of the file, and whether its axes are to be turned; nil where there is none, ""
    /// where it is not wanted.
    private func target(of name: String, among boxes: [String: Tensor]) -> (String?, Bool) {
        let unwrapped = NamedWeights.unwrapped(name, boxes)
        for name in [name, unwrapped] {
            if let exact = renamings.first(where: { $0.from == name }) {
                let leaf = name.split(separator: ".").last.map { String($0) } ?? ""
                return (exact.to, isFlax && leaf == "kernel" && boxes[exact.to] != nil)
            }
        }
        var result = unwrapped
        let parts = renamings.filter { result.hasPrefix($0.from + ".") }
        if let longest = parts.max(by: { $0.from.count < $1.from.count }) {
            if longest.to.isEmpty { return ("", false) }
            result = longest.to + result.dropFirst(longest.from.count)
        }
        if boxes[result] != nil { return (result, layout == .flax && result.hasSuffix(".kernel")) }
        guard isFlax, let dot = result.lastIndex(of: "."),
            let leaf = NamedWeights.flaxNames[String(result[result.index(after: dot)...])]
        else { return (nil, false) }
        return (result[...dot] + leaf, result[result.index(after: dot)...] == "kernel")
    }

    private var isFlax: Bool { layout != .torch }

    /// Without the names of groups around the whole.
    private static func unwrapped(_ name: String, _ boxes: [String: Tensor]) -> String {
        var parts = name.split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
        while parts.count > 1, wrappers.contains(parts[0]),
            !boxes.keys.contains(where: { $0.hasPrefix(parts[0] + ".") })
        {
            parts.removeFirst()
        }
        return parts.joined(separator: ".")
    }

    /// A kernel of [..., in, out] as [out, in, ...].
    private func turned(_ kernel: Tensor) throws(Failure) -> Tensor {
        let rank = kernel.shape.count
        guard rank >= 2 else { return kernel }
        return try kernel.permute([rank - 1, rank - 2] + Array(0..<rank - 2))
    }
}
