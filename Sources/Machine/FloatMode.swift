import CVectors

/// How a thread's floating-point instructions round, what they do with denormals, and whether they trap. The library
/// computes in one mode, whatever the host's is: worker threads have it from the beginning, as they are started inside
/// calls, and a calling thread has it for the length of its call.
public struct FloatMode {
    private let bits: UInt64

    /// Sets the library's. Returns the one that there was, if that was another.
    @inline(__always) public static func enter() -> FloatMode? {
        let bits = shim_float_mode()
        return bits & UInt64(SHIM_FLOAT_MODE_MASK) == UInt64(SHIM_FLOAT_MODE) ? nil : change(bits)
    }

    @inline(never) private static func change(_ bits: UInt64) -> FloatMode {
        shim_set_float_mode(UInt64(SHIM_FLOAT_MODE))
        return FloatMode(bits: bits)
    }

    /// Sets this one again.
    public func restore() { shim_set_float_mode(bits) }
}
