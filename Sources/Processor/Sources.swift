import Kernels
import Steps

extension FillStep {
    var call: StepCall {
        let step = self
        return { slots throws(Failure) in fill(step.dtype, step.value, slots[step.result], step.count) }
    }
}

extension ArangeStep {
    var call: StepCall {
        let step = self
        return { slots throws(Failure) in arange(step.dtype, step.start, step.step, slots[step.result], step.count) }
    }
}

extension LinspaceStep {
    var call: StepCall {
        let step = self
        return { slots throws(Failure) in linspace(step.dtype, step.start, step.end, slots[step.result], step.count) }
    }
}
