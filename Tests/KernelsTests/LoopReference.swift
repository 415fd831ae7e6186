import Steps
import Glibc
import XCTest

@testable import Kernels
@testable import References

/// A loop with its memory, one for each slot.
struct LoopCase {
    var compute: DType
    var domain: [Int]
    var inputs: [LoopInput] = []
    var instructions: [LoopInstruction] = []
    var outputs: [LoopOutput] = []
    var reduction: LoopReduction?
    var memory: [Memory] = []

    init(_ compute: DType, _ domain: [Int]) { (self.compute, self.domain) = (compute, domain) }

    var count: Int { domain.reduce(1, *) }
    var program: LoopProgram { program(.whenRepeated) }

    func program(_ compilation: LoopCompilation) -> LoopProgram {
        LoopProgram(
            LoopStep(
                compute: compute, domain: domain, inputs: inputs, instructions: instructions, outputs: outputs,
                reduction: reduction),
            compilation: compilation)
    }

    /// Reads `memory` with the given strides from its first element on.
    mutating func read(_ memory: Memory, strides: [Int], offset: Int = 0) {
        self.memory.append(memory)
        inputs.append(LoopInput(slot: self.memory.count - 1, dtype: memory.dtype, strides: strides, offset: offset))
    }

    /// Reads noise that varies along the axes of which `along` is true, and is the same along the others.
    mutating func readNoise(_ dtype: DType, along: [Bool], offset: Int = 0, _ noise: inout Noise) {
        var strides = [Int](repeating: 0, count: domain.count)
        var size = 1
        for axis in domain.indices.reversed() where along[axis] {
            strides[axis] = size
            size *= domain[axis]
        }
        read(.noise(dtype, offset + size, &noise), strides: strides, offset: offset)
    }

    mutating func readNoise(_ dtype: DType, _ noise: inout Noise) {
        readNoise(dtype, along: domain.map { _ in true }, &noise)
    }

    /// Instruction k is value inputs + k, so all inputs come first.
    mutating func run(_ opcode: LoopOpcode, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0, immediate: Double = 0) {
        instructions.append(LoopInstruction(opcode, a: a, b: b, c: c, immediate: immediate))
    }

    /// Stores a value (the last one unless told) into new memory.
    mutating func write(_ dtype: DType, value: Int? = nil) {
        memory.append(Memory(dtype, count))
        outputs.append(LoopOutput(slot: memory.count - 1, dtype: dtype, value: value ?? last))
    }

    /// Stores a value into the memory of an input.
    mutating func write(over input: Int, value: Int? = nil) {
        outputs.append(LoopOutput(slot: inputs[input].slot, dtype: inputs[input].dtype, value: value ?? last))
    }

    mutating func reduce(
        _ kind: ReductionKind, _ axes: [Bool], _ dtype: DType? = nil, value: Int? = nil, divisor: Double = 1
    ) {
        let kept = domain.indices.filter { !axes[$0] }.map { domain[$0] }.reduce(1, *)
        memory.append(Memory(dtype ?? compute, kept))
        reduction = LoopReduction(
            kind: kind, value: value ?? last, axes: axes, slot: memory.count - 1, dtype: dtype ?? compute,
            divisor: divisor)
    }

    private var last: Int { inputs.count + instructions.count - 1 }

    private var text: String {
        let steps = instructions.map { "\($0.opcode)(\($0.a) \($0.b) \($0.c), \($0.immediate))" }.joined(separator: " ")
        let reads = inputs.map { "\($0.dtype.name)\($0.strides)+\($0.offset)" }.joined(separator: " ")
        return
            "\(compute.name) \(domain): \(reads): \(steps): \(outputs.map { $0.value }) "
            + "\(String(describing: reduction))"
    }

    /// Runs the program on one, two and four threads, interpreted and as machine code: outputs must be to the bit what
    /// the definition says, reductions as near as their accumulators allow and the same both ways, and everything else
    /// as it was.
    func check(file: StaticString = #filePath, line: UInt = #line) {
        let (compiled, interpreted) = (bytes(.atOnce, file: file, line: line), bytes(.never, file: file, line: line))
        if let reduction {
            XCTAssertEqual(
                compiled[reduction.slot], interpreted[reduction.slot], "compiled, \(text)", file: file, line: line)
        }
        check(compiled, "compiled", file: file, line: line)
        check(interpreted, "interpreted", file: file, line: line)
    }

    /// What the memory holds after a run, which is the same on any number of threads.
    func bytes(_ compilation: LoopCompilation, file: StaticString = #filePath, line: UInt = #line) -> [[UInt8]] {
        let program = self.program(compilation)
        return sameOnAnyThreads(file: file, line: line) { () -> [[UInt8]] in
            let memory = self.memory.map { $0.copy() }
            memory.map { $0.pointer }.withUnsafeBufferPointer { program.run($0.baseAddress!) }
            XCTAssertTrue(memory.allSatisfy { $0.isWallIntact }, "wrote outside: \(text)", file: file, line: line)
            return memory.map { $0.bytes }
        }
    }

    private func check(_ bytes: [[UInt8]], _ way: String, file: StaticString, line: UInt) {
        let expected = self.memory.map { $0.copy() }
        let totals: [LoopTotal]
        switch compute {
        case .float32: totals = define(Float.self, expected)
        case .float64: totals = define(Double.self, expected)
        default: totals = define(Int64.self, expected)
        }
        for (slot, memory) in expected.enumerated() {
            let found = Memory(memory.dtype, memory.count)
            bytes[slot].withUnsafeBytes {
                if let base = $0.baseAddress { found.pointer.copyMemory(from: base, byteCount: $0.count) }
            }
            for place in 0..<memory.count {
                let isRight: Bool
                if let reduction, slot == reduction.slot {
                    isRight = totals[place].admits(found[place], reduction, compute)
                } else {
                    isRight = found[place].isSame(as: memory[place])
                }
                if isRight { continue }
                let wanted =
                    totals.isEmpty
                    ? "\(memory[place])" : "\(memory[place]) or \(totals[Swift.min(place, totals.count - 1)])"
                XCTFail(
                    "\(way), slot \(slot)[\(place)] is \(found[place]), not \(wanted): \(text)", file: file, line: line)
                break
            }
        }
    }

