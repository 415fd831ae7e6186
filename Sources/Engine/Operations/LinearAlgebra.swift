import Machine
import Steps

/// Operations on square matrices [..., n, n], by LAPACK. Right-hand sides are rows, because that is how LAPACK reads
/// row-major memory; see Node+LinearAlgebra.

/// Throws unless `type` has square float matrices on its last two axes, and LAPACK is there.
private func checkSquare(_ type: TensorType, _ name: String) throws(Failure) {
    try type.dtype.requireFloat(name)
    guard type.shape.count >= 2, type.shape[type.shape.count - 1] == type.shape[type.shape.count - 2] else {
        throw .shape(
            operation: name, "square matrices are expected on the last two axes, but the shape is \(type.shape.text)")
    }
    guard type.shape.last! <= Int(Int32.max) else {
        throw .unsupported(operation: name, "no extent of a matrix may exceed \(Int32.max): \(type.shape.text)")
    }
    try Plan.backend.require(.factorisations, for: name)
}

/// Throws unless `rows` [..., k, n] are right-hand sides for `matrices` [..., n, n].
private func checkRows(_ matrices: TensorType, _ rows: TensorType, _ name: String) throws(Failure) {
    try checkSquare(matrices, name)
    guard rows.dtype == matrices.dtype, rows.shape.count == matrices.shape.count,
        rows.shape.last == matrices.shape.last,
        rows.shape.dropLast(2) == matrices.shape.dropLast(2)
    else {
        throw .shape(
            operation: name, "matrices \(matrices.shape.text) and right-hand sides \(rows.shape.text) do not fit")
    }
    guard rows.shape[rows.shape.count - 2] <= Int(Int32.max) else {
        throw .unsupported(operation: name, "more than \(Int32.max) right-hand sides: \(rows.shape.text)")
    }
}

extension Mapped {
    /// `solve` of matrices and right-hand sides; the latter all together where the matrices are the same for all
    /// examples, so that each is factored once.
    fileprivate func rows(_ solve: (Node, Node) throws(Failure) -> Node) throws(Failure) -> Node {
        guard !isBatched[0] else { return try solve(inputs[0], whole(1)) }
        // [batch, ..., k, n] -> [..., batch k, n]
        let (rows, rank) = (inputs[1], inputs[1].shape.count)
        let gathered = try rows.permute((1..<(rank - 2)) + [0, rank - 2, rank - 1])
        let merged = try gathered.reshape(
            gathered.shape.dropLast(3) + [size * rows.shape[rank - 2], rows.shape[rank - 1]])
        return try solve(inputs[0], merged).reshape(gathered.shape).permute(
            [rank - 3] + (0..<(rank - 3)) + [rank - 2, rank - 1])
    }
}

extension SquareBatch {
    /// The matrices on the last two axes.
    fileprivate init(_ type: TensorType) {
        self.init(
            dtype: type.dtype, count: Array(type.shape.dropLast(2)).elementCount, n: type.shape[type.shape.count - 1])
    }
}

/// A^-1. Of a singular matrix there is none, which is an error, or NaN.
struct Inverse: Operation {
    var fillsSingular = false
    var name: String { "inverse" }
    var keeps: Keeps { .output }
    func encode(into key: inout KeyBuilder) { key.append(fillsSingular) }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkSquare(inputs[0], name)
        return inputs[0]
    }

    /// -X^T G X^T with X = A^-1.
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        [try -MatMul(transposeB: true).record([MatMul(transposeA: true).record([node, cotangent]), node])]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        try tangents[0].map { (tangent) throws(Failure) in
            try -MatMul().record([MatMul().record([node, tangent]), node])
        }
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let x = lowering.dense(lowering.inputs(index)[0])
        try lowering.append(
            name,
            .inverse(
                InverseStep(
                    operation: name, matrices: SquareBatch(lowering.type(index)), fillsSingular: fillsSingular,
                    source: x, result: lowering.output(of: index))))
    }
}

