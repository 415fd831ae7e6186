/// Gradient checkpointing: of a recorded function, only the inputs stay; the backward plan computes the rest again.
///
/// The function's graph is a template that is never computed. Its copies are: one without derivatives for the values,
/// one behind barriers for each derivative. A copy has the same operations, of the same random state, so it has the
/// same bits.
extension Tensor {
    /// Results of a function that was recorded on `variables` (made by `variable()` just before it), with a graph that
    /// stores the function's inputs alone.
    public static func checkpoint(_ variables: [Tensor], _ outputs: [Tensor]) throws(Failure) -> [Tensor] {
        let template = try Template(variables, outputs, operation: "checkpoint")
        let origins = template.stops.map { $0.inputs[0] } + template.outside
        let values = try ThreadState.valuesByRule(of: origins) { () throws(Failure) in try template.copy(on: origins) }
        return try CustomCall(rule: Recomputation(template), values: values.map(Tensor.init)).apply(to: origins).map(
            Tensor.init)
    }
}

private final class Recomputation: DerivativeRule {
    private let template: Template
    /// What the function was given: one for each variable, then one for each node from outside.
    private let origins: [Tensor]
    var hasReverse: Bool { true }
    var hasForward: Bool { true }

    init(_ template: Template) {
        self.template = template
        origins = (template.stops.map { $0.inputs[0] } + template.outside).map(Tensor.init)
    }

    func reverse(_ cotangents: [Tensor?], outputs: [Tensor], needed: [Bool]) throws(Failure) -> [Tensor?] {
        let seeds = cotangents.compactMap { $0?.stored }
        let (variables, copies) = try ThreadState.withGrad(true) { () throws(Failure) in try self.copied(after: seeds) }
        var roots: [Node] = []
        for (copy, cotangent) in zip(copies, cotangents) where cotangent != nil { roots.append(copy) }
        var found = try reverseMode(roots, seeds, wanted: variables)
        for place in found.indices where !needed[place] { found[place] = nil }
        return afterGradientsOfParameters(found, template.stops.count).map { $0.map(Tensor.init) }
    }

    func forward(_ tangents: [Tensor?], outputs: [Tensor]) throws(Failure) -> [Tensor?] {
        let (variables, copies) = try ThreadState.withGrad(true) { () throws(Failure) in try self.copied(after: []) }
        return try forwardMode(copies, variables, along: tangents)
    }

    /// Fresh variables behind barriers, and the function's results on them.
    private func copied(after seeds: [Node]) throws(Failure) -> (variables: [Node], results: [Node]) {
        let variables = origins.map { variable(of: $0.stored, behind: seeds) }
        return (variables, try template.copy(on: variables))
    }
}
