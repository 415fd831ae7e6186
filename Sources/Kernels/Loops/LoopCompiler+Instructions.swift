import Steps

/// What each opcode becomes. The operations are those of LoopArithmetic+Real.swift, in the same order; elementary
/// functions are not covered: they are run by the interpreter, in which a block's memory costs little beside their
/// arithmetic.
extension LoopCompiler {
    static func covers(_ opcode: LoopOpcode, _ immediate: Double) -> Bool {
        switch opcode {
        case .copy, .add, .subtract, .multiply, .divide, .maximum, .minimum, .equal, .notEqual, .less, .lessEqual,
            .greater, .greaterEqual, .logicalAnd,
            .logicalOr, .logicalNot, .select, .multiplyAdd, .multiplySubtract, .subtractProduct, .multiplyMultiply,
            .multiplyScaled, .addAdd, .throughTanh,
            .throughSigmoid, .throughRelu, .negative, .absolute, .sign, .sqrt, .rsqrt, .square, .reciprocal, .relu,
            .leakyRelu, .toBool, .addImmediate,
            .subtractImmediate, .reverseSubtractImmediate, .multiplyImmediate, .divideImmediate,
            .reverseDivideImmediate, .maximumImmediate,
            .minimumImmediate, .greaterImmediate, .lessImmediate, .equalImmediate, .constant, .round, .floor, .ceil,
            .truncate:
            return true
        case .powerImmediate: return immediate.magnitude <= 8 && immediate == immediate.rounded(.towardZero)
        default: return false
        }
    }

    /// The register of the result; nil for what is not covered.
    mutating func emit(_ instruction: LoopCode.Instruction) -> Int? {
        let (a, b, c) = (instruction.a, instruction.b, instruction.c)
        let number = bits(instruction.immediate)
        switch instruction.opcode {
        case .copy:
            let operand = operand(a)
            let result = result()
            assembler.load(result, operand)
            return result
        case .constant:
            let result = result()
            assembler.load(result, operand(number: number))
            return result

        case .add: return commutative(.add, a, b)
        case .subtract: return single(.subtract, inRegister(a), operand(b))
        case .multiply: return commutative(.multiply, a, b)
        case .divide: return single(.divide, inRegister(a), operand(b))
        case .square: return single(.multiply, inRegister(a), operand(a))
        case .addImmediate: return single(.add, inRegister(a), operand(number: number))
        case .subtractImmediate: return single(.subtract, inRegister(a), operand(number: number))
        case .reverseSubtractImmediate: return single(.subtract, inRegister(number: number), operand(a))
        case .multiplyImmediate: return single(.multiply, inRegister(a), operand(number: number))
        case .divideImmediate: return single(.divide, inRegister(a), operand(number: number))
        case .reverseDivideImmediate: return single(.divide, inRegister(number: number), operand(a))
        case .reciprocal: return single(.divide, inRegister(number: one), operand(a))
        case .negative: return single(.xor, inRegister(a), operand(number: signBit))
        case .absolute: return single(.and, inRegister(a), operand(number: signBit - 1))

        case .multiplyAdd: return two(.multiply, a, b, .add, c)
        case .multiplySubtract: return two(.multiply, a, b, .subtract, c)
        case .multiplyMultiply: return two(.multiply, a, b, .multiply, c)
        case .addAdd: return two(.add, a, b, .add, c)
        case .subtractProduct:
            let product = several(.multiply, a, b)
            assembler.arithmetic(.subtract, product, inRegister(c), .register(product))
            return product
        case .multiplyScaled:
            let product = several(.multiply, inRegister(a), operand(number: number))
            assembler.arithmetic(.multiply, product, product, operand(b))
            return product
        case .throughTanh:
            let factor = several(.multiply, b, b)
            assembler.arithmetic(.subtract, factor, inRegister(number: number), .register(factor))
            assembler.arithmetic(.multiply, factor, factor, operand(a))
            return factor
        case .throughSigmoid:
            let factor = several(.subtract, inRegister(number: number), operand(b))
            assembler.arithmetic(.multiply, factor, factor, operand(b))
            assembler.arithmetic(.multiply, factor, factor, operand(a))
            return factor
        case .sqrt:
            let operand = operand(a)
            let result = result()
            assembler.squareRoot(result, operand)
            return result
        case .rsqrt:
            let root = temporary()
            assembler.squareRoot(root, operand(a))
            assembler.arithmetic(.divide, root, inRegister(number: one), .register(root))
            return root
        case .powerImmediate: return power(a, Int(instruction.immediate))

        case .round: return rounded(.nearestEven, a)
        case .floor: return rounded(.down, a)
        case .ceil: return rounded(.up, a)
        case .truncate: return rounded(.towardZero, a)

        case .maximum: return extreme(.maximum, inRegister(a), inRegister(b))
        case .minimum: return extreme(.minimum, inRegister(a), inRegister(b))
        case .maximumImmediate: return extreme(.maximum, inRegister(a), inRegister(number: number))
        case .minimumImmediate: return extreme(.minimum, inRegister(a), inRegister(number: number))

        case .equal: return truth(.equal, a, operand(b))
        case .notEqual: return truth(.notEqualOrUnordered, a, operand(b))
        case .less: return truth(.less, a, operand(b))
        case .lessEqual: return truth(.lessEqual, a, operand(b))
        case .greater: return truth(.greater, a, operand(b))
        case .greaterEqual: return truth(.greaterEqual, a, operand(b))
        case .equalImmediate: return truth(.equal, a, operand(number: number))
        case .lessImmediate: return truth(.less, a, operand(number: number))
        case .greaterImmediate: return truth(.greater, a, operand(number: number))
        case .logicalNot: return truth(.equal, a, operand(number: 0))
        case .toBool: return truth(.notEqualOrUnordered, a, operand(number: 0))
        case .logicalAnd:
            let other = truth(.notEqualOrUnordered, b, operand(number: 0))
            return kept(.register(other), where: .notEqualOrUnordered, inRegister(a), operand(number: 0))
        case .logicalOr:
            let other = truth(.notEqualOrUnordered, b, operand(number: 0))
            return blended(other, operand(number: one), where: .notEqualOrUnordered, inRegister(a), operand(number: 0))
        case .select:
            return blended(inRegister(c), operand(b), where: .notEqualOrUnordered, inRegister(a), operand(number: 0))

        case .relu: return kept(.register(inRegister(a)), where: .greaterOrUnordered, inRegister(a), operand(number: 0))
        case .throughRelu: return kept(operand(a), where: .greater, inRegister(b), operand(number: number))
        case .leakyRelu:
            let scaled = several(.multiply, inRegister(a), operand(number: number))
            return blended(inRegister(a), .register(scaled), where: .less, inRegister(a), operand(number: 0))
        case .sign:
            let x = inRegister(a)
            let positive = blended(x, operand(number: one), where: .greater, x, operand(number: 0))
            return blended(positive, operand(number: bits(-1)), where: .less, x, operand(number: 0))
        default: return nil
        }
    }

