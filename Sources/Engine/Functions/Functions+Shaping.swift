/// Axes merged, split, moved, dropped, added and repeated; tensors joined, cut, turned round and padded. All dtypes;
/// the dtype stays.
extension Functions {
    private static func triangle(_ name: String, isLower: Bool) -> Function {
        Function(
            name, [.input, Parameter("diagonal", .integer, .integer(0), "Above the main diagonal if positive.")],
            "With zeros \(isLower ? "above" : "below") a diagonal of the matrices in the last two axes."
        ) { a throws(Failure) in try a.tensor("input").triangle(a.integer("diagonal"), isLower: isLower) }
    }

    static let padModes: [String: Tensor.PadMode] = [
        "constant": .constant, "reflect": .reflect, "replicate": .replicate, "circular": .circular,
    ]

    static let shaping: [Function] = [
        Function(
            "reshape", [.input, Parameter("shape", .integers, "The extents; one may be -1 and is deduced.")],
            "The same elements, row-major, in another shape."
        ) { a throws(Failure) in try a.tensor("input").reshape(a.integers("shape")) },
        Function(
            "flatten",
            [
                .input, Parameter("start_dim", .integer, .integer(0), "The first axis."),
                Parameter("end_dim", .integer, .integer(-1), "The last axis."),
            ],
            "Axes start_dim to end_dim as one; a scalar becomes [1]."
        ) { a throws(Failure) in try a.tensor("input").flatten(a.integer("start_dim"), a.integer("end_dim")) },
        Function("ravel", [.input], "All axes as one; a scalar becomes [1].") { a throws(Failure) in
            try a.tensor("input").flatten(0, -1)
        },
        Function("t", [.input], "A matrix transposed; a vector or scalar as it is.") { a throws(Failure) in
            let x = try a.tensor("input")
            guard x.shape.count <= 2 else {
                throw .shape(operation: "t", "at most 2 axes are expected, but found \(x.shape.count); use transpose")
            }
            return x.shape.count < 2 ? x : try x.transpose(0, 1)
        },
        Function(
            "select", [.input, .axis, Parameter("index", .integer, "The position; from the end if negative.")],
            "The slice at one position along an axis, which goes."
        ) { a throws(Failure) in try a.tensor("input").select(a.integer("dim"), at: a.integer("index")) },
        Function(
            "narrow",
            [
                .input, .axis, Parameter("start", .integer, "The first position; from the end if negative."),
                Parameter("length", .integer, "How many."),
            ],
            "`length` elements along an axis, from `start` on."
        ) { a throws(Failure) in
            try a.tensor("input").narrow(a.integer("dim"), start: a.integer("start"), length: a.integer("length"))
        },
        Function(
            "unflatten", [.input, .axis, Parameter("sizes", .integers, "The extents; one may be -1 and is deduced.")],
            "One axis as several, of the given extents."
        ) { a throws(Failure) in try a.tensor("input").unflatten(a.integer("dim"), a.integers("sizes")) },
        Function(
            "squeeze",
            [.input, Parameter("dim", .optional(.integers), Value.none, "One axis, several, or None for all.")],
            "Without the axes of extent 1, or without those of `dim` if they have extent 1."
        ) { a throws(Failure) in try a.tensor("input").squeeze(a.optionalIntegers("dim")) },
        Function(
            "unsqueeze", [.input, Parameter("dim", .integer, "The axis that the new one is.")],
            "With a new axis of extent 1 at `dim`."
        ) {
            a throws(Failure) in try a.tensor("input").unsqueeze(a.integer("dim"))
        },
        Function(
            "permute", [.input, Parameter("dims", .integers, "Each axis once.")],
            "Axis i of the result is axis dims[i] of input."
        ) { a throws(Failure) in try a.tensor("input").permute(a.integers("dims")) },
        Function(
            "transpose",
            [.input, Parameter("dim0", .integer, "An axis."), Parameter("dim1", .integer, "Another, or the same.")],
            aliases: ["swapaxes", "swapdims"], "With two axes exchanged."
        ) { a throws(Failure) in try a.tensor("input").transpose(a.integer("dim0"), a.integer("dim1")) },
        Function(
            "movedim",
            [
                .input, Parameter("source", .integers, "Axes."),
                Parameter("destination", .integers, "Their places, as many."),
            ],
            aliases: ["moveaxis"], "Axis source[i] becomes axis destination[i]; the others keep their order."
        ) { a throws(Failure) in try a.tensor("input").moveAxes(a.integers("source"), a.integers("destination")) },
        Function(
            "broadcast_to", [.input, .size],
            "Repeated along axes of extent 1, and along new leading axes, to fill a shape."
        ) { a throws(Failure) in
            try a.tensor("input").broadcast(to: a.integers("size"))
        },
        Function(
            "expand", [.input, Parameter("size", .integers, "The shape; -1 keeps an extent.")],
            "As broadcast_to; -1 keeps an extent."
        ) {
            a throws(Failure) in try a.tensor("input").expand(a.integers("size"))
        },
        Function(
            "sum_to_size", [.input, Parameter("size", .integers, "A shape that broadcasts to the input's.")],
            "Summed over the axes that broadcasting a tensor of this shape to the input's would make or repeat."
        ) { a throws(Failure) in
            let (x, size) = (try a.tensor("input"), try a.integers("size"))
            try checkShape(size, x.dtype, operation: "sum_to_size")
            guard broadcastShape(size, x.shape) == x.shape else {
                throw .shape(
                    operation: "sum_to_size",
                    "a shape that broadcasts to \(x.shape.text) is expected, but found \(size.text)")
            }
            let sums = try x.dtype.isFloat || x.dtype == .int64 ? x : x.cast(.int64)
            return try Tensor(result: sums.node().summed(to: size))
        },
        Function(
            "repeat",
            [
                .input,
                Parameter("repeats", .integers, "A count for each axis; those in excess make new axes in front."),
            ],
            "Repeated repeats[i] times along axis i."
        ) { a throws(Failure) in try a.tensor("input").repeated(a.integers("repeats")) },
        Function(
            "tile",
            [
                .input,
                Parameter(
                    "dims", .integers, "Counts; those that are missing in front are 1, those in excess make new axes."),
            ],
            "Repeated dims[i] times along axis i."
        ) { a throws(Failure) in try a.tensor("input").tile(a.integers("dims")) },
        Function(
            "diagonal",
            [
                .input, Parameter("offset", .integer, .integer(0), "Above the main diagonal if positive."),
                Parameter("dim1", .integer, .integer(0), "The rows' axis."),
                Parameter("dim2", .integer, .integer(1), "The columns' axis."),
            ],
            "A diagonal of the matrices over two axes, which go; it becomes the last axis."
        ) { a throws(Failure) in
            try a.tensor("input").diagonal(a.integer("offset"), a.integer("dim1"), a.integer("dim2"))
        },
        Function(
            "diag", [.input, Parameter("diagonal", .integer, .integer(0), "Above the main diagonal if positive.")],
            "A vector as a diagonal of a matrix of zeros; of a matrix, its diagonal."
        ) { a throws(Failure) in try a.tensor("input").diag(a.integer("diagonal")) },
        Function(
            "diag_embed",
            [
                .input, Parameter("offset", .integer, .integer(0), "Above the main diagonal if positive."),
                Parameter("dim1", .integer, .integer(-2), "The rows' axis of the result."),
                Parameter("dim2", .integer, .integer(-1), "The columns' axis of the result."),
            ],
            "The last axis as a diagonal of matrices of zeros."
        ) { a throws(Failure) in
            try a.tensor("input").diagEmbed(a.integer("offset"), a.integer("dim1"), a.integer("dim2"))
        },
        Function(
            "diagflat", [.input, Parameter("offset", .integer, .integer(0), "Above the main diagonal if positive.")],
            "The flattened tensor as a diagonal of a matrix of zeros."
        ) { a throws(Failure) in try a.tensor("input").reshape([-1]).diag(a.integer("offset")) },
        triangle("tril", isLower: true),
        triangle("triu", isLower: false),
        Function(
            "flip", [.input, Parameter("dims", .integers, "One axis or several.")],
            "In reverse order along the given axes."
        ) { a throws(Failure) in
            try a.tensor("input").flip(a.integers("dims"))
        },
        Function(
            "roll",
            [
                .input, Parameter("shifts", .integers, "One shift, or one for each of dims."),
                Parameter("dims", .optional(.integers), Value.none, "The axes; None: of the flattened tensor."),
            ],
            "Element i of axis dims[k] goes to i + shifts[k], from the end to the beginning again."
        ) { a throws(Failure) in try a.tensor("input").roll(a.integers("shifts"), a.optionalIntegers("dims")) },
        Function(
            "pad",
            [
                .input,
                Parameter(
                    "pad", .integers,
                    """
                    Widths: before and after the last axis, before and after the one before, ...; negative: fewer \
                    elements.
                    """
                ),
                Parameter(
                    "mode", .choice(["constant", "reflect", "replicate", "circular"]), .text("constant"),
                    "What is put there."),
                Parameter("value", .number, .integer(0), "The number for the mode 'constant'."),
            ],
            """
            With pad[0] elements more before and pad[1] after those of the last axis, pad[2] and pad[3] of the one \
            before, ...
            """
        ) { a throws(Failure) in
            let widths = try a.integers("pad")
            guard widths.count % 2 == 0 else {
                throw .argument(
                    operation: "pad", "two widths are expected for each axis, but there are \(widths.count) widths")
            }
            let pairs = stride(from: 0, to: widths.count, by: 2).map { (before: widths[$0], after: widths[$0 + 1]) }
            let (input, mode, value) = (
                try a.tensor("input"), padModes[try a.text("mode")] ?? .constant, try a.number("value")
            )
            if let value = value.integer { return try input.pad(pairs, mode, whole: value) }
            return try input.pad(pairs, mode, value: value.asReal)
        },
    ]

