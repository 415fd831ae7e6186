/// Taylor mode: all derivatives along a curve t -> x(t) through the inputs, in one pass. What is carried through the
/// graph is the series of each node, x(t) = sum_k x_k t^k, whose coefficients are ordinary nodes; the derivative of
/// order k is k! x_k.
///
/// Linear operations and products know their coefficients (`Linear`, TaylorPass.bilinear). For all others the forward
/// rule is enough, whatever it is: it records y' as a function of x and x', both of which have known series, so k y_k
/// is the coefficient of order k - 1 of what it recorded. tanh, whose rule is x' (1 - y^2), gives k y_k = sum_j j x_j
/// (1 - y^2)_(k - j), which is the recurrence of the textbooks (Griewank and Walther 2008, Evaluating Derivatives,
/// chapter 13).

/// derivatives[i][k - 1] of outputs[i], of order k = 1 ... order; nil for zero. curves[j][k - 1]: derivative k of
/// inputs[j], nil for zero, as are those beyond the last.
func taylorMode(_ outputs: [Node], _ inputs: [Node], curves: [[Node?]], order: Int) throws(Failure) -> [[Node?]] {
    let isDifferentiable = ThreadState.current.isGradEnabled
    // What rules record is differentiated in turn, whatever the mode outside.
    let results = try ThreadState.withGrad(true) { () throws(Failure) in
        try TaylorPass(inputs, curves).derivatives(of: outputs, order: order)
    }
    if isDifferentiable { return results }
    return try results.map { (list) throws(Failure) in try list.map { (node) throws(Failure) in try node?.detached() } }
}

/// factor · node. Factors such as 1/k are carried along and multiplied with each other, so that the graph has few of
/// them.
struct TaylorTerm {
    var factor: Double
    var node: Node

    func product() throws(Failure) -> Node { try node.scaled(by: factor) }
}

/// The series of all nodes that depend on the inputs.
final class TaylorPass {
    private final class Series {
        enum Source {
            /// By the operation's rule, together with the others of a batch.
            case computed(batch: Int)
            case given([TaylorTerm?])
            /// The derivative by t of another series.
            case velocity(of: Series)
        }

        let node: Node
        let source: Source
        /// Among what keys name.
        let number: Int
        /// Whether it is more than its value.
        let moves: Bool
        /// Coefficients from order 1 on.
        var terms: [TaylorTerm?] = []
        /// A node that stands for x', in rules that are recorded.
        var velocity: Node?
        /// What the forward rule recorded.
        var rate: Node?
        var hasRate = false

        init(_ node: Node, _ source: Source, number: Int, moves: Bool) {
            (self.node, self.source, self.number, self.moves) = (node, source, number, moves)
        }
    }

    /// Series that were met together, inputs before users. They are computed order by order, so that long chains do not
    /// recurse.
    private struct Batch {
        var members: [Series] = []
        var order = 0
        var isAdvancing = false
    }

    private var batches: [Batch] = []
    private var seriesOf: [ObjectIdentifier: Series] = [:]
    /// Equal nodes have one series: the derivative of sine records a cosine, whose derivative records a sine.
    private var known: [[Int]: Series] = [:]
    private var constants: [[Int]: Int] = [:]
    /// Nodes that names in tables refer to and no series holds.
    private var held: [Node] = []
    private var count = 0

    init(_ inputs: [Node], _ curves: [[Node?]]) throws(Failure) {
        for (input, curve) in zip(inputs, curves) {
            var terms: [TaylorTerm?] = []
            for (place, derivative) in curve.enumerated() {
                terms.append(derivative.map { TaylorTerm(factor: 1 / factorial(place + 1), node: $0) })
            }
            // An input that is named twice moves along both.
            if let before = seriesOf[ObjectIdentifier(input)], case .given(let others) = before.source {
                for place in 0..<max(terms.count, others.count) {
                    let (a, b) = (place < terms.count ? terms[place] : nil, place < others.count ? others[place] : nil)
                    if place < terms.count { terms[place] = try sum(a, b) } else { terms.append(b) }
                }
            }
            seriesOf[ObjectIdentifier(input)] = Series(
                input, .given(terms), number: next(), moves: terms.contains { $0 != nil })
        }
    }

