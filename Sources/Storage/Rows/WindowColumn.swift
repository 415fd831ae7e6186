import Engine
import Glibc

/// The bands of one column that a pass is in the middle of: each is read once, and goes when all its rows have been
/// handed out. For one thread at a time.
final class WindowColumn {
    private struct Band {
        var memory: UnsafeMutableRawPointer
        /// Rows not yet handed out.
        var left: Int
        /// Counts reads, so that the oldest can be found.
        var age: Int
    }

    private let column: RowColumn
    private let bands: RowBands
    private var held: [Int: Band] = [:]
    /// Memory for bands to come: fresh memory is dearer than its contents.
    private var spare: [UnsafeMutableRawPointer] = []
    private var age = 0
    /// Bands that are kept at a time.
    private let most: Int

    /// `most`: how many bands may be in memory at a time, from 1. Bands must begin where a chunk does.
    init(_ column: RowColumn, bandRows: Int, most: Int) {
        self.column = column
        bands = RowBands(rowCount: column.count, size: bandRows)
        self.most = most
    }

    deinit {
        for band in held.values { free(band.memory) }
        for memory in spare { free(memory) }
    }

    func read(_ rows: [Int], into target: UnsafeMutableRawPointer) throws(Failure) {
        try MachineMemory.require(rows.count, of: 5 * MemoryLayout<Int>.size, for: column.path)
        // Places in the batch, in the order of the file, and which of them are in which band.
        let order = rows.indices.sorted { rows[$0] < rows[$1] }
        var groups: [(band: Int, places: Range<Int>)] = []
        for index in order.indices {
            let band = bands.band(of: rows[order[index]])
            if let last = groups.last, last.band == band {
                groups[groups.count - 1].places = last.places.lowerBound..<index + 1
            } else {
                groups.append((band, index..<index + 1))
            }
        }
        // As many bands at a time as may be here.
        for start in stride(from: 0, to: groups.count, by: most) {
            let some = groups[start..<min(start + most, groups.count)]
            try load(some.map { $0.band })
            for (band, places) in some { try handOut(order[places], of: rows, from: band, into: target) }
        }
    }

    func prepare(_ rows: Range<Int>) throws(Failure) {
        guard let first = rows.first, let last = rows.last else { return }
        let wanted = (bands.band(of: first)...bands.band(of: last)).filter { held[$0] == nil }
        if held.count + wanted.count <= most { try load(wanted) }
    }

    /// Sees to it that these bands, no more than `most`, are here.
    private func load(_ wanted: [Int]) throws(Failure) {
        age += 1
        let missing = wanted.filter { held[$0] == nil }
        for band in wanted { held[band]?.age = age }
        let excess = held.count + missing.count - most
        if excess > 0 {
            let oldest = held.sorted { ($0.value.age, $0.key) < ($1.value.age, $1.key) }.prefix(excess)
            for (band, _) in oldest { drop(band) }
        }
        while spare.count < missing.count { spare.append(try column.memory(rows: bands.size)) }
        try inParallel(missing.count) { (piece) throws(Failure) in
            try column.readBand(bands.rows(of: missing[piece]), into: spare[piece])
        }
        for (band, memory) in zip(missing, spare) {
            held[band] = Band(memory: memory, left: bands.rows(of: band).count, age: age)
        }
        spare.removeFirst(missing.count)
    }

    private func handOut(
        _ places: ArraySlice<Int>, of rows: [Int], from band: Int, into target: UnsafeMutableRawPointer
    ) throws(Failure) {
        guard let state = held[band] else { throw .internal(operation: "dataset", "band \(band) is not here") }
        let first = bands.rows(of: band).lowerBound
        var position = places.startIndex
        while position < places.endIndex {
            let place = places[position]
            var count = 1  // neighbours that are neighbours in the batch too
            while position + count < places.endIndex, places[position + count] == place + count,
                rows[place + count] == rows[place] + count
            { count += 1 }
            try column.convert(
                state.memory + (rows[place] - first) * column.rowBytes, target + place * column.layout.bytes,
                firstRow: rows[place], rows: count)
            position += count
        }
        if state.left <= places.count { drop(band) } else { held[band]?.left -= places.count }
    }

    private func drop(_ band: Int) {
        if let gone = held.removeValue(forKey: band) { spare.append(gone.memory) }
    }
}
