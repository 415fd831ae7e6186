import CWingbeat
import Engine

/// Mixed precision, which each thread has its own of, and the dtype that floats have by default.

@implementation @_cdecl("wb_set_autocast") public func wb_set_autocast(
    _ dtype: wb_dtype, _ previous: UnsafeMutablePointer<wb_dtype>?
) -> wb_status {
    call { () throws(Failure) in
        let wanted = try Wingbeat.dtype(dtype, "autocast")
        guard wanted.isHalf || wanted == .float32 else {
            throw .dtype(
                operation: "autocast",
                "bfloat16 or float16 is expected, or float32 for none, but \(wanted.name) was given")
        }
        let autocast = wanted.isHalf ? wanted : nil
        if autocast != ThreadState.current.autocast { try refuseInRecording("autocast is changed") }
        previous?.pointee = autocastDType
        ThreadState.current.autocast = autocast
    }
}

@implementation @_cdecl("wb_get_autocast") public func wb_get_autocast(
    _ dtype: UnsafeMutablePointer<wb_dtype>?
) -> wb_status {
    call { () throws(Failure) in try out(dtype, "get_autocast").pointee = autocastDType }
}

private var autocastDType: wb_dtype {
    switch ThreadState.current.autocast {
    case .bfloat16: WB_BFLOAT16
    case .float16: WB_FLOAT16
    default: WB_FLOAT32
    }
}

@implementation @_cdecl("wb_set_default_dtype") public func wb_set_default_dtype(
    _ dtype: wb_dtype, _ previous: UnsafeMutablePointer<wb_dtype>?
) -> wb_status {
    call { () throws(Failure) in
        let wanted = try Wingbeat.dtype(dtype, "set_default_dtype")
        if wanted != .standard { try refuseInRecording("the default dtype is changed") }
        let before = DType.standard == .float64 ? WB_FLOAT64 : WB_FLOAT32
        try DType.setStandard(wanted)
        previous?.pointee = before
    }
}
