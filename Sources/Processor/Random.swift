import Kernels
import Steps

extension DrawStep {
    var call: StepCall {
        let step = self
        return { slots throws(Failure) in
            let words = slots[step.state].assumingMemoryBound(to: UInt64.self)
            let (seed, offset, result) = (words[0], words[1], slots[step.result])
            switch step.distribution {
            case .uniform:
                Philox.uniform(
                    seed: seed, offset: offset, step.dtype, low: step.a, high: step.b, result, count: step.count)
            case .normal:
                Philox.normal(
                    seed: seed, offset: offset, step.dtype, mean: step.a, standardDeviation: step.b, result,
                    count: step.count)
            case .integers:
                Philox.integers(
                    seed: seed, offset: offset, step.dtype, low: step.low, high: step.high, result, count: step.count)
            case .exponential:
                Philox.exponential(seed: seed, offset: offset, step.dtype, rate: step.a, result, count: step.count)
            case .gumbel:
                Philox.gumbel(
                    seed: seed, offset: offset, step.dtype, location: step.a, scale: step.b, result, count: step.count)
            }
        }
    }
}

extension PermutationStep {
    var call: StepCall {
        let step = self
        return { slots throws(Failure) in
            let words = slots[step.state].assumingMemoryBound(to: UInt64.self)
            Philox.permutation(
                seed: words[0], offset: words[1], count: step.count,
                slots[step.result].assumingMemoryBound(to: Int64.self))
        }
    }
}

extension AdvanceStep {
    var call: StepCall {
        let step = self
        return { slots throws(Failure) in
            let before = slots[step.state].assumingMemoryBound(to: UInt64.self)
            let after = slots[step.result].assumingMemoryBound(to: UInt64.self)
            (after[0], after[1]) = (before[0], before[1] &+ step.blocks)
        }
    }
}
