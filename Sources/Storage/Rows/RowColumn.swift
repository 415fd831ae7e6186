import Engine
import Glibc

/// One data set seen as rows: how it is converted, and how rows are read: in bands of neighbours, or where single rows
/// are cheap, in few hyperslab reads.
final class RowColumn {
    let layout: RowLayout
    /// Rows of one chunk, or of about 256 KiB where rows are not stored in chunks.
    let preferredRun: Int
    let count: Int
    /// Memory that all rows take as they are stored.
    let storedBytes: Int

    private let dataset: HDF5Dataset
    var path: String { dataset.path }
    private let conversion: RowConversion
    private let elementsPerRow: Int
    /// Bytes of a row as it is stored.
    let rowBytes: Int
    /// Rows of one chunk; nil where rows are not stored in chunks.
    var chunkRows: Int? { dataset.chunk.map { max(1, min($0[0], count)) } }
    /// Whether to read one row is to decode a whole chunk.
    var isCompressed: Bool { dataset.isFiltered }

    /// One hyperslab read fills at most this much before it is converted.
    private static let stageBytes = 4 << 20
    /// Two wanted rows this close are read together with what lies between them: cheaper than a second call.
    private static let gapBytes = 32 << 10

    /// `dtype` is the rows' dtype; nil means int64 for integers and `floatDType` for floats.
    init(
        _ file: HDF5File, _ name: String, dtype: DType?, floatDType: DType, scale: Double, flatten: Bool
    ) throws(Failure) {
        dataset = try HDF5Dataset.open(file, name, what: "data set '\(name)'")
        guard let count = dataset.shape.first else {
            throw .shape(operation: file.path, "\(dataset.what) is a single number; it needs a first axis of rows")
        }
        self.count = count
        let rowShape = Array(dataset.shape.dropFirst())
        elementsPerRow = rowShape.reduce(1, *)
        let element = dataset.element
        let target = dtype ?? (element.isFloat ? (floatDType.isFloat ? floatDType : .float32) : .int64)
        conversion = try RowConversion(
            source: element, target: target, scale: scale, path: file.path, what: dataset.what)
        layout = RowLayout(dtype: target, shape: flatten ? [elementsPerRow] : rowShape)
        rowBytes = elementsPerRow * element.size
        storedBytes = count * rowBytes
        preferredRun = max(1, min(count, dataset.chunk?[0] ?? (256 << 10) / max(rowBytes, 1)))
    }

    /// Reads rows as they are stored, from the beginning of a chunk to the end of one, or of all. Any number of threads
    /// may.
    func readBand(_ rows: Range<Int>, into memory: UnsafeMutableRawPointer) throws(Failure) {
        try dataset.readBand(rows, into: memory)
    }

    /// Fresh memory for rows as they are stored, to be freed by the caller.
    func memory(rows: Int) throws(Failure) -> UnsafeMutableRawPointer {
        let bytes = max(rows * rowBytes, 1)
        var memory: UnsafeMutableRawPointer?
        let isLarge = bytes >= RowColumn.hugePage
        guard posix_memalign(&memory, isLarge ? RowColumn.hugePage : 64, bytes) == 0, let memory else {
            throw .memory(operation: dataset.path, bytes: bytes)
        }
        // A page fault for each 2 MiB, not for each 4 KiB; and rows far apart are found faster.
        if isLarge { madvise(memory, bytes, MADV_HUGEPAGE) }
        return memory
    }

    private static let hugePage = 2 << 20

    /// Converts rows out of `stored`, where all rows lie.
    func gather(_ rows: [Int], from stored: UnsafeRawPointer, into target: UnsafeMutableRawPointer) throws(Failure) {
        var position = 0
        while position < rows.count {
            var end = position + 1
            while end < rows.count, rows[end] == rows[end - 1] + 1 { end += 1 }
            try convert(
                stored + rows[position] * rowBytes, target + position * layout.bytes, firstRow: rows[position],
                rows: end - position)
            position = end
        }
    }

    /// Reads rows from the file, in ascending order whatever the order asked for, so that each chunk is decoded once.
    func stream(_ rows: [Int], into target: UnsafeMutableRawPointer) throws(Failure) {
        if rowBytes == 0 { return }
        try MachineMemory.require(rows.count, of: 2 * MemoryLayout<Int>.size, for: dataset.path)
        let order = rows.indices.sorted { rows[$0] < rows[$1] }
        let longestRun = max(1, RowColumn.stageBytes / rowBytes)
        // A gap shorter than a chunk never makes a chunk be decoded that holds no wanted row.
        let gap = min(RowColumn.gapBytes / rowBytes, (dataset.chunk?[0] ?? Int.max) - 1)
        var stage: UnsafeMutableRawPointer?
        var stageRows = 0
        defer { free(stage) }

        var position = 0
        while position < order.count {
            let first = rows[order[position]]
            var last = first
            var end = position + 1
            var inOrder = true
            while end < order.count {
                let next = rows[order[end]]
                guard next - last <= gap + 1, next - first < longestRun else { break }
                if next != last + 1 || order[end] != order[end - 1] + 1 { inOrder = false }
                last = next
                end += 1
            }
            let run = last - first + 1
            if inOrder && conversion.isCopy {
                try dataset.read(rows: first..<last + 1, into: target + order[position] * layout.bytes)
            } else {
                if run > stageRows {
                    free(stage)
                    stage = malloc(run * rowBytes)
                    stageRows = run
                }
                guard let stage else { throw .memory(operation: dataset.path, bytes: run * rowBytes) }
                try dataset.read(rows: first..<last + 1, into: stage)
                if inOrder {
                    try convert(stage, target + order[position] * layout.bytes, firstRow: first, rows: run)
                } else {
                    for index in order[position..<end] {
                        try convert(
                            stage + (rows[index] - first) * rowBytes, target + index * layout.bytes,
                            firstRow: rows[index], rows: 1)
                    }
                }
            }
            position = end
        }
    }

    func convert(
        _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, firstRow: Int, rows: Int
    ) throws(Failure) {
        if conversion.isCopy {
            target.copyMemory(from: source, byteCount: rows * rowBytes)
        } else if let misfit = conversion.run(source, target, count: rows * elementsPerRow) {
            throw .format(
                path: dataset.path,
                "\(dataset.what) holds a value in row \(firstRow + misfit / elementsPerRow) that \(layout.dtype.name) "
                    + "cannot hold"
            )
        }
    }
}
