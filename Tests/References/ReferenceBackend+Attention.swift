import Glibc
import Steps

// The reference backend's attention: whole rows of weights, query by query.

extension AttentionOperand {
    /// A head's matrix.
    func matrix(_ slots: Slots, _ dtype: DType, _ head: Int) -> (Int, Int) -> Double {
        let cells = slots.cells(dtype, slot)
        return { cells[offsets[head] + $0 * row + $1].double }
    }
}

extension AttentionExtents {
    /// The weights of a query's keys, and the logarithm of the sum of their exponentials.
    func weights(_ query: Int, _ q: (Int, Int) -> Double, _ k: (Int, Int) -> Double) -> ([Double], Double) {
        let seen = isCausal ? Swift.min(keys, query + 1) : keys
        let scores = (0..<seen).map { key in (0..<width).reduce(0) { $0 + q(query, $1) * k(key, $1) } }
        let largest = scores.max() ?? 0
        let sum = scores.reduce(0) { $0 + Glibc.exp($1 - largest) }
        return (scores.map { Glibc.exp($0 - largest) / sum }, largest + Glibc.log(sum))
    }
}

extension AttentionStep {
    func define(_ slots: Slots) {
        let (e, y) = (extents, slots.cells(dtype, result))
        for head in queries.offsets.indices {
            let (q, k) = (queries.matrix(slots, dtype, head), keys.matrix(slots, dtype, head))
            let (v, first) = (values.matrix(slots, dtype, head), head * e.queries * (e.out + 1))
            for query in 0..<e.queries {
                let (weights, logSum) = e.weights(query, q, k)
                for column in 0..<e.out {
                    let sum = weights.indices.reduce(0) { $0 + weights[$1] * v($1, column) }
                    y[first + query * e.out + column] = .real(sum)
                }
                y[first + e.queries * e.out + query] = .real(logSum)
            }
        }
    }
}

extension AttentionGradientStep {
    func define(_ slots: Slots) {
        let (e, y) = (extents, slots.cells(dtype, result))
        let (ofKeys, ofValues) = (e.queries * e.width, (e.queries + e.keys) * e.width)
        for head in queries.offsets.indices {
            let (q, k) = (queries.matrix(slots, dtype, head), keys.matrix(slots, dtype, head))
            let (v, c) = (values.matrix(slots, dtype, head), cotangent.matrix(slots, dtype, head))
            let products = products.matrix(slots, dtype, head)
            var sums = [Double](repeating: 0, count: ofValues + e.keys * e.out)
            for query in 0..<e.queries {
                let (weights, _) = e.weights(query, q, k)
                for (key, weight) in weights.enumerated() {
                    let ofWeight = (0..<e.out).reduce(0) { $0 + c(query, $1) * v(key, $1) }
                    let ofScore = weight * (ofWeight - products(query, 0))
                    for column in 0..<e.width {
                        sums[query * e.width + column] += ofScore * k(key, column)
                        sums[ofKeys + key * e.width + column] += ofScore * q(query, column)
                    }
                    for column in 0..<e.out { sums[ofValues + key * e.out + column] += weight * c(query, column) }
                }
            }
            for (place, sum) in sums.enumerated() { y[head * sums.count + place] = .real(sum) }
        }
    }
}
