import CWingbeat
import Engine
import Networks

/// Norms of gradients, and gradients that are kept from becoming too large.

@implementation @_cdecl("wb_total_norm") public func wb_total_norm(
    _ given: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ p: Double, _ check_finite: Int32,
    _ norm: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(norm, "total_norm")
        let total = try ThreadState.withGrad(false) { () throws(Failure) in
            try Tensor.totalNorm(tensors(given, count, "total_norm"), p, isFinite: check_finite != 0)
        }
        if check_finite != 0, !Capture.isOpen { try Tensor.evaluate([total]) }
        try publish(total, .tensor, target)
    }
}

@implementation @_cdecl("wb_clip_grad_norm") public func wb_clip_grad_norm(
    _ parameters: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ max_norm: Double, _ p: Double,
    _ check_finite: Int32, _ norm: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("gradients are clipped in the middle of the forward pass")
        let total = try Clipping.norm(
            tensors(parameters, count, "clip_grad_norm"), max_norm, p, isFinite: check_finite != 0)
        if let norm { try publish(total, .tensor, norm) }
    }
}

@implementation @_cdecl("wb_clip_grad_with_norm") public func wb_clip_grad_with_norm(
    _ parameters: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ max_norm: Double, _ norm: OpaquePointer?
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("gradients are clipped in the middle of the forward pass")
        let operation = "clip_grad_with_norm"
        try Clipping.norm(
            tensors(parameters, count, operation), max_norm, total: tensor(norm, operation))
    }
}

@implementation @_cdecl("wb_clip_grad_value") public func wb_clip_grad_value(
    _ parameters: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ limit: Double
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("gradients are clipped in the middle of the forward pass")
        try Clipping.value(tensors(parameters, count, "clip_grad_value"), limit)
    }
}
