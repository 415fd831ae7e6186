import Glibc

/// What LAPACK does with `count` matrices [m, n] that lie one behind the other, by rows: decompositions into orthogonal matrices. `notes` holds `noteBytes`.
/// Functions return the first matrix with which LAPACK came to no end, or -1.
public struct Decompositions {
    public let dtype: DType
    public let count: Int
    public let m: Int
    public let n: Int
    private let routines: LAPACK.Routines

    /// nil where LAPACK could not be loaded.
    public init?(dtype: DType, count: Int, m: Int, n: Int) {
        guard let routines = LAPACK.routines(dtype) else { return nil }
        (self.dtype, self.count, self.m, self.n, self.routines) = (dtype, count, m, n, routines)
    }

    public var noteBytes: Int { count * MemoryLayout<Int32>.size }
    /// One matrix.
    public var bytes: Int { m * n * dtype.size }
    private var k: Int { min(m, n) }

    /// Q [m, n] and R [n, n] of A = Q R, one behind the other in results; m >= n. `columns`, A by columns, becomes Q by columns.
    public func qr(_ columns: UnsafeMutableRawPointer, _ results: UnsafeMutableRawPointer, notes: UnsafeMutableRawPointer) {
        _ = forEach(notes) { place, info in
            let (matrix, q) = (columns + place * bytes, results + place * (m + n) * n * dtype.size)
            var (rows, width, leading, length) = (Int32(m), Int32(n), Int32(max(m, 1)), Int32(max(n * Self.block, 1)))
            let memory = ThreadScratch.factors.memory((Int(length) + n) * dtype.size)
            let work = memory + n * dtype.size
            routines.geqrf(&rows, &width, matrix, &leading, memory, work, &length, info)
            let r = q + bytes
            turn(matrix, rows: n, to: r)
            for row in 0..<n { memset(r + row * n * dtype.size, 0, row * dtype.size) }
            routines.orgqr(&rows, &width, &width, matrix, &leading, memory, work, &length, info)
            turn(matrix, rows: m, to: q)
        }
    }

    /// For symmetric matrices (m = n), whose lower triangles are read: in results the eigenvalues [n] in ascending order, then the vectors [n, n] as rows.
    public func eigh(_ matrices: UnsafeRawPointer, _ results: UnsafeMutableRawPointer, notes: UnsafeMutableRawPointer) -> Int {
        return forEach(notes) { place, info in
            let values = results + place * (n + 1) * n * dtype.size
            let vectors = values + n * dtype.size
            vectors.copyMemory(from: matrices + place * bytes, byteCount: bytes)
            var (width, leading, wanted, triangle) = (Int32(n), Int32(max(n, 1)), UInt8(ascii: "V"), UInt8(ascii: "U"))
            var (length, integers) = (Int32(1 + 6 * n + 2 * n * n), Int32(3 + 5 * n))
            let work = ThreadScratch.factors.memory(Int(length) * dtype.size + Int(integers) * 4)
            let whole = (work + Int(length) * dtype.size).assumingMemoryBound(to: Int32.self)
            routines.syevd(&wanted, &triangle, &width, vectors, &leading, values, work, &length, whole, &integers, info, 1, 1)
        }
    }

    /// In results, for k = min(m, n), the singular values [k] in descending order, U [m, k] and V^T [k, n]. The matrices are overwritten.
    public func svd(_ matrices: UnsafeMutableRawPointer, _ results: UnsafeMutableRawPointer, notes: UnsafeMutableRawPointer) -> Int {
        return forEach(notes) { place, info in
            // By columns A is its transpose V S U^T, so LAPACK's first factor is V.
            let values = results + place * k * (1 + m + n) * dtype.size
            let u = values + k * dtype.size
            let v = u + m * k * dtype.size
            var (rows, columns, inner) = (Int32(n), Int32(m), Int32(max(k, 1)))
            var (leading, job) = (Int32(max(n, 1)), UInt8(ascii: "S"))
            // What the reference manual asks for at least, and room for blocks of columns.
            var length = Int32(4 * k * k + 7 * k + Self.block * (m + n) + 1)
            let work = ThreadScratch.factors.memory(Int(length) * dtype.size + 8 * k * 4)
            let whole = (work + Int(length) * dtype.size).assumingMemoryBound(to: Int32.self)
            routines.gesdd(&job, &rows, &columns, matrices + place * bytes, &leading, values, v, &leading, u, &inner, work, &length, whole, info, 1)
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

    /// `body` with a matrix's number and its info, on the engine's threads.
    private func forEach(_ notes: UnsafeMutableRawPointer, _ body: (Int, UnsafeMutablePointer<Int32>) -> Void) -> Int {
        let infos = notes.assumingMemoryBound(to: Int32.self)
        inPieces(count, grain: max(1, (1 << 14) / max(1, m * n * k))) { part in
            for place in part {
                infos[place] = 0
                if k > 0 { body(place, infos + place) }
            }
        }
        for place in 0..<count where infos[place] != 0 { return place }
        return -1
    }
}
