import Glibc
import Steps

// The reference backend's steps along an axis, by index, in order, and its checks.

extension AxisLayout {
    /// Calls `body` with the places of each line along the axis.
    func lines(_ body: ([Int]) -> Void) {
        for o in 0..<outer {
            for i in 0..<inner { body((0..<n).map { (o * n + $0) * inner + i }) }
        }
    }

    func scan(isReversed: Bool, _ dtype: DType, _ result: Cells, _ next: (Number, Int) -> Number) {
        lines { places in
            var total: Number = dtype.isFloat ? .real(0) : .whole(0)
            for place in isReversed ? places.reversed() : places {
                total = next(total, place)
                result[place] = total
            }
        }
    }
}

extension SoftmaxStep {
    func define(_ slots: Slots) {
        let (x, y) = (slots.cells(dtype, source), slots.cells(dtype, result))
        var line = 0
        layout.lines { places in
            let values = places.map { x[$0].double }
            let largest = values.contains { $0.isNaN } ? .nan : values.max() ?? -.infinity
            let shift = largest.isInfinite ? 0 : largest
            let sum = values.reduce(0) { $0 + Glibc.exp($1 - shift) }
            let logarithm = shift + Glibc.log(sum)
            switch kind {
            case .logSumExp: y[line] = .real(logarithm)
            case .softmax:
                for (place, value) in zip(places, values) { y[place] = .real(Glibc.exp(value - shift) / sum) }
            case .logSoftmax: for (place, value) in zip(places, values) { y[place] = .real(value - logarithm) }
            }
            line += 1
        }
    }
}

extension ArgExtremumStep {
    func define(_ slots: Slots) {
        let (x, y) = (slots.cells(dtype, source), slots.cells(.int64, result))
        var line = 0
        layout.lines { places in
            var best = 0
            for (number, place) in places.enumerated().dropFirst() {
                let (old, new) = (x[places[best]], x[place])
                if old.double.isNaN { break }
                if new.double.isNaN || (isMaximum ? old.isBefore(new) : new.isBefore(old)) { best = number }
            }
            y[line] = .whole(Int64(best))
            line += 1
        }
    }
}

private func label(
    _ operation: String, _ slots: Slots, _ dtype: DType, _ labels: Int, _ place: Int, _ classes: Int
) throws(Failure) -> Int {
    let label = dtype.integer(slots[labels], place)
    guard label >= 0, label < classes else {
        throw .index(
            operation: operation,
            "label \(label) at position \(place) is outside 0 ..< \(classes), the number of classes")
    }
    return Int(label)
}

extension FourierSumStep {
    func define(_ slots: Slots) {
        let (x, y) = (slots.cells(dtype, source), slots.cells(dtype, result))
        let (n, inner) = (layout.n, layout.inner)
        for line in 0..<layout.outer * inner {
            func place(_ k: Int) -> Int { ((line / inner * n + k) * inner + line % inner) * 2 }
            for k in 0..<n {
                var (real, imaginary) = (0.0, 0.0)
                for j in 0..<n {
                    let angle = (isInverse ? 2 : -2) * Double.pi * Double(j * k % n) / Double(n)
                    let (a, b) = (x[place(j)].double, x[place(j) + 1].double)
                    real += a * Glibc.cos(angle) - b * Glibc.sin(angle)
                    imaginary += a * Glibc.sin(angle) + b * Glibc.cos(angle)
                }
                y[place(k)] = .real(real)
                y[place(k) + 1] = .real(imaginary)
            }
        }
    }
}

extension CrossEntropyStep {
    func define(_ slots: Slots) throws(Failure) {
        for row in 0..<rows {
            let label = try label(operation, slots, labelDType, labels, row, classes)
            let z = (0..<classes).map { slots.cells(dtype, logits)[row * classes + $0].double }
            let largest = z.max() ?? 0
            let sum = z.reduce(0) { $0 + Glibc.exp($1 - largest) }
            slots.cells(dtype, result)[row] = .real(largest + Glibc.log(sum) - z[label])
        }
    }
}

extension CrossEntropyGradientStep {
    func define(_ slots: Slots) throws(Failure) {
        for row in 0..<rows {
            let label = try label(operation, slots, labelDType, labels, row, classes)
            let z = (0..<classes).map { slots.cells(dtype, logits)[row * classes + $0].double }
            let largest = z.max() ?? 0
            let sum = z.reduce(0) { $0 + Glibc.exp($1 - largest) }
            let cotangent = slots.cells(dtype, upstream)[isUniform ? 0 : row].double
            for place in 0..<classes {
                let share = Glibc.exp(z[place] - largest) / sum - (place == label ? 1 : 0)
                slots.cells(dtype, result)[row * classes + place] = .real(share * cotangent)
            }
        }
    }
}

// MARK: By index

