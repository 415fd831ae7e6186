import Engine

/// Layers that change images at random in training, [N, H, W, C] or [H, W, C]; in evaluation the input itself. Each
/// image of a batch has draws of its own.
enum KerasRandomImages {
    private static let draws = "The draws come from the default generator (manual_seed)."
    private static let fillMode = Parameter(
        "fill_mode", .choice(["reflect", "constant", "wrap", "nearest"]), .text("reflect"),
        "what lies outside: the image in a mirror, fill_value, the image again, or its nearest element")
    private static let interpolation = Parameter(
        "interpolation", .choice(["bilinear", "nearest"]), .text("bilinear"), "what stands between elements")
    private static let fillValue = Parameter("fill_value", .real, .real(0), "the constant of fill_mode 'constant'")
    private static let valueRange = Parameter(
        "value_range", .tuple(.real, count: 2), .list([.real(0), .real(255)]), "the least and the largest of the values"
    )

    private static func factor(_ name: String, _ what: String) -> Parameter {
        Parameter(name, .either([.real, .tuple(.real, count: 2)]), "\(what): from one bound to the other, or -f to f")
    }

    static let kinds: [Kind] = [
        Kind(
            keras: "RandomFlip",
            [
                Parameter(
                    "mode", .choice(["horizontal_and_vertical", "horizontal", "vertical"]),
                    .text("horizontal_and_vertical"), "which way images may be turned"), .seed, .dataFormat,
            ], "In training, each image is turned left to right, upside down or both, half of the time.\n\n\(draws)"
        ) { (arguments) throws(Failure) in
            let (mode, isFirst) = (try arguments.text("mode"), arguments.isChannelsFirst)
            return { (x, layer) throws(Failure) in
                guard layer.isTraining else { return try unchanged(x, layer) }
                return try images(x, layer, isFirst) { (given) throws(Failure) in
                    var x = given
                    for (axis, other) in [(3, "vertical"), (2, "horizontal")] where mode != other {
                        let turns = try uniform(x, 0, 1).applying(.lessEqual, 0.5)
                        x = try Tensor.choose(turns, x.flip([axis]), x)
                    }
                    return x
                }
            }
        },
        Kind(
            keras: "RandomRotation",
            [
                factor("factor", "turns counter-clockwise, of whole ones"), fillMode, interpolation, .seed, fillValue,
                .dataFormat,
            ], "In training, each image is turned about its middle.\n\n\(draws)"
        ) { (arguments) throws(Failure) in
            let (low, high) = try bounds(arguments, "factor", -1...1)
            return try moved(arguments) { (x) throws(Failure) in
                let angle = try uniform(x, low * 2 * .pi, high * 2 * .pi)
                let (sine, cosine) = (try angle.applying(.sin), try angle.applying(.cos))
                let (cx, cy) = middle(x)
                return Map(
                    xx: cosine, xy: try sine.applying(.negative), x: try cx - cosine * cx + sine * cy,
                    yx: sine, yy: cosine, y: try cy - sine * cx - cosine * cy)
            }
        },
        Kind(
            keras: "RandomZoom",
            [
                factor("height_factor", "how much smaller the image becomes vertically, of its height"),
                Parameter(
                    "width_factor", .optional(.either([.real, .tuple(.real, count: 2)])), Value.none,
                    "the same horizontally; None: as height_factor, so that shapes stay"), fillMode, interpolation,
                .seed, fillValue, .dataFormat,
            ], "In training, each image becomes smaller (factors above 0) or larger (below 0).\n\n\(draws)"
        ) { (arguments) throws(Failure) in
            let height = try bounds(arguments, "height_factor", -1...1)
            let hasWidth = arguments.value("width_factor") != Value.none
            let width = try hasWidth ? bounds(arguments, "width_factor", -1...1) : height
            guard height.low > -1, width.low > -1 else {
                throw .argument(operation: "keras.RandomZoom", "factors are above -1 and at most 1")
            }
            return try moved(arguments) { (x) throws(Failure) in
                let vertical = try uniform(x, 1 + height.low, 1 + height.high)
                let horizontal = try hasWidth ? uniform(x, 1 + width.low, 1 + width.high) : vertical
                let (cx, cy) = middle(x)
                return Map(
                    xx: horizontal, xy: nil, x: try (1 - horizontal) * cx, yx: nil, yy: vertical,
                    y: try (1 - vertical) * cy)
            }
        },
        Kind(
            keras: "RandomTranslation",
            [
                factor("height_factor", "how far the image moves down, of its height"),
                factor("width_factor", "how far it moves to the right, of its width"), fillMode, interpolation, .seed,
                fillValue, .dataFormat,
            ], "In training, each image is moved.\n\n\(draws)"
        ) { (arguments) throws(Failure) in
            let height = try bounds(arguments, "height_factor", -1...1)
            let width = try bounds(arguments, "width_factor", -1...1)
            return try moved(arguments) { (x) throws(Failure) in
                let down = try uniform(x, height.low, height.high) * Double(x.shape[2])
                let right = try uniform(x, width.low, width.high) * Double(x.shape[3])
                return Map(
                    xx: nil, xy: nil, x: try right.applying(.negative), yx: nil, yy: nil,
                    y: try down.applying(.negative))
            }
        },
        Kind(
            keras: "RandomContrast",
            [
                Parameter(
                    "factor", .either([.real, .tuple(.real, count: 2)]),
                    "the contrast is drawn from 1 - f to 1 + f, or from 1 - factor[0] to 1 + factor[1]"), valueRange,
                .seed,
            ],
            "In training, each image's values leave their mean over its area, or come nearer: (x - mean) contrast + "
                + "mean, within value_range.\n\n\(draws)"
        ) { (arguments) throws(Failure) in
            var (low, high) = try bounds(arguments, "factor", 0...1)
            if let one = arguments.optionalReal("factor") { (low, high) = (one, one) }
            let range = try valueRange(arguments)
            return { (x, layer) throws(Failure) in
                guard layer.isTraining else { return try unchanged(x, layer) }
                return try images(x, layer, false) { (x) throws(Failure) in
                    let mean = try x.mean([2, 3], keepdims: true)
                    let y = try (x - mean) * uniform(x, 1 - low, 1 + high) + mean
                    return try y.clamped(range.0, range.1)
                }
            }
        },
        Kind(
            keras: "RandomBrightness", [factor("factor", "what is added, of the range's width"), valueRange, .seed],
            "In training, each image becomes brighter or darker, within value_range.\n\n\(draws)"
        ) { (arguments) throws(Failure) in
            let (low, high) = try bounds(arguments, "factor", -1...1)
            let range = try valueRange(arguments)
            return { (x, layer) throws(Failure) in
                guard layer.isTraining else { return try unchanged(x, layer) }
                return try images(x, layer, false) { (x) throws(Failure) in
                    try (x + uniform(x, low, high) * (range.1 - range.0)).clamped(range.0, range.1)
                }
            }
        },
        Kind(
            keras: "RandomCrop",
            [
                Parameter("height", .integer, "the result's"), Parameter("width", .integer, "the result's"), .seed,
                .dataFormat,
            ],
            """
            In training, a part of that size, at one random place for the whole batch. Of images that are not larger, \
            the part that is there is resized. In evaluation the largest part of that shape, in the middle, resized.

            \(draws)
            """
        ) { (arguments) throws(Failure) in
            let size = [try arguments.counted("height"), try arguments.counted("width")]
            let isFirst = arguments.isChannelsFirst
            return { (x, layer) throws(Failure) in
                let isRandom = layer.isTraining
                return try images(x, layer, isFirst) { (x) throws(Failure) in
                    try isRandom ? cropped(x, size) : KerasPreprocessing.middle(x, size)
                }
            }
        },
    ]

