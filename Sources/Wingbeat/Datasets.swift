import CWingbeat
import Engine
import Networks
import Storage

/// Data sets and batches.

func dataset(_ handle: OpaquePointer?, _ operation: String) throws(Failure) -> DatasetHandle {
    try Handles.object(handle, .dataset, operation)
}

/// A data set of any kind behind one class, as handles need.
final class DatasetHandle {
    let rows: any RowSource
    init(_ rows: any RowSource) { self.rows = rows }
}

/// One pass over a data set.
final class BatchesHandle {
    let source: any RowSource
    let reader: BatchReader
    init(_ batches: Batches) {
        source = batches.source
        reader = BatchReader(batches)
    }
}

nonisolated(unsafe) private(set) var datasetCacheBytes = 1 << 30

@implementation @_cdecl("wb_dataset_open") public func wb_dataset_open(
    _ path: UnsafePointer<CChar>?, _ x_name: UnsafePointer<CChar>?, _ y_name: UnsafePointer<CChar>?,
    _ x_dtype: wb_dtype,
    _ scale: Double, _ flatten: Int32, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "dataset_open"
        let target = try out(result, operation)
        guard scale.isFinite else { throw .argument(operation: operation, "the scale must be finite, but is \(scale)") }
        let dtype = try dtype(x_dtype, operation)
        var columns = [
            HDF5Rows.Column(
                try text(x_name, "the name of x", operation), dtype: dtype, floatDType: dtype, scale: scale,
                flatten: flatten != 0)
        ]
        if let y_name { columns.append(HDF5Rows.Column(String(cString: y_name), dtype: nil, floatDType: dtype)) }
        let rows = try openRows(
            filePath(path, operation), columns, RowRoles(inputs: 1, targets: y_name == nil ? 0 : 1))
        try publish(DatasetHandle(rows), .dataset, target)
    }
}

@implementation @_cdecl("wb_dataset_from_tensors") public func wb_dataset_from_tensors(
    _ x: OpaquePointer?, _ y: OpaquePointer?, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "dataset_from_tensors"
        let target = try out(result, operation)
        let rows = try TensorRows(tensor(x, operation), optionalTensor(y, operation))
        try publish(DatasetHandle(rows), .dataset, target)
    }
}

@implementation @_cdecl("wb_dataset_free") public func wb_dataset_free(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try Handles.release(handle, .dataset, "dataset_free") }
}

@implementation @_cdecl("wb_dataset_count") public func wb_dataset_count(
    _ handle: OpaquePointer?, _ count: UnsafeMutablePointer<Int64>?
) -> wb_status {
    call { () throws(Failure) in
        try out(count, "dataset_count").pointee = Int64(dataset(handle, "dataset_count").rows.count)
    }
}

@implementation @_cdecl("wb_dataset_row_shape") public func wb_dataset_row_shape(
    _ handle: OpaquePointer?, _ which: Int32, _ rank: UnsafeMutablePointer<Int32>?, _ capacity: Int32,
    _ extents: UnsafeMutablePointer<Int64>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "dataset_row_shape"
        let rows = try dataset(handle, operation).rows
        guard which == 0 || which == 1 else {
            throw .argument(operation: operation, "which is 0 for x or 1 for y, not \(which)")
        }
        guard let layout = which == 0 ? rows.x : rows.y else {
            throw .argument(operation: operation, "the data set has no y")
        }
        try tell(layout.shape, rank, capacity, extents, operation)
    }
}

func tell(
    _ shape: [Int], _ rank: UnsafeMutablePointer<Int32>?, _ capacity: Int32, _ extents: UnsafeMutablePointer<Int64>?,
    _ operation: String
) throws(Failure) {
    let target = try out(rank, operation)
    target.pointee = Int32(shape.count)
    guard let extents else { return }
    for axis in 0..<min(shape.count, max(Int(capacity), 0)) { extents[axis] = Int64(shape[axis]) }
}

