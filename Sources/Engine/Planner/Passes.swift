import Glibc

/// The passes, by name. WINGBEAT_PASSES lists those that run ("simplify,cse"), or, with a minus in front of each, those
/// that do not ("-fuse"): the way to find out whether a pass is to blame.
enum Pass: String, CaseIterable {
    /// Arithmetic on constants is done once, in planning.
    case fold
    /// Steps that change nothing disappear: double transposes, factors of one.
    case simplify
    /// A pool finds places and values in one step, and what comes back to its places passes a ReLU before.
    case pool
    /// What is computed twice is computed once.
    case cse
    /// Elementwise steps and updates as soon as their inputs are there.
    case schedule
    /// Elementwise chains and reductions become one loop.
    case fuse
    /// A loop that reads a matrix product runs while the product is made, strip by strip.
    case epilogue
    /// Attention without mask and dropout is one step, and so are its gradients. To other bits: sums go by blocks of
    /// keys.
    case attention
    /// The steps of a recurrent layer are one step of a plan, and so are their gradients.
    case recurrence
    /// Results take over memory that is not read again.
    case inplace
    /// What is joined along the first axis is written where it is joined.
    case join
    /// Loops that run again, and the tiles of matrix products, become machine code.
    case jit

    static let enabled: Set<Pass> = {
        let text = getenv("WINGBEAT_PASSES").map { String(cString: $0) } ?? ""
        guard !text.isEmpty else { return Set(allCases) }
        let words = text.split(separator: ",")
        let removed = words.filter { $0.hasPrefix("-") }
        if !removed.isEmpty {
            return Set(allCases).subtracting(removed.compactMap { Pass(rawValue: String($0.dropFirst())) })
        }
        return Set(words.compactMap { Pass(rawValue: String($0)) })
    }()

    var isEnabled: Bool { Pass.enabled.contains(self) }
}

extension PlanGraph {
    /// The graph after all passes that work on nodes.
    func improved(_ passes: Set<Pass> = Pass.enabled) -> PlanGraph {
        var graph = self
        if passes.contains(.fold) { graph = graph.foldingConstants() }
        if passes.contains(.simplify) { graph = graph.simplified() }
        if passes.contains(.pool) { graph = graph.withReluBehindPools() }
        graph = graph.widened()
        // Also where nothing is merged: dead nodes disappear in rewriting.
        graph = passes.contains(.cse) ? graph.mergingCommonSubexpressions() : graph.rewritten { _, _ in nil }
        if passes.contains(.schedule) { graph = graph.scheduled() }
        return graph
    }
}
