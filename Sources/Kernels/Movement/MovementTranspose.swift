import CVectors

/// destination[column][row] = source[row][column], where rows of both matrices are contiguous and `rowBytes` apart.
///
/// Blocks keep both matrices' cache lines in use until they are full; elements of four and eight bytes go through
/// registers, a block at once.
func transpose<T: BitwiseCopyable>(
    _ source: UnsafeRawPointer, rowBytes sourceRow: Int, rows: Int, columns: Int,
    _ destination: UnsafeMutableRawPointer,
    rowBytes destinationRow: Int, _ type: T.Type
) {
    let size = MemoryLayout<T>.size
    let block = size == 8 ? 8 : 16
    for firstRow in stride(from: 0, to: rows, by: block) {
        let height = Swift.min(block, rows - firstRow)
        for firstColumn in stride(from: 0, to: columns, by: block) {
            let width = Swift.min(block, columns - firstColumn)
            let from = source + firstRow * sourceRow + firstColumn * size
            let to = destination + firstColumn * destinationRow + firstRow * size
            if size == 4 && height == block && width == block {
                transposeBlock(from, sourceRow, to, destinationRow, Block16.self)
            } else if size == 8 && height == block && width == block {
                transposeBlock(from, sourceRow, to, destinationRow, Block8.self)
            } else {
                transposeElements(from, sourceRow, height, width, to, destinationRow, T.self)
            }
        }
    }
}

@inline(__always)
func transposeElements<T: BitwiseCopyable>(
    _ source: UnsafeRawPointer, _ sourceRow: Int, _ rows: Int, _ columns: Int, _ destination: UnsafeMutableRawPointer,
    _ destinationRow: Int, _ type: T.Type
) {
    for column in 0..<columns {
        let target = (destination + column * destinationRow).assumingMemoryBound(to: T.self)
        for row in 0..<rows {
            target[row] = (source + row * sourceRow + column * MemoryLayout<T>.size).load(as: T.self)
        }
    }
}

/// The transpose of a block of as many columns as a line of memory has elements, and of as many rows, or of fewer:
/// then, of the columns of the destination that have no row, some may be written, too. The two must not overlap.
@inline(__always)
func transposeBlock<Block: TransposeBlock>(
    _ source: UnsafeRawPointer, _ sourceRow: Int, rows: Int = Block.side, _ destination: UnsafeMutableRawPointer,
    _ destinationRow: Int, _ type: Block.Type
) {
    if SHIM_VECTOR_BYTES == 64 {
        var block = Block()
        block.load(source, sourceRow, rows - 1)
        block.transpose()
        block.store(destination, destinationRow)
        return
    }
    let (half, halfBytes) = (Block.side / 2, 32)
    for row in stride(from: 0, to: rows, by: half) {
        let (from, to, last) = (
            source + row * sourceRow, destination + row / half * halfBytes, Swift.min(half, rows - row) - 1
        )
        Block.transposeQuarter(from, sourceRow, last, to, destinationRow)
        Block.transposeQuarter(from + halfBytes, sourceRow, last, to + half * destinationRow, destinationRow)
    }
}

/// A square matrix of lines of 64 bytes: in registers, by rows, where one holds a line, and quarter by quarter where it
/// takes two.
///
/// An unzip of two registers moves the lowest bit of the lane number into the register number and the register bit in
/// which the two differ to the top of the lane number; after one round for each of the register bits, lane and register
/// have changed places.
protocol TransposeBlock {
    static var side: Int { get }
    init()
    mutating func load(_ source: UnsafeRawPointer, _ row: Int, _ last: Int)
    mutating func transpose()
    func store(_ destination: UnsafeMutableRawPointer, _ row: Int)
    /// The transpose of half as many columns and rows; rows after `last` are like that one.
    static func transposeQuarter(
        _ source: UnsafeRawPointer, _ row: Int, _ last: Int, _ destination: UnsafeMutableRawPointer,
        _ destinationRow: Int)
}

extension TransposeBlock {
    /// The fewest columns of a destination that a block of as many rows, or fewer, keeps to.
    @inline(__always) static var minimalRows: Int { SHIM_VECTOR_BYTES == 64 ? side : side / 2 }
}