extension AxisLayout {
    /// Calls `body` with the place among `count` picked elements and the place in the whole of each of them.
    fileprivate func each(_ count: Int, _ isElementwise: Bool, _ index: (Int) -> Int64, _ body: (Int, Int) -> Void) {
        for o in 0..<outer {
            for c in 0..<count {
                for i in 0..<inner {
                    let picked = (o * count + c) * inner + i
                    let at = Int(index(isElementwise ? picked : c))
                    body(picked, (o * n + (at < 0 ? at + n : at)) * inner + i)
                }
            }
        }
    }
}

extension PickStep {
    func define(_ slots: Slots) {
        let (from, to) = (slots[source], slots[result])
        layout.each(count, isElementwise, { indexDType.integer(slots[indices], $0) }) { picked, place in
            memcpy(to + picked * elementBytes, from + place * elementBytes, elementBytes)
        }
    }
}

extension PutStep {
    func define(_ slots: Slots) {
        change.begin(slots)
        let (from, to) = (slots.cells(change.dtype, source), slots.cells(change.dtype, change.result))
        layout.each(count, isElementwise, { indexDType.integer(slots[indices], $0) }) { picked, place in
            to[place] = accumulates ? to[place].plus(from[picked]) : from[picked]
        }
    }
}

extension OneHotStep {
    func define(_ slots: Slots) throws(Failure) {
        for row in 0..<count {
            let label = try label(operation, slots, labelDType, labels, row, classes)
            for place in 0..<classes {
                slots.cells(dtype, result)[row * classes + place] = .whole(place == label ? 1 : 0)
            }
        }
    }
}

// MARK: In order

extension ArgSortStep {
    func define(_ slots: Slots) {
        let (x, y) = (slots.cells(dtype, source), slots.cells(.int64, result))
        layout.lines { places in
            let order = places.indices.sorted { a, b in
                let (left, right) = (x[places[a]], x[places[b]])
                let (isBefore, isAfter) = (left.isBefore(right), right.isBefore(left))
                return isBefore == isAfter ? a < b : isDescending ? isAfter : isBefore
            }
            for (place, number) in zip(places, order) { y[place] = .whole(Int64(number)) }
        }
    }
}

extension RowOrderStep {
    func define(_ slots: Slots) {
        let x = slots.cells(dtype, source)
        let order = (0..<n).sorted { a, b in
            for column in 0..<width {
                let (left, right) = (x[a * width + column], x[b * width + column])
                if left.isBefore(right) { return true }
                if right.isBefore(left) { return false }
            }
            return a < b
        }
        for (place, row) in order.enumerated() { slots.cells(.int64, result)[place] = .whole(Int64(row)) }
    }
}

extension RunsOfEqualsStep {
    func define(_ slots: Slots) {
        let x = slots.cells(dtype, source)
        func cells(_ slot: Int) -> Cells { slots.cells(.int64, slot) }
        func areEqual(_ a: Int, _ b: Int) -> Bool {
            (0..<width).allSatisfy { column in
                let (left, right) = (x[a * width + column], x[b * width + column])
                return !left.double.isNaN && !right.double.isNaN && !left.isBefore(right) && !right.isBefore(left)
            }
        }
        var run = -1
        for place in 0..<n {
            let row = Int(cells(order)[place].int64)
            if place == 0 || !areEqual(row, Int(cells(order)[place - 1].int64)) {
                run += 1
                cells(counts)[run] = .whole(0)
                cells(firsts)[run] = .whole(Int64(row))
            }
            cells(counts)[run] = cells(counts)[run].plus(.whole(1))
            cells(inverse)[row] = .whole(Int64(run))
        }
        cells(found)[0] = .whole(Int64(run + 1))
    }
}

// MARK: Checks

extension CheckStep {
    func define(_ slots: Slots) throws(Failure) {
        let x = slots.cells(dtype, source)
        for place in 0..<count {
            let isRight: Bool
            switch condition {
            case .indices(_, let extent): isRight = (-extent..<extent).contains(Int(x[place].int64))
            case .divisors: isRight = x[place].int64 != 0
            case .overlap: isRight = x[place].double > 1e-11 && x[place].double.isFinite
            case .exponents: isRight = x[place].int64 >= 0
            case .probabilities: isRight = (0...1).contains(x[place].double)
            case .weights: isRight = x[place].double >= 0 && x[place].double.isFinite
            case .finite: isRight = x[place].double.isFinite
            case .integers(_, let range): isRight = range.contains(Int(x[place].int64))
            }
            if !isRight { throw .argument(operation: operation, "element \(place) does not do") }
        }
        if case .weights(let least, let n) = condition {
            for row in 0..<count / max(n, 1) where (0..<n).count(where: { x[row * n + $0].double > 0 }) < least {
                throw .argument(operation: operation, "row \(row) has too few weights above 0")
            }
        }
        if let result { memmove(slots[result], slots[source], count * dtype.size) }
    }
}
