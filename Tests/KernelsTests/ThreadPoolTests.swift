import Machine
import Foundation
import Synchronization
import XCTest

@testable import Kernels

final class ThreadPoolTests: XCTestCase {
    private var count = 0
    override func setUp() { count = ThreadPool.count }
    override func tearDown() { ThreadPool.setCount(count) }

    /// How often each piece ran.
    private final class Tally: Sendable {
        private let counts: Mutex<[Int]>
        init(_ pieces: Int) { counts = Mutex([Int](repeating: 0, count: pieces)) }
        func add(_ piece: Int) { counts.withLock { $0[piece] += 1 } }
        var isOnceEach: Bool { counts.withLock { $0.allSatisfy { $0 == 1 } } }
    }

    func testEveryPieceRunsExactlyOnce() {
        for threads in [1, 2, 3, 4, 16] {
            ThreadPool.setCount(threads)
            for pieces in [0, 1, 2, 3, 7, 64, 1000] {
                for _ in 0..<20 {
                    let tally = Tally(pieces)
                    ThreadPool.run(pieces: pieces) { tally.add($0) }
                    XCTAssertTrue(tally.isOnceEach, "\(pieces) on \(threads)")
                }
            }
        }
    }

    func testANegativeNumberOfPiecesIsNone() {
        ThreadPool.setCount(4)
        ThreadPool.run(pieces: -3) { _ in XCTFail("ran") }
    }

    func testWhatPiecesWroteIsSeenWhenTheLoopReturns() {
        ThreadPool.setCount(4)
        let memory = UnsafeMutablePointer<Int>.allocate(capacity: 256)
        defer { memory.deallocate() }
        for round in 0..<5000 {
            nonisolated(unsafe) let target = memory
            ThreadPool.run(pieces: 16) { piece in
                for place in 0..<16 { target[piece * 16 + place] = round &* 256 &+ piece * 16 + place }
            }
            for place in 0..<256 where memory[place] != round &* 256 &+ place {
                return XCTFail("round \(round), place \(place)")
            }
        }
    }

    func testLoopsInsideLoopsRunEveryPieceOnce() {
        ThreadPool.setCount(4)
        for _ in 0..<50 {
            let tally = Tally(8 * 8 * 8)
            ThreadPool.run(pieces: 8) { a in
                ThreadPool.run(pieces: 8) { b in
                    ThreadPool.run(pieces: 8) { c in tally.add((a * 8 + b) * 8 + c) }
                }
            }
            XCTAssertTrue(tally.isOnceEach)
        }
    }

    func testSeveralThreadsMayRunLoopsAtOnce() {
        ThreadPool.setCount(3)
        let tallies = (0..<6).map { _ in (0..<100).map { _ in Tally(17) } }
        let threads = tallies.map { mine in
            Thread { for tally in mine { ThreadPool.run(pieces: 17) { tally.add($0) } } }
        }
        for thread in threads { thread.start() }
        for thread in threads { while !thread.isFinished { usleep(200) } }
        XCTAssertTrue(tallies.allSatisfy { $0.allSatisfy { $0.isOnceEach } })
    }

    func testMoreThanOneThreadTakesPartWhereMoreAreAskedFor() {
        ThreadPool.setCount(3)
        let seen = Mutex<Set<UInt>>([])
        // A piece waits until others have come.
        ThreadPool.run(pieces: 3) { _ in
            seen.withLock { _ = $0.insert(UInt(pthread_self())) }
            let deadline = Date() + 60
            while seen.withLock({ $0.count }) < 3, Date() < deadline { usleep(100) }
        }
        XCTAssertEqual(seen.withLock { $0.count }, 3)
        ThreadPool.setCount(1)
        seen.withLock { $0 = [] }
        ThreadPool.run(pieces: 50) { _ in seen.withLock { _ = $0.insert(UInt(pthread_self())) } }
        XCTAssertEqual(seen.withLock { $0 }, [UInt(pthread_self())])
    }

    func testSleepingWorkersWakeForTheNextLoop() {
        ThreadPool.setCount(4)
        for _ in 0..<20 {
            // Longer than idle workers look for work.
            usleep(2000)
            let tally = Tally(40)
            ThreadPool.run(pieces: 40) { tally.add($0) }
            XCTAssertTrue(tally.isOnceEach)
        }
    }

    func testTheCountIsAtLeastOneAndAtMostTheMaximum() {
        for (wanted, found) in [(0, 1), (-5, 1), (Int.min, 1), (1, 1), (7, 7), (256, 256), (257, 256), (.max, 256)] {
            ThreadPool.setCount(wanted)
            XCTAssertEqual(ThreadPool.count, found)
        }
    }

    /// A forked child has the memory of the pool and none of its workers.
    func testAForkedChildRunsLoopsOnThreadsOfItsOwn() throws {
        ThreadPool.setCount(3)
        ThreadPool.run(pieces: 30) { _ in usleep(10) }
        let symbol = try XCTUnwrap(dlsym(UnsafeMutableRawPointer(bitPattern: 0), "fork"))
        let fork = unsafeBitCast(symbol, to: (@convention(c) () -> pid_t).self)
        let child = fork()
        if child == 0 {
            alarm(100)
            let sum = Atomic<Int>(0)
            for _ in 0..<100 { ThreadPool.run(pieces: 10) { sum.add($0, ordering: .relaxed) } }
            // Each piece waits for the others, which one thread alone would do in vain.
            let arrived = Atomic<Int>(0)
            let alone = Atomic<Int>(0)
            ThreadPool.run(pieces: 3) { _ in
                arrived.add(1, ordering: .relaxed)
                for _ in 0..<200_000 where arrived.load(ordering: .relaxed) < 3 { usleep(100) }
                if arrived.load(ordering: .relaxed) < 3 { alone.add(1, ordering: .relaxed) }
            }
            _exit(sum.load(ordering: .relaxed) == 4500 && alone.load(ordering: .relaxed) == 0 ? 42 : 1)
        }
        XCTAssertGreaterThan(child, 0)
        var status: Int32 = 0
        XCTAssertEqual(waitpid(child, &status, 0), child)
        XCTAssertEqual(status, 42 << 8, "the child ended with status \(status)")
        let tally = Tally(30)
        ThreadPool.run(pieces: 30) { tally.add($0) }
        XCTAssertTrue(tally.isOnceEach)
    }

    func testPiecesCoverARangeWithoutAGapOrAnOverlap() {
        ThreadPool.setCount(2)
        for count in [0, 1, 9, 10, 11, 99, 100, 101] {
            let tally = Tally(count)
            inPieces(count, grain: 10) { part in
                XCTAssertLessThanOrEqual(part.count, 10)
                for place in part { tally.add(place) }
            }
            XCTAssertTrue(tally.isOnceEach, "\(count)")
        }
    }
}
