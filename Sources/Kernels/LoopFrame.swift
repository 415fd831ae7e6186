import Glibc

/// One piece of a loop on its way: block by block, inputs are made ready, instructions run, results are stored and reduced.
struct LoopFrame<A: LoopArithmetic> {
    typealias Scalar = A.Vector.Scalar

    private let program: LoopProgram
    private let slots: UnsafePointer<UnsafeMutableRawPointer>
    /// The accumulators of this piece; nil where rows are finished as they end.
    private let accumulators: UnsafeMutablePointer<A.Accumulator>?
    private let scratch: UnsafeMutableRawPointer
    /// Where each value of the present block lies.
    private let operands: UnsafeMutablePointer<LoopOperand>
    /// For each output, whether its instruction writes it where it belongs; else it is copied there when the block is done.
    private let storesInPlace: UnsafeMutablePointer<Bool>

    private static var size: Int { MemoryLayout<Scalar>.size }

    init(_ program: LoopProgram, _ slots: UnsafePointer<UnsafeMutableRawPointer>, _ accumulators: UnsafeMutableRawPointer?, slice: Int) {
        self.program = program
        self.slots = slots
        self.accumulators = accumulators.map { $0.assumingMemoryBound(to: A.Accumulator.self) + slice * program.layout.resultCount }
        let values = program.values
        let valueCount = values.register.count
        let tableBytes = (valueCount * MemoryLayout<LoopOperand>.stride + program.outputs.count + 63) & ~63
        let memory = LoopScratch.memory(values.scratchBytes + tableBytes)
        scratch = memory
        operands = (memory + values.scratchBytes).assumingMemoryBound(to: LoopOperand.self)
        storesInPlace = (memory + values.scratchBytes + valueCount * MemoryLayout<LoopOperand>.stride).assumingMemoryBound(to: Bool.self)
        for value in 0..<valueCount {
            operands[value] = LoopOperand(
                base: memory + values.registerOffset[values.register[value]], mask: values.isNumber[value] ? 0 : -1)
        }
        for place in program.outputs.indices { storesInPlace[place] = canStoreInPlace(program.outputs[place]) }
    }

    /// An output may lie in an input's memory; then it must not be written while that input is still to be read.
    private func canStoreInPlace(_ output: LoopOutput) -> Bool {
        let made = output.value - program.inputs.count
        guard output.dtype == program.compute, made >= 0, !program.values.isNumber[output.value] else { return false }
        for other in program.outputs where other.value == output.value && other.slot != output.slot { return false }
        for (place, input) in program.inputs.enumerated() where program.values.lastUse[place] > made {
            if slots[input.slot] == slots[output.slot] { return false }
        }
        return true
    }

    func run(rows: Range<Int>, columns: Range<Int>) {
        guard !rows.isEmpty, !columns.isEmpty else { return }
        prepareUniforms()
        let values = program.values
        let width = program.layout.hasShortRows ? columns.count : values.blockElements
        var isFirst = true
        for row in stride(from: rows.lowerBound, to: rows.upperBound, by: values.blockRows) {
            let lastRow = Swift.min(row + values.blockRows, rows.upperBound)
            for column in stride(from: columns.lowerBound, to: columns.upperBound, by: width) {
                let lastColumn = Swift.min(column + width, columns.upperBound)
                runBlock(rows: row..<lastRow, columns: column..<lastColumn, isFirst: isFirst, endsRows: lastColumn == columns.upperBound)
                isFirst = false
            }
        }
    }

    // MARK: Inputs

    /// Numbers that are the same everywhere, and what is computed from them alone.
    private func prepareUniforms() {
        let values = program.values
        for (place, input) in program.inputs.enumerated() where values.isUniform[place] {
            splat(input, 0, operands[place].base)
        }
        for (place, instruction) in program.instructions.enumerated() where values.isUniform[program.inputs.count + place] {
            execute(instruction, operands[program.inputs.count + place].base, bytes: 64)
        }
    }

    /// Element `start` of an input, in all lanes of one vector.
    private func splat(_ input: LoopInput, _ start: Int, _ target: UnsafeMutableRawPointer) {
        let source = slots[input.slot] + (input.offset + start) * input.dtype.size
        var number = source.assumingMemoryBound(to: Scalar.self)
        if input.dtype != program.compute {
            convert(input.dtype, source, program.compute, target, 1)
            number = target.assumingMemoryBound(to: Scalar.self)
        }
        target.storeBytes(of: A.Vector(repeating: number.pointee), as: A.Vector.self)
    }

    /// Makes input number `place` ready for a block that begins at `row` and `column`.
    @inline(__always)
    private func load(_ place: Int, _ rows: Range<Int>, _ columns: Range<Int>, isFirst: Bool) {
        let values = program.values
        if values.isUniform[place] { return }
        let input = program.inputs[place]
        let layout = program.layout
        let steps = layout.steps[place]
        let count = rows.count * columns.count
        let start = layout.start(ofRow: rows.lowerBound, steps) + columns.lowerBound * steps.column
        let source = slots[input.slot] + (input.offset + start) * input.dtype.size
        switch values.sources[place] {
        case .direct:
            if count * Self.size >= 64 {
                operands[place].base = source
            } else {
                // Vectors are whole: what is too short for one goes through a register.
                let register = scratch + values.registerOffset[values.register[place]]
                register.copyMemory(from: source, byteCount: count * Self.size)
                operands[place].base = register
            }
        case .converted: convert(input.dtype, source, program.compute, operands[place].base, count)
        case .number: splat(input, start, operands[place].base)
        case .gathered(let once): if isFirst || !once { gather(input, steps, rows, operands[place].base) }
        }
    }