/// [..., 3]: sign, log |det| and det, from one factorisation. The sign has no derivative, and the others have theirs by
/// way of DeterminantPart.
struct Determinant: Operation {
    var name: String { "det" }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkSquare(inputs[0], name)
        return TensorType(inputs[0].shape.dropLast(2) + [3], inputs[0].dtype)
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [nil] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { nil }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let input = lowering.inputs(index)[0]
        let x = lowering.dense(input)
        try lowering.append(
            name,
            .determinant(
                DeterminantStep(
                    operation: name, matrices: SquareBatch(lowering.type(input)), source: x,
                    result: lowering.output(of: index))))
    }
}

/// det or log |det| [..., 1]. Inputs: this, and the matrices.
struct DeterminantPart: FactorPart {
    var isLogarithm: Bool
    var name: String { "det" }
    func encode(into key: inout KeyBuilder) { key.append(isLogarithm) }

    /// Cofactors, which singular matrices have as well; of the logarithm A^-T, which they have not: there it is NaN.
    private func gradient(_ matrices: Node) throws(Failure) -> Node {
        isLogarithm
            ? try Inverse(fillsSingular: true).record([matrices]).transposed() : try Cofactors().record([matrices])
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        [nil, try cotangent.reshape(cotangent.shape + [1]) * gradient(node.inputs[1])]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        try tangents[1].map { (tangent) throws(Failure) in
            try (gradient(node.inputs[1]) * tangent).sum(
                [tangent.shape.count - 2, tangent.shape.count - 1], keepdims: false
            ).reshape(node.shape)
        }
    }
}

/// The cofactors of square matrices: det A A^-T, and where there is no inverse what that tends to.
struct Cofactors: Operation {
    var name: String { "det" }
    var keeps: Keeps { [.inputs, .output] }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkSquare(inputs[0], name)
        return inputs[0]
    }

    /// C tr(A^-1 dA) - C dA^T A^-T, a symmetric function of dA, so that one rule serves both modes. NaN for singular
    /// matrices.
    private func product(_ d: Node, _ node: Node) throws(Failure) -> Node {
        let rank = d.shape.count
        let inverse = try Inverse(fillsSingular: true).record([node.inputs[0]]).transposed()
        let trace = try (inverse * d).sum([rank - 2, rank - 1], keepdims: true)
        return try node * trace - MatMul().record([MatMul(transposeB: true).record([node, d]), inverse])
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        [try product(cotangent, node)]
    }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        try tangents[0].map { (tangent) throws(Failure) in try product(tangent, node) }
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let x = lowering.dense(lowering.inputs(index)[0])
        try lowering.append(
            name,
            .cofactors(
                CofactorsStep(
                    operation: name, matrices: SquareBatch(lowering.type(index)), source: x,
                    result: lowering.output(of: index))))
    }
}

/// For each row b of B [..., k, n] the x of A x = b (transposed: of A^T x = b).
struct SolveRows: Operation {
    var transposed = false
    var name: String { "solve" }
    var keeps: Keeps { [.inputs, .output] }
    func encode(into key: inout KeyBuilder) { key.append(transposed) }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkRows(inputs[0], inputs[1], name)
        return inputs[1]
    }

    /// A^T (transposed: A) makes the share of B; that of A is its product with the solutions.
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        let rows = try SolveRows(transposed: !transposed).record([node.inputs[0], cotangent])
        guard wanted.needs(node.inputs[0]) else { return [nil, rows] }
        return [try -MatMul(transposeA: true).record(transposed ? [node, rows] : [rows, node]), rows]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        let change = try tangents[0].map { (t) throws(Failure) in
            try -MatMul(transposeB: !transposed).record([node, t])
        }
        guard let change else { return try tangents[1].map { (t) throws(Failure) in try record([node.inputs[0], t]) } }
        return try record([node.inputs[0], tangents[1].map { (t) throws(Failure) in try t + change } ?? change])
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node {
        try batch.rows { (a, rows) throws(Failure) in try record([a, rows]) }
    }

    func coefficient(_ k: Int, of node: Node, in pass: TaylorPass) throws(Failure) -> TaylorTerm? {
        let matrices = node.inputs[0]
        return try pass.quotient(k, node, node.inputs[1], by: matrices, MatMul(transposeB: !transposed)) {
            (rest) throws(Failure) in try record([matrices, rest])
        }
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let inputs = lowering.inputs(index)
        let (a, b) = (lowering.dense(inputs[0]), lowering.dense(inputs[1]))
        let shape = lowering.type(index).shape
        try lowering.append(
            name,
            .solve(
                SolveStep(
                    operation: name, matrices: SquareBatch(lowering.type(inputs[0])), transposed: transposed,
                    k: shape[shape.count - 2], source: a, rows: b, result: lowering.output(of: index))))
    }
}

