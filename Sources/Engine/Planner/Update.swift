import Kernels

/// How a step that changes some elements of a value gets at them: it writes over the old value where the memory plan
/// finds that nobody reads it afterwards, and else over a copy.
struct Update {
    /// The slot of the old value; nil for a constant.
    var base: Int?
    /// The number that the old value is everywhere, if it is a constant.
    var constant: Double?
    var type: TensorType
    /// Slots of what the step reads besides, first the new values; never in the memory of the base.
    var sources: [Int]
    var target: Int
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
        return Update(base: old, constant: constant, type: type, sources: slots, target: output(of: index))
    }

    private mutating func copied(_ slot: Int, _ type: TensorType) -> Int {
        let copy = addFreshStorage(type)
        append("copy \(type.shape.text)", reads: [slot], writes: copy) { slots throws(Failure) in
            slots[copy].copyMemory(from: slots[slot], byteCount: type.bytes)
        }
        return copy
    }

    /// The step that makes the update: `change` writes the changed elements over the old value.
    mutating func append(_ label: String, _ update: Update, change: @escaping (Slots) -> Void) {
        let (base, target, type, constant) = (update.base, update.target, update.type, update.constant ?? 0)
        let copy = View(slot: target, shape: type.shape, dtype: type.dtype).copy
        let reads = update.sources + (base.map { [$0] } ?? [])
        append(label, reads: reads, writes: target, updates: base) { slots throws(Failure) in
            if let base {
                if slots[base] != slots[target] { copy.gather(from: slots[base], to: slots[target]) }
            } else {
                fill(type.dtype, constant, slots[target], type.count)
            }
            change(slots)
        }
    }
}
