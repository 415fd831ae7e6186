import Machine

/// The functions of GemmTileCompiler for one type of elements and one number of them in a row's last vector, made when
/// the first product wants them, and kept: a plan has no more than the address of their table, which costs nothing to
/// hand on.
struct GemmTileCode: @unchecked Sendable {
    private struct Kind: Hashable {
        var elementBytes: Int
        var lastBytes: Int
    }

    /// Each with what its functions are in.
    private static let made = Locked<[Kind: (code: GemmTileCode, memory: MachineCode)?]>([:])

    /// Nil where registers are of another size, or the system does not let processes make code.
    /// - Parameter lastBytes: What is loaded and stored of a row's last vector; all of it is multiplied.
    static func of(elementBytes: Int, lastBytes: Int = vectorBytes) -> GemmTileCode? {
        made.withLock { made -> GemmTileCode? in
            let kind = Kind(elementBytes: elementBytes, lastBytes: lastBytes)
            if let known = made[kind] { return known?.code }
            let new = make(kind)
            made[kind] = .some(new)
            return new?.code
        }
    }

    private let functions: UnsafePointer<GemmTileCompiler.Function>

    private static let heights = 1...6
    /// The most of a row.
    private static let mostVectors = 3
    private static let vectorBytes = 32

    private static func make(_ kind: Kind) -> (code: GemmTileCode, memory: MachineCode)? {
        guard MachineCode.vectorBytes == GemmTileCode.vectorBytes else { return nil }
        var bytes: [UInt8] = []
        var offsets: [Int] = []
        for height in GemmTileCode.heights {
            for vectors in 1...mostVectors {
                for stepsAreAdjacent in [false, true] {
                    while bytes.count % 64 != 0 { bytes.append(0xcc) }
                    offsets.append(bytes.count)
                    guard GemmTileCompiler.fits(height: height, vectors: vectors) else { continue }
                    bytes += GemmTileCompiler.code(
                        height: height, vectors: vectors, vectorBytes: GemmTileCode.vectorBytes,
                        lastBytes: kind.lastBytes, elementBytes: kind.elementBytes,
                        stepsAreAdjacent: stepsAreAdjacent)
                }
            }
        }
        guard let memory = MachineCode(bytes) else { return nil }
        let functions = UnsafeMutablePointer<GemmTileCompiler.Function>.allocate(capacity: offsets.count)
        for (place, offset) in offsets.enumerated() {
            (functions + place).initialize(
                to: unsafeBitCast(memory.address(offset), to: GemmTileCompiler.Function.self))
        }
        return (GemmTileCode(functions: UnsafePointer(functions)), memory)
    }

    /// Runs tiles of `height` rows, at most six, or four where they are three vectors wide.
    @inline(__always)
    func run(_ operands: inout TileOperands, height: Int, vectors: Int, stepsAreAdjacent: Bool) {
        functions[((height &- 1) &* GemmTileCode.mostVectors &+ vectors &- 1) * 2 + (stepsAreAdjacent ? 1 : 0)](
            &operands)
    }
}