/// Reads neighbouring rows, so many at a time that the list of their numbers stays small. nil for a column that is not
/// wanted.
private func read(_ rows: any RowSource, _ range: Range<Int>, into memory: [UnsafeMutableRawPointer?]) throws(Failure) {
    let bytes = zip(memory, rows.columns).map { $0 == nil ? 0 : $1.bytes }
    if bytes.allSatisfy({ $0 == 0 }) { return }
    for first in stride(from: range.lowerBound, to: range.upperBound, by: 1 << 20) {
        let (some, done) = (Array(first..<min(first + 1 << 20, range.upperBound)), first - range.lowerBound)
        try rows.read(rows: some, into: zip(memory, bytes).map { pointer, bytes in pointer.map { $0 + done * bytes } })
    }
}

/// The columns of a batch as tensors.
func tensors(_ batch: Batch, of source: any RowSource) throws(Failure) -> [Tensor] {
    var result: [Tensor] = []
    for (column, buffer) in zip(source.columns, batch.values) {
        let tensor = try Tensor(dtype: column.dtype, shape: [batch.rows] + column.shape, buffer: buffer)
        ThreadState.currentRecorder?.recordConstant(tensor)
        result.append(tensor)
    }
    return result
}

/// A batch as new tensors.
private func publish(
    _ batch: Batch, of source: any RowSource, _ x: UnsafeMutablePointer<OpaquePointer?>,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) throws(Failure) {
    let xs = try Tensor(dtype: source.x.dtype, shape: [batch.rows] + source.x.shape, buffer: batch.x)
    var yHandle: OpaquePointer?
    if y != nil, let layout = source.y, let buffer = batch.y {
        let ys = try Tensor(dtype: layout.dtype, shape: [batch.rows] + layout.shape, buffer: buffer)
        ThreadState.currentRecorder?.recordConstant(ys)
        yHandle = try Handles.make(ys, .tensor)
    }
    ThreadState.currentRecorder?.recordConstant(xs)
    try publish(xs, .tensor, x)
    y?.pointee = yHandle
}

@implementation @_cdecl("wb_dataset_read") public func wb_dataset_read(
    _ handle: OpaquePointer?, _ start: Int64, _ count: Int64, _ x: UnsafeMutablePointer<OpaquePointer?>?,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "dataset_read"
        let rows = try dataset(handle, operation).rows
        let target = try out(x, operation)
        let batch = try read(rows, start, count, operation) { $0 == 0 || y != nil && $0 == rows.roles.inputs }
        try publish(batch, of: rows, target, y)
    }
}

/// Rows as a batch; a column that is not wanted has memory without values.
private func read(
    _ rows: any RowSource, _ start: Int64, _ count: Int64, _ operation: String, _ isWanted: (Int) -> Bool
) throws(Failure) -> Batch {
    guard start >= 0, count >= 0, start <= rows.count, count <= Int64(rows.count) - start else {
        throw .index(
            operation: operation,
            "rows \(start) to \(start &+ count) are outside a data set of \(rows.count.counted("row"))")
    }
    try MachineMemory.require(Int(count), of: MemoryLayout<Int>.size, for: operation)
    var (buffers, memory) = ([Buffer](), [UnsafeMutableRawPointer?]())
    for (place, column) in rows.columns.enumerated() {
        let isWanted = isWanted(place)
        if isWanted { try Tensor.checkType([Int(count)] + column.shape, column.dtype) }
        buffers.append(try Buffer.allocating(isWanted ? Int(count) * column.bytes : 1))
        memory.append(isWanted ? buffers[place].pointer : nil)
    }
    try read(rows, Int(start)..<Int(start + count), into: memory)
    return Batch(rows: Int(count), values: buffers, roles: rows.roles)
}

@implementation @_cdecl("wb_dataset_read_columns") public func wb_dataset_read_columns(
    _ handle: OpaquePointer?, _ start: Int64, _ count: Int64, _ columns: UnsafeMutablePointer<OpaquePointer?>?,
    _ capacity: Int32, _ column_count: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "dataset_read_columns"
        let rows = try dataset(handle, operation).rows
        try checkCount(capacity, isNull: columns == nil, operation)
        guard rows.columns.count <= Int(capacity) else {
            throw .argument(
                operation: operation, "there are \(rows.columns.count) columns, but there is room for \(capacity)")
        }
        let batch = try read(rows, start, count, operation) { _ in true }
        try publish(tensors(batch, of: rows), columns, capacity, column_count, operation)
    }
}

