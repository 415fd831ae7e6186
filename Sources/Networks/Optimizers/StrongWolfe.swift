import Engine

/// A line search for a step length t along a direction d at which the strong Wolfe conditions hold:
///
///     f(t) <= f(0) + c1 t f'(0)        |f'(t)| <= -c2 f'(0)
///
/// Nocedal and Wright 2006, algorithms 3.5 and 3.6, in the form of PyTorch's, which takes the same points.
struct StrongWolfe {
    /// A point of the line, with what is known there.
    struct Point {
        var t: Double
        var loss: Double
        var gradient: Tensor
        /// The derivative along the direction.
        var slope: Double
    }

    let c1 = 1e-4
    let c2 = 0.9
    let leastChange = 1e-9
    /// Evaluations after the first one.
    let most: Int
    /// The largest element of the direction.
    let norm: Double

    /// The point that is taken, and how often the loss was asked for. `start` is t = 0, `first` the length to try.
    func search(
        from start: Point, first: Double, _ evaluate: (Double) throws(Failure) -> Point
    ) throws(Failure) -> (point: Point, evaluations: Int) {
        var new = try evaluate(first)
        var (evaluations, iteration, isDone) = (1, 0, false)
        var previous = start
        var bracket: [Point] = []
        // Lengths grow until a good one lies between two.
        while iteration < most {
            if new.loss > start.loss + c1 * new.t * start.slope || (iteration > 1 && new.loss >= previous.loss) {
                bracket = [previous, new]
                break
            }
            if abs(new.slope) <= -c2 * start.slope {
                (bracket, isDone) = ([new], true)
                break
            }
            if new.slope >= 0 {
                bracket = [previous, new]
                break
            }
            let next = StrongWolfe.cubic(
                previous, new, least: new.t + 0.01 * (new.t - previous.t), most: new.t * 10)
            previous = new
            new = try evaluate(next)
            evaluations += 1
            iteration += 1
        }
        if iteration == most { bracket = [start, new] }
        var isStuck = false
        var (low, high) = bracket[0].loss <= bracket[bracket.count - 1].loss ? (0, 1) : (1, 0)
        // The two come together.
        while !isDone, iteration < most {
            let (least, largest) = (min(bracket[0].t, bracket[1].t), max(bracket[0].t, bracket[1].t))
            if (largest - least) * norm < leastChange { break }
            var t = StrongWolfe.cubic(bracket[0], bracket[1], least: least, most: largest)
            // Lengths near the ends are moved inwards, if the ends did not just move.
            let margin = 0.1 * (largest - least)
            if min(largest - t, t - least) < margin {
                if isStuck || t >= largest || t <= least {
                    t = abs(t - largest) < abs(t - least) ? largest - margin : least + margin
                    isStuck = false
                } else {
                    isStuck = true
                }
            } else {
                isStuck = false
            }
            new = try evaluate(t)
            evaluations += 1
            iteration += 1
            if new.loss > start.loss + c1 * t * start.slope || new.loss >= bracket[low].loss {
                bracket[high] = new
                (low, high) = bracket[0].loss <= bracket[1].loss ? (0, 1) : (1, 0)
            } else {
                if abs(new.slope) <= -c2 * start.slope {
                    isDone = true
                } else if new.slope * (bracket[high].t - bracket[low].t) >= 0 {
                    bracket[high] = bracket[low]
                }
                bracket[low] = new
            }
        }
        return (bracket[bracket.count == 1 ? 0 : low], evaluations)
    }

    /// Where the cubic through two points, with their slopes, is least, inside the bounds.
    static func cubic(_ a: Point, _ b: Point, least: Double, most: Double) -> Double {
        let d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
        let square = d1 * d1 - a.slope * b.slope
        guard square >= 0 else { return (least + most) / 2 }
        let d2 = square.squareRoot()
        let place =
            a.t <= b.t
            ? b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
            : a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2))
        // As Python orders them, so that NaN becomes a bound.
        let raised = least > place ? least : place
        return most < raised ? most : raised
    }
}
