import Engine

/// Operations on tensors that stand in a model as layers: Keras 3's ops, and TensorFlow functions of Keras 2
/// (TFOpLambda). Each is a call of the table of functions.
struct KerasOperation {
    /// "Multiply", also for "math.multiply".
    let kind: String
    let name: String
    let config: JSON
    let call: KerasConfig.Call
    /// Python's TensorFlow functions have defaults of their own.
    let isTensorFlow: Bool
    /// An argument as it stands in a line: a name of a value or of a constant, a number, a list.
    let term: (KerasConfig.Argument) throws(Failure) -> String

    /// The text of the call.
    func expression() throws(Failure) -> String {
        if let function = KerasOperation.unary[kind] { return "\(function)(\(try x()))" }
        if let function = KerasOperation.binary[kind] { return "\(function)(\(try x()), \(try y()))" }
        if let function = KerasOperation.reductions[kind] { return try reduction(function) }
        if let text = try activation() { return text }
        if let text = try shaping() { return text }
        if let text = try other() { return text }
        throw .unsupported(
            operation: "load",
            "the model computes '\(kind.shortened)' ('\(name.shortened)') outside of its layers, which is not known "
                + "here; give a layer in its place, custom={'\(name.shortened)': layer}")
    }

    static let unary = [
        "Absolute": "abs", "Abs": "abs", "Negative": "neg", "Square": "square", "Sqrt": "sqrt", "Rsqrt": "rsqrt",
        "Exp": "exp", "Expm1": "expm1", "Log": "log", "Log1p": "log1p", "Log2": "log2", "Log10": "log10",
        "Sin": "sin", "Cos": "cos", "Tan": "tan", "Arcsin": "asin", "Arccos": "acos", "Arctan": "atan",
        "Sinh": "sinh", "Cosh": "cosh", "Tanh": "tanh", "Arcsinh": "asinh", "Arccosh": "acosh", "Arctanh": "atanh",
        "Erf": "erf", "Floor": "floor", "Ceil": "ceil", "Sign": "sign", "Reciprocal": "reciprocal",
        "Isnan": "isnan", "Isinf": "isinf", "Isfinite": "isfinite", "LogicalNot": "logical_not",
        "Sigmoid": "sigmoid", "Relu": "relu", "Relu6": "relu6", "Softplus": "softplus", "Softsign": "softsign",
        "Silu": "silu", "Swish": "silu", "Selu": "selu", "LogSigmoid": "logsigmoid", "HardSilu": "hardswish",
        "HardSwish": "hardswish", "Mish": "mish", "ZerosLike": "zeros_like", "OnesLike": "ones_like",
        "Identity": "positive", "StopGradient": "detach", "Trunc": "trunc",
    ]

    static let binary = [
        "Add": "add", "Subtract": "sub", "Multiply": "mul", "Divide": "div", "TrueDivide": "div",
        "FloorDivide": "floor_divide", "Mod": "remainder", "Power": "pow", "Maximum": "maximum",
        "Minimum": "minimum", "Arctan2": "atan2", "Equal": "eq", "NotEqual": "ne", "Greater": "gt",
        "GreaterEqual": "ge", "Less": "lt", "LessEqual": "le", "LogicalAnd": "logical_and",
        "LogicalOr": "logical_or", "LogicalXor": "logical_xor",
    ]

    static let reductions = [
        "Sum": "sum", "Mean": "mean", "Max": "amax", "Min": "amin", "Prod": "prod", "Any": "any", "All": "all",
        "Logsumexp": "logsumexp", "Var": "var", "Std": "std", "Argmax": "argmax", "Argmin": "argmin",
    ]

