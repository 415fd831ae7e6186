import Steps

/// Instructions in an order in which those that become machine code lie together, so that few values cross from one
/// stretch to the next: what needs no elementary function comes first, then the functions of that, then what needs no
/// others, and so on.
struct LoopOrder {
    private(set) var instructions: [LoopInstruction] = []
    /// For each value, its number afterwards.
    private(set) var number: [Int]

    init(_ inputCount: Int, _ instructions: [LoopInstruction]) {
        // Twice the functions on the longest way to the value, one less where it is a function's itself.
        var stage = [Int](repeating: 0, count: inputCount)
        for instruction in instructions {
            let latest = instruction.operands.map { (stage[$0] + 1) & ~1 }.max() ?? 0
            stage.append(LoopCompiler.covers(instruction.opcode, instruction.immediate) ? latest : latest + 1)
        }
        let order = instructions.indices.sorted { (stage[inputCount + $0], $0) < (stage[inputCount + $1], $1) }
        number = Array(0..<inputCount + instructions.count)
        for (place, old) in order.enumerated() { number[inputCount + old] = inputCount + place }
        for old in order {
            var instruction = instructions[old]
            instruction.a = number[instruction.a]
            instruction.b = number[instruction.b]
            instruction.c = number[instruction.c]
            self.instructions.append(instruction)
        }
    }
}