    // MARK: What they are made of

    /// Runs `body` on images [N, C, H, W] of floats.
    private static func images(
        _ x: Tensor, _ layer: KerasLayer, _ isFirst: Bool, _ body: (Tensor) throws(Failure) -> Tensor
    ) throws(Failure) -> Tensor {
        try KerasPreprocessing.images(unchanged(x, layer), layer, isFirst, body)
    }

    private static func unchanged(_ x: Tensor, _ layer: KerasLayer) throws(Failure) -> Tensor {
        x.dtype.isFloat ? try x.applying(.identity) : try x.cast(layer.dtype)
    }

    /// A number for each image, [N, 1, 1, 1].
    private static func uniform(_ x: Tensor, _ low: Double, _ high: Double) throws(Failure) -> Tensor {
        try Generator.standard().draw(.uniform, x.dtype.arithmetic, [x.shape[0], 1, 1, 1], low, high)
    }

    private static func middle(_ x: Tensor) -> (Double, Double) {
        (Double(x.shape[3] - 1) / 2, Double(x.shape[2] - 1) / 2)
    }

    private static func bounds(_ arguments: Arguments, _ name: String, _ limits: ClosedRange<Double>) throws(Failure)
        -> (low: Double, high: Double)
    {
        let given: [Double]
        if let one = arguments.optionalReal(name) {
            given = limits.contains(one) ? [Swift.max(-abs(one), limits.lowerBound), abs(one)] : []
        } else {
            given = arguments.value(name)?.list?.compactMap(\.real) ?? []
        }
        guard given.count == 2, given.allSatisfy(limits.contains) else {
            throw .argument(
                operation: arguments.signature.name,
                "\(name) is a number or two from \(limits.lowerBound) to \(limits.upperBound), but is "
                    + (arguments.value(name)?.literal ?? "missing"))
        }
        return arguments.signature.name == "keras.RandomContrast"
            ? (given[0], given[1]) : (Swift.min(given[0], given[1]), Swift.max(given[0], given[1]))
    }

