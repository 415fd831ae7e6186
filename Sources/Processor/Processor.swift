import Kernels
import Steps

/// This processor as a backend: each step becomes a call of a kernel, with everything decided beforehand.
public struct Processor: Backend {
    public init() {}

    public var name: String { "processor" }

    public func require(_ facility: Facility, for operation: String) throws(Failure) {
        switch facility {
        case .factorisations: try loadLAPACK(operation)
        }
    }

    public func preparation(compiles: Bool) -> any Preparation { ProcessorPreparation(compiles: compiles) }
}

/// The steps of one plan, as they become calls. What asking about a step has made is kept for the call.
final class ProcessorPreparation: Preparation {
    private let compiles: Bool
    // By the slot that the step writes first: no two steps of a plan write one slot.
    private var products: [Int: Gemm] = [:]
    private var roundedProducts: [Int: GemmBFloat16] = [:]
    private var loops: [Int: LoopProgram] = [:]
    private var strips: [Int: GemmStrips] = [:]
    private var convolutions: [Int: Convolution] = [:]
    private var transforms: [Int: FourierTransform] = [:]
    private var kernels: [Int: ReadyKernel] = [:]

    init(compiles: Bool) { self.compiles = compiles }

    func scratchBytes(_ kind: StepKind) throws(Failure) -> Int {
        switch kind {
        case .product(let step):
            step.precision == .bfloat16 ? roundedProduct(step).scratchBytes : product(step).scratchBytes
        case .convolution(let step): convolution(step).scratchBytes
        case .fourierSum(let step): try transform(step).scratchBytes
        case .attention(let step): kernel(step).scratchBytes
        case .attentionGradient(let step): kernel(step).scratchBytes
        case .recurrence(let step): kernel(step).scratchBytes
        case .recurrenceGradient(let step): kernel(step).scratchBytes
        case .argSort(let step): step.scratchBytes
        case .rowOrder(let step): step.scratchBytes
        case .inverse(let step): try step.scratchBytes()
        case .determinant(let step): try step.scratchBytes()
        case .cofactors(let step): try step.scratchBytes()
        case .solve(let step): try step.scratchBytes()
        case .triangularSolve(let step): try step.scratchBytes()
        case .cholesky(let step): try step.scratchBytes()
        case .decomposition(let step): try step.scratchBytes()
        default: 0
        }
    }

    func isDivisible(_ step: ProductStep) -> Bool {
        step.precision == .full && GemmStrips.divides(product(step))
    }

    func joins(_ step: StripsStep) -> Bool {
        let parts = step.parts.map { part in
            GemmStrips.Product(
                gemm: product(part.product), a: part.product.a, b: part.product.b, result: part.product.result,
                isKept: part.isKept)
        }
        guard let made = GemmStrips(parts, loop(step.loop)) else { return false }
        strips[step.loop.key] = made
        return true
    }

    func call(_ kind: StepKind, scratch: Int?) throws(Failure) -> StepCall {
        switch kind {
        case .fill(let step): step.call
        case .arange(let step): step.call
        case .linspace(let step): step.call
        case .move(let step): step.call
        case .gather(let step): step.call
        case .concatenate(let step): step.call
        case .assign(let step): step.call
        case .loop(let step): call(step)
        case .product(let step): call(step, scratch)
        case .strips(let step): try call(step)
        case .convolution(let step): call(step, scratch)
        case .windowArgMax(let step): call(step)
        case .attention(let step): call(step, scratch)
        case .attentionGradient(let step): call(step, scratch)
        case .recurrence(let step): call(step, scratch)
        case .recurrenceGradient(let step): call(step, scratch)
        case .softmax(let step): step.call
        case .argExtremum(let step): step.call
        case .crossEntropy(let step): step.call
        case .crossEntropyGradient(let step): step.call
        case .cumulativeSum(let step): step.call
        case .linearRecurrence(let step): step.call
        case .fourierSum(let step): try step.call(transform(step), scratch)
        case .pick(let step): step.call
        case .put(let step): step.call
        case .oneHot(let step): step.call
        case .ravel(let step): step.call
        case .countTrue(let step): step.call
        case .truePositions(let step): step.call
        case .unravel(let step): step.call
        case .argSort(let step): step.call(scratch)
        case .countBelow(let step): step.call
        case .rowOrder(let step): step.call(scratch)
        case .runsOfEquals(let step): step.call
        case .exchanges(let step): step.call
        case .draw(let step): step.call
        case .permutation(let step): step.call
        case .advance(let step): step.call
        case .check(let step): step.call
        case .inverse(let step): try step.call(scratch)
        case .determinant(let step): try step.call(scratch)
        case .cofactors(let step): try step.call(scratch)
        case .solve(let step): try step.call(scratch)
        case .triangularSolve(let step): try step.call(scratch)
        case .cholesky(let step): try step.call(scratch)
        case .decomposition(let step): try step.call(scratch)
        }
    }

