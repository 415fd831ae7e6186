/// What recurrent cells do with the rows of one step. Operations and their order are those of the nodes that a layer
/// without a kernel of its own records, so that both give the same bits.
protocol RecurrentScalar: GemmScalar, RowScalar where Vector: MathVector {
    /// target = sigmoid(x + y). For each type by itself: in generic code the closure would stay a call, with its
    /// vectors in quarters.
    static func sigmoids(
        _ x: UnsafePointer<Self>, plus y: UnsafePointer<Self>, to target: UnsafeMutablePointer<Self>, _ count: Int)
}

extension Float: RecurrentScalar {
    static func sigmoids(_ x: Row, plus y: Row, to target: Target, _ count: Int) {
        map(x, y, target, count) { Vector.sigmoid($0 + $1) }
    }
}

extension Double: RecurrentScalar {
    static func sigmoids(_ x: Row, plus y: Row, to target: Target, _ count: Int) {
        map(x, y, target, count) { Vector.sigmoid($0 + $1) }
    }
}

extension RowScalar {
    /// A vector from `place` on; of the last one of `count` numbers what there is, and zeros. The rest goes through
    /// memory: lanes taken one by one make the compiler cut the whole loop into quarters of vectors.
    @inline(__always)
    fileprivate static func load(_ x: UnsafePointer<Self>, _ place: Int, _ count: Int) -> Vector {
        let rest = count - place
        if rest >= Vector.scalarCount { return UnsafeRawPointer(x + place).loadUnaligned(as: Vector.self) }
        var vector = Vector()
        withUnsafeMutableBytes(of: &vector) { $0.copyMemory(from: UnsafeRawBufferPointer(numbers(x + place, rest))) }
        return vector
    }

    @inline(__always)
    fileprivate static func store(_ vector: Vector, _ x: UnsafeMutablePointer<Self>, _ place: Int, _ count: Int) {
        let rest = count - place
        if rest >= Vector.scalarCount {
            UnsafeMutableRawPointer(x + place).storeBytes(of: vector, as: Vector.self)
            return
        }
        withUnsafeBytes(of: vector) {
            UnsafeMutableRawPointer(x + place).copyMemory(
                from: $0.baseAddress.unsafelyUnwrapped, byteCount: rest * MemoryLayout<Self>.size)
        }
    }

    @inline(__always)
    private static func numbers(_ x: UnsafePointer<Self>, _ count: Int) -> UnsafeBufferPointer<Self> {
        UnsafeBufferPointer(start: x, count: count)
    }
}

// One loop a function: where an exponential stands in two places, the compiler makes calls of it.
extension RecurrentScalar {
    typealias Row = UnsafePointer<Self>
    typealias Target = UnsafeMutablePointer<Self>

    @inline(__always)
    fileprivate static func map(
        _ x: Row, _ y: Row, _ target: Target, _ count: Int, _ function: (Vector, Vector) -> Vector
    ) {
        for place in stride(from: 0, to: count, by: Vector.scalarCount) {
            store(function(load(x, place, count), load(y, place, count)), target, place, count)
        }
    }

    static func add(_ x: Row, _ y: Row, to target: Target, _ count: Int) { map(x, y, target, count) { $0 + $1 } }

    // MARK: Forward

    static func tanhs(_ x: Row, plus y: Row, to target: Target, _ count: Int) {
        map(x, y, target, count) { Vector.tanh($0 + $1) }
    }

    static func relus(_ x: Row, plus y: Row, to target: Target, _ count: Int) {
        map(x, y, target, count) { Vector.relu($0 + $1) }
    }

    /// The next cells and the next state of an LSTM, from its gates [i, f, g, o].
    static func nextCells(_ gates: Row, _ before: Row, cells: Target, state: Target, _ width: Int) {
        for place in stride(from: 0, to: width, by: Vector.scalarCount) {
            let kept = load(gates + width, place, width) * load(before, place, width)
            let next = kept + load(gates, place, width) * load(gates + 2 * width, place, width)
            store(next, cells, place, width)
            store(load(gates + 3 * width, place, width) * Vector.tanh(next), state, place, width)
        }
    }

