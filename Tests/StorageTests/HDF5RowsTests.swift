import CHDF5
import Engine
import Foundation
import XCTest

@testable import Storage

/// What data sets are read as: types, scaling, shapes, orders, and that streamed rows are those of memory.
final class HDF5RowsTests: XCTestCase {
    private var folder: TemporaryFolder!
    override func setUpWithError() throws { folder = try TemporaryFolder() }
    override func tearDown() { folder = nil }

    private func open(
        x: String = "x", y: String? = nil, xDType: DType = .float32, scale: Double = 1, flatten: Bool = false,
        cacheBytes: Int = 1 << 30
    ) throws -> HDF5Rows {
        try HDF5Rows(
            path: folder("data.h5"), x: x, y: y, xDType: xDType, scale: scale, flatten: flatten, cacheBytes: cacheBytes)
    }

    private func makeX<Value: BitwiseCopyable>(_ type: hid_t, memory: hid_t, _ values: [Value]) {
        makeFile(folder("data.h5")) {
            makeDataset($0, "x", type: type, memory: memory, shape: [values.count], data: values)
        }
    }

    /// Reads `values`, stored as `type`, as every dtype that takes them, from memory and from the file.
    private func assertReads<Value: BinaryInteger & BitwiseCopyable>(
        _ values: [Value], stored type: hid_t, memory: hid_t, _ name: String
    ) throws {
        makeX(type, memory: memory, values)
        for cacheBytes in [0, 1 << 20] {
            let all = Array(values.indices)
            XCTAssertEqual(try open(cacheBytes: cacheBytes).values(all, Float.self), values.map { Float($0) }, name)
            XCTAssertEqual(
                try open(xDType: .float64, cacheBytes: cacheBytes).values(all, Double.self), values.map { Double($0) },
                name)
            XCTAssertEqual(
                try open(scale: 1 / 255, cacheBytes: cacheBytes).values(all, Float.self),
                values.map { Float($0) * Float(1.0 / 255) }, name)
            let rows = try open(y: "x", cacheBytes: cacheBytes)
            XCTAssertEqual(rows.y, RowLayout(dtype: .int64, shape: []), name)
            XCTAssertEqual(try rows.labels(all, Int64.self), values.map { Int64($0) }, name)
        }
    }

    func testIntegersOfEveryWidthAndByteOrderKeepTheirValues() throws {
        try HDF5.locked {
            for order in [H5T_ORDER_LE, H5T_ORDER_BE] {
                func type(_ native: hid_t) -> hid_t {
                    let type = H5Tcopy(native)
                    H5Tset_order(type, order)
                    return type
                }
                try assertReads([0, 1, -1, .min, .max] as [Int8], stored: type(wb_h5_i8()), memory: wb_h5_i8(), "int8")
                try assertReads(Array(0...UInt8.max), stored: type(wb_h5_u8()), memory: wb_h5_u8(), "uint8")
                try assertReads(
                    [0, 258, -2, .min, .max] as [Int16], stored: type(wb_h5_i16()), memory: wb_h5_i16(), "int16")
                try assertReads([0, 258, .max] as [UInt16], stored: type(wb_h5_u16()), memory: wb_h5_u16(), "uint16")
                try assertReads(
                    [0, 66051, .min, .max] as [Int32], stored: type(wb_h5_i32()), memory: wb_h5_i32(), "int32")
                try assertReads([0, 66051, .max] as [UInt32], stored: type(wb_h5_u32()), memory: wb_h5_u32(), "uint32")
                try assertReads(
                    [0, 1 << 40 + 3, .min, .max] as [Int64], stored: type(wb_h5_i64()), memory: wb_h5_i64(), "int64")
                try assertReads(
                    [0, 1 << 40 + 3, 1 << 63 - 1] as [UInt64], stored: type(wb_h5_u64()), memory: wb_h5_u64(), "uint64")
                let three = type(wb_h5_i32())
                H5Tset_precision(three, 24)
                H5Tset_size(three, 3)
                try assertReads(
                    [0, 66051, -1, -1 << 23, 1 << 23 - 1] as [Int32], stored: three, memory: wb_h5_i32(), "3 bytes")
            }
        }
    }

