import Glibc
import Synchronization

/// Bytes of whole lines of a cache.
public func wholeLines(_ bytes: Int) -> Int { (bytes + 63) & ~63 }

/// Memory that the pieces of a loop work in. What is large comes from the plan's own memory, which is had before the
/// plan runs or refused: a lane for each of the pieces that may run at the same time. What is small is each thread's
/// own.
public struct ScratchLanes: Sendable {
    @usableFromInline let lanes: Int
    @usableFromInline let laneBytes: Int

    /// Up to here a thread keeps it.
    private static let smallBytes = 1 << 18

    /// `bytes` for each of the pieces in progress, of which there are `pieces` at most. `limits`: no more pieces run at
    /// once, whatever the number of threads is by then.
    public init(pieces: Int, bytes: Int, limits: Bool = false) {
        laneBytes = wholeLines(bytes)
        lanes =
            laneBytes <= ScratchLanes.smallBytes && !limits
            ? 0 : Swift.max(1, Swift.min(pieces, ThreadPool.count, UInt64.bitWidth))
    }

    /// The memory that `run` takes.
    public var bytes: Int { lanes * laneBytes }

    /// As `inPieces`, with memory for each piece. `memory` has `bytes`.
    @inlinable @inline(__always)
    public func run(
        _ count: Int, grain: Int, _ memory: UnsafeMutableRawPointer?,
        _ body: (Range<Int>, UnsafeMutableRawPointer) -> Void
    ) {
        guard lanes > 0, let memory else {
            inPieces(count, grain: grain) { part in body(part, ThreadScratch.pieces.memory(laneBytes)) }
            return
        }
        let free = FreeLanes(lanes)
        inPieces(count, grain: grain) { part in
            let lane = free.take()
            body(part, memory + lane * laneBytes)
            free.giveBack(lane)
        }
    }
}

/// The lanes that nobody is in, as bits.
@usableFromInline
final class FreeLanes: Sendable {
    private let bits: Atomic<UInt64>

    @usableFromInline init(_ count: Int) { bits = Atomic(UInt64.max >> UInt64(UInt64.bitWidth - count)) }

    /// Waits where there are more threads than when the lanes were counted.
    @usableFromInline func take() -> Int {
        var found = bits.load(ordering: .relaxed)
        while true {
            guard found != 0 else {
                sched_yield()
                found = bits.load(ordering: .relaxed)
                continue
            }
            let (exchanged, now) = bits.compareExchange(
                expected: found, desired: found & (found - 1), ordering: .acquiring)
            if exchanged { return found.trailingZeroBitCount }
            found = now
        }
    }

    @usableFromInline func giveBack(_ lane: Int) { bits.bitwiseOr(1 << UInt64(lane), ordering: .releasing) }
}