    /// tanh(x + reset y), the new state of a GRU.
    static func newStates(_ x: Row, _ reset: Row, _ y: Row, to target: Target, _ width: Int) {
        for place in stride(from: 0, to: width, by: Vector.scalarCount) {
            let sum = load(x, place, width) + load(reset, place, width) * load(y, place, width)
            store(Vector.tanh(sum), target, place, width)
        }
    }

    /// The next state of a GRU: new + update (before - new).
    static func mix(_ new: Row, _ update: Row, _ before: Row, to state: Target, _ width: Int) {
        for place in stride(from: 0, to: width, by: Vector.scalarCount) {
            let n = load(new, place, width)
            store(n + load(update, place, width) * (load(before, place, width) - n), state, place, width)
        }
    }

    // MARK: Backward

    /// d (y (1 - y))
    @inline(__always)
    private static func ofSigmoid(_ d: Vector, _ y: Vector) -> Vector { d * (y * (Vector(repeating: 1) - y)) }

    /// d (1 - y²)
    @inline(__always)
    private static func ofTanh(_ d: Vector, _ y: Vector) -> Vector { d * (Vector(repeating: 1) - y * y) }

    /// From the state that tanh has given.
    static func tanhGradients(_ state: Row, _ cotangent: Row, to target: Target, _ width: Int) {
        map(cotangent, state, target, width) { ofTanh($0, $1) }
    }

    /// From the state that max(., 0) has given.
    static func reluGradients(_ state: Row, _ cotangent: Row, to target: Target, _ width: Int) {
        map(cotangent, state, target, width) { Vector().replacing(with: $0, where: $1 .> Vector()) }
    }

    /// Of an LSTM's gates. `ofCells` is the cotangent of the cells, and becomes that of the cells before.
    static func lstmGradients(
        _ gates: Row, before: Row, cells: Row, _ cotangent: Row, ofCells: Target, to target: Target, _ width: Int
    ) {
        for place in stride(from: 0, to: width, by: Vector.scalarCount) {
            let (i, f) = (load(gates, place, width), load(gates + width, place, width))
            let (g, o) = (load(gates + 2 * width, place, width), load(gates + 3 * width, place, width))
            let squashed = Vector.tanh(load(cells, place, width))
            let d = load(cotangent, place, width)
            let c = load(ofCells, place, width) + ofTanh(d * o, squashed)
            store(c * f, ofCells, place, width)
            store(ofSigmoid(c * g, i), target, place, width)
            store(ofSigmoid(c * load(before, place, width), f), target + width, place, width)
            store(ofTanh(c * i, g), target + 2 * width, place, width)
            store(ofSigmoid(d * squashed, o), target + 3 * width, place, width)
        }
    }

    /// Of a GRU's gates: of what the input and of what the state gave to them. `kept`: [r, z, n, what n got from the
    /// state]. `cotangent` becomes what the state before gets directly.
    static func gruGradients(
        _ kept: Row, before: Row, _ cotangent: Target, ofInput: Target, ofState: Target, _ width: Int
    ) {
        for place in stride(from: 0, to: width, by: Vector.scalarCount) {
            let (r, z) = (load(kept, place, width), load(kept + width, place, width))
            let (n, given) = (load(kept + 2 * width, place, width), load(kept + 3 * width, place, width))
            let d = load(cotangent, place, width)
            let ofUpdate = ofSigmoid(d * (load(before, place, width) - n), z)
            let direct = d * z
            let ofNew = ofTanh(d - direct, n)
            let ofReset = ofSigmoid(ofNew * given, r)
            store(direct, cotangent, place, width)
            store(ofReset, ofInput, place, width)
            store(ofReset, ofState, place, width)
            store(ofUpdate, ofInput + width, place, width)
            store(ofUpdate, ofState + width, place, width)
            store(ofNew, ofInput + 2 * width, place, width)
            store(ofNew * r, ofState + 2 * width, place, width)
        }
    }
}
