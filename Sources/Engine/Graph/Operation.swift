import Steps

/// An operation of the graph. One type an operation, with everything about it in one place: its attributes, name, rule
/// of shapes and dtypes, reverse rule, forward rule, and lowering to steps. Functions of nodes (Nodes/) record it, and
/// rules of other operations are written with these. Only what treats one operation in particular names its type: the
/// passes that simplify and fold (Planner/), fusion (casts and choices), views and index expressions (slices), and
/// derivatives that collect sums.
///
/// The two derivative rules are written with ordinary nodes, so they can be differentiated again. What broadcasting and
/// promotion did is undone by the drivers (Derivatives/), not by the rules.
protocol Operation {
    /// As users know it; first word of its error messages.
    var name: String { get }

    /// The type of the result, or why the inputs do not fit.
    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType

    /// What part a node of this operation plays, and the number that it is everywhere, if it is a constant of that
    /// kind: asked often, hence not by its type.
    var role: Role { get }
    var constant: Double? { get }

    /// The operation itself if it moves nothing: asked often, hence not by its type.
    var viewing: (any Viewing)? { get }

    /// Writes the attributes: two operations of one type with equal attributes compute the same function.
    func encode(into key: inout KeyBuilder)

    /// Whether it moves elements and does not look at them, so that every dtype is one to it.
    var moves: Bool { get }

    /// The operation that computes in float32 what this one does with floats of 16 bits, whose dtype this is.
    func widened(from dtype: DType) -> any Operation

    /// How many of the inputs, from the first, the value is computed from. The rest serve derivatives only.
    var computes: Int { get }

    /// The values that the derivative rules read. A forward evaluation of a graph that needs gradients keeps them.
    var keeps: Keeps { get }

    /// Reverse mode: the share of `cotangent` that goes to each input; nil for none.
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?]

    /// Forward mode: the tangent of the result, given those of the inputs (nil: zero); nil for zero.
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node?

    /// Vectorisation: the same for all examples of a mapped function at once. Some input depends on the example, and
    /// the result has the batch as an axis in front.
    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node

    /// Nodes that the operation refers to besides its inputs.
    var attached: [Node] { get }

    /// The mapped function on which the operation depends on its own account; see Node.
    var mapLevel: Int { get }

    /// Taylor mode: the coefficient of order k >= 1 of the result's series; nil for zero. It may ask for those of the
    /// inputs up to k and of the result below k. The forward rule is enough for it, so few operations have a rule of
    /// their own.
    func coefficient(_ k: Int, of node: Node, in pass: TaylorPass) throws(Failure) -> TaylorTerm?

    /// Adds the steps that compute node `index` of a plan.
    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure)
}

/// An operation whose Jacobian does not depend on its inputs, where it exists: a series passes through it order by
/// order.
protocol Linear: Operation {}

extension Linear {
    func coefficient(_ k: Int, of node: Node, in pass: TaylorPass) throws(Failure) -> TaylorTerm? {
        try pass.linear(k, node)
    }
}

/// What part a node plays in the graph.
enum Role: UInt8, BitwiseCopyable {
    /// Computed from its inputs.
    case computed
    /// A value that was given.
    case given
    /// A value that a run of a program will supply.
    case awaited
    /// A leaf to derivatives whose value a capture block computes.
    case settled
    /// The same number everywhere.
    case constant
    /// Its graph is gone.
    case released
    /// One example of many, without a value.
    case mapped
}

/// What a derivative rule reads of the original computation.
struct Keeps: OptionSet {
    let rawValue: UInt8
    static let inputs = Keeps(rawValue: 1)
    static let output = Keeps(rawValue: 2)
}

/// What a reverse sweep is asked for.
struct Wanted {
    /// The walk's number: a node with this mark takes part in the sweep.
    let walk: Int
    /// For each node of the walk, whether a cotangent of it is of use.
    let isNeeded: [Bool]
    /// For each node of the walk, whether the caller asked for its own gradient.
    let isRequested: [Bool]

    func needs(_ node: Node) -> Bool { node.mark == walk && isNeeded[node.index] }
    func requests(_ node: Node) -> Bool { node.mark == walk && isRequested[node.index] }
}

extension Operation {
    var role: Role { .computed }
    var constant: Double? { nil }
    var viewing: (any Viewing)? { nil }
    var moves: Bool { false }
    func widened(from dtype: DType) -> any Operation { self }
    func encode(into key: inout KeyBuilder) {}
    var computes: Int { Int.max }
    var keeps: Keeps { [] }
    var attached: [Node] { [] }
    var mapLevel: Int { 0 }

    func coefficient(_ k: Int, of node: Node, in pass: TaylorPass) throws(Failure) -> TaylorTerm? {
        try pass.throughForward(k, node)
    }

    /// Records the operation: the one door through which nodes enter the graph. What comes out of it has a shape that
    /// `checkShape` takes, whatever the operation's own rule looks at.
    func record(_ inputs: [Node]) throws(Failure) -> Node {
        var types: [TensorType] = []
        types.reserveCapacity(inputs.count)
        var requiresGrad = false
        var depth = 0
        for input in inputs {
            types.append(input.type)
            requiresGrad = requiresGrad || input.requiresGrad
            if input.value == nil { depth = max(depth, input.depth) }
        }
        let type = try infer(types)
        try checkShape(type.shape, type.dtype, operation: name)
        let state = ThreadState.current
        requiresGrad = requiresGrad && type.dtype.isFloat && state.isGradEnabled
        if depth >= maximalDepth, !requiresGrad, !state.isDifferentiating, state.capture == nil,
            !inputs.contains(where: { $0.mapLevel > 0 })
        {
            // A loop that never asks for a value would otherwise grow the graph without end.
            try compute(inputs)
        }
        return Node(self, inputs, type, requiresGrad: requiresGrad)
    }
}

/// Unevaluated nodes in a row before a graph without gradients is evaluated on the way.
private let maximalDepth = 2_000

/// A list of words that spells an operation or a whole graph, so that equal lists mean equal plans.
struct KeyBuilder {
    private(set) var words: [Int] = []

    mutating func reserve(_ count: Int) { words.reserveCapacity(count) }
    mutating func append(_ word: Int) { words.append(word) }
    mutating func append(_ flag: Bool) { words.append(flag ? 1 : 0) }
    mutating func append(_ number: Double) { words.append(Int(bitPattern: UInt(number.bitPattern))) }
    mutating func append(_ list: [Int]) {
        words.append(list.count)
        words.append(contentsOf: list)
    }

    /// The operation's type and attributes.
    mutating func append(_ operation: any Operation) {
        words.append(Int(bitPattern: ObjectIdentifier(type(of: operation))))
        operation.encode(into: &self)
    }

    mutating func append(_ type: TensorType) {
        words.append(Int(type.dtype.rawValue))
        append(type.shape)
    }

    /// A mix of all words; equal keys have equal hashes.
    var hash: Int {
        var state: UInt = 0x9E37_79B9_7F4A_7C15
        for word in words {
            state = (state ^ UInt(bitPattern: word)) &* 0xFF51_AFD7_ED55_8CCD
            state ^= state >> 32
        }
        return Int(bitPattern: state)
    }
}
