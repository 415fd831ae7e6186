import Steps
import XCTest

@testable import Kernels

/// What LoopCombining makes of chains, and that it changes no bit and takes nothing that somebody else reads.
final class LoopCombiningTests: XCTestCase {
    private func combined(_ inputs: Int, _ instructions: [LoopInstruction], _ results: [Int]) -> [LoopOpcode] {
        LoopCombining(inputs, instructions, results: results).instructions.map { $0.opcode }
    }

    func testAProductThatIsAddedOrSubtractedBecomesOneInstruction() {
        let product = LoopInstruction(.multiply, a: 0, b: 1)
        XCTAssertEqual(combined(3, [product, LoopInstruction(.add, a: 2, b: 3)], [4]), [.multiplyAdd])
        XCTAssertEqual(combined(3, [product, LoopInstruction(.add, a: 3, b: 2)], [4]), [.multiplyAdd])
        XCTAssertEqual(combined(3, [product, LoopInstruction(.subtract, a: 2, b: 3)], [4]), [.subtractProduct])
        XCTAssertEqual(combined(3, [product, LoopInstruction(.subtract, a: 3, b: 2)], [4]), [.multiplySubtract])
    }

    func testProductsOfProductsAndSumsOfSumsBecomeOneInstruction() {
        let (product, sum) = (LoopInstruction(.multiply, a: 0, b: 1), LoopInstruction(.add, a: 0, b: 1))
        let scaled = LoopInstruction(.multiplyImmediate, a: 0, immediate: 2)
        for (first, opcode, combination) in [
            (product, LoopOpcode.multiply, LoopOpcode.multiplyMultiply), (sum, .add, .addAdd),
            (scaled, .multiply, .multiplyScaled),
        ] {
            XCTAssertEqual(combined(3, [first, LoopInstruction(opcode, a: 3, b: 2)], [4]), [combination])
            XCTAssertEqual(combined(3, [first, LoopInstruction(opcode, a: 2, b: 3)], [4]), [combination])
        }
    }

    func testDerivativesOfActivationsBecomeOneInstruction() {
        let throughTanh = [
            LoopInstruction(.square, a: 1), LoopInstruction(.reverseSubtractImmediate, a: 2, immediate: 1),
            LoopInstruction(.multiply, a: 0, b: 3),
        ]
        XCTAssertEqual(combined(2, throughTanh, [4]), [.throughTanh])
        let throughSigmoid = [
            LoopInstruction(.reverseSubtractImmediate, a: 1, immediate: 1), LoopInstruction(.multiply, a: 1, b: 2),
            LoopInstruction(.multiply, a: 0, b: 3),
        ]
        XCTAssertEqual(combined(2, throughSigmoid, [4]), [.throughSigmoid])
        let throughRelu = [
            LoopInstruction(.greaterImmediate, a: 1, immediate: 0), LoopInstruction(.constant, immediate: 0),
            LoopInstruction(.select, a: 2, b: 0, c: 3),
        ]
        XCTAssertEqual(combined(2, throughRelu, [4]), [.throughRelu])
    }

    func testWhatSomebodyElseReadsStays() {
        let product = LoopInstruction(.multiply, a: 0, b: 1)
        XCTAssertEqual(combined(3, [product, LoopInstruction(.add, a: 2, b: 3)], [3, 4]), [.multiply, .add])
        XCTAssertEqual(
            combined(3, [product, LoopInstruction(.add, a: 2, b: 3), LoopInstruction(.exp, a: 3)], [4, 5]),
            [.multiply, .add, .exp])
        XCTAssertEqual(combined(3, [product, LoopInstruction(.add, a: 3, b: 3)], [4]), [.multiply, .add])
    }

    func testALoopOfConstantsNeedsNoInputs() {
        let instructions = [
            LoopInstruction(.constant, immediate: 3), LoopInstruction(.sqrt, a: 0),
            LoopInstruction(.constant, immediate: 1),
        ]
        let combining = LoopCombining(0, instructions, results: [1])
        XCTAssertEqual(combining.instructions.map { $0.opcode }, [.constant, .sqrt])
        XCTAssertEqual(combining.number, [0, 1, -1])
    }

    func testResultsAreThoseOfTheSingleInstructionsToTheBit() {
        let count = 1000
        func number(_ input: Int, _ place: Int) -> Float {
            let whole = (place * 37 + input * 101) % 211
            return Float(whole) / 64 - 1.5
        }
        var memory: [[Float]] = []
        for input in 0..<4 { memory.append((0..<count).map { number(input, $0) }) }
        let chains: [(pair: [LoopInstruction], single: (Float, Float, Float) -> Float)] = [
            ([LoopInstruction(.multiply, a: 0, b: 1), LoopInstruction(.add, a: 2, b: 3)], { $2 + ($0 * $1) }),
            ([LoopInstruction(.multiply, a: 0, b: 1), LoopInstruction(.subtract, a: 2, b: 3)], { $2 - ($0 * $1) }),
            ([LoopInstruction(.multiply, a: 0, b: 1), LoopInstruction(.subtract, a: 3, b: 2)], { ($0 * $1) - $2 }),
            (
                [
                    LoopInstruction(.square, a: 1), LoopInstruction(.reverseSubtractImmediate, a: 3, immediate: 1),
                    LoopInstruction(.multiply, a: 0, b: 4),
                ], { x, y, _ in x * (1 - (y * y)) }
            ),
            (
                [
                    LoopInstruction(.greaterImmediate, a: 1, immediate: 0), LoopInstruction(.constant, immediate: 0),
                    LoopInstruction(.select, a: 3, b: 0, c: 4),
                ], { x, y, _ in y > 0 ? x : 0 }
            ),
        ]
        for (pair, single) in chains {
            let inputs = (0..<3).map { LoopInput(slot: $0, dtype: .float32, strides: [1], offset: 0) }
            let program = LoopProgram(
                LoopStep(
                    compute: .float32, domain: [count], inputs: inputs, instructions: pair,
                    outputs: [LoopOutput(slot: 3, dtype: .float32, value: 2 + pair.count)], reduction: nil))
            var pointers = memory.indices.map { index in memory[index].withUnsafeMutableBytes { $0.baseAddress! } }
            program.run(&pointers)
            for place in 0..<count {
                XCTAssertEqual(
                    memory[3][place].bitPattern,
                    single(memory[0][place], memory[1][place], memory[2][place]).bitPattern, "\(place)")
            }
        }
    }
}