    // MARK: Products and loops

    private func product(_ step: ProductStep) -> Gemm {
        if let known = products[step.result] { return known }
        let made = Gemm(
            dtype: step.dtype, m: step.m, n: step.n, k: step.k, transposeA: step.transposeA,
            transposeB: step.transposeB, batchOffsetsA: step.offsetsA, batchOffsetsB: step.offsetsB, compiles: compiles)
        products[step.result] = made
        return made
    }

    func convolution(_ step: ConvolutionStep) -> Convolution {
        if let known = convolutions[step.result] { return known }
        let made = Convolution(step, compiles: compiles)
        convolutions[step.result] = made
        return made
    }

    private func transform(_ step: FourierSumStep) throws(Failure) -> FourierTransform {
        if let known = transforms[step.result] { return known }
        let made = try step.transform()
        transforms[step.result] = made
        return made
    }

    private func kernel(_ step: some KernelStep) -> ReadyKernel {
        if let known = kernels[step.result] { return known }
        let made = step.kernel(compiles: compiles)
        kernels[step.result] = made
        return made
    }

    private func call(_ step: some KernelStep, _ scratch: Int?) -> StepCall {
        let kernel = kernel(step)
        return { slots throws(Failure) in kernel.run(slots.base, scratch: scratch.map { slots[$0] }) }
    }

    private func roundedProduct(_ step: ProductStep) -> GemmBFloat16 {
        if let known = roundedProducts[step.result] { return known }
        let made = GemmBFloat16(
            m: step.m, n: step.n, k: step.k, transposeA: step.transposeA, transposeB: step.transposeB,
            batchOffsetsA: step.offsetsA, batchOffsetsB: step.offsetsB, compiles: compiles)
        roundedProducts[step.result] = made
        return made
    }

    /// A loop program has memory of its own, so each step has its own program.
    func loop(_ step: LoopStep) -> LoopProgram {
        if let known = loops[step.key] { return known }
        let made = LoopProgram(step, compilation: compiles ? .whenRepeated : .never)
        loops[step.key] = made
        return made
    }

    /// The same, for the call that it belongs to.
    func taken(_ step: LoopStep) -> LoopProgram {
        let program = loop(step)
        loops[step.key] = nil
        return program
    }

    private func call(_ step: LoopStep) -> StepCall {
        let program = taken(step)
        return { slots throws(Failure) in program.run(slots.base) }
    }

    private func call(_ step: ProductStep, _ scratch: Int?) -> StepCall {
        let (a, b, result) = (step.a, step.b, step.result)
        if step.precision == .bfloat16 {
            let product = roundedProduct(step)
            return { slots throws(Failure) in
                product.run(slots[a], slots[b], slots[result], scratch: scratch.map { slots[$0] })
            }
        }
        let product = product(step)
        guard let scratch else {
            return { slots throws(Failure) in product.run(slots[a], slots[b], slots[result]) }
        }
        return { slots throws(Failure) in product.run(slots[a], slots[b], slots[result], scratch: slots[scratch]) }
    }

    private func call(_ step: StripsStep) throws(Failure) -> StepCall {
        guard strips[step.loop.key] != nil || joins(step), let made = strips.removeValue(forKey: step.loop.key) else {
            throw .unsupported(operation: "plan", "these products and this loop do not run as one step here")
        }
        loops[step.loop.key] = nil
        return { slots throws(Failure) in made.run(slots.base) }
    }
}

extension LoopStep {
    fileprivate var key: Int { outputs.first?.slot ?? reduction?.slot ?? -1 }
}
