import Engine

/// Functions of the table as operations of Keras 3.
enum KerasOperations {
    struct Found {
        let kind: String
        /// "numpy" or "nn".
        let folder: String
        let config: [JSON.Member]
        /// Arguments behind the tensors.
        var arguments: [JSON] = []
    }

    private static let inNN: Set<String> = [
        "Sigmoid", "Relu", "Relu6", "Softplus", "Softsign", "Silu", "Selu", "LogSigmoid", "HardSilu", "Elu", "Celu",
        "Gelu", "LeakyRelu", "Softmax", "LogSoftmax",
    ]

    private static let unary = reversed(KerasOperation.unary).merging(["positive": "Identity"]) { first, _ in first }
    private static let binary = reversed(KerasOperation.binary)
    private static let reductions = reversed(KerasOperation.reductions)

    private static func reversed(_ table: [String: String]) -> [String: String] {
        // Of two names of Keras the first of the alphabet, but for those that only TensorFlow has.
        Dictionary(
            table.filter { !["Swish", "HardSwish", "Abs", "TrueDivide", "Mish", "StopGradient"].contains($0.key) }
                .sorted { $0.key < $1.key }.map { ($0.value, $0.key) }
        ) { first, _ in first }
    }

    /// Whether a number may stand for a tensor there.
    static func isOperand(_ function: String, at place: Int) -> Bool { place < 2 && binary[function] != nil }

    static func operation(_ function: String, _ values: [(keyword: String?, value: Value)]) -> Found? {
        func value(_ names: [String], _ place: Int) -> JSON? {
            if let found = values.first(where: { $0.keyword.map(names.contains) == true }) {
                return KerasDescription.json(found.value)
            }
            let placed = values.filter { $0.keyword == nil }
            return place < placed.count ? KerasDescription.json(placed[place].value) : nil
        }
        func found(_ kind: String, _ config: [(String, JSON?)] = [], folder: String? = nil) -> Found {
            Found(
                kind: kind, folder: folder ?? (inNN.contains(kind) ? "nn" : "numpy"),
                config: config.map { JSON.Member($0.0, $0.1 ?? .null) })
        }
        if let kind = binary[function] { return values.isEmpty ? found(kind) : nil }
        if let kind = unary[function] { return values.isEmpty ? found(kind) : nil }
        if let kind = reductions[function] {
            guard (value(["correction"], 9) ?? .integer(0)) == .integer(0) else { return nil }
            return found(
                kind, [("axis", value(["dim"], 0)), ("keepdims", value(["keepdim"], 1) ?? .flag(false))],
                folder: kind == "Logsumexp" ? "math" : nil)
        }
        switch function {
        case "reshape": return found("Reshape", [("newshape", value(["shape"], 0))])
        case "permute": return found("Transpose", [("axes", value(["dims"], 0))])
        case "unsqueeze": return found("ExpandDims", [("axis", value(["dim"], 0))])
        case "squeeze": return found("Squeeze", [("axis", value(["dim"], 0))])
        case "cat": return found("Concatenate", [("axis", value(["dim"], 0) ?? .integer(0))])
        case "stack": return found("Stack", [("axis", value(["dim"], 0) ?? .integer(0))])
        case "matmul": return found("Matmul")
        case "softmax": return found("Softmax", [("axis", value(["dim"], 0))])
        case "log_softmax": return found("LogSoftmax", [("axis", value(["dim"], 0))])
        case "gelu": return found("Gelu", [("approximate", .flag(value(["approximate"], 0)?.text == "tanh"))])
        case "elu", "celu":
            return found(function == "elu" ? "Elu" : "Celu", [("alpha", value(["alpha"], 0) ?? .real(1))])
        case "leaky_relu": return found("LeakyRelu", [("negative_slope", value(["negative_slope"], 0) ?? .real(0.01))])
        case "clamp": return found("Clip", [("x_min", value(["min"], 0)), ("x_max", value(["max"], 1))])
        case "flip": return found("Flip", [("axis", value(["dims"], 0))])
        case "tile": return found("Tile", [("repeats", value(["dims"], 0))])
        case "broadcast_to": return found("BroadcastTo", [("shape", value(["size"], 0))])
        case "to": return found("Cast", [("dtype", value(["dtype"], 0))], folder: "core")
        case "slice": return picked(value(["dim"], 0), value(["start"], 1), value(["end"], 2), value(["step"], 3))
        case "select":
            guard let axis = value(["dim"], 0)?.integer, let index = value(["index"], 1), let before = all(axis) else {
                return nil
            }
            return getItem(axis < 0 ? [.text("...")] : before, index, behind: axis < 0 ? -1 - axis : 0)
        default: return nil
        }
    }

    private static let whole: JSON = [
        "class_name": "__slice__", "config": ["start": .null, "stop": .null, "step": .null],
    ]

    /// Slices that take all of the axes before one.
    private static func all(_ axis: Int64) -> [JSON]? {
        axis < Int64(mostAxes) && axis >= -Int64(mostAxes) ? Array(repeating: whole, count: Int(max(axis, 0))) : nil
    }

    private static func picked(_ dim: JSON?, _ start: JSON?, _ stop: JSON?, _ step: JSON?) -> Found? {
        guard let axis = dim?.integer, let before = all(axis) else { return nil }
        let slice: JSON = [
            "class_name": "__slice__",
            "config": ["start": start ?? .null, "stop": stop ?? .null, "step": step ?? .null],
        ]
        return getItem(axis < 0 ? [.text("...")] : before, slice, behind: axis < 0 ? -1 - axis : 0)
    }

    private static func getItem(_ before: [JSON], _ entry: JSON, behind: Int64) -> Found {
        let ellipsis: JSON = ["class_name": "__ellipsis__", "config": .object([])]
        let front = before.map { $0 == .text("...") ? ellipsis : $0 }
        let key = front + [entry] + Array(repeating: whole, count: Int(min(behind, Int64(mostAxes))))
        return Found(kind: "GetItem", folder: "numpy", config: [], arguments: [.list(key)])
    }
}
