import CVectors

/// A scalar with the vectors of 64, 32 and 16 bytes that hold it.
protocol GemmScalar: BinaryFloatingPoint, SIMDScalar, BitwiseCopyable, Codable {
    associatedtype Whole: SIMD where Whole.Scalar == Self
    associatedtype Half: SIMD where Half.Scalar == Self
    associatedtype Quarter: SIMD where Quarter.Scalar == Self
    associatedtype Block: TransposeBlock
    /// The sum of all elements, halves first.
    static func total(_ vector: Whole) -> Self
}

extension Float: GemmScalar {
    typealias Whole = SIMD16<Float>
    typealias Half = SIMD8<Float>
    typealias Quarter = SIMD4<Float>
    typealias Block = Block16

    @inline(__always) static func total(_ vector: Whole) -> Float {
        let eight = vector.lowHalf + vector.highHalf
        let four = eight.lowHalf + eight.highHalf
        let two = four.lowHalf + four.highHalf
        return two.x + two.y
    }
}

extension Double: GemmScalar {
    typealias Whole = SIMD8<Double>
    typealias Half = SIMD4<Double>
    typealias Quarter = SIMD2<Double>
    typealias Block = Block8

    @inline(__always) static func total(_ vector: Whole) -> Double {
        let four = vector.lowHalf + vector.highHalf
        let two = four.lowHalf + four.highHalf
        return two.x + two.y
    }
}

/// One row of a tile: the columns that some vectors hold.
protocol TileColumns {
    associatedtype Vector: SIMD where Vector.Scalar: BinaryFloatingPoint
    static var count: Int { get }
    static func prefetch(_ source: UnsafePointer<Vector.Scalar>)
    init()
    init(loading source: UnsafePointer<Vector.Scalar>)
    func store(_ target: UnsafeMutablePointer<Vector.Scalar>)
    mutating func add(_ x: Vector, times y: Self)
}

struct OneVector<Vector: SIMD>: TileColumns where Vector.Scalar: BinaryFloatingPoint {
    private var sum: Vector

    @inline(__always) static var count: Int { Vector.scalarCount }
    @inline(__always) static func prefetch(_ source: UnsafePointer<Vector.Scalar>) { shim_prefetch(source) }
    @inline(__always) init() { sum = .zero }
    @inline(__always) init(loading source: UnsafePointer<Vector.Scalar>) {
        sum = UnsafeRawPointer(source).loadUnaligned(as: Vector.self)
    }
    @inline(__always) func store(_ target: UnsafeMutablePointer<Vector.Scalar>) {
        UnsafeMutableRawPointer(target).storeBytes(of: sum, as: Vector.self)
    }
    @inline(__always) mutating func add(_ x: Vector, times y: Self) { sum = sum.addingProduct(x, y.sum) }
}

/// Columns beside columns.
struct SideBySide<Low: TileColumns, High: TileColumns>: TileColumns where Low.Vector == High.Vector {
    typealias Vector = Low.Vector
    private var low: Low
    private var high: High

    @inline(__always) static var count: Int { Low.count &+ High.count }
    @inline(__always) static func prefetch(_ source: UnsafePointer<Vector.Scalar>) {
        Low.prefetch(source)
        High.prefetch(source + Low.count)
    }
    @inline(__always) init() { (low, high) = (Low(), High()) }
    @inline(__always) init(loading source: UnsafePointer<Vector.Scalar>) {
        (low, high) = (Low(loading: source), High(loading: source + Low.count))
    }
    @inline(__always) func store(_ target: UnsafeMutablePointer<Vector.Scalar>) {
        low.store(target)
        high.store(target + Low.count)
    }
    @inline(__always) mutating func add(_ x: Vector, times y: Self) {
        low.add(x, times: y.low)
        high.add(x, times: y.high)
    }
}

