import CWingbeat
import Engine
import Glibc
import Networks

/// Tensors: creation, values, gradients, random numbers.

@implementation @_cdecl("wb_dtype_size") public func wb_dtype_size(_ value: wb_dtype) -> Int {
    DType(rawValue: Int32(truncatingIfNeeded: value.rawValue))?.size ?? 0
}

@implementation @_cdecl("wb_promote") public func wb_promote(
    _ a: wb_dtype, _ b: wb_dtype, _ result: UnsafeMutablePointer<wb_dtype>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(result, "promote")
        target.pointee = encode(promote(try dtype(a, "promote"), try dtype(b, "promote")))
    }
}

@implementation @_cdecl("wb_result_type") public func wb_result_type(
    _ handles: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ result: UnsafeMutablePointer<wb_dtype>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(result, "result_type")
        let given = try tensors(handles, count, "result_type")
        guard !given.isEmpty else {
            throw .argument(operation: "result_type", "one tensor at least is expected, but none was given")
        }
        target.pointee = encode(resultType(of: given))
    }
}

@implementation @_cdecl("wb_can_cast") public func wb_can_cast(
    _ from: wb_dtype, _ to: wb_dtype, _ result: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(result, "can_cast")
        target.pointee = canCast(try dtype(from, "can_cast"), to: try dtype(to, "can_cast")) ? 1 : 0
    }
}

private func encode(_ dtype: DType) -> wb_dtype { wb_dtype(rawValue: UInt32(dtype.rawValue)) }

@implementation @_cdecl("wb_tensor_create") public func wb_tensor_create(
    _ type: wb_dtype, _ rank: Int32, _ extents: UnsafePointer<Int64>?, _ data: UnsafeRawPointer?,
    _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(constant: result, "tensor_create") { () throws(Failure) in
        let type = try dtype(type, "tensor_create")
        let shape = try shape(rank, extents, "tensor_create")
        return try Tensor(dtype: type, shape: shape) { (memory) throws(Failure) in
            copy(data, type, shape.elementCount, memory)
        }
    }
}

/// Copies values, or zeros for none; bools become 0 or 1.
private func copy(_ data: UnsafeRawPointer?, _ type: DType, _ count: Int, _ memory: UnsafeMutableRawPointer) {
    guard let data else {
        memset(memory, 0, count * type.size)
        return
    }
    memcpy(memory, data, count * type.size)
    if type == .bool {
        let bytes = memory.assumingMemoryBound(to: UInt8.self)
        for place in 0..<count where bytes[place] > 1 { bytes[place] = 1 }
    }
}

@implementation @_cdecl("wb_tensor_borrow") public func wb_tensor_borrow(
    _ type: wb_dtype, _ rank: Int32, _ extents: UnsafePointer<Int64>?, _ data: UnsafeRawPointer?,
    _ release: wb_release_callback?,
    _ context: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(constant: result, "tensor_borrow") { () throws(Failure) in
        let operation = "tensor_borrow"
        let type = try dtype(type, operation)
        let shape = try shape(rank, extents, operation)
        guard let data else { throw .argument(operation: operation, "data is null") }
        guard UInt(bitPattern: data) % UInt(type.size) == 0 else {
            throw .argument(operation: operation, "data is not aligned to the \(type.size) bytes of \(type.name)")
        }
        // Everything is checked before the callback is tied to the memory, so that a failure never calls it.
        try Tensor.checkType(shape, type)
        let buffer = Buffer.borrowing(
            data, bytes: shape.elementCount * type.size,
            release: release.map { release in { EngineLock.afterwards { release(context) } } })
        return try Tensor(dtype: type, shape: shape, buffer: buffer)
    }
}

@implementation @_cdecl("wb_tensor_full") public func wb_tensor_full(
    _ type: wb_dtype, _ rank: Int32, _ extents: UnsafePointer<Int64>?, _ value: Double,
    _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(result, "tensor_full", Written("full", .list(extents, rank), .filling(value, type), .dtype(type))) {
        () throws(Failure) in
        try Tensor.full(shape(rank, extents, "tensor_full"), value, dtype(type, "tensor_full"))
    }
}

