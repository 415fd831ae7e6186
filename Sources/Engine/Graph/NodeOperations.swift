/// The operations as functions of nodes: where dtypes are promoted, trivial cases disappear, and nodes are recorded.
/// Derivative rules are written with these.
extension Node {
    // MARK: Constants

    static func full(_ shape: Shape, _ value: Double, _ dtype: DType) throws(Failure) -> Node {
        try Fill(value: value, type: TensorType(shape, dtype)).record([])
    }

    /// A 0-d constant of `other`'s dtype.
    static func scalar(_ value: Double, like other: Node) throws(Failure) -> Node {
        Node(
            Fill(value: value, type: TensorType([], other.dtype)), [], TensorType([], other.dtype), requiresGrad: false)
    }

    // MARK: Elementwise

    func cast(_ dtype: DType) throws(Failure) -> Node {
        self.dtype == dtype ? self : try Cast(dtype: dtype).record([self])
    }

    /// Records a binary operation after promotion.
    static func promoting(_ operation: some Elementwise, _ a: Node, _ b: Node) throws(Failure) -> Node {
        if a.dtype == b.dtype { return try operation.record([a, b]) }
        let dtype = promote(a.dtype, b.dtype)
        return try operation.record([a.cast(dtype), b.cast(dtype)])
    }

    /// Floats as they are, other dtypes as float64, which is what NumPy's functions do.
    func asFloat() throws(Failure) -> Node { dtype.isFloat ? self : try cast(.float64) }

    /// The dtype in which functions of floats take such operands together.
    static func commonFloat(_ dtypes: DType...) -> DType {
        let common = dtypes.dropFirst().reduce(dtypes[0]) { promote($0, $1) }
        return common.isFloat ? common : .float64
    }

    static func + (a: Node, b: Node) throws(Failure) -> Node {
        if b.fillValue == 0, a.dtype == b.dtype, broadcastShape(a.shape, b.shape) == a.shape { return a }
        if a.fillValue == 0, a.dtype == b.dtype, broadcastShape(a.shape, b.shape) == b.shape { return b }
        // True + True is True, as in NumPy.
        if a.dtype == .bool, b.dtype == .bool { return try LogicalOr().record([a, b]) }
        return try promoting(Add(), a, b)
    }

    static func - (a: Node, b: Node) throws(Failure) -> Node { try promoting(Subtract(), a, b) }

    static func * (a: Node, b: Node) throws(Failure) -> Node {
        if b.fillValue == 1, a.dtype == b.dtype, broadcastShape(a.shape, b.shape) == a.shape { return a }
        if a.fillValue == 1, a.dtype == b.dtype, broadcastShape(a.shape, b.shape) == b.shape { return b }
        if a.dtype == .bool, b.dtype == .bool { return try LogicalAnd().record([a, b]) }
        return try promoting(Multiply(), a, b)
    }

    static func / (a: Node, b: Node) throws(Failure) -> Node {
        if b.fillValue == 1, a.dtype == b.dtype, a.dtype.isFloat, broadcastShape(a.shape, b.shape) == a.shape {
            return a
        }
        let dtype = commonFloat(a.dtype, b.dtype)
        return try Divide().record([a.cast(dtype), b.cast(dtype)])
    }

    static prefix func - (x: Node) throws(Failure) -> Node { try Negative().record([x]) }

    func power(_ exponent: Node) throws(Failure) -> Node {
        if let number = exponent.fillValue, exponent.shape.isEmpty, exponent.dtype == dtype {
            if number == 1 { return self }
            if number == 2 { return try square() }
        }
        return try Node.promoting(Power(), self, exponent.asExponent(of: self))
    }

    /// An exponent of integers must not be negative, which those of floats may.
    private func asExponent(of base: Node) throws(Failure) -> Node {
        guard dtype == .int32 || dtype == .int64, !base.dtype.isFloat else { return self }
        guard let value = fillValue else { return try CheckExponent().record([self]) }
        guard value >= 0 || count == 0 else {
            throw .argument(
                operation: "pow",
                "integers have no power \(Int(exactly: value).map(String.init) ?? "\(value)") that is an integer; cast "
                    + "one of them to a float"
            )
        }
        return self
    }

    func maximum(_ other: Node) throws(Failure) -> Node { try Node.promoting(Maximum(), self, other) }
    func minimum(_ other: Node) throws(Failure) -> Node { try Node.promoting(Minimum(), self, other) }
    func equal(_ other: Node) throws(Failure) -> Node { try Node.promoting(Equal(), self, other) }
    func notEqual(_ other: Node) throws(Failure) -> Node { try Node.promoting(NotEqual(), self, other) }
    func less(_ other: Node) throws(Failure) -> Node { try Node.promoting(Less(), self, other) }
    func lessEqual(_ other: Node) throws(Failure) -> Node { try Node.promoting(LessEqual(), self, other) }
    func greater(_ other: Node) throws(Failure) -> Node { try Node.promoting(Greater(), self, other) }
    func greaterEqual(_ other: Node) throws(Failure) -> Node { try Node.promoting(GreaterEqual(), self, other) }
    func logicalAnd(_ other: Node) throws(Failure) -> Node {
        try LogicalAnd().record([cast(.bool), other.cast(.bool)])
    }
    func logicalOr(_ other: Node) throws(Failure) -> Node { try LogicalOr().record([cast(.bool), other.cast(.bool)]) }
    func logicalNot() throws(Failure) -> Node { try LogicalNot().record([cast(.bool)]) }

