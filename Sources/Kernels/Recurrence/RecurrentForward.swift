import Machine
import Steps

extension RecurrentStep: KernelStep {
    public func kernel(compiles: Bool) -> ReadyKernel {
        dtype == .float32
            ? ReadyKernel(RecurrentStates<Float>(self, compiles: compiles), self)
            : ReadyKernel(RecurrentStates<Double>(self, compiles: compiles), self)
    }
}

/// All steps of a recurrent layer: some rows of the batch after the other go through a step's product and, while that
/// is in the cache, through the cell. Threads share the rows and take them through all steps.
private struct RecurrentStates<Scalar: RecurrentScalar>: TypedKernel, @unchecked Sendable {
    private let extents: RecurrentExtents
    private let product: RecurrentProduct<Scalar>

    init(_ step: RecurrentStep, compiles: Bool) {
        extents = step.extents
        product = RecurrentProduct(
            rows: extents.rows, columns: extents.sums, depth: extents.width, isTransposed: true, dtype: step.dtype,
            compiles: compiles)
    }

    var scratchBytes: Int { product.scratchBytes }

    /// What is in memory while the step runs.
    private struct Memory {
        let inputs: UnsafePointer<Scalar>  // [steps, rows, sums]
        let weights: UnsafePointer<Scalar>  // [sums, width]
        let packed: UnsafePointer<Scalar>
        let bias: UnsafePointer<Scalar>?  // [sums]
        let isThere: UnsafePointer<Bool>?  // [steps, rows]
        let states: UnsafeMutablePointer<Scalar>  // [steps + 1, rows, width]
        let cells: UnsafeMutablePointer<Scalar>  // [steps + 1, rows, width]
        let kept: UnsafeMutablePointer<Scalar>?  // [steps, rows, kept]
    }

    func run(
        _ step: RecurrentStep, _ slots: UnsafePointer<UnsafeMutableRawPointer>, _ scratch: UnsafeMutableRawPointer?
    ) {
        func source(_ slot: Int) -> UnsafePointer<Scalar> {
            UnsafePointer(slots[slot].assumingMemoryBound(to: Scalar.self))
        }
        let result = slots[step.result].assumingMemoryBound(to: Scalar.self)
        let packed = (scratch ?? slots[step.result]).assumingMemoryBound(to: Scalar.self)
        let memory = Memory(
            inputs: source(step.inputs), weights: source(step.weights), packed: packed, bias: step.bias.map(source),
            isThere: step.isThere.map { UnsafePointer(slots[$0].assumingMemoryBound(to: Bool.self)) },
            states: result, cells: result + extents.statesCount, kept: step.keeps ? result + extents.keptOffset : nil)
        product.pack(memory.weights, to: packed)
        let (count, first) = (extents.rows * extents.width, extents.place(extents.position(0)).before)
        (memory.states + first * count).update(from: source(step.state), count: count)
        if let cells = step.cells { (memory.cells + first * count).update(from: source(cells), count: count) }
        product.walk(extents, 0..<extents.steps, scratch) { position, rows, sums in
            run(position, rows, memory, sums)
        }
    }

    /// Some rows at one position of the sequence.
    private func run(_ position: Int, _ rows: Range<Int>, _ memory: Memory, _ sums: UnsafeMutablePointer<Scalar>) {
        let (own, before) = extents.place(position)
        let width = extents.width
        product.multiply(
            memory.states + (before * extents.rows + rows.lowerBound) * width, rows: rows.count, memory.weights,
            memory.packed, sums)
        for row in rows {
            let given = sums + (row - rows.lowerBound) * product.resultRow
            let place = position * extents.rows + row
            let (after, last) = ((own * extents.rows + row) * width, (before * extents.rows + row) * width)
            if let isThere = memory.isThere, !isThere[place] {
                (memory.states + after).update(from: memory.states + last, count: width)
                if extents.hasCells { (memory.cells + after).update(from: memory.cells + last, count: width) }
                continue
            }
            let (input, state) = (memory.inputs + place * extents.sums, memory.states + after)
            if let bias = memory.bias { Scalar.add(given, bias, to: given, extents.sums) }
            let gates = memory.kept.map { $0 + place * extents.keptWidth } ?? given
            switch extents.cell {
            case .tanh: Scalar.tanhs(input, plus: given, to: state, width)
            case .relu: Scalar.relus(input, plus: given, to: state, width)
            case .lstm:
                Scalar.sigmoids(input, plus: given, to: gates, 2 * width)
                Scalar.tanhs(input + 2 * width, plus: given + 2 * width, to: gates + 2 * width, width)
                Scalar.sigmoids(input + 3 * width, plus: given + 3 * width, to: gates + 3 * width, width)
                Scalar.nextCells(gates, memory.cells + last, cells: memory.cells + after, state: state, width)
            case .gru:
                Scalar.sigmoids(input, plus: given, to: gates, 2 * width)
                // Before the new state is written over it.
                if memory.kept != nil { (gates + 3 * width).update(from: given + 2 * width, count: width) }
                Scalar.newStates(input + 2 * width, gates, given + 2 * width, to: gates + 2 * width, width)
                Scalar.mix(gates + 2 * width, gates + width, memory.states + last, to: state, width)
            }
        }
    }
}
