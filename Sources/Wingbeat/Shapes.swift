import CWingbeat
import Engine

/// Operations on shapes.

@implementation @_cdecl("wb_flatten") public func wb_flatten(
    _ x: OpaquePointer?, _ start: Int32, _ end: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "flatten", Written("flatten", .tensor(x), .whole(start), .whole(end))) { () throws(Failure) in
        try tensor(x, "flatten").flatten(Int(start), Int(end))
    }
}

@implementation @_cdecl("wb_unflatten") public func wb_unflatten(
    _ x: OpaquePointer?, _ axis: Int32, _ rank: Int32, _ extents: UnsafePointer<Int64>?,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "unflatten", Written("unflatten", .tensor(x), .whole(axis), .list(extents, rank))) {
        () throws(Failure) in
        try tensor(x, "unflatten").unflatten(Int(axis), shape(rank, extents, "unflatten"))
    }
}

@implementation @_cdecl("wb_squeeze") public func wb_squeeze(
    _ x: OpaquePointer?, _ list: UnsafePointer<Int32>?, _ axis_count: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "squeeze", Written("squeeze", .tensor(x), .axes(list, axis_count))) { () throws(Failure) in
        try tensor(x, "squeeze").squeeze(axes(list, axis_count, "squeeze"))
    }
}

@implementation @_cdecl("wb_unsqueeze") public func wb_unsqueeze(
    _ x: OpaquePointer?, _ axis: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "unsqueeze", Written("unsqueeze", .tensor(x), .whole(axis))) { () throws(Failure) in
        try tensor(x, "unsqueeze").unsqueeze(Int(axis))
    }
}

@implementation @_cdecl("wb_transpose") public func wb_transpose(
    _ x: OpaquePointer?, _ axis0: Int32, _ axis1: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "transpose", Written("transpose", .tensor(x), .whole(axis0), .whole(axis1))) { () throws(Failure) in
        try tensor(x, "transpose").transpose(Int(axis0), Int(axis1))
    }
}

@implementation @_cdecl("wb_movedim") public func wb_movedim(
    _ x: OpaquePointer?, _ sources: UnsafePointer<Int32>?, _ destinations: UnsafePointer<Int32>?, _ count: Int32,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "movedim", Written("movedim", .tensor(x), .list(sources, count), .list(destinations, count))) {
        () throws(Failure) in
        try tensor(x, "movedim").moveAxes(
            axes(sources, count, "movedim") ?? [], axes(destinations, count, "movedim") ?? [])
    }
}

@implementation @_cdecl("wb_expand") public func wb_expand(
    _ x: OpaquePointer?, _ rank: Int32, _ extents: UnsafePointer<Int64>?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "expand", Written("expand", .tensor(x), .list(extents, rank))) { () throws(Failure) in
        try tensor(x, "expand").expand(shape(rank, extents, "expand"))
    }
}

@implementation @_cdecl("wb_repeat") public func wb_repeat(
    _ x: OpaquePointer?, _ counts: UnsafePointer<Int64>?, _ count: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "repeat", Written("repeat", .tensor(x), .list(counts, count))) { () throws(Failure) in
        try tensor(x, "repeat").repeated(shape(count, counts, "repeat"))
    }
}

@implementation @_cdecl("wb_tile") public func wb_tile(
    _ x: OpaquePointer?, _ counts: UnsafePointer<Int64>?, _ count: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "tile", Written("tile", .tensor(x), .list(counts, count))) { () throws(Failure) in
        try tensor(x, "tile").tile(shape(count, counts, "tile"))
    }
}

@implementation @_cdecl("wb_stack") public func wb_stack(
    _ handles: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ axis: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "stack", Written("stack", .tensors(handles, count), .whole(axis))) { () throws(Failure) in
        try Tensor.stack(tensors(handles, count, "stack"), Int(axis))
    }
}

@implementation @_cdecl("wb_hstack") public func wb_hstack(
    _ handles: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "hstack", Written("hstack", .tensors(handles, count))) { () throws(Failure) in
        try Tensor.hstack(tensors(handles, count, "hstack"))
    }
}

@implementation @_cdecl("wb_vstack") public func wb_vstack(
    _ handles: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "vstack", Written("vstack", .tensors(handles, count))) { () throws(Failure) in
        try Tensor.vstack(tensors(handles, count, "vstack"))
    }
}

@implementation @_cdecl("wb_split") public func wb_split(
    _ x: OpaquePointer?, _ axis: Int32, _ list: UnsafePointer<Int64>?, _ count: Int32,
    _ parts: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(all: parts, "split", Written("split", .tensor(x), .list(list, count), .whole(axis))) {
        () throws(Failure) in
        try tensor(x, "split").split(numbers(list, count, "split"), Int(axis))
    }
}

