/// Elements picked and written: by index expressions, by index tensors and masks. Index tensors hold integers of any
/// dtype; negative ones count from the end. Masks are bool. All dtypes are taken; that of the input stays.
extension Functions {
    private static let entries = Parameter(
        "entries", .tuple(.constant, count: nil),
        """
        One for each index: a whole number, (start, stop, step) with None for what is open, None for a new axis, \
        '...' for as many whole axes as are left, or 'tensor' for the next of `indices`.
        """
    )
    private static let indices = Parameter("indices", .tensors, .list([]), "Tensors of integers, and masks.")
    private static let index = Parameter("index", .tensor, "Integers.")

    /// The entries of an index expression.
    private static func indexEntries(_ a: Arguments) throws(Failure) -> [Index] {
        let entries = a.value("entries")?.list ?? []
        guard entries.count <= Index.most else {
            throw .index(operation: "index", "too many indices: \(entries.count)")
        }
        var tensors = try a.tensors("indices")[...]
        var result: [Index] = []
        for entry in entries {
            switch entry {
            case .none: result.append(.newAxis)
            case .integer(let position): result.append(.at(Int(position)))
            case .text("..."): result.append(.ellipsis)
            case .text("tensor"):
                guard let tensor = tensors.popFirst() else {
                    throw .argument(operation: a.signature.name, "there are more entries 'tensor' than index tensors")
                }
                result.append(.tensor(tensor))
            default:
                guard let slice = slice(entry) else {
                    throw .argument(
                        operation: a.signature.name,
                        """
                        an entry is a whole number, (start, stop, step), None, '...' or 'tensor', but \
                        \(entry.literal.shortened) was found
                        """
                    )
                }
                result.append(slice)
            }
        }
        guard tensors.isEmpty else {
            throw .argument(
                operation: a.signature.name, "\(tensors.count) index tensors more than entries 'tensor' are given")
        }
        return result
    }

    private static func slice(_ entry: Value) -> Index? {
        guard let bounds = entry.list, bounds.count == 3, bounds.allSatisfy({ $0 == .none || $0.integer != nil }) else {
            return nil
        }
        return .slice(
            start: bounds[0].integer.map { Int($0) }, stop: bounds[1].integer.map { Int($0) },
            step: Int(bounds[2].integer ?? 1))
    }

    private static let indexDocumentation =
        """
        input[entries]: what NumPy picks. A mask's values are needed at once, since the shape depends on them. Index \
        tensors that stand together, or whole numbers among them, pick together and broadcast.
        """

