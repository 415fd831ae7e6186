import Foundation

@testable import Engine

/// Fourier sums beside their definition.
extension Row {
    /// Along an axis of pairs, with the sign of the exponent.
    private static func sum(_ x: Values, _ axis: Int, _ sign: Double) -> Values {
        let n = x.shape[axis]
        return Values(x.shape) { place in
            var total = 0.0
            for j in 0..<n {
                let angle = sign * 2 * Double.pi * Double(j * place[axis] % n) / Double(n)
                var source = place
                source[axis] = j
                let part = place.count - 1
                source[part] = 0
                let real = x[source]
                source[part] = 1
                let imaginary = x[source]
                total +=
                    place[part] == 0
                    ? real * cos(angle) - imaginary * sin(angle) : real * sin(angle) + imaginary * cos(angle)
            }
            return total
        }
    }

    static let fourier: [Row] = {
        var rows: [Row] = []
        for (shape, axis) in [([5, 2], 0), ([2, 6, 2], 1), ([4, 3, 2], 0), ([1, 2], 0), ([2, 37, 2], 1)] {
            for isInverse in [false, true] {
                rows.append(
                    Row(
                        "fourier_sum \(shape) \(axis) \(isInverse)", [FourierSum.self], [noise(shape, seed: 4)],
                        { Tensor(try FourierSum(axis: axis, isInverse: isInverse).record([$0[0].node()])) },
                        { sum($0[0], axis, isInverse ? 1 : -1) }))
            }
        }
        return rows
    }()
}
