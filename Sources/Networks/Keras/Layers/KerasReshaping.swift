import Engine

/// Layers that move elements: all keep the batch.
enum KerasReshaping {
    static let kinds: [Kind] =
        [
            Kind(
                keras: "Flatten", [.dataFormat],
                "[N, ...] -> [N, all other extents]; with channels_first the channels are moved to the end before."
            ) { (arguments) throws(Failure) in
                let isChannelsFirst = arguments.isChannelsFirst
                return { (x, layer) throws(Failure) in
                    guard !x.shape.isEmpty else {
                        throw .shape(operation: layer.className, "a batch is expected, but the input has no axes")
                    }
                    var x = x
                    if isChannelsFirst, x.shape.count > 2 { x = try x.moveAxes([1], [x.shape.count - 1]) }
                    return try x.shape.count == 1 ? x.unsqueeze(1) : x.flatten(1)
                }
            },
            Kind(
                keras: "Reshape",
                [Parameter("target_shape", .integers, "extents without the batch; one of them may be -1")],
                "[N, ...] -> [N, *target_shape]."
            ) { (arguments) throws(Failure) in
                let shape = try arguments.integers("target_shape")
                return { (x, layer) throws(Failure) in
                    guard let batch = x.shape.first else {
                        throw .shape(operation: layer.className, "a batch is expected, but the input has no axes")
                    }
                    return try x.reshape([batch] + shape)
                }
            },
            Kind(
                keras: "Permute",
                [
                    Parameter(
                        "dims", .tuple(.integer, count: nil), "the axes in their new order, from 1, without the batch")
                ],
                "[N, ...] with the axes behind the batch in another order."
            ) { (arguments) throws(Failure) in
                let dims = try arguments.integers("dims")
                guard dims.sorted() == Array(1...max(dims.count, 1)) else {
                    throw .argument(
                        operation: "keras.Permute",
                        "dims are the numbers from 1 to the number of axes, but are \(Value.tuple(dims).literal)")
                }
                return { (x, layer) throws(Failure) in
                    guard x.shape.count == dims.count + 1 else {
                        throw .shape(
                            operation: layer.className,
                            "\(dims.count + 1) axes are expected, but the input is \(x.shape)")
                    }
                    return try x.permute([0] + dims)
                }
            },
            Kind(
                keras: "RepeatVector", [Parameter("n", .integer, "how often")], "[N, C] -> [N, n, C]."
            ) { (arguments) throws(Failure) in
                let count = try arguments.counted("n")
                return { (x, layer) throws(Failure) in
                    guard x.shape.count == 2 else {
                        throw .shape(operation: layer.className, "[N, C] is expected, but the input is \(x.shape)")
                    }
                    return try x.unsqueeze(1).expand([x.shape[0], count, x.shape[1]])
                }
            },
        ] + (1...3).map { sided("ZeroPadding", $0) } + (1...3).map { sided("Cropping", $0) }
        + (1...3).map(upSampling)

