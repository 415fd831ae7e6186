import Steps
import XCTest

@testable import Kernels
@testable import References

/// Each opcode by itself over lengths below, at and above those of vectors and blocks.
final class LoopOpcodeTests: XCTestCase {
    private static let lengths = [1, 3, 7, 8, 9, 15, 16, 17, 31, 33, 1000, 100_003]

    /// What was measured over these operands, and a little more for another processor's pow. VectorMathTests sweep all
    /// of the axis.
    private static let places: [LoopOpcode: Double] = [
        .bce: 1, .bceWithLogits: 2, .clampedLog: 1, .cos: 1.6, .erf: 1.7, .exp: 1, .expm1: 1.8, .gelu: 3.8,
        .normalCumulative: 3.8, .log: 0.8, .log1p: 0.9, .power: 0.6,
        .powerImmediate: 5, .rsqrt: 1.5, .sigmoid: 2.6, .sin: 1.6, .softplus: 1.6, .tanh: 2.4,
        .atan2: 2.3, .exp2: 1.05, .log2: 1.8, .log10: 1.95, .tan: 3.5, .asin: 2.3, .acos: 1.15, .atan: 2.1, .sinh: 2.4,
        .cosh: 1.5, .asinh: 1.7, .acosh: 2.7, .atanh: 1.9, .erfc: 5.2, .hypot: 1,
    ]

    private func immediates(_ opcode: LoopOpcode) -> [Double] {
        switch opcode {
        case .powerImmediate: return [2, 3, -1, -2, 0, 8, 0.5, -1.5, 20]
        case .leakyRelu: return [0.01]
        case .polygamma: return [0, 1]
        case .throughTanh, .throughSigmoid: return [1]
        case .throughRelu: return [0]
        default: return opcode.hasImmediate ? [2, -3, 0] : [0]
        }
    }

    /// Loops over the first elements of a, b and c, all lengths.
    private func results(_ opcode: LoopOpcode, _ immediate: Double, _ compute: DType, _ operands: [Memory]) -> [Memory]
    {
        LoopOpcodeTests.lengths.map { length in
            var loop = LoopCase(compute, [length])
            for memory in operands { loop.read(memory, strides: [1]) }
            loop.run(opcode, 0, 1, 2, immediate: immediate)
            loop.write(compute)
            let program = loop.program
            loop.memory.map { $0.pointer }.withUnsafeBufferPointer { program.run($0.baseAddress!) }
            XCTAssertTrue(loop.memory[3].isWallIntact, "\(opcode)")
            return loop.memory[3]
        }
    }

    private func realOperands<T: RealLoopNumber & SIMDScalar>(_ type: T.Type, _ opcode: LoopOpcode, _ count: Int)
        -> [[T]]
    {
        let edges: [T] = [
            0, -0.0, 1, -1, 0.5, -0.5, 2, 3, -3, 1e-5, -1e-5, 88, -88, 103, 709, 1e9, -1e9, .infinity, -.infinity, .nan,
            .leastNonzeroMagnitude,
            -.leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
        ]
        var noise = Noise(UInt64(opcode.rawValue) + 1)
        var operands: [[T]] = [[], [], []]
        for place in 0..<count {
            for number in 0..<3 {
                // All pairs of edges come first.
                let edge =
                    number == 0 ? place / edges.count : number == 1 ? place % edges.count : (place + 5) % edges.count
                var value =
                    edge < edges.count ? edges[edge] : T(noise.chance(10) ? noise.real(-120, 120) : noise.real(-4, 4))
                if opcode == .bce || opcode == .bceWithLogits, number == 1 || opcode == .bce {
                    value = number == 1 ? T(noise.below(2)) : T(noise.real(0, 1))
                }
                operands[number].append(value)
            }
        }
        return operands
    }

