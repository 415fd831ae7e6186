/// The functions of GemmTileCompiler for one type of elements, made when the first product wants them.
final class GemmTileCode: Sendable {
    private static let float32 = GemmTileCode(elementBytes: 4)
    private static let float64 = GemmTileCode(elementBytes: 8)

    /// Nil where registers are of another size, or the system does not let processes make code.
    static func of(elementBytes: Int) -> GemmTileCode? { elementBytes == 4 ? float32 : float64 }

    nonisolated(unsafe) private let functions: UnsafeMutablePointer<GemmTileCompiler.Function>
    /// What the functions are in.
    nonisolated(unsafe) private let code: MachineCode

    private static let heights = [1, 2, 4, 6]
    private static let widths = 3

    private init?(elementBytes: Int) {
        let vectorBytes = 32
        guard MachineCode.vectorBytes == vectorBytes else { return nil }
        var bytes: [UInt8] = []
        var offsets: [Int] = []
        for height in GemmTileCode.heights {
            // In the order of GemmTile.Width.
            for (vectors, width) in [(2, vectorBytes), (1, vectorBytes), (1, 16)] {
                for stepsAreAdjacent in [false, true] {
                    while bytes.count % 64 != 0 { bytes.append(0xcc) }
                    offsets.append(bytes.count)
                    bytes += GemmTileCompiler.code(
                        height: height, vectors: vectors, vectorBytes: width, elementBytes: elementBytes, stepsAreAdjacent: stepsAreAdjacent)
                }
            }
        }
        guard let code = MachineCode(bytes) else { return nil }
        self.code = code
        functions = .allocate(capacity: offsets.count)
        for (place, offset) in offsets.enumerated() { (functions + place).initialize(to: unsafeBitCast(code.address(offset), to: GemmTileCompiler.Function.self)) }
    }

    deinit { functions.deallocate() }

    /// Runs tiles of `height` rows, 6, 4, 2 or 1; `width` is 0, 1 or 2 for two vectors, one, and a quarter of that of AVX-512.
    @inline(__always)
    func run(_ operands: inout TileOperands, height: Int, width: Int, stepsAreAdjacent: Bool) {
        functions[(height >> 1 * GemmTileCode.widths + width) * 2 + (stepsAreAdjacent ? 1 : 0)](&operands)
    }
}
