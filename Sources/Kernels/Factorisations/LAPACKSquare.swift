import Steps
import Machine
import Glibc

/// What LAPACK does with `count` square matrices [n, n] that lie one behind the other, by rows. It reads memory by
/// columns, so what it sees is their transposes. `notes` is memory of `noteBytes`. Functions that can fail return the
/// first matrix that could not be factored, or -1.
public struct SquareMatrices {
    public let dtype: DType
    public let count: Int
    public let n: Int
    private let routines: LAPACK.Routines
    private let lanes: ScratchLanes

    /// nil where LAPACK could not be loaded.
    public init?(dtype: DType, count: Int, n: Int) {
        guard let routines = LAPACK.routines(dtype) else { return nil }
        (self.dtype, self.count, self.n, self.routines) = (dtype, count, n, routines)
        lanes = ScratchLanes(pieces: count, bytes: max(n * Self.block, 1) * dtype.size, limits: true)
    }

    /// A matrix's pivots, and what LAPACK says about it.
    private var infoBytes: Int { count * (n + 1) * MemoryLayout<Int32>.size }
    /// The same, and what LAPACK works in.
    public var noteBytes: Int { (infoBytes + 63) & ~63 + lanes.bytes }
    public var bytes: Int { count * matrixBytes }
    private var matrixBytes: Int { n * n * dtype.size }

    /// Turns each matrix into its inverse, a singular one, with `fillsSingular`, into NaN.
    public func invert(_ matrices: UnsafeMutableRawPointer, notes: UnsafeMutableRawPointer, fillsSingular: Bool) -> Int
    {
        return forEach(notes) { place, pivots, info, work in
            let matrix = matrices + place * matrixBytes
            factor(matrix, pivots, info)
            if info.pointee == 0 { invertFactored(matrix, pivots, info, work) }
            if info.pointee != 0, fillsSingular { fill(dtype, .nan, matrix, n * n) }
        }
    }

    private func invertFactored(
        _ matrix: UnsafeMutableRawPointer, _ pivots: UnsafeMutablePointer<Int32>, _ info: UnsafeMutablePointer<Int32>,
        _ work: UnsafeMutableRawPointer
    ) {
        // The block of columns that getri works best with.
        var (n, leading, length) = (Int32(self.n), Int32(max(self.n, 1)), Int32(max(self.n * Self.block, 1)))
        routines.getri(&n, matrix, &leading, pivots, work, &length, info)
    }

    /// What `cofactors` works in beside its notes: for one matrix at a time.
    public var cofactorBytes: Int { singularBytes + (decomposition?.noteBytes ?? 0) }
    private var singularBytes: Int { ((n * n + n * (1 + 2 * n)) * dtype.size + 63) & ~63 }
    private var decomposition: Decompositions? { Decompositions(.svd, dtype: dtype, count: 1, m: n, n: n) }

    /// Turns each matrix, a copy of one of `originals`, into its cofactors: det A A^-T, where there is an inverse.
    public func cofactors(
        of originals: UnsafeRawPointer, _ matrices: UnsafeMutableRawPointer, notes: UnsafeMutableRawPointer,
        scratch: UnsafeMutableRawPointer
    ) {
        _ = forEach(notes) { place, pivots, info, work in
            let matrix = matrices + place * matrixBytes
            factor(matrix, pivots, info)
            guard info.pointee == 0 else { return }
            let determinant =
                dtype == .float32 ? product(matrix, pivots, Float.self) : product(matrix, pivots, Double.self)
            invertFactored(matrix, pivots, info, work)
            if dtype == .float32 {
                turn(matrix.assumingMemoryBound(to: Float.self), times: determinant)
            } else {
                turn(matrix.assumingMemoryBound(to: Double.self), times: determinant)
            }
        }
        let infos = notes.assumingMemoryBound(to: Int32.self)
        for place in 0..<count where infos[place * (n + 1) + n] != 0 {
            let (original, matrix) = (originals + place * matrixBytes, matrices + place * matrixBytes)
            if dtype == .float32 {
                singularCofactors(original, matrix, notes: infos + place * (n + 1), scratch, Float.self)
            } else {
                singularCofactors(original, matrix, notes: infos + place * (n + 1), scratch, Double.self)
            }
        }
    }

