import CWingbeat
import Engine

/// Vectorisation.

@implementation @_cdecl("wb_vmap_begin") public func wb_vmap_begin(
    _ tensors: UnsafePointer<OpaquePointer?>?, _ axes: UnsafePointer<Int32>?, _ count: Int32,
    _ randomness: wb_randomness,
    _ variables: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("a function is mapped over examples (vmap)")
        let mapped = try Wingbeat.tensors(tensors, count, "vmap")
        let places = try Wingbeat.axes(axes, count, "vmap") ?? []
        let target = try outs(variables, mapped.count, "vmap")
        let made = try MappedFunction.begin(mapped, axes: places, decode(randomness.rawValue, "randomness", "vmap"))
        do throws(Failure) {
            try publish(made, target)
        } catch {
            try MappedFunction.cancel()
            throw error
        }
    }
}

@implementation @_cdecl("wb_vmap_end") public func wb_vmap_end(
    _ outputs: UnsafePointer<OpaquePointer?>?, _ axes: UnsafePointer<Int32>?, _ count: Int32, _ chunk_size: Int64,
    _ results: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let found = try tensors(outputs, count, "vmap")
        let places = try Wingbeat.axes(axes, count, "vmap") ?? []
        let target = try outs(results, found.count, "vmap")
        guard chunk_size >= 0 else {
            throw .argument(operation: "vmap", "a chunk of \(chunk_size) examples is asked for")
        }
        let nowhere = Int(WB_VMAP_NO_AXIS.rawValue)
        let all = try MappedFunction.end(
            found, axes: places.map { $0 == nowhere ? nil : $0 }, chunk: chunk_size == 0 ? nil : Int(chunk_size))
        try publish(all, target)
    }
}

@implementation @_cdecl("wb_vmap_cancel") public func wb_vmap_cancel() -> wb_status {
    call { () throws(Failure) in try MappedFunction.cancel() }
}
