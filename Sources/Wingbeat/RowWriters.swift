import CWingbeat
import Engine
import Networks
import Storage

/// Writers of rows.

private func writer(_ handle: OpaquePointer?, _ operation: String) throws(Failure) -> RowWriter {
    try Handles.object(handle, .writer, operation)
}

@implementation @_cdecl("wb_writer_open") public func wb_writer_open(
    _ path: UnsafePointer<CChar>?, _ part_rows: Int64, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(result, "writer_open")
        try publish(RowWriter(filePath(path, "writer_open"), partRows: Int(part_rows)), .writer, target)
    }
}

@implementation @_cdecl("wb_writer_append_to") public func wb_writer_append_to(
    _ path: UnsafePointer<CChar>?, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(result, "writer_append_to")
        try publish(RowWriter(appendingTo: filePath(path, "writer_append_to")), .writer, target)
    }
}

@implementation @_cdecl("wb_writer_free") public func wb_writer_free(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try Handles.release(handle, .writer, "writer_free") }
}

@implementation @_cdecl("wb_writer_add") public func wb_writer_add(
    _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ type: wb_dtype, _ rank: Int32,
    _ extents: UnsafePointer<Int64>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "writer_add"
        try writer(handle, operation).add(
            text(name, "the name", operation),
            RowLayout(dtype: dtype(type, operation), shape: shape(rank, extents, operation)))
    }
}

@implementation @_cdecl("wb_writer_append") public func wb_writer_append(
    _ handle: OpaquePointer?, _ data: UnsafePointer<UnsafeRawPointer?>?, _ rows: Int64
) -> wb_status {
    call { () throws(Failure) in
        let operation = "writer_append"
        let writer = try writer(handle, operation)
        try checkCount(Int32(truncatingIfNeeded: writer.layouts.count), isNull: data == nil, operation)
        var memory: [UnsafeRawPointer] = []
        for place in writer.layouts.indices {
            guard let pointer = data?[place] else {
                throw .argument(operation: operation, "the data of column \(place) are null")
            }
            memory.append(pointer)
        }
        try writer.append(memory, rows: Int(rows))
    }
}

@implementation @_cdecl("wb_writer_append_tensors") public func wb_writer_append_tensors(
    _ handle: OpaquePointer?, _ columns: UnsafePointer<OpaquePointer?>?, _ count: Int32
) -> wb_status {
    call { () throws(Failure) in
        let operation = "writer_append"
        try writer(handle, operation).append(tensors(columns, count, operation))
    }
}

extension RowWriter {
    /// Appends the rows of tensors, one for each column.
    fileprivate func append(_ tensors: [Tensor]) throws(Failure) {
        guard tensors.count == layouts.count else {
            throw .argument(
                operation: "writer_append", "there are \(layouts.count) columns, but \(tensors.count) tensors")
        }
        for (tensor, layout) in zip(tensors, layouts)
        where tensor.dtype != layout.dtype || tensor.shape.isEmpty || Array(tensor.shape.dropFirst()) != layout.shape
            || tensor.shape[0] != tensors[0].shape[0]
        {
            throw .shape(
                operation: "writer_append",
                "rows of \(layout.dtype.name) \(layout.shape) are expected, as many in each tensor, but found "
                    + "\(tensor.dtype.name) \(tensor.shape)")
        }
        guard let first = tensors.first else { return }
        let held = try tensors.map { (tensor) throws(Failure) in try tensor.heldValue() }
        try withExtendedLifetime(held) { () throws(Failure) in
            try append(held.map { UnsafeRawPointer($0.pointer) }, rows: first.shape[0])
        }
    }
}

@implementation @_cdecl("wb_writer_count") public func wb_writer_count(
    _ handle: OpaquePointer?, _ count: UnsafeMutablePointer<Int64>?
) -> wb_status {
    call { () throws(Failure) in
        try out(count, "writer_count").pointee = Int64(writer(handle, "writer_count").count)
    }
}

@implementation @_cdecl("wb_writer_flush") public func wb_writer_flush(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try writer(handle, "writer_flush").flush() }
}

@implementation @_cdecl("wb_writer_finish") public func wb_writer_finish(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try writer(handle, "writer_finish").finish() }
}

@implementation @_cdecl("wb_predict_to_file") public func wb_predict_to_file(
    _ model: OpaquePointer?, _ data: OpaquePointer?, _ batch_size: Int64, _ path: UnsafePointer<CChar>?,
    _ name: UnsafePointer<CChar>?, _ part_rows: Int64, _ begun: UnsafeMutablePointer<Int64>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "predict_to_file"
        try refuseInRecording("a model predicts into a file in the middle of the forward pass")
        let (model, rows) = (try module(model, operation), try dataset(data, operation).rows)
        let name = try text(name, "the name of the data set", operation)
        guard batch_size >= 1 else {
            throw .argument(operation: operation, "the batch size must be positive, but is \(batch_size)")
        }
        let writer = try RowWriter(filePath(path, operation), partRows: Int(part_rows))
        let first = writer.count
        guard first <= rows.count else {
            throw .state(
                operation: operation,
                "there are predictions of \(first.counted("row")), but the data set has \(rows.count)")
        }
        begun?.pointee = Int64(first)
        try LongRuns.during { () throws(Failure) in
            try predict(model, rows, batchSize: Int(batch_size), from: first) { (output) throws(Failure) in
                if writer.layouts.isEmpty {
                    try writer.add(name, RowLayout(dtype: output.dtype, shape: Array(output.shape.dropFirst())))
                }
                try writer.append([output])
            }
        }
        if first < rows.count { try writer.finish() }
    }
}