    func derivatives(of outputs: [Node], order: Int) throws(Failure) -> [[Node?]] {
        try register(outputs)
        var results = [[Node?]](repeating: [], count: outputs.count)
        for k in 1..<(order + 1) {
            for (place, output) in outputs.enumerated() {
                let term = try coefficient(output, k)
                results[place].append(
                    try term.map { (term) throws(Failure) in try term.node.scaled(by: term.factor * factorial(k)) })
            }
        }
        return results
    }

    // MARK: Coefficients

    /// The coefficient of order k of a node's series; nil for zero.
    func coefficient(_ node: Node, _ k: Int) throws(Failure) -> TaylorTerm? {
        if k == 0 { return TaylorTerm(factor: 1, node: node) }
        guard let series = try series(of: node), series.moves else { return nil }
        switch series.source {
        case .given(let terms): return k <= terms.count ? terms[k - 1] : nil
        case .velocity(let origin):
            var term = try coefficient(origin.node, k + 1)
            term?.factor *= Double(k + 1)
            return term
        case .computed(let batch):
            if series.terms.count < k { try advance(batch, to: k) }
            return series.terms[k - 1]
        }
    }

    private func advance(_ batch: Int, to order: Int) throws(Failure) {
        if batches[batch].isAdvancing { throw .internal(operation: "taylor", "a coefficient depends on itself") }
        batches[batch].isAdvancing = true
        let members = batches[batch].members
        while batches[batch].order < order {
            let next = batches[batch].order + 1
            for series in members { series.terms.append(series.moves ? try computed(next, series.node) : nil) }
            batches[batch].order = next
        }
        batches[batch].isAdvancing = false
    }

    private func computed(_ k: Int, _ node: Node) throws(Failure) -> TaylorTerm? {
        guard var term = try node.operation.coefficient(k, of: node, in: self) else { return nil }
        // A sign is a factor; the next sum takes it in.
        while term.node.operation is Negative, let inner = term.node.inputs.first {
            term = TaylorTerm(factor: -term.factor, node: inner)
        }
        return TaylorTerm(factor: term.factor, node: try term.node.broadcast(to: node.shape).cast(node.dtype))
    }

    // MARK: Rules

    /// Of any operation: k y_k is the coefficient of order k - 1 of y' = forward(x').
    func throughForward(_ k: Int, _ node: Node) throws(Failure) -> TaylorTerm? {
        guard let series = try series(of: node) else { return nil }
        if !series.hasRate {
            var tangents: [Node?] = []
            for input in node.inputs { tangents.append(try velocity(of: input)) }
            series.rate = try node.operation.forward(tangents, of: node)?.broadcast(to: node.shape).cast(node.dtype)
            series.hasRate = true
        }
        guard let rate = series.rate, var term = try coefficient(rate, k - 1) else { return nil }
        term.factor /= Double(k)
        return term
    }

    /// Of operations whose Jacobian does not change: the forward rule itself, order by order.
    func linear(_ k: Int, _ node: Node) throws(Failure) -> TaylorTerm? {
        var terms: [TaylorTerm?] = []
        for input in node.inputs { terms.append(try coefficient(input, k)) }
        let factors = terms.compactMap { $0?.factor }
        guard !factors.isEmpty else { return nil }
        let common = mostCommon(factors)
        var tangents: [Node?] = []
        for term in terms {
            tangents.append(try term.map { (term) throws(Failure) in try term.node.scaled(by: term.factor / common) })
        }
        return try node.operation.forward(tangents, of: node).map { TaylorTerm(factor: common, node: $0) }
    }

    /// Of operations that are linear in each of two inputs: y_k = sum_i a_i b_(k - i).
    func bilinear(_ k: Int, _ node: Node) throws(Failure) -> TaylorTerm? {
        let (a, b) = (node.inputs[0], node.inputs[1])
        var products: [Product] = []
        // The highest order of x' comes first: then all of a layer stands before the next one in the plan's order, and
        // is one loop.
        for i in (0...k).reversed() {
            guard let left = try coefficient(a, i), let right = try coefficient(b, k - i) else { continue }
            products.append(Product(left, right))
        }
        return try sum(products, node.operation, factor: nil)
    }

