/// One operand of an instruction over a block: a row of elements, or one vector that stands for all of them.
struct LoopOperand {
    var base: UnsafeMutableRawPointer
    /// All ones, or 0 where every position reads the same vector.
    var mask: Int

    @inline(__always) func address(_ offset: Int) -> UnsafeRawPointer { UnsafeRawPointer(base + (offset & mask)) }

    @inline(__always) func load<V: SIMD>(_ offset: Int) -> V { address(offset).loadUnaligned(as: V.self) }
}

/// The operands and the place of the result of one instruction over a block of at least 64 bytes. The last vector may
/// overlap the one before it; it is read first, because the result may lie where an operand lies.
struct LoopBlock<V: SIMD> {
    var result: UnsafeMutableRawPointer
    var a: LoopOperand
    var b: LoopOperand
    var c: LoopOperand
    var bytes: Int

    private static var width: Int { 64 }

    @inline(__always) private func store(_ value: V, _ offset: Int) {
        result.storeBytes(of: value, toByteOffset: offset, as: V.self)
    }

    @inline(__always) func fill(_ value: V) {
        let last = bytes - Self.width
        var offset = 0
        while offset < last {
            store(value, offset)
            offset += Self.width
        }
        store(value, last)
    }

    // The function stands in one place: where it stands in two, the compiler makes a call of it. What is read for it is
    // chosen by address, because a vector that waits in a register costs the function one.

    @inline(__always) func map(_ function: (V) -> V) {
        let last = bytes - Self.width
        withUnsafePointer(to: a.load(last) as V) { end in
            var offset = 0
            repeat {
                let isLast = offset >= last
                let x = isLast ? UnsafeRawPointer(end) : a.address(offset)
                store(function(x.loadUnaligned(as: V.self)), isLast ? last : offset)
                offset += Self.width
            } while offset < bytes
        }
    }

    @inline(__always) func map2(_ function: (V, V) -> V) {
        let last = bytes - Self.width
        withUnsafePointer(to: (a.load(last) as V, b.load(last) as V)) { end in
            let ends = UnsafeRawPointer(end)
            var offset = 0
            repeat {
                let isLast = offset >= last
                let x = isLast ? ends : a.address(offset)
                let y = isLast ? ends + Self.width : b.address(offset)
                store(
                    function(x.loadUnaligned(as: V.self), y.loadUnaligned(as: V.self)), isLast ? last : offset)
                offset += Self.width
            } while offset < bytes
        }
    }

    @inline(__always) func map3(_ function: (V, V, V) -> V) {
        let last = bytes - Self.width
        let end: (V, V, V) = (a.load(last), b.load(last), c.load(last))
        var offset = 0
        while offset < last {
            store(function(a.load(offset), b.load(offset), c.load(offset)), offset)
            offset += Self.width
        }
        store(function(end.0, end.1, end.2), last)
    }
}