/// As SolveRows, where only one triangle of A counts, and with `unit` its diagonal as ones.
struct TriangularSolveRows: Operation {
    var upper: Bool
    var transposed = false
    var unit = false
    var name: String { "triangular_solve" }
    var keeps: Keeps { [.inputs, .output] }

    func encode(into key: inout KeyBuilder) {
        key.append(upper)
        key.append(transposed)
        key.append(unit)
    }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkRows(inputs[0], inputs[1], name)
        return inputs[1]
    }

    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        let rows = try TriangularSolveRows(upper: upper, transposed: !transposed, unit: unit).record([
            node.inputs[0], cotangent,
        ])
        guard wanted.needs(node.inputs[0]) else { return [nil, rows] }
        let share = try -MatMul(transposeA: true).record(transposed ? [node, rows] : [rows, node])
        return [try share.triangle(upper: upper, strict: unit), rows]
    }

    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        let change = try tangents[0].map { (t) throws(Failure) in
            try -MatMul(transposeB: !transposed).record([node, t.triangle(upper: upper, strict: unit)])
        }
        guard let change else { return try tangents[1].map { (t) throws(Failure) in try record([node.inputs[0], t]) } }
        return try record([node.inputs[0], tangents[1].map { (t) throws(Failure) in try t + change } ?? change])
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node {
        try batch.rows { (a, rows) throws(Failure) in try record([a, rows]) }
    }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let inputs = lowering.inputs(index)
        let (a, b) = (lowering.dense(inputs[0]), lowering.dense(inputs[1]))
        let shape = lowering.type(index).shape
        try lowering.append(
            name,
            .triangularSolve(
                TriangularSolveStep(
                    operation: name, matrices: SquareBatch(lowering.type(inputs[0])), upper: upper,
                    transposed: transposed, unit: unit, k: shape[shape.count - 2], source: a, rows: b,
                    result: lowering.output(of: index))))
    }
}

/// The lower triangular L of A = L L^T. The lower triangle of A is read; derivatives take A as symmetric. A matrix that
/// is not positive definite has none, which is an error, or NaN on the diagonal from the failing row on.
struct Cholesky: Operation {
    var fillsFailed = false
    var name: String { "cholesky" }
    var keeps: Keeps { .output }
    func encode(into key: inout KeyBuilder) { key.append(fillsFailed) }

    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        try checkSquare(inputs[0], name)
        return inputs[0]
    }

    /// The symmetric part of L^-T P L^-1, where P is the lower triangle of L^T G with half its diagonal. Murray 2016,
    /// Differentiation of the Cholesky decomposition.
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] {
        func timesInverse(_ x: Node) throws(Failure) -> Node {
            try TriangularSolveRows(upper: false, transposed: true).record([node, x])
        }
        let product = try MatMul(transposeA: true).record([node, cotangent]).lowerWithHalfDiagonal()
        return [try timesInverse(timesInverse(product.transposed()).transposed()).symmetricPart()]
    }

    /// L times the lower triangle of L^-1 dA L^-T with half its diagonal.
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? {
        guard let tangent = tangents[0] else { return nil }
        func timesInverse(_ x: Node) throws(Failure) -> Node {
            try TriangularSolveRows(upper: false).record([node, x])
        }
        let inner = try timesInverse(timesInverse(tangent.symmetricPart()).transposed()).transposed()
        return try MatMul().record([node, inner.lowerWithHalfDiagonal()])
    }

    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { try record(batch.whole()) }

    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {
        let x = lowering.dense(lowering.inputs(index)[0])
        try lowering.append(
            name,
            .cholesky(
                CholeskyStep(
                    operation: name, matrices: SquareBatch(lowering.type(index)), fillsFailed: fillsFailed, source: x,
                    result: lowering.output(of: index))))
    }
}
