import Machine
import Steps

extension RecurrentGradientStep: KernelStep {
    public func kernel(compiles: Bool) -> ReadyKernel {
        dtype == .float32
            ? ReadyKernel(RecurrentGradients<Float>(self, compiles: compiles), self)
            : ReadyKernel(RecurrentGradients<Double>(self, compiles: compiles), self)
    }
}

/// The gradients of a recurrent layer, from the last step taken to the first: of some rows the gates' gradients, and,
/// while those are in the cache, their product, which the step before goes on from. Threads share the rows.
private struct RecurrentGradients<Scalar: RecurrentScalar>: TypedKernel, @unchecked Sendable {
    private let extents: RecurrentExtents
    private let product: RecurrentProduct<Scalar>

    init(_ step: RecurrentGradientStep, compiles: Bool) {
        extents = step.extents
        product = RecurrentProduct(
            rows: extents.rows, columns: extents.width, depth: extents.sums, isTransposed: false, dtype: step.dtype,
            compiles: compiles)
    }

    var scratchBytes: Int { product.scratchBytes }

    /// What is in memory while the step runs.
    private struct Memory {
        let states: UnsafePointer<Scalar>  // [steps + 1, rows, width]
        let cells: UnsafePointer<Scalar>  // [steps + 1, rows, width]
        let kept: UnsafePointer<Scalar>  // [steps, rows, kept]
        let weights: UnsafePointer<Scalar>  // [sums, width]
        let packed: UnsafePointer<Scalar>
        let cotangents: UnsafePointer<Scalar>?  // [steps, rows, width], of the states
        let isThere: UnsafePointer<Bool>?  // [steps, rows]
        let sums: UnsafeMutablePointer<Scalar>  // [steps, rows, sums], gradients of what the state gave
        let ofInputs: UnsafeMutablePointer<Scalar>  // of what the input gave
        let ofState: UnsafeMutablePointer<Scalar>  // [rows, width], of the state as far as the steps have gone back
        let ofCells: UnsafeMutablePointer<Scalar>  // [rows, width]
    }

    func run(
        _ step: RecurrentGradientStep, _ slots: UnsafePointer<UnsafeMutableRawPointer>,
        _ scratch: UnsafeMutableRawPointer?
    ) {
        func source(_ slot: Int) -> UnsafePointer<Scalar> {
            UnsafePointer(slots[slot].assumingMemoryBound(to: Scalar.self))
        }
        let (forward, result) = (source(step.forward), slots[step.result].assumingMemoryBound(to: Scalar.self))
        let packed = (scratch ?? slots[step.result]).assumingMemoryBound(to: Scalar.self)
        let ofState = result + extents.gradientStateOffset
        let count = extents.rows * extents.width
        let memory = Memory(
            states: forward, cells: forward + extents.statesCount, kept: forward + extents.keptOffset,
            weights: source(step.weights), packed: packed, cotangents: step.states.map(source),
            isThere: step.isThere.map { UnsafePointer(slots[$0].assumingMemoryBound(to: Bool.self)) }, sums: result,
            ofInputs: result + extents.gradientSumsCount, ofState: ofState, ofCells: ofState + count)
        product.pack(memory.weights, to: packed)
        func begin(_ target: UnsafeMutablePointer<Scalar>, _ slot: Int?) {
            if let slot {
                target.update(from: source(slot), count: count)
            } else {
                target.update(repeating: 0, count: count)
            }
        }
        begin(memory.ofState, step.state)
        if extents.hasCells { begin(memory.ofCells, step.cells) }
        product.walk(extents, (0..<extents.steps).reversed(), scratch) { position, rows, products in
            run(position, rows, memory, products)
        }
    }

    /// Some rows at one position of the sequence.
    private func run(_ position: Int, _ rows: Range<Int>, _ memory: Memory, _ products: UnsafeMutablePointer<Scalar>) {
        let (own, before) = extents.place(position)
        let (width, sums) = (extents.width, extents.sums)
        for row in rows {
            let place = position * extents.rows + row
            let (after, last) = ((own * extents.rows + row) * width, (before * extents.rows + row) * width)
            let (ofState, target) = (memory.ofState + row * width, memory.sums + place * sums)
            if let cotangents = memory.cotangents {
                Scalar.add(ofState, cotangents + place * width, to: ofState, width)
            }
            if let isThere = memory.isThere, !isThere[place] {
                target.update(repeating: 0, count: sums)
                if extents.hasInputGradient {
                    (memory.ofInputs + place * sums).update(repeating: 0, count: sums)
                }
                continue
            }
            switch extents.cell {
            case .tanh: Scalar.tanhGradients(memory.states + after, ofState, to: target, width)
            case .relu: Scalar.reluGradients(memory.states + after, ofState, to: target, width)
            case .lstm:
                Scalar.lstmGradients(
                    memory.kept + place * extents.keptWidth, before: memory.cells + last, cells: memory.cells + after,
                    ofState, ofCells: memory.ofCells + row * width, to: target, width)
            case .gru:
                Scalar.gruGradients(
                    memory.kept + place * extents.keptWidth, before: memory.states + last, ofState,
                    ofInput: memory.ofInputs + place * sums, ofState: target, width)
            }
        }
        product.multiply(
            memory.sums + (position * extents.rows + rows.lowerBound) * sums, rows: rows.count, memory.weights,
            memory.packed, products)
        for row in rows where memory.isThere?[position * extents.rows + row] ?? true {
            let (product, ofState) = (
                products + (row - rows.lowerBound) * product.resultRow, memory.ofState + row * width
            )
            if extents.cell == .gru {
                Scalar.add(product, ofState, to: ofState, width)
            } else {
                ofState.update(from: product, count: width)
            }
        }
    }
}