    /// The names that Keras 3 has for TensorFlow's functions, by the last word of theirs.
    static let tensorFlow = [
        "add": "Add", "add_v2": "Add", "sub": "Subtract", "subtract": "Subtract", "mul": "Multiply",
        "multiply": "Multiply", "div": "Divide", "divide": "Divide", "truediv": "Divide", "realdiv": "Divide",
        "floordiv": "FloorDivide", "mod": "Mod", "floormod": "Mod", "pow": "Power", "maximum": "Maximum",
        "minimum": "Minimum", "atan2": "Arctan2", "equal": "Equal", "not_equal": "NotEqual", "greater": "Greater",
        "greater_equal": "GreaterEqual", "less": "Less", "less_equal": "LessEqual", "logical_and": "LogicalAnd",
        "logical_or": "LogicalOr", "logical_not": "LogicalNot", "abs": "Absolute", "neg": "Negative",
        "negative": "Negative", "square": "Square", "sqrt": "Sqrt", "rsqrt": "Rsqrt", "exp": "Exp",
        "expm1": "Expm1", "log": "Log", "log1p": "Log1p", "sin": "Sin", "cos": "Cos", "tan": "Tan", "asin": "Arcsin",
        "acos": "Arccos", "atan": "Arctan", "sinh": "Sinh", "cosh": "Cosh", "tanh": "Tanh", "erf": "Erf",
        "floor": "Floor", "ceil": "Ceil", "sign": "Sign", "reciprocal": "Reciprocal", "sigmoid": "Sigmoid",
        "relu": "Relu", "relu6": "Relu6", "softplus": "Softplus", "softsign": "Softsign", "silu": "Silu",
        "swish": "Silu", "selu": "Selu", "elu": "Elu", "leaky_relu": "LeakyRelu", "gelu": "Gelu",
        "softmax": "Softmax", "softmax_v2": "Softmax", "log_softmax": "LogSoftmax", "log_sigmoid": "LogSigmoid",
        "reduce_sum": "Sum", "reduce_mean": "Mean", "reduce_max": "Max", "reduce_min": "Min", "reduce_prod": "Prod",
        "reduce_any": "Any", "reduce_all": "All", "reduce_logsumexp": "Logsumexp", "reduce_variance": "Var",
        "reduce_std": "Std", "argmax": "Argmax", "argmin": "Argmin", "reshape": "Reshape",
        "transpose": "Transpose", "transpose_v2": "Transpose", "concat": "Concatenate", "stack": "Stack",
        "expand_dims": "ExpandDims", "expand_dims_v2": "ExpandDims", "squeeze": "Squeeze", "squeeze_v2": "Squeeze",
        "cast": "Cast", "clip_by_value": "Clip", "matmul": "Matmul", "where": "Where", "where_v2": "Where",
        "tile": "Tile", "reverse": "Flip", "identity": "Identity", "stop_gradient": "StopGradient",
        "getitem": "GetItem", "zeros_like": "ZerosLike", "ones_like": "OnesLike", "split": "Split",
        "unstack": "Unstack", "l2_normalize": "Normalize", "squared_difference": "SquaredDifference",
        "bias_add": "Add", "einsum": "Einsum", "rsub": "Rsub", "radd": "Radd", "rmul": "Rmul",
        "rtruediv": "Rdiv", "rpow": "Rpow", "one_hot": "OneHot", "gather": "Take", "cumsum": "Cumsum",
        "broadcast_to": "BroadcastTo", "batch_matmul": "Matmul", "ensure_shape": "Identity",
    ]

    // MARK: Finding arguments

    private static let firstNames = [
        "x", "x1", "input", "inputs", "input_tensor", "tensor", "a", "features", "logits", "t", "value", "values",
        "arrays", "xs", "params", "condition", "indices",
    ]

    /// What the call gives by a keyword or by its place, or the config by name.
    private func find(_ names: [String], _ place: Int? = nil) -> KerasConfig.Argument? {
        for name in names {
            if let found = call.keywords.first(where: { $0.name == name })?.value, !found.isNull { return found }
            if let found = config[name], name != "name" { return .value(found) }
        }
        guard let place, place < call.arguments.count else { return nil }
        let found = call.arguments[place]
        return found.isNull ? nil : found
    }

