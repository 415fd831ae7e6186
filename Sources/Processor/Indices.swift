import Kernels
import Steps

extension PickStep {
    var call: StepCall {
        let step = self
        if isElementwise {
            return { slots throws(Failure) in
                takeAlongAxis(
                    elementBytes: step.elementBytes, slots[step.source], outer: step.layout.outer, n: step.layout.n,
                    inner: step.layout.inner, indexDType: step.indexDType, indices: slots[step.indices],
                    count: step.count, slots[step.result])
            }
        }
        return { slots throws(Failure) in
            gatherRows(
                elementBytes: step.elementBytes, slots[step.source], outer: step.layout.outer, n: step.layout.n,
                inner: step.layout.inner, indexDType: step.indexDType, indices: slots[step.indices], count: step.count,
                slots[step.result])
        }
    }
}

extension PutStep {
    var call: StepCall {
        if let squares {
            let (planes, source, indices, result) = (layout.outer, source, indices, change.result)
            return { slots throws(Failure) in
                squares.spread(
                    slots[source].assumingMemoryBound(to: Float.self),
                    slots[indices].assumingMemoryBound(to: Int64.self),
                    to: slots[result].assumingMemoryBound(to: Float.self), planes: planes)
            }
        }
        let (step, change) = (self, PreparedChange(change))
        if isElementwise {
            return { slots throws(Failure) in
                change.begin(slots)
                putAlongAxis(
                    step.change.dtype, accumulates: step.accumulates, slots[step.source], outer: step.layout.outer,
                    n: step.layout.n, inner: step.layout.inner, indexDType: step.indexDType,
                    indices: slots[step.indices], count: step.count, slots[change.result])
            }
        }
        return { slots throws(Failure) in
            change.begin(slots)
            putRows(
                step.change.dtype, accumulates: step.accumulates, slots[step.source], outer: step.layout.outer,
                n: step.layout.n, inner: step.layout.inner, indexDType: step.indexDType, indices: slots[step.indices],
                count: step.count, slots[change.result])
        }
    }
}

extension PutStep {
    /// The squares of a pool, where sums begin at zero and each square has one term.
    private var squares: WindowSquares? {
        guard let windows, change.base == nil, change.constant == 0, change.dtype == .float32, accumulates,
            isElementwise, indexDType == .int64, layout.inner == 1
        else { return nil }
        return WindowSquares(windows)
    }
}

extension OneHotStep {
    var call: StepCall {
        let step = self
        return { slots throws(Failure) in
            let bad = oneHot(
                step.labelDType, slots[step.labels], step.dtype, slots[step.result], count: step.count,
                classes: step.classes)
            if bad >= 0 { throw badLabel(step.operation, slots[step.labels], step.labelDType, bad, step.classes) }
        }
    }
}

extension RavelStep {
    var call: StepCall {
        let step = self
        return { slots throws(Failure) in
            let flat = slots[step.result].assumingMemoryBound(to: Int64.self)
            for (place, slot) in step.indices.enumerated() {
                ravel(
                    isFirst: place == 0, n: step.extents[place], step.dtypes[place], slots[slot], count: step.count,
                    flat)
            }
        }
    }
}

extension CountTrueStep {
    var call: StepCall {
        let step = self
        return { slots throws(Failure) in
            slots[step.result].storeBytes(of: Int64(countTrue(slots[step.mask], step.count)), as: Int64.self)
        }
    }
}

extension TruePositionsStep {
    var call: StepCall {
        let step = self
        return { slots throws(Failure) in
            truePositions(slots[step.mask], step.count, slots[step.result].assumingMemoryBound(to: Int64.self))
        }
    }
}

extension UnravelStep {
    var call: StepCall {
        let step = self
        return { slots throws(Failure) in
            unravel(
                UnsafePointer(slots[step.places].assumingMemoryBound(to: Int64.self)), step.count,
                extents: step.extents, slots[step.result].assumingMemoryBound(to: Int64.self))
        }
    }
}

func badLabel(
    _ operation: String, _ labels: UnsafeRawPointer, _ dtype: DType, _ place: Int, _ classes: Int
) -> Failure {
    .index(
        operation: operation,
        "label \(dtype.integer(labels, place)) at position \(place) is outside 0 ..< \(classes), the number of classes"
    )
}
