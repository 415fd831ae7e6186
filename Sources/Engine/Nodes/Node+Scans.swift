import Kernels

/// What goes along an axis from its start: extremes so far, sums of exponentials so far, distances of neighbours.
extension Node {
    /// `count` elements along an axis, from `start` on.
    func part(_ axis: Int, _ start: Int, _ count: Int) throws(Failure) -> Node {
        if count == shape[axis] { return self }
        return try Slice(axis: axis, start: count == 0 ? 0 : start, step: 1, count: count).record([self])
    }

    /// The place along an axis of each element, to be compared with others: [n, 1, 1] for axis 0 of three.
    func placesAlong(_ axis: Int) throws(Failure) -> Node {
        let extent = shape[axis]
        let numbers = try Arange(start: 0, step: 1, count: extent, dtype: .int64).record([])
        return try numbers.reshape([extent] + [Int](repeating: 1, count: shape.count - axis - 1))
    }

    /// For each element the place of the largest (smallest) one up to it, the last of equal ones; where NaN is among
    /// them, the last NaN. Windows of twice the length at each step (Hillis and Steele 1986).
    func cumulativeExtremePlaces(_ axis: Int, isMaximum: Bool) throws(Failure) -> Node {
        let extent = shape[axis]
        var values = try detached()
        var places = try placesAlong(axis).broadcast(to: shape)
        var width = 1
        while width < extent {
            let (earlier, later) = (
                try values.part(axis, 0, extent - width), try values.part(axis, width, extent - width)
            )
            let isBetter = try isMaximum ? later.greaterEqual(earlier) : later.lessEqual(earlier)
            let takesLater = dtype.isFloat ? try isBetter.logicalOr(later.isNaN()) : isBetter
            func widened(_ x: Node) throws(Failure) -> Node {
                let better = try Node.select(
                    takesLater, x.part(axis, width, extent - width), x.part(axis, 0, extent - width))
                return try Concatenate(axis: axis).record([x.part(axis, 0, width), better])
            }
            (values, places) = (try widened(values), try widened(places))
            width *= 2
        }
        return places
    }

    /// log(sum(exp(x))) of the elements up to each. The sum is kept in units of the largest element so far, so none of
    /// its terms is above 1, and it is 1 at least.
    func logCumulativeSumExp(_ axis: Int) throws(Failure) -> Node {
        let x = try asFloat()
        guard x.shape[axis] > 0 else { return x }
        let places = try x.cumulativeExtremePlaces(axis, isMaximum: true)
        let largest = try TakeAlongAxis(axis: axis).record([x.detached(), places])
        let zero = try Node.scalar(0, like: x)
        let unit = try Node.select(largest.isFinite(), largest, zero)
        let before = try Concatenate(axis: axis).record([
            unit.part(axis, 0, 1), unit.part(axis, 0, x.shape[axis] - 1),
        ])
        // Units grow, but for the 0 that stands for one that is infinite: what it scales is 0 or infinite as well.
        let factor = try (before - unit).minimum(zero).exp()
        let sum = try LinearRecurrence(axis: axis).record([factor, (x - unit).exp()])
        let isNothing = try sum.equal(zero)
        let logarithm = try Node.select(isNothing, Node.scalar(1, like: x), sum).log() + unit
        return try Node.select(isNothing, Node.scalar(-.infinity, like: x), logarithm)
    }

    /// Each element less the one before it; of bool whether the two differ.
    func difference(_ axis: Int) throws(Failure) -> Node {
        let count = max(shape[axis] - 1, 0)
        let (earlier, later) = (try part(axis, 0, count), try part(axis, 1, count))
        return try dtype == .bool ? later.logicalXor(earlier) : later - earlier
    }
}
