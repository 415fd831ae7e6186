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

extension WindowArgMaxStep {
    var call: StepCall {
        let (windows, source, result, values) = (WindowArgMax(self), source, result, values)
        return { slots throws(Failure) in
            windows.run(
                slots[source], slots[result].assumingMemoryBound(to: Int64.self), values: values.map { slots[$0] })
        }
    }
}
