import Kernels
import Steps

extension MoveStep {
    var call: StepCall {
        let (bytes, source, result) = (bytes, source, result)
        return { slots throws(Failure) in slots[result].copyMemory(from: slots[source], byteCount: bytes) }
    }
}

extension GatherStep {
    var call: StepCall {
        let (copy, source, result) = (StridedCopy(layout), source, result)
        return { slots throws(Failure) in copy.gather(from: slots[source], to: slots[result]) }
    }
}

extension ConcatenateStep {
    var call: StepCall {
        let copies = parts.map { (source: $0.source, copy: StridedCopy($0.layout), byteOffset: $0.byteOffset) }
        let result = result
        return { slots throws(Failure) in
            // What the memory plan has laid in its place is there.
            for part in copies where slots[part.source] != slots[result] + part.byteOffset {
                part.copy.scatter(from: slots[part.source], to: slots[result])
            }
        }
    }
}

extension AssignStep {
    var call: StepCall {
        let (change, copy, source) = (PreparedChange(change), StridedCopy(layout), source)
        return { slots throws(Failure) in
            change.begin(slots)
            copy.scatter(from: slots[source], to: slots[change.result])
        }
    }
}

/// Puts the old value where the result goes, unless it is there.
struct PreparedChange {
    private let change: ChangedCopy
    private let copy: StridedCopy

    init(_ change: ChangedCopy) {
        self.change = change
        copy = StridedCopy(
            StridedLayout(elementBytes: change.dtype.size, shape: [change.count], strides: [1], offset: 0))
    }

    var result: Int { change.result }

    func begin(_ slots: Slots) {
        guard let base = change.base else {
            fill(change.dtype, change.constant, slots[change.result], change.count)
            return
        }
        if slots[base] != slots[change.result] { copy.gather(from: slots[base], to: slots[change.result]) }
    }
}
