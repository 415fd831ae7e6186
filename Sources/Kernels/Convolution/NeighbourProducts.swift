/// The products of a window with a plane at 3 x 3 neighbouring places. A line of the plane meets three of the window's
/// at once, so nine products take six vectors.
struct NeighbourProducts<Scalar: GemmScalar> {
    private typealias Half = Scalar.Half

    /// Lines of the window.
    let lines: Int
    /// Elements of a window's line, in whole vectors, which is also from one line to the next.
    let length: Int
    /// From one line of the plane to the next.
    let planeLine: Int
    /// What comes next of both, which no processor expects so far from these.
    let nextPlane: NextPlane<Scalar>
    let nextWindow: NextPlane<Scalar>

    /// Adds to nine vectors of `sums`, each of `Scalar.Whole`, by lines and then by places. `zeros`: a line of them.
    func add(
        _ plane: UnsafePointer<Scalar>, _ window: UnsafePointer<Scalar>, zeros: UnsafePointer<Scalar>,
        _ sums: UnsafeMutablePointer<Scalar>
    ) {
        @inline(__always) func load(_ source: UnsafePointer<Scalar>) -> Half {
            UnsafeRawPointer(source).loadUnaligned(as: Half.self)
        }
        var (s00, s01, s02) = (Half.zero, Half.zero, Half.zero)
        var (s10, s11, s12) = (Half.zero, Half.zero, Half.zero)
        var (s20, s21, s22) = (Half.zero, Half.zero, Half.zero)
        for line in 0..<lines + 2 {
            nextPlane.fetch(line, of: lines + 2)
            nextWindow.fetch(line, of: lines + 2)
            let x = plane + line * planeLine
            let w0 = line < lines ? window + line * length : zeros
            let w1 = line >= 1 && line <= lines ? window + (line - 1) * length : zeros
            let w2 = line >= 2 ? window + (line - 2) * length : zeros
            var place = 0
            while place < length {
                let (x0, x1, x2) = (load(x + place), load(x + place + 1), load(x + place + 2))
                let (a, b, c) = (load(w0 + place), load(w1 + place), load(w2 + place))
                s00 = s00.addingProduct(a, x0)
                s01 = s01.addingProduct(a, x1)
                s02 = s02.addingProduct(a, x2)
                s10 = s10.addingProduct(b, x0)
                s11 = s11.addingProduct(b, x1)
                s12 = s12.addingProduct(b, x2)
                s20 = s20.addingProduct(c, x0)
                s21 = s21.addingProduct(c, x1)
                s22 = s22.addingProduct(c, x2)
                place &+= Half.scalarCount
            }
        }
        @inline(__always) func add(_ vector: Half, _ place: Int) {
            let target = sums + place * Scalar.Whole.scalarCount
            UnsafeMutableRawPointer(target).storeBytes(of: load(target) + vector, as: Half.self)
        }
        add(s00, 0)
        add(s01, 1)
        add(s02, 2)
        add(s10, 3)
        add(s11, 4)
        add(s12, 5)
        add(s20, 6)
        add(s21, 7)
        add(s22, 8)
    }
}

/// Elements that are read next, asked for share by share.
struct NextPlane<Scalar> {
    private let source: UnsafePointer<Scalar>
    private let count: Int

    /// As many elements as a cache is sure to keep, or none.
    init(_ source: UnsafePointer<Scalar>, _ count: Int) {
        self.source = source
        self.count = count <= 1 << 14 ? count : 0
    }

    @inline(__always)
    func fetch(_ place: Int, of shares: Int) {
        let share = (count + shares - 1) / shares
        let first = place * share
        if first < count { fetchAhead(source + first, Swift.min(share, count - first)) }
    }

    @inline(__always)
    func fetch() { fetchAhead(source, count) }
}
