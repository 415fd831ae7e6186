import Steps

/// A part of a convolution that is one without input dilation.
///
/// Input dilation puts zeros between the elements of the input. For every d-th position of the result the same taps
/// meet elements, and the others zeros, so these positions and taps alone are a plain convolution. There are as many
/// phases as positions differ in that, and one where nothing is dilated.
struct ConvolutionPhase {
    /// Along one axis: tap number t of the phase and position number q meet input element q stride + t dilation - low.
    struct Axis {
        /// Extent of the input.
        var input: Int
        /// Taps firstTap, firstTap + tapStep, ... of the weight.
        var firstTap: Int
        var tapStep: Int
        var taps: Int
        /// Positions first, first + step, ... of the result.
        var first: Int
        var step: Int
        var positions: Int
        var stride: Int
        var dilation: Int
        var low: Int

        var isWhole: Bool { tapStep == 1 && step == 1 }
    }

    /// Three axes; those that a convolution lacks are in front and have extent 1.
    var axes: [Axis]

    var taps: Int { axes.reduce(1) { $0 * $1.taps } }
    var positions: Int { axes.reduce(1) { $0 * $1.positions } }
    /// Whether all taps and positions are in order.
    var isWhole: Bool { axes.allSatisfy { $0.isWhole } }

    /// The phases in which some tap meets an element.
    static func all(_ axes: [ConvolutionStep.Axis]) -> [ConvolutionPhase] {
        let missing = [ConvolutionStep.Axis](
            repeating: ConvolutionStep.Axis(input: 1, taps: 1, positions: 1), count: 3 - axes.count)
        return (missing + axes).reduce([ConvolutionPhase(axes: [])]) { phases, axis in
            let along = ConvolutionPhase.along(axis)
            return phases.flatMap { phase in along.map { ConvolutionPhase(axes: phase.axes + [$0]) } }
        }
    }

    private static func along(_ axis: ConvolutionStep.Axis) -> [Axis] {
        let (spread, stride) = (axis.inputDilation, axis.stride)
        let common = greatestDivisor(stride, spread)
        let (step, tapStep) = (spread / common, spread / greatestDivisor(axis.dilation, spread))
        let inverse = inverse(of: stride / common, modulo: step)
        var phases: [Axis] = []
        for tap in 0..<Swift.min(tapStep, axis.taps) {
            // The first position p with p stride = low - tap dilation, modulo the input's dilation.
            let (quotient, remainder) = (axis.low - tap * axis.dilation).quotientAndRemainder(dividingBy: common)
            guard remainder == 0 else { continue }
            let reduced = (quotient % step + step) % step
            let first = reduced.multipliedFullWidth(by: inverse)
            let place = step.dividingFullWidth(first).remainder
            guard place < axis.positions else { continue }
            phases.append(
                Axis(
                    input: axis.input, firstTap: tap, tapStep: tapStep, taps: (axis.taps - tap + tapStep - 1) / tapStep,
                    first: place, step: step, positions: (axis.positions - place + step - 1) / step,
                    stride: stride / common, dilation: tapStep * axis.dilation / spread,
                    low: -((place * stride + tap * axis.dilation - axis.low) / spread)))
        }
        return phases
    }

    private static func greatestDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : greatestDivisor(b, a % b) }

    /// The number whose product with `number` leaves 1 (Euclid). The two have no common divisor.
    private static func inverse(of number: Int, modulo: Int) -> Int {
        var (old, new, rest, next) = (0, 1, modulo, number % modulo)
        while next != 0 {
            let quotient = rest / next
            (old, new) = (new, old - quotient * new)
            (rest, next) = (next, rest - quotient * next)
        }
        return (old % modulo + modulo) % modulo
    }
}
