/// A matrix, stored by `lines` of `length` neighbouring elements, times a vector. It is read once, at the rate of the memory, so several lines go side by side.
///
/// Each result is the sum of two vectors of partial sums and of what is left at the end, in the same order for every line.
struct GemmVector<Scalar: GemmScalar> {
    var lines: Int
    var length: Int

    private typealias Vector = Scalar.Whole

    /// Lines that are worth a piece.
    var grain: Int { resultsWorthAPiece(length, Scalar.self, multipleOf: 4) }

    func run(_ matrix: UnsafePointer<Scalar>, _ vector: UnsafePointer<Scalar>, _ result: UnsafeMutablePointer<Scalar>, _ range: Range<Int>) {
        var line = range.lowerBound
        while line + 4 <= range.upperBound {
            let at = matrix + line * length
            var (a, b, c, d) = (Sums(at), Sums(at + length), Sums(at + 2 * length), Sums(at + 3 * length))
            var place = 0
            while place + 2 * Vector.scalarCount <= length {
                let (low, high) = Sums.load(vector + place)
                a.add(place, low, high)
                b.add(place, low, high)
                c.add(place, low, high)
                d.add(place, low, high)
                place += 2 * Vector.scalarCount
            }
            result[line] = a.total(place, length, vector)
            result[line + 1] = b.total(place, length, vector)
            result[line + 2] = c.total(place, length, vector)
            result[line + 3] = d.total(place, length, vector)
            line += 4
        }
        while line < range.upperBound {
            var sums = Sums(matrix + line * length)
            var place = 0
            while place + 2 * Vector.scalarCount <= length {
                let (low, high) = Sums.load(vector + place)
                sums.add(place, low, high)
                place += 2 * Vector.scalarCount
            }
            result[line] = sums.total(place, length, vector)
            line += 1
        }
    }

    /// A line's partial sums.
    private struct Sums {
        private let line: UnsafePointer<Scalar>
        private var low = Vector.zero
        private var high = Vector.zero

        @inline(__always) init(_ line: UnsafePointer<Scalar>) { self.line = line }

        @inline(__always) static func load(_ source: UnsafePointer<Scalar>) -> (Vector, Vector) {
            (UnsafeRawPointer(source).loadUnaligned(as: Vector.self), UnsafeRawPointer(source + Vector.scalarCount).loadUnaligned(as: Vector.self))
        }

        @inline(__always) mutating func add(_ place: Int, _ low: Vector, _ high: Vector) {
            let (first, second) = Sums.load(line + place)
            self.low = self.low.addingProduct(first, low)
            self.high = self.high.addingProduct(second, high)
        }

        @inline(__always) func total(_ end: Int, _ length: Int, _ vector: UnsafePointer<Scalar>) -> Scalar {
            var rest = Scalar.zero
            for place in end..<length { rest = rest.addingProduct(line[place], vector[place]) }
            return Scalar.total(low + high) + rest
        }
    }
}

/// A vector times a matrix, stored by `depth` lines of `columns` neighbouring elements: the lines, each times an element of the vector, added up. It is read once, from the first line
/// to the last. Each result is one chain of fused multiply-adds, as in products of matrices.
struct GemmLines<Scalar: GemmScalar> {
    var columns: Int
    var depth: Int

    private typealias Vector = Scalar.Whole

    /// Columns that are worth a piece.
    var grain: Int { resultsWorthAPiece(depth, Scalar.self, multipleOf: 64) }

    func run(_ matrix: UnsafePointer<Scalar>, _ vector: UnsafePointer<Scalar>, _ result: UnsafeMutablePointer<Scalar>, _ range: Range<Int>) {
        var column = range.lowerBound
        while column < range.upperBound {
            if sum(matrix, vector, result, range, &column, FourVectors<Vector>.self) { continue }
            if sum(matrix, vector, result, range, &column, TwoVectors<Vector>.self) { continue }
            if sum(matrix, vector, result, range, &column, OneVector<Vector>.self) { continue }
            var sum = Scalar.zero
            for step in 0..<depth { sum = sum.addingProduct(vector[step], matrix[step * columns + column]) }
            result[column] = sum
            column += 1
        }
    }

    /// Columns from `column` on, or the last of the range, some of them once more, if more than half of them are still to come. False where there are too few.
    @inline(__always)
    private func sum<Part: TileColumns>(
        _ matrix: UnsafePointer<Scalar>, _ vector: UnsafePointer<Scalar>, _ result: UnsafeMutablePointer<Scalar>, _ range: Range<Int>, _ column: inout Int,
        _ part: Part.Type
    ) -> Bool where Part.Vector == Vector {
        let left = range.upperBound - column
        guard left >= Part.count || (left > Part.count / 2 || Part.count == Vector.scalarCount) && range.count >= Part.count else { return false }
        let first = Swift.min(column, range.upperBound - Part.count)
        var sums = Part()
        for step in 0..<depth { sums.add(Vector(repeating: vector[step]), times: Part(loading: matrix + step * columns + first)) }
        sums.store(result + first)
        column = first + Part.count
        return true
    }
}

/// How many results of `terms` each take about 10 µs.
private func resultsWorthAPiece<Scalar>(_ terms: Int, _: Scalar.Type, multipleOf unit: Int) -> Int {
    Swift.max(unit, 300_000 / Swift.max(1, 2 * terms * (MemoryLayout<Scalar>.size / 4))) / unit * unit
}
