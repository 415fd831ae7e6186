/// What attention does with a row of scores, on vectors of the concrete type.
protocol AttentionScalar: GemmScalar, RowScalar {
    /// The largest of `count` numbers, at least one. What the last vector has behind them is lost.
    static func largest(_ x: UnsafeMutablePointer<Self>, _ count: Int) -> Self
    /// exp(x - shift) in place, zeros behind it up to `end`; the sum. Vectors go beyond `count`, up to the next 64
    /// bytes.
    static func exponentials(
        _ x: UnsafeMutablePointer<Self>, _ count: Int, minus shift: Self, zerosTo end: Int
    ) -> Self
    static func exponential(_ x: Self) -> Self
    /// All of `count` numbers times one, in vectors, which go on to the next 64 bytes.
    static func scale(_ x: UnsafeMutablePointer<Self>, _ count: Int, by factor: Self)
    /// x = exp(x - shift), d = x (d - product), both with zeros behind them up to `end`.
    static func gradients(
        _ x: UnsafeMutablePointer<Self>, _ d: UnsafeMutablePointer<Self>, _ count: Int, minus shift: Self,
        product: Self, zerosTo end: Int)
}

extension RowScalar {
    @inline(__always)
    fileprivate static func load(_ x: UnsafePointer<Self>, _ place: Int) -> Vector {
        UnsafeRawPointer(x + place).loadUnaligned(as: Vector.self)
    }

    @inline(__always)
    fileprivate static func store(_ vector: Vector, _ x: UnsafeMutablePointer<Self>, _ place: Int) {
        UnsafeMutableRawPointer(x + place).storeBytes(of: vector, as: Vector.self)
    }

    @inline(__always)
    fileprivate static func scaleAll(_ x: UnsafeMutablePointer<Self>, _ count: Int, _ factor: Self) {
        for place in stride(from: 0, to: count, by: Vector.scalarCount) {
            store(load(x, place) * Vector(repeating: factor), x, place)
        }
    }

    /// Overwrites what a row's last vector has beyond its `count` numbers.
    @inline(__always)
    fileprivate static func fillLast(_ x: UnsafeMutablePointer<Self>, _ count: Int, _ number: Self) {
        let whole = count / Vector.scalarCount * Vector.scalarCount
        guard whole < count else { return }
        store(
            Vector(repeating: number).replacing(with: load(x, whole), where: lanes(below: count - whole)), x, whole)
    }

    /// Zeros from the vector behind the last of `count` numbers on.
    @inline(__always)
    fileprivate static func zeros(_ x: UnsafeMutablePointer<Self>, _ count: Int, _ end: Int) {
        let width = Vector.scalarCount
        for place in stride(from: (count + width - 1) / width * width, to: end, by: width) { store(Vector(), x, place) }
    }

    @inline(__always)
    fileprivate static func largestOf(_ x: UnsafeMutablePointer<Self>, _ count: Int) -> Self {
        fillLast(x, count, -.infinity)
        var found = Vector(repeating: -.infinity)
        for place in stride(from: 0, to: count, by: Vector.scalarCount) { found = larger(found, load(x, place)) }
        return largest(found)
    }

    /// One loop for all vectors: where the exponential is in two places, the compiler makes calls of it.
    @inline(__always)
    fileprivate static func exponentialsOf(
        _ x: UnsafeMutablePointer<Self>, _ count: Int, _ shift: Self, _ end: Int, _ exp: (Vector) -> Vector
    ) -> Self {
        fillLast(x, count, -.infinity)
        let shift = Vector(repeating: shift)
        var total = Vector()
        for place in stride(from: 0, to: count, by: Vector.scalarCount) {
            let y = exp(load(x, place) - shift)
            store(y, x, place)
            total += y
        }
        zeros(x, count, end)
        return sum(total)
    }

    @inline(__always)
    fileprivate static func gradientsOf(
        _ x: UnsafeMutablePointer<Self>, _ d: UnsafeMutablePointer<Self>, _ count: Int, _ shift: Self, _ product: Self,
        _ end: Int, _ exp: (Vector) -> Vector
    ) {
        let (shift, product) = (Vector(repeating: shift), Vector(repeating: product))
        for place in stride(from: 0, to: count, by: Vector.scalarCount) {
            let y = exp(load(x, place) - shift)
            store(y, x, place)
            store(y * (load(d, place) - product), d, place)
        }
        fillLast(x, count, 0)
        fillLast(d, count, 0)
        zeros(x, count, end)
        zeros(d, count, end)
    }
}

extension Float: AttentionScalar {
    static func largest(_ x: UnsafeMutablePointer<Float>, _ count: Int) -> Float { largestOf(x, count) }
    static func exponential(_ x: Float) -> Float { exp(Vector(repeating: x))[0] }
    static func scale(_ x: UnsafeMutablePointer<Float>, _ count: Int, by factor: Float) { scaleAll(x, count, factor) }

    static func exponentials(
        _ x: UnsafeMutablePointer<Float>, _ count: Int, minus shift: Float, zerosTo end: Int
    ) -> Float { exponentialsOf(x, count, shift, end) { exp($0) } }

    static func gradients(
        _ x: UnsafeMutablePointer<Float>, _ d: UnsafeMutablePointer<Float>, _ count: Int, minus shift: Float,
        product: Float, zerosTo end: Int
    ) { gradientsOf(x, d, count, shift, product, end) { exp($0) } }
}

extension Double: AttentionScalar {
    static func largest(_ x: UnsafeMutablePointer<Double>, _ count: Int) -> Double { largestOf(x, count) }
    static func exponential(_ x: Double) -> Double { exp(Vector(repeating: x))[0] }
    static func scale(_ x: UnsafeMutablePointer<Double>, _ count: Int, by factor: Double) { scaleAll(x, count, factor) }

    static func exponentials(
        _ x: UnsafeMutablePointer<Double>, _ count: Int, minus shift: Double, zerosTo end: Int
    ) -> Double { exponentialsOf(x, count, shift, end) { exp($0) } }

    static func gradients(
        _ x: UnsafeMutablePointer<Double>, _ d: UnsafeMutablePointer<Double>, _ count: Int, minus shift: Double,
        product: Double, zerosTo end: Int
    ) { gradientsOf(x, d, count, shift, product, end) { exp($0) } }
}
