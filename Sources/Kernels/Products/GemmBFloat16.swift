import Steps
import Machine
import CVectors

/// A matrix product of float32 matrices whose operands are rounded to bfloat16 on the way in, with float32 sums: C
/// [batch, m, n] = op(A) op(B), row-major, dense.
///
/// C is cut into blocks, by its size alone. Each packs the columns of B that it reads, a stretch of the inner axis at a
/// time, into memory that its core keeps near, and multiplies. A, which more than one block reads, is packed before, by
/// all threads, into memory that the caller lends. Where the processor cannot multiply bfloat16, rounded copies of both
/// operands go through the float32 product.
///
/// Each element of C is one chain of sums over k, or a sum by twos of such chains (GemmSegments.swift), so neither the
/// cut nor what else is in the batch shows in a bit of it.
public final class GemmBFloat16 {
    private let m: Int
    private let n: Int
    private let k: Int
    private let a: Operand
    private let b: Operand
    private let panelsA: BFloat16Panels
    private let panelsB: BFloat16Panels
    /// How much of the inner axis is packed at once; even.
    private let depth: Int
    /// The cut of C: rows and columns of a block, and the number of blocks along each.
    private let rows: Int
    private let columns: Int
    private let blocksDown: Int
    private let blocksAcross: Int
    /// Blocks that make a piece.
    private let grain: Int
    private let fallback: Gemm?
    /// How a deep product is cut, with the products of a segment and of the last one.
    private var segments: (cut: GemmSegments, whole: GemmBFloat16, last: GemmBFloat16)?
    private let (stepA, stepB): (Int, Int)

    /// The matrices of an operand: products of a batch may share one.
    private struct Operand {
        /// Where each distinct matrix begins, in elements.
        var starts: [Int] = []
        /// The number of the matrix that each product reads.
        var numbers: [Int] = []

        init(_ offsets: [Int]) {
            var known: [Int: Int] = [:]
            for offset in offsets {
                if known[offset] == nil {
                    known[offset] = starts.count
                    starts.append(offset)
                }
                numbers.append(known[offset] ?? 0)
            }
        }
    }

    /// Operations that are worth a piece: about 100 µs.
    private static let pieceOperations = 20_000_000.0
    /// A packed block of B, 1024 x 128 elements of two bytes, fills a quarter of a second-level cache of 1 MiB.
    private static let greatestDepth = 1024
    private static let mostColumns = 128
    private static let leastColumns = Int(SHIM_TILE_COLUMNS)
    /// Each block of rows packs its columns of B anew, which costs as much as some ten rows.
    private static let leastRows = 128
    private static let mostRows = 1024
    /// Of one product and of a batch: enough for the threads that are usual.
    private static let mostBlocks = 8.0

    /// As `Gemm.init`. `isNative`: whether to use the processor's bfloat16 instruction.
    public init(
        m: Int, n: Int, k: Int, transposeA: Bool, transposeB: Bool, batchOffsetsA: [Int], batchOffsetsB: [Int],
        isNative: Bool? = nil, compiles: Bool = true, line: Int? = nil
    ) {
        let line = line ?? k
        (stepA, stepB) = (transposeA ? m : 1, transposeB ? 1 : n)
        (self.m, self.n, self.k) = (m, n, k)
        (a, b) = (Operand(batchOffsetsA), Operand(batchOffsetsB))
        panelsA = BFloat16Panels(
            width: Int(SHIM_TILE_ROWS), stride: transposeA ? m : line, isInnerContiguous: !transposeA)
        panelsB = BFloat16Panels(
            width: Int(SHIM_TILE_COLUMNS), stride: transposeB ? line : n, isInnerContiguous: transposeB)
        let stretches = Swift.max(1, (k + GemmBFloat16.greatestDepth - 1) / GemmBFloat16.greatestDepth)
        depth = Swift.max(32, ((k + stretches - 1) / stretches + 31) & ~31)
        let operations = 2 * Double(m) * Double(n) * Double(k)
        let most = GemmBFloat16.mostBlocks / Double(Swift.max(1, batchOffsetsA.count))
        let blocks = Int(Swift.min(most, operations / GemmBFloat16.pieceOperations))
        var columns = GemmBFloat16.mostColumns
        while columns > GemmBFloat16.leastColumns, n <= columns * (blocks - 1) { columns /= 2 }
        self.columns = columns
        blocksAcross = (n + columns - 1) / columns
        let needed = Swift.max(1, (m + GemmBFloat16.mostRows - 1) / GemmBFloat16.mostRows)
        let cuts = Swift.max(needed, Swift.min(blocks / Swift.max(1, blocksAcross), m / GemmBFloat16.leastRows))
        rows = Swift.max(16, ((m + cuts - 1) / cuts + 15) & ~15)
        blocksDown = (m + rows - 1) / rows
        let blockOperations = operations / Double(Swift.max(1, blocksAcross * blocksDown))
        grain = Int(Swift.min(Swift.max(1, GemmBFloat16.pieceOperations / Swift.max(blockOperations, 1)), 1e6))
        fallback =
            isNative ?? BFloat16.isNative
            ? nil
            : Gemm(
                dtype: .float32, m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB,
                batchOffsetsA: a.numbers.map { $0 * m * k },
                batchOffsetsB: b.numbers.map { $0 * k * n }, compiles: compiles)
        guard fallback == nil, let cut = GemmSegments(depth: k, chains: 1) else { return }
        func segment(_ depth: Int) -> GemmBFloat16 {
            GemmBFloat16(
                m: m, n: n, k: depth, transposeA: transposeA, transposeB: transposeB, batchOffsetsA: batchOffsetsA,
                batchOffsetsB: batchOffsetsB, isNative: isNative,
                compiles: compiles, line: line)
        }
        segments = (cut, segment(cut.wholeDepth), segment(cut.lastDepth))
    }

