/// x86-64 machine code as bytes, as far as loops and products need it: instructions on vectors of 64 bytes (AVX-512,
/// encoded in EVEX) or of 32 and 16 (AVX2, in VEX), and a few on addresses. Numbers that an instruction reads from
/// memory follow the code. The encodings are those of the Intel 64 and IA-32 Architectures Software Developer's Manual,
/// volume 2, chapter 2.
struct Assembler {
    /// The general registers, by their numbers.
    enum General: UInt8 { case rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15 }

    enum Operand {
        case register(Int)
        /// base + index * scale + displacement
        case memory(General, index: General? = nil, scale: Int = 1, displacement: Int = 0)
        /// A number in all lanes, by its place among `constants`.
        case constant(Int)

        /// What lies some bytes behind this operand in memory.
        fileprivate func further(_ bytes: Int) -> Operand {
            guard case .memory(let base, let index, let scale, let displacement) = self else { return self }
            return .memory(base, index: index, scale: scale, displacement: displacement + bytes)
        }
    }

    enum Arithmetic: UInt8 {
        case add = 0x58
        case multiply = 0x59
        case subtract = 0x5c
        case minimum = 0x5d
        case divide = 0x5e
        case maximum = 0x5f
        case and = 0x54
        case xor = 0x57
    }

    /// Comparisons that do not signal; with NaN those are true whose name says "or unordered".
    enum Predicate: UInt8 {
        case equal = 0x00
        case less = 0x11
        case lessEqual = 0x12
        case unordered = 0x03
        case notEqualOrUnordered = 0x04
        case greaterOrUnordered = 0x16
        case greaterEqual = 0x1d
        case greater = 0x1e
    }

    enum Rounding: UInt8 {
        case nearestEven = 8
        case down, up, towardZero
    }

    /// Bytes of a vector, and of one of its elements.
    let width: Int
    let elementBytes: Int
    private(set) var bytes: [UInt8] = []
    private var constants: [UInt64] = []
    /// Where the distance to a constant belongs, and what it is counted from.
    private var references: [(place: Int, end: Int, constant: Int)] = []

    /// Whether these are vectors of AVX-512. Then masks have registers of their own, by numbers from 1; else a mask is
    /// a vector of ones and zeros.
    var isWide: Bool { width == 64 }
    private var isDouble: Bool { elementBytes == 8 }
    /// Vector registers that there are.
    var registerCount: Int { isWide ? 32 : 16 }

    init(width: Int, elementBytes: Int) {
        self.width = width
        self.elementBytes = elementBytes
    }

    /// The code, with its constants behind it.
    func finished() -> [UInt8] {
        var code = bytes
        while code.count % width != 0 { code.append(0xcc) }
        let pool = code.count
        for constant in constants {
            for place in 0..<width {
                code.append(UInt8(truncatingIfNeeded: constant >> UInt64(8 * (place % elementBytes))))
            }
        }
        for reference in references {
            code.replaceSubrange(
                reference.place..<reference.place + 4, with: word(pool + reference.constant * width - reference.end))
        }
        return code
    }

    /// The place of a number, given by its bits.
    mutating func constant(_ bits: UInt64) -> Int {
        if let place = constants.firstIndex(of: bits) { return place }
        constants.append(bits)
        return constants.count - 1
    }

    // MARK: Vectors

    /// result = a op b
    mutating func arithmetic(_ operation: Arithmetic, _ result: Int, _ a: Int, _ b: Operand) {
        vector(map: 1, prefix: isDouble ? 1 : 0, opcode: operation.rawValue, result, a, b)
    }

    mutating func squareRoot(_ result: Int, _ a: Operand) {
        vector(map: 1, prefix: isDouble ? 1 : 0, opcode: 0x51, result, 0, a)
    }

    mutating func round(_ rounding: Rounding, _ result: Int, _ a: Operand) {
        vector(map: 3, prefix: 1, opcode: isDouble ? 0x09 : 0x08, result, 0, a, immediate: rounding.rawValue)
    }

    mutating func load(_ result: Int, _ a: Operand) {
        vector(map: 1, prefix: 0, opcode: 0x10, result, 0, a, isTyped: false)
    }

    mutating func store(_ a: Int, _ target: Operand) {
        vector(map: 1, prefix: 0, opcode: 0x11, a, 0, target, isTyped: false)
    }

    /// The first bytes at `a`, a multiple of four of them, and zeros behind. `spare` is a register that may change. Not
    /// for AVX-512, which has masks for it.
    mutating func load(_ result: Int, _ a: Operand, bytes: Int, spare: Int) {
        switch bytes {
        case 32: load(result, a)
        case 20, 24, 28:
            load(result, a, bytes: 16, spare: spare)
            load(spare, a.further(16), bytes: bytes - 16, spare: spare)
            vector(map: 3, prefix: 1, opcode: 0x18, result, result, .register(spare), immediate: 1)
        case 12:
            load(result, a, bytes: 8, spare: spare)
            vector(map: 3, prefix: 1, opcode: 0x21, result, result, a.further(8), isShort: true, immediate: 0x20)
        default: move(bytes, 0x10, result, a)
        }
    }