    private static func valueRange(_ arguments: Arguments) throws(Failure) -> (Double, Double) {
        let given = try arguments.reals("value_range")
        guard given.count == 2, given.allSatisfy(\.isFinite) else {
            throw .argument(
                operation: arguments.signature.name, "value_range is two finite numbers, but is \(given)")
        }
        return (Swift.min(given[0], given[1]), Swift.max(given[0], given[1]))
    }

    /// A layer whose result takes its elements from places that `map` says.
    private static func moved(_ arguments: Arguments, _ map: @escaping (Tensor) throws(Failure) -> Map) throws(Failure)
        -> KerasFunction.Body
    {
        let fill = Fill(mode: try arguments.text("fill_mode"), value: try arguments.finite("fill_value"))
        let isNearest = try arguments.text("interpolation") == "nearest"
        let isFirst = arguments.isChannelsFirst
        return { (x, layer) throws(Failure) in
            guard layer.isTraining else { return try unchanged(x, layer) }
            return try images(x, layer, isFirst) { (x) throws(Failure) in
                try sampled(x, map(x), fill, isNearest: isNearest)
            }
        }
    }

    /// Where the element at (x, y) comes from: (xx x + xy y + x, yx x + yy y + y). Each [N, 1, 1, 1]; nil is the
    /// identity's.
    private struct Map {
        let xx: Tensor?
        let xy: Tensor?
        let x: Tensor
        let yx: Tensor?
        let yy: Tensor?
        let y: Tensor
    }

    private struct Fill {
        let mode: String
        let value: Double

        /// A coordinate along an axis of `extent` elements as one inside; for 'constant' as it is.
        func inside(_ x: Tensor, _ extent: Int) throws(Failure) -> Tensor {
            let last = Double(extent - 1)
            switch mode {
            case "constant": return x
            case "reflect":
                // Mirrors lie half an element beyond the outer ones.
                let period = 2 * Double(extent)
                let turned = try (x + 0.5).applying(.remainder, period)
                let folded = try Tensor.apply(.minimum, turned, turned.applying(.subtract, period, reversed: true))
                let isInside = try Tensor.apply(
                    .logicalAnd, x.applying(.greaterEqual, 0), x.applying(.lessEqual, last))
                return try Tensor.choose(isInside, x, (folded - 0.5).clamped(0, last))
            case "wrap":
                guard extent > 1 else { return try x * 0 }
                // As TensorFlow's: whole turns of the extent, counted by the last place.
                let turns = try (x * (1 / last)).applying(.trunc)
                let before = try Tensor.choose(x.applying(.less, 0), turns - 1, x * 0)
                let found = try Tensor.choose(x.applying(.greater, last), turns, before)
                return try (x - found * Double(extent)).clamped(0, last)
            default: return try x.clamped(0, last)
            }
        }
    }

