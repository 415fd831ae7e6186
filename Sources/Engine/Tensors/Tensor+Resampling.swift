import Steps

/// Images and signals at other sizes: [n, channels, ...] with one to three axes of places. All is done axis by axis.
extension Tensor {
    public enum ResamplingMode: String, CaseIterable, Sendable {
        case nearest, nearestExact = "nearest-exact", linear, bilinear, bicubic, trilinear, area

        /// How many axes of places it is for; nil for any.
        var axes: Int? {
            switch self {
            case .nearest, .nearestExact, .area: return nil
            case .linear: return 1
            case .bilinear, .bicubic: return 2
            case .trilinear: return 3
            }
        }
    }

    public struct Resampling {
        public var mode: ResamplingMode
        /// The first and the last places stay; else the outer borders do.
        public var alignsCorners: Bool
        /// Filters as wide as the places that become one.
        public var isAntialiased: Bool

        public init(_ mode: ResamplingMode, alignsCorners: Bool = false, isAntialiased: Bool = false) {
            (self.mode, self.alignsCorners, self.isAntialiased) = (mode, alignsCorners, isAntialiased)
        }
    }

    /// With axes of the given extents. `factors`: how much larger each is, where that counts and not the extents.
    public func interpolated(to size: [Int], factors: [Double]? = nil, _ rule: Resampling) throws(Failure) -> Tensor {
        let name = "interpolate"
        var x = try node()
        let axes = x.shape.count - 2
        guard (1...3).contains(axes), rule.mode.axes.map({ $0 == axes }) ?? true else {
            let wanted = rule.mode.axes.map { "\($0 + 2)" } ?? "3 to 5"
            throw .shape(
                operation: name,
                "[n, channels, ...] of \(wanted) axes is expected for the mode '\(rule.mode.rawValue)', but found "
                    + x.shape.text)
        }
        guard size.count == axes, factors.map({ $0.count == axes }) ?? true else {
            throw .argument(operation: name, "an extent for each of \(axes) axes is expected, but found \(size.text)")
        }
        guard !rule.isAntialiased || rule.mode == .bilinear || rule.mode == .bicubic else {
            throw .argument(
                operation: name,
                "the mode 'bilinear' or 'bicubic' is expected for antialias, but found '\(rule.mode.rawValue)'")
        }
        for (place, extent) in size.enumerated() {
            guard extent > 0, x.shape[place + 2] > 0 else {
                throw .shape(
                    operation: name,
                    "extents above 0 are expected, but \(x.shape.text) is to become \(size.text)")
            }
        }
        for (place, factor) in (factors ?? []).enumerated()
        where (Double(x.shape[place + 2]) * factor).rounded(.down) != Double(size[place]) {
            throw .argument(
                operation: name,
                "factors that lead to the extents are expected, but \(factor) times \(x.shape[place + 2]) is not "
                    + "\(size[place])")
        }
        try checkShape(Array(x.shape[..<2]) + size, x.dtype, operation: name)
        if rule.mode != .nearest, rule.mode != .nearestExact { x = try x.ofFloats(name) }
        let given = x
        x = try x.wide()
        for (place, extent) in size.enumerated() {
            let step = SampledAxis(from: x.shape[place + 2], to: extent, factor: factors?[place])
            x = try step.applied(to: x, place + 2, rule)
        }
        return try Tensor(result: x.narrow(like: given))
    }
}

/// One axis that gets another extent.
private struct SampledAxis {
    let source: Int
    let target: Int
    /// By which the extent grows, where it was given so.
    private let factor: Double?
    /// How many source places one target place is; of corners that stay, between them.
    private let ratio: Double

    init(from source: Int, to target: Int, factor: Double?) {
        (self.source, self.target, self.factor) = (source, target, factor)
        ratio = factor.map { 1 / $0 } ?? Double(source) / Double(target)
    }

    func applied(to x: Node, _ axis: Int, _ rule: Tensor.Resampling) throws(Failure) -> Node {
        switch rule.mode {
        case .nearest, .nearestExact: return try picked(x, axis, nearest(isExact: rule.mode == .nearestExact, x.dtype))
        case .area: return try weighed(x, axis) { place in means(place) }
        case .linear, .bilinear, .trilinear, .bicubic:
            let isCubic = rule.mode == .bicubic
            if rule.isAntialiased {
                return try weighed(x, axis) { place in
                    filter(place, isCubic: isCubic, between(rule.alignsCorners))
                }
            }
            return try combined(x, axis, isCubic: isCubic, alignsCorners: rule.alignsCorners)
        }
    }

    private func between(_ alignsCorners: Bool) -> Double {
        guard alignsCorners else { return ratio }
        return target > 1 ? Double(source - 1) / Double(target - 1) : 0
    }

    /// As PyTorch counts, because places depend on rounding: the step in the dtype of the elements, halves in float64,
    /// and the place in float32.
    private func nearest(isExact: Bool, _ dtype: DType) -> [Int] {
        func places<T: BinaryFloatingPoint>(_: T.Type) -> [Int] {
            let step = factor.map { T(1 / $0) } ?? T(source) / T(target)
            return (0..<target).map { place in
                if !isExact, source == target { return place }
                if !isExact, target == 2 * source { return place / 2 }
                let at = isExact ? Float((Double(place) + 0.5) * Double(step)) : Float(T(place) * step)
                return min(Int(at), source - 1)
            }
        }
        return dtype == .float64 ? places(Double.self) : places(Float.self)
    }

