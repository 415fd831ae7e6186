import CWingbeat
import Engine
import Networks
import Storage

/// Data sets of several files and columns, and data sets that are made of others.

/// A file's rows, or those of a folder of parts.
func openRows(
    _ path: FilePath, _ columns: [HDF5Rows.Column], _ roles: RowRoles
) throws(Failure) -> any RowSource {
    FolderRows.isFolder(path)
        ? try FolderRows(path, columns, roles, cacheBytes: datasetCacheBytes)
        : try HDF5Rows(path: path, columns, roles, cacheBytes: datasetCacheBytes)
}

/// Publishes a data set that is made of another's rows.
private func making(
    _ handle: OpaquePointer?, _ result: UnsafeMutablePointer<OpaquePointer?>?, _ operation: String,
    _ make: (any RowSource) throws(Failure) -> any RowSource
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(result, operation)
        let rows = try dataset(handle, operation).rows
        try publish(DatasetHandle(try make(rows)), .dataset, target)
    }
}

@implementation @_cdecl("wb_dataset_open_columns") public func wb_dataset_open_columns(
    _ paths: UnsafePointer<UnsafePointer<CChar>?>?, _ path_count: Int32,
    _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ inputs: Int32, _ targets: Int32, _ has_weight: Int32,
    _ x_dtype: wb_dtype, _ scale: Double, _ flatten: Int32, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "dataset_open"
        let target = try out(result, operation)
        let dtype = try dtype(x_dtype, operation)
        guard (1...1024).contains(inputs), (0...1024).contains(targets) else {
            throw .argument(
                operation: operation, "1 input or more and 0 targets or more are read, not \(inputs) and \(targets)")
        }
        let roles = RowRoles(inputs: Int(inputs), targets: Int(targets), hasWeight: has_weight != 0)
        try checkCount(Int32(roles.count), isNull: names == nil, operation)
        try checkCount(path_count, isNull: paths == nil, operation)
        var columns: [HDF5Rows.Column] = []
        for place in 0..<roles.count {
            let name = try text(names?[place], "the name of a data set", operation)
            let isInput = place < roles.inputs
            let isWeight = roles.hasWeight && place == roles.count - 1
            let floats = dtype.isFloat ? dtype : .float32
            columns.append(
                HDF5Rows.Column(
                    name, dtype: isInput ? dtype : isWeight ? floats : nil, floatDType: dtype,
                    scale: isInput ? scale : 1, flatten: isInput && flatten != 0))
        }
        var parts: [any RowSource] = []
        for place in 0..<Int(path_count) {
            parts.append(try openRows(filePath(paths?[place], operation), columns, roles))
        }
        let rows = parts.count == 1 ? parts[0] : try JoinedRows(parts)
        try publish(DatasetHandle(rows), .dataset, target)
    }
}

@implementation @_cdecl("wb_dataset_from_columns") public func wb_dataset_from_columns(
    _ columns: UnsafePointer<OpaquePointer?>?, _ inputs: Int32, _ targets: Int32, _ has_weight: Int32,
    _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "dataset_from_columns"
        let target = try out(result, operation)
        guard (1...1024).contains(inputs), (0...1024).contains(targets) else {
            throw .argument(
                operation: operation, "1 input or more and 0 targets or more are taken, not \(inputs) and \(targets)")
        }
        let roles = RowRoles(inputs: Int(inputs), targets: Int(targets), hasWeight: has_weight != 0)
        let rows = try TensorRows(tensors(columns, Int32(roles.count), operation), roles)
        try publish(DatasetHandle(rows), .dataset, target)
    }
}

@implementation @_cdecl("wb_dataset_columns") public func wb_dataset_columns(
    _ handle: OpaquePointer?, _ inputs: UnsafeMutablePointer<Int32>?, _ targets: UnsafeMutablePointer<Int32>?,
    _ has_weight: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        let roles = try dataset(handle, "dataset_columns").rows.roles
        inputs?.pointee = Int32(truncatingIfNeeded: roles.inputs)
        targets?.pointee = Int32(truncatingIfNeeded: roles.targets)
        has_weight?.pointee = roles.hasWeight ? 1 : 0
    }
}

