import Steps

/// Values made from numbers alone.

/// The same number everywhere. In fused loops it is an immediate and takes no memory.
struct Fill: Source {
    let value: Double
    let type: TensorType

    init(value: Double, type: TensorType) {
        // 16 bits hold few numbers, and a loop takes the number itself.
        self.value = type.dtype.isHalf ? type.dtype.rounded(value) : value
        self.type = type
    }

    var name: String { "full" }
    var role: Role { .constant }
    var constant: Double? { value }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkShape(type.shape, type.dtype, operation: name)
        return type
    }

    func encode(into key: inout KeyBuilder) {
        key.append(value)
        key.append(type)
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        lowering.push(
            name,
            .fill(
                FillStep(dtype: type.dtype, value: value, count: type.count, result: lowering.output(of: index))))
    }
}

/// start, start + step, ...
struct Arange: Source {
    var start: Double
    var step: Double
    var count: Int
    var dtype: DType
    var name: String { "arange" }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkShape([count], dtype, operation: name)
        return TensorType([count], dtype)
    }

    func encode(into key: inout KeyBuilder) {
        key.append(start)
        key.append(step)
        key.append(count)
        key.append(Int(dtype.rawValue))
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        lowering.push(
            name,
            .arange(
                ArangeStep(dtype: dtype, start: start, step: step, count: count, result: lowering.output(of: index))))
    }
}

/// `count` numbers at equal distances from start to end, both of which are among them.
struct Linspace: Source {
    var start: Double
    var end: Double
    var count: Int
    var dtype: DType
    var name: String { "linspace" }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkShape([count], dtype, operation: name)
        return TensorType([count], dtype)
    }

    func encode(into key: inout KeyBuilder) {
        key.append(start)
        key.append(end)
        key.append(count)
        key.append(Int(dtype.rawValue))
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        lowering.push(
            name,
            .linspace(
                LinspaceStep(dtype: dtype, start: start, end: end, count: count, result: lowering.output(of: index))))
    }
}
