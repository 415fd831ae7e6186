import Steps
import Machine
import Glibc

/// What LAPACK does with `count` matrices [m, n] that lie one behind the other, by rows: decompositions into factors.
/// `notes` holds `noteBytes`. Functions return the first matrix with which LAPACK came to no end, or -1.
public struct Decompositions {
    public let dtype: DType
    public let count: Int
    public let m: Int
    public let n: Int
    private let routines: LAPACK.Routines
    private let lanes: ScratchLanes

    public enum Kind {
        case qr, lu, eigh, svd
    }

    /// nil where LAPACK could not be loaded.
    public init?(_ kind: Kind, dtype: DType, count: Int, m: Int, n: Int) {
        guard let routines = LAPACK.routines(dtype) else { return nil }
        (self.dtype, self.count, self.m, self.n, self.routines) = (dtype, count, m, n, routines)
        let (numbers, integers) = Self.work(kind, m: m, n: n)
        lanes = ScratchLanes(
            pieces: count, bytes: numbers * dtype.size + integers * MemoryLayout<Int32>.size, limits: true)
    }

    /// How many numbers and integers LAPACK works in for one matrix.
    private static func work(_ kind: Kind, m: Int, n: Int) -> (numbers: Int, integers: Int) {
        let k = min(m, n)
        switch kind {
        // The factors of the reflections, and a block of columns.
        case .qr: return (n + max(n * block, 1), 0)
        case .lu: return (0, k)
        case .eigh: return (1 + 6 * n + 2 * n * n, 3 + 5 * n)
        // What the reference manual asks for at least, and room for blocks of columns.
        case .svd: return (4 * k * k + 7 * k + block * (m + n) + 1, 8 * k)
        }
    }

    private var infoBytes: Int { count * MemoryLayout<Int32>.size }
    /// What LAPACK says about each matrix, and what it works in.
    public var noteBytes: Int { (infoBytes + 63) & ~63 + lanes.bytes }
    /// One matrix.
    public var bytes: Int { m * n * dtype.size }
    private var k: Int { min(m, n) }

    /// Q [m, n] and R [n, n] of A = Q R, one behind the other in results; m >= n. `columns`, A by columns, becomes Q by
    /// columns.
    public func qr(
        _ columns: UnsafeMutableRawPointer, _ results: UnsafeMutableRawPointer, notes: UnsafeMutableRawPointer
    ) {
        _ = forEach(notes) { place, info, memory in
            let (matrix, q) = (columns + place * bytes, results + place * (m + n) * n * dtype.size)
            var (rows, width, leading, length) = (Int32(m), Int32(n), Int32(max(m, 1)), Int32(max(n * Self.block, 1)))
            let work = memory + n * dtype.size
            routines.geqrf(&rows, &width, matrix, &leading, memory, work, &length, info)
            let r = q + bytes
            turn(matrix, rows: n, to: r)
            for row in 0..<n { memset(r + row * n * dtype.size, 0, row * dtype.size) }
            routines.orgqr(&rows, &width, &width, matrix, &leading, memory, work, &length, info)
            turn(matrix, rows: m, to: q)
        }
    }

    /// L and U of P A = L U in one matrix [m, n], and the exchanges [k] of rows, counted from 1, one behind the other
    /// in results. `columns`, A by columns, is overwritten. A singular matrix has a 0 on U's diagonal.
    public func lu(
        _ columns: UnsafeMutableRawPointer, _ results: UnsafeMutableRawPointer, notes: UnsafeMutableRawPointer
    ) {
        _ = forEach(notes) { place, info, memory in
            let (matrix, factors) = (columns + place * bytes, results + place * (m * n + k) * dtype.size)
            let pivots = memory.assumingMemoryBound(to: Int32.self)
            var (rows, width, leading) = (Int32(m), Int32(n), Int32(max(m, 1)))
            routines.getrf(&rows, &width, matrix, &leading, pivots, info)
            turn(matrix, rows: m, to: factors)
            for row in 0..<k {
                if dtype == .float32 {
                    (factors + bytes).assumingMemoryBound(to: Float.self)[row] = Float(pivots[row])
                } else {
                    (factors + bytes).assumingMemoryBound(to: Double.self)[row] = Double(pivots[row])
                }
            }
        }
    }

    /// For symmetric matrices (m = n), whose lower triangles are read: in results the eigenvalues [n] in ascending
    /// order, then the vectors [n, n] as rows.
    public func eigh(_ matrices: UnsafeRawPointer, _ results: UnsafeMutableRawPointer, notes: UnsafeMutableRawPointer)
        -> Int
    {
        return forEach(notes) { place, info, work in
            let values = results + place * (n + 1) * n * dtype.size
            let vectors = values + n * dtype.size
            vectors.copyMemory(from: matrices + place * bytes, byteCount: bytes)
            var (width, leading, wanted, triangle) = (Int32(n), Int32(max(n, 1)), UInt8(ascii: "V"), UInt8(ascii: "U"))
            let room = Self.work(.eigh, m: n, n: n)
            var (length, integers) = (Int32(room.numbers), Int32(room.integers))
            let whole = (work + Int(length) * dtype.size).assumingMemoryBound(to: Int32.self)
            routines.syevd(
                &wanted, &triangle, &width, vectors, &leading, values, work, &length, whole, &integers, info, 1, 1)
        }
    }

    /// In results, for k = min(m, n), the singular values [k] in descending order, U [m, k] and V^T [k, n]. The
    /// matrices are overwritten.
    public func svd(
        _ matrices: UnsafeMutableRawPointer, _ results: UnsafeMutableRawPointer, notes: UnsafeMutableRawPointer
    ) -> Int {
        return forEach(notes) { place, info, work in
            // By columns A is its transpose V S U^T, so LAPACK's first factor is V.
            let values = results + place * k * (1 + m + n) * dtype.size
            let u = values + k * dtype.size
            let v = u + m * k * dtype.size
            var (rows, columns, inner) = (Int32(n), Int32(m), Int32(max(k, 1)))
            var (leading, job) = (Int32(max(n, 1)), UInt8(ascii: "S"))
            var length = Int32(Self.work(.svd, m: m, n: n).numbers)
            let whole = (work + Int(length) * dtype.size).assumingMemoryBound(to: Int32.self)
            routines.gesdd(
                &job, &rows, &columns, matrices + place * bytes, &leading, values, v, &leading, u, &inner, work,
                &length, whole, info, 1)
        }
    }

    private static let block = 64

    /// The first `rows` rows of a matrix that lies by columns of length m, by rows.
    private func turn(_ columns: UnsafeRawPointer, rows: Int, to result: UnsafeMutableRawPointer) {
        let size = dtype.size
        if size == 4 {
            transpose(columns, rowBytes: m * size, rows: n, columns: rows, result, rowBytes: n * size, UInt32.self)
        } else {
            transpose(columns, rowBytes: m * size, rows: n, columns: rows, result, rowBytes: n * size, UInt64.self)
        }
    }

    /// `body` with a matrix's number, its info and memory to work in, on the engine's threads.
    private func forEach(
        _ notes: UnsafeMutableRawPointer, _ body: (Int, UnsafeMutablePointer<Int32>, UnsafeMutableRawPointer) -> Void
    ) -> Int {
        let infos = notes.assumingMemoryBound(to: Int32.self)
        lanes.run(count, grain: max(1, (1 << 14) / max(1, m * n * k)), notes + (infoBytes + 63) & ~63) { part, work in
            for place in part {
                infos[place] = 0
                if k > 0 { body(place, infos + place, work) }
            }
        }
        for place in 0..<count where infos[place] != 0 { return place }
        return -1
    }
}