    private var one: UInt64 { bits(1) }
    private var signBit: UInt64 { isDouble ? 1 << 63 : 1 << 31 }

    private func bits(_ number: Double) -> UInt64 { isDouble ? number.bitPattern : UInt64(Float(number).bitPattern) }

    /// The whole instruction is one operation.
    private mutating func single(_ operation: Assembler.Arithmetic, _ a: Int, _ b: Assembler.Operand) -> Int {
        let result = result()
        assembler.arithmetic(operation, result, a, b)
        return result
    }

    private mutating func commutative(_ operation: Assembler.Arithmetic, _ a: Int, _ b: Int) -> Int {
        let (first, second) = heldFirst(a, b)
        return single(operation, inRegister(first), operand(second))
    }

    /// The first of several operations, whose operands may be read by the next.
    private mutating func several(_ operation: Assembler.Arithmetic, _ a: Int, _ b: Assembler.Operand) -> Int {
        let result = temporary()
        assembler.arithmetic(operation, result, a, b)
        return result
    }

    private mutating func several(_ operation: Assembler.Arithmetic, _ a: Int, _ b: Int) -> Int {
        let (first, second) = heldFirst(a, b)
        return several(operation, inRegister(first), operand(second))
    }

    /// (a first b) second c
    private mutating func two(
        _ first: Assembler.Arithmetic, _ a: Int, _ b: Int, _ second: Assembler.Arithmetic, _ c: Int
    ) -> Int {
        let result = several(first, a, b)
        assembler.arithmetic(second, result, result, operand(c))
        return result
    }

    /// Only the second operand may be read from memory: where one is in a register, that is the first.
    private func heldFirst(_ a: Int, _ b: Int) -> (Int, Int) {
        registers[a] == nil && registers[b] != nil ? (b, a) : (a, b)
    }

    private mutating func rounded(_ rounding: Assembler.Rounding, _ a: Int) -> Int {
        let operand = operand(a)
        let result = result()
        assembler.round(rounding, result, operand)
        return result
    }

    /// The processor's instruction takes its last operand, here a, where either is NaN or both are 0; NaN in b is what
    /// is missing.
    private mutating func extreme(_ operation: Assembler.Arithmetic, _ a: Int, _ b: Int) -> Int {
        let result = several(operation, b, .register(a))
        return blended(result, .register(b), where: .unordered, b, .register(b))
    }

    private mutating func power(_ a: Int, _ exponent: Int) -> Int {
        let result = temporary()
        assembler.load(result, operand(number: one))
        guard exponent != 0 else { return result }
        let factor = temporary()
        assembler.load(factor, operand(a))
        var left = exponent.magnitude
        while left != 0 {
            if left & 1 != 0 { assembler.arithmetic(.multiply, result, result, .register(factor)) }
            left >>= 1
            if left != 0 { assembler.arithmetic(.multiply, factor, factor, .register(factor)) }
        }
        if exponent < 0 { assembler.arithmetic(.divide, result, inRegister(number: one), .register(result)) }
        return result
    }

    // MARK: Masks

    /// 1 where value a and b compare so, else 0.
    private mutating func truth(_ predicate: Assembler.Predicate, _ a: Int, _ b: Assembler.Operand) -> Int {
        kept(operand(number: one), where: predicate, inRegister(a), b)
    }

    /// x where registers a and b compare so, else 0.
    private mutating func kept(
        _ x: Assembler.Operand, where predicate: Assembler.Predicate, _ a: Int, _ b: Assembler.Operand
    ) -> Int {
        let result = temporary()
        let mask = compare(predicate, a, b, orIn: result)
        assembler.keep(result, x, mask: mask)
        return result
    }

    /// `other` where registers a and b compare so, else x.
    private mutating func blended(
        _ x: Int, _ other: Assembler.Operand, where predicate: Assembler.Predicate, _ a: Int, _ b: Assembler.Operand
    ) -> Int {
        let result = temporary()
        let mask = compare(predicate, a, b, orIn: result)
        assembler.blend(result, x, other, mask: mask)
        return result
    }

    /// The register of the mask: one for masks if the processor has them, else `vector`.
    private mutating func compare(_ predicate: Assembler.Predicate, _ a: Int, _ b: Assembler.Operand, orIn vector: Int)
        -> Int
    {
        let mask = assembler.isWide ? 1 : vector
        assembler.compare(predicate, mask, a, b)
        return mask
    }
}