typealias TwoVectors<Vector: SIMD> = SideBySide<OneVector<Vector>, OneVector<Vector>>
where Vector.Scalar: BinaryFloatingPoint
typealias ThreeVectors<Vector: SIMD> = SideBySide<TwoVectors<Vector>, OneVector<Vector>>
where Vector.Scalar: BinaryFloatingPoint
typealias FourVectors<Vector: SIMD> = SideBySide<TwoVectors<Vector>, TwoVectors<Vector>>
where Vector.Scalar: BinaryFloatingPoint

/// Where the rows of an operand are, in bytes from the first: odd multiples of the distance of two rows, from which a
/// processor's addressing makes the others. To reach 14 rows from one to the next would be a chain of 14 additions,
/// longer than narrow tiles take for their multiplications.
struct TileRowOffsets {
    private let one, three, five, seven, nine, eleven, thirteen: Int

    init(bytes: Int) {
        (one, three, five, seven) = (bytes, 3 * bytes, 5 * bytes, 7 * bytes)
        (nine, eleven, thirteen) = (9 * bytes, 11 * bytes, 13 * bytes)
    }

    /// `row` is a literal by the time this is compiled.
    @inline(__always) subscript(row: Int) -> Int {
        switch row {
        case 0: return 0
        case 1: return one
        case 2: return one &* 2
        case 3: return three
        case 4: return one &* 4
        case 5: return five
        case 6: return three &* 2
        case 7: return seven
        case 8: return one &* 8
        case 9: return nine
        case 10: return five &* 2
        case 11: return eleven
        case 12: return three &* 4
        default: return thirteen
        }
    }
}

/// A tile of a product's result, all of it in registers: rows, each of the same columns. Taller tiles are joined from
/// lower ones, so that every row is a variable of its own to the compiler.
protocol TileRows {
    associatedtype Columns: TileColumns
    static var height: Int { get }
    init()
    init(loading source: UnsafePointer<Columns.Vector.Scalar>, _ rowStride: Int)
    func store(_ target: UnsafeMutablePointer<Columns.Vector.Scalar>, _ rowStride: Int)
    /// Adds a column times a row: the outer product of `x`, one number a row, with `y`. The first row is row `first` of
    /// the whole tile.
    mutating func add(_ x: UnsafeRawPointer, _ rows: TileRowOffsets, first: Int, times y: Columns)
}

struct OneRow<Columns: TileColumns>: TileRows {
    private var sums: Columns

    @inline(__always) static var height: Int { 1 }
    @inline(__always) init() { sums = Columns() }
    @inline(__always) init(loading source: UnsafePointer<Columns.Vector.Scalar>, _ rowStride: Int) {
        sums = Columns(loading: source)
    }
    @inline(__always) func store(_ target: UnsafeMutablePointer<Columns.Vector.Scalar>, _ rowStride: Int) {
        sums.store(target)
    }
    @inline(__always) mutating func add(_ x: UnsafeRawPointer, _ rows: TileRowOffsets, first: Int, times y: Columns) {
        let number = (x + rows[first]).assumingMemoryBound(to: Columns.Vector.Scalar.self).pointee
        sums.add(Columns.Vector(repeating: number), times: y)
    }
}

struct Stacked<Upper: TileRows, Lower: TileRows>: TileRows where Upper.Columns == Lower.Columns {
    typealias Columns = Upper.Columns
    private var upper: Upper
    private var lower: Lower

    @inline(__always) static var height: Int { Upper.height &+ Lower.height }
    @inline(__always) init() { (upper, lower) = (Upper(), Lower()) }
    @inline(__always) init(loading source: UnsafePointer<Columns.Vector.Scalar>, _ rowStride: Int) {
        (upper, lower) = (
            Upper(loading: source, rowStride), Lower(loading: source + Upper.height &* rowStride, rowStride)
        )
    }
    @inline(__always) func store(_ target: UnsafeMutablePointer<Columns.Vector.Scalar>, _ rowStride: Int) {
        upper.store(target, rowStride)
        lower.store(target + Upper.height &* rowStride, rowStride)
    }
    @inline(__always) mutating func add(_ x: UnsafeRawPointer, _ rows: TileRowOffsets, first: Int, times y: Columns) {
        upper.add(x, rows, first: first, times: y)
        lower.add(x, rows, first: first &+ Upper.height, times: y)
    }
}

