import Glibc

/// What the transforms of one length have in common: its factors, roots of unity, and where it has a large prime factor
/// what the convolution needs.
final class FourierPasses<Scalar: SIMDScalar & BinaryFloatingPoint>: @unchecked Sendable {
    let n: Int
    private let factors: [Int]
    /// exp(-2 pi i k / n) for each k below n: real parts, and behind them imaginary ones.
    private let roots: UnsafeMutablePointer<Scalar>
    private let convolution: Convolution?

    /// Prime factors up to here have a pass of their own, whose cost is the factor for each element.
    private static var largestFactor: Int { 31 }

    /// A transform as a cyclic convolution of length m: X[k] = w[k] sum over j of (x[j] w[j]) conj(w[k - j]), where
    /// w[k] = exp(-pi i k^2 / n).
    private struct Convolution {
        let passes: FourierPasses
        /// w, and behind it the transform of conj(w) over m, each first real, then imaginary.
        let chirp: UnsafeMutablePointer<Scalar>
    }

    /// nil where there is no memory.
    init?(_ n: Int) {
        self.n = n
        var (factors, rest) = ([Int](), n)
        for factor in [4, 2, 3, 5] + Array(stride(from: 7, through: Self.largestFactor, by: 2)) {
            while rest > 1, rest % factor == 0 {
                factors.append(factor)
                rest /= factor
            }
        }
        self.factors = rest > 1 ? [] : factors
        if rest > 1 {
            var m = 1
            while m < 2 * n - 1 { m *= 2 }
            guard let passes = FourierPasses(m), let memory = Self.memory(1),
                let chirp = Self.memory(2 * n + 2 * m)
            else { return nil }
            (roots, convolution) = (memory, Convolution(passes: passes, chirp: chirp))
            guard passes.fillChirp(chirp, n) else { return nil }
        } else {
            guard let memory = Self.memory(2 * n) else { return nil }
            for k in 0..<n {
                let root = rootOfUnity(k, n)
                (memory[k], memory[n + k]) = (Scalar(root.real), Scalar(root.imaginary))
            }
            (roots, convolution) = (memory, nil)
        }
    }

    deinit {
        free(roots)
        free(convolution?.chirp)
    }

    private static func memory(_ count: Int) -> UnsafeMutablePointer<Scalar>? {
        malloc(Swift.max(1, count) * MemoryLayout<Scalar>.stride)?.assumingMemoryBound(to: Scalar.self)
    }

    /// Vectors that `transform` works in: two arrays of complex numbers.
    var cells: Int { convolution.map { $0.passes.cells + 2 * n } ?? 4 * n }

    /// Transforms what lies at the beginning of `cells`, n real parts and then n imaginary ones; gives where the result
    /// lies, in the same form.
    @inline(__always)
    func transform<V: SIMD>(_ cells: UnsafeMutablePointer<V>) -> UnsafeMutablePointer<V> where V.Scalar == Scalar {
        convolution == nil ? transformByPasses(cells) : transformByConvolution(cells)
    }

    // MARK: Passes

    /// Stockham's: with n = s p m, y[q + s (p j + t)] = exp(-2 pi i j t s / n) sum over r of x[q + s (j + m r)]
    /// exp(-2 pi i r t / p).
    @inline(__always)
    private func transformByPasses<V: SIMD>(_ cells: UnsafeMutablePointer<V>) -> UnsafeMutablePointer<V>
    where V.Scalar == Scalar {
        var (x, y) = (cells, cells + 2 * n)
        var s = 1
        for p in factors {
            let pass = Pass(n: n, s: s, m: n / (s * p), x: (x, x + n), y: (y, y + n), roots: (roots, roots + n))
            switch p {
            case 2: pass.two()
            case 3: pass.three()
            case 4: pass.four()
            case 5: pass.five()
            default: pass.any(p)
            }
            s *= p
            swap(&x, &y)
        }
        return x
    }

    private struct Pass<V: SIMD> where V.Scalar == Scalar {
        let n: Int
        let s: Int
        let m: Int
        let x: (real: UnsafeMutablePointer<V>, imaginary: UnsafeMutablePointer<V>)
        let y: (real: UnsafeMutablePointer<V>, imaginary: UnsafeMutablePointer<V>)
        let roots: (real: UnsafeMutablePointer<Scalar>, imaginary: UnsafeMutablePointer<Scalar>)

        struct Complex {
            var real: V
            var imaginary: V

