/// A recorded function as a function of all that it reads, what it captured included: for rules that differentiate it
/// by either.
extension Tensor {
    /// The tensors from outside that derivatives pass through, such as parameters, of a function recorded on
    /// `variables`.
    public static func captures(_ variables: [Tensor], _ outputs: [Tensor]) throws(Failure) -> [Tensor] {
        try Template(variables, outputs, operation: "function_captures").outside.map(Tensor.init)
    }

    /// The function's results on other tensors: one for each variable, then one for each capture, with the values of
    /// those that they replace.
    public static func call(_ variables: [Tensor], _ outputs: [Tensor], on arguments: [Tensor]) throws(Failure)
        -> [Tensor]
    {
        let operation = "function_call"
        let template = try Template(variables, outputs, operation: operation)
        let replaced = template.stops + template.outside
        guard arguments.count == replaced.count else {
            throw .argument(
                operation: operation,
                "\(replaced.count) arguments are expected, one for each variable and each capture, but "
                    + "\(arguments.count) were given"
            )
        }
        let given = try arguments.nodes()
        for (place, (old, new)) in zip(replaced, given).enumerated() where old.type != new.type {
            throw .shape(
                operation: operation,
                "argument \(place) must be \(old.dtype.name) \(old.shape.text), but is \(new.dtype.name) "
                    + "\(new.shape.text)"
            )
        }
        return try template.copy(on: given).map(Tensor.init)
    }
}
