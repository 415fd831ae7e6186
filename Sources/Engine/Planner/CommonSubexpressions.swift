/// Nodes of equal operation and equal inputs become one: what nested derivatives repeat is computed once.
extension PlanGraph {
    func mergingCommonSubexpressions() -> PlanGraph {
        var known: [[Int]: Int] = [:]
        return rewritten { entry, graph in
            var key = KeyBuilder()
            if let leaf = entry.leaf {
                key.append(-1)
                key.append(leaf)
            } else {
                key.append(entry.operation)
                key.append(entry.inputs)
                // The result's type follows from the operation and its inputs.
            }
            if let number = known[key.words] { return number }
            let number = graph.add(entry)
            known[key.words] = number
            return number
        }
    }
}
