import Steps

/// Where each value of a block lives while the block's instructions run, and how big a block is.
///
/// Arrays of the compute type are read and written in place where a block is contiguous in them. All else goes through
/// registers: stretches of the thread's scratch memory that hold a block, and are reused as soon as nobody reads their
/// value any more.
struct LoopValues {
    enum Source: BitwiseCopyable {
        /// Contiguous in its array, of the compute type.
        case direct
        /// Contiguous in its array, of another type or stored as it is: brought into a register for each block.
        case converted
        /// One number for each row, or for the whole domain.
        case number
        /// Row by row into a register, once for all blocks where all rows are the same.
        case gathered(once: Bool)
    }

    /// How each input is read.
    let sources: [Source]
    /// For each value: whether it is one number all over a block, kept as one vector, and whether it is the same for
    /// all blocks.
    let isNumber: [Bool]
    let isUniform: [Bool]
    /// For each value its register; those of numbers hold one vector. -1 for none.
    let register: [Int]
    /// Bytes from the scratch memory's beginning.
    let registerOffset: [Int]
    /// For each value the number of the instruction that reads it last; outputs and reductions read after all of them.
    let lastUse: [Int]
    /// Elements of a full block.
    let blockElements: Int
    /// Rows of a block: 1, or as many whole ones as fit.
    let blockRows: Int
    let scratchBytes: Int
    /// The register for spreading one number over a block, and the place of a row's reduction so far.
    let spareOffset: Int
    let runningOffset: Int

    /// In 24 KB, which the first-level cache holds, the dispatch of instructions shows.
    private static let cacheBytes = 128 << 10

    init(
        _ compute: DType, _ layout: LoopLayout, _ inputs: [LoopInput], _ instructions: [LoopInstruction],
        _ outputs: [LoopOutput],
        _ reduction: LoopReduction?
    ) {
        let count = inputs.count + instructions.count
        var (sources, isNumber, isUniform) = ([Source](), [Bool](), [Bool]())
        for (place, input) in inputs.enumerated() {
            // An output may lie in the array of an input that another output stores.
            let isStored = outputs.contains { $0.value == place }
            let source = LoopValues.source(
                input, layout.steps[place], layout, isDirect: input.dtype == compute && !isStored)
            sources.append(source)
            if case .number = source { isNumber.append(true) } else { isNumber.append(false) }
            isUniform.append(layout.steps[place].isUniform)
        }
        for instruction in instructions {
            let operands = instruction.operands
            let areNumbers = operands.allSatisfy { isNumber[$0] }
            let areUniform = operands.allSatisfy { isUniform[$0] }
            isNumber.append(areNumbers)
            isUniform.append(areUniform)
        }
        var lastUse = [Int](repeating: -1, count: count)
        for (place, instruction) in instructions.enumerated() {
            for operand in instruction.operands { lastUse[operand] = place }
        }
        let kept = outputs.map { $0.value } + (reduction.map { [$0.value] } ?? [])
        for value in kept { lastUse[value] = instructions.count }
        let spreads = kept.contains { isNumber[$0] }

        // Wide registers are handed out by what is free when a value is made. An instruction may write over its own
        // operands.
        var register = [Int](repeating: -1, count: count)
        var free: [Int] = []
        var wide = 0
        var numbers: [Int] = []
        func take() -> Int {
            if let register = free.popLast() { return register }
            wide += 1
            return wide - 1
        }
        for place in inputs.indices where !isNumber[place] { register[place] = take() }
        for place in instructions.indices {
            let value = inputs.count + place
            for operand in Set(instructions[place].operands) where lastUse[operand] == place && register[operand] >= 0 {
                if case .gathered(once: true)? = operand < inputs.count ? sources[operand] : nil { continue }
                free.append(register[operand])
            }
            if !isNumber[value] { register[value] = take() }
            if lastUse[value] < 0, register[value] >= 0 { free.append(register[value]) }
        }
        for value in 0..<count where isNumber[value] {
            register[value] = wide + numbers.count
            numbers.append(value)
        }

        let streams = wide + (spreads ? 1 : 0) + outputs.count
        var bytes = 4096
        while bytes > 1024, bytes * streams > LoopValues.cacheBytes { bytes /= 2 }
        let most = bytes / compute.size
        if layout.hasShortRows {
            blockRows = Swift.max(1, Swift.min(layout.rows, most / Swift.max(1, layout.columns)))
            blockElements = blockRows * layout.columns
        } else {
            blockRows = 1
            blockElements = Swift.min(layout.columns, most)
        }
        let registerBytes = (Swift.max(64, blockElements * compute.size) + 63) & ~63
        registerOffset = (0..<wide).map { $0 * registerBytes } + numbers.indices.map { wide * registerBytes + $0 * 64 }
        spareOffset = wide * registerBytes + numbers.count * 64
        runningOffset = spareOffset + (spreads ? registerBytes : 0)
        scratchBytes = runningOffset + 64
        (self.sources, self.isNumber, self.isUniform, self.lastUse, self.register) = (
            sources, isNumber, isUniform, lastUse, register
        )
    }

    private static func source(_ input: LoopInput, _ steps: LoopLayout.Steps, _ layout: LoopLayout, isDirect: Bool)
        -> Source
    {
        if steps.isUniform { return .number }
        let contiguous: Source = isDirect ? .direct : .converted
        if !layout.hasShortRows { return steps.column == 1 ? contiguous : .number }
        if steps.column == 1, steps.row == layout.columns { return contiguous }
        return .gathered(once: steps.row == 0)
    }
}
