import CHDF5
import Engine
import Foundation
import XCTest

@testable import Storage

/// Files larger than the cache: how often chunks are decoded, how much memory that takes, and reading from several
/// threads.
final class StreamingTests: XCTestCase {
    private var folder: TemporaryFolder!
    override func setUpWithError() throws { folder = try TemporaryFolder() }
    override func tearDown() { folder = nil }

    private func open(_ name: String, cacheBytes: Int = 0) throws -> HDF5Rows {
        try HDF5Rows(
            path: folder(name), x: "x", y: nil, xDType: .float32, scale: 1, flatten: true, cacheBytes: cacheBytes)
    }

    func testOneCallDecodesEachChunkOnceAndTheNextOneStillHasTheLast() throws {
        CountingFilter.register()
        defer { CountingFilter.unregister() }
        // Three chunks side by side hold 100 rows: 3 MB, above libhdf5's default cache.
        let shape = [1000, 3, 2500]
        makeFile(folder("data.h5")) { file in
            makeDataset(
                file, "x", type: wb_h5_i32(), shape: shape, data: (0..<shape.reduce(1, *)).map { Int32($0) },
                chunk: [100, 1, 2500],
                filter: CountingFilter.id)
        }
        var generator = Generator(state: 3)
        func decoded(_ rows: HDF5Rows, _ order: [Int]) throws -> Int {
            CountingFilter.decoded = 0
            let values = try rows.values(order, Float.self)
            for (index, row) in order.enumerated() where values[index * 7500 + 7499] != Float(row * 7500 + 7499) {
                XCTFail("row \(row)")
            }
            return CountingFilter.decoded
        }
        XCTAssertEqual(try decoded(open("data.h5"), Array(0..<1000)), 30)
        XCTAssertEqual(try decoded(open("data.h5"), (0..<1000).shuffled(using: &generator)), 30)
        XCTAssertEqual(try decoded(open("data.h5"), [950, 120, 951, 121, 999, 100]), 6)
        let rows = try open("data.h5")
        var inAll = 0
        for start in stride(from: 0, to: 1000, by: 20) { inAll += try decoded(rows, Array(start..<start + 20)) }
        XCTAssertEqual(inAll, 30)
        XCTAssertEqual(rows.preferredRun, 100)
        let cached = try open("data.h5", cacheBytes: 1 << 30)
        XCTAssertEqual(try decoded(cached, [5, 999]), 6)
        XCTAssertEqual(try decoded(cached, Array(0..<1000)), 24)
        XCTAssertEqual(try decoded(cached, Array(0..<1000)), 0)
    }