@implementation @_cdecl("wb_dataset_column") public func wb_dataset_column(
    _ handle: OpaquePointer?, _ column: Int32, _ type: UnsafeMutablePointer<wb_dtype>?,
    _ rank: UnsafeMutablePointer<Int32>?, _ capacity: Int32, _ extents: UnsafeMutablePointer<Int64>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "dataset_column"
        let columns = try dataset(handle, operation).rows.columns
        guard columns.indices.contains(Int(column)) else {
            throw .index(operation: operation, "there is no column \(column); there are \(columns.count)")
        }
        let layout = columns[Int(column)]
        type?.pointee = wb_dtype(rawValue: UInt32(layout.dtype.rawValue))
        try tell(layout.shape, rank, capacity, extents, operation)
    }
}

@implementation @_cdecl("wb_dataset_join") public func wb_dataset_join(
    _ handles: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "dataset_join"
        let target = try out(result, operation)
        try checkCount(count, isNull: handles == nil, operation)
        var parts: [any RowSource] = []
        for place in 0..<Int(count) { parts.append(try dataset(handles?[place], operation).rows) }
        try publish(DatasetHandle(try JoinedRows(parts)), .dataset, target)
    }
}

@implementation @_cdecl("wb_dataset_range") public func wb_dataset_range(
    _ handle: OpaquePointer?, _ first: Int64, _ count: Int64, _ step: Int64,
    _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    making(handle, result, "dataset_range") { (rows) throws(Failure) in
        try PickedRows(rows, .range(first: Int(first), count: Int(count), step: Int(step)))
    }
}

@implementation @_cdecl("wb_dataset_pick") public func wb_dataset_pick(
    _ handle: OpaquePointer?, _ numbers: OpaquePointer?, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    making(handle, result, "dataset_pick") { (rows) throws(Failure) in
        try PickedRows(rows, .list(integers(numbers, "dataset_pick").map { Int($0) }))
    }
}

/// The elements of a tensor of whole numbers with one axis.
private func integers(_ handle: OpaquePointer?, _ operation: String) throws(Failure) -> [Int64] {
    let tensor = try tensor(handle, operation)
    guard tensor.dtype.isInteger, tensor.shape.count == 1 else {
        throw .dtype(
            operation: operation,
            "whole numbers along one axis are expected, but the tensor is \(tensor.dtype.name) \(tensor.shape)")
    }
    try MachineMemory.require(tensor.count, of: 16, for: operation)
    let (dtype, count) = (tensor.dtype, tensor.count)
    return try tensor.withData { (data) throws(Failure) in (0..<count).map { dtype.integer(data, $0) } }
}

@implementation @_cdecl("wb_dataset_split") public func wb_dataset_split(
    _ handle: OpaquePointer?, _ fraction: Double, _ kind: wb_row_split, _ seed: UInt64, _ groups: OpaquePointer?,
    _ first: UnsafeMutablePointer<OpaquePointer?>?, _ second: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "dataset_split"
        let (first, second) = (try out(first, operation), try out(second, operation))
        let rows = try dataset(handle, operation).rows
        let parts: (any RowSource, any RowSource)
        switch kind {
        case WB_ROW_SPLIT_RANDOM: parts = try RowSplit.atRandom(rows, fraction, seed: seed)
        case WB_ROW_SPLIT_TIME: parts = try RowSplit.byTime(rows, fraction)
        case WB_ROW_SPLIT_GROUPS:
            parts = try RowSplit.byGroup(rows, fraction, groups: integers(groups, operation), seed: seed)
        default: throw .argument(operation: operation, "there is no split number \(kind.rawValue)")
        }
        try publish(DatasetHandle(parts.0), .dataset, first)
        try publish(DatasetHandle(parts.1), .dataset, second)
    }
}

