import Kernels
import Steps

extension ProcessorPreparation {
    func call(_ step: ConvolutionStep, _ scratch: Int?) -> StepCall {
        let convolution = convolution(step)
        return { slots throws(Failure) in
            convolution.run(
                slots[step.input], slots[step.weight], slots[step.result], scratch: scratch.map { slots[$0] })
        }
    }
}

extension ProcessorPreparation {
    func joins(_ step: WindowArgMaxStep) -> Bool {
        step.loop.map { WindowArgMax.joins(step, loop($0)) } ?? false
    }

    func call(_ step: WindowArgMaxStep) -> StepCall {
        let windows = WindowArgMax(step, loop: step.loop.map(taken))
        return { slots throws(Failure) in windows.run(slots.base) }
    }
}
