import CWingbeat
import Engine
import Networks

/// Operations, and functions by name.

@implementation @_cdecl("wb_unary") public func wb_unary(
    _ op: wb_unary_op, _ x: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "unary", try Written(decode(op.rawValue, "unary operation", "unary"), x)) { () throws(Failure) in
        let operation: Tensor.Unary = try decode(op.rawValue, "unary operation", "unary")
        return try tensor(x, operation.name).applying(operation)
    }
}

@implementation @_cdecl("wb_unary_with") public func wb_unary_with(
    _ op: wb_unary_op, _ x: OpaquePointer?, _ parameter: Double, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(
        y, "unary_with", try Written(decode(op.rawValue, "unary operation", "unary_with"), x, parameter: parameter)
    ) { () throws(Failure) in
        let operation: Tensor.Unary = try decode(op.rawValue, "unary operation", "unary_with")
        return try tensor(x, operation.name).applying(operation, parameter: parameter)
    }
}

@implementation @_cdecl("wb_binary") public func wb_binary(
    _ op: wb_binary_op, _ a: OpaquePointer?, _ b: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "binary", try Written(decode(op.rawValue, "binary operation", "binary"), .tensor(a), .tensor(b))) {
        () throws(Failure) in
        let operation: Tensor.Binary = try decode(op.rawValue, "binary operation", "binary")
        return try Tensor.apply(operation, tensor(a, operation.name), tensor(b, operation.name))
    }
}

@implementation @_cdecl("wb_binary_scalar") public func wb_binary_scalar(
    _ op: wb_binary_op, _ x: OpaquePointer?, _ value: Double, _ reversed: Int32,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "binary_scalar", try scalar(op, x, value, reversed)) { () throws(Failure) in
        let operation: Tensor.Binary = try decode(op.rawValue, "binary operation", "binary_scalar")
        return try tensor(x, operation.name).applying(operation, value, reversed: reversed != 0)
    }
}

/// The number stands on the left if `reversed`.
private func scalar(
    _ op: wb_binary_op, _ x: OpaquePointer?, _ value: Double, _ reversed: Int32
) throws(Failure) -> Written {
    let operation: Tensor.Binary = try decode(op.rawValue, "binary operation", "binary_scalar")
    let number = Written.operand(value, beside: try tensor(x, "binary_scalar").dtype)
    return reversed != 0 ? Written(operation, number, .tensor(x)) : Written(operation, .tensor(x), number)
}

@implementation @_cdecl("wb_where") public func wb_where(
    _ condition: OpaquePointer?, _ a: OpaquePointer?, _ b: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "where", Written("where", .tensor(condition), .tensor(a), .tensor(b))) { () throws(Failure) in
        try Tensor.choose(tensor(condition, "where"), tensor(a, "where"), tensor(b, "where"))
    }
}

@implementation @_cdecl("wb_cast") public func wb_cast(
    _ x: OpaquePointer?, _ type: wb_dtype, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "cast", Written("to", .tensor(x), .dtype(type))) { () throws(Failure) in
        try tensor(x, "cast").cast(dtype(type, "cast"))
    }
}

@implementation @_cdecl("wb_matmul") public func wb_matmul(
    _ a: OpaquePointer?, _ b: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "matmul", Written("matmul", .tensor(a), .tensor(b))) { () throws(Failure) in
        try tensor(a, "matmul").matmul(tensor(b, "matmul"))
    }
}

@implementation @_cdecl("wb_linear") public func wb_linear(
    _ x: OpaquePointer?, _ weight: OpaquePointer?, _ bias: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "linear", Written("linear", .tensor(x), .tensor(weight), .tensor(bias))) { () throws(Failure) in
        try tensor(x, "linear").linear(tensor(weight, "linear"), optionalTensor(bias, "linear"))
    }
}

