/// Tensors turned, cut at places, repeated element by element, cut into windows; places counted out. All dtypes; the
/// dtype stays.
extension Functions {
    private static let sections = Parameter(
        "indices_or_sections", .integers, "How many parts, or the places to cut at, as bounds of slices.")
    private static let tensors = Parameter("tensors", .tensors, "The tensors.")

    /// hsplit, vsplit and dsplit.
    private static func equalSplit(_ name: String, _ axis: Int, least: Int) -> Function {
        Function(
            name, [.input, sections], outputs: ["*outputs"],
            "Equal parts along axis \(axis)\(least == 1 ? " (of a vector 0)" : ""), or the parts between places."
        ) { a throws(Failure) in
            let input = try a.tensor("input")
            guard input.shape.count >= least else {
                throw .shape(
                    operation: name, "\(least) or more axes are expected, but the shape is \(input.shape.text)")
            }
            let place = input.shape.count == 1 ? 0 : axis
            return try input.equalSplit(a.value("indices_or_sections") ?? .none, place, name)
        }
    }

    private static func atLeast(_ rank: Int) -> Function {
        Function(
            "atleast_\(rank)d", [tensors], outputs: ["*outputs"],
            "Each tensor with \(rank) or more axes; new ones have extent 1."
        ) { a throws(Failure) in
            try a.tensors("tensors").map { (tensor) throws(Failure) in try tensor.atLeast(rank) }
        }
    }

    private static func triangleIndices(_ name: String, isLower: Bool) -> Function {
        Function(
            name,
            [
                Parameter("row", .integer, "The matrix' rows."), Parameter("col", .integer, "Its columns."),
                Parameter("offset", .integer, .integer(0), "Above the main diagonal if positive."),
                .dtype(.int64, keyword: true),
            ],
            "The places on and \(isLower ? "below" : "above") a diagonal of a matrix, row by row: [2, places]."
        ) { a throws(Failure) in
            try Tensor.triangleIndices(a.integer("row"), a.integer("col"), a.integer("offset"), isLower: isLower).cast(
                a.dtype("dtype", .int64))
        }
    }

    private static let strides = Parameter(
        "stride", .integers, "How far neighbours along each axis are apart, from 0 on.")
    private static let offset = Parameter(
        "storage_offset", .optional(.integer), Value.none, "Where the first element is; None: 0.")

