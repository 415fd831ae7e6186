import CWingbeat
import Engine

/// The operations that every program needs, each under a name of its own: short forms of `wb_unary`, `wb_binary` and
/// `wb_reduce`.

private typealias Result = UnsafeMutablePointer<OpaquePointer?>?

private func unary(_ operation: Tensor.Unary, _ x: OpaquePointer?, _ y: Result) -> wb_status {
    returning(y, operation.name, Written(operation, x)) { () throws(Failure) in
        try tensor(x, operation.name).applying(operation)
    }
}

private func binary(_ operation: Tensor.Binary, _ a: OpaquePointer?, _ b: OpaquePointer?, _ y: Result) -> wb_status {
    returning(y, operation.name, Written(operation, .tensor(a), .tensor(b))) { () throws(Failure) in
        try Tensor.apply(operation, tensor(a, operation.name), tensor(b, operation.name))
    }
}

private func reduce(_ operation: Tensor.Reduce, _ x: OpaquePointer?, _ y: Result) -> wb_status {
    returning(y, operation.name, Written(operation.function, .tensor(x))) { () throws(Failure) in
        try tensor(x, operation.name).reduce(operation, nil, keepdims: false)
    }
}

@implementation @_cdecl("wb_add") public func wb_add(
    _ a: OpaquePointer?, _ b: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status { binary(.add, a, b, y) }

@implementation @_cdecl("wb_subtract") public func wb_subtract(
    _ a: OpaquePointer?, _ b: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status { binary(.subtract, a, b, y) }

@implementation @_cdecl("wb_multiply") public func wb_multiply(
    _ a: OpaquePointer?, _ b: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status { binary(.multiply, a, b, y) }

@implementation @_cdecl("wb_divide") public func wb_divide(
    _ a: OpaquePointer?, _ b: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status { binary(.divide, a, b, y) }

@implementation @_cdecl("wb_exp") public func wb_exp(
    _ x: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    unary(.exp, x, y)
}

@implementation @_cdecl("wb_log") public func wb_log(
    _ x: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    unary(.log, x, y)
}

@implementation @_cdecl("wb_sqrt") public func wb_sqrt(
    _ x: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    unary(.sqrt, x, y)
}

@implementation @_cdecl("wb_square") public func wb_square(
    _ x: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    unary(.square, x, y)
}

@implementation @_cdecl("wb_tanh") public func wb_tanh(
    _ x: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    unary(.tanh, x, y)
}

@implementation @_cdecl("wb_sigmoid") public func wb_sigmoid(
    _ x: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    unary(.sigmoid, x, y)
}

@implementation @_cdecl("wb_relu") public func wb_relu(
    _ x: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    unary(.relu, x, y)
}

@implementation @_cdecl("wb_sum") public func wb_sum(
    _ x: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    reduce(.sum, x, y)
}

@implementation @_cdecl("wb_mean") public func wb_mean(
    _ x: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    reduce(.mean, x, y)
}
