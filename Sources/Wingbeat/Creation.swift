import CWingbeat
import Engine

/// Tensors of regular and of random numbers.

@implementation @_cdecl("wb_tensor_linspace") public func wb_tensor_linspace(
    _ type: wb_dtype, _ start: Double, _ end: Double, _ count: Int64, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(result, "linspace") { () throws(Failure) in try Tensor.linspace(start, end, Int(count), dtype(type, "linspace")) }
}

@implementation @_cdecl("wb_tensor_eye") public func wb_tensor_eye(
    _ type: wb_dtype, _ rows: Int64, _ columns: Int64, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(result, "eye") { () throws(Failure) in try Tensor.eye(Int(rows), Int(columns), dtype(type, "eye")) }
}

@implementation @_cdecl("wb_meshgrid") public func wb_meshgrid(
    _ vectors: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ swap_first: Int32, _ grids: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let found = try Tensor.meshgrid(tensors(vectors, count, "meshgrid"), swapsFirst: swap_first != 0)
        let target = try outs(grids, found.count, "meshgrid")
        try publish(found, target)
    }
}

@implementation @_cdecl("wb_random_permutation") public func wb_random_permutation(
    _ count: Int64, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(result, "randperm") { () throws(Failure) in try Generator.standard().permutation(Int(count)) }
}

@implementation @_cdecl("wb_bernoulli") public func wb_bernoulli(
    _ probabilities: OpaquePointer?, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(result, "bernoulli") { () throws(Failure) in try Generator.standard().bernoulli(tensor(probabilities, "bernoulli")) }
}

@implementation @_cdecl("wb_multinomial") public func wb_multinomial(
    _ weights: OpaquePointer?, _ count: Int64, _ replacement: Int32, _ indices: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(indices, "multinomial") { () throws(Failure) in
        try Generator.standard().multinomial(tensor(weights, "multinomial"), Int(count), replacement: replacement != 0)
    }
}