    private func checkReal<T: RealLoopNumber & SIMDScalar>(_ type: T.Type, _ compute: DType) {
        let count = LoopOpcodeTests.lengths.max()!
        // GammaTests has the functions whose accuracy is not relative everywhere.
        for opcode in LoopOpcode.allCases
        where !integerOpcodes.contains(opcode) && !specialOpcodes.contains(opcode) {
            let operands = realOperands(T.self, opcode, count)
            let memory = operands.map { Memory(compute, $0.map { $0.number }) }
            for immediate in immediates(opcode) {
                let found = results(opcode, immediate, compute, memory)
                let longest = found.last!.values(T.self)
                var (worst, at) = (0.0, 0)
                for place in 0..<count {
                    let (a, b, c) = (operands[0][place], operands[1][place], operands[2][place])
                    let exact = T.exact(opcode, a, b, c, immediate)
                    var off = ulps(longest[place], exact)
                    if !roundedOpcodes.contains(opcode), !longest[place].number.isSame(as: T(exact).number) {
                        off = .infinity
                    }
                    // 1 / x^n loses the digits of subnormal results.
                    if opcode == .powerImmediate, immediate < 0, exact.magnitude < Float80(T.leastNormalMagnitude) {
                        off = longest[place].magnitude <= T.leastNormalMagnitude ? 0 : off
                    }
                    if off > worst { (worst, at) = (off, place) }
                }
                let call = "\(opcode)(\(operands.map { $0[at] }); \(immediate)) = \(longest[at])"
                XCTAssertLessThanOrEqual(worst, LoopOpcodeTests.places[opcode, default: 0], call)
                for (length, short) in zip(LoopOpcodeTests.lengths, found) {
                    XCTAssertEqual(
                        short.bytes, Array(found.last!.bytes.prefix(length * compute.size)), "\(opcode) over \(length)")
                }
            }
        }
    }

    func testEveryOpcodeOnFloat32IsExactOrWithinAFewPlaces() {
        checkReal(Float.self, .float32)
    }

    func testEveryOpcodeOnFloat64IsExactOrWithinAFewPlaces() {
        checkReal(Double.self, .float64)
    }

    func testEveryOpcodeOnInt64IsExactAndWraps() {
        let edges: [Int64] = [
            0, 1, -1, 2, 3, -2, .max, .min, .max - 1, .min + 1, 1 << 32, -(1 << 31), (1 << 53) + 1, 255, 256,
        ]
        let count = LoopOpcodeTests.lengths.max()!
        var noise = Noise(1)
        var operands: [[Int64]] = [[], [], []]
        for place in 0..<count {
            let pair = place < edges.count * edges.count
            operands[0].append(pair ? edges[place / edges.count] : Int64(noise.below(2001)) - 1000)
            operands[1].append(pair ? edges[place % edges.count] : Int64(noise.below(21)) - 10)
            operands[2].append(pair ? edges[(place + 7) % edges.count] : Int64(noise.below(21)) - 10)
        }
        for opcode in LoopOpcode.allCases where !realOpcodes.contains(opcode) {
            // The definition of powers multiplies as often as the exponent says.
            let b = opcode == .power ? operands[1].map { $0 % 64 } : operands[1]
            let memory = [operands[0], b, operands[2]].map { Memory(.int64, $0.map { .whole($0) }) }
            let numbers =
                opcode == .powerImmediate
                ? [2, 3, 0, -1, -2, 63] : opcode.hasImmediate ? [2, -3, 0, 0x1p53, -0x1p60] : [0]
            for immediate in numbers {
                let found = results(opcode, immediate, .int64, memory)
                let wanted = (0..<count).map { Int64.apply(opcode, operands[0][$0], b[$0], operands[2][$0], immediate) }
                for (length, values) in zip(LoopOpcodeTests.lengths, found) {
                    XCTAssertTrue(
                        values.values(Int64.self) == wanted.prefix(length).map { $0 },
                        "\(opcode) \(immediate) over \(length)")
                }
            }
        }
    }
}