@implementation @_cdecl("wb_reduce") public func wb_reduce(
    _ op: wb_reduce_op, _ x: OpaquePointer?, _ list: UnsafePointer<Int32>?, _ axis_count: Int32, _ keepdims: Int32,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(
        y, "reduce",
        try Written(
            reducing: decode(op.rawValue, "reduction", "reduce", as: Tensor.Reduce.self).function, x, axes: list,
            axis_count, keepdims)
    ) { () throws(Failure) in
        let operation: Tensor.Reduce = try decode(op.rawValue, "reduction", "reduce")
        return try tensor(x, operation.name).reduce(
            operation, axes(list, axis_count, operation.name), keepdims: keepdims != 0)
    }
}

@implementation @_cdecl("wb_softmax") public func wb_softmax(
    _ x: OpaquePointer?, _ axis: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "softmax", Written("softmax", .tensor(x), .whole(axis))) { () throws(Failure) in
        try tensor(x, "softmax").softmax(Int(axis))
    }
}

@implementation @_cdecl("wb_log_softmax") public func wb_log_softmax(
    _ x: OpaquePointer?, _ axis: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "log_softmax", Written("log_softmax", .tensor(x), .whole(axis))) { () throws(Failure) in
        try tensor(x, "log_softmax").logSoftmax(Int(axis))
    }
}

@implementation @_cdecl("wb_reshape") public func wb_reshape(
    _ x: OpaquePointer?, _ rank: Int32, _ extents: UnsafePointer<Int64>?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "reshape", Written("reshape", .tensor(x), .list(extents, rank))) { () throws(Failure) in
        try tensor(x, "reshape").reshape(shape(rank, extents, "reshape"))
    }
}

@implementation @_cdecl("wb_permute") public func wb_permute(
    _ x: OpaquePointer?, _ list: UnsafePointer<Int32>?, _ axis_count: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(
        y, "permute",
        try Written("permute", .tensor(x), list == nil ? .allAxes(of: x, reversed: true) : .list(list, axis_count))
    ) {
        () throws(Failure) in
        try tensor(x, "permute").permute(axes(list, axis_count, "permute"))
    }
}

@implementation @_cdecl("wb_broadcast_to") public func wb_broadcast_to(
    _ x: OpaquePointer?, _ rank: Int32, _ extents: UnsafePointer<Int64>?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "broadcast_to", Written("broadcast_to", .tensor(x), .list(extents, rank))) { () throws(Failure) in
        try tensor(x, "broadcast_to").broadcast(to: shape(rank, extents, "broadcast_to"))
    }
}

@implementation @_cdecl("wb_concatenate") public func wb_concatenate(
    _ handles: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ axis: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "concatenate", Written("cat", .tensors(handles, count), .whole(axis))) { () throws(Failure) in
        try Tensor.concatenate(tensors(handles, count, "concatenate"), Int(axis))
    }
}

@implementation @_cdecl("wb_slice") public func wb_slice(
    _ x: OpaquePointer?, _ axis: Int32, _ start: Int64, _ stop: Int64, _ step: Int64,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "slice", Written("slice", .tensor(x), .whole(axis), .bound(start), .bound(stop), .whole(step))) {
        () throws(Failure) in
        try tensor(x, "slice").slice(
            Int(axis), start: start == Int64.min ? nil : Int(start), stop: stop == Int64.min ? nil : Int(stop),
            step: Int(step))
    }
}

@implementation @_cdecl("wb_call") public func wb_call(
    _ text: UnsafePointer<CChar>?, _ inputs: UnsafePointer<OpaquePointer?>?, _ input_count: Int32,
    _ outputs: UnsafeMutablePointer<OpaquePointer?>?, _ capacity: Int32, _ output_count: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        guard let text else { throw .argument(operation: "call", "the call is null") }
        let (call, given) = (String(cString: text), try tensors(inputs, input_count, "call"))
        let results = try Functions.call(call, given)
        if let recorder = ThreadState.currentRecorder {
            let (function, items) = try Functions.items(of: call, given)
            try recorder.record(function, items, results)
        }
        try publish(results, outputs, capacity, output_count, "call")
    }
}