    /// Whole rows, one after the other.
    private func gather(_ input: LoopInput, _ steps: LoopLayout.Steps, _ rows: Range<Int>, _ target: UnsafeMutableRawPointer) {
        let layout = program.layout
        let width = layout.columns
        var target = target
        for row in rows {
            let source = slots[input.slot] + (input.offset + layout.start(ofRow: row, steps)) * input.dtype.size
            if steps.column == 1 {
                if input.dtype == program.compute {
                    target.copyMemory(from: source, byteCount: width * Self.size)
                } else {
                    convert(input.dtype, source, program.compute, target, width)
                }
            } else {
                convert(input.dtype, source, program.compute, target, 1)
                let elements = target.assumingMemoryBound(to: Scalar.self)
                let number = elements[0]
                for column in 1..<width { elements[column] = number }
            }
            target += width * Self.size
        }
    }

    // MARK: Blocks

    @inline(__always)
    private func execute(_ instruction: LoopInstruction, _ result: UnsafeMutableRawPointer, bytes: Int) {
        A.execute(
            instruction.opcode, instruction.immediate,
            LoopBlock<A.Vector>(
                result: result, a: operands[instruction.a], b: operands[instruction.b], c: operands[instruction.c], bytes: bytes))
    }

    private func runBlock(rows: Range<Int>, columns: Range<Int>, isFirst: Bool, endsRows: Bool) {
        let values = program.values
        let inputCount = program.inputs.count
        for place in 0..<inputCount { load(place, rows, columns, isFirst: isFirst) }
        let count = rows.count * columns.count
        let bytes = Swift.max(64, count * Self.size)
        let start = rows.lowerBound * program.layout.columns + columns.lowerBound
        let isWhole = count * Self.size >= 64
        if isWhole {
            for (place, output) in program.outputs.enumerated() where storesInPlace[place] {
                operands[output.value].base = slots[output.slot] + start * Self.size
            }
        } else {
            for (place, output) in program.outputs.enumerated() where storesInPlace[place] {
                operands[output.value].base = scratch + values.registerOffset[values.register[output.value]]
            }
        }
        for (place, instruction) in program.instructions.enumerated() {
            let value = inputCount + place
            if values.isNumber[value] {
                if !values.isUniform[value] { execute(instruction, operands[value].base, bytes: 64) }
            } else {
                execute(instruction, operands[value].base, bytes: bytes)
            }
        }
        // Before anything is stored, which may be in the memory of an input that is reduced.
        if let reduction = program.reduction { reduce(reduction, spread(reduction.value, bytes), rows, columns, endsRows: endsRows) }
        for (place, output) in program.outputs.enumerated() where !(isWhole && storesInPlace[place]) {
            let source = spread(output.value, bytes)
            let target = slots[output.slot] + start * output.dtype.size
            if output.dtype == program.compute {
                target.copyMemory(from: source, byteCount: count * Self.size)
            } else {
                convert(program.compute, source, output.dtype, target, count)
            }
        }
    }

    /// The block of a value; a number is spread over the spare register.
    private func spread(_ value: Int, _ bytes: Int) -> UnsafeMutableRawPointer {
        let operand = operands[value]
        guard operand.mask == 0 else { return operand.base }
        let target = scratch + program.values.spareOffset
        A.execute(.copy, 0, LoopBlock<A.Vector>(result: target, a: operand, b: operand, c: operand, bytes: bytes))
        return target
    }

    // MARK: Reductions

    private func reduce(
        _ reduction: LoopReduction, _ block: UnsafeMutableRawPointer, _ rows: Range<Int>, _ columns: Range<Int>, endsRows: Bool
    ) {
        let layout = program.layout
        let steps = layout.steps[program.inputs.count]
        guard let accumulators else {
            finishRows(reduction, block, rows, columns, endsRows: endsRows)
            return
        }
        if steps.column == 0, steps.row == 0 {
            accumulators[0] = A.combine(reduction.kind, accumulators[0], A.reduce(reduction.kind, block, rows.count * columns.count))
            return
        }
        var source = block
        for row in rows {
            let target = accumulators + layout.start(ofRow: row, steps)
            if steps.column == 0 {
                target.pointee = A.combine(reduction.kind, target.pointee, A.reduce(reduction.kind, source, columns.count))
            } else {
                A.accumulate(reduction.kind, source, columns.count, into: target + columns.lowerBound)
            }
            source += columns.count * Self.size
        }
    }

    /// Each row has a result of its own, stored when the row ends.
    private func finishRows(
        _ reduction: LoopReduction, _ block: UnsafeMutableRawPointer, _ rows: Range<Int>, _ columns: Range<Int>, endsRows: Bool
    ) {
        let results = slots[reduction.slot].assumingMemoryBound(to: Scalar.self)
        let running = (scratch + program.values.runningOffset).assumingMemoryBound(to: A.Accumulator.self)
        var source = block
        for row in rows {
            let part = A.reduce(reduction.kind, source, columns.count)
            let total = columns.lowerBound == 0 ? part : A.combine(reduction.kind, running.pointee, part)
            if endsRows { results[row] = A.finish(total, divisor: reduction.divisor) } else { running.pointee = total }
            source += columns.count * Self.size
        }
    }
}
