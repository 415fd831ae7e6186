import Machine
import Synchronization

/// A matrix, stored by `lines` of `length` neighbouring elements, times a vector. It is read once, at the rate of the
/// memory, so several lines go side by side. Asking for lines ahead makes it no faster.
///
/// Each result is the sum of two vectors of partial sums and of what is left at the end, in the same order for every
/// line. The lines are gone through in one direction and, in the next run, in the other: of a matrix that a cache does
/// not hold it still has the end, which would be gone by the time that a second run from the beginning gets there.
final class GemmVector<Scalar: GemmScalar> {
    private let lines: Int
    private let length: Int
    private let stride: Int
    private let pieces: Int
    private let runs = Atomic<Int>(0)

    private typealias OneLine = LineSums<Scalar>
    private typealias TwoLines = BothSums<OneLine, OneLine>
    private typealias ThreeLines = BothSums<TwoLines, OneLine>
    private typealias FourLines = BothSums<TwoLines, TwoLines>

    /// - Parameter stride: From one line to the next.
    init(lines: Int, length: Int, stride: Int) {
        (self.lines, self.length, self.stride) = (lines, length, stride)
        let most = Swift.min(
            (Double(lines) * Double(length) * Double(MemoryLayout<Scalar>.size) / GemmVector.pieceBytes).rounded(),
            Double(lines / GemmVector.group))
        pieces = most < 2 ? 1 : Int(most) / 2 * 2
    }

    /// Lines that go side by side: as many as there are registers for.
    private static var group: Int { GemmTile<Scalar>.isWide ? FourLines.lines : ThreeLines.lines }
    /// Chains of additions that share the terms of a result.
    static var chains: Int { 2 * Scalar.Whole.scalarCount }
    /// What is worth a piece: about 10 µs.
    private static var pieceBytes: Double { 600_000 }

    func run(_ matrix: UnsafePointer<Scalar>, _ vector: UnsafePointer<Scalar>, _ result: UnsafeMutablePointer<Scalar>) {
        let groups = (lines + GemmVector.group - 1) / GemmVector.group
        let goesBack = runs.wrappingAdd(1, ordering: .relaxed).oldValue % 2 != 0
        let threads = Swift.min(ThreadPool.count, pieces)
        ThreadPool.run(pieces: pieces) { number in
            // Threads take pieces in turn, so that each meets its own again when whole rounds of them go backward.
            let (round, place) = number.quotientAndRemainder(dividingBy: threads)
            let rounds = pieces / threads
            let piece = goesBack && round < rounds ? (rounds - 1 - round) * threads + place : number
            let part = piece * groups / pieces..<(piece + 1) * groups / pieces
            for group in part {
                let first = (goesBack ? part.upperBound - 1 - (group - part.lowerBound) : group) * GemmVector.group
                if first + GemmVector.group > lines {
                    for line in first..<lines { compute(line, matrix, vector, result, OneLine.self) }
                } else if GemmTile<Scalar>.isWide {
                    compute(first, matrix, vector, result, FourLines.self)
                } else {
                    compute(first, matrix, vector, result, ThreeLines.self)
                }
            }
        }
    }

    @inline(__always)
    private func compute<Sums: GroupSums>(
        _ first: Int, _ matrix: UnsafePointer<Scalar>, _ vector: UnsafePointer<Scalar>,
        _ result: UnsafeMutablePointer<Scalar>, _: Sums.Type
    ) where Sums.Scalar == Scalar {
        var sums = Sums(matrix + first * stride, length, stride)
        var place = 0
        while place + 2 * Scalar.Whole.scalarCount <= length {
            let (low, high) = LineSums.load(vector + place)
            sums.add(place, low, high)
            place += 2 * Scalar.Whole.scalarCount
        }
        if place + Scalar.Whole.scalarCount <= length {
            sums.add(place, UnsafeRawPointer(vector + place).loadUnaligned(as: Scalar.Whole.self))
            place += Scalar.Whole.scalarCount
        }
        sums.store(place, vector, result + first)
    }
}

/// Partial sums of lines of a matrix.
private protocol GroupSums {
    associatedtype Scalar: GemmScalar
    static var lines: Int { get }
    init(_ first: UnsafePointer<Scalar>, _ length: Int, _ stride: Int)
    /// Adds the elements from `place` on, as many as two vectors or one hold, times those of the vector.
    mutating func add(_ place: Int, _ low: Scalar.Whole, _ high: Scalar.Whole)
    mutating func add(_ place: Int, _ low: Scalar.Whole)
    /// Adds what is left from `end` on, and stores the results.
    func store(_ end: Int, _ vector: UnsafePointer<Scalar>, _ result: UnsafeMutablePointer<Scalar>)
}

