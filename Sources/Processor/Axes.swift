import Kernels
import Steps

extension SoftmaxStep {
    var call: StepCall {
        let (dtype, layout, source, result) = (dtype, layout, source, result)
        switch kind {
        case .softmax:
            return { slots throws(Failure) in
                AxisKernels.softmax(
                    dtype, slots[source], slots[result], outer: layout.outer, n: layout.n, inner: layout.inner)
            }
        case .logSoftmax:
            return { slots throws(Failure) in
                AxisKernels.logSoftmax(
                    dtype, slots[source], slots[result], outer: layout.outer, n: layout.n, inner: layout.inner)
            }
        case .logSumExp:
            return { slots throws(Failure) in
                AxisKernels.logSumExp(
                    dtype, slots[source], slots[result], outer: layout.outer, n: layout.n, inner: layout.inner)
            }
        }
    }
}

extension ArgExtremumStep {
    var call: StepCall {
        let step = self
        return { slots throws(Failure) in
            AxisKernels.argReduce(
                step.dtype, slots[step.source], slots[step.result].assumingMemoryBound(to: Int64.self),
                outer: step.layout.outer, n: step.layout.n, inner: step.layout.inner, maximum: step.isMaximum)
        }
    }
}

extension CrossEntropyStep {
    var call: StepCall {
        let step = self
        return { slots throws(Failure) in
            let bad = AxisKernels.crossEntropy(
                step.dtype, logits: slots[step.logits], labelDType: step.labelDType, labels: slots[step.labels],
                loss: slots[step.result], rows: step.rows, classes: step.classes)
            if bad >= 0 { throw badLabel(step.operation, slots[step.labels], step.labelDType, bad, step.classes) }
        }
    }
}

extension CrossEntropyGradientStep {
    var call: StepCall {
        let step = self
        return { slots throws(Failure) in
            let bad = AxisKernels.crossEntropyGradient(
                step.dtype, logits: slots[step.logits], labelDType: step.labelDType, labels: slots[step.labels],
                upstream: slots[step.upstream], upstreamStride: step.isUniform ? 0 : 1, gradient: slots[step.result],
                rows: step.rows, classes: step.classes)
            if bad >= 0 { throw badLabel(step.operation, slots[step.labels], step.labelDType, bad, step.classes) }
        }
    }
}

extension CumulativeSumStep {
    var call: StepCall {
        let step = self
        return { slots throws(Failure) in
            cumulativeSum(
                step.dtype, slots[step.source], slots[step.result], outer: step.layout.outer, n: step.layout.n,
                inner: step.layout.inner, isReversed: step.isReversed)
        }
    }
}

extension LinearRecurrenceStep {
    var call: StepCall {
        let step = self
        return { slots throws(Failure) in
            linearRecurrence(
                step.dtype, slots[step.a], slots[step.b], slots[step.result], outer: step.layout.outer,
                n: step.layout.n, inner: step.layout.inner, isReversed: step.isReversed)
        }
    }
}
