import Engine
import Foundation
import XCTest

/// Batches read ahead are those read at once, whatever happens in between.
final class BatchReaderTests: XCTestCase {
    /// Row i is the numbers 2i, 2i + 1, with the label i. Can be slow, and can fail.
    private final class Rows: RowSource {
        let count: Int
        let readsAhead: Bool
        let isRandomAccess = false
        let preferredRun = 5
        let columns = [RowLayout(dtype: .float64, shape: [2]), RowLayout(dtype: .int64, shape: [])]
        let roles = RowRoles(inputs: 1, targets: 1)
        private let lock = NSLock()
        private var settings = (bad: Set<Int>(), seconds: 0.0, reads: 0)
        /// Where the system tells of the threads that have read.
        private var places: Set<String> = []

        init(_ count: Int, readsAhead: Bool) { (self.count, self.readsAhead) = (count, readsAhead) }
        var bad: Set<Int> {
            get { lock.withLock { settings.bad } }
            set { lock.withLock { settings.bad = newValue } }
        }
        var secondsPerRead: Double {
            get { lock.withLock { settings.seconds } }
            set { lock.withLock { settings.seconds = newValue } }
        }
        var reads: Int { lock.withLock { settings.reads } }
        /// Threads that have read and have not ended.
        var threads: Int { lock.withLock { places.filter { FileManager.default.fileExists(atPath: $0) }.count } }

        func read(rows: [Int], into memory: [UnsafeMutableRawPointer?]) throws(Failure) {
            let place = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")) ?? "?"
            lock.withLock {
                settings.reads += 1
                places.insert("/proc/" + place)
            }
            if secondsPerRead > 0 { usleep(UInt32(secondsPerRead * 1e6)) }
            if let row = rows.first(where: bad.contains) { throw .format(path: "rows", "row \(row) is bad") }
            for (place, row) in rows.enumerated() {
                memory[0]?.storeBytes(of: Double(2 * row), toByteOffset: 16 * place, as: Double.self)
                memory[0]?.storeBytes(of: Double(2 * row + 1), toByteOffset: 16 * place + 8, as: Double.self)
                memory[1]?.storeBytes(of: Int64(row), toByteOffset: 8 * place, as: Int64.self)
            }
        }
    }

    private func reader(
        _ rows: Rows, _ shuffle: Shuffle = .exact, size: Int = 7, dropLast: Bool = false, from place: Int = 0
    ) throws -> BatchReader {
        let batches = try Batches(rows, batchSize: size, shuffle: shuffle, seed: 1, epoch: 2, dropLast: dropLast)
        batches.seek(place)
        return BatchReader(batches)
    }

    /// The labels of a batch, after a look at its x.
    private func labels(_ batch: Batch?) -> [Int]? {
        guard let batch, let y = batch.y else { return nil }
        let labels = UnsafeBufferPointer(start: y.pointer.assumingMemoryBound(to: Int64.self), count: batch.rows).map {
            Int($0)
        }
        let x = UnsafeBufferPointer(start: batch.x.pointer.assumingMemoryBound(to: Double.self), count: 2 * batch.rows)
        XCTAssertEqual(Array(x), labels.flatMap { [Double(2 * $0), Double(2 * $0 + 1)] })
        return labels
    }

    private func all(_ reader: BatchReader) throws -> [[Int]] {
        var result: [[Int]] = []
        while let found = labels(try reader.next()) { result.append(found) }
        XCTAssertNil(try reader.next())
        return result
    }

    /// A thread that has been joined is on the system's list for a moment more.
    private func assertThreads(_ rows: Rows, _ count: Int, line: UInt = #line) {
        let deadline = Date() + 20
        while rows.threads != count, Date() < deadline { usleep(1000) }
        XCTAssertEqual(rows.threads, count, line: line)
    }

    func testBatchesReadAheadAreThoseReadAtOnce() throws {
        for shuffle in Shuffle.allCases {
            for (count, size) in [(1, 1), (1, 7), (100, 7), (100, 100), (100, 1000), (2003, 1), (2003, 64)] {
                for dropLast in count < size ? [false] : [false, true] {
                    let expected = try all(
                        reader(Rows(count, readsAhead: false), shuffle, size: size, dropLast: dropLast))
                    XCTAssertEqual(
                        try all(reader(Rows(count, readsAhead: true), shuffle, size: size, dropLast: dropLast)),
                        expected)
                    let middle = expected.count / 2
                    XCTAssertEqual(
                        try all(
                            reader(Rows(count, readsAhead: true), shuffle, size: size, dropLast: dropLast, from: middle)
                        ), Array(expected[middle...]))
                }
            }
        }
    }

    func testABatchThatCannotBeReadFailsInItsTurnAndIsNotLost() throws {
        for readsAhead in [false, true] {
            let rows = Rows(100, readsAhead: readsAhead)
            let expected = try all(reader(rows))
            rows.bad = [expected[3][2]]
            let reader = try reader(rows)
            for place in 0..<3 { XCTAssertEqual(labels(try reader.next()), expected[place]) }
            for _ in 0..<3 {
                XCTAssertThrowsError(try reader.next()) {
                    XCTAssertEqual("\($0)", "rows: row \(expected[3][2]) is bad")
                }
            }
            rows.bad = []
            XCTAssertEqual(try all(reader), Array(expected[3...]))
        }
    }

    func testReadingAheadIsBounded() throws {
        let rows = Rows(100_000, readsAhead: true)
        let reader = try reader(rows, size: 10)
        _ = try reader.next()
        var before = -1
        while before != rows.reads {
            before = rows.reads
            usleep(50_000)
        }
        XCTAssertLessThanOrEqual(rows.reads, 66)
        withExtendedLifetime(reader) {}
    }

    func testAReaderThatIsLeftEarlyTakesItsThreadWithIt() throws {
        let rows = Rows(10_000, readsAhead: true)
        rows.secondsPerRead = 0.002
        for taken in [0, 1, 3, 70] {
            var reader: BatchReader? = try reader(rows)
            for _ in 0..<taken { _ = try reader?.next() }
            if taken > 0 { assertThreads(rows, 1) }
            reader = nil
            assertThreads(rows, 0)
        }
        // The end of a pass is the end of its thread, and so is a failure.
        rows.secondsPerRead = 0
        let whole = try reader(rows)
        _ = try all(whole)
        assertThreads(rows, 0)
        rows.bad = [4]
        let failing = try reader(rows, .none)
        XCTAssertThrowsError(try failing.next())
        assertThreads(rows, 0)
    }

    func testReadersOfOneSourceDoNotDisturbEachOther() throws {
        let rows = Rows(500, readsAhead: true)
        let expected = try all(reader(rows))
        let readers = try (0..<5).map { _ in try reader(rows) }
        for place in expected.indices {
            for reader in readers { XCTAssertEqual(labels(try reader.next()), expected[place]) }
        }
    }

    func testABatchThatIsKeptStaysAsItIs() throws {
        let reader = try reader(Rows(500, readsAhead: true))
        var kept: [(Batch, [Int])] = []
        while let batch = try reader.next() { kept.append((batch, try XCTUnwrap(labels(batch)))) }
        for (batch, found) in kept { XCTAssertEqual(labels(batch), found) }
    }
}
