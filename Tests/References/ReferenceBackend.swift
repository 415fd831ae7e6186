import Glibc
import Steps

/// A backend of plain loops, one element at a time, without vectors, threads or memory of its own. What steps mean, and
/// nothing else. Factorisations and random numbers come from `shared`.
struct ReferenceBackend: Backend {
    let shared: any Backend
    var name: String { "reference" }
    func require(_ facility: Facility, for operation: String) throws(Failure) {
        try shared.require(facility, for: operation)
    }
    func preparation(compiles: Bool) -> any Preparation {
        ReferencePreparation(shared: shared.preparation(compiles: false))
    }
}

private final class ReferencePreparation: Preparation {
    private let shared: any Preparation

    init(shared: any Preparation) { self.shared = shared }

    private func isShared(_ kind: StepKind) -> Bool {
        switch kind {
        case .draw, .permutation, .inverse, .determinant, .cofactors, .solve, .triangularSolve, .cholesky,
            .decomposition:
            true
        default: false
        }
    }

    func scratchBytes(_ kind: StepKind) throws(Failure) -> Int {
        isShared(kind) ? try shared.scratchBytes(kind) : 0
    }

    func isDivisible(_ product: ProductStep) -> Bool { product.precision == .full }
    func joins(_ strips: StripsStep) -> Bool { true }
    func joins(_ pool: WindowArgMaxStep) -> Bool { true }

    func call(_ kind: StepKind, scratch: Int?) throws(Failure) -> StepCall {
        if isShared(kind) { return try shared.call(kind, scratch: scratch) }
        return { slots throws(Failure) in try kind.define(slots) }
    }
}

extension StepKind {
    /// Does what the step says.
    func define(_ slots: Slots) throws(Failure) {
        switch self {
        case .fill(let step):
            for place in 0..<step.count { slots.cells(step.dtype, step.result)[place] = .real(step.value) }
        case .arange(let step):
            for place in 0..<step.count {
                slots.cells(step.dtype, step.result)[place] = .real(step.start + Double(place) * step.step)
            }
        case .linspace(let step): step.define(slots.cells(step.dtype, step.result))
        case .move(let step): memmove(slots[step.result], slots[step.source], step.bytes)
        case .gather(let step): step.layout.read(slots[step.source], slots[step.result])
        case .concatenate(let step):
            for part in step.parts { part.layout.write(slots[part.source], slots[step.result]) }
        case .assign(let step):
            step.change.begin(slots)
            step.layout.write(slots[step.source], slots[step.change.result])
        case .loop(let step): step.define(slots)
        case .product(let step): step.define(slots)
        case .strips(let step): step.define(slots)
        case .convolution(let step): step.define(slots)
        case .windowArgMax(let step): step.define(slots)
        case .attention(let step): step.define(slots)
        case .attentionGradient(let step): step.define(slots)
        case .recurrence(let step): step.define(slots)
        case .recurrenceGradient(let step): step.define(slots)
        case .softmax(let step): step.define(slots)
        case .argExtremum(let step): step.define(slots)
        case .crossEntropy(let step): try step.define(slots)
        case .crossEntropyGradient(let step): try step.define(slots)
        case .cumulativeSum(let step):
            let (x, y) = (slots.cells(step.dtype, step.source), slots.cells(step.dtype, step.result))
            step.layout.scan(isReversed: step.isReversed, step.dtype, y) { sum, place in sum.plus(x[place]) }
        case .linearRecurrence(let step):
            let (a, b) = (slots.cells(step.dtype, step.a), slots.cells(step.dtype, step.b))
            step.layout.scan(isReversed: step.isReversed, step.dtype, slots.cells(step.dtype, step.result)) {
                sum, place in a[place].times(sum).plus(b[place])
            }
        case .fourierSum(let step): step.define(slots)
        case .pick(let step): step.define(slots)
        case .put(let step): step.define(slots)
        case .oneHot(let step): try step.define(slots)
        case .ravel(let step):
            for place in 0..<step.count {
                var flat: Int64 = 0
                for (axis, slot) in step.indices.enumerated() {
                    let index = step.dtypes[axis].integer(slots[slot], place)
                    let extent = Int64(step.extents[axis])
                    flat = flat * extent + (index < 0 ? index + extent : index)
                }
                slots.cells(.int64, step.result)[place] = .whole(flat)
            }
        case .countTrue(let step):
            let mask = slots.cells(.bool, step.mask)
            slots.cells(.int64, step.result)[0] = .whole(Int64((0..<step.count).count { mask[$0].isTrue }))
        case .truePositions(let step):
            let (mask, result) = (slots.cells(.bool, step.mask), slots.cells(.int64, step.result))
            for (number, place) in (0..<step.count).filter({ mask[$0].isTrue }).enumerated() {
                result[number] = .whole(Int64(place))
            }
        case .unravel(let step):
            let (places, result) = (slots.cells(.int64, step.places), slots.cells(.int64, step.result))
            for number in 0..<step.count {
                var rest = Int(places[number].int64)
                for axis in step.extents.indices.reversed() {
                    result[number * step.extents.count + axis] = .whole(Int64(rest % step.extents[axis]))
                    rest /= step.extents[axis]
                }
            }
        case .argSort(let step): step.define(slots)
        case .countBelow(let step):
            let (edges, values) = (slots.cells(.float64, step.edges), slots.cells(.float64, step.values))
            for place in 0..<step.rows * step.count {
                let row = place / step.count * step.n
                let below = (0..<step.n).count { edges[row + $0].double <= values[place].double }
                slots.cells(.int64, step.result)[place] = .whole(Int64(below))
            }
        case .rowOrder(let step): step.define(slots)
        case .runsOfEquals(let step): step.define(slots)
        case .exchanges(let step):
            let (pivots, orders) = (slots.cells(.int64, step.source), slots.cells(.int64, step.result))
            for list in 0..<step.count {
                var order = Array(0..<step.rows)
                for row in 0..<step.k { order.swapAt(row, Int(pivots[list * step.k + row].int64) - 1) }
                for (row, other) in order.enumerated() { orders[list * step.rows + row] = .whole(Int64(other)) }
            }
        case .advance(let step):
            let (before, after) = (slots.cells(.int64, step.state), slots.cells(.int64, step.result))
            let offset = before[1].int64 &+ Int64(bitPattern: step.blocks)
            after[0] = before[0]
            after[1] = .whole(offset)
        case .check(let step): try step.define(slots)
        case .draw, .permutation, .inverse, .determinant, .cofactors, .solve, .triangularSolve, .cholesky,
            .decomposition:
            throw .internal(operation: "reference", "this step is shared")
        }
    }
}