@implementation @_cdecl("wb_set_dataset_cache") public func wb_set_dataset_cache(_ bytes: Int64) -> wb_status {
    call { () throws(Failure) in
        guard bytes >= 0 else {
            throw .argument(operation: "set_dataset_cache", "the size must not be negative, but is \(bytes)")
        }
        datasetCacheBytes = Int(bytes)
    }
}

@implementation @_cdecl("wb_batches_create") public func wb_batches_create(
    _ handle: OpaquePointer?, _ batch_size: Int64, _ shuffle: wb_shuffle, _ seed: UInt64, _ epoch: Int64,
    _ drop_last: Int32,
    _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "batches_create"
        let target = try out(result, operation)
        let rows = try dataset(handle, operation).rows
        try rows.refresh()
        let shuffle: Shuffle = try decode(shuffle.rawValue, "shuffle", operation)
        let isDrawn = epoch == -1 && shuffle != .none
        if isDrawn { try refuseInRecording("an order of rows is drawn in the middle of the forward pass") }
        let batches = try Batches(
            rows, batchSize: Int(batch_size), shuffle: shuffle, seed: isDrawn ? Generator.standard().drawSeed() : seed,
            epoch: epoch == -1 ? 0 : Int(epoch), dropLast: drop_last != 0)
        try publish(BatchesHandle(batches), .batches, target)
    }
}

@implementation @_cdecl("wb_batches_next") public func wb_batches_next(
    _ handle: OpaquePointer?, _ x: UnsafeMutablePointer<OpaquePointer?>?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "batches_next"
        let batches: BatchesHandle = try Handles.object(handle, .batches, operation)
        let target = try out(x, operation)
        guard let batch = try batches.reader.next() else {
            target.pointee = nil
            y?.pointee = nil
            return
        }
        try publish(batch, of: batches.source, target, y)
    }
}

@implementation @_cdecl("wb_batches_next_columns") public func wb_batches_next_columns(
    _ handle: OpaquePointer?, _ columns: UnsafeMutablePointer<OpaquePointer?>?, _ capacity: Int32,
    _ column_count: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "batches_next_columns"
        let batches: BatchesHandle = try Handles.object(handle, .batches, operation)
        try checkCount(capacity, isNull: columns == nil, operation)
        let target = try out(column_count, operation)
        guard batches.source.columns.count <= Int(capacity) else {
            throw .argument(
                operation: operation,
                "there are \(batches.source.columns.count) columns, but there is room for \(capacity)")
        }
        guard let batch = try batches.reader.next() else {
            target.pointee = 0
            return
        }
        try publish(tensors(batch, of: batches.source), columns, capacity, column_count, operation)
    }
}

@implementation @_cdecl("wb_batches_position") public func wb_batches_position(
    _ handle: OpaquePointer?, _ position: UnsafeMutablePointer<Int64>?, _ count: UnsafeMutablePointer<Int64>?
) -> wb_status {
    call { () throws(Failure) in
        let batches: BatchesHandle = try Handles.object(handle, .batches, "batches_position")
        position?.pointee = Int64(batches.reader.position)
        count?.pointee = Int64(batches.reader.count)
    }
}

@implementation @_cdecl("wb_batches_seek") public func wb_batches_seek(
    _ handle: OpaquePointer?, _ position: Int64
) -> wb_status {
    call { () throws(Failure) in
        let batches: BatchesHandle = try Handles.object(handle, .batches, "batches_seek")
        guard position >= 0, position <= batches.reader.count else {
            throw .index(
                operation: "batches_seek", "there is no batch number \(position); there are \(batches.reader.count)")
        }
        batches.reader.seek(Int(position))
    }
}

@implementation @_cdecl("wb_batches_free") public func wb_batches_free(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try Handles.release(handle, .batches, "batches_free") }
}
