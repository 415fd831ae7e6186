import CWingbeat
import Engine

/// The precision of matrix products, which each thread has its own of.

@implementation @_cdecl("wb_set_autocast") public func wb_set_autocast(
    _ dtype: wb_dtype, _ previous: UnsafeMutablePointer<wb_dtype>?
) -> wb_status {
    call { () throws(Failure) in
        let precision: MatMulPrecision
        switch dtype {
        case WB_FLOAT32: precision = .full
        case WB_BFLOAT16: precision = .bfloat16
        default:
            let name = try Wingbeat.dtype(dtype, "autocast").name
            throw .dtype(
                operation: "autocast",
                "matrix products can be computed in bfloat16, or as they are (float32), but \(name) was given")
        }
        if precision != ThreadState.current.matMulPrecision {
            try refuseInRecording("the precision of matrix products is changed (autocast)")
        }
        previous?.pointee = autocastDType
        ThreadState.current.matMulPrecision = precision
    }
}

@implementation @_cdecl("wb_get_autocast") public func wb_get_autocast(
    _ dtype: UnsafeMutablePointer<wb_dtype>?
) -> wb_status {
    call { () throws(Failure) in try out(dtype, "get_autocast").pointee = autocastDType }
}

private var autocastDType: wb_dtype { ThreadState.current.matMulPrecision == .bfloat16 ? WB_BFLOAT16 : WB_FLOAT32 }
