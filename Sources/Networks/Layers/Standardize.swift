import Engine

/// What a data set's numbers are moved and scaled by, as a part of the model.
public final class Standardize: Module, Registered {
    public static let signature = Signature(
        "Standardize",
        [
            Parameter("shape", .integers, "the extents of mean and std, which broadcast to the input"),
            Parameter("inverse", .flag, .flag(false), "back to raw units: x std + mean"),
            .dtype,
        ],
        """
        (x - mean) / std: [...] -> [...]. mean and std are buffers [shape], 0 and 1 at first; adapt takes them from a \
        data set, in one pass, and keeps 1 for a std of 0. So a saved model takes and gives raw units. mean and std \
        are not trained.
        """)

    public init(_ arguments: Arguments) throws(Failure) {
        let shape = try arguments.integers("shape")
        for extent in shape where extent < 0 {
            throw .shape(operation: "Standardize", "extents are 0 or more, but the shape is \(shape)")
        }
        let dtype = try arguments.floats()
        try Tensor.checkType(shape, dtype)
        super.init(arguments)
        try setBuffer("mean", Tensor.full(shape, 0, dtype))
        try setBuffer("std", Tensor.full(shape, 1, dtype))
    }

    public override var summary: String { shown(["shape=", "inverse=?"]) }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        guard let mean = buffer("mean"), let std = buffer("std") else {
            throw .state(operation: className, "its buffers mean and std are not there")
        }
        if constructorValue("inverse")?.flag == true {
            return try Tensor.apply(.add, Tensor.apply(.multiply, x, std), mean)
        }
        return try Tensor.apply(.divide, Tensor.apply(.subtract, x, mean), std)
    }

    /// Takes mean and std over from a data set's column.
    public func adapt(_ statistics: RowStatistics) throws(Failure) {
        guard let mean = buffer("mean"), let std = buffer("std") else {
            throw .state(operation: className, "its buffers mean and std are not there")
        }
        func tensor(_ values: [Double], _ like: Tensor) throws(Failure) -> Tensor {
            guard values.count == like.count else {
                throw .shape(
                    operation: className,
                    "the data set has \(values.count.counted("feature")), but mean and std are \(like.shape)")
            }
            return try Tensor(dtype: like.dtype, shape: like.shape) { (memory) throws(Failure) in
                for (place, value) in values.enumerated() { like.dtype.store(value, memory + place * like.dtype.size) }
            }
        }
        let news = (
            try tensor(statistics.mean, mean), try tensor(statistics.std.map { $0 == 0 ? 1 : $0 }, std)
        )
        try mean.become(news.0)
        try std.become(news.1)
    }
}