extension Slots {
    func cells(_ dtype: DType, _ slot: Int) -> Cells { Cells(dtype, self[slot]) }
}

extension Number {
    func plus(_ other: Number) -> Number {
        if case .whole(let a) = self, case .whole(let b) = other { return .whole(a &+ b) }
        return .real(double + other.double)
    }

    func times(_ other: Number) -> Number {
        if case .whole(let a) = self, case .whole(let b) = other { return .whole(a &* b) }
        return .real(double * other.double)
    }

    /// In the order in which NaN is the largest.
    func isBefore(_ other: Number) -> Bool {
        if case .whole(let a) = self, case .whole(let b) = other { return a < b }
        return double < other.double || (!double.isNaN && other.double.isNaN)
    }
}

// MARK: Movement

extension StridedLayout {
    /// Calls `body` with the place in dense memory and in strided memory of each element.
    private func each(_ body: (Int, Int) -> Void) {
        let count = shape.reduce(1, *)
        for dense in 0..<count {
            var (rest, strided) = (dense, offset)
            for axis in shape.indices.reversed() {
                strided += rest % shape[axis] * strides[axis]
                rest /= shape[axis]
            }
            body(dense, strided)
        }
    }

    func read(_ source: UnsafeMutableRawPointer, _ dense: UnsafeMutableRawPointer) {
        each { memcpy(dense + $0 * elementBytes, source + $1 * elementBytes, elementBytes) }
    }

    func write(_ dense: UnsafeMutableRawPointer, _ target: UnsafeMutableRawPointer) {
        each { memcpy(target + $1 * elementBytes, dense + $0 * elementBytes, elementBytes) }
    }
}

extension ChangedCopy {
    func begin(_ slots: Slots) {
        if let base {
            memmove(slots[result], slots[base], count * dtype.size)
        } else {
            for place in 0..<count { slots.cells(dtype, result)[place] = .real(constant) }
        }
    }
}

extension LinspaceStep {
    func define(_ cells: Cells) {
        let distance = count > 1 ? (end - start) / Double(count - 1) : 0
        for place in 0..<count {
            let isFirstHalf = place < (count + 1) / 2
            cells[place] = .real(
                isFirstHalf ? start + Double(place) * distance : end - Double(count - 1 - place) * distance)
        }
    }
}

