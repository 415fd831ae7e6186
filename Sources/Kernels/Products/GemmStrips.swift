import Steps
import Machine

/// Matrix products with equally many rows and the loop that reads their results: a strip of rows of each product, then
/// the loop over that strip, so that it finds in the cache what the products have just made. A result that nobody else
/// reads is never stored as a whole.
public final class GemmStrips {
    /// A product and its slots in the table of memory.
    public struct Product {
        var gemm: Gemm
        var a: Int
        var b: Int
        var result: Int
        /// Whether others read the result too.
        var isKept: Bool

        public init(gemm: Gemm, a: Int, b: Int, result: Int, isKept: Bool) {
            self.gemm = gemm
            self.a = a
            self.b = b
            self.result = result
            self.isKept = isKept
        }
    }

    private enum Plan {
        case float32(GemmPlan<Float>)
        case float64(GemmPlan<Double>)

        init?(_ gemm: Gemm) {
            if gemm.dtype == .float32, let plan = GemmPlan<Float>.byStrips(gemm.shape, compiles: gemm.compiles) {
                self = .float32(plan)
            } else if gemm.dtype == .float64, let plan = GemmPlan<Double>.byStrips(gemm.shape, compiles: gemm.compiles)
            {
                self = .float64(plan)
            } else {
                return nil
            }
        }

        var packedBytes: Int {
            switch self {
            case .float32(let plan): plan.packedCount * 4
            case .float64(let plan): plan.packedCount * 8
            }
        }
    }

    private struct Part {
        var product: Product
        var plan: Plan
        var rowBytes: Int
        /// Where its packed operand and its strip begin, in bytes.
        var packedOffset: Int
        var stripOffset: Int
    }

    private var parts: [Part] = []
    private let loop: LoopProgram
    private let rows: Int
    private let slotCount: Int
    private let stripRows: Int
    /// Rows that one thread runs in order.
    private let unitRows: Int
    private var packedBytes = 0
    private var stripBytes = 0

    /// What the strips take of the second-level cache.
    private static let cacheBytes = 160 << 10
    /// What the operands that every strip reads may take of it, if there are several.
    private static let sharedBytes = 256 << 10
    /// Operations that are worth a thread's while: about 10 µs.
    private static let unitOperations = 1e6

    /// Whether the product can be computed so, and does not take longer for it.
    public static func divides(_ gemm: Gemm) -> Bool {
        gemm.offsetsA.count == 1 && gemm.shape.n > 1 && Plan(gemm) != nil
    }

    /// Nil where the loop cannot be run by strips of the products' rows. `divides` has agreed to each of the products.
    public init?(_ products: [Product], _ loop: LoopProgram) {
        guard let rows = products.first?.gemm.shape.m, products.allSatisfy({ $0.gemm.shape.m == rows }),
            let least = loop.unit(of: rows),
            products.allSatisfy({ loop.readsInOrderOnly($0.result, of: rows * $0.gemm.shape.n) })
        else { return nil }
        self.rows = rows
        self.loop = loop
        slotCount = Swift.max(loop.lastSlot, products.map { $0.result }.max() ?? 0) + 1
        let rowBytes = products.map { $0.gemm.shape.n * $0.gemm.dtype.size }
        let operations = products.reduce(0.0) {
            $0 + 2 * Double(rows) * Double($1.gemm.shape.n) * Double($1.gemm.shape.k) * Double($1.gemm.dtype.size / 4)
        }
        let units = Swift.max(1, Int(Swift.min(16, operations / GemmStrips.unitOperations)))
        // Several that every strip reads would drive each other out of the cache.
        let shared = Dictionary(products.map { ($0.b, $0.gemm.shape.n * $0.gemm.shape.k * $0.gemm.dtype.size) }) {
            first, _ in first
        }
        if shared.count > 1, shared.values.reduce(0, +) > GemmStrips.sharedBytes { return nil }
        // Sums of columns may leave too little to share.
        if least > 1, (rows + least - 1) / least < Swift.min(4, units) { return nil }
        let tile = GemmTile<Float>.maximalHeight
        let share = ((rows + units - 1) / units + tile - 1) / tile * tile
        stripRows = Swift.min(
            share, Swift.max(1, GemmStrips.cacheBytes / Swift.max(1, rowBytes.reduce(0, +) * tile)) * tile)
        unitRows = least > 1 ? least : (share + stripRows - 1) / stripRows * stripRows
        for (product, rowBytes) in zip(products, rowBytes) {
            guard let plan = Plan(product.gemm) else { return nil }
            parts.append(
                Part(
                    product: product, plan: plan, rowBytes: rowBytes, packedOffset: packedBytes, stripOffset: stripBytes
                ))
            packedBytes += (plan.packedBytes + 63) & ~63
            if !product.isKept { stripBytes += (stripRows * rowBytes + 63) & ~63 }
        }
    }