    /// What a loop means: every element for itself, and nothing stored before all has been read.
    private func define<T: LoopNumber>(_ type: T.Type, _ memory: [Memory]) -> [LoopTotal] {
        var stored = outputs.map { _ in [T]() }
        let axes = reduction?.axes ?? domain.map { _ in true }
        let kept = domain.indices.filter { !axes[$0] }
        var totals = [LoopTotal](
            repeating: LoopTotal(), count: reduction == nil ? 0 : kept.map { domain[$0] }.reduce(1, *))
        var index = domain.map { _ in 0 }
        var values = [T](repeating: T(.whole(0)), count: inputs.count + instructions.count)
        for _ in 0..<count {
            for (place, input) in inputs.enumerated() {
                var at = input.offset
                for axis in index.indices { at += index[axis] * input.strides[axis] }
                values[place] = T(memory[input.slot][at])
            }
            for (place, step) in instructions.enumerated() {
                values[inputs.count + place] = T.apply(
                    step.opcode, values[step.a], values[step.b], values[step.c], step.immediate)
            }
            for (place, output) in outputs.enumerated() { stored[place].append(values[output.value]) }
            if let reduction {
                var result = 0
                for axis in kept { result = result * domain[axis] + index[axis] }
                totals[result].take(values[reduction.value].number)
            }
            for axis in index.indices.reversed() {
                index[axis] += 1
                if index[axis] < domain[axis] { break }
                index[axis] = 0
            }
        }
        for (place, output) in outputs.enumerated() {
            for (at, value) in stored[place].enumerated() { memory[output.slot][at] = value.number }
        }
        return totals
    }
}

/// Everything that was reduced to one result.
struct LoopTotal {
    private var count = 0
    private var sum: Float80 = 0
    private var magnitudes: Float80 = 0
    private var wholeSum: Int64 = 0
    private var largest: Number?
    private var smallest: Number?
    private var hasNaN = false

    mutating func take(_ number: Number) {
        count += 1
        switch number {
        case .whole(let value): wholeSum &+= value
        case .real(let value):
            sum += Float80(value)
            magnitudes += Float80(value.magnitude)
            hasNaN = hasNaN || value.isNaN
        }
        if largest.map({ LoopTotal.isLess($0, number) }) ?? true { largest = number }
        if smallest.map({ LoopTotal.isLess(number, $0) }) ?? true { smallest = number }
    }

    private static func isLess(_ a: Number, _ b: Number) -> Bool {
        if case (.whole(let a), .whole(let b)) = (a, b) { return a < b }
        return a.double < b.double
    }

    /// Whether `found` may be the result: exactly the extremum or the integer; for sums of floats what float64
    /// accumulators in any order can give, rounded to the compute type once for the sum and once for the quotient, and
    /// then cast.
    func admits(_ found: Number, _ reduction: LoopReduction, _ compute: DType) -> Bool {
        if compute == .int64 {
            var value = wholeSum
            if reduction.kind == .maximum { value = largest?.int64 ?? .min }
            if reduction.kind == .minimum { value = smallest?.int64 ?? .max }
            let quotient =
                reduction.divisor == 1
                ? Number.whole(value) : .real(Number.real(Double(value) / reduction.divisor).double)
            return found.isSame(as: cast(.whole(quotient.int64), reduction.dtype))
        }
        guard reduction.kind == .sum else {
            var value = reduction.kind == .maximum ? largest?.double ?? -.infinity : smallest?.double ?? .infinity
            if hasNaN { value = .nan }
            if reduction.divisor != 1 {
                value = rounded(rounded(value, compute) / rounded(reduction.divisor, compute), compute)
            }
            // Zeros of both signs are equal, and either is the largest.
            let wanted = cast(.real(value), reduction.dtype)
            return found == wanted || found.isSame(as: wanted)
        }
        let exact = sum / Float80(reduction.divisor)
        if !exact.isFinite { return cast(.real(Double(exact)), reduction.dtype).isSame(as: found) }
        let additions = Float80(count) * 0x1p-53 * magnitudes / Float80(reduction.divisor.magnitude)
        // The sum, and if it is divided, the divisor and the quotient.
        var roundings: Float80 = (compute == .float32 ? 0x1p-24 : 0x1p-53) * (reduction.divisor == 1 ? 1 : 3)
        if reduction.dtype == .float32 { roundings += 0x1p-24 }
        let slack = additions + exact.magnitude * roundings * 1.001
        let (low, high) = (Double(exact - slack), Double(exact + slack))
        if reduction.dtype.isFloat, !reduction.dtype.isHalf {
            return found.double >= low.nextDown && found.double <= high.nextUp
        }
        let ends = [low, high].map { cast(.real($0), reduction.dtype) }
        // False lies between two numbers that are true.
        if reduction.dtype == .bool, low <= 0, high >= 0, found.int64 == 0 { return true }
        // A byte wraps, and nothing lies between.
        if reduction.dtype == .uint8 { return ends.contains(found) }
        return found.double >= ends[0].double && found.double <= ends[1].double
    }

    private func rounded(_ value: Double, _ dtype: DType) -> Double { dtype == .float32 ? Double(Float(value)) : value }

    private func cast(_ number: Number, _ dtype: DType) -> Number { Memory(dtype, [number])[0] }
}
