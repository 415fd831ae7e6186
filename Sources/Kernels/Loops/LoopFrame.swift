import Steps
import Machine
import Glibc

/// One piece of a loop on its way: block by block, inputs are made ready, instructions run, results are reduced and
/// stored.
struct LoopFrame<A: LoopArithmetic> {
    typealias Scalar = A.Vector.Scalar

    private let code: LoopCode
    private let stretches: UnsafeBufferPointer<LoopStretches.Stretch>
    private let slots: UnsafePointer<UnsafeMutableRawPointer>
    /// The accumulators of this piece; nil where rows are finished as they end.
    private let accumulators: UnsafeMutablePointer<A.Accumulator>?
    private let scratch: UnsafeMutableRawPointer
    /// Where each value of the present block lies.
    private let operands: UnsafeMutablePointer<LoopOperand>
    /// For each output, whether its instruction writes it where it belongs; else it is copied there when the block is
    /// done.
    private let storesInPlace: UnsafeMutablePointer<Bool>
    private let domainColumns: Int
    private let blockRows: Int
    private let blockColumns: Int
    private let spare: UnsafeMutableRawPointer
    /// What a row of several blocks has come to so far.
    private let running: UnsafeMutablePointer<A.Accumulator>

    private static var size: Int { MemoryLayout<Scalar>.size }

    init(
        _ program: LoopProgram, _ slots: UnsafePointer<UnsafeMutableRawPointer>,
        _ accumulators: UnsafeMutableRawPointer?, slice: Int
    ) {
        code = program.code
        stretches = program.stretches.all
        self.slots = slots
        self.accumulators = accumulators.map {
            $0.assumingMemoryBound(to: A.Accumulator.self) + slice * program.layout.resultCount
        }
        domainColumns = program.layout.columns
        blockRows = program.values.blockRows
        blockColumns = program.layout.hasShortRows ? domainColumns : program.values.blockElements
        let count = code.operands.count
        let registerBytes = program.values.scratchBytes
        let memory = ThreadScratch.loop.memory(
            registerBytes + count * MemoryLayout<LoopOperand>.stride + code.outputs.count)
        scratch = memory
        spare = memory + program.values.spareOffset
        running = (memory + program.values.runningOffset).assumingMemoryBound(to: A.Accumulator.self)
        operands = (memory + registerBytes).assumingMemoryBound(to: LoopOperand.self)
        storesInPlace = UnsafeMutableRawPointer(operands + count).assumingMemoryBound(to: Bool.self)
        for value in 0..<count {
            operands[value] = LoopOperand(base: memory + code.operands[value].register, mask: code.operands[value].mask)
        }
        for place in 0..<code.outputs.count { storesInPlace[place] = canStoreInPlace(place) }
    }

    /// An output may lie in an input's memory; then it must not be written while that input is still to be read.
    private func canStoreInPlace(_ place: Int) -> Bool {
        guard code.outputs[place].mayStoreInPlace else { return false }
        let target = slots[code.outputs[place].slot]
        for slot in code.laterSlots[place] where slots[slot] == target { return false }
        return true
    }

    func run(rows: Range<Int>, columns: Range<Int>) {
        guard !rows.isEmpty, !columns.isEmpty else { return }
        for input in code.uniformInputs { splat(input, 0) }
        for instruction in code.uniformInstructions { execute(instruction, bytes: 64) }
        var isFirst = true
        var row = rows.lowerBound
        while row < rows.upperBound {
            let lastRow = Swift.min(row + blockRows, rows.upperBound)
            var column = columns.lowerBound
            while column < columns.upperBound {
                let lastColumn = Swift.min(column + blockColumns, columns.upperBound)
                runBlock(
                    Block(row: row, rows: lastRow - row, column: column, columns: lastColumn - column), isFirst: isFirst
                )
                isFirst = false
                column = lastColumn
            }
            row = lastRow
        }
    }

    /// Several whole rows, or a stretch of one.
    private struct Block {
        var row: Int
        var rows: Int
        var column: Int
        var columns: Int
        var count: Int { rows * columns }
    }

    // MARK: Inputs

    /// Element `start` of an input, in all lanes of one vector.
    @inline(__always)
    private func splat(_ input: LoopCode.Input, _ start: Int) {
        let source = slots[input.slot] + input.start + start * input.elementBytes
        let target = scratch + input.register
        var number = source.assumingMemoryBound(to: Scalar.self)
        if input.dtype != A.dtype {
            convert(input.dtype, source, A.dtype, target, 1)
            number = target.assumingMemoryBound(to: Scalar.self)
        }
        target.storeBytes(of: A.Vector(repeating: number.pointee), as: A.Vector.self)
    }

