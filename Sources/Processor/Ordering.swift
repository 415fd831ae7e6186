import Kernels
import Machine
import Steps

extension ArgSortStep {
    private var lanes: ScratchLanes { sortScratch(dtype, rows: layout.outer * layout.inner, n: layout.n) }
    var scratchBytes: Int { lanes.bytes }

    func call(_ scratch: Int?) -> StepCall {
        let (step, lanes) = (self, lanes)
        return { slots throws(Failure) in
            argSort(
                step.dtype, slots[step.source], slots[step.result].assumingMemoryBound(to: Int64.self),
                outer: step.layout.outer, n: step.layout.n, inner: step.layout.inner,
                isDescending: step.isDescending, lanes, scratch.map { slots[$0] })
        }
    }
}

extension CountBelowStep {
    var call: StepCall {
        let step = self
        return { slots throws(Failure) in
            countBelow(
                slots[step.edges].assumingMemoryBound(to: Double.self),
                slots[step.values].assumingMemoryBound(to: Double.self),
                slots[step.result].assumingMemoryBound(to: Int64.self), rows: step.rows, n: step.n, count: step.count)
        }
    }
}

extension RowOrderStep {
    var scratchBytes: Int { n * MemoryLayout<Int64>.size }

    func call(_ scratch: Int?) -> StepCall {
        let step = self
        return { slots throws(Failure) in
            guard let scratch else { return }
            rowOrder(
                step.dtype, slots[step.source], slots[step.result].assumingMemoryBound(to: Int64.self),
                scratch: slots[scratch].assumingMemoryBound(to: Int64.self), n: step.n, width: step.width)
        }
    }
}

extension RunsOfEqualsStep {
    var call: StepCall {
        let step = self
        return { slots throws(Failure) in
            func integers(_ slot: Int) -> UnsafeMutablePointer<Int64> {
                slots[slot].assumingMemoryBound(to: Int64.self)
            }
            let found = runsOfEquals(
                step.dtype, slots[step.source], integers(step.order), n: step.n, width: step.width,
                inverse: integers(step.inverse), counts: integers(step.counts), firsts: integers(step.firsts))
            integers(step.found).pointee = Int64(found)
        }
    }
}

extension ExchangesStep {
    var call: StepCall {
        let step = self
        return { slots throws(Failure) in
            let pivots = slots[step.source].assumingMemoryBound(to: Int64.self)
            let orders = slots[step.result].assumingMemoryBound(to: Int64.self)
            for list in 0..<step.count {
                let order = orders + list * step.rows
                for row in 0..<step.rows { order[row] = Int64(row) }
                for row in 0..<step.k {
                    let other = pivots[list * step.k + row]
                    guard other >= 1, other <= Int64(step.rows) else {
                        throw .index(
                            operation: step.operation,
                            "row \(other) is named as a pivot, but the rows are 1 ... \(step.rows)")
                    }
                    (order[row], order[Int(other) - 1]) = (order[Int(other) - 1], order[row])
                }
            }
        }
    }
}