typealias TwoRows<C: TileColumns> = Stacked<OneRow<C>, OneRow<C>>
typealias ThreeRows<C: TileColumns> = Stacked<TwoRows<C>, OneRow<C>>
typealias FourRows<C: TileColumns> = Stacked<TwoRows<C>, TwoRows<C>>
typealias SixRows<C: TileColumns> = Stacked<FourRows<C>, TwoRows<C>>
typealias EightRows<C: TileColumns> = Stacked<FourRows<C>, FourRows<C>>

/// What tiles work on, one after the other, in bytes: `x` holds a number for each row and each of `depth` steps, `y` a
/// row of columns for each step, `result` the sums.
struct TileOperands {
    var x: UnsafeRawPointer
    var y: UnsafeRawPointer
    var result: UnsafeMutableRawPointer
    /// From one row of x to others, and from one step to the next; a row or a step is an element's size.
    var xRows: TileRowOffsets
    var xStep: Int
    var yStep: Int
    var resultRow: Int
    var depth: Int
    /// 1 where the sums go on from what the result holds, else 0.
    var accumulates: Int
    /// How many tiles, at least one, and how far each is from the one before.
    var count = 1
    var xAdvance = 0
    var yAdvance = 0
    var resultAdvance = 0

    static func offset<Word>(_ field: KeyPath<TileOperands, Word>) -> Int {
        MemoryLayout<TileOperands>.offset(of: field) ?? 0
    }

    @inline(__always) func run<Rows: TileRows>(_: Rows.Type) {
        typealias Scalar = Rows.Columns.Vector.Scalar
        let resultRow = resultRow / MemoryLayout<Scalar>.size
        var (firstX, firstY, target) = (x, y, result)
        for _ in 0..<count {
            let result = target.assumingMemoryBound(to: Scalar.self)
            var tile = accumulates != 0 ? Rows(loading: result, resultRow) : Rows()
            var (x, y) = (firstX, firstY)
            for _ in 0..<depth {
                // Rows of an operand that is not packed are far apart, where no processor looks by itself.
                Rows.Columns.prefetch((y + 8 &* yStep).assumingMemoryBound(to: Scalar.self))
                tile.add(x, xRows, first: 0, times: Rows.Columns(loading: y.assumingMemoryBound(to: Scalar.self)))
                x += xStep
                y += yStep
            }
            tile.store(result, resultRow)
            (firstX, firstY, target) = (firstX + xAdvance, firstY + yAdvance, target + resultAdvance)
        }
    }
}

/// The tiles there are. Two vectors wide and as high as the registers allow, they keep the multipliers busy: for each
/// step a tile of 14 rows loads 16 registers and multiplies 28 times. Each sum is one chain of fused multiply-adds over
/// the depth, whatever the tile, so results do not depend on how a product is cut.
enum GemmTile<Scalar: GemmScalar> {
    /// Whether vectors of 64 bytes have registers of their own, 32 of them.
    @inline(__always) static var isWide: Bool { SHIM_VECTOR_BYTES == 64 }

    /// How many rows the highest tile has.
    @inline(__always) static var maximalHeight: Int { isWide ? 14 : 6 }

    /// Columns of a panel, by its vectors: two or one, a quarter of one with registers of 64 bytes, and with narrower
    /// ones three, for what would leave one to itself.
    enum Width: Int {
        case quarter, vector, full, triple

        @inline(__always) var columns: Int {
            let vector = isWide ? Scalar.Whole.scalarCount : Scalar.Half.scalarCount
            switch self {
            case .full: return 2 * vector
            case .vector: return vector
            case .quarter: return Scalar.Quarter.scalarCount
            case .triple: return 3 * vector
            }
        }

