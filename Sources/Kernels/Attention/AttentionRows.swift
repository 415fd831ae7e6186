/// What attention does with a row of scores, on vectors of the concrete type.
protocol AttentionScalar: GemmScalar, RowScalar {
    /// The largest of `count` numbers, at least one.
    static func largest(_ x: UnsafePointer<Self>, _ count: Int) -> Self
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

    @inline(__always)
    fileprivate static func largestOf(_ x: UnsafePointer<Self>, _ count: Int) -> Self {
        let width = Vector.scalarCount
        let whole = count / width * width
        var found = Vector(repeating: -.infinity)
        for place in stride(from: 0, to: whole, by: width) { found = larger(found, load(x, place)) }
        if whole < count {
            found = larger(
                found, Vector(repeating: -.infinity).replacing(with: load(x, whole), where: lanes(below: count - whole))
            )
        }
        return largest(found)
    }

    @inline(__always)
    fileprivate static func exponentialsOf(
        _ x: UnsafeMutablePointer<Self>, _ count: Int, _ shift: Self, _ end: Int, _ exp: (Vector) -> Vector
    ) -> Self {
        let width = Vector.scalarCount
        let whole = count / width * width
        let shift = Vector(repeating: shift)
        var total = Vector()
        for place in stride(from: 0, to: whole, by: width) {
            let y = exp(load(x, place) - shift)
            store(y, x, place)
            total += y
        }
        var place = whole
        if whole < count {
            let y = Vector().replacing(with: exp(load(x, whole) - shift), where: lanes(below: count - whole))
            store(y, x, whole)
            total += y
            place += width
        }
        while place < end {
            store(Vector(), x, place)
            place += width
        }
        return sum(total)
    }

    @inline(__always)
    fileprivate static func gradientsOf(
        _ x: UnsafeMutablePointer<Self>, _ d: UnsafeMutablePointer<Self>, _ count: Int, _ shift: Self, _ product: Self,
        _ end: Int, _ exp: (Vector) -> Vector
    ) {
        let width = Vector.scalarCount
        let whole = count / width * width
        let (shift, product) = (Vector(repeating: shift), Vector(repeating: product))
        for place in stride(from: 0, to: whole, by: width) {
            let y = exp(load(x, place) - shift)
            store(y, x, place)
            store(y * (load(d, place) - product), d, place)
        }
        var place = whole
        if whole < count {
            let isThere = lanes(below: count - whole)
            let y = exp(load(x, whole) - shift)
            store(Vector().replacing(with: y, where: isThere), x, whole)
            store(Vector().replacing(with: y * (load(d, whole) - product), where: isThere), d, whole)
            place += width
        }
        while place < end {
            store(Vector(), x, place)
            store(Vector(), d, place)
            place += width
        }
    }
}

extension Float: AttentionScalar {
    static func largest(_ x: UnsafePointer<Float>, _ count: Int) -> Float { largestOf(x, count) }
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
    static func largest(_ x: UnsafePointer<Double>, _ count: Int) -> Double { largestOf(x, count) }
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