    /// The first bytes of `a`, as `load` has them.
    mutating func store(_ a: Int, _ target: Operand, bytes: Int, spare: Int) {
        switch bytes {
        case 32: store(a, target)
        case 20, 24, 28:
            store(a, target, bytes: 16, spare: spare)
            vector(map: 3, prefix: 1, opcode: 0x19, a, 0, .register(spare), immediate: 1)
            store(spare, target.further(16), bytes: bytes - 16, spare: spare)
        case 12:
            store(a, target, bytes: 8, spare: spare)
            vector(map: 3, prefix: 1, opcode: 0x17, a, 0, target.further(8), isShort: true, immediate: 2)
        default: move(bytes, 0x11, a, target)
        }
    }

    /// 4, 8 or 16 bytes between a register and memory.
    private mutating func move(_ bytes: Int, _ opcode: UInt8, _ register: Int, _ memory: Operand) {
        vector(map: 1, prefix: bytes == 4 ? 2 : bytes == 8 ? 3 : 0, opcode: opcode, register, 0, memory, isShort: true)
    }

    /// A mask register's number with AVX-512, a vector of ones and zeros without. `result` names it.
    mutating func compare(_ predicate: Predicate, _ result: Int, _ a: Int, _ b: Operand) {
        vector(map: 1, prefix: isDouble ? 1 : 0, opcode: 0xc2, result, a, b, immediate: predicate.rawValue)
    }

    /// result = mask ? b : a
    mutating func blend(_ result: Int, _ a: Int, _ b: Operand, mask: Int) {
        if isWide {
            vector(map: 2, prefix: 1, opcode: 0x65, result, a, b, mask: mask)
        } else {
            vector(map: 3, prefix: 1, opcode: isDouble ? 0x4b : 0x4a, result, a, b, immediate: UInt8(mask) << 4)
        }
    }

    /// result = mask ? a : 0
    mutating func keep(_ result: Int, _ a: Operand, mask: Int) {
        if isWide {
            vector(map: 1, prefix: isDouble ? 1 : 0, opcode: 0x10, result, 0, a, mask: mask, isZeroing: true)
        } else {
            arithmetic(.and, result, mask, a)
        }
    }

    /// sum += a * b, rounded once
    mutating func addProduct(_ sum: Int, _ a: Int, _ b: Operand) {
        vector(map: 2, prefix: 1, opcode: 0xb8, sum, a, b, isWideElement: isDouble)
    }

    /// The element at `a`, in all lanes.
    mutating func broadcast(_ result: Int, _ a: Operand) {
        if isDouble && width == 16 {
            vector(map: 1, prefix: 3, opcode: 0x12, result, 0, a)
        } else {
            vector(map: 2, prefix: 1, opcode: isDouble ? 0x19 : 0x18, result, 0, a)
        }
    }

    /// Registers' upper parts become zero, which processors want before code that does not know of them.
    mutating func endVectors() { bytes += [0xc5, 0xf8, 0x77] }

    /// One vector instruction: `reg` and `source` are its first two registers (0 for a second that it does not have),
    /// `operand` the last. In VEX few instructions have a bit for the width of elements, and `isShort` makes vectors
    /// those of 16 bytes.
    private mutating func vector(
        map: UInt8, prefix: UInt8, opcode: UInt8, _ reg: Int, _ source: Int, _ operand: Operand, mask: Int = 0,
        isZeroing: Bool = false,
        isTyped: Bool = true, isWideElement: Bool = false, isShort: Bool = false, immediate: UInt8? = nil
    ) {
        // The third bits of base (or register) and index, and the fourth of a register, stored inverted.
        var (low, middle) = (0, 0)
        switch operand {
        case .register(let number): (low, middle) = (number >> 3 & 1, number >> 4 & 1)
        case .memory(let base, let index, _, _):
            (low, middle) = (Int(base.rawValue) >> 3, Int(index?.rawValue ?? 0) >> 3)
        case .constant: break
        }
        var first = map
        if reg & 8 == 0 { first |= 0x80 }
        if middle & 1 == 0 { first |= 0x40 }
        if low & 1 == 0 { first |= 0x20 }
        let second = UInt8(~source & 15) << 3 | prefix
        if isWide {
            if reg & 16 == 0 { first |= 0x10 }
            var third = 0x40 | UInt8(mask)
            if isZeroing { third |= 0x80 }
            if source & 16 == 0 { third |= 0x08 }
            bytes += [0x62, first, second | 0x04 | (isTyped && isDouble ? 0x80 : 0), third]
        } else {
            bytes += [0xc4, first, second | (width == 32 && !isShort ? 0x04 : 0) | (isWideElement ? 0x80 : 0)]
        }
        bytes.append(opcode)
        let reference = address(UInt8(reg & 7), operand, isScaled: isWide)
        if let immediate { bytes.append(immediate) }
        if let reference { references.append((reference.place, bytes.count, reference.constant)) }
    }

