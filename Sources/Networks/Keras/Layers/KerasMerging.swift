import Engine

/// Layers of several inputs of one kind. Inputs of fewer axes get some behind the batch.
enum KerasMerging {
    static let kinds: [Kind] =
        [
            merge("Add", "The sum of all inputs.") { (a, b) throws(Failure) in try a + b },
            merge("Subtract", "The first input less the second.", count: 2) { (a, b) throws(Failure) in try a - b },
            merge("Multiply", "The product of all inputs.") { (a, b) throws(Failure) in try a * b },
            merge("Average", "The mean of all inputs.", isMean: true) { (a, b) throws(Failure) in try a + b },
            merge("Maximum", "The largest of all inputs.") { (a, b) throws(Failure) in
                try Tensor.apply(.maximum, a, b)
            },
            merge("Minimum", "The smallest of all inputs.") { (a, b) throws(Failure) in
                try Tensor.apply(.minimum, a, b)
            },
        ] + [Kind(KerasConcatenate.self), Kind(KerasDot.self)]

    private static func merge(
        _ name: String, _ documentation: String, count: Int? = nil, isMean: Bool = false,
        _ body: @escaping KerasMerge.Body
    ) -> Kind {
        Kind(
            Signature(
                "keras." + name, KerasLayer.parameters(), inputs: [Input("inputs", variadic: true)],
                documentation + " They broadcast.")
        ) { (arguments) throws(Failure) in
            try KerasMerge(arguments, count: count, isMean: isMean, body)
        }
    }
}

/// A function of two tensors, over all inputs from the first to the last.
final class KerasMerge: KerasLayer {
    typealias Body = (Tensor, Tensor) throws(Failure) -> Tensor
    private let count: Int?
    private let isMean: Bool
    private let body: Body

    init(_ arguments: Arguments, count: Int?, isMean: Bool, _ body: @escaping Body) throws(Failure) {
        (self.count, self.isMean, self.body) = (count, isMean, body)
        try super.init(arguments)
    }

    override func apply(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        let given = try present(inputs, least: count ?? 1)
        if let count, given.count != count {
            throw .argument(operation: className, "\(count) tensors are expected, but there are \(given.count)")
        }
        let rank = given.reduce(0) { max($0, $1.shape.count) }
        var result: Tensor?
        for x in given {
            var x = x
            if !x.shape.isEmpty {
                while x.shape.count < rank { x = try x.unsqueeze(1) }
            }
            if let before = result { result = try body(before, x) } else { result = x }
        }
        guard let result else { throw .argument(operation: className, "a tensor at least is expected") }
        return [try isMean ? result * (1 / Double(given.count)) : result]
    }
}

extension KerasLayer {
    /// All inputs, which have to be there.
    fileprivate func present(_ inputs: [Tensor?], least: Int) throws(Failure) -> [Tensor] {
        let given = inputs.compactMap { $0 }
        guard given.count == inputs.count, given.count >= least else {
            throw .argument(
                operation: className, "\(least) tensors at least are expected, but there are \(given.count)")
        }
        return given
    }
}

public final class KerasConcatenate: KerasLayer, Registered {
    public static let signature = Signature(
        "keras.Concatenate", parameters([Parameter("axis", .integer, .integer(-1), "the axis that grows")]),
        inputs: [Input("inputs", variadic: true)], "All inputs, one behind the other along an axis.")

    private let axis: Int

    public override init(_ arguments: Arguments) throws(Failure) {
        axis = try arguments.integer("axis")
        try super.init(arguments)
    }

    override func apply(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        [try Tensor.concatenate(present(inputs, least: 1), axis)]
    }
}

public final class KerasDot: KerasLayer, Registered {
    public static let signature = Signature(
        "keras.Dot",
        parameters([
            Parameter("axes", .each(2), "the axes that are multiplied and summed: one for both, or one for each"),
            Parameter("normalize", .flag, .flag(false), "whether both are divided by their length along these before"),
        ]), inputs: [Input("x1"), Input("x2")],
        """
        The sum of products along an axis of each example: the result has the other axes of the first input, then \
        those of the second; [N, 1] where there are none.
        """)

    private let axes: [Int]
    private let normalizes: Bool

    public override init(_ arguments: Arguments) throws(Failure) {
        let given = try arguments.integers("axes")
        axes = given.count == 2 ? given : [given[0], given[0]]
        normalizes = try arguments.flag("normalize")
        try super.init(arguments)
    }

    override func apply(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        var sides = try present(inputs, least: 2)
        var places: [Int] = []
        for (side, axis) in zip(sides, axes) {
            let place = axis < 0 ? side.shape.count + axis : axis
            guard place > 0, place < side.shape.count else {
                throw .shape(operation: className, "there is no axis \(axis) behind the batch in \(side.shape)")
            }
            places.append(place)
        }
        guard sides[0].shape[0] == sides[1].shape[0], sides[0].shape[places[0]] == sides[1].shape[places[1]] else {
            throw .shape(
                operation: className,
                "batches and axes \(axes) of the same extents are expected, but the inputs are \(sides[0].shape) and "
                    + "\(sides[1].shape)")
        }
        if normalizes {
            for side in 0..<2 {
                let squares = try sides[side].applying(.square).sum([places[side]], keepdims: true)
                sides[side] = try sides[side] * squares.applying(.maximum, 1e-12).applying(.rsqrt)
            }
        }
        let count = sides[0].shape[places[0]]
        let rest = zip(sides, places).map { side, place in side.shape.indices.dropFirst().filter { $0 != place } }
        let extents = zip(sides, rest).map { side, rest in rest.map { side.shape[$0] } }
        let batch = sides[0].shape[0]
        let a = try sides[0].permute([0] + rest[0] + [places[0]]).reshape([batch, extents[0].reduce(1, *), count])
        let b = try sides[1].permute([0, places[1]] + rest[1]).reshape([batch, count, extents[1].reduce(1, *)])
        let shape = [batch] + extents[0] + extents[1]
        return [try a.matmul(b).reshape(shape.count == 1 ? [batch, 1] : shape)]
    }
}