    func testMemoryStaysFlatWhileACompressedFileIsStreamed() throws {
        let rowCount = 65_536
        let width = 4096  // 256 MiB decoded
        HDF5.locked {
            makeFile(folder("large.h5")) { file in
                makeDataset(
                    file, "x", type: wb_h5_u8(), shape: [rowCount, width], data: [UInt8](), chunk: [256, width],
                    compressed: true)
                let dataset = H5Dopen2(file, "x", wb_h5_default())
                let space = H5Dget_space(dataset)
                let block = H5Screate_simple(2, [256, hsize_t(width)], nil)
                for start in stride(from: 0, to: rowCount, by: 256) {
                    let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: start / 256), count: 256 * width)
                    H5Sselect_hyperslab(space, H5S_SELECT_SET, [hsize_t(start), 0], nil, [256, hsize_t(width)], nil)
                    XCTAssertGreaterThanOrEqual(H5Dwrite(dataset, wb_h5_u8(), block, space, wb_h5_default(), bytes), 0)
                }
                H5Sclose(block)
                H5Sclose(space)
                H5Dclose(dataset)
            }
        }
        let rows = try open("large.h5", cacheBytes: 64 << 20)
        let batch = UnsafeMutablePointer<Float>.allocate(capacity: 256 * width)
        defer { batch.deallocate() }
        func pass(_ starts: [Int]) throws -> Int {
            var most = 0
            for start in starts {
                try rows.read(rows: Array(start..<start + 256), x: batch, y: nil)
                XCTAssertEqual(batch[256 * width - 1], Float((start + 255) / 256 % 256))
                most = max(most, residentBytes())
            }
            return most
        }
        let starts = Array(stride(from: 100, to: rowCount - 256, by: 256))
        let first = try pass(Array(starts.prefix(8)))
        XCTAssertLessThan(try pass(starts), first + 8 << 20)
    }

    func testThreadsReadTheSameAndDifferentFilesAtOnce() throws {
        let values = (0..<5000 * 20).map { Int32(truncatingIfNeeded: $0 &* 40503) }
        for name in ["a.h5", "b.h5"] {
            makeFile(folder(name)) {
                makeDataset(
                    $0, "x", type: wb_h5_i32(), shape: [5000, 20], data: values, chunk: [64, 20], compressed: true)
            }
        }
        let sources = [try open("a.h5"), try open("a.h5", cacheBytes: 1 << 30), try open("b.h5")]
        let mismatches = Counter()
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            var generator = Generator(state: UInt64(thread))
            for round in 0..<20 {
                let order = (0..<100).map { _ in Int.random(in: 0..<5000, using: &generator) }
                let expected = order.flatMap { row in values[row * 20..<(row + 1) * 20].map { Float($0) } }
                if (try? sources[(thread + round) % 3].values(order, Float.self)) != expected { mismatches.increment() }
                // Failures, and their texts, stay with the thread that met them.
                let missing = failure {
                    try HDF5Rows(
                        path: self.folder("a.h5"), x: "x\(thread)", y: nil, xDType: .float32, scale: 1, flatten: false,
                        cacheBytes: 0)
                }
                if missing?.description.contains("'x\(thread)'") != true { mismatches.increment() }
                if round % 5 == 0, (try? self.roundTrip(thread)) != true { mismatches.increment() }
            }
        }
        XCTAssertEqual(mismatches.value, 0)
    }

    private func roundTrip(_ thread: Int) throws -> Bool {
        var tree = StateTree()
        tree.arrays = [("w", try noise(.float64, [100, 37], seed: UInt64(thread + 1)))]
        try writeCheckpoint(tree, to: folder("model\(thread).h5"), libraryVersion: "0.1.0")
        return try lines(of: readCheckpoint(folder("model\(thread).h5")).tree) == lines(of: tree)
    }
}

/// Memory of the process's own, in memory or swapped out; not pages of files, which come and go as the system likes.
private func residentBytes() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let lines = status.split(separator: "\n").filter { $0.hasPrefix("RssAnon:") || $0.hasPrefix("VmSwap:") }
    return lines.reduce(0) { $0 + (Int($1.split(whereSeparator: \.isWhitespace)[1]) ?? 0) } << 10
}

private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var count = 0
    var value: Int { lock.withLock { count } }
    func increment() { lock.withLock { count += 1 } }
}

/// A filter that leaves chunks as they are and counts how often one is decoded.
enum CountingFilter {
    static let id: H5Z_filter_t = 300  // 256 to 511 are for tests
    nonisolated(unsafe) static var decoded = 0
    nonisolated(unsafe) private static let name = strdup("counting")  // libhdf5 keeps the pointer

    static func register() {
        HDF5.locked {
            var filter = H5Z_class2_t()
            filter.version = H5Z_CLASS_T_VERS
            filter.id = id
            filter.encoder_present = 1
            filter.decoder_present = 1
            filter.filter = { flags, _, _, bytes, _, _ in
                if flags & UInt32(H5Z_FLAG_REVERSE) != 0 { CountingFilter.decoded += 1 }
                return bytes
            }
            filter.name = UnsafePointer(name)
            XCTAssertGreaterThanOrEqual(H5Zregister(&filter), 0)
        }
    }

    static func unregister() {
        HDF5.locked { _ = H5Zunregister(id) }
    }
}