    /// The bytes that name a register and an operand. A distance takes one byte or four; EVEX, which would scale a
    /// single one, is given four.
    private mutating func address(_ reg: UInt8, _ operand: Operand, isScaled: Bool = false) -> (
        place: Int, constant: Int
    )? {
        switch operand {
        case .register(let number): bytes.append(0xc0 | reg << 3 | UInt8(number & 7))
        case .memory(let base, let index, let scale, let displacement):
            let low = base.rawValue & 7
            let hasNone = displacement == 0 && low != 5
            let isShort = !isScaled && Int8(exactly: displacement) != nil
            bytes.append((hasNone ? 0 : isShort ? 0x40 : 0x80) | reg << 3 | (index != nil || low == 4 ? 4 : low))
            if index != nil || low == 4 {
                bytes.append(UInt8(scale.trailingZeroBitCount) << 6 | ((index ?? .rsp).rawValue & 7) << 3 | low)
            }
            if !hasNone { bytes += isShort ? [UInt8(truncatingIfNeeded: displacement)] : word(displacement) }
        case .constant(let place):
            bytes.append(0x05 | reg << 3)
            bytes += word(0)
            return (bytes.count - 4, place)
        }
        return nil
    }

    /// The four bytes of a distance or of a number in an instruction.
    private func word(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }

    // MARK: Addresses

    /// Where an indirect call may arrive.
    mutating func begin() { bytes += [0xf3, 0x0f, 0x1e, 0xfa] }
    mutating func push(_ register: General) {
        bytes += (register.rawValue > 7 ? [0x41] : []) + [0x50 | register.rawValue & 7]
    }
    mutating func pop(_ register: General) {
        bytes += (register.rawValue > 7 ? [0x41] : []) + [0x58 | register.rawValue & 7]
    }
    mutating func ret() { bytes.append(0xc3) }

    /// to = from
    mutating func move(_ to: General, _ from: General) { general(0x8b, to.rawValue, .register(Int(from.rawValue))) }
    /// to = the eight bytes at base + displacement
    mutating func move(_ to: General, from base: General, _ displacement: Int) {
        general(0x8b, to.rawValue, .memory(base, displacement: displacement))
    }
    /// to = the address of an operand in memory
    mutating func address(_ to: General, _ operand: Operand) { general(0x8d, to.rawValue, operand) }
    /// to += the eight bytes at base + displacement
    mutating func add(_ to: General, from base: General, _ displacement: Int) {
        general(0x03, to.rawValue, .memory(base, displacement: displacement))
    }
    mutating func add(_ to: General, _ number: Int) { immediate(0, to, number) }
    mutating func and(_ to: General, _ number: Int) { immediate(4, to, number) }
    mutating func compare(_ a: General, _ b: General) { general(0x3b, a.rawValue, .register(Int(b.rawValue))) }

    private mutating func immediate(_ operation: UInt8, _ to: General, _ number: Int) {
        general(0x81, operation, .register(Int(to.rawValue)))
        bytes += word(number)
    }

    private mutating func general(_ opcode: UInt8, _ reg: UInt8, _ operand: Operand) {
        var (low, middle): (UInt8, UInt8) = (0, 0)
        switch operand {
        case .register(let number): low = UInt8(number >> 3)
        case .memory(let base, let index, _, _): (low, middle) = (base.rawValue >> 3, (index?.rawValue ?? 0) >> 3)
        case .constant: break
        }
        bytes += [0x48 | (reg >> 3) << 2 | middle << 1 | low, opcode]
        _ = address(reg & 7, operand)
    }

    // MARK: Jumps

    enum Condition: UInt8 {
        case equal = 0x84
        case notEqual = 0x85
        case belowOrEqual = 0x86
        case less = 0x8c
        case greaterOrEqual = 0x8d
    }

    /// A jump to a place that `land` tells later; to be handed to it.
    mutating func jump(if condition: Condition) -> Int {
        bytes += [0x0f, condition.rawValue, 0, 0, 0, 0]
        return bytes.count
    }

    mutating func land(_ jump: Int) {
        bytes.replaceSubrange(jump - 4..<jump, with: word(bytes.count - jump))
    }

    /// A jump back to `place`, a number of bytes from the beginning.
    mutating func jump(if condition: Condition, to place: Int) {
        bytes += [0x0f, condition.rawValue]
        bytes += word(place - (bytes.count + 4))
    }
}
