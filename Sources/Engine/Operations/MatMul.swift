import Steps

/// Matrix product over the last two axes, of operands that are stored transposed or not; leading axes broadcast.
struct MatMul: Operation {
    var transposeA = false
    var transposeB = false
    /// Whether operands of float32 are those of bfloat16, or are to be rounded to it: how a plan spells a product of
    /// bfloat16, whose sums are float32.
    var takesBFloat16 = false
    /// Whether the result of operands of 16 bits are the sums themselves, as float32.
    var keepsSums = false
    var name: String { "matmul" }
    var keeps: Keeps { .inputs }

    func widened(from dtype: DType) -> any Operation {
        MatMul(
            transposeA: transposeA, transposeB: transposeB, takesBFloat16: dtype == .bfloat16, keepsSums: keepsSums)
    }

    func encode(into key: inout KeyBuilder) {
        key.append(transposeA)
        key.append(transposeB)
        key.append(takesBFloat16)
        key.append(keepsSums)
    }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        let (a, b) = (inputs[0], inputs[1])
        try a.dtype.requireFloat(name)
        guard a.shape.count >= 2, b.shape.count >= 2 else {
            throw .shape(operation: name, "operands need an axis at least: \(a.shape.text) x \(b.shape.text)")
        }
        let (m, k) = matrix(a.shape, transposeA)
        let (inner, n) = matrix(b.shape, transposeB)
        guard k == inner else {
            throw .shape(operation: name, "inner dimensions differ: [\(m), \(k)] x [\(inner), \(n)]")
        }
        guard let leading = broadcastShape(Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2))) else {
            throw .shape(operation: name, "leading axes do not broadcast together: \(a.shape.text) x \(b.shape.text)")
        }
        guard max(m, n, k) <= Int(Int32.max) else {
            throw .unsupported(
                operation: name, "no extent of a matrix may exceed \(Int32.max): [\(m), \(k)] x [\(inner), \(n)]")
        }
        let shape = leading + [m, n]
        let dtype = keepsSums ? a.dtype.arithmetic : a.dtype
        try checkShape(shape, dtype, operation: name)
        return TensorType(shape, dtype)
    }

    private func matrix(_ shape: Shape, _ transposed: Bool) -> (rows: Int, columns: Int) {
        let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
        return transposed ? (columns, rows) : (rows, columns)
    }

    /// With A, B as multiplied: dA = G B^T, dB = A^T G; where an operand is stored transposed, so is its gradient.
    func reverse(_ given: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        let (a, b) = (node.inputs[0], node.inputs[1])
        let cotangent = try given.cast(a.dtype)
        var shares: [Node?] = [nil, nil]
        if wanted.needs(a) {
            shares[0] =
                transposeA
                ? try MatMul(transposeA: transposeB, transposeB: true).record([b, cotangent])
                : try MatMul(transposeA: false, transposeB: !transposeB).record([cotangent, b])
        }
        if wanted.needs(b) {
            shares[1] =
                transposeB
                ? try MatMul(transposeA: true, transposeB: transposeA).record([cotangent, a])
                : try MatMul(transposeA: !transposeA, transposeB: false).record([a, cotangent])
        }
        return shares
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        let first = try tangents[0].map { (t) throws(Failure) in try record([t, node.inputs[1]]) }
        let second = try tangents[1].map { (t) throws(Failure) in try record([node.inputs[0], t]) }
        guard let first, let second else { return first ?? second }
        return try first + second
    }

    /// One matrix for all examples makes one product with the rows, or columns, of all of them.
    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node {
        let (a, b) = (batch.inputs[0], batch.inputs[1])
        if !batch.isBatched[1], b.shape.count == 2 {
            return try MatMul(transposeB: transposeB, keepsSums: keepsSums).rows(transposeA ? a.transposed() : a, b)
        }
        if !batch.isBatched[0], a.shape.count == 2 {
            // The transposed product: B^T A^T.
            return try MatMul(transposeB: !transposeA, keepsSums: keepsSums).rows(transposeB ? b : b.transposed(), a)
                .transposed()
        }
        let rank = node.shape.count
        return try record([batch.aligned(0, rank: rank), batch.aligned(1, rank: rank)])
    }

    /// Matrices [..., m, k], as one with the rows of all, times a matrix.
    private func rows(_ matrices: Node, _ matrix: Node) throws(Failure) -> Node {
        let leading = Array(matrices.shape.dropLast())
        let product = try record([matrices.reshape([leading.elementCount, matrices.shape.last!]), matrix])
        return try product.reshape(leading + [product.shape[1]])
    }

    func coefficient(_ k: Int, of node: Node, in pass: TaylorPass) throws(Failure) -> TaylorTerm? {
        try pass.bilinear(k, node)
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let inputs = lowering.inputs(index)
        let a = lowering.matrixOperand(inputs[0], transposed: transposeA)
        let b = lowering.matrixOperand(inputs[1], transposed: transposeB)
        let type = lowering.type(index)
        let (rows, columns) = (type.shape[type.shape.count - 2], type.shape[type.shape.count - 1])
        let leading = Array(type.shape.dropLast(2))
        let depth = matrix(lowering.type(inputs[0]).shape, transposeA).columns
        let result = lowering.output(of: index)
        try MachineMemory.require(leading.elementCount, of: 4 * MemoryLayout<Int>.size, for: name)
        let product = ProductStep(
            dtype: type.dtype, precision: takesBFloat16 ? .bfloat16 : .full, m: rows, n: columns, k: depth,
            transposeA: a.isTransposed, transposeB: b.isTransposed, offsetsA: a.offsets(over: leading),
            offsetsB: b.offsets(over: leading), a: a.slot, b: b.slot, result: result)
        try lowering.append(
            "\(name) \(rows)x\(columns)x\(depth)" + (takesBFloat16 ? " bfloat16" : ""), .product(product),
            bytesRead: a.view.bytesRead + b.view.bytesRead)
    }
}
