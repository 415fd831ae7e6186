import Steps

extension Tensor {
    /// A sequence [steps, n, width] through one layer of cells: the states at all steps, [steps, n, hidden], and the
    /// last ones. `isThere`: bool [steps, n, 1], where a row's sequence goes on; elsewhere its state stays as it was.
    public func steps(
        of cell: Cell, from hidden: Tensor, cells: Tensor? = nil, _ weights: CellWeights, isBackward: Bool = false,
        isThere: Tensor? = nil, _ name: String
    ) throws(Failure) -> (states: Tensor, hidden: Tensor, cells: Tensor?) {
        let x = try taken(by: "lstm").node().ofFloats(name)
        guard x.shape.count == 3, x.shape[0] > 0 else {
            throw .shape(
                operation: name, "[steps, n, width] with one step at least is expected, but the input is \(shape.text)")
        }
        var recurrence = try Recurrence(cell, weights, name)
        if let isThere {
            guard isThere.dtype == .bool, isThere.shape == [x.shape[0], x.shape[1], 1] else {
                throw .shape(
                    operation: name,
                    "a bool mask of \([x.shape[0], x.shape[1], 1].text) is expected, but it is "
                        + "\(isThere.dtype.name) \(isThere.shape.text)")
            }
            recurrence.isThere = try isThere.node()
        }
        let initial = CellState(
            hidden: try hidden.taken(by: "lstm").node(), cells: try cells?.taken(by: "lstm").node())
        let (states, last) = try recurrence.run(x, from: initial, isBackward: isBackward)
        return (
            try Tensor(result: states), try Tensor(result: last.hidden),
            try last.cells.map { (cells) throws(Failure) in try Tensor(result: cells) }
        )
    }
}