@implementation @_cdecl("wb_tensor_full_int64") public func wb_tensor_full_int64(
    _ type: wb_dtype, _ rank: Int32, _ extents: UnsafePointer<Int64>?, _ value: Int64,
    _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(result, "tensor_full", Written("full", .list(extents, rank), .whole(value), .dtype(type))) {
        () throws(Failure) in
        try Tensor.full(shape(rank, extents, "tensor_full"), whole: value, dtype(type, "tensor_full"))
    }
}

@implementation @_cdecl("wb_tensor_arange_int64") public func wb_tensor_arange_int64(
    _ type: wb_dtype, _ start: Int64, _ stop: Int64, _ step: Int64, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(result, "tensor_arange", Written("arange", .whole(start), .whole(stop), .whole(step), .dtype(type))) {
        () throws(Failure) in
        try Tensor.arange(whole: start, stop, step, dtype(type, "tensor_arange"))
    }
}

@implementation @_cdecl("wb_tensor_arange") public func wb_tensor_arange(
    _ type: wb_dtype, _ start: Double, _ stop: Double, _ step: Double, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(result, "tensor_arange", Written("arange", .number(start), .number(stop), .number(step), .dtype(type))) {
        () throws(Failure) in
        try Tensor.arange(start, stop, step, dtype(type, "tensor_arange"))
    }
}

@implementation @_cdecl("wb_tensor_free") public func wb_tensor_free(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try Handles.release(handle, .tensor, "tensor_free") }
}

@implementation @_cdecl("wb_tensor_dtype") public func wb_tensor_dtype(
    _ handle: OpaquePointer?, _ result: UnsafeMutablePointer<wb_dtype>?
) -> wb_status {
    call { () throws(Failure) in try out(result, "tensor_dtype").pointee = encode(tensor(handle, "tensor_dtype").dtype)
    }
}

@implementation @_cdecl("wb_tensor_rank") public func wb_tensor_rank(
    _ handle: OpaquePointer?, _ rank: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in try out(rank, "tensor_rank").pointee = Int32(tensor(handle, "tensor_rank").shape.count)
    }
}

@implementation @_cdecl("wb_tensor_shape") public func wb_tensor_shape(
    _ handle: OpaquePointer?, _ capacity: Int32, _ extents: UnsafeMutablePointer<Int64>?
) -> wb_status {
    call { () throws(Failure) in
        let shape = try tensor(handle, "tensor_shape").shape
        guard Int(capacity) >= shape.count else {
            throw .argument(
                operation: "tensor_shape", "the shape has \(shape.count) extents, but there is room for \(capacity)")
        }
        if shape.isEmpty { return }
        let target = try out(extents, "tensor_shape")
        for (axis, extent) in shape.enumerated() { target[axis] = Int64(extent) }
    }
}

@implementation @_cdecl("wb_tensor_count") public func wb_tensor_count(
    _ handle: OpaquePointer?, _ count: UnsafeMutablePointer<Int64>?
) -> wb_status {
    call { () throws(Failure) in try out(count, "tensor_count").pointee = Int64(tensor(handle, "tensor_count").count) }
}

@implementation @_cdecl("wb_tensor_info") public func wb_tensor_info(
    _ handle: OpaquePointer?, _ type: UnsafeMutablePointer<wb_dtype>?, _ rank: UnsafeMutablePointer<Int32>?,
    _ capacity: Int32,
    _ extents: UnsafeMutablePointer<Int64>?, _ requires_grad: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        let tensor = try tensor(handle, "tensor_info")
        type?.pointee = encode(tensor.dtype)
        let shape = tensor.shape
        rank?.pointee = Int32(shape.count)
        if let extents {
            for axis in 0..<min(shape.count, max(Int(capacity), 0)) { extents[axis] = Int64(shape[axis]) }
        }
        requires_grad?.pointee = tensor.requiresGrad ? 1 : 0
    }
}

