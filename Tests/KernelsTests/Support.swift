import Glibc
import Machine
import Steps
import XCTest

@testable import Kernels
@testable import References

/// How far `value` is from `exact`, in units of the last place that T has there; 0 where both are NaN, or the same
/// infinity once rounded.
func ulps<T: BinaryFloatingPoint>(_ value: T, _ exact: Float80) -> Double {
    if exact.isNaN || value.isNaN { return exact.isNaN && value.isNaN ? 0 : .infinity }
    let rounded = T(exact)
    if rounded.isInfinite || value.isInfinite {
        if value == rounded { return 0 }
        // Next to the overflow threshold, one place off.
        return value.magnitude == T.greatestFiniteMagnitude || rounded.magnitude == T.greatestFiniteMagnitude
            ? 1 : .infinity
    }
    return Double((Float80(value) - exact).magnitude / Float80(Swift.max(rounded.ulp, T.leastNonzeroMagnitude)))
}

/// What `body` gives on one thread, after a look that it gives the same on two and on four.
@discardableResult
func sameOnAnyThreads<R: Equatable>(file: StaticString = #filePath, line: UInt = #line, _ body: () -> R) -> R {
    let before = ThreadPool.count
    defer { ThreadPool.setCount(before) }
    ThreadPool.setCount(1)
    let result = body()
    for threads in [2, 4] {
        ThreadPool.setCount(threads)
        XCTAssertTrue(body() == result, "\(threads) threads give other bits", file: file, line: line)
    }
    return result
}

/// The opcode of every number in `x`.
func evaluate<T: BitwiseCopyable>(_ opcode: LoopOpcode, _ x: [T], _ compute: DType) -> [T] {
    let (source, result) = (Memory(compute, x.count), Memory(compute, x.count))
    x.withUnsafeBytes { if let base = $0.baseAddress { source.pointer.copyMemory(from: base, byteCount: $0.count) } }
    let program = LoopProgram(
        LoopStep(
            compute: compute, domain: [x.count],
            inputs: [LoopInput(slot: 0, dtype: compute, strides: [1], offset: 0)],
            instructions: [LoopInstruction(opcode)], outputs: [LoopOutput(slot: 1, dtype: compute, value: 1)],
            reduction: nil))
    [source.pointer, result.pointer].withUnsafeBufferPointer { program.run($0.baseAddress!) }
    return result.values(T.self)
}