    /// Rows of A in panels, which are packed in groups of two.
    private var paddedRows: Int { (m + 15) & ~15 }
    private var wordsOfA: Int { BFloat16Panels.pairs(k) * paddedRows }

    /// Whether a product is one block, which packs its own A.
    private var isOneBlock: Bool { blocksDown * blocksAcross == 1 }

    /// The memory that `run` needs to work in; often none.
    public var scratchBytes: Int {
        if let segments { return packedBytes + segments.cut.waiting * a.numbers.count * m * n * 4 }
        if let fallback { return (a.starts.count * m * k + b.starts.count * k * n) * 4 + fallback.scratchBytes }
        return isOneBlock ? 0 : a.starts.count * wordsOfA * 4
    }

    /// What segments pack, in front of their sums.
    private var packedBytes: Int {
        segments.map { (Swift.max($0.whole.scratchBytes, $0.last.scratchBytes) + 63) & ~63 } ?? 0
    }

    /// - Parameter scratch: `scratchBytes`, aligned to 64; nil if that is 0.
    public func run(
        _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer?
    ) {
        guard m > 0, n > 0 else { return }
        let scratch = scratch ?? c
        if let fallback { return multiplyRounded(fallback, a, b, c, scratch) }
        if let (cut, whole, last) = segments {
            let sums = (scratch + packedBytes).assumingMemoryBound(to: Float.self)
            return cut.run(c.assumingMemoryBound(to: Float.self), elements: self.a.numbers.count * m * n, sums) {
                segment, first, part in
                (segment == cut.count - 1 ? last : whole).run(
                    a + first * stepA * 4, b + first * stepB * 4, part, scratch: scratch)
            }
        }
        let (a, b) = (a.assumingMemoryBound(to: UInt32.self), b.assumingMemoryBound(to: UInt32.self))
        let (c, packed) = (c.assumingMemoryBound(to: Float.self), scratch.assumingMemoryBound(to: UInt32.self))
        if !isOneBlock { packA(a, packed) }
        inPieces(self.a.numbers.count * blocksDown * blocksAcross, grain: grain) { part in
            for index in part { block(a, packed, b, c, index) }
        }
    }

    private func multiplyRounded(
        _ product: Gemm, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeMutableRawPointer,
        _ scratch: UnsafeMutableRawPointer
    ) {
        let second = scratch + self.a.starts.count * m * k * 4
        for (number, start) in self.a.starts.enumerated() {
            BFloat16.round(a + start * 4, scratch + number * m * k * 4, m * k)
        }
        for (number, start) in self.b.starts.enumerated() {
            BFloat16.round(b + start * 4, second + number * k * n * 4, k * n)
        }
        product.run(scratch, second, c, scratch: second + self.b.starts.count * k * n * 4)
    }

    /// Each matrix of A as [stretches of the inner axis, panels, pairs, 8].
    private func packA(_ source: UnsafePointer<UInt32>, _ packed: UnsafeMutablePointer<UInt32>) {
        let groups = paddedRows / BFloat16Panels.group
        inPieces(a.starts.count * groups, grain: Swift.max(1, (1 << 17) / Swift.max(1, BFloat16Panels.group * k))) {
            part in
            let scratch = BFloat16Panels.Scratch(ThreadScratch.tile.memory(BFloat16Panels.Scratch.bytes))
            for index in part {
                let (matrix, group) = index.quotientAndRemainder(dividingBy: groups)
                let row = group * BFloat16Panels.group
                for first in stride(from: 0, to: k, by: depth) {
                    let length = Swift.min(depth, k - first)
                    panelsA.pack(
                        source + a.starts[matrix] + start(row, first, panelsA),
                        lines: Swift.min(BFloat16Panels.group, m - row), depth: length,
                        packed + matrix * wordsOfA + first / 2 * paddedRows + row * BFloat16Panels.pairs(length),
                        scratch)
                }
            }
        }
    }