    /// Of x x: each product of two different coefficients is there twice.
    func square(_ k: Int, of x: Node) throws(Failure) -> TaylorTerm? {
        var products: [Product] = []
        for i in 0...k / 2 {
            guard let left = try coefficient(x, i), let right = try coefficient(x, k - i) else { continue }
            products.append(Product(left, right, i < k - i ? 2 : 1))
        }
        return try sum(products, Multiply(), factor: 1)
    }

    /// Of y with y b = a for a bilinear `product`: y_k b_0 = a_k - sum_i y_(k - i) b_i over i >= 1. a: nil for a
    /// constant.
    func quotient(
        _ k: Int, _ node: Node, _ a: Node?, by b: Node, _ product: any Operation,
        _ dividing: (Node) throws(Failure) -> Node
    ) throws(Failure) -> TaylorTerm? {
        var products: [Product] = []
        for i in 1...k {
            guard let left = try coefficient(node, k - i), let right = try coefficient(b, i) else { continue }
            products.append(Product(left, right, -1))
        }
        var rest = try sum(products, product, factor: nil)
        if let a { rest = try sum(coefficient(a, k), rest) }
        return try rest.map { (rest) throws(Failure) in TaylorTerm(factor: rest.factor, node: try dividing(rest.node)) }
    }

    // MARK: Sums

    private struct Product {
        var factor: Double
        var a: Node
        var b: Node

        init(_ a: TaylorTerm, _ b: TaylorTerm, _ factor: Double = 1) {
            (self.factor, self.a, self.b) = (factor * a.factor * b.factor, a.node, b.node)
        }

        /// With the factor over `common`, without its sign. The smaller operand is scaled.
        func recorded(by operation: any Operation, over common: Double) throws(Failure) -> Node {
            let factor = abs(self.factor) / common
            return try a.count <= b.count
                ? operation.record([a.scaled(by: factor), b]) : operation.record([a, b.scaled(by: factor)])
        }
    }

    /// factor: that of the result but for its sign; nil for the one that leaves fewest others.
    private func sum(_ products: [Product], _ operation: any Operation, factor: Double?) throws(Failure) -> TaylorTerm?
    {
        guard !products.isEmpty else { return nil }
        let common = factor ?? mostCommon(products.map { abs($0.factor) })
        // What is positive comes first, so that the rest is added or subtracted.
        let first = products.firstIndex { $0.factor > 0 } ?? 0
        let sign: Double = products[first].factor > 0 ? 1 : -1
        var total = try products[first].recorded(by: operation, over: common)
        for (place, product) in products.enumerated() where place != first {
            let part = try product.recorded(by: operation, over: common)
            total = try product.factor * sign > 0 ? total + part : total - part
        }
        return TaylorTerm(factor: sign * common, node: total)
    }

    private func sum(_ a: TaylorTerm?, _ b: TaylorTerm?) throws(Failure) -> TaylorTerm? {
        guard let a, let b else { return a ?? b }
        let ratio = b.factor / a.factor
        let part = try b.node.scaled(by: abs(ratio))
        return TaylorTerm(factor: a.factor, node: try ratio > 0 ? a.node + part : a.node - part)
    }

    // MARK: Which nodes there are

    /// nil for constants.
    private func series(of node: Node) throws(Failure) -> Series? {
        if !node.requiresGrad { return nil }
        if let series = seriesOf[ObjectIdentifier(node)] { return series }
        try register([node])
        return seriesOf[ObjectIdentifier(node)]
    }

    /// A node that stands for the derivative of another one's series; nil for zero.
    private func velocity(of node: Node) throws(Failure) -> Node? {
        guard let series = try series(of: node), series.moves else { return nil }
        if let velocity = series.velocity { return velocity }
        let first = try coefficient(node, 1)?.product()
        let velocity = Node(Identity(), [try first.orZeros(like: node)], node.type, requiresGrad: true)
        seriesOf[ObjectIdentifier(velocity)] = Series(velocity, .velocity(of: series), number: next(), moves: true)
        series.velocity = velocity
        return velocity
    }