private struct LineSums<Scalar: GemmScalar>: GroupSums {
    private let line: UnsafePointer<Scalar>
    private let length: Int
    private var low = Scalar.Whole.zero
    private var high = Scalar.Whole.zero

    @inline(__always) static var lines: Int { 1 }
    @inline(__always) init(_ first: UnsafePointer<Scalar>, _ length: Int, _ stride: Int) {
        (line, self.length) = (first, length)
    }

    @inline(__always) static func load(_ source: UnsafePointer<Scalar>) -> (Scalar.Whole, Scalar.Whole) {
        (
            UnsafeRawPointer(source).loadUnaligned(as: Scalar.Whole.self),
            UnsafeRawPointer(source + Scalar.Whole.scalarCount).loadUnaligned(as: Scalar.Whole.self)
        )
    }

    @inline(__always) mutating func add(_ place: Int, _ low: Scalar.Whole, _ high: Scalar.Whole) {
        let (first, second) = LineSums.load(line + place)
        self.low = self.low.addingProduct(first, low)
        self.high = self.high.addingProduct(second, high)
    }

    @inline(__always) mutating func add(_ place: Int, _ low: Scalar.Whole) {
        self.low = self.low.addingProduct(UnsafeRawPointer(line + place).loadUnaligned(as: Scalar.Whole.self), low)
    }

    @inline(__always) func store(_ end: Int, _ vector: UnsafePointer<Scalar>, _ result: UnsafeMutablePointer<Scalar>) {
        var rest = Scalar.zero
        for place in end..<length { rest = rest.addingProduct(line[place], vector[place]) }
        result[0] = Scalar.total(low + high) + rest
    }
}

private struct BothSums<First: GroupSums, Second: GroupSums>: GroupSums where First.Scalar == Second.Scalar {
    private var first: First
    private var second: Second

    @inline(__always) static var lines: Int { First.lines + Second.lines }

    @inline(__always) init(_ first: UnsafePointer<First.Scalar>, _ length: Int, _ stride: Int) {
        (self.first, second) = (First(first, length, stride), Second(first + First.lines * stride, length, stride))
    }

    @inline(__always) mutating func add(_ place: Int, _ low: First.Scalar.Whole, _ high: First.Scalar.Whole) {
        first.add(place, low, high)
        second.add(place, low, high)
    }

    @inline(__always) mutating func add(_ place: Int, _ low: First.Scalar.Whole) {
        first.add(place, low)
        second.add(place, low)
    }

    @inline(__always) func store(
        _ end: Int, _ vector: UnsafePointer<First.Scalar>, _ result: UnsafeMutablePointer<First.Scalar>
    ) {
        first.store(end, vector, result)
        second.store(end, vector, result + First.lines)
    }
}

/// A vector times a matrix, stored by `depth` lines of `columns` neighbouring elements: the lines, each times an
/// element of the vector, added up. It is read once, from the first line to the last. Each result is one chain of fused
/// multiply-adds, as in products of matrices.
struct GemmLines<Scalar: GemmScalar> {
    var columns: Int
    var depth: Int

    private typealias Vector = Scalar.Whole

    /// Columns that are worth a piece: about 10 µs.
    var grain: Int { Swift.max(64, 300_000 / Swift.max(1, 2 * depth * (MemoryLayout<Scalar>.size / 4))) / 64 * 64 }

    func run(
        _ matrix: UnsafePointer<Scalar>, _ vector: UnsafePointer<Scalar>, _ result: UnsafeMutablePointer<Scalar>,
        _ range: Range<Int>
    ) {
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

    /// Columns from `column` on, or the last of the range, some of them once more, if more than half of them are still
    /// to come. False where there are too few.
    @inline(__always)
    private func sum<Part: TileColumns>(
        _ matrix: UnsafePointer<Scalar>, _ vector: UnsafePointer<Scalar>, _ result: UnsafeMutablePointer<Scalar>,
        _ range: Range<Int>, _ column: inout Int,
        _ part: Part.Type
    ) -> Bool where Part.Vector == Vector {
        let left = range.upperBound - column
        guard
            left >= Part.count
                || (left > Part.count / 2 || Part.count == Vector.scalarCount) && range.count >= Part.count
        else { return false }
        let first = Swift.min(column, range.upperBound - Part.count)
        var sums = Part()
        for step in 0..<depth {
            sums.add(Vector(repeating: vector[step]), times: Part(loading: matrix + step * columns + first))
        }
        sums.store(result + first)
        column = first + Part.count
        return true
    }
}