    /// Sums of 2 or 4 neighbours, weighed by where the target place lies between them.
    private func combined(_ x: Node, _ axis: Int, isCubic: Bool, alignsCorners: Bool) throws(Failure) -> Node {
        let step = between(alignsCorners)
        let taps = isCubic ? 4 : 2
        var places = [[Int]](repeating: [], count: taps)
        var weights = [[Double]](repeating: [], count: taps)
        for target in 0..<target {
            var at = alignsCorners ? step * Double(target) : step * (Double(target) + 0.5) - 0.5
            if !isCubic { at = min(max(at, 0), Double(source - 1)) }
            let first = Int(at.rounded(.down))
            let shares = isCubic ? cubicShares(at - Double(first)) : [1 - (at - Double(first)), at - Double(first)]
            for tap in 0..<taps {
                places[tap].append(min(max(first + tap - (isCubic ? 1 : 0), 0), source - 1))
                weights[tap].append(shares[tap])
            }
        }
        var shape = Shape(repeating: 1, count: x.shape.count)
        shape[axis] = target
        var sum: Node?
        for (places, weights) in zip(places, weights) {
            let term = try picked(x, axis, places) * Node.constant(weights, shape, x.dtype)
            if let known = sum { sum = try known + term } else { sum = term }
        }
        return sum ?? x
    }

    /// The mean of the source places that a target place covers, in whole or in part.
    private func means(_ place: Int) -> (first: Int, shares: [Double]) {
        // Products of extents fit: the weights for each pair of places have been found to fit memory.
        let (first, last) = (place * source / target, ((place + 1) * source + target - 1) / target)
        return (first, [Double](repeating: 1 / Double(last - first), count: last - first))
    }

    /// A triangle, or Keys' cubic with a = -1/2, as wide as the source places that become one.
    private func filter(_ place: Int, isCubic: Bool, _ step: Double) -> (first: Int, shares: [Double]) {
        let reach = (isCubic ? 2.0 : 1.0) * max(step, 1)
        let center = step * (Double(place) + 0.5)
        let first = max(Int(center - reach + 0.5), 0)
        let last = min(Int(center + reach + 0.5), source)
        let shares = (first..<max(last, first + 1)).map { (at: Int) -> Double in
            let distance = abs((Double(at) - center + 0.5) / max(step, 1))
            if !isCubic { return max(1 - distance, 0) }
            if distance < 1 { return (1.5 * distance - 2.5) * distance * distance + 1 }
            return distance < 2 ? (((distance - 5) * distance + 8) * distance - 4) * -0.5 : 0
        }
        let total = shares.reduce(0, +)
        return (first, shares.map { $0 / total })
    }

    private func picked(_ x: Node, _ axis: Int, _ places: [Int]) throws(Failure) -> Node {
        try IndexSelect(axis: axis).record([x, Node.constant(places)])
    }

    /// A product with the weights of all places.
    private func weighed(_ x: Node, _ axis: Int, _ shares: (Int) -> (first: Int, shares: [Double])) throws(Failure)
        -> Node
    {
        try checkShape([target, source], .float64, operation: "interpolate")
        var matrix = [Double](repeating: 0, count: target * source)
        for place in 0..<target {
            let found = shares(place)
            for (offset, share) in found.shares.enumerated() { matrix[place * source + found.first + offset] = share }
        }
        let weights = try Node.constant(matrix, [target, source], x.dtype)
        let last = x.shape.count - 1
        var order = Array(x.shape.indices)
        order.swapAt(axis, last)
        let moved = try x.permute(order)
        let rows = try moved.reshape([x.count / source, source])
        let product = try MatMul(transposeB: true).record([rows, weights])
        return try product.reshape(moved.shape.dropLast() + [target]).permute(order)
    }
}

/// What four neighbours count for at `t` between the second and the third: Keys' cubic with a = -3/4.
private func cubicShares(_ t: Double) -> [Double] {
    let a = -0.75
    func near(_ x: Double) -> Double { ((a + 2) * x - (a + 3)) * x * x + 1 }
    func far(_ x: Double) -> Double { ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
    return [far(t + 1), near(t), near(1 - t), far(2 - t)]
}

extension Node {
    /// Whole numbers as a vector.
    static func constant(_ values: [Int]) throws(Failure) -> Node {
        try Tensor(dtype: .int64, shape: [values.count]) { (memory) throws(Failure) in
            memory.initializeMemory(as: Int64.self, from: values.map { Int64($0) }, count: values.count)
        }.node()
    }

    static func constant(_ values: [Double], _ shape: Shape, _ dtype: DType) throws(Failure) -> Node {
        try Tensor(dtype: .float64, shape: shape) { (memory) throws(Failure) in
            memory.initializeMemory(as: Double.self, from: values, count: values.count)
        }.node().cast(dtype)
    }
}