    func testFloatsOfEveryWidthAndByteOrderKeepTheirValues() throws {
        let values: [Float] = [0, -0.0, 1, -1.5, 65504, 6.1e-5, 5.9604645e-08, .infinity, -.infinity]
        try HDF5.locked {
            for order in [H5T_ORDER_LE, H5T_ORDER_BE] {
                let half = H5Tcopy(wb_h5_f32())
                H5Tset_fields(half, 15, 10, 5, 0, 10)
                H5Tset_size(half, 2)
                H5Tset_ebias(half, 15)
                H5Tset_order(half, order)
                let exact = values.map { Float(Float16($0)) }
                makeX(half, memory: wb_h5_f32(), exact)
                XCTAssertEqual(try open().values(Array(values.indices), Float.self), exact)
                XCTAssertEqual(
                    try open(xDType: .float64, cacheBytes: 0).values(Array(values.indices), Double.self),
                    exact.map { Double($0) })

                for (native, name) in [(wb_h5_f32(), "float32"), (wb_h5_f64(), "float64")] {
                    let type = H5Tcopy(native)
                    H5Tset_order(type, order)
                    makeX(type, memory: wb_h5_f32(), values)
                    XCTAssertEqual(try open().values(Array(values.indices), Float.self), values, name)
                    let rows = try open(y: "x", xDType: .float64)
                    XCTAssertEqual(rows.y?.dtype, .float64)
                    XCTAssertEqual(try rows.labels(Array(values.indices), Double.self), values.map { Double($0) }, name)
                }
            }
        }
    }

    func testFloat64IsRoundedToFloat32BeforeItIsScaled() throws {
        let values = (0..<100).map { sin(Double($0)) * 1e3 }
        makeX(wb_h5_f64(), memory: wb_h5_f64(), values)
        XCTAssertEqual(try open(scale: 0.1).values(Array(0..<100), Float.self), values.map { Float($0) * Float(0.1) })
        XCTAssertEqual(
            try open(xDType: .float64, scale: 0.1).values(Array(0..<100), Double.self), values.map { $0 * 0.1 })
    }

    func testBooleansAndOtherEnumerationsAreTheirNumbers() throws {
        makeFile(folder("data.h5")) { file in
            func enumeration(_ base: hid_t, _ names: [String]) -> hid_t {
                let type = H5Tenum_create(base)
                for (index, name) in names.enumerated() {
                    var value = Int16(index)  // little-endian, so the low byte comes first
                    H5Tenum_insert(type, name, &value)
                }
                return type
            }
            makeDataset(
                file, "mask", type: enumeration(wb_h5_i8(), ["FALSE", "TRUE"]), shape: [4],
                data: [0, 1, 1, 0] as [Int8])
            makeDataset(
                file, "kind", type: enumeration(wb_h5_i16(), ["cat", "dog", "emu"]), shape: [4],
                data: [2, 0, 1, 2] as [Int16])
        }
        let rows = try open(x: "mask", y: "kind")
        XCTAssertEqual(try rows.values([0, 1, 2, 3], Float.self), [0, 1, 1, 0])
        XCTAssertEqual(try rows.labels([0, 1, 2, 3], Int64.self), [2, 0, 1, 2])
        XCTAssertEqual(try open(x: "mask", xDType: .uint8).values([3, 1], UInt8.self), [0, 1])
    }

    func testRowsKeepTheirShapeUnlessFlattened() throws {
        makeFile(folder("data.h5")) { file in
            makeDataset(file, "x", type: wb_h5_u8(), shape: [6, 2, 3, 4], data: Array(0..<144) as [UInt8])
            makeDataset(file, "y", type: wb_h5_f32(), shape: [6, 2], data: (0..<12).map { Float($0) })
            makeDataset(file, "labels", type: wb_h5_u8(), shape: [6], data: Array(0..<6) as [UInt8])
        }
        let whole = try open(y: "y")
        XCTAssertEqual(whole.count, 6)
        XCTAssertEqual(whole.x, RowLayout(dtype: .float32, shape: [2, 3, 4]))
        XCTAssertEqual(whole.y, RowLayout(dtype: .float32, shape: [2]))
        let flat = try open(y: "labels", flatten: true)
        XCTAssertEqual(flat.x, RowLayout(dtype: .float32, shape: [24]))
        XCTAssertEqual(flat.y, RowLayout(dtype: .int64, shape: []))
        XCTAssertEqual(try flat.values([5, 0], Float.self), (Array(120..<144) + Array(0..<24)).map { Float($0) })
        XCTAssertEqual(try open(x: "labels", flatten: true).x.shape, [1])
    }

