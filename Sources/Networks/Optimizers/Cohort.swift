import Engine

/// Parameters of one group that have taken all their steps together. Each parameter counts its own steps, as in
/// PyTorch, but what is counted is the same number for all of them: it is kept and computed once.
final class Cohort {
    let group: Int
    /// Single numbers in double precision: "step" and what else an optimiser counts.
    private(set) var counts: [(name: String, tensor: Tensor)]
    /// Numbers of the step in progress.
    private var shared: [String: Tensor] = [:]
    private var casts: [String: [DType: Tensor]] = [:]

    init(group: Int, counts: [(name: String, tensor: Tensor)] = []) { (self.group, self.counts) = (group, counts) }

    /// Another one that has counted as far.
    func copy() throws(Failure) -> Cohort {
        let twins = try Tensor.outsideCapture { () throws(Failure) in
            try counts.map { (count) throws(Failure) in (count.name, try count.tensor.detach()) }
        }
        return Cohort(group: group, counts: twins)
    }

    /// The count of that name, at first `initially`.
    func count(_ name: String, initially: Double = 0) throws(Failure) -> Tensor {
        if let found = counts.first(where: { $0.name == name })?.tensor { return found }
        let fresh = try Tensor.outsideCapture { () throws(Failure) in
            let value = try Tensor.full([], initially, .float64)
            try Tensor.evaluate([value])
            return value
        }
        counts.append((name, fresh))
        return fresh
    }

    /// Sets a count. Its value is computed first: a step from a constant would be simplified, to other bits.
    func set(_ name: String, _ value: Double) throws(Failure) {
        let tensor = try Tensor.full([], value, .float64)
        try Tensor.evaluate([tensor])
        try count(name).become(tensor)
    }

    func share(_ name: String, _ value: Tensor) { shared[name] = value }

    /// A number that was shared, in a parameter's dtype; with the digits of float32 for one of 16 bits.
    func shared(_ name: String, _ given: DType) throws(Failure) -> Tensor {
        let dtype = given.arithmetic
        if let known = casts[name]?[dtype] { return known }
        guard let value = shared[name] else { throw .internal(operation: name, "the step was not prepared") }
        let cast = try value.cast(dtype)
        casts[name, default: [:]][dtype] = cast
        return cast
    }

    func endStep() { (shared, casts) = ([:], [:]) }
}

/// A parameter that takes part in a step.
struct Stepping {
    /// Its place among all parameters.
    let place: Int
    let group: Int
    let parameter: Tensor
    let gradient: Tensor
    let cohort: Cohort

    var dtype: DType { parameter.dtype }
}