    /// Where line `line` of an operand, at `inner` along the inner axis, lies in its matrix.
    private func start(_ line: Int, _ inner: Int, _ panels: BFloat16Panels) -> Int {
        panels.isInnerContiguous ? line * panels.stride + inner : inner * panels.stride + line
    }

    /// Block number `index` of C, counted through all products.
    private func block(
        _ a: UnsafePointer<UInt32>, _ packed: UnsafePointer<UInt32>, _ b: UnsafePointer<UInt32>,
        _ c: UnsafeMutablePointer<Float>, _ index: Int
    ) {
        let (product, place) = index.quotientAndRemainder(dividingBy: blocksDown * blocksAcross)
        let (down, across) = place.quotientAndRemainder(dividingBy: blocksAcross)
        let (row, column) = (down * rows, across * columns)
        let (height, width) = (Swift.min(rows, m - row), Swift.min(columns, n - column))
        let target = c + product * m * n + row * n + column
        if k == 0 {
            for line in 0..<height { (target + line * n).update(repeating: 0, count: width) }
            return
        }
        let (matrixA, matrixB) = (self.a.numbers[product], self.b.numbers[product])
        let memory = BlockMemory(
            rows: isOneBlock ? paddedRows : 0, columns: columns, pairs: BFloat16Panels.pairs(depth))
        let tile = Tile(memory.tile, row: n)
        for first in stride(from: 0, to: k, by: depth) {
            let length = Swift.min(depth, k - first)
            let pairs = BFloat16Panels.pairs(length)
            panelsB.pack(
                b + self.b.starts[matrixB] + start(column, first, panelsB), lines: width, depth: length, memory.b,
                memory.scratch)
            var left = packed + matrixA * wordsOfA + first / 2 * paddedRows + row * pairs
            if isOneBlock {
                panelsA.pack(
                    a + self.a.starts[matrixA] + start(0, first, panelsA), lines: m, depth: length, memory.a,
                    memory.scratch)
                left = UnsafePointer(memory.a)
            }
            for i in stride(from: 0, to: height, by: Tile.rows) {
                for j in stride(from: 0, to: width, by: Tile.columns) {
                    tile.multiply(
                        left + i * pairs, memory.b + j * pairs, target + i * n + j,
                        rows: Swift.min(Tile.rows, height - i),
                        columns: Swift.min(Tile.columns, width - j), pairs: pairs, adds: first > 0)
                }
            }
        }
    }
}

/// What a block works in, kept by each thread.
private struct BlockMemory {
    let a: UnsafeMutablePointer<UInt32>
    let b: UnsafeMutablePointer<UInt32>
    let scratch: BFloat16Panels.Scratch
    let tile: UnsafeMutablePointer<Float>

    /// For panels of `rows` rows of A and `columns` columns of B.
    init(rows: Int, columns: Int, pairs: Int) {
        let wordsOfB = columns * pairs
        let memory = ThreadScratch.packed.memory(
            (wordsOfB + rows * pairs) * 4 + BFloat16Panels.Scratch.bytes + Tile.bytes)
        b = memory.assumingMemoryBound(to: UInt32.self)
        a = b + wordsOfB
        let rest = memory + (wordsOfB + rows * pairs) * 4
        scratch = BFloat16Panels.Scratch(rest)
        tile = (rest + BFloat16Panels.Scratch.bytes).assumingMemoryBound(to: Float.self)
    }
}

/// The part of C that is computed in registers.
private struct Tile {
    static let rows = Int(SHIM_TILE_ROWS)
    static let columns = Int(SHIM_TILE_COLUMNS)
    static let bytes = rows * columns * 4

    /// Room for a tile that reaches beyond the edges of C.
    private let edge: UnsafeMutablePointer<Float>
    /// Elements between rows of C.
    private let row: Int

    init(_ edge: UnsafeMutablePointer<Float>, row: Int) {
        self.edge = edge
        self.row = row
    }

    @inline(__always)
    func multiply(
        _ a: UnsafePointer<UInt32>, _ b: UnsafePointer<UInt32>, _ c: UnsafeMutablePointer<Float>, rows: Int,
        columns: Int, pairs: Int, adds: Bool
    ) {
        if rows == Tile.rows, columns == Tile.columns {
            shim_bfloat16_tile(a, b, c, row, pairs, adds ? 1 : 0)
            return
        }
        if adds {
            for line in 0..<rows { (edge + line * Tile.columns).update(from: c + line * row, count: columns) }
        }
        shim_bfloat16_tile(a, b, edge, Tile.columns, pairs, adds ? 1 : 0)
        for line in 0..<rows { (c + line * row).update(from: edge + line * Tile.columns, count: columns) }
    }
}