    private func needed(_ names: [String], _ place: Int?) throws(Failure) -> KerasConfig.Argument {
        guard let found = find(names, place) else {
            throw KerasConfig.failure("the operation '\(name.shortened)' (\(kind)) lacks '\(names[0])'")
        }
        return found
    }

    private func x() throws(Failure) -> String {
        if let first = call.arguments.first { return try term(first) }
        return try term(needed(KerasOperation.firstNames, 0))
    }
    private func y() throws(Failure) -> String { try term(needed(["x2", "y", "b", "bias"], 1)) }

    /// A plain value as it stands in a line; nil where there is none.
    private func plain(_ names: [String], _ place: Int? = nil) throws(Failure) -> Value? {
        guard let found = find(names, place) else { return nil }
        guard let json = found.json, let value = KerasConstruction.value(json) else {
            throw .unsupported(
                operation: "load",
                "the operation '\(name.shortened)' (\(kind)) takes '\(names[0])' from a tensor, which no line here says"
            )
        }
        return value
    }

    private func literal(_ names: [String], _ place: Int? = nil) throws(Failure) -> String {
        guard let value = try plain(names, place) else {
            throw KerasConfig.failure("the operation '\(name.shortened)' (\(kind)) lacks '\(names[0])'")
        }
        return value.literal
    }

    // MARK: Calls

    private func reduction(_ function: String) throws(Failure) -> String {
        var axis = try plain(["axis"], 1) ?? .none
        if let list = axis.list, list.isEmpty { axis = .none }
        let keeps = try plain(["keepdims", "keep_dims"], 2)?.flag ?? false
        if function == "argmax" || function == "argmin" {
            // TensorFlow's default is the first axis, Keras' all of them.
            let place = axis == .none && isTensorFlow ? .integer(0) : axis
            return "\(function)(\(try x()), \(place.literal), \(Value.flag(keeps).literal))"
        }
        let correction = function == "var" || function == "std" ? ", correction=0" : ""
        return "\(function)(\(try x()), dim=\(axis.literal), keepdim=\(Value.flag(keeps).literal)\(correction))"
    }

    private func activation() throws(Failure) -> String? {
        switch kind {
        case "Softmax": return "softmax(\(try x()), \((try plain(["axis"], 1) ?? .integer(-1)).literal))"
        case "LogSoftmax": return "log_softmax(\(try x()), \((try plain(["axis"], 1) ?? .integer(-1)).literal))"
        case "Gelu":
            let approximate = try plain(["approximate"], 1)?.flag ?? !isTensorFlow
            return "gelu(\(try x()), approximate='\(approximate ? "tanh" : "none")')"
        case "Elu", "Celu":
            return "\(kind.lowercased())(\(try x()), \((try plain(["alpha"], 1) ?? .real(1)).literal))"
        case "LeakyRelu":
            return "leaky_relu(\(try x()), \((try plain(["negative_slope", "alpha"], 1) ?? .real(0.2)).literal))"
        case "HardSigmoid":
            return "clamp(add(mul(\(try x()), \(1.0 / 6)), 0.5), 0, 1)"
        case "Glu": return "glu(\(try x()), \((try plain(["axis"], 1) ?? .integer(-1)).literal))"
        default: return nil
        }
    }

