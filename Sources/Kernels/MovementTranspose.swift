/// destination[column][row] = source[row][column], where rows of both matrices are contiguous and `rowBytes` apart.
///
/// Blocks keep both matrices' cache lines in use until they are full; four-byte elements go through registers, 16 x 16 at once.
func transpose<T: BitwiseCopyable>(
    _ source: UnsafeRawPointer, rowBytes sourceRow: Int, rows: Int, columns: Int, _ destination: UnsafeMutableRawPointer,
    rowBytes destinationRow: Int, _ type: T.Type
) {
    let size = MemoryLayout<T>.size
    let block = 16
    for firstRow in stride(from: 0, to: rows, by: block) {
        let height = Swift.min(block, rows - firstRow)
        for firstColumn in stride(from: 0, to: columns, by: block) {
            let width = Swift.min(block, columns - firstColumn)
            let from = source + firstRow * sourceRow + firstColumn * size
            let to = destination + firstColumn * destinationRow + firstRow * size
            if size == 4 && height == block && width == block {
                transposeBlock(from, sourceRow, to, destinationRow)
                continue
            }
            for column in 0..<width {
                let target = (to + column * destinationRow).assumingMemoryBound(to: T.self)
                for row in 0..<height {
                    target[row] = (from + row * sourceRow + column * size).load(as: T.self)
                }
            }
        }
    }
}

/// The 16 x 16 transpose of four-byte elements.
///
/// An unzip of two registers moves the lowest bit of the lane number into the register number and the register bit in which the
/// two differ to the top of the lane number; after one round for each of the four register bits, lane and register have changed
/// places.
@inline(__always)
func transposeBlock(
    _ source: UnsafeRawPointer, _ sourceRow: Int, _ destination: UnsafeMutableRawPointer, _ destinationRow: Int
) {
    var block = Block16()
    block.load(source, sourceRow)
    block.transpose()
    block.store(destination, destinationRow)
}

/// Sixteen registers of sixteen four-byte elements, a matrix by rows.
struct Block16 {
    typealias Vector = SIMD16<UInt32>
    var r0 = Vector(), r1 = Vector(), r2 = Vector(), r3 = Vector(), r4 = Vector(), r5 = Vector(), r6 = Vector(), r7 = Vector()
    var r8 = Vector(), r9 = Vector(), rA = Vector(), rB = Vector(), rC = Vector(), rD = Vector(), rE = Vector(), rF = Vector()

    @inline(__always)
    mutating func load(_ source: UnsafeRawPointer, _ row: Int) {
        r0 = source.loadUnaligned(as: Vector.self)
        r1 = (source + row).loadUnaligned(as: Vector.self)
        r2 = (source + row * 2).loadUnaligned(as: Vector.self)
        r3 = (source + row * 3).loadUnaligned(as: Vector.self)
        r4 = (source + row * 4).loadUnaligned(as: Vector.self)
        r5 = (source + row * 5).loadUnaligned(as: Vector.self)
        r6 = (source + row * 6).loadUnaligned(as: Vector.self)
        r7 = (source + row * 7).loadUnaligned(as: Vector.self)
        r8 = (source + row * 8).loadUnaligned(as: Vector.self)
        r9 = (source + row * 9).loadUnaligned(as: Vector.self)
        rA = (source + row * 10).loadUnaligned(as: Vector.self)
        rB = (source + row * 11).loadUnaligned(as: Vector.self)
        rC = (source + row * 12).loadUnaligned(as: Vector.self)
        rD = (source + row * 13).loadUnaligned(as: Vector.self)
        rE = (source + row * 14).loadUnaligned(as: Vector.self)
        rF = (source + row * 15).loadUnaligned(as: Vector.self)
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
    private static func unzip(_ a: inout Vector, _ b: inout Vector) {
        (a, b) = (Vector(lowHalf: a.evenHalf, highHalf: b.evenHalf), Vector(lowHalf: a.oddHalf, highHalf: b.oddHalf))
    }

    @inline(__always)
    mutating func transpose() {
        Block16.unzip(&r0, &r1); Block16.unzip(&r2, &r3); Block16.unzip(&r4, &r5); Block16.unzip(&r6, &r7)
        Block16.unzip(&r8, &r9); Block16.unzip(&rA, &rB); Block16.unzip(&rC, &rD); Block16.unzip(&rE, &rF)

        Block16.unzip(&r0, &r2); Block16.unzip(&r1, &r3); Block16.unzip(&r4, &r6); Block16.unzip(&r5, &r7)
        Block16.unzip(&r8, &rA); Block16.unzip(&r9, &rB); Block16.unzip(&rC, &rE); Block16.unzip(&rD, &rF)

        Block16.unzip(&r0, &r4); Block16.unzip(&r1, &r5); Block16.unzip(&r2, &r6); Block16.unzip(&r3, &r7)
        Block16.unzip(&r8, &rC); Block16.unzip(&r9, &rD); Block16.unzip(&rA, &rE); Block16.unzip(&rB, &rF)

        Block16.unzip(&r0, &r8); Block16.unzip(&r1, &r9); Block16.unzip(&r2, &rA); Block16.unzip(&r3, &rB)
        Block16.unzip(&r4, &rC); Block16.unzip(&r5, &rD); Block16.unzip(&r6, &rE); Block16.unzip(&r7, &rF)
    }
}