    /// [N, C, H, W] with its elements from elsewhere.
    private static func sampled(_ x: Tensor, _ map: Map, _ fill: Fill, isNearest: Bool) throws(Failure) -> Tensor {
        let (n, channels, height, width) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
        let dtype = x.dtype.arithmetic
        func line(_ extent: Int, _ shape: Shape) throws(Failure) -> Tensor {
            try Tensor.arange(0, Double(extent), 1, dtype).reshape(shape)
        }
        func number(_ value: Tensor) throws(Failure) -> Tensor { try value.reshape([n, 1, 1]) }
        // [N, H, W]: the places that elements come from.
        let (columns, rows) = (try line(width, [1, 1, width]), try line(height, [1, height, 1]))
        func place(_ ofX: Tensor?, _ ofY: Tensor?, _ constant: Tensor, isX: Bool) throws(Failure) -> Tensor {
            var found = try number(constant)
            if let ofX { found = try found + columns * number(ofX) } else if isX { found = try found + columns }
            if let ofY { found = try found + rows * number(ofY) } else if !isX { found = try found + rows }
            return try found.broadcast(to: [n, height, width])
        }
        let px = try fill.inside(place(map.xx, map.xy, map.x, isX: true), width)
        let py = try fill.inside(place(map.yx, map.yy, map.y, isX: false), height)

        let flat = try x.cast(dtype).reshape([n, channels, height * width])
        func read(_ cx: Tensor, _ cy: Tensor) throws(Failure) -> Tensor {
            let inner = (x: try cx.clamped(0, Double(width - 1)), y: try cy.clamped(0, Double(height - 1)))
            let index = try (inner.y * Double(width) + inner.x).cast(.int64).reshape([n, 1, height * width])
            let found = try flat.takeAlong(2, index).reshape([n, channels, height, width])
            guard fill.mode == "constant" else { return found }
            let isInside = try Tensor.apply(
                .logicalAnd, Tensor.apply(.equal, inner.x, cx), Tensor.apply(.equal, inner.y, cy))
            return try Tensor.choose(isInside.unsqueeze(1), found, Tensor.full([], fill.value, dtype))
        }
        if isNearest {
            // Halves are rounded away from 0.
            func rounded(_ p: Tensor) throws(Failure) -> Tensor {
                let size = try p.applying(.absolute)
                let whole = try size.applying(.floor)
                return try (whole + (size - whole).applying(.greaterEqual, 0.5).cast(dtype)) * p.applying(.sign)
            }
            return try read(rounded(px), rounded(py)).cast(x.dtype)
        }
        let (left, top) = (try px.applying(.floor), try py.applying(.floor))
        let (right, bottom) = (try left + 1, try top + 1)
        let (toRight, down) = (try (px - left).unsqueeze(1), try (py - top).unsqueeze(1))
        let upper = try read(left, top) * (1 - toRight) + read(right, top) * toRight
        let lower = try read(left, bottom) * (1 - toRight) + read(right, bottom) * toRight
        return try (upper * (1 - down) + lower * down).cast(x.dtype)
    }

    private static func cropped(_ x: Tensor, _ size: [Int]) throws(Failure) -> Tensor {
        let (h, w) = (x.shape[2], x.shape[3])
        guard h > size[0], w > size[1] else {
            // From where the largest part of that shape would begin, what is there of the size.
            let height = Swift.max(1, Swift.min(h, Int(Double(w * size[0]) / Double(size[1]))))
            let width = Swift.max(1, Swift.min(w, Int(Double(h * size[1]) / Double(size[0]))))
            let (top, left) = ((h - height) / 2, (w - width) / 2)
            let cut = try x.narrow(2, start: top, length: Swift.min(size[0], h - top))
                .narrow(3, start: left, length: Swift.min(size[1], w - left))
            return cut.shape[2] == size[0] && cut.shape[3] == size[1]
                ? cut : try KerasImages.resized(cut, size, "bilinear")
        }
        var found = x
        for (place, extent) in size.enumerated() {
            let axis = place + 2
            let start = try Generator.standard().draw(from: 0, to: Int64(x.shape[axis] - extent + 1), .int64, [])
            found = try found.select(axis, start + Tensor.arange(0, Double(extent), 1, .int64))
        }
        return found
    }
}
