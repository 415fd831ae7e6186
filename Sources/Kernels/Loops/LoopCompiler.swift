import Steps

/// Makes machine code of a stretch of a loop's instructions: a function that runs all of them vector by vector, so that
/// values in between stay in the processor's registers. Where the interpreter takes a block through one instruction
/// after the other, this takes each of its vectors through all of them; operations and roundings are the same, hence so
/// are the bits.
///
/// The function is given the operands of the frame, by number of value, and the bytes of a block, at least 64. What
/// does not fill a vector at the block's end is in a vector that overlaps its neighbour; that is computed first and
/// stored last, because results may lie where operands lie.
struct LoopCompiler {
    typealias Function = @convention(c) (UnsafeMutableRawPointer, Int) -> Void

    let isDouble: Bool
    var assembler: Assembler
    /// The present instruction.
    var place = 0

    private let instructions: ArraySlice<LoopCode.Instruction>
    let isNumber: [Bool]
    /// For each value, whether something beyond the stretch reads it.
    private let isStored: [Bool]
    /// For each value, the instructions that read it.
    var readers: [Int: [Int]] = [:]
    /// The values that the stretch makes.
    var made: Set<Int> = []
    /// Whether the block's end is being computed.
    private var isEnd = false

    /// Where the blocks of values begin, as far as there are registers for that.
    private(set) var pointers: [Int: Assembler.General] = [:]
    /// Places on the stack, in vectors, and the values that are there at present.
    var slots: [Int: Int] = [:]
    var inSlot: Set<Int> = []
    var contents: [Content] = []
    var isPinned: [Bool] = []
    var registers: [Int: Int] = [:]

    /// What a vector register holds.
    enum Content: Equatable {
        case nothing
        case value(Int)
        /// A number, by its place among the assembler's.
        case constant(Int)
        /// Something within the present instruction.
        case temporary
    }

    /// Registers for addresses: rdi has the operands, rsi the beginning of the block's last vector, rdx that of the
    /// present one, rax what has no register of its own.
    private static let general: [Assembler.General] = [.rcx, .r8, .r9, .r10, .r11, .rbx, .r12, .r13, .r14, .r15]
    private static let preserved: Set<Assembler.General> = [.rbx, .r12, .r13, .r14, .r15]
    /// Less than a page, so that no page at the stack's end is jumped over.
    private static let stackBytes = 3584
    private static let operandBytes = MemoryLayout<LoopOperand>.stride

    /// The code for instructions that are no numbers; nil if one is not covered, or it would need too much of the
    /// stack.
    static func code(
        _ instructions: ArraySlice<LoopCode.Instruction>, isNumber: [Bool], isStored: [Bool], _ compute: DType,
        vectorBytes: Int
    ) -> [UInt8]? {
        var compiler = LoopCompiler(instructions, isNumber, isStored, compute, vectorBytes)
        guard compiler.function(), compiler.slots.count * vectorBytes <= stackBytes else { return nil }
        return compiler.assembler.finished()
    }

    private init(
        _ instructions: ArraySlice<LoopCode.Instruction>, _ isNumber: [Bool], _ isStored: [Bool], _ compute: DType,
        _ vectorBytes: Int
    ) {
        self.instructions = instructions
        self.isNumber = isNumber
        self.isStored = isStored
        isDouble = compute == .float64
        assembler = Assembler(width: vectorBytes, elementBytes: compute.size)
        for place in instructions.indices {
            for operand in instructions[place].operands { readers[operand, default: []].append(place) }
            made.insert(instructions[place].result)
        }
    }

    // MARK: The function

    /// False where an instruction is not covered.
    private mutating func function() -> Bool {
        let read = Set(readers.keys).subtracting(made).sorted()
        let numbers = read.filter { isNumber[$0] }
        let results = instructions.map { $0.result }.filter { isStored[$0] }
        for (value, register) in zip(read.filter { !isNumber[$0] } + results, LoopCompiler.general) {
            pointers[value] = register
        }
        let saved = LoopCompiler.general.filter { LoopCompiler.preserved.contains($0) && pointers.values.contains($0) }

        assembler.begin()
        assembler.push(.rbp)
        assembler.move(.rbp, .rsp)
        for register in saved { assembler.push(register) }
        assembler.add(.rsp, -LoopCompiler.stackBytes)
        assembler.and(.rsp, -64)
        for (value, register) in pointers.sorted(by: { $0.key < $1.key }) { loadPointer(register, value) }
        for number in numbers {
            loadPointer(.rax, number)
            assembler.load(0, .memory(.rax))
            assembler.store(0, slot(of: number))
        }

        let width = assembler.width
        assembler.move(.rdx, .rsi)
        assembler.add(.rsi, -width)
        assembler.and(.rdx, width - 1)
        let isWhole = assembler.jump(if: .equal)
        assembler.move(.rdx, .rsi)
        isEnd = true
        guard body(numbers) else { return false }
        isEnd = false
        assembler.land(isWhole)

        assembler.and(.rdx, 0)
        let loop = assembler.bytes.count
        guard body(numbers) else { return false }
        assembler.add(.rdx, width)
        assembler.compare(.rdx, .rsi)
        assembler.jump(if: .belowOrEqual, to: loop)

        assembler.move(.rdx, .rsi)
        assembler.and(.rdx, width - 1)
        let hasNoEnd = assembler.jump(if: .equal)
        assembler.move(.rdx, .rsi)
        for result in results {
            assembler.load(0, endSlot(of: result))
            assembler.store(0, stream(result))
        }
        assembler.land(hasNoEnd)

        assembler.address(.rsp, .memory(.rbp, displacement: -8 * saved.count))
        for register in saved.reversed() { assembler.pop(register) }
        assembler.pop(.rbp)
        assembler.endVectors()
        assembler.ret()
        return true
    }

    /// All instructions on the vector at rdx.
    private mutating func body(_ numbers: [Int]) -> Bool {
        contents = [Content](repeating: .nothing, count: assembler.registerCount)
        isPinned = [Bool](repeating: false, count: assembler.registerCount)
        registers = [:]
        inSlot = Set(numbers)
        for index in instructions.indices {
            place = index
            let instruction = instructions[index]
            guard let register = emit(instruction) else { return false }
            let result = instruction.result
            contents[register] = .value(result)
            registers[result] = register
            if isStored[result] {
                assembler.store(register, isEnd ? endSlot(of: result) : stream(result))
            }
            endInstruction()
        }
        return true
    }

    private mutating func loadPointer(_ register: Assembler.General, _ value: Int) {
        assembler.move(register, from: .rdi, value * LoopCompiler.operandBytes)
    }

    /// The present vector of a block.
    mutating func stream(_ value: Int) -> Assembler.Operand {
        if let pointer = pointers[value] { return .memory(pointer, index: .rdx) }
        loadPointer(.rax, value)
        return .memory(.rax, index: .rdx)
    }

    mutating func slot(of value: Int) -> Assembler.Operand {
        let slot = slots[value] ?? slots.count
        slots[value] = slot
        return .memory(.rsp, displacement: slot * assembler.width)
    }

    /// Where a result of the block's end waits for the others, which is no value's own place.
    private mutating func endSlot(of result: Int) -> Assembler.Operand { slot(of: -1 - result) }
}