    /// Makes series of these nodes and all behind them that are not known yet, as one batch.
    private func register(_ roots: [Node]) throws(Failure) {
        let batch = batches.count
        batches.append(Batch())
        try inputsFirst(roots) { node in
            node.requiresGrad && seriesOf[ObjectIdentifier(node)] == nil ? node.inputs : nil
        } meet: { (node) throws(Failure) in
            try register(node, in: batch)
        }
    }

    private func register(_ node: Node, in batch: Int) throws(Failure) {
        // It says that nobody knows what lay behind it.
        if node.role == .released { _ = try node.operation.forward([], of: node) }
        held.append(node)
        var key = KeyBuilder()
        if !node.inputs.isEmpty {
            key.append(node.operation)
            for input in node.inputs { key.append(number(of: input)) }
            if let same = known[key.words] {
                seriesOf[ObjectIdentifier(node)] = same
                return
            }
        }
        let moves = node.inputs.contains { seriesOf[ObjectIdentifier($0)]?.moves ?? false }
        let series = Series(node, .computed(batch: batch), number: next(), moves: moves)
        seriesOf[ObjectIdentifier(node)] = series
        batches[batch].members.append(series)
        if !node.inputs.isEmpty { known[key.words] = series }
    }

    private func number(of node: Node) -> Int {
        if let series = seriesOf[ObjectIdentifier(node)] { return series.number }
        var key = KeyBuilder()
        if node.role == .constant { key.append(node.operation) } else { key.append(node.serial) }
        if let number = constants[key.words] { return number }
        constants[key.words] = next()
        return count
    }

    private func next() -> Int {
        count += 1
        return count
    }
}

private func factorial(_ k: Int) -> Double { (1..<k + 1).reduce(1) { $0 * Double($1) } }

/// Of several equally common factors 1, or else the first.
private func mostCommon(_ factors: [Double]) -> Double {
    var best = (factor: 1.0, count: factors.filter { $0 == 1 }.count)
    for factor in factors {
        let count = factors.filter { $0 == factor }.count
        if count > best.count { best = (factor, count) }
    }
    return best.factor
}

extension Node {
    fileprivate func scaled(by factor: Double) throws(Failure) -> Node {
        if factor == 1 { return self }
        return try factor == -1 ? -self : self * Node.scalar(factor, like: self)
    }
}

extension Tensor {
    /// The largest order of `taylor`.
    private static let maximalOrder = 100

    /// Taylor mode: derivatives[i][k - 1] is d^k outputs[i] / dt^k for k = 1 ... order, where inputs[j] moves along a
    /// curve whose derivatives by t are curves[j] (nil: zero, as are those beyond the last). The derivatives are taken
    /// at t = 0, where the curve is at the inputs' values.
    public static func taylor(_ outputs: [Tensor], _ inputs: [Tensor], curves: [[Tensor?]], order: Int) throws(Failure)
        -> [[Tensor]]
    {
        guard order >= 0, order <= maximalOrder else {
            throw .argument(operation: "taylor", "the order must be in 0 ... \(maximalOrder), but is \(order)")
        }
        let roots = try outputs.nodes()
        let wanted = try inputs.nodes()
        try checkRequiresGrad(wanted, operation: "taylor")
        guard curves.count == inputs.count else {
            throw .argument(
                operation: "taylor",
                "\(inputs.count) curves are expected, one for each input, but \(curves.count) were given")
        }
        var given: [[Node?]] = []
        for (place, curve) in curves.enumerated() {
            var derivatives: [Node?] = []
            for derivative in curve {
                derivatives.append(
                    try derivative.map { (tensor) throws(Failure) in
                        try direction(wanted[place], tensor, place, operation: "taylor")
                    })
            }
            given.append(derivatives)
        }
        let found = try taylorMode(roots, wanted, curves: given, order: order)
        var results: [[Tensor]] = []
        for (root, derivatives) in zip(roots, found) {
            var list: [Tensor] = []
            for derivative in derivatives { list.append(Tensor(try derivative.orZeros(like: root))) }
            results.append(list)
        }
        return results
    }
}