    func testNoRowsAndEmptyRowsOpenAndRead() throws {
        makeFile(folder("data.h5")) { file in
            makeDataset(file, "none", type: wb_h5_u8(), shape: [0, 28, 28], data: [UInt8]())
            makeDataset(file, "empty", type: wb_h5_f32(), shape: [3, 0], data: [Float]())
        }
        for cacheBytes in [-1, 1 << 20] {
            let none = try open(x: "none", y: "none", cacheBytes: cacheBytes)
            XCTAssertEqual(none.count, 0)
            XCTAssertEqual(none.x.shape, [28, 28])
            XCTAssertEqual(try none.values([], Float.self), [])
            let empty = try open(x: "empty", cacheBytes: cacheBytes)
            XCTAssertEqual(empty.count, 3)
            XCTAssertEqual(try empty.values([2, 0, 2], Float.self), [])
        }
    }

    func testStreamedRowsAreThoseOfMemoryInEveryLayoutAndOrder() throws {
        let shape = [101, 5, 7]
        let values = (0..<shape.reduce(1, *)).map { Int16(truncatingIfNeeded: $0 &* 7919) }
        var generator = Generator(state: 1)
        let orders = [
            Array(0..<101), Array((0..<101).reversed()), [100], [3, 3, 3, 4, 4, 100, 0],
            (0..<101).shuffled(using: &generator),
            (0..<300).map { _ in Int.random(in: 0..<101, using: &generator) },
            stride(from: 0, to: 101, by: 9).map { $0 },
        ]
        for chunk in [nil, [1, 5, 7], [10, 5, 7], [101, 5, 7], [7, 2, 3], [200, 1, 1]] as [[Int]?] {
            for compressed in chunk == nil ? [false] : [false, true] {
                makeFile(folder("data.h5")) {
                    makeDataset(
                        $0, "x", type: wb_h5_i16(), shape: shape, data: values, chunk: chunk, compressed: compressed,
                        growing: chunk != nil)
                }
                let cached = try open(y: "x")
                let streamed = try open(y: "x", cacheBytes: values.count * 4 - 1)
                XCTAssert(cached.isRandomAccess)
                XCTAssertFalse(streamed.isRandomAccess)
                for rows in orders {
                    let expected = rows.flatMap { row in values[row * 35..<(row + 1) * 35].map { Float($0) } }
                    XCTAssertEqual(try cached.values(rows, Float.self), expected)
                    XCTAssertEqual(try streamed.values(rows, Float.self), expected)
                    XCTAssertEqual(try streamed.labels(rows, Int64.self), expected.map { Int64($0) })
                }
                if let chunk { XCTAssertEqual(streamed.preferredRun, min(chunk[0], 101)) }
            }
        }
    }

    func testAMissingYIsLeftAlone() throws {
        makeFile(folder("data.h5")) { makeDataset($0, "x", type: wb_h5_f32(), shape: [2], data: [1, 2] as [Float]) }
        let rows = try open()
        XCTAssertNil(rows.y)
        XCTAssertEqual(try rows.values([1], Float.self), [2])
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

extension HDF5Rows {
    func values<Value: BitwiseCopyable>(_ rows: [Int], _: Value.Type) throws -> [Value] {
        try read(rows, Value.self, UInt8.self).x
    }
    func labels<Value: BitwiseCopyable>(_ rows: [Int], _: Value.Type) throws -> [Value] {
        try read(rows, UInt8.self, Value.self).y
    }

    private func read<X: BitwiseCopyable, Y: BitwiseCopyable>(_ rows: [Int], _: X.Type, _: Y.Type) throws -> (
        x: [X], y: [Y]
    ) {
        let xBytes = rows.count * x.bytes
        let yBytes = rows.count * (y?.bytes ?? 0)
        let xMemory = UnsafeMutableRawPointer.allocate(byteCount: xBytes + 1, alignment: 64)
        let yMemory = UnsafeMutableRawPointer.allocate(byteCount: yBytes + 1, alignment: 64)
        defer {
            xMemory.deallocate()
            yMemory.deallocate()
        }
        try read(rows: rows, x: xMemory, y: y == nil ? nil : yMemory)
        let xs = UnsafeBufferPointer(
            start: xMemory.assumingMemoryBound(to: X.self), count: xBytes / MemoryLayout<X>.size)
        let ys = UnsafeBufferPointer(
            start: yMemory.assumingMemoryBound(to: Y.self), count: yBytes / MemoryLayout<Y>.size)
        return (Array(xs), Array(ys))
    }
}