    /// a where condition is true, else b.
    static func select(_ condition: Node, _ a: Node, _ b: Node) throws(Failure) -> Node {
        let dtype = promote(a.dtype, b.dtype)
        return try Where().record([condition, a.cast(dtype), b.cast(dtype)])
    }

    func absolute() throws(Failure) -> Node { dtype == .bool ? self : try Absolute().record([self]) }
    func sign() throws(Failure) -> Node { try Sign().record([self]) }
    func square() throws(Failure) -> Node { dtype == .bool ? self : try Square().record([self]) }
    func reciprocal() throws(Failure) -> Node { try Reciprocal().record([asFloat()]) }
    func sqrt() throws(Failure) -> Node { try Sqrt().record([asFloat()]) }
    func rsqrt() throws(Failure) -> Node { try Rsqrt().record([asFloat()]) }
    func exp() throws(Failure) -> Node { try Exp().record([asFloat()]) }
    func expm1() throws(Failure) -> Node { try Expm1().record([asFloat()]) }
    func log() throws(Failure) -> Node { try Log().record([asFloat()]) }
    func log1p() throws(Failure) -> Node { try Log1p().record([asFloat()]) }
    func sin() throws(Failure) -> Node { try Sin().record([asFloat()]) }
    func cos() throws(Failure) -> Node { try Cos().record([asFloat()]) }
    func erf() throws(Failure) -> Node { try Erf().record([asFloat()]) }
    func tanh() throws(Failure) -> Node { try Tanh().record([asFloat()]) }
    func sigmoid() throws(Failure) -> Node { try Sigmoid().record([asFloat()]) }
    func relu() throws(Failure) -> Node { dtype == .bool ? self : try Relu().record([self]) }
    func leakyRelu(_ slope: Double) throws(Failure) -> Node { try LeakyRelu(slope: slope).record([asFloat()]) }
    func softplus() throws(Failure) -> Node { try Softplus().record([asFloat()]) }
    func gelu() throws(Failure) -> Node { try Gelu().record([asFloat()]) }

    /// x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2. Hendrycks and Gimpel 2016.
    func geluTanh() throws(Failure) -> Node {
        let x = try asFloat()
        func number(_ value: Double) throws(Failure) -> Node { try Node.scalar(value, like: x) }
        let inner = try number(0.797_884_560_802_865_4) * (x + number(0.044715) * (x * x.square()))
        return try number(0.5) * x * (number(1) + inner.tanh())
    }

    // MARK: Matrix products

    /// NumPy's matmul: 1-D operands gain an axis that the result loses.
    func matmul(_ other: Node) throws(Failure) -> Node {
        guard !shape.isEmpty, !other.shape.isEmpty else {
            throw .shape(operation: "matmul", "operands need an axis at least: \(shape.text) x \(other.shape.text)")
        }
        let dtype = promote(self.dtype, other.dtype)
        let (a, b) = (try cast(dtype), try other.cast(dtype))
        if a.shape.count == 1 || b.shape.count == 1 {
            let left = a.shape.count == 1 ? try a.reshape([1, a.shape[0]]) : a
            let right = b.shape.count == 1 ? try b.reshape([b.shape[0], 1]) : b
            let product = try left.matmul(right)
            var shape = product.shape
            if b.shape.count == 1 { shape.removeLast() }
            if a.shape.count == 1 { shape.remove(at: shape.count - (b.shape.count == 1 ? 1 : 2)) }
            return try product.reshape(shape)
        }
        return try a.timesMatrix(b, transposed: false)
    }

    /// x W^T + b.
    func linear(_ weight: Node, _ bias: Node?) throws(Failure) -> Node {
        guard weight.shape.count == 2 else {
            throw .shape(operation: "linear", "the weight must be [out, in], but is \(weight.shape.text)")
        }
        guard let width = shape.last, width == weight.shape[1] else {
            throw .shape(
                operation: "linear",
                "the last axis of the input must be \(weight.shape[1]) wide, as the weight \(weight.shape.text) asks, "
                    + "but the input is \(shape.text)"
            )
        }
        if let bias, bias.shape != [weight.shape[0]] {
            throw .shape(operation: "linear", "the bias must be [\(weight.shape[0])], but is \(bias.shape.text)")
        }
        let dtype = promote(self.dtype, weight.dtype)
        let x = try cast(dtype)
        let rows = shape.count == 1 ? try x.reshape([1, width]) : x
        var product = try rows.timesMatrix(weight.cast(dtype), transposed: true)
        if let bias { product = try product + bias }
        return shape.count == 1 ? try product.reshape([weight.shape[0]]) : product
    }

