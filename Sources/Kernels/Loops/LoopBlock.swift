/// One operand of an instruction over a block: a row of elements, or one vector that stands for all of them.
struct LoopOperand {
    var base: UnsafeMutableRawPointer
    /// All ones, or 0 where every position reads the same vector.
    var mask: Int

    @inline(__always) func load<V: SIMD>(_ offset: Int) -> V {
        UnsafeRawPointer(base).loadUnaligned(fromByteOffset: offset & mask, as: V.self)
    }
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

    @inline(__always) func map(_ function: (V) -> V) {
        let last = bytes - Self.width
        let end: V = a.load(last)
        var offset = 0
        while offset < last {
            store(function(a.load(offset)), offset)
            offset += Self.width
        }
        store(function(end), last)
    }

    @inline(__always) func map2(_ function: (V, V) -> V) {
        let last = bytes - Self.width
        let end: (V, V) = (a.load(last), b.load(last))
        var offset = 0
        while offset < last {
            store(function(a.load(offset), b.load(offset)), offset)
            offset += Self.width
        }
        store(function(end.0, end.1), last)
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