    /// Makes an input ready for a block.
    @inline(__always)
    private func load(_ input: LoopCode.Input, _ block: Block, isFirst: Bool) {
        let start = code.start(ofRow: block.row, input.rowStep, input.strides) + block.column * input.columnStep
        let source = slots[input.slot] + input.start + start * input.elementBytes
        let register = scratch + input.register
        switch input.source {
        case .direct:
            if block.count * Self.size >= 64 {
                operands[input.value].base = source
            } else {
                // Vectors are whole: what is too short for one goes through a register.
                register.copyMemory(from: source, byteCount: block.count * Self.size)
                operands[input.value].base = register
            }
        case .converted: convert(input.dtype, source, A.dtype, register, block.count)
        case .number: splat(input, start)
        case .gathered(let once): if isFirst || !once { gather(input, block, register) }
        }
    }

    /// Whole rows, one after the other.
    private func gather(_ input: LoopCode.Input, _ block: Block, _ register: UnsafeMutableRawPointer) {
        var target = register
        for row in block.row..<block.row + block.rows {
            let source =
                slots[input.slot] + input.start + code.start(ofRow: row, input.rowStep, input.strides)
                * input.elementBytes
            if input.columnStep == 1 {
                convert(input.dtype, source, A.dtype, target, block.columns)
            } else {
                convert(input.dtype, source, A.dtype, target, 1)
                let elements = target.assumingMemoryBound(to: Scalar.self)
                let number = elements[0]
                for column in 1..<block.columns { elements[column] = number }
            }
            target += block.columns * Self.size
        }
    }

    // MARK: Blocks

    @inline(__always)
    private func execute(_ instruction: LoopCode.Instruction, bytes: Int) {
        A.execute(
            instruction.opcode, instruction.immediate,
            LoopBlock<A.Vector>(
                result: operands[instruction.result].base, a: operands[instruction.a], b: operands[instruction.b],
                c: operands[instruction.c],
                bytes: bytes))
    }

    private func runBlock(_ block: Block, isFirst: Bool) {
        for input in code.inputs { load(input, block, isFirst: isFirst) }
        let bytes = Swift.max(64, block.count * Self.size)
        let isWhole = block.count * Self.size >= 64
        let start = block.row * domainColumns + block.column
        for place in 0..<code.outputs.count where storesInPlace[place] {
            let output = code.outputs[place]
            operands[output.value].base = isWhole ? slots[output.slot] + start * Self.size : scratch + output.register
        }
        for instruction in code.numberInstructions { execute(instruction, bytes: 64) }
        for stretch in stretches {
            if let function = stretch.function {
                function(operands, bytes)
            } else {
                for place in stretch.first..<stretch.end { execute(code.instructions[place], bytes: bytes) }
            }
        }
        // Before anything is stored, which may be in the memory of an input that is reduced.
        if let reduction = code.reduction { reduce(reduction, spread(reduction.value, bytes), block) }
        for place in 0..<code.outputs.count where !(isWhole && storesInPlace[place]) {
            let output = code.outputs[place]
            convert(
                A.dtype, spread(output.value, bytes), output.dtype, slots[output.slot] + start * output.elementBytes,
                block.count)
        }
    }

    /// The block of a value; a number is spread over the spare register.
    private func spread(_ value: Int, _ bytes: Int) -> UnsafeMutableRawPointer {
        let operand = operands[value]
        guard operand.mask == 0 else { return operand.base }
        A.execute(.copy, 0, LoopBlock<A.Vector>(result: spare, a: operand, b: operand, c: operand, bytes: bytes))
        return spare
    }

    // MARK: Reductions

    private func reduce(_ reduction: LoopCode.Reduction, _ values: UnsafeMutableRawPointer, _ block: Block) {
        guard let accumulators else {
            finishRows(reduction, values, block)
            return
        }
        if reduction.columnStep == 0, reduction.rowStep == 0 {
            accumulators[0] = A.combine(reduction.kind, accumulators[0], A.reduce(reduction.kind, values, block.count))
            return
        }
        var source = values
        for row in block.row..<block.row + block.rows {
            let target = accumulators + code.start(ofRow: row, reduction.rowStep, reduction.strides)
            if reduction.columnStep == 0 {
                target.pointee = A.combine(
                    reduction.kind, target.pointee, A.reduce(reduction.kind, source, block.columns))
            } else {
                A.accumulate(reduction.kind, source, block.columns, into: target + block.column)
            }
            source += block.columns * Self.size
        }
    }

    /// Each row has a result of its own, stored when the row ends.
    private func finishRows(_ reduction: LoopCode.Reduction, _ values: UnsafeMutableRawPointer, _ block: Block) {
        let results = slots[reduction.slot].assumingMemoryBound(to: Scalar.self)
        let endsRows = block.column + block.columns == domainColumns
        var source = values
        for row in block.row..<block.row + block.rows {
            let part = A.reduce(reduction.kind, source, block.columns)
            let total = block.column == 0 ? part : A.combine(reduction.kind, running.pointee, part)
            if endsRows { results[row] = A.finish(total, divisor: reduction.divisor) } else { running.pointee = total }
            source += block.columns * Self.size
        }
    }
}
