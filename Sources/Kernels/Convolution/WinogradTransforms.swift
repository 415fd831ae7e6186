/// The transforms of Winograd's F(4 x 4, 3 x 3) (Lavin and Gray 2016): 4 x 4 sums over windows of 3 x 3 cost 36
/// multiplications instead of 144. With d the 6 x 6 elements that the windows meet and w the weights,
///
///     sums = A^T [ (G w G^T) * (B^T d B) ] A,   elementwise in the brackets
///
/// and, the other way round, the gradient of w from that of the sums, g:
///
///     G^T [ (A g A^T) * (B^T d B) ] G
///
/// Along a line, windows are made of parts of four taps. F(4, 4) has one more point, 0.375, and 7 multiplications for 4
/// sums of 4 terms. The tiles of one part are those of the next, four elements on.
///
/// Polynomials are evaluated at 0, -0.75, 0.75, -1.5, 1.5 and infinity. Those points are exact in binary, and rounding
/// errors are a third of those at the usual 0, -1, 1, -2, 2: about twice those of a direct sum over 64 channels.
///
/// Lanes of a vector are channels, so that no transform moves numbers between lanes.
enum Winograd {
    typealias Vector = SIMD8<Float>

    /// Elements of a tile's side: of what it makes, and of what it reads.
    static let side = 4
    static let reach = 6
    /// Numbers of a transformed tile.
    static let count = 36

    private static let (a, b) = (Float(0.75), Float(1.5))
    private static let (a2, b2) = (a * a, b * b)
    private static let (a3, b3) = (a * a2, b * b2)
    private static let (product, sum) = (a2 * b2, a2 + b2)
    /// What a polynomial's value at a point is divided by.
    private static let (atZero, atA, atB) = (1 / product, 1 / (2 * a2 * (a2 - b2)), 1 / (2 * b2 * (b2 - a2)))

    typealias Six = (Vector, Vector, Vector, Vector, Vector, Vector)
    typealias Four = (Vector, Vector, Vector, Vector)
    typealias Three = (Vector, Vector, Vector)

    @inline(__always) private static func times(_ x: Float, _ y: Vector, plus z: Vector) -> Vector {
        z.addingProduct(Vector(repeating: x), y)
    }

    /// B^T d.
    @inline(__always) static func input(_ d: Six) -> Six {
        let (evenA, evenB) = (times(-b2, d.2, plus: d.4), times(-a2, d.2, plus: d.4))
        let (oddA, oddB) = (times(-b2, d.1, plus: d.3), times(-a2, d.1, plus: d.3))
        return (
            times(product, d.0, plus: times(-sum, d.2, plus: d.4)), times(a, oddA, plus: evenA),
            times(-a, oddA, plus: evenA), times(b, oddB, plus: evenB), times(-b, oddB, plus: evenB),
            times(product, d.1, plus: times(-sum, d.3, plus: d.5))
        )
    }

    /// A^T m.
    @inline(__always) static func output(_ m: Six) -> Four {
        let (evenA, oddA, evenB, oddB) = (m.1 + m.2, m.1 - m.2, m.3 + m.4, m.3 - m.4)
        return (
            m.0 + evenA + evenB, times(b, oddB, plus: a * oddA), times(b2, evenB, plus: a2 * evenA),
            times(b3, oddB, plus: times(a3, oddA, plus: m.5))
        )
    }

    /// A g.
    @inline(__always) static func cotangent(_ g: Four) -> Six {
        let (evenA, evenB) = (times(a2, g.2, plus: g.0), times(b2, g.2, plus: g.0))
        let (oddA, oddB) = (times(a3, g.3, plus: a * g.1), times(b3, g.3, plus: b * g.1))
        return (g.0, evenA + oddA, evenA - oddA, evenB + oddB, evenB - oddB, g.3)
    }

    /// G w.
    @inline(__always) static func weight(_ w: Three) -> Six {
        let (evenA, evenB) = (atA * times(a2, w.2, plus: w.0), atB * times(b2, w.2, plus: w.0))
        let (oddA, oddB) = (atA * a * w.1, atB * b * w.1)
        return (atZero * w.0, evenA + oddA, evenA - oddA, evenB + oddB, evenB - oddB, w.2)
    }

