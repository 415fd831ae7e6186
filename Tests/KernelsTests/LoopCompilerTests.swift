import Steps
import XCTest

@testable import Kernels
@testable import References

/// Machine code of loops, beyond what LoopFuzzTests, LoopShapeTests and LoopOpcodeTests run both ways.
final class LoopCompilerTests: XCTestCase {
    private func stretches(_ loop: LoopCase, _ compilation: LoopCompilation = .atOnce, runs: Int = 1) -> [LoopStretches
        .Stretch]
    {
        let program = loop.program(compilation)
        let memory = loop.memory.map { $0.copy() }
        for _ in 0..<runs { memory.map { $0.pointer }.withUnsafeBufferPointer { program.run($0.baseAddress!) } }
        return Array(program.stretches.all)
    }

    private func chain(_ compute: DType, _ opcodes: [LoopOpcode], count: Int = 100) -> LoopCase {
        var noise = Noise(7)
        var loop = LoopCase(compute, [count])
        loop.readNoise(compute, &noise)
        loop.readNoise(compute, &noise)
        for (place, opcode) in opcodes.enumerated() { loop.run(opcode, place + 1, 0, 0, immediate: 2) }
        loop.write(compute)
        return loop
    }

    #if arch(x86_64)
        func testInstructionsAroundAnElementaryFunctionAreTwoStretchesOfMachineCode() {
            for compute in [DType.float32, .float64] {
                let loop = chain(compute, [.subtract, .addImmediate, .tanh, .divide, .maximum])
                let found = stretches(loop)
                XCTAssertEqual(found.map { [$0.first, $0.end] }, [[0, 2], [2, 3], [3, 5]])
                XCTAssertEqual(found.map { $0.function != nil }, [true, false, true])
                XCTAssertEqual(loop.bytes(.atOnce), loop.bytes(.never))
            }
        }

        func testInstructionsAreOrderedSoThatFunctionsOfOneStageLieTogether() {
            var noise = Noise(8)
            var loop = LoopCase(.float32, [200])
            loop.readNoise(.float32, &noise)
            loop.readNoise(.float32, &noise)
            loop.run(.add, 0, 1)
            loop.run(.exp, 2)
            loop.run(.divide, 0, 1)
            loop.run(.exp, 4)
            loop.run(.subtract, 3, 5)
            loop.run(.absolute, 6)
            loop.write(.float32)
            loop.write(.float32, value: 4)
            XCTAssertEqual(stretches(loop).map { [$0.first, $0.end] }, [[0, 2], [2, 4], [4, 6]])
            XCTAssertEqual(loop.bytes(.atOnce), loop.bytes(.never))
        }

        func testLoopsAreCompiledWhenTheyRunAgainAndLargeOnesAtOnce() {
            func isCompiled(_ count: Int, _ compilation: LoopCompilation, runs: Int) -> Bool {
                stretches(chain(.float32, [.subtract, .divide], count: count), compilation, runs: runs)[0].function
                    != nil
            }
            XCTAssertFalse(isCompiled(1000, .whenRepeated, runs: 1))
            XCTAssertTrue(isCompiled(1000, .whenRepeated, runs: 2))
            XCTAssertTrue(isCompiled(LoopStretches.largeDomain, .whenRepeated, runs: 1))
            XCTAssertFalse(isCompiled(LoopStretches.smallDomain - 1, .whenRepeated, runs: 9))
            XCTAssertFalse(isCompiled(1000, .never, runs: 9))
        }

        func testIntegersAndSingleInstructionsStayInterpreted() {
            XCTAssertNil(stretches(chain(.int64, [.add, .multiply]))[0].function)
            XCTAssertNil(stretches(chain(.float32, [.add]))[0].function)
            XCTAssertNil(stretches(chain(.float32, [.exp, .log]))[0].function)
        }
    #endif

    func testMoreValuesThanRegistersGoToTheStackAndBack() {
        var noise = Noise(9)
        for (compute, count) in [
            (DType.float32, 1), (.float32, 7), (.float32, 16), (.float32, 67), (.float64, 9), (.float64, 33),
            (.float32, 3000),
        ] {
            var loop = LoopCase(compute, [count])
            // More streams than registers for addresses, too.
            for _ in 0..<14 { loop.readNoise(compute, &noise) }
            for place in 0..<14 { loop.run(.multiply, place, (place + 1) % 14) }
            for place in 0..<14 { loop.run(.subtract, 14 + place, 14 + (place * 5 + 3) % 14) }
            for place in 0..<14 { loop.run(.add, 28 + place, 14 + 13 - place) }
            for place in 0..<13 {
                loop.run(place % 2 == 0 ? .maximum : .subtract, 42 + place, place == 0 ? 42 + 13 : 56 + place - 1)
            }
            for place in [14, 20, 30, 44, 56, 68] { loop.write(compute, value: place) }
            loop.write(over: 3, value: 68)
            loop.write(over: 9, value: 31)
            loop.check()
        }
    }

    func testWhatTakesTooMuchOfTheStackIsInterpreted() {
        var noise = Noise(10)
        var loop = LoopCase(.float32, [40])
        for _ in 0..<130 { loop.readNoise(.float32, &noise) }
        for place in 0..<130 { loop.run(.multiply, place, (place + 1) % 130) }
        for place in 0..<130 { loop.run(.subtract, 130 + place, 130 + (place * 7 + 1) % 130) }
        for place in 0..<130 { loop.write(.float32, value: 260 + place) }
        loop.check()
    }

    func testNumbersOfAnyLengthOfBlockAreStoredWhereTheyBelong() {
        var noise = Noise(11)
        for compute in [DType.float32, .float64] {
            for count in 1...70 {
                var loop = LoopCase(compute, [3, count])
                loop.readNoise(compute, &noise)
                loop.readNoise(compute, along: [true, false], &noise)
                loop.readNoise(compute, along: [false, true], &noise)
                loop.readNoise(compute, along: [false, false], &noise)
                loop.run(.subtract, 0, 1)
                loop.run(.multiply, 4, 2)
                loop.run(.multiplyImmediate, 1, immediate: 3)
                loop.run(.add, 5, 6)
                loop.run(.divide, 7, 3)
                loop.run(.throughTanh, 8, 0, immediate: 1)
                loop.write(over: 0, value: 9)
                loop.write(compute, value: 7)
                loop.check()
            }
        }
    }

    func testSpecialValuesAreWhatTheInterpreterMakesOfThem() {
        let special: [Double] = [
            0, -0.0, 1, -1, .infinity, -.infinity, .nan, 1e-310, -1e-40, 3.5, 2.5, -2.5, 1e30, -1e300, 0.5,
        ]
        for compute in [DType.float32, .float64] {
            var loop = LoopCase(compute, [special.count, special.count])
            loop.read(Memory(compute, special.map { Number.real($0) }), strides: [1, 0])
            loop.read(Memory(compute, special.map { Number.real($0) }), strides: [0, 1])
            let opcodes = LoopOpcode.allCases.filter { LoopCompiler.covers($0, 3) }
            for opcode in opcodes {
                for immediate in [-3.0, 0, 2] {
                    var one = loop
                    one.run(opcode, 0, 1, 0, immediate: immediate)
                    one.run(opcode, 2, 1, 0, immediate: immediate)
                    one.run(opcode, 1, 0, 2, immediate: immediate)
                    for value in 2...4 { one.write(compute, value: value) }
                    if roundedOpcodes.contains(opcode) {
                        XCTAssertEqual(one.bytes(.atOnce), one.bytes(.never), "\(opcode)")
                    } else {
                        one.check()
                    }
                }
            }
        }
    }
}
