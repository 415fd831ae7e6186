import CWingbeat
import Engine

/// Reading and writing by index expressions, index tensors and masks.

/// The entries of an index expression.
private func entries(
    _ count: Int32, _ kinds: UnsafePointer<wb_index_kind>?, _ list: UnsafePointer<Int64>?, _ handles: UnsafePointer<OpaquePointer?>?,
    _ operation: String
) throws(Failure) -> [Index] {
    guard count <= Index.most else { throw .index(operation: operation, "too many indices: \(count)") }
    let numbers = try numbers(list, count < 0 ? count : 3 * count, operation)
    guard count == 0 || kinds != nil else { throw .argument(operation: operation, "\(count) entries are announced, but kinds is null") }
    var entries: [Index] = []
    for place in 0..<numbers.count / 3 {
        let kind = kinds.map { $0[place].rawValue } ?? 0
        let (first, second, third) = (numbers[3 * place], numbers[3 * place + 1], numbers[3 * place + 2])
        switch kind {
        case WB_INDEX_AT.rawValue: entries.append(.at(first))
        case WB_INDEX_SLICE.rawValue:
            entries.append(.slice(start: first == Int.min ? nil : first, stop: second == Int.min ? nil : second, step: third))
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
    returning(y, "index") { () throws(Failure) in try tensor(x, "index").index(entries(count, kinds, numbers, tensors, "index")) }
}

@implementation @_cdecl("wb_index_assign") public func wb_index_assign(
    _ x: OpaquePointer?, _ count: Int32, _ kinds: UnsafePointer<wb_index_kind>?, _ numbers: UnsafePointer<Int64>?,
    _ tensors: UnsafePointer<OpaquePointer?>?, _ value: OpaquePointer?
) -> wb_status {
    call { () throws(Failure) in
        try tensor(x, "index").assign(entries(count, kinds, numbers, tensors, "index"), tensor(value, "index"))
    }
}

@implementation @_cdecl("wb_index_select") public func wb_index_select(
    _ x: OpaquePointer?, _ axis: Int32, _ index: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "index_select") { () throws(Failure) in
        try tensor(x, "index_select").select(Int(axis), tensor(index, "index_select"))
    }
}

@implementation @_cdecl("wb_take_along_axis") public func wb_take_along_axis(
    _ x: OpaquePointer?, _ axis: Int32, _ index: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "take_along_axis") { () throws(Failure) in
        try tensor(x, "take_along_axis").takeAlong(Int(axis), tensor(index, "take_along_axis"))
    }
}

@implementation @_cdecl("wb_gather") public func wb_gather(
    _ x: OpaquePointer?, _ axis: Int32, _ index: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "gather") { () throws(Failure) in try tensor(x, "gather").gather(Int(axis), tensor(index, "gather")) }
}

@implementation @_cdecl("wb_scatter") public func wb_scatter(
    _ x: OpaquePointer?, _ axis: Int32, _ index: OpaquePointer?, _ source: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "scatter") { () throws(Failure) in
        try tensor(x, "scatter").scatter(Int(axis), tensor(index, "scatter"), tensor(source, "scatter"), accumulates: false)
    }
}

@implementation @_cdecl("wb_scatter_add") public func wb_scatter_add(
    _ x: OpaquePointer?, _ axis: Int32, _ index: OpaquePointer?, _ source: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "scatter_add") { () throws(Failure) in
        try tensor(x, "scatter_add").scatter(Int(axis), tensor(index, "scatter_add"), tensor(source, "scatter_add"), accumulates: true)
    }
}

@implementation @_cdecl("wb_masked_fill") public func wb_masked_fill(
    _ x: OpaquePointer?, _ mask: OpaquePointer?, _ value: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "masked_fill") { () throws(Failure) in
        try tensor(x, "masked_fill").maskedFill(tensor(mask, "masked_fill"), tensor(value, "masked_fill"))
    }
}

@implementation @_cdecl("wb_masked_select") public func wb_masked_select(
    _ x: OpaquePointer?, _ mask: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "masked_select") { () throws(Failure) in
        try tensor(x, "masked_select").maskedSelect(tensor(mask, "masked_select"))
    }
}

@implementation @_cdecl("wb_nonzero") public func wb_nonzero(
    _ x: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "nonzero") { () throws(Failure) in try tensor(x, "nonzero").nonzero() }
}

@implementation @_cdecl("wb_one_hot") public func wb_one_hot(
    _ labels: OpaquePointer?, _ classes: Int64, _ type: wb_dtype, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "one_hot") { () throws(Failure) in
        try Tensor.oneHot(tensor(labels, "one_hot"), classes: classes == -1 ? nil : Int(classes), dtype: dtype(type, "one_hot"))
    }
}
