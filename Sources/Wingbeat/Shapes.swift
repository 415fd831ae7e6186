import CWingbeat
import Engine

/// Operations on shapes.

@implementation @_cdecl("wb_flatten") public func wb_flatten(
    _ x: OpaquePointer?, _ start: Int32, _ end: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "flatten") { () throws(Failure) in try tensor(x, "flatten").flatten(Int(start), Int(end)) }
}

@implementation @_cdecl("wb_unflatten") public func wb_unflatten(
    _ x: OpaquePointer?, _ axis: Int32, _ rank: Int32, _ extents: UnsafePointer<Int64>?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "unflatten") { () throws(Failure) in
        try tensor(x, "unflatten").unflatten(Int(axis), shape(rank, extents, "unflatten"))
    }
}

@implementation @_cdecl("wb_squeeze") public func wb_squeeze(
    _ x: OpaquePointer?, _ list: UnsafePointer<Int32>?, _ axis_count: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "squeeze") { () throws(Failure) in try tensor(x, "squeeze").squeeze(axes(list, axis_count, "squeeze")) }
}

@implementation @_cdecl("wb_unsqueeze") public func wb_unsqueeze(
    _ x: OpaquePointer?, _ axis: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "unsqueeze") { () throws(Failure) in try tensor(x, "unsqueeze").unsqueeze(Int(axis)) }
}

@implementation @_cdecl("wb_transpose") public func wb_transpose(
    _ x: OpaquePointer?, _ axis0: Int32, _ axis1: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "transpose") { () throws(Failure) in try tensor(x, "transpose").transpose(Int(axis0), Int(axis1)) }
}

@implementation @_cdecl("wb_movedim") public func wb_movedim(
    _ x: OpaquePointer?, _ sources: UnsafePointer<Int32>?, _ destinations: UnsafePointer<Int32>?, _ count: Int32,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "movedim") { () throws(Failure) in
        try tensor(x, "movedim").moveAxes(axes(sources, count, "movedim") ?? [], axes(destinations, count, "movedim") ?? [])
    }
}

@implementation @_cdecl("wb_expand") public func wb_expand(
    _ x: OpaquePointer?, _ rank: Int32, _ extents: UnsafePointer<Int64>?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "expand") { () throws(Failure) in try tensor(x, "expand").expand(shape(rank, extents, "expand")) }
}

@implementation @_cdecl("wb_repeat") public func wb_repeat(
    _ x: OpaquePointer?, _ counts: UnsafePointer<Int64>?, _ count: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "repeat") { () throws(Failure) in try tensor(x, "repeat").repeated(shape(count, counts, "repeat")) }
}

@implementation @_cdecl("wb_tile") public func wb_tile(
    _ x: OpaquePointer?, _ counts: UnsafePointer<Int64>?, _ count: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "tile") { () throws(Failure) in try tensor(x, "tile").tile(shape(count, counts, "tile")) }
}

@implementation @_cdecl("wb_stack") public func wb_stack(
    _ handles: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ axis: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "stack") { () throws(Failure) in try Tensor.stack(tensors(handles, count, "stack"), Int(axis)) }
}

@implementation @_cdecl("wb_hstack") public func wb_hstack(
    _ handles: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "hstack") { () throws(Failure) in try Tensor.hstack(tensors(handles, count, "hstack")) }
}

@implementation @_cdecl("wb_vstack") public func wb_vstack(
    _ handles: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "vstack") { () throws(Failure) in try Tensor.vstack(tensors(handles, count, "vstack")) }
}

@implementation @_cdecl("wb_split") public func wb_split(
    _ x: OpaquePointer?, _ axis: Int32, _ list: UnsafePointer<Int64>?, _ count: Int32, _ parts: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let extents = try numbers(list, count, "split")
        let target = try outs(parts, extents.count, "split")
        try publish(tensor(x, "split").split(extents, Int(axis)), target)
    }
}

@implementation @_cdecl("wb_unbind") public func wb_unbind(
    _ x: OpaquePointer?, _ axis: Int32, _ count: Int32, _ parts: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let slices = try tensor(x, "unbind").unbind(Int(axis))
        guard slices.count == Int(count) else {
            throw .argument(operation: "unbind", "axis \(axis) has \(slices.count) slices, but there is room for \(count)")
        }
        try publish(slices, outs(parts, slices.count, "unbind"))
    }
}

@implementation @_cdecl("wb_flip") public func wb_flip(
    _ x: OpaquePointer?, _ list: UnsafePointer<Int32>?, _ axis_count: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "flip") { () throws(Failure) in try tensor(x, "flip").flip(axes(list, axis_count, "flip")) }
}

@implementation @_cdecl("wb_roll") public func wb_roll(
    _ x: OpaquePointer?, _ shifts: UnsafePointer<Int64>?, _ list: UnsafePointer<Int32>?, _ count: Int32,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "roll") { () throws(Failure) in
        try tensor(x, "roll").roll(numbers(shifts, count, "roll"), list == nil && count == 1 ? nil : axes(list, count, "roll") ?? [])
    }
}

@implementation @_cdecl("wb_pad") public func wb_pad(
    _ x: OpaquePointer?, _ widths: UnsafePointer<Int64>?, _ count: Int32, _ mode: wb_pad_mode, _ value: Double,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "pad") { () throws(Failure) in
        guard count <= 32 else { throw .argument(operation: "pad", "at most 32 axes are possible, but widths are given for \(count)") }
        let list = try numbers(widths, 2 * count, "pad")
        let pairs = (0..<list.count / 2).map { (before: list[2 * $0], after: list[2 * $0 + 1]) }
        let how: Tensor.PadMode = try decode(mode.rawValue, "mode", "pad")
        return try tensor(x, "pad").pad(pairs, how, value: value)
    }
}

@implementation @_cdecl("wb_tril") public func wb_tril(
    _ x: OpaquePointer?, _ offset: Int64, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "tril") { () throws(Failure) in try tensor(x, "tril").triangle(Int(offset), isLower: true) }
}

@implementation @_cdecl("wb_triu") public func wb_triu(
    _ x: OpaquePointer?, _ offset: Int64, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "triu") { () throws(Failure) in try tensor(x, "triu").triangle(Int(offset), isLower: false) }
}

@implementation @_cdecl("wb_diagonal") public func wb_diagonal(
    _ x: OpaquePointer?, _ offset: Int64, _ axis0: Int32, _ axis1: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "diagonal") { () throws(Failure) in try tensor(x, "diagonal").diagonal(Int(offset), Int(axis0), Int(axis1)) }
}

@implementation @_cdecl("wb_diag") public func wb_diag(
    _ x: OpaquePointer?, _ offset: Int64, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "diag") { () throws(Failure) in try tensor(x, "diag").diag(Int(offset)) }
}