    private func shaping() throws(Failure) -> String? {
        switch kind {
        case "Reshape":
            guard let shape = find(["newshape", "shape"], 1) else { return nil }
            return "reshape(\(try x()), \(try term(shape)))"
        case "Transpose":
            guard let axes = try plain(["axes", "perm"], 1), axes != .none else { return nil }
            return "permute(\(try x()), \(axes.literal))"
        case "ExpandDims": return "unsqueeze(\(try x()), \(try literal(["axis"], 1)))"
        case "Squeeze":
            let axis = try plain(["axis"], 1) ?? .none
            return axis == .none || axis.list?.isEmpty == true
                ? "squeeze(\(try x()))" : "squeeze(\(try x()), \(axis.literal))"
        case "SwapAxes": return "transpose(\(try x()), \(try literal(["axis1"], 1)), \(try literal(["axis2"], 2)))"
        case "Moveaxis": return "movedim(\(try x()), \(try literal(["source"], 1)), \(try literal(["destination"], 2)))"
        case "Flip":
            guard let axis = try plain(["axis"], 1), axis != .none else { return nil }
            return "flip(\(try x()), \((axis.list == nil ? .list([axis]) : axis).literal))"
        case "Tile": return "tile(\(try x()), \(try literal(["repeats", "multiples"], 1)))"
        case "BroadcastTo": return "broadcast_to(\(try x()), \(try literal(["shape"], 1)))"
        case "Ravel": return "reshape(\(try x()), (-1,))"
        case "Concatenate", "Stack":
            let list = try needed(["xs", "values", "x"], 0)
            let axis = try plain(["axis"], 1) ?? .integer(0)
            return "\(kind == "Stack" ? "stack" : "cat")(\(try term(list)), \(axis.literal))"
        case "Pad":
            guard let width = try plain(["pad_width", "paddings"], 1)?.list else { return nil }
            // Along the last axis first.
            let sides = width.reversed().flatMap { $0.list ?? [] }
            let value = try plain(["constant_values"], nil) ?? .integer(0)
            return "pad(\(try x()), \(Value.list(sides).literal), value=\(value.literal))"
        case "Split":
            guard let parts = try plain(["indices_or_sections", "num_or_size_splits"], 1) else { return nil }
            let axis = try plain(["axis"], 2) ?? .integer(0)
            // TensorFlow counts sizes, Keras and NumPy places.
            if isTensorFlow, parts.list != nil { return "split(\(try x()), \(parts.literal), \(axis.literal))" }
            return "tensor_split(\(try x()), \(parts.literal), \(axis.literal))"
        case "Unstack": return "unbind(\(try x()), \((try plain(["axis"], 1) ?? .integer(0)).literal))"
        case "GetItem": return try picked()
        default: return nil
        }
    }

