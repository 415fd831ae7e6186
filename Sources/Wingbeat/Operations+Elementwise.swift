import CWingbeat
import Engine

/// Elementwise operations with more than one parameter.

@implementation @_cdecl("wb_clamp") public func wb_clamp(
    _ x: OpaquePointer?, _ lower: Double, _ upper: Double, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "clamp", Written("clamp", .tensor(x), .number(lower), .number(upper))) { () throws(Failure) in
        try tensor(x, "clamp").clamped(lower, upper)
    }
}

@implementation @_cdecl("wb_clamp_tensors") public func wb_clamp_tensors(
    _ x: OpaquePointer?, _ lower: OpaquePointer?, _ upper: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    let isBounded = lower != nil || upper != nil
    return returning(
        y, "clamp",
        isBounded ? Written("clamp", .tensor(x), .tensor(lower), .tensor(upper)) : Written("clone", .tensor(x))
    ) {
        () throws(Failure) in
        try tensor(x, "clamp").clamped(optionalTensor(lower, "clamp"), optionalTensor(upper, "clamp"))
    }
}

@implementation @_cdecl("wb_hardtanh") public func wb_hardtanh(
    _ x: OpaquePointer?, _ lower: Double, _ upper: Double, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "hardtanh", Written("hardtanh", .tensor(x), .number(lower), .number(upper))) { () throws(Failure) in
        try tensor(x, "hardtanh").hardTanh(lower, upper)
    }
}

@implementation @_cdecl("wb_softplus") public func wb_softplus(
    _ x: OpaquePointer?, _ beta: Double, _ threshold: Double, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "softplus", Written("softplus", .tensor(x), .number(beta), .number(threshold))) { () throws(Failure) in
        try tensor(x, "softplus").softplus(beta: beta, threshold: threshold)
    }
}

@implementation @_cdecl("wb_nan_to_num") public func wb_nan_to_num(
    _ x: OpaquePointer?, _ nan: Double, _ positive: Double, _ negative: Double,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    func bound(_ value: Double) -> Written.Item { value.isNaN ? .value(.none) : .number(value) }
    return returning(y, "nan_to_num", Written("nan_to_num", .tensor(x), .number(nan), bound(positive), bound(negative)))
    { () throws(Failure) in
        try tensor(x, "nan_to_num").nanToNum(
            nan: nan, positive: positive.isNaN ? nil : positive, negative: negative.isNaN ? nil : negative)
    }
}

@implementation @_cdecl("wb_lerp") public func wb_lerp(
    _ a: OpaquePointer?, _ b: OpaquePointer?, _ weight: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "lerp", Written("lerp", .tensor(a), .tensor(b), .tensor(weight))) { () throws(Failure) in
        try tensor(a, "lerp").lerp(tensor(b, "lerp"), tensor(weight, "lerp"))
    }
}
