import Kernels
import Steps

extension AttentionForward {
    func call(_ scratch: Int?) -> StepCall {
        { slots throws(Failure) in self.run(slots.base, scratch: scratch.map { slots[$0] }) }
    }
}

extension AttentionGradient {
    func call(_ scratch: Int?) -> StepCall {
        { slots throws(Failure) in self.run(slots.base, scratch: scratch.map { slots[$0] }) }
    }
}
