import CWingbeat
import Engine

/// Reading and writing by index expressions, index tensors and masks.

/// The entries of an index expression.
private func entries(
    _ count: Int32, _ kinds: UnsafePointer<wb_index_kind>?, _ list: UnsafePointer<Int64>?,
    _ handles: UnsafePointer<OpaquePointer?>?,
    _ operation: String
) throws(Failure) -> [Index] {
    guard count <= Index.most else { throw .index(operation: operation, "too many indices: \(count)") }
    let numbers = try numbers(list, count < 0 ? count : 3 * count, operation)
    guard count == 0 || kinds != nil else {
        throw .argument(operation: operation, "\(count) entries are announced, but kinds is null")
    }
    var entries: [Index] = []
    for place in 0..<numbers.count / 3 {
        let kind = kinds.map { $0[place].rawValue } ?? 0
        let (first, second, third) = (numbers[3 * place], numbers[3 * place + 1], numbers[3 * place + 2])
        switch kind {
        case WB_INDEX_AT.rawValue: entries.append(.at(first))
        case WB_INDEX_SLICE.rawValue:
            entries.append(
                .slice(start: first == Int.min ? nil : first, stop: second == Int.min ? nil : second, step: third))
        case WB_INDEX_NEW_AXIS.rawValue: entries.append(.newAxis)
        case WB_INDEX_ELLIPSIS.rawValue: entries.append(.ellipsis)
        case WB_INDEX_TENSOR.rawValue: entries.append(.tensor(try tensor(handles?[place], operation)))
        default: throw .argument(operation: operation, "there is no index kind number \(Int32(bitPattern: kind))")
        }
    }
    return entries
}

@implementation @_cdecl("wb_index") public func wb_index(
    _ x: OpaquePointer?, _ count: Int32, _ kinds: UnsafePointer<wb_index_kind>?, _ numbers: UnsafePointer<Int64>?,
    _ tensors: UnsafePointer<OpaquePointer?>?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "index", Written("index", indexing: x, [], count, kinds, numbers, tensors)) { () throws(Failure) in
        try tensor(x, "index").index(entries(count, kinds, numbers, tensors, "index"))
    }
}

@implementation @_cdecl("wb_index_assign") public func wb_index_assign(
    _ x: OpaquePointer?, _ count: Int32, _ kinds: UnsafePointer<wb_index_kind>?, _ numbers: UnsafePointer<Int64>?,
    _ tensors: UnsafePointer<OpaquePointer?>?, _ value: OpaquePointer?
) -> wb_status {
    call { () throws(Failure) in
        let (box, source) = (try tensor(x, "index"), try tensor(value, "index"))
        let entries = try entries(count, kinds, numbers, tensors, "index")
        guard let recorder = ThreadState.currentRecorder else { return try box.assign(entries, source) }
        // What the box will hold, as the function of a line gives it.
        let changed = try box.assigning(entries, source)
        try Written("index_assign", indexing: x, [.cast(value, like: x)], count, kinds, numbers, tensors).tell(
            recorder, [changed])
        try recorder.recordAssignment(of: box, to: changed) { () throws(Failure) in try box.assign(entries, source) }
    }
}

@implementation @_cdecl("wb_index_select") public func wb_index_select(
    _ x: OpaquePointer?, _ axis: Int32, _ index: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "index_select", Written("index_select", .tensor(x), .whole(axis), .tensor(index))) {
        () throws(Failure) in
        try tensor(x, "index_select").select(Int(axis), tensor(index, "index_select"))
    }
}

@implementation @_cdecl("wb_take_along_axis") public func wb_take_along_axis(
    _ x: OpaquePointer?, _ axis: Int32, _ index: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "take_along_axis", Written("take_along_dim", .tensor(x), .tensor(index), .whole(axis))) {
        () throws(Failure) in
        try tensor(x, "take_along_axis").takeAlong(Int(axis), tensor(index, "take_along_axis"))
    }
}

@implementation @_cdecl("wb_gather") public func wb_gather(
    _ x: OpaquePointer?, _ axis: Int32, _ index: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "gather", Written("gather", .tensor(x), .whole(axis), .tensor(index))) { () throws(Failure) in
        try tensor(x, "gather").gather(Int(axis), tensor(index, "gather"))
    }
}

@implementation @_cdecl("wb_scatter") public func wb_scatter(
    _ x: OpaquePointer?, _ axis: Int32, _ index: OpaquePointer?, _ source: OpaquePointer?,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "scatter", Written("scatter", .tensor(x), .whole(axis), .tensor(index), .cast(source, like: x))) {
        () throws(Failure) in
        try tensor(x, "scatter").scatter(
            Int(axis), tensor(index, "scatter"), tensor(source, "scatter"), accumulates: false)
    }
}

@implementation @_cdecl("wb_scatter_add") public func wb_scatter_add(
    _ x: OpaquePointer?, _ axis: Int32, _ index: OpaquePointer?, _ source: OpaquePointer?,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(
        y, "scatter_add", Written("scatter_add", .tensor(x), .whole(axis), .tensor(index), .cast(source, like: x))
    ) { () throws(Failure) in
        try tensor(x, "scatter_add").scatter(
            Int(axis), tensor(index, "scatter_add"), tensor(source, "scatter_add"), accumulates: true)
    }
}

@implementation @_cdecl("wb_masked_fill") public func wb_masked_fill(
    _ x: OpaquePointer?, _ mask: OpaquePointer?, _ value: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "masked_fill", Written("masked_fill", .tensor(x), .tensor(mask), .cast(value, like: x))) {
        () throws(Failure) in
        try tensor(x, "masked_fill").maskedFill(tensor(mask, "masked_fill"), tensor(value, "masked_fill"))
    }
}

@implementation @_cdecl("wb_masked_select") public func wb_masked_select(
    _ x: OpaquePointer?, _ mask: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "masked_select", Written("masked_select", .tensor(x), .tensor(mask))) { () throws(Failure) in
        try tensor(x, "masked_select").maskedSelect(tensor(mask, "masked_select"))
    }
}

@implementation @_cdecl("wb_nonzero") public func wb_nonzero(
    _ x: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "nonzero", Written("nonzero", .tensor(x))) { () throws(Failure) in try tensor(x, "nonzero").nonzero() }
}

@implementation @_cdecl("wb_one_hot") public func wb_one_hot(
    _ labels: OpaquePointer?, _ classes: Int64, _ type: wb_dtype, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "one_hot", Written("one_hot", .tensor(labels), .whole(classes), .dtype(type))) { () throws(Failure) in
        try Tensor.oneHot(
            tensor(labels, "one_hot"), classes: classes == -1 ? nil : Int(classes), dtype: dtype(type, "one_hot"))
    }
}
