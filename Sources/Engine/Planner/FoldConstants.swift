/// Arithmetic on constants that are the same number everywhere, in the dtype that the plan would compute in.
extension PlanGraph {
    func foldingConstants() -> PlanGraph {
        rewritten { entry, graph in
            guard let value = folded(entry, graph) else { return nil }
            return graph.add(
                Entry(
                    operation: Fill(value: entry.type.dtype.rounded(value), type: entry.type), inputs: [],
                    type: entry.type, leaf: nil))
        }
    }

    private func folded(_ entry: Entry, _ graph: PlanGraph) -> Double? {
        if entry.operation is Reshape || entry.operation is BroadcastTo || entry.operation is Permute
            || entry.operation is Slice
        {
            return graph.fillValue(entry.inputs[0])
        }
        guard entry.type.dtype.isFloat else { return nil }
        let values = entry.inputs.compactMap { graph.fillValue($0) }
        guard values.count == entry.inputs.count, !values.isEmpty,
            entry.inputs.allSatisfy({ graph.nodes[$0].type.dtype == entry.type.dtype })
        else { return nil }
        return entry.type.dtype.arithmetic == .float32
            ? arithmetic(entry.operation, values.map { Float($0) }).map { Double($0) }
            : arithmetic(entry.operation, values)
    }

    private func arithmetic<Number: BinaryFloatingPoint>(_ operation: any Operation, _ x: [Number]) -> Number? {
        switch operation {
        case is Add: return x[0] + x[1]
        case is Subtract: return x[0] - x[1]
        case is Multiply: return x[0] * x[1]
        case is Divide: return x[0] / x[1]
        case is Negative: return -x[0]
        case is Square: return x[0] * x[0]
        default: return nil
        }
    }
}
