import Engine
import Glibc

/// The stored elements of one column in memory, all of them in the end. A band of rows is read when the first of them
/// is asked for, so that training begins before the whole file has been read. For one thread at a time.
final class ResidentColumn {
    private let column: RowColumn
    private let bands: RowBands
    private var memory: UnsafeMutableRawPointer?
    /// For each band, whether it is here.
    private var isHere: [Bool]
    private var missing: Int

    init(_ column: RowColumn) {
        self.column = column
        // Small chunks are read several at a time.
        let several = max(1, ResidentColumn.smallBand / max(1, column.preferredRun * column.rowBytes))
        bands = RowBands(
            rowCount: column.count, size: column.preferredRun * min(several, max(1, column.count / column.preferredRun))
        )
        missing = bands.count
        isHere = [Bool](repeating: false, count: missing)
    }

    deinit { free(memory) }

    private static let smallBand = 256 << 10
    /// Bands that are decoded by all threads between two looks at what else there is to do.
    private static let bandsAtOnce = 8

    func read(_ rows: [Int], into target: UnsafeMutableRawPointer) throws(Failure) {
        if self.memory == nil { self.memory = try column.memory(rows: column.count) }
        guard let memory else { return }
        if missing > 0 { try load(bandsMissing(for: rows), memory) }
        try column.gather(rows, from: memory, into: target)
    }

    private func bandsMissing(for rows: [Int]) -> [Int] {
        var wanted = [Bool](repeating: false, count: isHere.count)
        for row in rows { wanted[bands.band(of: row)] = true }
        return wanted.indices.filter { wanted[$0] && !isHere[$0] }
    }

    private func load(_ wanted: [Int], _ memory: UnsafeMutableRawPointer) throws(Failure) {
        for start in stride(from: 0, to: wanted.count, by: ResidentColumn.bandsAtOnce) {
            let some = wanted[start..<min(start + ResidentColumn.bandsAtOnce, wanted.count)]
            try inParallel(some.count) { (piece) throws(Failure) in
                let rows = bands.rows(of: some[start + piece])
                try column.readBand(rows, into: memory + rows.lowerBound * column.rowBytes)
            }
            for band in some { isHere[band] = true }
            missing -= some.count
        }
    }
}
