import Kernels

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

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { nil }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let result = lowering.output(of: index)
        let (start, end, count, dtype) = (start, end, count, dtype)
        lowering.append(name, reads: [], writes: result) { slots throws(Failure) in
            linspace(dtype, start, end, slots[result], count)
        }
    }
}
