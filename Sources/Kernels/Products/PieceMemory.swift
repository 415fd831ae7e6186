/// Memory of a piece, from which parts are taken that begin at cache lines; without memory they are only counted.
struct PieceMemory<Scalar> {
    private let base: UnsafeMutableRawPointer?
    private(set) var bytes = 0

    init(_ base: UnsafeMutableRawPointer? = nil) { self.base = base }

    /// With a line to spare, as vectors go beyond the end.
    mutating func take(_ count: Int) -> UnsafeMutablePointer<Scalar> {
        let start = (base ?? PieceMemory.nowhere) + bytes
        bytes += (count * MemoryLayout<Scalar>.size + 127) & ~63
        return start.assumingMemoryBound(to: Scalar.self)
    }

    private static var nowhere: UnsafeMutableRawPointer { UnsafeMutableRawPointer(bitPattern: 64)! }
}