        /// Time for a row and a step, in multiplications of vectors. Six sums of one vector each wait for one another,
        /// as long as eight would take.
        var cost: Double {
            switch self {
            case .full: 2
            case .vector: isWide ? 1 : 1.33
            case .quarter: 0.5
            case .triple: 3
            }
        }
    }

    /// The next tiles where `rows` are left: their height, and how many of it there are.
    /// - Parameter sharesLast: Whether tiles may begin at any row, so that the last two can be equally high rather than
    ///   one of them too low to keep the multipliers busy.
    @inline(__always) static func next(_ rows: Int, sharesLast: Bool) -> (height: Int, count: Int) {
        let (whole, rest) = rows.quotientAndRemainder(dividingBy: maximalHeight)
        if isWide { return whole > 0 ? (maximalHeight, whole) : (rest > 1 ? rest & ~1 : 1, 1) }
        if whole == 0 { return (rest, 1) }
        if !sharesLast || rest == 0 || rest > 2 { return (maximalHeight, whole) }
        return whole > 1 ? (maximalHeight, whole &- 1) : ((rows &+ 1) / 2, 1)
    }

    /// Runs tiles of `height` rows, which `next` has given.
    /// - Parameter code: Where they are machine code already.
    @inline(__always)
    static func run(_ operands: inout TileOperands, height: Int, width: Width, _ code: GemmTileCode?) {
        if width == .triple && height > 4 {
            // More than registers hold: the upper rows of all tiles, then the lower.
            let upper = (height &+ 1) / 2
            let (x, result) = (operands.x, operands.result)
            runOnce(&operands, height: upper, width: width, code)
            (operands.x, operands.result) = (x + operands.xRows[upper], result + upper &* operands.resultRow)
            runOnce(&operands, height: height &- upper, width: width, code)
            (operands.x, operands.result) = (x, result)
        } else {
            runOnce(&operands, height: height, width: width, code)
        }
    }

    @inline(__always)
    private static func runOnce(_ operands: inout TileOperands, height: Int, width: Width, _ code: GemmTileCode?) {
        if let code {
            code.run(
                &operands, height: height, vectors: width.rawValue,
                stepsAreAdjacent: operands.xStep == MemoryLayout<Scalar>.size)
        } else {
            run(operands, height: height, width: width)
        }
    }

    private static func run(_ operands: TileOperands, height: Int, width: Width) {
        switch width {
        case .full:
            if isWide {
                run(operands, height, TwoVectors<Scalar.Whole>.self)
            } else {
                run(operands, height, TwoVectors<Scalar.Half>.self)
            }
        case .vector:
            if isWide {
                run(operands, height, OneVector<Scalar.Whole>.self)
            } else {
                run(operands, height, OneVector<Scalar.Half>.self)
            }
        case .quarter: run(operands, height, OneVector<Scalar.Quarter>.self)
        case .triple: run(operands, height, ThreeVectors<Scalar.Half>.self)
        }
    }

    @inline(__always)
    private static func run<C: TileColumns>(_ operands: TileOperands, _ height: Int, _ columns: C.Type)
    where C.Vector.Scalar == Scalar {
        switch height {
        case 14 where isWide: operands.run(Stacked<EightRows<C>, SixRows<C>>.self)
        case 12 where isWide: operands.run(Stacked<EightRows<C>, FourRows<C>>.self)
        case 10 where isWide: operands.run(Stacked<EightRows<C>, TwoRows<C>>.self)
        case 8 where isWide: operands.run(EightRows<C>.self)
        case 6: operands.run(SixRows<C>.self)
        case 5 where !isWide: operands.run(Stacked<FourRows<C>, OneRow<C>>.self)
        case 4: operands.run(FourRows<C>.self)
        case 3 where !isWide: operands.run(ThreeRows<C>.self)
        case 2: operands.run(TwoRows<C>.self)
        default: operands.run(OneRow<C>.self)
        }
    }
}
