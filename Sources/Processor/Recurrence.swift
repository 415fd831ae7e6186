import Kernels
import Steps

extension RecurrentForward {
    func call(_ scratch: Int?) -> StepCall {
        { slots throws(Failure) in self.run(slots.base, scratch: scratch.map { slots[$0] }) }
    }
}

extension RecurrentGradient {
    func call(_ scratch: Int?) -> StepCall {
        { slots throws(Failure) in self.run(slots.base, scratch: scratch.map { slots[$0] }) }
    }
}