    /// The determinant of a factored matrix.
    private func product<T: BinaryFloatingPoint>(
        _ factors: UnsafeMutableRawPointer, _ pivots: UnsafeMutablePointer<Int32>, _: T.Type
    ) -> Double {
        let factors = factors.assumingMemoryBound(to: T.self)
        return (0..<n).reduce(1) {
            Int(pivots[$1]) == $1 + 1 ? $0 * Double(factors[$1 * n + $1]) : -$0 * Double(factors[$1 * n + $1])
        }
    }

    /// The transpose of a matrix, times a number.
    private func turn<T: BinaryFloatingPoint>(_ matrix: UnsafeMutablePointer<T>, times factor: Double) {
        for row in 0..<n {
            for column in 0...row {
                let (a, b) = (matrix[row * n + column], matrix[column * n + row])
                (matrix[row * n + column], matrix[column * n + row]) = (T(factor * Double(b)), T(factor * Double(a)))
            }
        }
    }

    /// By the singular values of A = U S V^T, each cofactor's share the product of all the others: det U det V U
    /// diag(prod of s_j, j not i) V^T. NaN where A is not finite.
    private func singularCofactors<T: BinaryFloatingPoint>(
        _ original: UnsafeRawPointer, _ result: UnsafeMutableRawPointer, notes: UnsafeMutablePointer<Int32>,
        _ scratch: UnsafeMutableRawPointer, _: T.Type
    ) {
        let (copy, values) = (scratch, (scratch + matrixBytes).assumingMemoryBound(to: T.self))
        let (u, v, sums) = (values + n, values + n + n * n, result.assumingMemoryBound(to: T.self))
        fill(dtype, .nan, result, n * n)
        guard
            firstOutside(
                -Double(T.greatestFiniteMagnitude), Double(T.greatestFiniteMagnitude), dtype, original, count: n * n)
                < 0,
            let one = decomposition
        else { return }
        copy.copyMemory(from: original, byteCount: matrixBytes)
        guard one.svd(copy, UnsafeMutableRawPointer(values), notes: scratch + singularBytes) < 0 else { return }
        var sign = 1.0
        for factors in [u, v] {
            copy.copyMemory(from: factors, byteCount: matrixBytes)
            factor(copy, notes, notes + n)
            sign *= product(copy, notes, T.self) < 0 ? -1 : 1
        }
        for place in 0..<n * n { sums[place] = 0 }
        for i in 0..<n {
            let others = (0..<n).reduce(sign) { $1 == i ? $0 : $0 * Double(values[$1]) }
            guard others != 0 else { continue }
            for row in 0..<n {
                let share = T(others * Double(u[row * n + i]))
                for column in 0..<n { sums[row * n + column] += share * v[i * n + column] }
            }
        }
    }

    /// results [count, 3]: sign, log |det| and det of each matrix. Their memory is overwritten. A singular one has 0,
    /// -infinity and 0.
    public func determinants(
        _ matrices: UnsafeMutableRawPointer, _ results: UnsafeMutableRawPointer, notes: UnsafeMutableRawPointer
    ) {
        _ = forEach(notes) { place, pivots, info, _ in
            let matrix = matrices + place * matrixBytes
            factor(matrix, pivots, info)
            if dtype == .float32 {
                measure(
                    matrix.assumingMemoryBound(to: Float.self), pivots,
                    results.assumingMemoryBound(to: Float.self) + 3 * place)
            } else {
                measure(
                    matrix.assumingMemoryBound(to: Double.self), pivots,
                    results.assumingMemoryBound(to: Double.self) + 3 * place)
            }
        }
    }

    /// rows [count, k, n]: each row b becomes the x of A x = b (transposed: of A^T x = b). The matrices' memory is
    /// overwritten.
    public func solve(
        _ matrices: UnsafeMutableRawPointer, _ rows: UnsafeMutableRawPointer, k: Int, transposed: Bool,
        notes: UnsafeMutableRawPointer
    ) -> Int {
        return forEach(notes) { place, pivots, info, _ in
            let matrix = matrices + place * matrixBytes
            factor(matrix, pivots, info)
            guard info.pointee == 0 else { return }
            var (n, k, leading, letter) = (
                Int32(self.n), Int32(k), Int32(max(self.n, 1)), Self.letter(transposed ? "N" : "T")
            )
            routines.getrs(
                &letter, &n, &k, matrix, &leading, pivots, rows + place * Int(k) * self.n * dtype.size, &leading, info,
                1)
        }
    }

