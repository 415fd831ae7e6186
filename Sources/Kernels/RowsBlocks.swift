/// One row, or a part of one, in vectors. A row seldom fills its last vector; where the memory behind it may be read it is read
/// and masked, because moving single elements would cost more than all the arithmetic on a short row.
struct RowBlocks<T: RowScalar> {
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

    /// Calls `body` with each vector of `row` and where it starts; lanes behind the row hold -inf. Memory up to `end` may be read.
    @inline(__always)
    func each(_ row: UnsafePointer<T>, end: UnsafePointer<T>, _ body: (Int, Vector) -> Void) {
        for start in stride(from: 0, to: full, by: Vector.scalarCount) {
            body(start, UnsafeRawPointer(row + start).loadUnaligned(as: Vector.self))
        }
        if full < n { body(full, tail(row + full, end: end)) }
    }

    @inline(__always)
    private func tail(_ row: UnsafePointer<T>, end: UnsafePointer<T>) -> Vector {
        var vector = Vector(repeating: -.infinity)
        if row + Vector.scalarCount <= end {
            return vector.replacing(with: UnsafeRawPointer(row).loadUnaligned(as: Vector.self), where: tailLanes)
        }
        for lane in 0..<n - full { vector[lane] = row[lane] }
        return vector
    }

    /// Stores the vector that starts at `start` of `row`. What lies behind the row, up to `end`, may be rewritten as it is.
    @inline(__always)
    func store(_ vector: Vector, _ row: UnsafeMutablePointer<T>, _ start: Int, end: UnsafeMutablePointer<T>) {
        let target = row + start
        if start < full {
            UnsafeMutableRawPointer(target).storeBytes(of: vector, as: Vector.self)
        } else if target + Vector.scalarCount <= end {
            let behind = UnsafeRawPointer(target).loadUnaligned(as: Vector.self)
            UnsafeMutableRawPointer(target).storeBytes(of: behind.replacing(with: vector, where: tailLanes), as: Vector.self)
        } else {
            for lane in 0..<n - full { target[lane] = vector[lane] }
        }
    }

    @inline(__always)
    func largest(_ row: UnsafePointer<T>, end: UnsafePointer<T>) -> T {
        var largest = Vector(repeating: -.infinity)
        each(row, end: end) { _, x in largest = T.larger(largest, x) }
        return T.largest(largest)
    }

    /// The logarithm of the sum of exponentials is shift + log(sum). The shift is the row's largest number, or 0 where that is
    /// infinite, as in SciPy.
    @inline(__always)
    func exponentialSum(_ row: UnsafePointer<T>, end: UnsafePointer<T>) -> (shift: T, sum: T) {
        let largest = largest(row, end: end)
        let shift = largest.magnitude < .infinity ? largest : 0
        var sum = Vector()
        each(row, end: end) { _, x in sum += T.exp(x - shift) }
        return (shift, T.sum(sum))
    }
}