            @inline(__always) static func + (a: Complex, b: Complex) -> Complex {
                Complex(real: a.real + b.real, imaginary: a.imaginary + b.imaginary)
            }
            @inline(__always) static func - (a: Complex, b: Complex) -> Complex {
                Complex(real: a.real - b.real, imaginary: a.imaginary - b.imaginary)
            }
            @inline(__always) static func * (a: Scalar, b: Complex) -> Complex {
                Complex(real: b.real * a, imaginary: b.imaginary * a)
            }
            @inline(__always) static func * (a: Root, b: Complex) -> Complex {
                Complex(
                    real: b.real * a.real - b.imaginary * a.imaginary,
                    imaginary: b.real * a.imaginary + b.imaginary * a.real)
            }
            /// Times -i.
            @inline(__always) var turned: Complex { Complex(real: imaginary, imaginary: -real) }
        }

        struct Root {
            var real: Scalar
            var imaginary: Scalar
        }

        @inline(__always) func root(_ k: Int) -> Root { Root(real: roots.real[k], imaginary: roots.imaginary[k]) }
        @inline(__always) func load(_ place: Int) -> Complex {
            Complex(real: x.real[place], imaginary: x.imaginary[place])
        }
        @inline(__always) func store(_ value: Complex, _ place: Int) {
            y.real[place] = value.real
            y.imaginary[place] = value.imaginary
        }

        @inline(__always) func two() {
            for j in 0..<m {
                let w = root(s * j)
                for q in 0..<s {
                    let (a, b) = (load(q + s * j), load(q + s * (j + m)))
                    store(a + b, q + s * 2 * j)
                    store(w * (a - b), q + s * (2 * j + 1))
                }
            }
        }

        @inline(__always) func three() {
            let sine = Scalar(0.75.squareRoot())
            for j in 0..<m {
                let (w, w2) = (root(s * j), root(2 * s * j))
                for q in 0..<s {
                    let (a, b, c) = (load(q + s * j), load(q + s * (j + m)), load(q + s * (j + 2 * m)))
                    let sum = b + c
                    let middle = a - 0.5 * sum
                    let side = (sine * (b - c)).turned
                    store(a + sum, q + s * 3 * j)
                    store(w * (middle + side), q + s * (3 * j + 1))
                    store(w2 * (middle - side), q + s * (3 * j + 2))
                }
            }
        }

        @inline(__always) func four() {
            for j in 0..<m {
                let (w, w2, w3) = (root(s * j), root(2 * s * j), root(3 * s * j))
                for q in 0..<s {
                    let (a, b) = (load(q + s * j), load(q + s * (j + m)))
                    let (c, d) = (load(q + s * (j + 2 * m)), load(q + s * (j + 3 * m)))
                    let (even, odd) = (a + c, a - c)
                    let (sum, side) = (b + d, (b - d).turned)
                    store(even + sum, q + s * 4 * j)
                    store(w * (odd + side), q + s * (4 * j + 1))
                    store(w2 * (even - sum), q + s * (4 * j + 2))
                    store(w3 * (odd - side), q + s * (4 * j + 3))
                }
            }
        }

        @inline(__always) func five() {
            let (one, two) = (rootOfUnity(1, 5), rootOfUnity(2, 5))
            let (c1, c2) = (Scalar(one.real), Scalar(two.real))
            let (s1, s2) = (Scalar(-one.imaginary), Scalar(-two.imaginary))
            for j in 0..<m {
                let (w, w2, w3, w4) = (root(s * j), root(2 * s * j), root(3 * s * j), root(4 * s * j))
                for q in 0..<s {
                    let a = load(q + s * j)
                    let (b, c) = (load(q + s * (j + m)), load(q + s * (j + 2 * m)))
                    let (d, e) = (load(q + s * (j + 3 * m)), load(q + s * (j + 4 * m)))
                    let (sum1, sum2) = (b + e, c + d)
                    let (side1, side2) = ((b - e).turned, (c - d).turned)
                    let (middle1, middle2) = (a + c1 * sum1 + c2 * sum2, a + c2 * sum1 + c1 * sum2)
                    let (turn1, turn2) = (s1 * side1 + s2 * side2, s2 * side1 - s1 * side2)
                    store(a + sum1 + sum2, q + s * 5 * j)
                    store(w * (middle1 + turn1), q + s * (5 * j + 1))
                    store(w2 * (middle2 + turn2), q + s * (5 * j + 2))
                    store(w3 * (middle2 - turn2), q + s * (5 * j + 3))
                    store(w4 * (middle1 - turn1), q + s * (5 * j + 4))
                }
            }
        }

