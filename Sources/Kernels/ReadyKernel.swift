import Steps

/// A step that a kernel of its own runs, made ready once.
public protocol KernelStep: StepDescription {
    /// The slot that it writes.
    var result: Int { get }
    /// - Parameter compiles: Whether tiles of products may be machine code made here, to the same bits.
    func kernel(compiles: Bool) -> ReadyKernel
}

/// A kernel for one type of elements, with all decided that does not depend on where its operands lie.
protocol TypedKernel: Sendable {
    associatedtype Step: Sendable
    var scratchBytes: Int { get }
    func run(
        _ step: Step, _ slots: UnsafePointer<UnsafeMutableRawPointer>, _ scratch: UnsafeMutableRawPointer?)
}

/// A typed kernel and the step that it runs.
public final class ReadyKernel: Sendable {
    /// The memory that `run` works in.
    public let scratchBytes: Int
    private let work: @Sendable (UnsafePointer<UnsafeMutableRawPointer>, UnsafeMutableRawPointer?) -> Void

    @inline(__always)
    init<Kernel: TypedKernel>(_ kernel: Kernel, _ step: Kernel.Step) {
        scratchBytes = kernel.scratchBytes
        work = { slots, scratch in kernel.run(step, slots, scratch) }
    }

    /// - Parameter scratch: `scratchBytes`, aligned to a cache line; may be nil if that is 0.
    public func run(_ slots: UnsafePointer<UnsafeMutableRawPointer>, scratch: UnsafeMutableRawPointer?) {
        work(slots, scratch)
    }
}
