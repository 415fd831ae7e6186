import Steps

/// Running a loop part by part, in the hands of something that makes what it reads (GemmStrips).
extension LoopProgram {
    /// Where the domain falls into `count` parts along its first axes, how many of them must be run in order, by one
    /// thread: 1 without a reduction, and where columns are summed, what the loop itself gives to a thread, so that
    /// sums keep their order. Nil where it cannot be run by parts.
    func unit(of count: Int) -> Int? {
        guard count > 0 else { return nil }
        if reduction == nil {
            return layout.rows % count == 0 || (layout.rows == 1 && layout.columns % count == 0) ? 1 : nil
        }
        guard layout.rows == count, layout.isReduced == [true, false], let rows = pieces.rowsOfWholePieces else {
            return nil
        }
        return rows
    }

    /// Whether an input in this slot is read in no other way than element by element, in the order of a domain of
    /// `count` elements.
    func readsInOrderOnly(_ slot: Int, of count: Int) -> Bool {
        guard layout.rows * layout.columns == count, code.uniformInputs.allSatisfy({ $0.slot != slot }) else {
            return false
        }
        let row = layout.rows == 1 ? 0 : layout.columns
        return code.inputs.allSatisfy { $0.slot != slot || ($0.start == 0 && $0.columnStep == 1 && $0.rowStep == row) }
    }

    /// The highest slot of its memory.
    var lastSlot: Int {
        let slots =
            code.inputs.map { $0.slot } + code.uniformInputs.map { $0.slot } + code.outputs.map { $0.slot } + [
                code.reduction?.slot ?? 0
            ]
        return slots.max() ?? 0
    }

    /// Before the first part is run.
    func beginUnits() {
        switch compute {
        case .float32: begin(FloatArithmetic.self)
        case .float64: begin(DoubleArithmetic.self)
        default: begin(IntegerArithmetic.self)
        }
    }

    /// Runs parts `parts` of the `count` that `unit(of:)` has agreed to, all of unit number `unit`, on this thread.
    func run(_ slots: UnsafePointer<UnsafeMutableRawPointer>, parts: Range<Int>, of count: Int, unit: Int) {
        switch compute {
        case .float32: run(slots, parts, count, unit, FloatArithmetic.self)
        case .float64: run(slots, parts, count, unit, DoubleArithmetic.self)
        default: run(slots, parts, count, unit, IntegerArithmetic.self)
        }
    }

    /// After the last.
    func endUnits(_ slots: UnsafePointer<UnsafeMutableRawPointer>) {
        guard let reduction else { return }
        switch compute {
        case .float32: finish(reduction, slots[reduction.slot], FloatArithmetic.self)
        case .float64: finish(reduction, slots[reduction.slot], DoubleArithmetic.self)
        default: finish(reduction, slots[reduction.slot], IntegerArithmetic.self)
        }
    }

    private func begin<A: LoopArithmetic>(_ arithmetic: A.Type) {
        compileIfDue()
        if let reduction { resetAccumulators(reduction.kind, A.self) }
    }

    private func run<A: LoopArithmetic>(
        _ slots: UnsafePointer<UnsafeMutableRawPointer>, _ parts: Range<Int>, _ count: Int, _ unit: Int,
        _ arithmetic: A.Type
    ) {
        let frame = LoopFrame<A>(self, slots, accumulators, slice: pieces.isPartial ? unit : 0)
        if layout.rows % count == 0 {
            let share = layout.rows / count
            frame.run(rows: parts.lowerBound * share..<parts.upperBound * share, columns: 0..<layout.columns)
        } else {
            let share = layout.columns / count
            frame.run(rows: 0..<1, columns: parts.lowerBound * share..<parts.upperBound * share)
        }
    }
}