    static let indexing: [Function] = [
        Function("index", [.input, entries, indices], indexDocumentation) { a throws(Failure) in
            try a.tensor("input").index(indexEntries(a))
        },
        Function(
            "index_assign",
            [
                .input, Parameter("value", .operand, "A number, or a tensor that broadcasts to what is picked."),
                entries, indices,
            ],
            """
            A new tensor: input with input[entries] replaced by value. Where an element is picked twice, the last \
            value stays.
            """
        ) { a throws(Failure) in
            let input = try a.tensor("input")
            return try input.assigning(indexEntries(a), a.operand("value").assigned(to: input, "index_assign"))
        },
        Function(
            "slice",
            [
                .input, .axis,
                Parameter(
                    "start", .optional(.integer), Value.none, "The first; None: the end that the step's sign implies."),
                Parameter("end", .optional(.integer), Value.none, "The first that is not meant; None: as start."),
                Parameter("step", .integer, .integer(1), "Not 0; negative: backwards."),
            ],
            "input[start:end:step] along one axis, with Python's rules."
        ) { a throws(Failure) in
            try a.tensor("input").slice(
                a.integer("dim"), start: a.optionalInteger("start"), stop: a.optionalInteger("end"),
                step: a.integer("step"))
        },
        Function(
            "index_select", [.input, .axis, index],
            "Rows along axis `dim` picked by integers of any shape, which takes the axis' place."
        ) {
            a throws(Failure) in try a.tensor("input").select(a.integer("dim"), a.tensor("index"))
        },
        Function(
            "take_along_dim",
            [
                .input, Parameter("indices", .tensor, "Integers."),
                Parameter("dim", .optional(.integer), Value.none, "The axis; None: of the flattened tensors."),
            ],
            "One element for each of `indices` along an axis; along the others the two broadcast."
        ) { a throws(Failure) in
            let (input, indices) = (try a.tensor("input"), try a.tensor("indices"))
            guard let axis = a.optionalInteger("dim") else {
                return try input.reshape([-1]).takeAlong(0, indices.reshape([-1]))
            }
            return try input.takeAlong(axis, indices)
        },
        Function(
            "gather", [.input, .axis, index],
            """
            input[i][index[i][j][k]][k] for dim 1: of the shape of `index`, which may be smaller than input along the \
            other axes.
            """
        ) { a throws(Failure) in try a.tensor("input").gather(a.integer("dim"), a.tensor("index")) },
        Function(
            "scatter",
            [
                .input, .axis, index,
                Parameter(
                    "src", .optional(.operand), Value.none, "A tensor at least as large as the index, or a number."),
                Parameter("value", .optional(.number), Value.none, keyword: true, "A number instead of src."),
            ],
            "input with [i][index[i][j][k]][k] = src[i][j][k] for dim 1; of two values for one place the last stays."
        ) { a throws(Failure) in
            let (input, number) = (try a.tensor("input"), a.optionalOperand("value"))
            guard let source = a.optionalOperand("src") ?? number, a.optionalOperand("src") == nil || number == nil
            else {
                throw .argument(operation: "scatter", "either src or value is expected")
            }
            return try input.scatter(
                a.integer("dim"), a.tensor("index"), source.assigned(to: input, "scatter"), accumulates: false)
        },
        Function(
            "scatter_add",
            [
                .input, .axis, index,
                Parameter("src", .operand, "A tensor at least as large as the index, or a number."),
            ],
            "input with [i][index[i][j][k]][k] += src[i][j][k] for dim 1; sums are taken in the order of the index."
        ) { a throws(Failure) in
            let input = try a.tensor("input")
            return try input.scatter(
                a.integer("dim"), a.tensor("index"), a.operand("src").assigned(to: input, "scatter_add"),
                accumulates: true)
        },
        Function(
            "masked_fill",
            [
                .input, Parameter("mask", .tensor, "Bool."),
                Parameter("value", .operand, "A number, or a tensor that broadcasts."),
            ],
            "`value` where mask is true, else input; the three broadcast."
        ) { a throws(Failure) in
            let input = try a.tensor("input")
            return try input.maskedFill(a.tensor("mask"), a.operand("value").assigned(to: input, "masked_fill"))
        },
        Function(
            "masked_select", [.input, Parameter("mask", .tensor, "Bool.")],
            "The elements where mask is true, of the two broadcast together: 1-D. Computes the mask at once."
        ) { a throws(Failure) in try a.tensor("input").maskedSelect(a.tensor("mask")) },
        Function(
            "nonzero",
            [
                .input,
                Parameter(
                    "as_tuple", .flag, .flag(false), keyword: true, "One vector for each axis instead of one matrix."),
            ],
            outputs: ["*outputs"],
            """
            The places of the elements that are not 0: int64 [count, axes], or with as_tuple the index along each \
            axis, [count]. Computed at once.
            """
        ) { a throws(Failure) in
            let places = try a.tensor("input").nonzero()
            return try a.flag("as_tuple") ? places.unbind(1) : [places]
        },
        Function(
            "one_hot",
            [
                Parameter("tensor", .tensor, "Labels, integers from 0."),
                Parameter(
                    "num_classes", .integer, .integer(-1),
                    "-1: one more than the largest label, which is computed at once."), .dtype(.int64),
            ],
            "1 where the label says and 0 elsewhere, along a new last axis."
        ) { a throws(Failure) in
            let classes = try a.integer("num_classes")
            return try .oneHot(
                a.tensor("tensor"), classes: classes == -1 ? nil : classes, dtype: a.dtype("dtype", .int64))
        },
    ]
}
