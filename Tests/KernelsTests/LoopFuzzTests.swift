import Steps
import XCTest

@testable import Kernels
@testable import References

/// Random programs: domains, strides, dtypes and chains of instructions that nobody thought of.
final class LoopFuzzTests: XCTestCase {
    private func domain(_ noise: inout Noise) -> [Int] {
        var domain = (0..<noise.below(5)).map { _ in noise.pick([1, 2, 3, 5, 16, 17]) }
        if let last = domain.indices.last {
            // Wide rows now and then; the others stay small.
            if noise.chance(30) { domain[last] = noise.pick([255, 256, 257, 1000, 2500]) }
            if noise.chance(3) { domain[noise.below(domain.count)] = 0 }
        }
        while domain.reduce(1, *) > 12_000 { domain.removeFirst() }
        return domain
    }

    /// Dense, broadcast along some axes, or a view with its outer axes in another order, backwards or apart.
    private func addInput(_ loop: inout LoopCase, _ dtype: DType, _ noise: inout Noise) {
        let domain = loop.domain
        switch noise.below(3) {
        case 0: loop.readNoise(dtype, &noise)
        case 1:
            let along = domain.map { _ in noise.chance(50) }
            loop.readNoise(dtype, along: along, offset: noise.below(4), &noise)
        default:
            guard let last = domain.lastIndex(where: { $0 != 1 }) else { return loop.readNoise(dtype, &noise) }
            var strides = domain.map { _ in 0 }
            strides[last] = noise.below(2)
            var (low, high) = (0, strides[last] * (domain[last] - 1))
            var axes = Array(0..<last)
            while !axes.isEmpty {
                let axis = axes.remove(at: noise.below(axes.count))
                let step = noise.pick([0, high - low + 1, high - low + 4, 1])
                strides[axis] = noise.chance(30) ? -step : step
                let reach = strides[axis] * (domain[axis] - 1)
                if reach < 0 { low += reach } else { high += reach }
            }
            loop.read(.noise(dtype, Swift.max(0, high - low) + 1, &noise), strides: strides, offset: -low)
        }
    }

    private func program(_ noise: inout Noise) -> LoopCase {
        let compute = noise.pick([DType.float32, .float64, .int64])
        var loop = LoopCase(compute, domain(&noise))
        for _ in 0..<noise.below(5) {
            let dtype =
                noise.chance(50) ? compute : noise.pick(DType.allCases.filter { compute != .int64 || !$0.isFloat })
            addInput(&loop, dtype, &noise)
        }
        let excluded = compute == .int64 ? realOpcodes : roundedOpcodes.union(integerOpcodes)
        let opcodes = LoopOpcode.allCases.filter { !excluded.contains($0) && $0 != .power && $0 != .powerImmediate }
        for _ in 0...noise.below(10) {
            let values = loop.inputs.count + loop.instructions.count
            let opcode = values == 0 ? LoopOpcode.constant : noise.pick(opcodes)
            let operands = (0..<3).map { _ in values == 0 ? 0 : noise.chance(50) ? noise.below(values) : values - 1 }
            loop.run(opcode, operands[0], operands[1], operands[2], immediate: Double(noise.below(7) - 3))
        }
        let values = loop.inputs.count + loop.instructions.count
        let writes = noise.below(4)
        var free = loop.inputs.indices.filter { place in isDense(loop.inputs[place], loop.domain) }
        for _ in 0..<writes {
            let value = noise.below(values)
            if !free.isEmpty, noise.chance(40) {
                loop.write(over: free.remove(at: noise.below(free.count)), value: value)
            } else {
                loop.write(noise.chance(60) ? compute : noise.pick(DType.allCases), value: value)
            }
        }
        if writes == 0 || noise.chance(40) {
            let dtype = noise.chance(80) ? compute : noise.pick(DType.allCases)
            loop.reduce(
                noise.pick(ReductionKind.allCases), loop.domain.map { _ in noise.chance(50) }, dtype,
                value: noise.below(values),
                divisor: noise.pick([1, 1, 3]))
        }
        return loop
    }

    private func isDense(_ input: LoopInput, _ domain: [Int]) -> Bool {
        var size = 1
        for axis in domain.indices.reversed() {
            if input.strides[axis] != size { return false }
            size *= domain[axis]
        }
        return input.offset == 0
    }

    func testRandomProgramsGiveTheDefinition() {
        var noise = Noise(2024)
        for _ in 0..<3000 { program(&noise).check() }
    }
}
