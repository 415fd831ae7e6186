import Engine

/// Images [N, C, H, W] at other sizes, by TensorFlow's rules: half-pixel centres, weights that sum to 1 at the edges.
enum KerasImages {
    /// `mode`: nearest, bilinear, bicubic (Keys 1981, a = -1/2), lanczos3, lanczos5, area.
    static func resized(_ x: Tensor, _ size: [Int], _ mode: String, antialias: Bool = false) throws(Failure) -> Tensor {
        if mode == "nearest" {
            return try x.interpolated(to: size, Tensor.Resampling(.nearestExact))
        }
        var y = x.dtype.isFloat ? x : try x.cast(.float32)
        for (place, extent) in size.enumerated() where extent != x.shape[place + 2] {
            let axis = place + 2
            let weights = try weights(x.shape[axis], extent, mode, antialias, y.dtype)
            // The axis last, a product with [in, out], and back.
            let last = try axis == 3 ? y : y.transpose(2, 3)
            let product = try last.matmul(weights)
            y = try axis == 3 ? product : product.transpose(2, 3)
        }
        return y
    }

    /// How much of each of `source` places each of `target` places takes: [source, target].
    private static func weights(_ source: Int, _ target: Int, _ mode: String, _ antialias: Bool, _ dtype: DType)
        throws(Failure) -> Tensor
    {
        guard source > 0, target > 0 else {
            throw .shape(operation: "resize", "extents above 0 are expected, but \(source) is to become \(target)")
        }
        let (values, overflow) = source.multipliedReportingOverflow(by: target)
        guard !overflow, values < 1 << 28 else {
            throw .shape(operation: "resize", "\(source) places are too many to become \(target)")
        }
        let ratio = Double(source) / Double(target)
        let width = antialias ? max(ratio, 1) : 1
        var all = [Double](repeating: 0, count: values)
        for place in 0..<target {
            var center = (Double(place) + 0.5) * ratio - 0.5
            // TensorFlow looks these weights up in a table of 1024 places between two elements.
            if mode == "bicubic", !antialias {
                let whole = center.rounded(.down)
                center = whole + ((center - whole) * 1024).rounded(.toNearestOrEven) / 1024
            }
            var sum = 0.0
            for from in 0..<source {
                let weight = kernel((Double(from) - center) / width, mode)
                all[from * target + place] = weight
                sum += weight
            }
            guard abs(sum) > 1e-9 else { continue }
            for from in 0..<source { all[from * target + place] /= sum }
        }
        return try Tensor.values(all, [source, target], dtype)
    }

    private static func kernel(_ distance: Double, _ mode: String) -> Double {
        let x = abs(distance)
        switch mode {
        case "bicubic":
            if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
            return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
        case "lanczos3", "lanczos5":
            let radius = mode == "lanczos3" ? 3.0 : 5.0
            if x >= radius { return 0 }
            if x < 1e-8 { return 1 }
            return radius * sine(x) * sine(x / radius) / (Double.pi * Double.pi * x * x)
        default: return max(0, 1 - x)
        }
    }

    /// sin(pi x)
    private static func sine(_ x: Double) -> Double {
        // Reduced to [-1/2, 1/2], where a few terms of the series are exact to rounding.
        let nearest = x.rounded()
        let t = (x - nearest) * Double.pi
        var (term, sum) = (t, t)
        for n in 1..<12 {
            term *= -t * t / Double((2 * n) * (2 * n + 1))
            sum += term
        }
        return Int(nearest) % 2 == 0 ? sum : -sum
    }
}

extension Tensor {
    /// A tensor with these values.
    static func values(_ numbers: [Double], _ shape: Shape, _ dtype: DType) throws(Failure) -> Tensor {
        guard shape.reduce(1, *) == numbers.count else {
            throw .internal(operation: "tensor", "\(numbers.count) values do not fill \(shape)")
        }
        let tensor = try Tensor(dtype: .float64, shape: shape) { memory in
            let doubles = memory.bindMemory(to: Double.self, capacity: max(numbers.count, 1))
            for (place, number) in numbers.enumerated() { doubles[place] = number }
        }
        return try tensor.cast(dtype)
    }
}