        @inline(__always) func any(_ p: Int) {
            let turn = n / p
            for j in 0..<m {
                for t in 0..<p {
                    let w = root(s * j * t)
                    for q in 0..<s {
                        var sum = load(q + s * j)
                        var place = 0
                        for r in 1..<p {
                            place += t
                            if place >= p { place -= p }
                            sum = sum + root(turn * place) * load(q + s * (j + m * r))
                        }
                        store(w * sum, q + s * (p * j + t))
                    }
                }
            }
        }
    }

    // MARK: A convolution

    /// w, and the transform of conj(w) over m; `self` has length m. False where there is no memory. In float64,
    /// whatever is transformed later.
    private func fillChirp(_ chirp: UnsafeMutablePointer<Scalar>, _ length: Int) -> Bool {
        let m = n
        guard let exact = FourierPasses<Double>(m),
            let memory = malloc(exact.cells * MemoryLayout<SIMD2<Double>>.stride)
        else { return false }
        defer { free(memory) }
        let cells = memory.assumingMemoryBound(to: SIMD2<Double>.self)
        for place in 0..<2 * m { cells[place] = .zero }
        for k in 0..<length {
            // k^2 modulo 2 n, without overflow.
            let place = Int(k.multipliedFullWidth(by: k).low % UInt(2 * length))
            let w = rootOfUnity(place, 2 * length)
            (chirp[k], chirp[length + k]) = (Scalar(w.real), Scalar(w.imaginary))
            for target in k == 0 ? [0] : [k, m - k] {
                cells[target] = SIMD2(repeating: w.real)
                cells[m + target] = SIMD2(repeating: -w.imaginary)
            }
        }
        let found = exact.transformByPasses(cells)
        for k in 0..<2 * m { chirp[2 * length + k] = Scalar(found[k].x / Double(m)) }
        return true
    }

    @inline(__always)
    private func transformByConvolution<V: SIMD>(_ cells: UnsafeMutablePointer<V>) -> UnsafeMutablePointer<V>
    where V.Scalar == Scalar {
        guard let convolution else { return cells }
        let m = convolution.passes.n
        let (real, imaginary) = (convolution.chirp, convolution.chirp + n)
        let (otherReal, otherImaginary) = (convolution.chirp + 2 * n, convolution.chirp + 2 * n + m)
        let inside = cells + 2 * n
        for k in 0..<n {
            let (a, b) = (cells[k], cells[n + k])
            inside[k] = a * real[k] - b * imaginary[k]
            inside[m + k] = a * imaginary[k] + b * real[k]
        }
        for k in n..<m { (inside[k], inside[m + k]) = (.zero, .zero) }
        let first = convolution.passes.transformByPasses(inside)
        // The way back is the transform with the parts exchanged.
        let other = first
        for k in 0..<m {
            let (a, b) = (first[k], first[m + k])
            other[k] = a * otherImaginary[k] + b * otherReal[k]
            other[m + k] = a * otherReal[k] - b * otherImaginary[k]
        }
        return finish(convolution, other, inside, cells)
    }

    /// Transforms back what lies at `other`, one of the two arrays of `inside`, and turns it by w.
    @inline(__always)
    private func finish<V: SIMD>(
        _ convolution: Convolution, _ other: UnsafeMutablePointer<V>, _ inside: UnsafeMutablePointer<V>,
        _ cells: UnsafeMutablePointer<V>
    ) -> UnsafeMutablePointer<V> where V.Scalar == Scalar {
        let m = convolution.passes.n
        if other != inside {
            for k in 0..<2 * m { inside[k] = other[k] }
        }
        let back = convolution.passes.transformByPasses(inside)
        let (real, imaginary) = (convolution.chirp, convolution.chirp + n)
        for k in 0..<n {
            let (b, a) = (back[k], back[m + k])
            cells[k] = a * real[k] - b * imaginary[k]
            cells[n + k] = a * imaginary[k] + b * real[k]
        }
        return cells
    }
}

/// exp(-2 pi i k / n) in float64, for k from 0 to n - 1: the angle is brought below pi / 4 first, in whole numbers.
func rootOfUnity(_ k: Int, _ n: Int) -> (real: Double, imaginary: Double) {
    // The angle is pi times (2 k) / n, as a share u / v of half a turn.
    var (u, v) = (2 * k, n)
    let isBelow = u > v
    if isBelow { u = 2 * v - u }
    let isLeft = 2 * u > v
    if isLeft { u = v - u }
    let isSteep = 4 * u > v
    if isSteep { (u, v) = (v - 2 * u, 2 * v) }
    let angle = Double.pi * Double(u) / Double(v)
    var (cosine, sine) = (cos(angle), sin(angle))
    if isSteep { swap(&cosine, &sine) }
    if isLeft { cosine = -cosine }
    return (cosine, isBelow ? sine : -sine)
}
