import Engine

extension FileArray {
    /// The dtype of the engine's that holds all values of this type; nil where none does.
    public var dtype: DType? {
        switch type {
        case "bool": .bool
        case "uint8": .uint8
        case "int8", "int16", "uint16", "int32": .int32
        case "uint32", "int64", "uint64": .int64
        case "float16": .float16
        case "bfloat16": .bfloat16
        case "float32": .float32
        case "float64": .float64
        default: nil
        }
    }

    /// The same values as a tensor, in the narrowest dtype that holds them all. `turned`: with its axes in another
    /// order, each of the result's given by one of the array's.
    public func tensor(_ operation: String) throws(Failure) -> Tensor {
        guard let dtype else {
            throw .dtype(operation: operation, "no dtype of tensors holds \(type)")
        }
        return try Tensor(dtype: dtype, shape: shape) { (memory) throws(Failure) in
            switch type {
            case "int8": widen(memory, Int8.self, Int32.self)
            case "int16": widen(memory, Int16.self, Int32.self)
            case "uint16": widen(memory, UInt16.self, Int32.self)
            case "uint32": widen(memory, UInt32.self, Int64.self)
            case "uint64":
                for index in 0..<count {
                    guard let value = integer(index) else {
                        throw .dtype(operation: operation, "an int64 is too small for one of the values of uint64")
                    }
                    memory.storeBytes(of: value, toByteOffset: 8 * index, as: Int64.self)
                }
            default: memory.copyMemory(from: self.memory, byteCount: bytes.count)
            }
        }
    }

    private func widen<Narrow: FixedWidthInteger, Wide: FixedWidthInteger>(
        _ target: UnsafeMutableRawPointer, _: Narrow.Type, _: Wide.Type
    ) {
        let (from, to) = (MemoryLayout<Narrow>.size, MemoryLayout<Wide>.size)
        for index in 0..<count {
            let value = memory.loadUnaligned(fromByteOffset: index * from, as: Narrow.self)
            target.storeBytes(of: Wide(truncatingIfNeeded: value), toByteOffset: index * to, as: Wide.self)
        }
    }
}
