import Steps

/// A program's tables as its runs read them: plain memory, because a walk over Swift's arrays counts references at each
/// step, which takes longer than a short block's arithmetic.
struct LoopCode {
    struct Input: BitwiseCopyable {
        /// Its number among the program's values.
        var value: Int
        var slot: Int
        var dtype: DType
        /// Bytes of one element, and from the slot's beginning to the first.
        var elementBytes: Int
        var start: Int
        var source: LoopValues.Source
        /// From one column to the next: 0 or 1.
        var columnStep: Int
        /// From one row to the next where rows follow each other evenly; else nil, and `strides` says where a row is.
        var rowStep: Int?
        /// Along each outer axis.
        var strides: UnsafeBufferPointer<Int>
        var register: Int
    }

    struct Instruction: BitwiseCopyable {
        var opcode: LoopOpcode
        var a: Int
        var b: Int
        var c: Int
        var result: Int
        var immediate: Double

        /// The values that it reads.
        var operands: [Int] { opcode.operands(a, b, c) }
    }

    struct Output: BitwiseCopyable {
        var value: Int
        var slot: Int
        var dtype: DType
        var elementBytes: Int
        /// The register of its value, in bytes of scratch memory.
        var register: Int
        /// Whether its instruction may write it where it belongs, as long as no input that is read later lies there.
        var mayStoreInPlace: Bool
    }

    struct Reduction: BitwiseCopyable {
        var kind: ReductionKind
        var value: Int
        var slot: Int
        var divisor: Double
        /// Where the result of a row is, as for inputs; the columns have results of their own, or share the row's.
        var columnStep: Int
        var rowStep: Int?
        var strides: UnsafeBufferPointer<Int>
    }

    struct Operand: BitwiseCopyable {
        var register: Int
        var mask: Int
    }

    /// Inputs and instructions that are the same for all blocks, and those that are not; of these, apart, instructions
    /// whose result is one number for a block.
    let uniformInputs: UnsafeBufferPointer<Input>
    let inputs: UnsafeBufferPointer<Input>
    let uniformInstructions: UnsafeBufferPointer<Instruction>
    let numberInstructions: UnsafeBufferPointer<Instruction>
    let instructions: UnsafeBufferPointer<Instruction>
    let outputs: UnsafeBufferPointer<Output>
    let reduction: Reduction?
    /// Extents of the axes before the columns.
    let outer: UnsafeBufferPointer<Int>
    /// For each value: its register in bytes of scratch memory, and the mask of its operand.
    let operands: UnsafeBufferPointer<Operand>
    /// For each output, the slots of the inputs that are read after its instruction.
    let laterSlots: UnsafeBufferPointer<UnsafeBufferPointer<Int>>

    init(
        _ compute: DType, _ layout: LoopLayout, _ values: LoopValues, _ inputs: [LoopInput],
        _ instructions: [LoopInstruction],
        _ outputs: [LoopOutput], _ reduction: LoopReduction?
    ) {
        var allInputs: [Input] = []
        for (place, input) in inputs.enumerated() {
            let steps = layout.steps[place]
            allInputs.append(
                Input(
                    value: place, slot: input.slot, dtype: input.dtype, elementBytes: input.dtype.size,
                    start: input.offset * input.dtype.size,
                    source: values.sources[place], columnStep: steps.column, rowStep: steps.row,
                    strides: plain(steps.outer),
                    register: values.registerOffset[values.register[place]]))
        }
        self.inputs = plain(allInputs.filter { !values.isUniform[$0.value] })
        uniformInputs = plain(allInputs.filter { values.isUniform[$0.value] })
        var allInstructions: [Instruction] = []
        for (place, instruction) in instructions.enumerated() {
            let value = inputs.count + place
            allInstructions.append(
                Instruction(
                    opcode: instruction.opcode, a: instruction.a, b: instruction.b, c: instruction.c, result: value,
                    immediate: instruction.immediate))
        }
        self.instructions = plain(allInstructions.filter { !values.isNumber[$0.result] })
        numberInstructions = plain(
            allInstructions.filter { values.isNumber[$0.result] && !values.isUniform[$0.result] })
        uniformInstructions = plain(allInstructions.filter { values.isUniform[$0.result] })
        var later: [UnsafeBufferPointer<Int>] = []
        var allOutputs: [Output] = []
        for output in outputs {
            let made = output.value - inputs.count
            let isShared = outputs.contains { $0.value == output.value && $0.slot != output.slot }
            allOutputs.append(
                Output(
                    value: output.value, slot: output.slot, dtype: output.dtype, elementBytes: output.dtype.size,
                    register: values.registerOffset[values.register[output.value]],
                    mayStoreInPlace: output.dtype == compute && made >= 0 && !values.isNumber[output.value] && !isShared
                ))
            later.append(plain(inputs.indices.filter { values.lastUse[$0] > made }.map { inputs[$0].slot }))
        }
        self.outputs = plain(allOutputs)
        laterSlots = plain(later)
        let result = layout.steps[inputs.count]
        self.reduction = reduction.map {
            Reduction(
                kind: $0.kind, value: $0.value, slot: $0.slot, divisor: $0.divisor, columnStep: result.column,
                rowStep: result.row,
                strides: plain(result.outer))
        }
        outer = plain(layout.outer)
        operands = plain(
            values.register.indices.map {
                Operand(register: values.registerOffset[values.register[$0]], mask: values.isNumber[$0] ? 0 : -1)
            })
    }

    func deallocate() {
        for input in inputs { input.strides.deallocate() }
        for input in uniformInputs { input.strides.deallocate() }
        for slots in laterSlots { slots.deallocate() }
        inputs.deallocate()
        uniformInputs.deallocate()
        instructions.deallocate()
        numberInstructions.deallocate()
        uniformInstructions.deallocate()
        outputs.deallocate()
        laterSlots.deallocate()
        reduction?.strides.deallocate()
        outer.deallocate()
        operands.deallocate()
    }

    /// Where row `row` begins, in elements.
    @inline(__always)
    func start(ofRow row: Int, _ rowStep: Int?, _ strides: UnsafeBufferPointer<Int>) -> Int {
        if let rowStep { return row * rowStep }
        var (start, left) = (0, row)
        var axis = outer.count - 1
        while axis >= 0 {
            let (quotient, index) = left.quotientAndRemainder(dividingBy: outer[axis])
            start += index * strides[axis]
            left = quotient
            axis -= 1
        }
        return start
    }
}

/// A copy of an array's elements, to be deallocated by its owner.
func plain<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeBufferPointer<Element> {
    let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
    _ = memory.initialize(from: elements)
    return UnsafeBufferPointer(memory)
}
