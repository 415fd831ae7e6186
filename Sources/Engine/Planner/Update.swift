import Steps

/// How a step that changes some elements of a value gets at them: it writes over the old value where the memory plan
/// finds that nobody reads it afterwards, and else over a copy.
struct Update {
    var change: ChangedCopy
    /// Slots of what the step reads besides, first the new values; never in the memory of the base.
    var sources: [Int]
}

extension Lowering {
    /// Memory for node `index`, which is node `base` with some elements changed according to nodes `sources`.
    mutating func update(of base: Int, by index: Int, sources: [Int]) -> Update {
        let type = type(index)
        let constant = graph.nodes[base].leaf == nil ? graph.fillValue(base) : nil
        let old = constant == nil ? dense(base) : nil
        var slots: [Int] = []
        for source in sources {
            let slot = dense(source)
            // What is written would change what is read.
            let isShared = old.map { storageOf[$0] == storageOf[slot] } ?? false
            slots.append(isShared ? copied(slot, self.type(source)) : slot)
        }
        let change = ChangedCopy(
            base: old, constant: constant ?? 0, dtype: type.dtype, count: type.count, result: output(of: index))
        return Update(change: change, sources: slots)
    }

    private mutating func copied(_ slot: Int, _ type: TensorType) -> Int {
        let copy = addFreshStorage(type)
        push("copy \(type.shape.text)", .move(MoveStep(bytes: type.bytes, source: slot, result: copy)))
        return copy
    }
}
