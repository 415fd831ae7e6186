import Machine
import Steps

/// The product of each step's rows with one matrix, which is packed once for all steps.
///
/// The bits are those of a `Gemm` of the same shape: a chain of fused multiply-adds, and of one row what a product with
/// a vector gives.
struct RecurrentProduct<Scalar: RecurrentScalar> {
    private enum Way {
        /// Of one row: it reads the matrix once, as it lies.
        case vector(Gemm)
        case panels(PanelProducts<Scalar>)
    }

    private let way: Way
    private let depth: Int
    private let columns: Int
    /// Whether the matrix is stored [columns, depth].
    private let isTransposed: Bool
    /// Panels that go with some rows before the next panels do.
    private let panelsTogether: Int
    /// Rows that go together, so that what they give is in a cache when the cell reads it.
    private let rowsTogether: Int
    /// From one row of a result to the next: not a power of two, whose rows would meet in a few sets of a cache.
    let resultRow: Int
    private let lanes: ScratchLanes

    /// What panels may take of the second-level cache.
    private static var panelBytes: Int { 256 << 10 }
    /// Rows that share panels that have to come from farther away.
    private static var mostRows: Int { 48 }

    init(rows: Int, columns: Int, depth: Int, isTransposed: Bool, dtype: DType, compiles: Bool) {
        (self.columns, self.depth, self.isTransposed) = (columns, depth, isTransposed)
        let (panel, size) = (PanelProducts<Scalar>.panel, MemoryLayout<Scalar>.size)
        let panels = (columns + panel - 1) / panel
        panelsTogether = Swift.max(1, Swift.min(panels, RecurrentProduct.panelBytes / (depth * panel * size)))
        let height = GemmTile<Scalar>.maximalHeight
        rowsTogether = panelsTogether == panels ? height : RecurrentProduct.mostRows / height * height
        resultRow = PanelProducts<Scalar>.padded(columns) + 64 / size
        way =
            rows == 1
            ? .vector(
                Gemm(
                    dtype: dtype, m: 1, n: columns, k: depth, transposeA: false, transposeB: isTransposed,
                    batchOffsetsA: [0], batchOffsetsB: [0], compiles: compiles))
            : .panels(PanelProducts(compiles: compiles))
        var counted = PieceMemory<Scalar>()
        _ = counted.take(rowsTogether * resultRow)
        lanes = ScratchLanes(pieces: rows, bytes: counted.bytes)
    }

    /// The packed matrix, and behind it what pieces work in.
    var scratchBytes: Int { packedBytes + lanes.bytes }
    private var packedBytes: Int {
        switch way {
        case .vector: 0
        case .panels: wholeLines(PanelProducts<Scalar>.padded(columns) * depth * MemoryLayout<Scalar>.size)
        }
    }

    /// Takes all rows through steps in this order, a few at a time. `body` gets the position of a step, those rows, and
    /// memory for their product.
    func walk<Steps: Sequence>(
        _ extents: RecurrentExtents, _ steps: Steps, _ scratch: UnsafeMutableRawPointer?,
        _ body: (Int, Range<Int>, UnsafeMutablePointer<Scalar>) -> Void
    ) where Steps.Element == Int {
        lanes.run(extents.rows, grain: extents.rowsOfPiece(), scratch.map { $0 + packedBytes }) { rows, base in
            var lane = PieceMemory<Scalar>(base)
            let products = lane.take(rowsTogether * resultRow)
            for step in steps {
                if Interruption.isStopping() { return }
                for first in stride(from: rows.lowerBound, to: rows.upperBound, by: rowsTogether) {
                    let some = first..<Swift.min(first + rowsTogether, rows.upperBound)
                    body(extents.position(step), some, products)
                }
            }
        }
    }

    func pack(_ matrix: UnsafePointer<Scalar>, to target: UnsafeMutablePointer<Scalar>) {
        guard case .panels(let products) = way else { return }
        products.pack(
            matrix, rows: isTransposed ? columns : depth, stride: isTransposed ? depth : columns,
            columns: isTransposed ? depth : columns, transposed: isTransposed, to: target)
    }

    /// `rows` rows, one behind the other, times the matrix: [rows, resultRow], of which `columns` count.
    func multiply(
        _ x: UnsafePointer<Scalar>, rows: Int, _ matrix: UnsafePointer<Scalar>, _ packed: UnsafePointer<Scalar>,
        _ result: UnsafeMutablePointer<Scalar>
    ) {
        switch way {
        case .vector(let product): product.run(x, matrix, result)
        case .panels(let products):
            let panel = PanelProducts<Scalar>.panel
            let panels = (columns + panel - 1) / panel
            for first in stride(from: 0, to: panels, by: panelsTogether) {
                let some = Swift.min(panelsTogether, panels - first)
                products.multiply(
                    0..<rows, .init(base: x, row: depth, step: 1), packed + first * panel * depth, steps: depth,
                    result + first * panel, resultRow: resultRow, accumulates: false
                ) { _ in (some, 0..<depth) }
            }
        }
    }
}

extension RecurrentExtents {
    /// Rows of a batch that one thread takes through all steps. They need nothing of the others, so how many there are
    /// shows in no bit.
    func rowsOfPiece() -> Int {
        let pieces = Swift.min(
            Double(ThreadPool.count), Double(rows) / 4, Double(gradientSumsCount) * Double(width) / 5e5)
        let count = Swift.max(1, Int(pieces))
        return (rows + count - 1) / count
    }
}
