/// A batch of matrix products, C = op(A) op(B). C is dense [batch, m, n].
public struct ProductStep: StepDescription {
    /// How the products are computed.
    public enum Precision: String, Hashable, Codable, Sendable {
        /// In the dtype of the operands.
        case full
        /// float32 operands rounded to bfloat16, sums in float32.
        case bfloat16
    }

    public var dtype: DType
    public var precision: Precision
    public var m: Int
    public var n: Int
    public var k: Int
    /// A is stored k x m instead of m x k.
    public var transposeA: Bool
    /// B is stored n x k instead of k x n.
    public var transposeB: Bool
    /// Where each product's A begins, in elements.
    public var offsetsA: [Int]
    /// Where each product's B begins, in elements; as many as `offsetsA`.
    public var offsetsB: [Int]
    public var a: Int
    public var b: Int
    public var result: Int

    public init(
        dtype: DType, precision: Precision = .full, m: Int, n: Int, k: Int, transposeA: Bool, transposeB: Bool,
        offsetsA: [Int], offsetsB: [Int], a: Int, b: Int, result: Int
    ) {
        self.dtype = dtype
        self.precision = precision
        self.m = m
        self.n = n
        self.k = k
        self.transposeA = transposeA
        self.transposeB = transposeB
        self.offsetsA = offsetsA
        self.offsetsB = offsetsB
        self.a = a
        self.b = b
        self.result = result
    }

    public var reads: [Int] { [a, b] }
    public var writes: [Int] { [result] }
    public var operations: Double { 2 * Double(m) * Double(n) * Double(k) * Double(offsetsA.count) }
}

/// Products with equally many rows and the loop that reads their results, strip of rows by strip of rows.
public struct StripsStep: StepDescription {
    public struct Part: Hashable, Codable, Sendable {
        public var product: ProductStep
        /// Whether others read the product's result too; else it is never stored as a whole.
        public var isKept: Bool

        public init(product: ProductStep, isKept: Bool) {
            self.product = product
            self.isKept = isKept
        }
    }

    public var parts: [Part]
    public var loop: LoopStep

    public init(parts: [Part], loop: LoopStep) {
        self.parts = parts
        self.loop = loop
    }

    public var reads: [Int] {
        let results = parts.map { $0.product.result }
        return parts.flatMap { $0.product.reads } + loop.reads.filter { !results.contains($0) }
    }
    public var writes: [Int] { loop.writes + parts.filter { $0.isKept }.map { $0.product.result } }
    public var operations: Double { parts.reduce(0) { $0 + $1.product.operations } }
}
