import Steps

/// Comparisons and logic: the result is bool, and derivatives are zero.

struct Equal: Predicate {
    var name: String { "equal" }
    var opcode: LoopOpcode { .equal }
}

struct NotEqual: Predicate {
    var name: String { "not_equal" }
    var opcode: LoopOpcode { .notEqual }
}

struct Less: Predicate {
    var name: String { "less" }
    var opcode: LoopOpcode { .less }
}

struct LessEqual: Predicate {
    var name: String { "less_equal" }
    var opcode: LoopOpcode { .lessEqual }
}

struct Greater: Predicate {
    var name: String { "greater" }
    var opcode: LoopOpcode { .greater }
}

struct GreaterEqual: Predicate {
    var name: String { "greater_equal" }
    var opcode: LoopOpcode { .greaterEqual }
}

struct LogicalAnd: Predicate {
    var name: String { "logical_and" }
    var opcode: LoopOpcode { .logicalAnd }
}

struct LogicalOr: Predicate {
    var name: String { "logical_or" }
    var opcode: LoopOpcode { .logicalOr }
}

struct LogicalNot: Predicate {
    var name: String { "logical_not" }
    var opcode: LoopOpcode { .logicalNot }
}
