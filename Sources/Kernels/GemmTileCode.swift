import Synchronization

/// The functions of GemmTileCompiler for one type of elements and one number of them in a row's last vector, made when the first product wants them.
final class GemmTileCode: Sendable {
    private struct Kind: Hashable {
        var elementBytes: Int
        var lastBytes: Int
    }

    private static let made = Mutex<[Kind: GemmTileCode?]>([:])

    /// Nil where registers are of another size, or the system does not let processes make code.
    /// - Parameter lastBytes: What is loaded and stored of a row's last vector; all of it is multiplied.
    static func of(elementBytes: Int, lastBytes: Int = vectorBytes) -> GemmTileCode? {
        made.withLock { made in
            let kind = Kind(elementBytes: elementBytes, lastBytes: lastBytes)
            if let code = made[kind] { return code }
            let code = GemmTileCode(kind)
            made[kind] = .some(code)
            return code
        }
    }

    nonisolated(unsafe) private let functions: UnsafeMutablePointer<GemmTileCompiler.Function>
    /// What the functions are in.
    nonisolated(unsafe) private let code: MachineCode

    private static let heights = 1...6
    /// Of a row, in the order of GemmTile.Width; a quarter of a vector is one of AVX-512.
    private static let vectors = [2, 1, 1, 3]
    private static let vectorBytes = 32

    private init?(_ kind: Kind) {
        guard MachineCode.vectorBytes == GemmTileCode.vectorBytes else { return nil }
        var bytes: [UInt8] = []
        var offsets: [Int] = []
        for height in GemmTileCode.heights {
            for vectors in GemmTileCode.vectors {
                for stepsAreAdjacent in [false, true] {
                    while bytes.count % 64 != 0 { bytes.append(0xcc) }
                    offsets.append(bytes.count)
                    guard GemmTileCompiler.fits(height: height, vectors: vectors) else { continue }
                    bytes += GemmTileCompiler.code(
                        height: height, vectors: vectors, vectorBytes: GemmTileCode.vectorBytes, lastBytes: kind.lastBytes, elementBytes: kind.elementBytes,
                        stepsAreAdjacent: stepsAreAdjacent)
                }
            }
        }
        guard let code = MachineCode(bytes) else { return nil }
        self.code = code
        functions = .allocate(capacity: offsets.count)
        for (place, offset) in offsets.enumerated() { (functions + place).initialize(to: unsafeBitCast(code.address(offset), to: GemmTileCompiler.Function.self)) }
    }

    deinit { functions.deallocate() }

    /// Runs tiles of `height` rows, at most six, or four where `width`, as in GemmTile.Width, is of three vectors.
    @inline(__always)
    func run(_ operands: inout TileOperands, height: Int, width: Int, stepsAreAdjacent: Bool) {
        functions[((height &- 1) &* GemmTileCode.vectors.count &+ width) * 2 + (stepsAreAdjacent ? 1 : 0)](&operands)
    }
}
