import CHDF5
import Engine
import Foundation
import XCTest

@testable import Storage

/// Passes over files in every layout: whole bands decoded here or by libhdf5, from memory or streamed, give the same
/// rows in the same order.
final class BandTests: XCTestCase {
    private var folder: TemporaryFolder!
    override func setUpWithError() throws { folder = try TemporaryFolder() }
    override func tearDown() { folder = nil }

    private enum Filter { case shuffle, deflate, fletcher32 }

    /// Writes rows of `data`, of which those from `written` on stay without a chunk of their own.
    private func make<Value: BitwiseCopyable>(
        _ name: String, _ type: hid_t, _ shape: [Int], _ data: [Value], memory: hid_t, chunk: [Int]?, filters: [Filter],
        growing: Bool = false,
        written: Int? = nil, unfilteredEdges: Bool = false
    ) {
        makeFile(folder("\(name).h5")) { file in
            let space = H5Screate_simple(
                Int32(shape.count), shape.map { hsize_t($0) }, shape.map { growing ? hsize_t.max : hsize_t($0) })
            let creation = H5Pcreate(wb_h5_dataset_create())
            if let chunk {
                XCTAssertGreaterThanOrEqual(H5Pset_chunk(creation, Int32(chunk.count), chunk.map { hsize_t($0) }), 0)
            }
            for filter in filters {
                switch filter {
                case .shuffle: H5Pset_shuffle(creation)
                case .deflate: H5Pset_deflate(creation, 4)
                case .fletcher32: H5Pset_fletcher32(creation)
                }
            }
            if unfilteredEdges {
                XCTAssertGreaterThanOrEqual(
                    H5Pset_chunk_opts(creation, UInt32(H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS)), 0)
            }
            let dataset = H5Dcreate2(file, "x", type, space, wb_h5_default(), creation, wb_h5_default())
            let extents = [hsize_t(written ?? shape[0])] + shape.dropFirst().map { hsize_t($0) }
            H5Sselect_hyperslab(space, H5S_SELECT_SET, [hsize_t](repeating: 0, count: shape.count), nil, extents, nil)
            let block = H5Screate_simple(Int32(shape.count), extents, nil)
            XCTAssertGreaterThanOrEqual(H5Dwrite(dataset, memory, block, space, wb_h5_default(), data), 0)
            for id in [block, space] { H5Sclose(id) }
            H5Dclose(dataset)
            H5Pclose(creation)
        }
    }

    private func open(_ name: String, cacheBytes: Int) throws -> HDF5Rows {
        try HDF5Rows(
            path: folder("\(name).h5"), x: "x", y: "x", xDType: .float32, scale: 1, flatten: true,
            cacheBytes: cacheBytes)
    }

    /// The x of all batches of a pass, row after row, and the rows by number.
    private func pass(_ rows: HDF5Rows, _ shuffle: Shuffle, size: Int) throws -> (values: [Float], order: [Int]) {
        let batches = try Batches(rows, batchSize: size, shuffle: shuffle, seed: 5, epoch: 1, dropLast: false)
        let numbers = try Batches(rows, batchSize: size, shuffle: shuffle, seed: 5, epoch: 1, dropLast: false)
        let reader = BatchReader(batches)
        var values: [Float] = []
        while let batch = try reader.next() {
            values += UnsafeBufferPointer(
                start: batch.x.pointer.assumingMemoryBound(to: Float.self), count: batch.rows * rows.x.bytes / 4)
        }
        var order: [Int] = []
        while let some = try numbers.next() { order += some }
        return (values, order)
    }

    private func assertPasses(_ name: String, _ values: [Float], width: Int, _ what: String) throws {
        let count = values.count / width
        for cacheBytes in [0, values.count * 3, 1 << 30] {
            let rows = try open(name, cacheBytes: cacheBytes)
            for (shuffle, size) in [(Shuffle.none, 7), (.exact, 16), (.chunks, 9), (.chunks, 1000), (.exact, 1)] {
                let (found, order) = try pass(rows, shuffle, size: size)
                XCTAssertEqual(order.sorted(), Array(0..<count))
                XCTAssertEqual(
                    found, order.flatMap { values[$0 * width..<($0 + 1) * width] },
                    "\(what), cache of \(cacheBytes), \(shuffle) by \(size)")
            }
        }
    }

    func testEveryLayoutGivesTheSameRowsFromMemoryAndStreamed() throws {
        let shape = [101, 5, 6]
        let numbers = (0..<shape.reduce(1, *)).map { Int16(truncatingIfNeeded: $0 &* 7919) }
        let expected = numbers.map { Float($0) }
        let pipelines: [[Filter]] = [
            [], [.deflate], [.shuffle, .deflate], [.shuffle], [.deflate, .shuffle], [.fletcher32],
            [.shuffle, .deflate, .fletcher32],
        ]
        for chunk in [nil, [1, 5, 6], [10, 5, 6], [101, 5, 6], [7, 2, 4], [200, 3, 6], [4, 8, 9]] as [[Int]?] {
            for filters in chunk == nil ? [[]] : pipelines {
                let growing = chunk != nil
                make(
                    "plain", wb_h5_i16(), shape, numbers, memory: wb_h5_i16(), chunk: chunk, filters: filters,
                    growing: growing)
                try assertPasses("plain", expected, width: 30, "int16 in \(chunk ?? []) \(filters)")
            }
        }
    }

