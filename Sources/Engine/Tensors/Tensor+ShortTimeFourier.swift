import Steps

/// Fourier transforms of pieces of a signal that overlap, and a signal from them. Spectra are pairs, [..., 2].
extension Tensor {
    /// How a signal is cut into pieces.
    public struct Pieces {
        /// Elements of a piece, and how far the next one is.
        public var count: Int
        public var hop: Int
        /// What multiplies each piece, with zeros around it where it is shorter; nil: ones.
        public var window: Tensor?
        public var windowCount: Int
        /// Whether piece t is about element t hop, not from there on.
        public var isCentered: Bool
        /// Whether transforms are divided by the root of `count`.
        public var isNormalized: Bool
        /// Whether a spectrum has count / 2 + 1 elements; the others are their conjugates.
        public var isOneSided: Bool

        public init(
            count: Int, hop: Int? = nil, window: Tensor? = nil, windowCount: Int? = nil, isCentered: Bool = true,
            isNormalized: Bool = false, isOneSided: Bool = true
        ) {
            (self.count, self.hop, self.window) = (count, hop ?? count / 4, window)
            self.windowCount = windowCount ?? count
            (self.isCentered, self.isNormalized, self.isOneSided) = (isCentered, isNormalized, isOneSided)
        }

        fileprivate func check(_ name: String) throws(Failure) {
            guard count >= 1 else {
                throw .argument(operation: name, "n_fft from 1 on is expected, but found \(count)")
            }
            guard hop >= 1 else {
                throw .argument(operation: name, "hop_length from 1 on is expected, but found \(hop)")
            }
            guard (1...count).contains(windowCount) else {
                throw .argument(
                    operation: name, "win_length from 1 to n_fft \(count) is expected, but found \(windowCount)")
            }
            guard let window else { return }
            guard window.shape == [windowCount] else {
                throw .shape(
                    operation: name,
                    "a window \([windowCount].text), of win_length, is expected, but its shape is \(window.shape.text)")
            }
            guard window.dtype.isFloat else {
                throw .dtype(
                    operation: name, "a window of a floating dtype is expected, but found \(window.dtype.name)")
            }
        }

        /// The window in the middle of a piece, or nil if that changes nothing.
        fileprivate func weights(_ dtype: DType) throws(Failure) -> Node? {
            guard window != nil || windowCount < count else { return nil }
            let own =
                if let window { try window.node().cast(dtype) } else { try Node.full([windowCount], 1, dtype) }
            let before = (count - windowCount) / 2
            return try own.embedded(in: [count], [AxisSlice(start: before, step: 1, count: windowCount)])
        }

        /// Where the elements of each piece are in the signal: int64 [pieces, count].
        fileprivate func places(_ pieces: Int) throws(Failure) -> Node {
            let starts = try Arange(start: 0, step: Double(hop), count: pieces, dtype: .int64).record([])
            return try starts.reshape([pieces, 1]) + Arange(start: 0, step: 1, count: count, dtype: .int64).record([])
        }
    }

    /// [length] or [batch, length] -> [frequencies, pieces, 2], with the batch in front.
    public func shortTimeFourier(_ pieces: Pieces, _ padding: PadMode = .reflect) throws(Failure) -> Tensor {
        let name = "stft"
        try pieces.check(name)
        guard (1...2).contains(shape.count) else {
            throw .shape(
                operation: name, "a signal [length] or [batch, length] is expected, but its shape is \(shape.text)")
        }
        guard dtype.isFloat else {
            throw .dtype(operation: name, "a signal of a floating dtype is expected, but found \(dtype.name)")
        }
        var signal = try reshape([shape.count == 1 ? 1 : shape[0], shape[shape.count - 1]])
        if pieces.isCentered {
            let width = pieces.count / 2
            signal = try signal.pad([(before: width, after: width)], padding)
        }
        let (batch, length) = (signal.shape[0], signal.shape[1])
        guard length >= pieces.count else {
            throw .shape(
                operation: name,
                "a signal of n_fft \(pieces.count) elements at least is expected, but it has \(length)")
        }
        let count = (length - pieces.count) / pieces.hop + 1
        try checkShape([batch, count, pieces.count], dtype, operation: name)
        var cut = try IndexSelect(axis: 1).record([signal.node(), pieces.places(count)])
        if let weights = try pieces.weights(dtype) { cut = try cut * weights }
        let scale = pieces.isNormalized ? FourierScale.ortho : .backward
        let spectra =
            try pieces.isOneSided
            ? Tensor(result: cut).realFourier(nil, [2], scale, isHermitian: false, name)
            : Tensor.pairs(Tensor(result: cut), nil).fourier(nil, [2], scale, isInverse: false, name)
        let turned = try spectra.transpose(1, 2)
        return try shape.count == 1 ? turned.squeeze([0]) : turned
    }

    /// [frequencies, pieces, 2] -> [length], with a batch in front: the signal whose pieces have these transforms, in
    /// the sense of least squares (Griffin and Lim 1984). nil: as long as the pieces reach.
    public func inverseShortTimeFourier(_ pieces: Pieces, length: Int? = nil) throws(Failure) -> Tensor {
        let name = "istft"
        try pieces.check(name)
        guard pieces.hop <= pieces.windowCount else {
            throw .argument(
                operation: name,
                "hop_length up to win_length \(pieces.windowCount) is expected, but found \(pieces.hop)")
        }
        let frequencies = pieces.isOneSided ? pieces.count / 2 + 1 : pieces.count
        guard (3...4).contains(shape.count), shape.last == 2, shape[shape.count - 3] == frequencies,
            shape[shape.count - 2] > 0
        else {
            throw .shape(
                operation: name,
                "pairs of reals [frequencies, pieces, 2], or a batch of them, with \(frequencies) frequencies are "
                    + "expected, but the shape is \(shape.text)")
        }
        let count = shape[shape.count - 2]
        let spectra = try reshape([shape.count == 3 ? 1 : shape[0], frequencies, count, 2]).transpose(1, 2)
        let scale = pieces.isNormalized ? FourierScale.ortho : .backward
        let cut =
            try pieces.isOneSided
            ? spectra.halfFourier([pieces.count], [2], scale, isHermitian: false, name)
            : spectra.fourier(nil, [2], scale, isInverse: true, name).select(-1, at: 0)
        var weights = try Node.full([pieces.count], 1, dtype)
        if let own = try pieces.weights(dtype) { weights = own }
        let reach = pieces.count + pieces.hop * (count - 1)
        let places = try pieces.places(count).reshape([count * pieces.count])
        func added(_ x: Node) throws(Failure) -> Node {
            let rows = try x.reshape([x.shape[0], count * pieces.count])
            let none = try Node.full([x.shape[0], reach], 0, dtype)
            return try IndexPut(axis: 1, accumulates: true).record([none, rows, places])
        }
        let sums = try added(cut.node() * weights)
        let squares = try added(weights.square().broadcast(to: [1, count, pieces.count]))
        let start = pieces.isCentered ? pieces.count / 2 : 0
        let all = max(reach - 2 * start, 0)
        let wanted = length ?? all
        guard wanted >= 0 else {
            throw .argument(operation: name, "a length from 0 on is expected, but found \(wanted)")
        }
        let known = min(wanted, reach - start)
        let signal = try sums.part(1, start, known) / CheckOverlap().record([squares.part(1, start, known)])
        let whole = try signal.embedded(
            in: [signal.shape[0], wanted], [.whole(signal.shape[0]), AxisSlice(start: 0, step: 1, count: known)])
        return try Tensor(result: shape.count == 3 ? whole.reshape([wanted]) : whole)
    }
}