    /// A batch of matrices times one matrix is one product of more rows.
    private func timesMatrix(_ other: Node, transposed: Bool) throws(Failure) -> Node {
        let operation = MatMul(
            transposeB: transposed, precision: dtype == .float32 ? ThreadState.current.matMulPrecision : .full)
        guard shape.count > 2, other.shape.count == 2, let depth = shape.last, count > 0 else {
            return try operation.record([self, other])
        }
        let rows = try reshape([count / max(depth, 1), depth])
        let product = try operation.record([rows, other])
        return try product.reshape(Array(shape.dropLast()) + [product.shape[1]])
    }

    // MARK: Reductions

    /// Drops (or keeps, with extent 1) reduced axes.
    private func finish(_ axes: [Int], _ keepdims: Bool) throws(Failure) -> Node {
        if keepdims || axes.isEmpty { return self }
        return try reshape(shape.indices.filter { !axes.contains($0) }.map { shape[$0] })
    }

    /// `axes` here and below: normalised (see `normalized(axes:)`).
    func sum(_ axes: [Int], keepdims: Bool) throws(Failure) -> Node {
        let x = dtype.isFloat || dtype == .int64 ? self : try cast(.int64)
        if axes.isEmpty { return x }
        return try Sum(axes: axes).record([x]).finish(axes, keepdims)
    }

    func mean(_ axes: [Int], keepdims: Bool) throws(Failure) -> Node {
        guard dtype.isFloat else {
            throw .dtype(
                operation: "mean", "float32 or float64 is expected, but \(dtype.name) was given; cast it first")
        }
        if axes.isEmpty { return self }
        let count = axes.reduce(1) { $0 * shape[$1] }
        return try Sum(axes: axes, divisor: Double(count)).record([self]).finish(axes, keepdims)
    }

    func extremum(_ axes: [Int], keepdims: Bool, isMaximum: Bool) throws(Failure) -> Node {
        if axes.isEmpty { return self }
        return try Extremum(axes: axes, isMaximum: isMaximum).record([self]).finish(axes, keepdims)
    }

    func argExtremum(_ axis: Int, keepdims: Bool, isMaximum: Bool) throws(Failure) -> Node {
        try ArgExtremum(axis: axis, isMaximum: isMaximum).record([self]).finish([axis], keepdims)
    }

    /// Over several axes: they are brought together first.
    func logSumExp(_ axes: [Int], keepdims: Bool) throws(Failure) -> Node {
        let x = try asFloat()
        if axes.isEmpty { return x }
        if axes.count == 1 { return try LogSumExp(axis: axes[0]).record([x]).finish(axes, keepdims) }
        let rest = shape.indices.filter { !axes.contains($0) }
        let gathered = try x.permute(rest + axes)
        let merged = try gathered.reshape(rest.map { shape[$0] } + [axes.reduce(1) { $0 * shape[$1] }])
        let result = try LogSumExp(axis: rest.count).record([merged])
        return try result.reshape(shape.indices.compactMap { axes.contains($0) ? (keepdims ? 1 : nil) : shape[$0] })
    }

    func softmax(_ axis: Int) throws(Failure) -> Node { try Softmax(axis: axis).record([asFloat()]) }
    func logSoftmax(_ axis: Int) throws(Failure) -> Node { try LogSoftmax(axis: axis).record([asFloat()]) }

    // MARK: Shapes

    func reshape(_ shape: Shape) throws(Failure) -> Node {
        self.shape == shape ? self : try Reshape(shape: shape).record([self])
    }

    func permute(_ order: [Int]) throws(Failure) -> Node {
        order == Array(shape.indices) ? self : try Permute(order: order).record([self])
    }

    func broadcast(to shape: Shape) throws(Failure) -> Node {
        if self.shape == shape { return self }
        let operation = BroadcastTo(shape: shape)
        if let value = fillValue { return try Node.full(operation.infer([type]).shape, value, dtype) }
        return try operation.record([self])
    }

    /// Undoes broadcasting: sums over the axes that `shape` lacks or has with extent 1.
    func summed(to target: Shape) throws(Failure) -> Node {
        if shape == target { return self }
        let extra = shape.count - target.count
        let axes = shape.indices.filter { $0 < extra || (target[$0 - extra] == 1 && shape[$0] != 1) }
        return try Sum(axes: axes).record([self]).reshape(target)
    }
}

extension Optional where Wrapped == Node {
    /// What derivatives call nil, zero everywhere, as a node.
    func orZeros(like node: Node) throws(Failure) -> Node {
        if let self { return self }
        return try Node.full(node.shape, 0, node.dtype)
    }
}
