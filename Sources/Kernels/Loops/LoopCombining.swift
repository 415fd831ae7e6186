import Steps

/// Makes one instruction of two or three, where what is in between is read by nobody else: a value that is neither
/// stored nor read back saves more time than the arithmetic takes. Roundings stay as they are, so no bit of a result
/// changes.
struct LoopCombining {
    private(set) var instructions: [LoopInstruction]
    /// For each value, its number afterwards; -1 for those that are gone.
    private(set) var number: [Int]

    private let inputCount: Int
    /// How often each value is read, by instructions or as a result.
    private var uses: [Int]

    init(_ inputCount: Int, _ instructions: [LoopInstruction], results: [Int]) {
        self.inputCount = inputCount
        self.instructions = instructions
        uses = [Int](repeating: 0, count: inputCount + instructions.count)
        for value in results { uses[value] += 1 }
        for instruction in instructions {
            for operand in instruction.operands { uses[operand] += 1 }
        }
        number = []
        for place in instructions.indices { combine(place) }
        removeUnused()
    }

    /// The instruction that makes `value`, if it is of that kind and nobody else reads it.
    private func only(_ value: Int, _ opcode: LoopOpcode) -> LoopInstruction? {
        guard value >= inputCount, uses[value] == 1, instructions[value - inputCount].opcode == opcode else {
            return nil
        }
        return instructions[value - inputCount]
    }

    private mutating func combine(_ place: Int) {
        let whole = instructions[place]
        switch whole.opcode {
        case .add:
            if let product = only(whole.b, .multiply) {
                replace(
                    place, LoopInstruction(.multiplyAdd, a: product.a, b: product.b, c: whole.a), without: [whole.b])
            } else if let product = only(whole.a, .multiply) {
                replace(
                    place, LoopInstruction(.multiplyAdd, a: product.a, b: product.b, c: whole.b), without: [whole.a])
            } else if let sum = only(whole.a, .add) {
                replace(place, LoopInstruction(.addAdd, a: sum.a, b: sum.b, c: whole.b), without: [whole.a])
            } else if let sum = only(whole.b, .add) {
                replace(place, LoopInstruction(.addAdd, a: sum.a, b: sum.b, c: whole.a), without: [whole.b])
            }
        case .subtract:
            if let product = only(whole.b, .multiply) {
                replace(
                    place, LoopInstruction(.subtractProduct, a: product.a, b: product.b, c: whole.a), without: [whole.b]
                )
            } else if let product = only(whole.a, .multiply) {
                replace(
                    place, LoopInstruction(.multiplySubtract, a: product.a, b: product.b, c: whole.b),
                    without: [whole.a])
            }
        case .multiply:
            if combineDerivative(place, whole.a, whole.b) || combineDerivative(place, whole.b, whole.a) { return }
            if !combineProduct(place, whole.a, whole.b) { _ = combineProduct(place, whole.b, whole.a) }
        case .select:
            // 0 is what the other branch must be everywhere.
            if let condition = only(whole.a, .greaterImmediate), whole.c >= inputCount {
                let other = instructions[whole.c - inputCount]
                guard other.opcode == .constant, other.immediate == 0 else { return }
                replace(
                    place, LoopInstruction(.throughRelu, a: whole.b, b: condition.a, immediate: condition.immediate),
                    without: [whole.a],
                    unread: whole.c)
            }
        default: break
        }
    }

    /// A product of a product that nobody else reads.
    private mutating func combineProduct(_ place: Int, _ product: Int, _ factor: Int) -> Bool {
        if let inner = only(product, .multiply) {
            replace(place, LoopInstruction(.multiplyMultiply, a: inner.a, b: inner.b, c: factor), without: [product])
        } else if let inner = only(product, .multiplyImmediate) {
            replace(
                place, LoopInstruction(.multiplyScaled, a: inner.a, b: factor, immediate: inner.immediate),
                without: [product])
        } else {
            return false
        }
        return true
    }

    /// cotangent · (1 - y²), or cotangent · (y (1 - y)).
    private mutating func combineDerivative(_ place: Int, _ cotangent: Int, _ factor: Int) -> Bool {
        if let rest = only(factor, .reverseSubtractImmediate), let square = only(rest.a, .square) {
            replace(
                place, LoopInstruction(.throughTanh, a: cotangent, b: square.a, immediate: rest.immediate),
                without: [factor, rest.a])
            return true
        }
        guard let product = only(factor, .multiply) else { return false }
        guard let rest = only(product.b, .reverseSubtractImmediate), rest.a == product.a else { return false }
        replace(
            place, LoopInstruction(.throughSigmoid, a: cotangent, b: rest.a, immediate: rest.immediate),
            without: [factor, product.b],
            unread: rest.a)
        return true
    }

    /// `unread`: a value that one instruction fewer reads.
    private mutating func replace(_ place: Int, _ instruction: LoopInstruction, without gone: [Int], unread: Int? = nil)
    {
        instructions[place] = instruction
        for value in gone { uses[value] = 0 }
        if let unread { uses[unread] -= 1 }
    }

    private mutating func removeUnused() {
        number = Array(0..<inputCount)
        var kept: [LoopInstruction] = []
        for (place, instruction) in instructions.enumerated() {
            guard uses[inputCount + place] > 0 else {
                number.append(-1)
                continue
            }
            // Operands that are not read must still name a value, and 0 always does.
            var moved = instruction
            let reads = instruction.opcode.operandCount
            moved.a = reads > 0 ? number[instruction.a] : 0
            moved.b = reads > 1 ? number[instruction.b] : 0
            moved.c = reads > 2 ? number[instruction.c] : 0
            number.append(inputCount + kept.count)
            kept.append(moved)
        }
        instructions = kept
    }
}