    func testEveryTypeIsDecodedAsLibhdf5DecodesIt() throws {
        let numbers = (0..<600).map { Float($0 % 120) }
        let big = H5Tcopy(wb_h5_f64())
        H5Tset_order(big, H5T_ORDER_BE)
        let types = [
            ("uint8", wb_h5_u8()), ("int16", wb_h5_i16()), ("int32", wb_h5_i32()), ("uint64", wb_h5_u64()),
            ("float32", wb_h5_f32()), ("float64", wb_h5_f64()),
            ("big-endian float64", big),
        ]
        for (name, type) in types {
            for filters in [[.deflate], [.shuffle, .deflate], [.shuffle]] as [[Filter]] {
                make("typed", type, [200, 3], numbers, memory: wb_h5_f32(), chunk: [16, 3], filters: filters)
                try assertPasses("typed", numbers, width: 3, "\(name) \(filters)")
            }
        }
    }

    func testChunksThatWereNeverWrittenAndEdgesWithoutFiltersAreReadTheSame() throws {
        let numbers = (0..<300).map { Float($0) }
        for filters in [[], [.shuffle, .deflate]] as [[Filter]] {
            make(
                "half", wb_h5_f32(), [100, 3], numbers, memory: wb_h5_f32(), chunk: [8, 3], filters: filters,
                written: 50)
            try assertPasses(
                "half", Array(numbers[..<150]) + [Float](repeating: 0, count: 150), width: 3, "half written \(filters)")
            make(
                "edges", wb_h5_f32(), [100, 3], numbers, memory: wb_h5_f32(), chunk: [8, 3], filters: filters,
                unfilteredEdges: true)
            try assertPasses("edges", numbers, width: 3, "edges \(filters)")
            make(
                "edge", wb_h5_f32(), [5, 3], Array(numbers[..<15]), memory: wb_h5_f32(), chunk: [8, 3],
                filters: filters, growing: true, unfilteredEdges: true)
            try assertPasses("edge", Array(numbers[..<15]), width: 3, "an edge alone \(filters)")
        }
    }

    func testAPassByChunksDecodesEachChunkOnce() throws {
        CountingFilter.register()
        defer { CountingFilter.unregister() }
        // 1,000 chunks of 300 KB, so that each is a band, and 15 windows and a part of one.
        makeFile(folder("counted.h5")) { file in
            makeDataset(
                file, "x", type: wb_h5_u8(), shape: [4000, 75_000], data: [UInt8](), chunk: [4, 75_000],
                filter: CountingFilter.id)
            let dataset = H5Dopen2(file, "x", wb_h5_default())
            for chunk in 0..<1000 {
                let bytes = [UInt8](repeating: UInt8(chunk % 251), count: 300_000)
                XCTAssertGreaterThanOrEqual(
                    H5Dwrite_chunk(dataset, wb_h5_default(), 0, [hsize_t(4 * chunk), 0], 300_000, bytes), 0)
            }
            H5Dclose(dataset)
        }
        let rows = try HDF5Rows(
            path: folder("counted.h5"), x: "x", y: nil, xDType: .uint8, scale: 1, flatten: true, cacheBytes: 1 << 20)
        for shuffle in [Shuffle.none, .chunks] {
            CountingFilter.decoded = 0
            let numbers = try Batches(rows, batchSize: 30, shuffle: shuffle, seed: 5, epoch: 1, dropLast: false)
            let reader = BatchReader(
                try Batches(rows, batchSize: 30, shuffle: shuffle, seed: 5, epoch: 1, dropLast: false))
            while let batch = try reader.next(), let order = try numbers.next() {
                for (place, row) in order.enumerated() {
                    XCTAssertEqual(
                        batch.x.pointer.load(fromByteOffset: place * 75_000 + 74_999, as: UInt8.self),
                        UInt8(row / 4 % 251))
                }
            }
            XCTAssertEqual(HDF5.locked { CountingFilter.decoded }, 1000, "\(shuffle)")
        }
    }

    func testDamageInTheMiddleOfAPassFailsInItsTurn() throws {
        let numbers = (0..<4000).map { Int32(truncatingIfNeeded: $0 &* 2_654_435_761) }
        for filters in [[.shuffle, .deflate], [.deflate], [.fletcher32]] as [[Filter]] {
            make("damaged", wb_h5_i32(), [4000, 1], numbers, memory: wb_h5_i32(), chunk: [1000, 1], filters: filters)
            var bytes = try bytes(of: folder("damaged.h5"))
            for position in bytes.count - 600..<bytes.count - 500 { bytes[position] ^= 0xA5 }
            try write(bytes, to: folder("damaged.h5"))
            for cacheBytes in [0, 1 << 30] {
                let reader = BatchReader(
                    try Batches(
                        open("damaged", cacheBytes: cacheBytes), batchSize: 500, shuffle: .none, seed: 0, epoch: 0,
                        dropLast: false))
                // Small chunks are read several at a time where all are kept, so the failure may come with the first of
                // them.
                var read = 0
                do {
                    while let batch = try reader.next() {
                        read += batch.rows
                        XCTAssertEqual(batch.x.pointer.load(as: Float.self), Float(numbers[read - batch.rows]))
                    }
                    XCTFail("nothing was thrown")
                } catch let failure {
                    XCTAssert(failure.isFormat)
                    XCTAssert(failure.description.contains("data set 'x' cannot be read at rows"), failure.description)
                }
                XCTAssertLessThan(read, 4000)
                let again = failure { try reader.next() }
                XCTAssertEqual(again?.isFormat, true)
            }
        }
    }
}