/// Sixteen registers of sixteen four-byte elements.
struct Block16: TransposeBlock {
    typealias Vector = SIMD16<UInt32>
    var r0 = Vector(), r1 = Vector(), r2 = Vector(), r3 = Vector(), r4 = Vector(), r5 = Vector(), r6 = Vector(),
        r7 = Vector()
    var r8 = Vector(), r9 = Vector(), rA = Vector(), rB = Vector(), rC = Vector(), rD = Vector(), rE = Vector(),
        rF = Vector()

    @inline(__always) static var side: Int { 16 }
    @inline(__always) init() {}

    @inline(__always)
    static func transposeQuarter(
        _ source: UnsafeRawPointer, _ row: Int, _ last: Int, _ destination: UnsafeMutableRawPointer,
        _ destinationRow: Int
    ) {
        shim_transpose_8x8(source, row, last, destination, destinationRow)
    }

    @inline(__always)
    mutating func load(_ source: UnsafeRawPointer, _ row: Int, _ last: Int) {
        r0 = (source + row * Swift.min(0, last)).loadUnaligned(as: Vector.self)
        r1 = (source + row * Swift.min(1, last)).loadUnaligned(as: Vector.self)
        r2 = (source + row * Swift.min(2, last)).loadUnaligned(as: Vector.self)
        r3 = (source + row * Swift.min(3, last)).loadUnaligned(as: Vector.self)
        r4 = (source + row * Swift.min(4, last)).loadUnaligned(as: Vector.self)
        r5 = (source + row * Swift.min(5, last)).loadUnaligned(as: Vector.self)
        r6 = (source + row * Swift.min(6, last)).loadUnaligned(as: Vector.self)
        r7 = (source + row * Swift.min(7, last)).loadUnaligned(as: Vector.self)
        r8 = (source + row * Swift.min(8, last)).loadUnaligned(as: Vector.self)
        r9 = (source + row * Swift.min(9, last)).loadUnaligned(as: Vector.self)
        rA = (source + row * Swift.min(10, last)).loadUnaligned(as: Vector.self)
        rB = (source + row * Swift.min(11, last)).loadUnaligned(as: Vector.self)
        rC = (source + row * Swift.min(12, last)).loadUnaligned(as: Vector.self)
        rD = (source + row * Swift.min(13, last)).loadUnaligned(as: Vector.self)
        rE = (source + row * Swift.min(14, last)).loadUnaligned(as: Vector.self)
        rF = (source + row * Swift.min(15, last)).loadUnaligned(as: Vector.self)
    }

    @inline(__always)
    func store(_ destination: UnsafeMutableRawPointer, _ row: Int) {
        destination.storeBytes(of: r0, as: Vector.self)
        (destination + row).storeBytes(of: r1, as: Vector.self)
        (destination + row * 2).storeBytes(of: r2, as: Vector.self)
        (destination + row * 3).storeBytes(of: r3, as: Vector.self)
        (destination + row * 4).storeBytes(of: r4, as: Vector.self)
        (destination + row * 5).storeBytes(of: r5, as: Vector.self)
        (destination + row * 6).storeBytes(of: r6, as: Vector.self)
        (destination + row * 7).storeBytes(of: r7, as: Vector.self)
        (destination + row * 8).storeBytes(of: r8, as: Vector.self)
        (destination + row * 9).storeBytes(of: r9, as: Vector.self)
        (destination + row * 10).storeBytes(of: rA, as: Vector.self)
        (destination + row * 11).storeBytes(of: rB, as: Vector.self)
        (destination + row * 12).storeBytes(of: rC, as: Vector.self)
        (destination + row * 13).storeBytes(of: rD, as: Vector.self)
        (destination + row * 14).storeBytes(of: rE, as: Vector.self)
        (destination + row * 15).storeBytes(of: rF, as: Vector.self)
    }

