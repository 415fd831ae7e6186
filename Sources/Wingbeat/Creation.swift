import CWingbeat
import Engine

/// Tensors of regular and of random numbers.

@implementation @_cdecl("wb_tensor_linspace") public func wb_tensor_linspace(
    _ type: wb_dtype, _ start: Double, _ end: Double, _ count: Int64, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(result, "linspace", Written("linspace", .number(start), .number(end), .whole(count), .dtype(type))) {
        () throws(Failure) in try Tensor.linspace(start, end, Int(count), dtype(type, "linspace"))
    }
}

@implementation @_cdecl("wb_tensor_linspace_int64") public func wb_tensor_linspace_int64(
    _ type: wb_dtype, _ start: Int64, _ end: Int64, _ count: Int64, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(result, "linspace", Written("linspace", .whole(start), .whole(end), .whole(count), .dtype(type))) {
        () throws(Failure) in try Tensor.linspace(whole: start, end, Int(count), dtype(type, "linspace"))
    }
}

@implementation @_cdecl("wb_tensor_eye") public func wb_tensor_eye(
    _ type: wb_dtype, _ rows: Int64, _ columns: Int64, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(result, "eye", Written("eye", .whole(rows), .whole(columns), .dtype(type))) { () throws(Failure) in
        try Tensor.eye(Int(rows), Int(columns), dtype(type, "eye"))
    }
}

@implementation @_cdecl("wb_meshgrid") public func wb_meshgrid(
    _ vectors: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ swap_first: Int32,
    _ grids: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(
        all: grids, "meshgrid",
        Written("meshgrid", .tensors(vectors, count), .named("indexing", .text(swap_first != 0 ? "xy" : "ij")))
    ) { () throws(Failure) in
        try Tensor.meshgrid(tensors(vectors, count, "meshgrid"), swapsFirst: swap_first != 0)
    }
}

@implementation @_cdecl("wb_random_permutation") public func wb_random_permutation(
    _ count: Int64, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(result, "randperm", Written("randperm", .whole(count))) { () throws(Failure) in
        try Generator.standard().permutation(Int(count))
    }
}

@implementation @_cdecl("wb_bernoulli") public func wb_bernoulli(
    _ probabilities: OpaquePointer?, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(result, "bernoulli", Written("bernoulli", .tensor(probabilities))) { () throws(Failure) in
        try Generator.standard().bernoulli(tensor(probabilities, "bernoulli"))
    }
}

@implementation @_cdecl("wb_multinomial") public func wb_multinomial(
    _ weights: OpaquePointer?, _ count: Int64, _ replacement: Int32, _ indices: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(indices, "multinomial", Written("multinomial", .tensor(weights), .whole(count), .flag(replacement))) {
        () throws(Failure) in
        try Generator.standard().multinomial(tensor(weights, "multinomial"), Int(count), replacement: replacement != 0)
    }
}

@implementation @_cdecl("wb_get_random_state") public func wb_get_random_state(
    _ seed: UnsafeMutablePointer<UInt64>?, _ offset: UnsafeMutablePointer<UInt64>?
) -> wb_status {
    call { () throws(Failure) in
        let position = try Generator.standard().position()
        try out(seed, "get_random_state").pointee = position.seed
        try out(offset, "get_random_state").pointee = position.offset
    }
}

@implementation @_cdecl("wb_set_random_state") public func wb_set_random_state(
    _ seed: UInt64, _ offset: UInt64
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("the random generator is set in the middle of the forward pass")
        try Generator.standard().restore(seed: seed, offset: offset)
    }
}
