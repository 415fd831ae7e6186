import CWingbeat
import Engine
import Networks

/// Operations and losses.

@implementation @_cdecl("wb_unary") public func wb_unary(
    _ op: wb_unary_op, _ x: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "unary") { () throws(Failure) in
        let operation: Tensor.Unary = try decode(op.rawValue, "unary operation", "unary")
        return try tensor(x, "\(operation)").applying(operation)
    }
}

@implementation @_cdecl("wb_unary_with") public func wb_unary_with(
    _ op: wb_unary_op, _ x: OpaquePointer?, _ parameter: Double, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "unary_with") { () throws(Failure) in
        let operation: Tensor.Unary = try decode(op.rawValue, "unary operation", "unary_with")
        return try tensor(x, "\(operation)").applying(operation, parameter: parameter)
    }
}

@implementation @_cdecl("wb_binary") public func wb_binary(
    _ op: wb_binary_op, _ a: OpaquePointer?, _ b: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "binary") { () throws(Failure) in
        let operation: Tensor.Binary = try decode(op.rawValue, "binary operation", "binary")
        return try Tensor.apply(operation, tensor(a, "\(operation)"), tensor(b, "\(operation)"))
    }
}

@implementation @_cdecl("wb_binary_scalar") public func wb_binary_scalar(
    _ op: wb_binary_op, _ x: OpaquePointer?, _ value: Double, _ reversed: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "binary_scalar") { () throws(Failure) in
        let operation: Tensor.Binary = try decode(op.rawValue, "binary operation", "binary_scalar")
        return try tensor(x, "\(operation)").applying(operation, value, reversed: reversed != 0)
    }
}

@implementation @_cdecl("wb_where") public func wb_where(
    _ condition: OpaquePointer?, _ a: OpaquePointer?, _ b: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "where") { () throws(Failure) in
        try Tensor.choose(tensor(condition, "where"), tensor(a, "where"), tensor(b, "where"))
    }
}

@implementation @_cdecl("wb_cast") public func wb_cast(
    _ x: OpaquePointer?, _ type: wb_dtype, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "cast") { () throws(Failure) in try tensor(x, "cast").cast(dtype(type, "cast")) }
}

@implementation @_cdecl("wb_matmul") public func wb_matmul(
    _ a: OpaquePointer?, _ b: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "matmul") { () throws(Failure) in try tensor(a, "matmul").matmul(tensor(b, "matmul")) }
}

@implementation @_cdecl("wb_linear") public func wb_linear(
    _ x: OpaquePointer?, _ weight: OpaquePointer?, _ bias: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "linear") { () throws(Failure) in
        try tensor(x, "linear").linear(tensor(weight, "linear"), optionalTensor(bias, "linear"))
    }
}

@implementation @_cdecl("wb_reduce") public func wb_reduce(
    _ op: wb_reduce_op, _ x: OpaquePointer?, _ list: UnsafePointer<Int32>?, _ axis_count: Int32, _ keepdims: Int32,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "reduce") { () throws(Failure) in
        let operation: Tensor.Reduce = try decode(op.rawValue, "reduction", "reduce")
        return try tensor(x, "\(operation)").reduce(operation, axes(list, axis_count, "\(operation)"), keepdims: keepdims != 0)
    }
}

@implementation @_cdecl("wb_softmax") public func wb_softmax(
    _ x: OpaquePointer?, _ axis: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "softmax") { () throws(Failure) in try tensor(x, "softmax").softmax(Int(axis)) }
}

@implementation @_cdecl("wb_log_softmax") public func wb_log_softmax(
    _ x: OpaquePointer?, _ axis: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "log_softmax") { () throws(Failure) in try tensor(x, "log_softmax").logSoftmax(Int(axis)) }
}

@implementation @_cdecl("wb_reshape") public func wb_reshape(
    _ x: OpaquePointer?, _ rank: Int32, _ extents: UnsafePointer<Int64>?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "reshape") { () throws(Failure) in try tensor(x, "reshape").reshape(shape(rank, extents, "reshape")) }
}

@implementation @_cdecl("wb_permute") public func wb_permute(
    _ x: OpaquePointer?, _ list: UnsafePointer<Int32>?, _ axis_count: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "permute") { () throws(Failure) in try tensor(x, "permute").permute(axes(list, axis_count, "permute")) }
}

@implementation @_cdecl("wb_broadcast_to") public func wb_broadcast_to(
    _ x: OpaquePointer?, _ rank: Int32, _ extents: UnsafePointer<Int64>?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "broadcast_to") { () throws(Failure) in
        try tensor(x, "broadcast_to").broadcast(to: shape(rank, extents, "broadcast_to"))
    }
}

@implementation @_cdecl("wb_concatenate") public func wb_concatenate(
    _ handles: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ axis: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "concatenate") { () throws(Failure) in try Tensor.concatenate(tensors(handles, count, "concatenate"), Int(axis)) }
}

@implementation @_cdecl("wb_slice") public func wb_slice(
    _ x: OpaquePointer?, _ axis: Int32, _ start: Int64, _ stop: Int64, _ step: Int64, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "slice") { () throws(Failure) in
        try tensor(x, "slice").slice(
            Int(axis), start: start == Int64.min ? nil : Int(start), stop: stop == Int64.min ? nil : Int(stop), step: Int(step))
    }
}

@implementation @_cdecl("wb_loss") public func wb_loss(
    _ kind: wb_loss_kind, _ reduction: wb_reduction, _ prediction: OpaquePointer?, _ target: OpaquePointer?,
    _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(result, "loss") { () throws(Failure) in
        let loss: Loss = try decode(kind.rawValue, "loss", "loss")
        let how: Loss.Reduction = try decode(reduction.rawValue, "reduction", "loss")
        return try loss(tensor(prediction, "loss"), tensor(target, "loss"), how)
    }
}
