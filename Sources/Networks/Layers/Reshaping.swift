import Engine

public final class Flatten: Module, Registered {
    public static let signature = Signature(
        "Flatten",
        [
            Parameter("start_dim", .integer, .integer(1), "the first of the axes that become one"),
            Parameter("end_dim", .integer, .integer(-1), "the last of them"),
        ],
        "Axes start_dim to end_dim as one; by default all but the first: [n, a, b, ...] -> [n, a b ...].")
    private let (start, end): (Int, Int)

    public init(_ arguments: Arguments) throws(Failure) {
        (start, end) = (try arguments.axis("start_dim"), try arguments.axis("end_dim"))
        super.init(arguments)
    }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        let rank = x.shape.count
        let (first, last) = (start < 0 ? start + rank : start, end < 0 ? end + rank : end)
        guard first >= 0, last < rank, first <= last else {
            throw .shape(
                operation: "Flatten", "axes \(start) to \(end) do not exist in order in a tensor of \(rank) axes")
        }
        return try x.flatten(first, last)
    }
}

public final class Unflatten: Module, Registered {
    public static let signature = Signature(
        "Unflatten",
        [
            Parameter("dim", .integer, "the axis that becomes several"),
            Parameter("unflattened_size", .tuple(.integer, count: nil), "their extents; one may be -1 and is deduced"),
        ],
        "One axis as several: [n, a b, ...] -> [n, a, b, ...] for dim 1.")
    private let (place, extents): (Int, [Int])

    public init(_ arguments: Arguments) throws(Failure) {
        (place, extents) = (try arguments.axis("dim"), try arguments.integers("unflattened_size"))
        super.init(arguments)
    }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        try x.unflatten(place, extents)
    }
}
