/// Elements found among others.
extension Functions {
    private static let isInt32 = Parameter(
        "out_int32", .flag, .flag(false), keyword: true, "Whether places are int32 instead of int64.")
    private static let isRight = Parameter(
        "right", .flag, .flag(false), keyword: true, "Whether elements that equal the value lie in front of it.")

    static let searching: [Function] = [
        Function(
            "searchsorted",
            [
                Parameter("sorted_sequence", .tensor, "Rows in ascending order: one, [n], or [..., n]."),
                Parameter("input", .operand, "The values: [..., k], or of any shape for one row."), isInt32, isRight,
                Parameter(
                    "side", .optional(.choice(["left", "right"])), Value.none, keyword: true,
                    "'right' is right=True."),
                Parameter(
                    "sorter", .optional(.tensor), Value.none, keyword: true,
                    "The places in order of a sequence that is not sorted, as argsort gives them."),
            ],
            """
            Where each value would go into its row, so that it stays in order: behind the elements below it, and with \
            `right` behind its equals too. NaN goes to the end. int64, or int32.
            """
        ) { a throws(Failure) in
            let (side, right) = (a.optionalText("side"), try a.flag("right"))
            guard side != "left" || !right else {
                throw .argument(operation: "searchsorted", "side 'left' and right=True exclude each other")
            }
            let sequence = try a.tensor("sorted_sequence")
            let values = try a.operand("input").beside(sequence, "searchsorted")
            let places = try sequence.searchSorted(
                values, right: right || side == "right", order: a.optionalTensor("sorter"), "searchsorted")
            return try a.flag("out_int32") ? places.cast(.int32) : places
        },
        Function(
            "bucketize",
            [
                .inputOperand, Parameter("boundaries", .tensor, "A vector in ascending order."), isInt32, isRight,
            ],
            """
            The number of the part that each value is in, of those that the boundaries divide numbers into: how many \
            boundaries are below it, with `right` not above it. int64, or int32.
            """
        ) { a throws(Failure) in
            let boundaries = try a.tensor("boundaries")
            guard boundaries.shape.count == 1 else {
                throw .shape(
                    operation: "bucketize",
                    "boundaries must be a vector, but their shape is \(boundaries.shape.text)")
            }
            let values = try a.operand("input").beside(boundaries, "bucketize")
            let places = try boundaries.searchSorted(values, right: a.flag("right"), "bucketize")
            return try a.flag("out_int32") ? places.cast(.int32) : places
        },
        Function(
            "isin",
            [
                Parameter("elements", .operand, "A tensor or a number."),
                Parameter("test_elements", .operand, "A tensor or a number."),
                Parameter("assume_unique", .flag, .flag(false), keyword: true, "Changes nothing."),
                Parameter("invert", .flag, .flag(false), keyword: true, "Whether those are meant that are not."),
            ],
            "Whether each of the elements is among the test elements, bool. NaN is nowhere."
        ) { a throws(Failure) in
            let (elements, rest) = (try a.operand("elements"), try a.operand("test_elements"))
            guard elements.tensor != nil || rest.tensor != nil else {
                throw .argument(operation: "isin", "a tensor is expected as one of the two at least")
            }
            var set = rest
            if let tensor = elements.tensor { set = .tensor(try rest.beside(tensor, "isin")) }
            let others = try set.asTensor()
            let found = try elements.beside(others, "isin").isIn(others)
            return try a.flag("invert") ? found.applying(.logicalNot) : found
        },
        Function(
            "unique_consecutive",
            [
                .input,
                Parameter(
                    "return_inverse", .flag, .flag(false), "Whether to give the number of each element's run, int64."),
                Parameter("return_counts", .flag, .flag(false), "Whether to give how long each run is, int64."),
                Parameter(
                    "dim", .optional(.integer), Value.none, "The axis whose slices are compared; None for elements."),
            ],
            outputs: ["*outputs"],
            """
            The first of each run of equal elements, 1-D, or of equal slices along an axis. Computed at once. NaN \
            differs from NaN.
            """
        ) { a throws(Failure) in
            let found = try a.tensor("input").uniqueConsecutive(a.optionalInteger("dim"))
            var results = [found.values]
            if try a.flag("return_inverse") { results.append(found.inverse) }
            if try a.flag("return_counts") { results.append(found.counts) }
            return results
        },
        Function("msort", [.input], "In ascending order along the first axis; NaN counts as the largest.") {
            a throws(Failure) in try a.tensor("input").sorted(0, descending: false).values
        },
        Function("argwhere", [.input], "The places of the elements that are not 0: int64 [count, axes].") {
            a throws(Failure) in try a.tensor("input").nonzero()
        },
    ]
}
