import Steps

/// When a loop becomes machine code.
public enum LoopCompilation: Sendable {
    case never, atOnce
    /// When it runs a second time, or its domain is large: what runs once is not worth the making. Not where a domain
    /// is so small that a run is all dispatch.
    case whenRepeated
}

/// A loop's instructions as a block goes through them, in stretches: those that LoopCompiler covers as machine code,
/// the others interpreted.
struct LoopStretches {
    struct Stretch {
        var first: Int
        var end: Int
        var function: LoopCompiler.Function?
    }

    let all: UnsafeBufferPointer<Stretch>
    /// What the functions are in.
    private let machineCode: MachineCode?

    /// Elements for which the code is worth its making even if they come once, and those for which it never is.
    static let largeDomain = 1 << 16
    static let smallDomain = 32
    /// Instructions of one function: beyond that, code would leave the cache of instructions.
    private static let longest = 256

    /// All instructions interpreted.
    init(interpreting code: LoopCode) {
        all = plain([Stretch(first: 0, end: code.instructions.count, function: nil)])
        machineCode = nil
    }

    /// Nil if no two instructions in a row can be compiled, or the system does not let processes make code.
    init?(compiling code: LoopCode, _ isNumber: [Bool], _ compute: DType) {
        guard let vectorBytes = MachineCode.vectorBytes else { return nil }
        let instructions = Array(code.instructions)
        // Where each value is read last: behind all instructions, if it is a result.
        var lastRead = [Int](repeating: -1, count: isNumber.count)
        for place in instructions.indices {
            for operand in instructions[place].operands { lastRead[operand] = place }
        }
        for output in code.outputs { lastRead[output.value] = instructions.count }
        if let reduction = code.reduction { lastRead[reduction.value] = instructions.count }

        var bytes: [UInt8] = []
        var stretches: [Stretch] = []
        var offsets: [Int?] = []
        var first = 0
        while first < instructions.count {
            var end = first
            while end < instructions.count, end - first < LoopStretches.longest,
                LoopCompiler.covers(instructions[end].opcode, instructions[end].immediate)
            { end += 1 }
            if end - first >= 2,
                let function = LoopCompiler.code(
                    instructions[first..<end], isNumber: isNumber, isStored: lastRead.map { $0 >= end }, compute,
                    vectorBytes: vectorBytes)
            {
                while bytes.count % vectorBytes != 0 { bytes.append(0) }
                stretches.append(Stretch(first: first, end: end, function: nil))
                offsets.append(bytes.count)
                bytes += function
            } else {
                end = Swift.max(end, first + 1)
                if offsets.last == .some(nil) {
                    stretches[stretches.count - 1].end = end
                } else {
                    stretches.append(Stretch(first: first, end: end, function: nil))
                    offsets.append(nil)
                }
            }
            first = end
        }
        guard !bytes.isEmpty, let machineCode = MachineCode(bytes) else { return nil }
        for (place, offset) in offsets.enumerated() {
            guard let offset else { continue }
            stretches[place].function = unsafeBitCast(machineCode.address(offset), to: LoopCompiler.Function.self)
        }
        self.machineCode = machineCode
        all = plain(stretches)
    }

    func deallocate() { all.deallocate() }
}
