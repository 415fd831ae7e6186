/// New tensors with rows, elements or slices replaced, or added to. All dtypes; that of the input stays.
extension Functions {
    private static let index = Parameter("index", .tensor, "Integers.")
    private static let source = Parameter("source", .tensor, "A tensor.")
    private static let src = Parameter("src", .tensor, "A tensor of the shape of what is replaced.")
    private static let reduce = Parameter(
        "reduce", .choice(Tensor.Scattering.allCases.map(\.rawValue)), "How elements for one place meet.")
    private static let includesSelf = Parameter(
        "include_self", .flag, .flag(true), keyword: true, "Whether the input's own elements take part.")

    private static func kind(_ a: Arguments) throws(Failure) -> Tensor.Scattering {
        try Tensor.Scattering(rawValue: a.text("reduce")) ?? .sum
    }

    /// The source, which the input can take up.
    private static func taken(_ name: String, _ a: Arguments) throws(Failure) -> Tensor {
        try Operand.tensor(a.tensor(name)).assigned(to: a.tensor("input"), a.signature.name)
    }

    static let writing: [Function] = [
        Function("take", [.input, index], "Elements at places of the flattened input, of the shape of `index`.") {
            a throws(Failure) in try a.tensor("input").take(a.tensor("index"))
        },
        Function(
            "put",
            [
                .input, index, source,
                Parameter("accumulate", .flag, .flag(false), "Whether the values are added instead."),
            ],
            "input with the elements at places of the flattened tensor replaced; of two for one place the last stays."
        ) { a throws(Failure) in
            try a.tensor("input").put(a.tensor("index"), taken("source", a), accumulates: a.flag("accumulate"))
        },
        Function(
            "index_put",
            [
                .input, Parameter("values", .tensor, "What broadcasts to the places' shape and the axes behind them."),
                Parameter("indices", .tensors, "Integers for each of the first axes, which broadcast together."),
                Parameter("accumulate", .flag, .flag(false), "Whether the values are added instead."),
            ],
            "input with input[indices[0], indices[1], ...] replaced; of two for one place the last stays."
        ) { a throws(Failure) in
            try a.tensor("input").putting(
                a.tensors("indices"), taken("values", a), accumulates: a.flag("accumulate"))
        },
        Function(
            "index_add",
            [
                .input, .axis, index, source,
                Parameter("alpha", .number, .integer(1), keyword: true, "A number that multiplies source."),
            ],
            "input with the rows of alpha * source added along an axis, at the places of a vector."
        ) { a throws(Failure) in
            var source = try taken("source", a)
            let alpha = try a.number("alpha")
            if alpha.asReal != 1 {
                source = try Operand.apply(.multiply, .tensor(source), .number(alpha), "index_add")
                source = try Operand.tensor(source).assigned(to: a.tensor("input"), "index_add")
            }
            return try a.tensor("input").puttingRows(
                a.integer("dim"), a.tensor("index"), source, accumulates: true, "index_add")
        },
        Function(
            "index_copy", [.input, .axis, index, source],
            "input with rows along an axis, at the places of a vector, replaced by those of source."
        ) { a throws(Failure) in
            try a.tensor("input").puttingRows(
                a.integer("dim"), a.tensor("index"), taken("source", a), accumulates: false, "index_copy")
        },
        Function(
            "index_fill",
            [.input, .axis, index, Parameter("value", .operand, "A number, or a tensor without axes.")],
            "input with rows along an axis, at the places of a vector, replaced by one value."
        ) { a throws(Failure) in
            let input = try a.tensor("input")
            let value = try a.operand("value").assigned(to: input, "index_fill")
            guard value.shape.isEmpty else {
                throw .shape(
                    operation: "index_fill", "a value without axes is expected, but found \(value.shape.text)")
            }
            return try input.puttingRows(
                a.integer("dim"), a.tensor("index"), value, accumulates: false, "index_fill")
        },
        Function(
            "index_reduce", [.input, .axis, index, source, reduce, includesSelf],
            "input with the rows of source reduced into the rows along an axis at the places of a vector."
        ) { a throws(Failure) in
            try a.tensor("input").indexReduce(
                a.integer("dim"), a.tensor("index"), taken("source", a), kind(a), includesSelf: a.flag("include_self"))
        },
        Function(
            "scatter_reduce", [.input, .axis, index, src, reduce, includesSelf],
            "input with each src[i][j][k] reduced into [i][index[i][j][k]][k] for dim 1."
        ) { a throws(Failure) in
            try a.tensor("input").scatterReduce(
                a.integer("dim"), a.tensor("index"), taken("src", a), kind(a), includesSelf: a.flag("include_self"))
        },
        Function(
            "masked_scatter", [.input, Parameter("mask", .tensor, "Bool."), source],
            "input with the elements where mask is true replaced by those of source, one after the other."
        ) { a throws(Failure) in
            try a.tensor("input").maskedScatter(a.tensor("mask"), taken("source", a))
        },
        Function(
            "select_scatter", [.input, src, .axis, Parameter("index", .integer, "The position.")],
            "input with the slice at one position along an axis replaced."
        ) { a throws(Failure) in
            try a.tensor("input").selectScatter(taken("src", a), a.integer("dim"), at: a.integer("index"))
        },
        Function(
            "slice_scatter",
            [
                .input, src, .firstAxis,
                Parameter("start", .optional(.integer), Value.none, "The first; None: 0."),
                Parameter("end", .optional(.integer), Value.none, "The first that is not meant; None: the extent."),
                Parameter("step", .integer, .integer(1), "Above 0."),
            ],
            "input with input[start:end:step] along an axis replaced."
        ) { a throws(Failure) in
            try a.tensor("input").sliceScatter(
                taken("src", a), a.integer("dim"), start: a.optionalInteger("start"), stop: a.optionalInteger("end"),
                step: a.integer("step"))
        },
        Function(
            "diagonal_scatter",
            [
                .input, src, Parameter("offset", .integer, .integer(0), "Above the main diagonal if positive."),
                Parameter("dim1", .integer, .integer(0), "The rows' axis."),
                Parameter("dim2", .integer, .integer(1), "The columns' axis."),
            ],
            "input with a diagonal of the matrices over two axes replaced; it is the last axis of src."
        ) { a throws(Failure) in
            try a.tensor("input").diagonalScatter(
                taken("src", a), a.integer("offset"), a.integer("dim1"), a.integer("dim2"))
        },
    ]
}