    @inline(__always)
    mutating func transpose() {
        unzip(&r0, &r1)
        unzip(&r2, &r3)
        unzip(&r4, &r5)
        unzip(&r6, &r7)
        unzip(&r8, &r9)
        unzip(&rA, &rB)
        unzip(&rC, &rD)
        unzip(&rE, &rF)

        unzip(&r0, &r2)
        unzip(&r1, &r3)
        unzip(&r4, &r6)
        unzip(&r5, &r7)
        unzip(&r8, &rA)
        unzip(&r9, &rB)
        unzip(&rC, &rE)
        unzip(&rD, &rF)

        unzip(&r0, &r4)
        unzip(&r1, &r5)
        unzip(&r2, &r6)
        unzip(&r3, &r7)
        unzip(&r8, &rC)
        unzip(&r9, &rD)
        unzip(&rA, &rE)
        unzip(&rB, &rF)

        unzip(&r0, &r8)
        unzip(&r1, &r9)
        unzip(&r2, &rA)
        unzip(&r3, &rB)
        unzip(&r4, &rC)
        unzip(&r5, &rD)
        unzip(&r6, &rE)
        unzip(&r7, &rF)
    }
}

/// Eight registers of eight eight-byte elements.
struct Block8: TransposeBlock {
    typealias Vector = SIMD8<UInt64>
    var r0 = Vector(), r1 = Vector(), r2 = Vector(), r3 = Vector(), r4 = Vector(), r5 = Vector(), r6 = Vector(),
        r7 = Vector()

    @inline(__always) static var side: Int { 8 }
    @inline(__always) init() {}

    @inline(__always)
    static func transposeQuarter(
        _ source: UnsafeRawPointer, _ row: Int, _ last: Int, _ destination: UnsafeMutableRawPointer,
        _ destinationRow: Int
    ) {
        shim_transpose_4x4(source, row, last, destination, destinationRow)
    }

    @inline(__always)
    mutating func load(_ source: UnsafeRawPointer, _ row: Int, _ last: Int) {
        r0 = (source + row * Swift.min(0, last)).loadUnaligned(as: Vector.self)
        r1 = (source + row * Swift.min(1, last)).loadUnaligned(as: Vector.self)
        r2 = (source + row * Swift.min(2, last)).loadUnaligned(as: Vector.self)
        r3 = (source + row * Swift.min(3, last)).loadUnaligned(as: Vector.self)
        r4 = (source + row * Swift.min(4, last)).loadUnaligned(as: Vector.self)
        r5 = (source + row * Swift.min(5, last)).loadUnaligned(as: Vector.self)
        r6 = (source + row * Swift.min(6, last)).loadUnaligned(as: Vector.self)
        r7 = (source + row * Swift.min(7, last)).loadUnaligned(as: Vector.self)
    }

    @inline(__always)
    func store(_ destination: UnsafeMutableRawPointer, _ row: Int) {
        destination.storeBytes(of: r0, as: Vector.self)
        (destination + row * 1).storeBytes(of: r1, as: Vector.self)
        (destination + row * 2).storeBytes(of: r2, as: Vector.self)
        (destination + row * 3).storeBytes(of: r3, as: Vector.self)
        (destination + row * 4).storeBytes(of: r4, as: Vector.self)
        (destination + row * 5).storeBytes(of: r5, as: Vector.self)
        (destination + row * 6).storeBytes(of: r6, as: Vector.self)
        (destination + row * 7).storeBytes(of: r7, as: Vector.self)
    }

    @inline(__always)
    mutating func transpose() {
        unzip(&r0, &r1)
        unzip(&r2, &r3)
        unzip(&r4, &r5)
        unzip(&r6, &r7)
        unzip(&r0, &r2)
        unzip(&r1, &r3)
        unzip(&r4, &r6)
        unzip(&r5, &r7)
        unzip(&r0, &r4)
        unzip(&r1, &r5)
        unzip(&r2, &r6)
        unzip(&r3, &r7)
    }
}

@inline(__always)
private func unzip(_ a: inout SIMD16<UInt32>, _ b: inout SIMD16<UInt32>) {
    typealias Vector = SIMD16<UInt32>
    (a, b) = (Vector(lowHalf: a.evenHalf, highHalf: b.evenHalf), Vector(lowHalf: a.oddHalf, highHalf: b.oddHalf))
}

@inline(__always)
private func unzip(_ a: inout SIMD8<UInt64>, _ b: inout SIMD8<UInt64>) {
    typealias Vector = SIMD8<UInt64>
    (a, b) = (Vector(lowHalf: a.evenHalf, highHalf: b.evenHalf), Vector(lowHalf: a.oddHalf, highHalf: b.oddHalf))
}