@implementation @_cdecl("wb_tensor_read") public func wb_tensor_read(
    _ handle: OpaquePointer?, _ destination: UnsafeMutableRawPointer?, _ bytes: Int
) -> wb_status {
    call { () throws(Failure) in
        let tensor = try readable(handle, "tensor_read")
        let size = tensor.count * tensor.dtype.size
        guard bytes == size else {
            throw .argument(operation: "tensor_read", "the tensor has \(size) bytes, but there is room for \(bytes)")
        }
        guard size == 0 || destination != nil else {
            throw .argument(operation: "tensor_read", "the destination is null")
        }
        try tensor.withData { (data) throws(Failure) in
            if let destination { memcpy(destination, data, size) }
        }
    }
}

@implementation @_cdecl("wb_tensor_data") public func wb_tensor_data(
    _ handle: OpaquePointer?, _ data: UnsafeMutablePointer<UnsafeRawPointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(data, "tensor_data")
        target.pointee = try readable(handle, "tensor_data").withData { (data) throws(Failure) in data }
    }
}

@implementation @_cdecl("wb_tensor_item") public func wb_tensor_item(
    _ handle: OpaquePointer?, _ value: UnsafeMutablePointer<Double>?
) -> wb_status {
    call { () throws(Failure) in try out(value, "tensor_item").pointee = readable(handle, "tensor_item").item() }
}

@implementation @_cdecl("wb_tensor_item_int64") public func wb_tensor_item_int64(
    _ handle: OpaquePointer?, _ value: UnsafeMutablePointer<Int64>?
) -> wb_status {
    call { () throws(Failure) in
        try out(value, "tensor_item_int64").pointee = readable(handle, "tensor_item_int64").integerItem()
    }
}

/// An address of the object behind a handle.
func identity(_ object: AnyObject) -> UInt64 { UInt64(UInt(bitPattern: ObjectIdentifier(object))) }

@implementation @_cdecl("wb_tensor_identity") public func wb_tensor_identity(
    _ handle: OpaquePointer?, _ result: UnsafeMutablePointer<UInt64>?
) -> wb_status {
    call { () throws(Failure) in
        try out(result, "tensor_identity").pointee = identity(tensor(handle, "tensor_identity"))
    }
}

@implementation @_cdecl("wb_tensor_write") public func wb_tensor_write(
    _ handle: OpaquePointer?, _ data: UnsafeRawPointer?, _ bytes: Int
) -> wb_status {
    call { () throws(Failure) in
        let tensor = try tensor(handle, "tensor_write")
        let size = tensor.count * tensor.dtype.size
        guard bytes == size else {
            throw .argument(operation: "tensor_write", "the tensor has \(size) bytes, but \(bytes) were given")
        }
        guard size == 0 || data != nil else { throw .argument(operation: "tensor_write", "data is null") }
        if let recorder = ThreadState.currentRecorder { try recorder.recordValues(of: tensor) }
        try tensor.write { (memory) throws(Failure) in copy(data, tensor.dtype, tensor.count, memory) }
    }
}

@implementation @_cdecl("wb_tensor_assign") public func wb_tensor_assign(
    _ handle: OpaquePointer?, _ source: OpaquePointer?
) -> wb_status {
    call { () throws(Failure) in
        let (box, source) = (try tensor(handle, "tensor_assign"), try tensor(source, "tensor_assign"))
        guard let recorder = ThreadState.currentRecorder else { return try box.assign(source) }
        try recorder.recordAssignment(of: box, to: source) { () throws(Failure) in try box.assign(source) }
    }
}

