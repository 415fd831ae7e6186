import Kernels
import Steps

extension CheckStep {
    var call: StepCall {
        let step = self
        let bytes = count * dtype.size
        return { slots throws(Failure) in
            try step.look(slots[step.source])
            if let result = step.result { slots[result].copyMemory(from: slots[step.source], byteCount: bytes) }
        }
    }

    /// Throws where the values at `data` do not do. A function of its own: where a loop and a typed throw share one
    /// closure, Swift 6.3 may leave the loop's counter in the register that says whether the closure threw.
    @inline(never)
    private func look(_ data: UnsafeRawPointer) throws(Failure) {
        switch condition {
        case .indices(let axis, let extent):
            let place = firstBadIndex(dtype, data, count: count, n: extent)
            guard place >= 0 else { return }
            let index = dtype.integer(data, place)
            throw .index(operation: operation, "index \(index) is out of range for axis \(axis) of extent \(extent)")
        case .divisors:
            let place = firstZero(dtype, data, count: count)
            if place >= 0 { throw .argument(operation: operation, "the divisor is 0 at position \(place)") }
        case .exponents:
            let place = firstNegative(dtype, data, count: count)
            guard place >= 0 else { return }
            throw .argument(
                operation: operation,
                "integers have no negative powers that are integers, but the exponent at position \(place) is negative")
        case .probabilities:
            let place = firstOutside(0, 1, dtype, data, count: count)
            if place >= 0 {
                throw .argument(operation: operation, "the probability at position \(place) is not in 0 ... 1")
            }
        case .weights(let least, let n):
            let place = firstOutside(0, .greatestFiniteMagnitude, dtype, data, count: count)
            if place >= 0 {
                throw .argument(
                    operation: operation, "the weight at position \(place) is negative, infinite or NaN")
            }
            let row = firstRowWithFewer(
                than: least, data.assumingMemoryBound(to: Double.self), rows: count / max(n, 1), n: n)
            if row >= 0 {
                throw .argument(operation: operation, "row \(row) has fewer than \(least) weights above 0")
            }
        case .integers(let what, let range):
            let place = firstOutside(range, dtype, data, count: count)
            guard place >= 0 else { return }
            throw .index(
                operation: operation,
                "\(what) from \(range.lowerBound) to \(range.upperBound - 1) are expected, but found "
                    + "\(dtype.integer(data, place)) at position \(place)")
        case .overlap:
            let place = firstOutside(1e-11, .greatestFiniteMagnitude, dtype, data, count: count)
            if place >= 0 {
                throw .argument(
                    operation: operation,
                    "windows whose squares add up to more than 1e-11 everywhere are expected, but at element \(place) "
                        + "of the signal they add up to \(dtype.real(data, place))")
            }
        case .finite:
            if let place = firstNotFinite(dtype, data, count: count) {
                let what = operation == "loss" ? "loss" : "norm"
                throw .notFinite(operation: operation, "the \(what) is \(dtype.real(data, place))")
            }
        }
    }
}

/// The place of the first float that is NaN or infinite.
func firstNotFinite(_ dtype: DType, _ data: UnsafeRawPointer, count: Int) -> Int? {
    let largest = dtype == .float32 ? Double(Float.greatestFiniteMagnitude) : Double.greatestFiniteMagnitude
    let place = firstOutside(-largest, largest, dtype, data, count: count)
    return place >= 0 ? place : nil
}