    /// As `solve`, where only the named triangle of a matrix counts, and with `unit` its diagonal as ones.
    public func solveTriangular(
        _ matrices: UnsafeRawPointer, _ rows: UnsafeMutableRawPointer, k: Int, upper: Bool, transposed: Bool,
        unit: Bool, notes: UnsafeMutableRawPointer
    ) -> Int {
        return forEach(notes) { place, _, info, _ in
            var (n, k, leading) = (Int32(self.n), Int32(k), Int32(max(self.n, 1)))
            var (triangle, turned, diagonal) = (
                Self.letter(upper ? "L" : "U"), Self.letter(transposed ? "N" : "T"), Self.letter(unit ? "U" : "N")
            )
            routines.trtrs(
                &triangle, &turned, &diagonal, &n, &k, matrices + place * matrixBytes, &leading,
                rows + place * Int(k) * self.n * dtype.size, &leading, info, 1, 1,
                1)
        }
    }

    /// Turns each symmetric matrix, of which the lower triangle is read, into the lower triangular L of A = L L^T. With
    /// `fillsFailed` one that is not positive definite has NaN on the diagonal, from the row on where it fails.
    public func cholesky(
        _ matrices: UnsafeMutableRawPointer, notes: UnsafeMutableRawPointer, fillsFailed: Bool
    ) -> Int {
        return forEach(notes) { place, _, info, _ in
            let matrix = matrices + place * matrixBytes
            var (n, leading, triangle) = (Int32(self.n), Int32(max(self.n, 1)), Self.letter("U"))
            routines.potrf(&triangle, &n, matrix, &leading, info, 1)
            for row in 0..<max(self.n - 1, 0) {
                memset(matrix + (row * self.n + row + 1) * dtype.size, 0, (self.n - row - 1) * dtype.size)
            }
            guard info.pointee > 0, fillsFailed else { return }
            for row in Int(info.pointee) - 1..<self.n {
                fill(dtype, .nan, matrix + row * (self.n + 1) * dtype.size, 1)
            }
        }
    }

    private static let block = 64
    private static func letter(_ letter: Unicode.Scalar) -> UInt8 { UInt8(ascii: letter) }

    /// `body` with a matrix's number, its pivots, its info, and n * block numbers to work in, on the engine's threads.
    private func forEach(
        _ notes: UnsafeMutableRawPointer,
        _ body: (Int, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>, UnsafeMutableRawPointer) -> Void
    ) -> Int {
        let work = notes + (infoBytes + 63) & ~63
        let notes = notes.assumingMemoryBound(to: Int32.self)
        // Cubes of what LAPACK can take fit a double.
        let operations = Double(n) * Double(n) * Double(n)
        lanes.run(count, grain: max(1, Int(Double(1 << 16) / max(1, operations))), work) { part, work in
            for place in part {
                let own = notes + place * (n + 1)
                own[n] = 0
                body(place, own, own + n, work)
            }
        }
        for place in 0..<count where notes[place * (n + 1) + n] != 0 { return place }
        return -1
    }

    /// L U with row exchanges. info above 0: a pivot is exactly 0.
    private func factor(
        _ matrix: UnsafeMutableRawPointer, _ pivots: UnsafeMutablePointer<Int32>, _ info: UnsafeMutablePointer<Int32>
    ) {
        var (n, leading) = (Int32(self.n), Int32(max(self.n, 1)))
        routines.getrf(&n, &n, matrix, &leading, pivots, info)
    }

    private func measure<T: BinaryFloatingPoint>(
        _ factors: UnsafeMutablePointer<T>, _ pivots: UnsafeMutablePointer<Int32>, _ result: UnsafeMutablePointer<T>
    ) {
        var (sign, logarithm, product) = (1.0, 0.0, 1.0)
        for place in 0..<n {
            let pivot = Double(factors[place * n + place])
            // Counted from 1; an exchange turns the sign.
            if Int(pivots[place]) != place + 1 {
                sign = -sign
                product = -product
            }
            sign *= pivot == 0 ? 0 : pivot < 0 ? -1 : pivot > 0 ? 1 : .nan
            logarithm += log(abs(pivot))
            product *= pivot
        }
        (result[0], result[1], result[2]) = (T(sign), T(logarithm), T(product))
    }
}