    private static let tensors = Parameter("tensors", .tensors, "The tensors, one at least.")

    static let joining: [Function] = [
        Function(
            "cat", [tensors, .firstAxis], aliases: ["concat", "concatenate"],
            "Joins tensors along an existing axis; the other extents are equal. Dtypes meet as NumPy's do."
        ) { a throws(Failure) in try .concatenate(a.tensors("tensors"), a.integer("dim")) },
        Function(
            "stack", [tensors, .firstAxis], "Joins tensors of one shape along a new axis. Dtypes meet as NumPy's do."
        ) { a throws(Failure) in
            try .stack(a.tensors("tensors"), a.integer("dim"))
        },
        Function(
            "hstack", [tensors],
            "Joins tensors along axis 1, vectors and scalars along axis 0. Dtypes meet as NumPy's do."
        ) { a throws(Failure) in
            try .hstack(a.tensors("tensors"))
        },
        Function(
            "vstack", [tensors], aliases: ["row_stack"],
            "Joins tensors along axis 0; scalars and vectors are rows of a matrix. Dtypes meet as NumPy's do."
        ) {
            a throws(Failure) in try .vstack(a.tensors("tensors"))
        },
        Function(
            "split",
            [
                Parameter("tensor", .tensor, "The tensor."),
                Parameter(
                    "split_size_or_sections", .integers,
                    "The extent of a part (the last has the rest), or the extents of all parts."), .firstAxis,
            ],
            outputs: ["*outputs"], "Parts along an axis. At most 1048576."
        ) { a throws(Failure) in
            let (tensor, axis) = (try a.tensor("tensor"), try a.integer("dim"))
            if let size = a.optionalInteger("split_size_or_sections") { return try tensor.split(every: size, axis) }
            return try tensor.split(a.integers("split_size_or_sections"), axis)
        },
        Function(
            "chunk", [.input, Parameter("chunks", .integer, "How many parts at most."), .firstAxis],
            outputs: ["*outputs"],
            "Parts along an axis, of equal extents; the last may be smaller. At most 1048576."
        ) { a throws(Failure) in try a.tensor("input").chunk(a.integer("chunks"), a.integer("dim")) },
        Function(
            "unbind", [.input, .firstAxis], outputs: ["*outputs"],
            "The slices along an axis, which goes. At most 1048576."
        ) { a throws(Failure) in
            try a.tensor("input").unbind(a.integer("dim"))
        },
    ]
}