    private func other() throws(Failure) -> String? {
        switch kind {
        case "Matmul", "Dot":
            func turned(_ text: String, _ names: [String]) throws(Failure) -> String {
                try plain(names)?.flag == true ? "transpose(\(text), -2, -1)" : text
            }
            let (a, b) = (
                try turned(x(), ["transpose_a", "adjoint_a"]), try turned(y(), ["transpose_b", "adjoint_b"])
            )
            return "matmul(\(a), \(b))"
        case "Clip":
            let least = try plain(["x_min", "clip_value_min"], 1) ?? .none
            return
                "clamp(\(try x()), \(least.literal), \((try plain(["x_max", "clip_value_max"], 2) ?? .none).literal))"
        case "Cast":
            guard let dtype = try plain(["dtype"], 1)?.text else { return nil }
            return "to(\(try x()), \(dtype))"
        case "Where":
            let parts = (
                try term(needed(["condition"], 0)), try term(needed(["x1", "x"], 1)), try term(needed(["x2", "y"], 2))
            )
            return "where(\(parts.0), \(parts.1), \(parts.2))"
        case "Round": return "round(\(try x()))"
        case "SquaredDifference": return "square(sub(\(try x()), \(try y())))"
        case "Rsub": return "sub(\(try y()), \(try x()))"
        case "Radd": return "add(\(try y()), \(try x()))"
        case "Rmul": return "mul(\(try y()), \(try x()))"
        case "Rdiv": return "div(\(try y()), \(try x()))"
        case "Rpow": return "pow(\(try y()), \(try x()))"
        case "Normalize":
            let order = try plain(["order"])?.real ?? 2
            guard isTensorFlow || order == 2 else { return nil }
            let x = try x()
            let axis = try plain(["axis", "dim"], 1) ?? (isTensorFlow ? .none : .integer(-1))
            let sum = "sum(square(\(x)), dim=\(axis.literal), keepdim=True)"
            return "mul(\(x), rsqrt(maximum(\(sum), 1e-12)))"
        case "Einsum":
            guard let equation = try plain(["subscripts", "equation"])?.text else { return nil }
            let operands = try (call.arguments.first?.list ?? call.arguments).map { (item) throws(Failure) in
                try term(item)
            }
            return "einsum('\(equation.filter { $0 != "'" && $0 != "\\" })', [\(operands.joined(separator: ", "))])"
        case "OneHot":
            return "to(one_hot(to(\(try x()), int64), \(try literal(["num_classes", "depth"], 1))), float32)"
        case "Take":
            guard let axis = try plain(["axis"], 2) else { return nil }
            let indices = try term(needed(["indices"], 1))
            return "index_select(\(try x()), \(axis.literal), to(\(indices), int64))"
        case "Cumsum": return "cumsum(\(try x()), \((try plain(["axis"], 1) ?? .integer(0)).literal))"
        default: return nil
        }
    }

    /// `x[1:, ..., None, 2]`: slices first, then the axes that are picked go, then new ones come. Axes behind an
    /// ellipsis count from the end.
    private func picked() throws(Failure) -> String? {
        let key = try needed(["key", "slice_spec"], 1)
        let entries = key.list ?? [key]
        let ellipsis = entries.firstIndex { $0.json?.text == "..." } ?? entries.count
        var text = try x()
        var (goes, comes): ([(axis: Int, index: Int64)], [Int]) = ([], [])
        for (place, entry) in entries.enumerated() where place != ellipsis {
            let isFront = place < ellipsis
            // What stands between this entry and its end of the tensor.
            let others = isFront ? entries[..<place] : entries[(place + 1)...]
            let axes = others.filter { !$0.isNull }.count
            let axis = isFront ? axes : -1 - axes
            switch entry {
            case .slice(let start, let stop, let step):
                let parts = [start, stop, step].compactMap { $0.json.flatMap { KerasConstruction.value($0) } }
                guard parts.count == 3 else { return nil }
                if parts.allSatisfy({ $0 == .none }) { continue }
                let stride = parts[2] == .none ? Value.integer(1) : parts[2]
                text = "slice(\(text), \(axis), \(parts[0].literal), \(parts[1].literal), \(stride.literal))"
            case .value(.null):
                let kept = others.filter { $0.json?.integer == nil }.count
                comes.append(isFront ? kept : -1 - kept)
            case .value(let json):
                guard let index = json.integer else { return nil }
                goes.append((axis, index))
            default: return nil
            }
        }
        // An axis that goes moves those behind it, or, counted from the end, those before it.
        let front = goes.filter { $0.axis >= 0 }.sorted { $0.axis > $1.axis }
        let back = goes.filter { $0.axis < 0 }.sorted { $0.axis < $1.axis }
        for (axis, index) in front + back { text = "select(\(text), \(axis), \(index))" }
        for axis in comes.filter({ $0 >= 0 }).sorted() + comes.filter({ $0 < 0 }).sorted(by: >) {
            text = "unsqueeze(\(text), \(axis))"
        }
        return text
    }
}

extension KerasConfig.Argument {
    /// The plain value, where no tensor is in it.
    var json: JSON? {
        switch self {
        case .value(let json): return json
        case .list(let items):
            let values = items.compactMap(\.json)
            return values.count == items.count ? .list(values) : nil
        case .tensor, .slice: return nil
        }
    }

    var list: [KerasConfig.Argument]? {
        switch self {
        case .list(let items): return items
        case .value(.list(let items)): return items.map { .value($0) }
        default: return nil
        }
    }

    var isNull: Bool {
        if case .value(.null) = self { return true }
        return false
    }
}