@implementation @_cdecl("wb_unbind") public func wb_unbind(
    _ x: OpaquePointer?, _ axis: Int32, _ count: Int32, _ parts: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(all: parts, "unbind", Written("unbind", .tensor(x), .whole(axis))) { () throws(Failure) in
        try tensor(x, "unbind").unbind(Int(axis), room: Int(count))
    }
}

@implementation @_cdecl("wb_flip") public func wb_flip(
    _ x: OpaquePointer?, _ list: UnsafePointer<Int32>?, _ axis_count: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "flip", try Written("flip", .tensor(x), list == nil ? .allAxes(of: x) : .list(list, axis_count))) {
        () throws(Failure) in
        try tensor(x, "flip").flip(axes(list, axis_count, "flip"))
    }
}

@implementation @_cdecl("wb_roll") public func wb_roll(
    _ x: OpaquePointer?, _ shifts: UnsafePointer<Int64>?, _ list: UnsafePointer<Int32>?, _ count: Int32,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    let isFlat = list == nil && count == 1
    return returning(
        y, "roll",
        Written("roll", .tensor(x), .list(shifts, count), isFlat ? .value(.none) : .list(list, list == nil ? 0 : count))
    ) { () throws(Failure) in
        try tensor(x, "roll").roll(numbers(shifts, count, "roll"), isFlat ? nil : axes(list, count, "roll") ?? [])
    }
}

@implementation @_cdecl("wb_pad") public func wb_pad(
    _ x: OpaquePointer?, _ widths: UnsafePointer<Int64>?, _ count: Int32, _ mode: wb_pad_mode, _ value: Double,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "pad", try Written(padding: x, widths, count, mode, .number(value))) { () throws(Failure) in
        let (pairs, how) = (
            try padding(widths, count), try decode(mode.rawValue, "mode", "pad", as: Tensor.PadMode.self)
        )
        return try tensor(x, "pad").pad(pairs, how, value: value)
    }
}

@implementation @_cdecl("wb_pad_int64") public func wb_pad_int64(
    _ x: OpaquePointer?, _ widths: UnsafePointer<Int64>?, _ count: Int32, _ mode: wb_pad_mode, _ value: Int64,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "pad", try Written(padding: x, widths, count, mode, .whole(value))) { () throws(Failure) in
        let (pairs, how) = (
            try padding(widths, count), try decode(mode.rawValue, "mode", "pad", as: Tensor.PadMode.self)
        )
        return try tensor(x, "pad").pad(pairs, how, whole: value)
    }
}

/// The widths before and after each axis, from the last.
private func padding(_ widths: UnsafePointer<Int64>?, _ count: Int32) throws(Failure) -> [(before: Int, after: Int)] {
    try checkCount(count, isNull: widths == nil, "pad")
    guard count <= mostAxes else {
        throw .argument(operation: "pad", "at most \(mostAxes) axes are possible, but widths are given for \(count)")
    }
    let list = try numbers(widths, 2 * count, "pad")
    return (0..<list.count / 2).map { (before: list[2 * $0], after: list[2 * $0 + 1]) }
}

@implementation @_cdecl("wb_tril") public func wb_tril(
    _ x: OpaquePointer?, _ offset: Int64, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "tril", Written("tril", .tensor(x), .whole(offset))) { () throws(Failure) in
        try tensor(x, "tril").triangle(Int(offset), isLower: true)
    }
}

@implementation @_cdecl("wb_triu") public func wb_triu(
    _ x: OpaquePointer?, _ offset: Int64, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "triu", Written("triu", .tensor(x), .whole(offset))) { () throws(Failure) in
        try tensor(x, "triu").triangle(Int(offset), isLower: false)
    }
}

@implementation @_cdecl("wb_diagonal") public func wb_diagonal(
    _ x: OpaquePointer?, _ offset: Int64, _ axis0: Int32, _ axis1: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "diagonal", Written("diagonal", .tensor(x), .whole(offset), .whole(axis0), .whole(axis1))) {
        () throws(Failure) in
        try tensor(x, "diagonal").diagonal(Int(offset), Int(axis0), Int(axis1))
    }
}

@implementation @_cdecl("wb_diag") public func wb_diag(
    _ x: OpaquePointer?, _ offset: Int64, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "diag", Written("diag", .tensor(x), .whole(offset))) { () throws(Failure) in
        try tensor(x, "diag").diag(Int(offset))
    }
}