// MARK: Loops and products

extension LoopStep {
    func define(_ slots: Slots) {
        switch compute {
        case .float32: define(slots, Float.self)
        case .float64: define(slots, Double.self)
        default: define(slots, Int64.self)
        }
    }

    private func define<T: LoopNumber>(_ slots: Slots, _ type: T.Type) {
        let count = domain.reduce(1, *)
        let axes = reduction?.axes ?? domain.map { _ in true }
        let kept = domain.indices.filter { !axes[$0] }
        var totals = [Total](repeating: Total(), count: reduction == nil ? 0 : kept.reduce(1) { $0 * domain[$1] })
        var values = [T](repeating: T(.whole(0)), count: inputs.count + instructions.count)
        for element in 0..<count {
            var (rest, index) = (element, domain)
            for axis in domain.indices.reversed() {
                (rest, index[axis]) = rest.quotientAndRemainder(dividingBy: domain[axis])
            }
            for (place, input) in inputs.enumerated() {
                let at = zip(index, input.strides).reduce(input.offset) { $0 + $1.0 * $1.1 }
                values[place] = T(slots.cells(input.dtype, input.slot)[at])
            }
            for (place, step) in instructions.enumerated() {
                values[inputs.count + place] = T.apply(
                    step.opcode, values[step.a], values[step.b], values[step.c], step.immediate)
            }
            // An output may lie over an input, of which only this element has been read.
            for output in outputs { slots.cells(output.dtype, output.slot)[element] = values[output.value].number }
            if let reduction {
                let result = kept.reduce(0) { $0 * domain[$1] + index[$1] }
                totals[result].take(values[reduction.value].number)
            }
        }
        guard let reduction else { return }
        for (place, total) in totals.enumerated() {
            let result = slots.cells(reduction.dtype, reduction.slot)
            result[place] = T(total.value(reduction.kind, divisor: reduction.divisor)).number
        }
    }

    private struct Total {
        var sum = Number.whole(0)
        var largest: Number?
        var smallest: Number?

        mutating func take(_ number: Number) {
            sum = sum.plus(number)
            if number.double.isNaN || largest.map({ $0.isBefore(number) }) ?? true { largest = number }
            if number.double.isNaN || smallest.map({ !$0.double.isNaN && number.isBefore($0) }) ?? true {
                smallest = number
            }
        }

        func value(_ kind: ReductionKind, divisor: Double) -> Number {
            switch kind {
            case .sum: divisor == 1 ? sum : .real(sum.double / divisor)
            case .maximum: largest ?? .real(-.infinity)
            case .minimum: smallest ?? .real(.infinity)
            }
        }
    }
}

extension ProductStep {
    func define(_ slots: Slots) { define(slots.cells(dtype, a), slots.cells(dtype, b), slots.cells(dtype, result)) }

    private func operand(_ cells: Cells, _ place: Int) -> Float80 {
        let value = cells[place].double
        guard precision == .bfloat16 else { return Float80(value) }
        let bits = Float(value).bitPattern
        // To the nearest, of two equally near to the even one.
        return Float80(Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000))
    }

    func define(_ a: Cells, _ b: Cells, _ c: Cells) {
        for batch in offsetsA.indices {
            for row in 0..<m {
                for column in 0..<n {
                    var sum: Float80 = 0
                    for term in 0..<k {
                        let left = offsetsA[batch] + (transposeA ? term * m + row : row * k + term)
                        let right = offsetsB[batch] + (transposeB ? column * k + term : term * n + column)
                        sum += operand(a, left) * operand(b, right)
                    }
                    c[(batch * m + row) * n + column] = .real(dtype == .float32 ? Double(Float(sum)) : Double(sum))
                }
            }
        }
    }
}

extension StripsStep {
    func define(_ slots: Slots) {
        let last = (reads + writes + parts.map { $0.product.result }).max() ?? 0
        var table = (0...last).map { slots[$0] }
        var own: [UnsafeMutableRawPointer] = []
        for part in parts where !part.isKept {
            // Nobody has memory for it.
            let bytes = part.product.offsetsA.count * part.product.m * part.product.n * part.product.dtype.size
            own.append(.allocate(byteCount: max(bytes, 1), alignment: 64))
            table[part.product.result] = own[own.count - 1]
        }
        table.withUnsafeBufferPointer { table in
            let slots = Slots(base: table.baseAddress!)
            for part in parts { part.product.define(slots) }
            loop.define(slots)
        }
        for memory in own { memory.deallocate() }
    }
}
