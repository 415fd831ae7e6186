import Kernels
import Steps

extension FourierSumStep {
    /// The transform that the step is, with its roots of unity.
    func transform() throws(Failure) -> FourierTransform {
        guard
            let transform = FourierTransform(
                dtype, outer: layout.outer, n: layout.n, inner: layout.inner, isInverse: isInverse)
        else { throw .memory(operation: operation, bytes: 2 * layout.n * dtype.size) }
        return transform
    }

    func call(_ transform: FourierTransform, _ scratch: Int?) -> StepCall {
        let (source, result) = (source, result)
        return { slots throws(Failure) in
            transform.run(slots[source], slots[result], scratch.map { slots[$0] })
        }
    }
}