    public func run(_ slots: UnsafePointer<UnsafeMutableRawPointer>) {
        let packed = ThreadScratch.packed.memory(packedBytes)
        for part in parts {
            let target = packed + part.packedOffset
            switch part.plan {
            case .float32(let plan):
                plan.pack(
                    operand(slots, part.product.b, part.product.gemm.offsetsB),
                    to: target.assumingMemoryBound(to: Float.self))
            case .float64(let plan):
                plan.pack(
                    operand(slots, part.product.b, part.product.gemm.offsetsB),
                    to: target.assumingMemoryBound(to: Double.self))
            }
        }
        loop.beginUnits()
        ThreadPool.run(pieces: (rows + unitRows - 1) / unitRows) { unit in
            let table = ThreadScratch.table.memory(slotCount * MemoryLayout<UnsafeMutableRawPointer>.stride)
                .assumingMemoryBound(to: UnsafeMutableRawPointer.self)
            table.initialize(from: slots, count: slotCount)
            let end = Swift.min((unit + 1) * unitRows, rows)
            for first in stride(from: unit * unitRows, to: end, by: stripRows) {
                if Interruption.isStopping() { return }
                run(first..<Swift.min(first + stripRows, end), slots, table, packed, unit)
            }
        }
        loop.endUnits(slots)
    }

    /// One strip. `table` is this thread's own: in it, results that are not kept lie in its scratch memory.
    private func run(
        _ range: Range<Int>, _ slots: UnsafePointer<UnsafeMutableRawPointer>,
        _ table: UnsafeMutablePointer<UnsafeMutableRawPointer>,
        _ packed: UnsafeMutableRawPointer, _ unit: Int
    ) {
        let strips = ThreadScratch.strip.memory(stripBytes)
        for part in parts {
            let product = part.product
            let c =
                product.isKept ? slots[product.result] : strips + part.stripOffset - range.lowerBound * part.rowBytes
            table[product.result] = c
            switch part.plan {
            case .float32(let plan):
                plan.computeRows(
                    range, operand(slots, product.a, product.gemm.offsetsA),
                    operand(slots, product.b, product.gemm.offsetsB),
                    (packed + part.packedOffset).assumingMemoryBound(to: Float.self),
                    c.assumingMemoryBound(to: Float.self))
            case .float64(let plan):
                plan.computeRows(
                    range, operand(slots, product.a, product.gemm.offsetsA),
                    operand(slots, product.b, product.gemm.offsetsB),
                    (packed + part.packedOffset).assumingMemoryBound(to: Double.self),
                    c.assumingMemoryBound(to: Double.self))
            }
        }
        loop.run(table, parts: range, of: rows, unit: unit)
    }

    @inline(__always)
    private func operand<Scalar>(_ slots: UnsafePointer<UnsafeMutableRawPointer>, _ slot: Int, _ offsets: [Int])
        -> UnsafePointer<Scalar>
    {
        UnsafePointer(slots[slot].assumingMemoryBound(to: Scalar.self)) + offsets[0]
    }
}