@implementation @_cdecl("wb_tensor_set_requires_grad") public func wb_tensor_set_requires_grad(
    _ handle: OpaquePointer?, _ requires_grad: Int32
) -> wb_status {
    call { () throws(Failure) in
        let tensor = try tensor(handle, "requires_grad")
        if let recording = ThreadState.currentRecorder as? Recording, recording.isParameter(tensor) {
            try recording.refuse("the forward pass says which parameters require gradients")
        }
        try tensor.setRequiresGrad(requires_grad != 0)
    }
}

@implementation @_cdecl("wb_tensor_get_requires_grad") public func wb_tensor_get_requires_grad(
    _ handle: OpaquePointer?, _ requires_grad: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        try out(requires_grad, "requires_grad").pointee = tensor(handle, "requires_grad").requiresGrad ? 1 : 0
    }
}

@implementation @_cdecl("wb_tensor_is_leaf") public func wb_tensor_is_leaf(
    _ handle: OpaquePointer?, _ is_leaf: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in try out(is_leaf, "is_leaf").pointee = tensor(handle, "is_leaf").isLeaf ? 1 : 0 }
}

@implementation @_cdecl("wb_tensor_grad") public func wb_tensor_grad(
    _ handle: OpaquePointer?, _ gradient: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("a gradient is asked for in the middle of the forward pass")
        let target = try out(gradient, "tensor_grad")
        if let gradient = try tensor(handle, "tensor_grad").gradient() {
            try publish(gradient, .tensor, target)
        } else {
            target.pointee = nil
        }
    }
}

@implementation @_cdecl("wb_tensor_set_grad") public func wb_tensor_set_grad(
    _ handle: OpaquePointer?, _ gradient: OpaquePointer?
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("a gradient is set in the middle of the forward pass")
        let gradient = try optionalTensor(gradient, "tensor_set_grad")
        try tensor(handle, "tensor_set_grad").setGradient(gradient)
    }
}

@implementation @_cdecl("wb_tensor_detach") public func wb_tensor_detach(
    _ handle: OpaquePointer?, _ detached: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(detached, "detach", Written("detach", .tensor(handle))) { () throws(Failure) in
        try tensor(handle, "detach").detach()
    }
}

@implementation @_cdecl("wb_tensor_share") public func wb_tensor_share(
    _ handle: OpaquePointer?, _ shared: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(shared, "detach", Written("detach", .tensor(handle))) { () throws(Failure) in
        try tensor(handle, "detach").shared()
    }
}

@implementation @_cdecl("wb_eval") public func wb_eval(
    _ handles: UnsafePointer<OpaquePointer?>?, _ count: Int32
) -> wb_status {
    call { () throws(Failure) in try Tensor.evaluate(tensors(handles, count, "eval")) }
}

@implementation @_cdecl("wb_manual_seed") public func wb_manual_seed(_ seed: UInt64) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("the random generator is seeded in the middle of the forward pass")
        try Generator.standard().seed(seed)
    }
}

@implementation @_cdecl("wb_random") public func wb_random(
    _ kind: wb_distribution, _ type: wb_dtype, _ rank: Int32, _ extents: UnsafePointer<Int64>?, _ a: Double,
    _ b: Double,
    _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(
        result, "random", try Written(decode(kind.rawValue, "distribution", "random"), type, rank, extents, a, b)
    ) { () throws(Failure) in
        let distribution: Generator.Distribution = try decode(kind.rawValue, "distribution", "random")
        return try Generator.standard().draw(distribution, dtype(type, "random"), shape(rank, extents, "random"), a, b)
    }
}

@implementation @_cdecl("wb_random_int64") public func wb_random_int64(
    _ type: wb_dtype, _ rank: Int32, _ extents: UnsafePointer<Int64>?, _ low: Int64, _ high: Int64,
    _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(
        result, "random",
        Written(
            "randint", .whole(low), .whole(high), .named("size", .list(extents, rank)), .named("dtype", .dtype(type)))
    ) { () throws(Failure) in
        try Generator.standard().draw(from: low, to: high, dtype(type, "random"), shape(rank, extents, "random"))
    }
}