    static let rearranging: [Function] = [
        Function(
            "rot90",
            [
                .input, Parameter("k", .integer, .integer(1), "How many quarters, backwards if negative."),
                Parameter("dims", .integers, .list([.integer(0), .integer(1)]), "Two axes."),
            ],
            "Turned by quarters in the plane of two axes, from the first to the second."
        ) { a throws(Failure) in try a.tensor("input").rotated(a.integer("k"), a.integers("dims")) },
        Function("fliplr", [.input], "In reverse order along axis 1.") { a throws(Failure) in
            try a.tensor("input").mirrored(1, least: 2, "fliplr")
        },
        Function("flipud", [.input], "In reverse order along axis 0.") { a throws(Failure) in
            try a.tensor("input").mirrored(0, least: 1, "flipud")
        },
        Function(
            "tensor_split", [.input, sections, .firstAxis], outputs: ["*outputs"],
            "Parts along an axis, the first ones one element larger where they differ; or those between places."
        ) { a throws(Failure) in
            let (input, axis) = (try a.tensor("input"), try a.integer("dim"))
            if let count = a.optionalInteger("indices_or_sections") { return try input.tensorSplit(count, axis) }
            return try input.tensorSplit(at: a.integers("indices_or_sections"), axis)
        },
        equalSplit("hsplit", 1, least: 1),
        equalSplit("vsplit", 0, least: 2),
        equalSplit("dsplit", 2, least: 3),
        atLeast(1), atLeast(2), atLeast(3),
        Function(
            "broadcast_tensors", [tensors], outputs: ["*outputs"], "Each tensor repeated to the shape of all together."
        ) { a throws(Failure) in try Tensor.broadcast(a.tensors("tensors")) },
        Function(
            "dstack", [tensors], "Joins tensors along axis 2, matrices along a new one. Dtypes meet as NumPy's do."
        ) {
            a throws(Failure) in try .dstack(a.tensors("tensors"))
        },
        Function(
            "column_stack", [tensors],
            "Joins tensors along axis 1; scalars and vectors are columns. Dtypes meet as NumPy's do."
        ) { a throws(Failure) in try .columnStack(a.tensors("tensors")) },
        Function(
            "block_diag", [Parameter("tensors", .tensors, .list([]), "The tensors.")],
            "Matrices along the diagonal of a matrix of zeros; scalars and vectors are rows. Dtypes meet as NumPy's do."
        ) { a throws(Failure) in try .blockDiagonal(a.tensors("tensors")) },
        Function(
            "cartesian_prod", [tensors],
            "All tuples of one element of each vector: [tuples, vectors]; of one vector the vector."
        ) { a throws(Failure) in try .cartesianProduct(a.tensors("tensors")) },
        Function(
            "combinations",
            [
                .input, Parameter("r", .integer, .integer(2), "How many elements each has."),
                Parameter("with_replacement", .flag, .flag(false), "Whether an element may come again."),
            ],
            "The subsets of r elements of a vector, in order: [subsets, r]."
        ) { a throws(Failure) in
            try a.tensor("input").combinations(a.integer("r"), repeats: a.flag("with_replacement"))
        },
        Function(
            "unravel_index",
            [
                Parameter("indices", .tensor, "Whole numbers, places in the flattened shape."),
                Parameter("shape", .integers, "The shape, one axis at least."),
            ], outputs: ["*outputs"], "The places along each axis of a shape: int64, of the shape of `indices`."
        ) { a throws(Failure) in try a.tensor("indices").unravelled(a.integers("shape")) },
        Function(
            "as_strided", [.input, .size, strides, offset],
            "Elements [i, j, ...] at storage_offset + i stride[0] + j stride[1] + ... of the flattened input."
        ) { a throws(Failure) in
            let places = try a.tensor("input").stridedPlaces(
                a.integers("size"), a.integers("stride"), a.optionalInteger("storage_offset") ?? 0, "as_strided")
            return try a.tensor("input").take(places)
        },
        Function(
            "as_strided_scatter",
            [.input, Parameter("src", .tensor, "A tensor of that size."), .size, strides, offset],
            "input with the elements that as_strided shows replaced; of two for one place the last stays."
        ) { a throws(Failure) in
            let (input, size) = (try a.tensor("input"), try a.integers("size"))
            let places = try input.stridedPlaces(
                size, a.integers("stride"), a.optionalInteger("storage_offset") ?? 0, "as_strided_scatter")
            let source = try Operand.tensor(a.tensor("src")).assigned(to: input, "as_strided_scatter")
            guard source.shape == size else {
                throw .shape(
                    operation: "as_strided_scatter",
                    "a source of the size \(size.text) is expected, but its shape is \(source.shape.text)")
            }
            return try input.put(places, source, accumulates: false)
        },
        triangleIndices("tril_indices", isLower: true),
        triangleIndices("triu_indices", isLower: false),
        Function(
            "repeat_interleave",
            [
                .input,
                Parameter(
                    "repeats", .optional(.operand), Value.none,
                    "How often; a vector: of each element. None: input is that vector, of the places 0, 1, ..."),
                Parameter("dim", .optional(.integer), Value.none, "The axis; None: of the flattened tensor."),
            ],
            "Each element several times in a row. A vector of counts is computed at once."
        ) { a throws(Failure) in
            let (input, axis) = (try a.tensor("input"), a.optionalInteger("dim"))
            switch a.optionalOperand("repeats") {
            case nil: return try input.repeatedPlaces()
            case .tensor(let counts)?: return try input.repeatInterleave(counts, axis)
            case .number(let number)?:
                guard let count = number.integer else {
                    throw .argument(
                        operation: "repeat_interleave", "a whole number is expected, but found \(number.literal)")
                }
                return try input.repeatInterleave(Int(count), axis)
            }
        },
        Function(
            "tensor_unfold",
            [
                .input, Parameter("dimension", .integer, "The axis."),
                Parameter("size", .integer, "The elements of a window."),
                Parameter("step", .integer, "From one window to the next."),
            ],
            "Windows along an axis, which counts them; their elements are a new last axis."
        ) { a throws(Failure) in
            try a.tensor("input").windows(a.integer("dimension"), size: a.integer("size"), step: a.integer("step"))
        },
    ]
}