    /// G^T u.
    @inline(__always) static func gradient(_ u: Six) -> Three {
        let (evenA, evenB) = (atA * (u.1 + u.2), atB * (u.3 + u.4))
        return (
            times(atZero, u.0, plus: evenA + evenB), times(atB * b, u.3 - u.4, plus: atA * a * (u.1 - u.2)),
            times(a2, evenA, plus: times(b2, evenB, plus: u.5))
        )
    }

    // MARK: Along a line

    /// Numbers of a transformed tile of F(4, 4), and taps of a part of its window.
    static let lineCount = 7
    static let lineTaps = 4

    typealias Seven = (six: Six, last: Vector)

    /// The point that the transforms along a line have beside the others.
    private static let c = Float(0.375)
    private static let (c2, c3) = (c * c, c * c * c)

    /// B^T d of F(4, 4). The polynomials of the other points have (x - c) as a factor more, so theirs are those of
    /// F(4, 3) of d shifted less c d.
    @inline(__always) static func lineInput(_ d: Seven) -> Seven {
        let (d0, d1, d2, d3, d4, d5) = d.six
        return (
            input(
                (
                    times(-c, d0, plus: d1), times(-c, d1, plus: d2), times(-c, d2, plus: d3), times(-c, d3, plus: d4),
                    times(-c, d4, plus: d5), times(-c, d5, plus: d.last)
                )), times(product, d1, plus: times(-sum, d3, plus: d5))
        )
    }

    /// A^T m.
    @inline(__always) static func lineOutput(_ m: Seven) -> Four {
        let (y0, y1, y2, y3) = output(m.six)
        return (y0 + m.last, times(c, m.last, plus: y1), times(c2, m.last, plus: y2), times(c3, m.last, plus: y3))
    }

    /// A g.
    @inline(__always) static func lineCotangent(_ g: Four) -> Seven {
        (cotangent(g), times(c3, g.3, plus: times(c2, g.2, plus: times(c, g.1, plus: g.0))))
    }

    /// G [7, 4] of F(4, 4): powers of the points over what their polynomials are there.
    static let lineWeights: [Float] = {
        let points = [0, Double(a), -Double(a), Double(b), -Double(b), Double(c)]
        var rows = points.indices.map { place -> [Float] in
            let point = points[place]
            let divisor = points.indices.reduce(1.0) { $1 == place ? $0 : $0 * (point - points[$1]) }
            return [1, point, point * point, point * point * point].map { Float($0 / divisor) }
        }
        rows.insert([0, 0, 0, 1], at: 5)
        return rows.flatMap { $0 }
    }()

    /// Vectors that are `step` numbers apart.
    @inline(__always) static func seven(_ source: UnsafePointer<Float>, _ step: Int) -> Seven {
        (six(source, step), load(source + 6 * step))
    }

    @inline(__always) static func store(_ seven: Seven, _ target: UnsafeMutablePointer<Float>, _ step: Int) {
        store(seven.six, target, step)
        store(seven.last, target + 6 * step)
    }

    // MARK: Memory

    @inline(__always) static func load(_ source: UnsafePointer<Float>) -> Vector {
        UnsafeRawPointer(source).loadUnaligned(as: Vector.self)
    }

    @inline(__always) static func store(_ vector: Vector, _ target: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(target).storeBytes(of: vector, as: Vector.self)
    }

    /// Six vectors that are `step` numbers apart.
    @inline(__always) static func six(_ source: UnsafePointer<Float>, _ step: Int) -> Six {
        (
            load(source), load(source + step), load(source + 2 * step), load(source + 3 * step),
            load(source + 4 * step), load(source + 5 * step)
        )
    }

    @inline(__always) static func four(_ source: UnsafePointer<Float>, _ step: Int) -> Four {
        (load(source), load(source + step), load(source + 2 * step), load(source + 3 * step))
    }

    @inline(__always) static func store(_ six: Six, _ target: UnsafeMutablePointer<Float>, _ step: Int) {
        store(six.0, target)
        store(six.1, target + step)
        store(six.2, target + 2 * step)
        store(six.3, target + 3 * step)
        store(six.4, target + 4 * step)
        store(six.5, target + 5 * step)
    }

    @inline(__always) static func store(_ four: Four, _ target: UnsafeMutablePointer<Float>, _ step: Int) {
        store(four.0, target)
        store(four.1, target + step)
        store(four.2, target + 2 * step)
        store(four.3, target + 3 * step)
    }
}