@implementation @_cdecl("wb_dataset_shard") public func wb_dataset_shard(
    _ handle: OpaquePointer?, _ rank: Int64, _ ranks: Int64, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    making(handle, result, "dataset_shard") { (rows) throws(Failure) in
        try RowSplit.share(rows, rank: Int(rank), of: Int(ranks))
    }
}

@implementation @_cdecl("wb_dataset_windows") public func wb_dataset_windows(
    _ handle: OpaquePointer?, _ length: Int64, _ stride: Int64, _ horizon: Int64, _ offset: Int64,
    _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    making(handle, result, "dataset_windows") { (rows) throws(Failure) in
        try SeriesRows(
            rows,
            SeriesRows.Window(
                length: Int(length), stride: Int(stride), horizon: Int(horizon), offset: Int(offset)))
    }
}

@implementation @_cdecl("wb_dataset_transform") public func wb_dataset_transform(
    _ handle: OpaquePointer?, _ column: Int32, _ transforms: UnsafePointer<CChar>?,
    _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    making(handle, result, "dataset_transform") { (rows) throws(Failure) in
        try TransformedRows(rows, column: Int(column), text(transforms, "the transforms", "dataset_transform"))
    }
}

@implementation @_cdecl("wb_dataset_refresh") public func wb_dataset_refresh(
    _ handle: OpaquePointer?, _ count: UnsafeMutablePointer<Int64>?
) -> wb_status {
    call { () throws(Failure) in
        let rows = try dataset(handle, "dataset_refresh").rows
        try rows.refresh()
        count?.pointee = Int64(rows.count)
    }
}

@implementation @_cdecl("wb_dataset_statistics") public func wb_dataset_statistics(
    _ handle: OpaquePointer?, _ column: Int32, _ axis: UnsafePointer<Int32>?, _ fill: UnsafePointer<Double>?,
    _ mean: UnsafeMutablePointer<OpaquePointer?>?, _ std: UnsafeMutablePointer<OpaquePointer?>?,
    _ counts: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "dataset_statistics"
        try checkOuts([mean, std, counts], operation)
        let found = try LongRuns.during { () throws(Failure) in
            try RowStatistics(
                dataset(handle, operation).rows, column: Int(column), axis: axis.map { Int($0.pointee) },
                fill: fill?.pointee)
        }
        func tensor(_ values: [Double], _ dtype: DType) throws(Failure) -> Tensor {
            try Tensor(dtype: dtype, shape: found.shape) { memory in
                for (place, value) in values.enumerated() {
                    if dtype.isFloat {
                        dtype.store(value, memory + place * dtype.size)
                    } else {
                        memory.storeBytes(of: Int64(value), toByteOffset: place * dtype.size, as: Int64.self)
                    }
                }
            }
        }
        try publish([
            (tensor(found.mean, .float64), mean), (tensor(found.std, .float64), std),
            (tensor(found.counts.map { Double($0) }, .int64), counts),
        ])
    }
}

@implementation @_cdecl("wb_module_adapt") public func wb_module_adapt(
    _ handle: OpaquePointer?, _ data: OpaquePointer?, _ column: Int32, _ axis: UnsafePointer<Int32>?,
    _ fill: UnsafePointer<Double>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "module_adapt"
        try refuseInRecording("a module is adapted in the middle of the forward pass")
        guard let layer = try module(handle, operation) as? Standardize else {
            throw .argument(
                operation: operation, "a Standardize is expected, but found \(try module(handle, operation).className)")
        }
        let rows = try dataset(data, operation).rows
        let found = try LongRuns.during { () throws(Failure) in
            try RowStatistics(rows, column: Int(column), axis: axis.map { Int($0.pointee) }, fill: fill?.pointee)
        }
        try layer.adapt(found)
    }
}