    /// ZeroPadding and Cropping: widths for each axis, as one number, one for each axis, or two for each.
    private static func sided(_ what: String, _ axes: Int) -> Kind {
        let isPadding = what == "ZeroPadding"
        let argument = isPadding ? "padding" : "cropping"
        let pair = ArgumentType.tuple(.integer, count: 2)
        let type: ArgumentType =
            axes == 1 ? .either([.integer, pair]) : .either([.each(axes), .tuple(pair, count: axes)])
        let initial: Value =
            axes == 1
            ? (isPadding ? .integer(1) : .tuple([1, 1]))
            : isPadding
                ? (axes == 2 ? .tuple([1, 1]) : .list(Array(repeating: .tuple([1, 1]), count: 3)))
                : .list(Array(repeating: .tuple(axes == 2 ? [0, 0] : [1, 1]), count: axes))
        return Kind(
            keras: "\(what)\(axes)D",
            [
                Parameter(
                    argument, type, initial,
                    "elements at both ends of each spatial axis: one number, one for each axis, or (before, after) for "
                        + "each")
            ] + [.dataFormat].filter { _ in axes > 1 || isPadding },
            isPadding
                ? "[N, \(spatialNames(axes)), C] with zeros around each example."
                : "[N, \(spatialNames(axes)), C] without elements at the ends of its axes."
        ) { (arguments) throws(Failure) in
            let widths = try sides(arguments, argument, axes)
            let isFirst = arguments.signature.place(of: "data_format") != nil && arguments.isChannelsFirst
            return { (x, layer) throws(Failure) in
                guard x.shape.count == axes + 2 else {
                    throw .shape(
                        operation: layer.className, "\(axes + 2) axes are expected, but the input is \(x.shape)")
                }
                if isPadding {
                    let reversed = widths.reversed().map { (before: $0.before, after: $0.after) }
                    return try x.pad((isFirst ? [] : [(0, 0)]) + reversed, .constant)
                }
                var y = x
                for (place, side) in widths.enumerated() where side.before > 0 || side.after > 0 {
                    let axis = place + (isFirst ? 2 : 1)
                    let left = x.shape[axis] - side.before - side.after
                    guard left > 0 else {
                        throw .shape(
                            operation: layer.className,
                            "axis \(axis) has \(x.shape[axis]) elements, of which \(side.before) and \(side.after) are "
                                + "to go")
                    }
                    y = try y.narrow(axis, start: side.before, length: left)
                }
                return y
            }
        }
    }

    private static func sides(_ arguments: Arguments, _ name: String, _ axes: Int) throws(Failure) -> [Tensor.Sides] {
        guard let value = arguments.value(name) else {
            throw .internal(operation: arguments.signature.name, "\(name) is missing")
        }
        var found: [Tensor.Sides] = []
        if let one = value.integer {
            found = Array(repeating: (Int(one), Int(one)), count: axes)
        } else if axes == 1, let pair = value.list?.compactMap(\.integer), pair.count == 2 {
            found = [(Int(pair[0]), Int(pair[1]))]
        } else {
            for entry in value.list ?? [] {
                let pair = entry.list?.compactMap(\.integer) ?? [entry.integer ?? 0, entry.integer ?? 0]
                found.append((Int(pair[0]), Int(pair[1])))
            }
        }
        for number in found.flatMap({ [$0.before, $0.after] }) where number < 0 || number > 1 << 24 {
            throw .argument(
                operation: arguments.signature.name, "\(name) is from 0 to \(1 << 24), but \(number) is given")
        }
        return found
    }

    private static func upSampling(_ axes: Int) -> Kind {
        let interpolation = Parameter(
            "interpolation", .choice(["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"]), .text("nearest"),
            "what stands between elements")
        return Kind(
            keras: "UpSampling\(axes)D",
            [Parameter("size", axes == 1 ? .integer : .each(axes), .integer(2), "how often each element is repeated")]
                + (axes > 1 ? [.dataFormat] : []) + (axes == 2 ? [interpolation] : []),
            "[N, \(spatialNames(axes)), C] with extents times size along the spatial axes."
        ) { (arguments) throws(Failure) in
            let size = try arguments.perAxis("size", axes)
            let isFirst = axes > 1 && arguments.isChannelsFirst
            let mode = axes == 2 ? try arguments.text("interpolation") : "nearest"
            return { (x, layer) throws(Failure) in
                guard x.shape.count == axes + 2 else {
                    throw .shape(
                        operation: layer.className, "\(axes + 2) axes are expected, but the input is \(x.shape)")
                }
                if mode == "nearest" {
                    var y = x
                    for (place, count) in size.enumerated() where count > 1 {
                        y = try y.repeatInterleave(count, place + (isFirst ? 2 : 1))
                    }
                    return y
                }
                let planes = try isFirst ? x : x.permute([0, 3, 1, 2])
                let wanted = [planes.shape[2] * size[0], planes.shape[3] * size[1]]
                let resized = try KerasImages.resized(planes, wanted, mode)
                return try isFirst ? resized : resized.permute([0, 2, 3, 1])
            }
        }
    }
}
