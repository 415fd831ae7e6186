/// Which value is in which vector register. What finds no room is what is read again last: inputs are where they were,
/// other values go to the stack.
extension LoopCompiler {
    /// A register that holds the value, kept until the instruction ends.
    mutating func inRegister(_ value: Int) -> Int {
        if let register = registers[value] {
            isPinned[register] = true
            return register
        }
        let register = temporary()
        assembler.load(register, memory(value))
        contents[register] = .value(value)
        registers[value] = register
        return register
    }

    mutating func inRegister(number bits: UInt64) -> Int {
        let constant = assembler.constant(bits)
        if let register = held(constant) { return register }
        let register = temporary()
        assembler.load(register, .constant(constant))
        contents[register] = .constant(constant)
        return register
    }

    /// The value where it is best read: from a register if it is there or is read again.
    mutating func operand(_ value: Int) -> Assembler.Operand {
        let isReadAgain = (readers[value]?.last ?? 0) > place
        if registers[value] != nil || (isReadAgain && contents.contains(.nothing)) {
            return .register(inRegister(value))
        }
        // There is one register for the addresses that have none.
        if !made.contains(value), !isNumber[value], pointers[value] == nil { return .register(inRegister(value)) }
        return memory(value)
    }

    mutating func operand(number bits: UInt64) -> Assembler.Operand {
        let constant = assembler.constant(bits)
        return held(constant).map { .register($0) } ?? .constant(constant)
    }

    /// The register that has the number already, kept until the instruction ends.
    private mutating func held(_ constant: Int) -> Int? {
        guard let register = contents.firstIndex(of: .constant(constant)) else { return nil }
        isPinned[register] = true
        return register
    }

    /// A register for use within the instruction.
    mutating func temporary() -> Int {
        let register = contents.firstIndex(of: .nothing) ?? freed()
        contents[register] = .temporary
        isPinned[register] = true
        return register
    }

    /// A register for the result of the one operation that an instruction is: operands that nobody reads afterwards
    /// make room.
    mutating func result() -> Int {
        for register in contents.indices where !isRead(contents[register], from: place + 1) { forget(register) }
        return temporary()
    }

    /// What is not read again leaves its register.
    mutating func endInstruction() {
        for register in contents.indices {
            isPinned[register] = false
            if !isRead(contents[register], from: place + 1) { forget(register) }
        }
    }

    private mutating func memory(_ value: Int) -> Assembler.Operand {
        inSlot.contains(value) ? slot(of: value) : stream(value)
    }

    private mutating func forget(_ register: Int) {
        if case .value(let value) = contents[register] { registers[value] = nil }
        contents[register] = .nothing
    }

    private func isRead(_ content: Content, from place: Int) -> Bool {
        switch content {
        case .nothing, .temporary: return false
        case .constant: return true
        case .value(let value): return (readers[value]?.last ?? -1) >= place
        }
    }

    private func nextRead(_ content: Content) -> Int {
        guard case .value(let value) = content else { return Int.max }
        return readers[value]?.first { $0 >= place } ?? Int.max
    }

    /// A register whose content is put away.
    private mutating func freed() -> Int {
        var (farthest, register) = (-1, 0)
        for candidate in contents.indices where !isPinned[candidate] {
            let next = nextRead(contents[candidate])
            if next > farthest { (farthest, register) = (next, candidate) }
        }
        if case .value(let value) = contents[register], made.contains(value), !inSlot.contains(value) {
            assembler.store(register, slot(of: value))
            inSlot.insert(value)
        }
        forget(register)
        return register
    }
}
