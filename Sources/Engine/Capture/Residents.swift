/// What a program reads and writes outside, as a run left it. As long as boxes and gradients point to the same nodes,
/// and nobody else sees the memory of those that will be written over, the program's table of memory holds, and the
/// next run need not look any further.
struct Residents {
    private struct Seen {
        /// Kept alive by the program.
        unowned(unsafe) let tensor: Tensor?
        unowned(unsafe) let slot: GradientSlot?
        /// Of the node it points to; nil for a gradient that is not there.
        let serial: Int?
        let isWritten: Bool
    }

    private var seen: [Seen] = []
    /// Whether everything has been noted.
    var isComplete = false

    mutating func forget() {
        seen.removeAll(keepingCapacity: true)
        isComplete = false
    }

    mutating func remember(_ tensor: Tensor, isWritten: Bool) {
        seen.append(Seen(tensor: tensor, slot: nil, serial: tensor.stored.serial, isWritten: isWritten))
    }

    mutating func remember(_ slot: GradientSlot, isWritten: Bool) {
        guard let node = slot.stored else { return }
        seen.append(Seen(tensor: nil, slot: slot, serial: node.serial, isWritten: isWritten))
    }

    mutating func rememberAbsent(_ slot: GradientSlot) {
        seen.append(Seen(tensor: nil, slot: slot, serial: nil, isWritten: false))
    }

    var areAsRemembered: Bool {
        guard isComplete else { return false }
        // By place: without optimisation Swift 6.3 loses the end of an iteration over values with such references, and
        // loops for ever.
        for place in seen.indices {
            let entry = seen[place]
            let node = entry.tensor?.stored ?? entry.slot?.stored
            guard node?.serial == entry.serial else { return false }
            guard let node else { continue }
            if entry.isWritten {
                if node.uses != 1 || !node.ownsItsMemory { return false }
                entry.tensor?.viewed?.noteWrite()
            } else if entry.tensor?.view != nil {
                return false
            }
        }
        return true
    }
}
