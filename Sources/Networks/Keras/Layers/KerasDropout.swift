import Engine

/// Noise in training; in evaluation the input itself.
enum KerasDropout {
    private static let rate = Parameter("rate", .real, "the share of elements that become 0, from 0 to below 1")
    private static let noiseShape = Parameter(
        "noise_shape", .optional(.tuple(.optional(.integer), count: nil)), Value.none,
        "extents of the draws, with the batch: 1 where all along an axis go together, None for the input's")
    private static let draws = "The draws come from the default generator (manual_seed)."

    static let kinds: [Kind] =
        [
            Kind(
                keras: "Dropout", [rate, noiseShape, .seed],
                "In training, each element is 0 with probability rate and else divided by 1 - rate. Srivastava et al. "
                    + "2014.\n\n\(draws)"
            ) { (arguments) throws(Failure) in
                let (rate, noise) = (try share(arguments), try Noise(arguments))
                return { (x, layer) throws(Failure) in
                    guard layer.isTraining, rate > 0 else { return try x.applying(.identity) }
                    return try x.dropout(rate, along: noise.axes(x, layer.className), operation: layer.className)
                }
            }
        ] + (1...3).map(spatial) + [
            Kind(
                keras: "AlphaDropout", [rate, noiseShape, .seed],
                "In training, each element becomes SELU's limit with probability rate; all is scaled so that mean and "
                    + "variance stay. Klambauer et al. 2017.\n\n\(draws)"
            ) { (arguments) throws(Failure) in
                let (rate, noise) = (try share(arguments), try Noise(arguments))
                return { (x, layer) throws(Failure) in
                    guard layer.isTraining, rate > 0 else { return try x.applying(.identity) }
                    return try x.dropout(
                        rate, .alpha, along: noise.axes(x, layer.className), operation: layer.className)
                }
            },
            Kind(
                keras: "GaussianDropout", [rate, .seed],
                "In training, x times normal numbers of mean 1 and standard deviation sqrt(rate / (1 - rate)). "
                    + "Srivastava et al. 2014.\n\n\(draws)"
            ) { (arguments) throws(Failure) in
                let rate = try share(arguments)
                return { (x, layer) throws(Failure) in
                    guard layer.isTraining, rate > 0 else { return try x.applying(.identity) }
                    let deviation = (rate / (1 - rate)).squareRoot()
                    return try x * Generator.standard().draw(.normal, x.dtype, x.shape, 1, deviation)
                }
            },
            Kind(
                keras: "GaussianNoise",
                [Parameter("stddev", .real, "the standard deviation"), .seed],
                "In training, x plus normal numbers of mean 0.\n\n\(draws)"
            ) { (arguments) throws(Failure) in
                let deviation = try arguments.finite("stddev")
                guard deviation >= 0 else {
                    throw .argument(operation: "keras.GaussianNoise", "stddev must not be below 0, but is \(deviation)")
                }
                return { (x, layer) throws(Failure) in
                    guard layer.isTraining, deviation > 0 else { return try x.applying(.identity) }
                    return try x + Generator.standard().draw(.normal, x.dtype, x.shape, 0, deviation)
                }
            },
            Kind(
                keras: "ActivityRegularization",
                [
                    Parameter("l1", .real, .real(0), "what training adds to the loss for each |x|"),
                    Parameter("l2", .real, .real(0), "what it adds for each x^2"),
                ], "The input itself; training adds l1 sum |x| + l2 sum x^2 to the loss."
            ) { _ in { (x, _) throws(Failure) in try x.applying(.identity) } },
        ]

    private static func spatial(_ axes: Int) -> Kind {
        Kind(
            keras: "SpatialDropout\(axes)D", [rate] + (axes > 1 ? [.dataFormat] : []) + [.seed],
            "In training, whole channels of [N, \(spatialNames(axes)), C] are 0 with probability rate, the rest is "
                + "divided by 1 - rate. Tompson et al. 2015.\n\n\(draws)"
        ) { (arguments) throws(Failure) in
            let rate = try share(arguments)
            let isFirst = axes > 1 && arguments.isChannelsFirst
            return { (x, layer) throws(Failure) in
                guard x.shape.count == axes + 2 else {
                    throw .shape(
                        operation: layer.className, "\(axes + 2) axes are expected, but the input is \(x.shape)")
                }
                guard layer.isTraining, rate > 0 else { return try x.applying(.identity) }
                return try x.dropout(rate, along: [0, isFirst ? 1 : axes + 1], operation: layer.className)
            }
        }
    }

    private static func share(_ arguments: Arguments) throws(Failure) -> Double {
        let rate = try arguments.real("rate")
        guard rate >= 0, rate < 1 else {
            throw .argument(operation: arguments.signature.name, "rate is from 0 to below 1, but is \(rate)")
        }
        return rate
    }

    /// `noise_shape`: the axes along which each element has a draw of its own.
    private struct Noise {
        private let extents: [Int?]?

        init(_ arguments: Arguments) throws(Failure) {
            extents = arguments.value("noise_shape")?.list?.map { $0.integer.map { Int($0) } }
        }

        func axes(_ x: Tensor, _ name: String) throws(Failure) -> [Int]? {
            guard let extents else { return nil }
            guard extents.count == x.shape.count,
                zip(extents, x.shape).allSatisfy({ $0 == nil || $0 == 1 || $0 == $1 })
            else {
                throw .shape(
                    operation: name, "noise_shape has an extent of 1 or the input's for each axis of \(x.shape)")
            }
            return extents.indices.filter { extents[$0] != 1 || x.shape[$0] == 1 }
        }
    }
}
