import Engine
import Glibc

/// The bands of one column that a pass is in the middle of: each is read once, and goes when all its rows have been handed out. For one thread at a time.
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
        // Places in the batch by band; as many bands at a time as may be here.
        let order = rows.indices.sorted { (rows[$0], $0) < (rows[$1], $1) }
        var start = 0
        while start < order.count {
            var wanted: [Int] = []
            var end = start
            while end < order.count {
                let band = bands.band(of: rows[order[end]])
                if wanted.last != band {
                    if wanted.count == most { break }
                    wanted.append(band)
                }
                end += 1
            }
            try load(wanted)
            try handOut(order[start..<end], of: rows, into: target)
            start = end
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
        while held.count + missing.count > most, let oldest = held.min(by: { ($0.value.age, $0.key) < ($1.value.age, $1.key) }) { drop(oldest.key) }
        while spare.count < missing.count { spare.append(try column.memory(rows: bands.size)) }
        try inParallel(missing.count) { (piece) throws(Failure) in
            try column.readBand(bands.rows(of: missing[piece]), into: spare[piece])
        }
        for (band, memory) in zip(missing, spare) { held[band] = Band(memory: memory, left: bands.rows(of: band).count, age: age) }
        spare.removeFirst(missing.count)
    }

    private func handOut(_ places: ArraySlice<Int>, of rows: [Int], into target: UnsafeMutableRawPointer) throws(Failure) {
        var position = places.startIndex
        while position < places.endIndex {
            let place = places[position]
            let band = bands.band(of: rows[place])
            let bandEnd = bands.rows(of: band).upperBound
            var count = 1  // neighbours that are neighbours in the batch too
            while position + count < places.endIndex, places[position + count] == place + count, rows[place + count] == rows[place] + count,
                rows[place + count] < bandEnd
            { count += 1 }
            guard let memory = held[band]?.memory else { throw .internal(operation: "dataset", "band \(band) is not here") }
            let first = rows[place]
            try column.convert(
                memory + (first - bands.rows(of: band).lowerBound) * column.rowBytes, target + place * column.layout.bytes, firstRow: first, rows: count)
            held[band]?.left -= count
            position += count
        }
        for (band, state) in held where state.left <= 0 { drop(band) }
    }

    private func drop(_ band: Int) {
        if let gone = held.removeValue(forKey: band) { spare.append(gone.memory) }
    }
}
