/// One row, or a part of one, in vectors. A row seldom fills its last vector; where the memory behind it may be read it
/// is read and masked, because moving single elements would cost more than all the arithmetic on a short row.
struct AxisBlocks<T: RowScalar> {
    typealias Vector = T.Vector

    let n: Int
    /// How many elements are in full vectors, and the mask of the rest.
    private let full: Int
    private let tailLanes: T.Mask

    @inline(__always)
    init(_ n: Int) {
        self.n = n
        full = n / Vector.scalarCount * Vector.scalarCount
        tailLanes = T.lanes(below: n - full)
    }

    /// The vector that starts at `start` of `row`; lanes behind the row hold `padding`. Memory up to `end` may be read.
    @inline(__always)
    func load(_ row: UnsafePointer<T>, _ start: Int, end: UnsafePointer<T>, padding: T = -.infinity) -> Vector {
        let source = row + start
        if start < full { return UnsafeRawPointer(source).loadUnaligned(as: Vector.self) }
        if source + Vector.scalarCount <= end {
            let whole = UnsafeRawPointer(source).loadUnaligned(as: Vector.self)
            return Vector(repeating: padding).replacing(with: whole, where: tailLanes)
        }
        return loadPart(source, padding)
    }

    /// Stores the vector that starts at `start` of `row`. What lies behind the row, up to `end`, may be rewritten as it
    /// is.
    @inline(__always)
    func store(_ vector: Vector, _ row: UnsafeMutablePointer<T>, _ start: Int, end: UnsafeMutablePointer<T>) {
        let target = row + start
        if start < full {
            UnsafeMutableRawPointer(target).storeBytes(of: vector, as: Vector.self)
        } else if target + Vector.scalarCount <= end {
            let behind = UnsafeRawPointer(target).loadUnaligned(as: Vector.self)
            UnsafeMutableRawPointer(target).storeBytes(
                of: behind.replacing(with: vector, where: tailLanes), as: Vector.self)
        } else {
            storePart(vector, target)
        }
    }

    // Only the last row of a piece comes here.

    @inline(never)
    private func loadPart(_ source: UnsafePointer<T>, _ padding: T) -> Vector {
        var vector = Vector(repeating: padding)
        for lane in 0..<n - full { vector[lane] = source[lane] }
        return vector
    }

    @inline(never)
    private func storePart(_ vector: Vector, _ target: UnsafeMutablePointer<T>) {
        for lane in 0..<n - full { target[lane] = vector[lane] }
    }

    func largest(_ row: UnsafePointer<T>, end: UnsafePointer<T>) -> T {
        var largest = Vector(repeating: -.infinity)
        var start = 0
        while start < n {
            largest = T.larger(largest, load(row, start, end: end))
            start += Vector.scalarCount
        }
        return T.largest(largest)
    }

    func sum(_ row: UnsafePointer<T>, end: UnsafePointer<T>) -> T {
        var sum = Vector()
        var start = 0
        while start < n {
            sum += load(row, start, end: end, padding: 0)
            start += Vector.scalarCount
        }
        return T.sum(sum)
    }

    /// target = row - shift
    func subtract(
        _ shift: T, from row: UnsafePointer<T>, end: UnsafePointer<T>, into target: UnsafeMutablePointer<T>,
        end targetEnd: UnsafeMutablePointer<T>
    ) {
        let shift = Vector(repeating: shift)
        var start = 0
        while start < n {
            store(load(row, start, end: end) - shift, target, start, end: targetEnd)
            start += Vector.scalarCount
        }
    }

    /// row *= factor
    func scale(_ row: UnsafeMutablePointer<T>, by factor: T, end: UnsafeMutablePointer<T>) {
        let factor = Vector(repeating: factor)
        var start = 0
        while start < n {
            store(load(row, start, end: end) * factor, row, start, end: end)
            start += Vector.scalarCount
        }
    }
}
