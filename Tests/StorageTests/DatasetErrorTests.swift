import CHDF5
import Engine
import Foundation
import MoreOfHDF5
import XCTest

@testable import Storage

/// What a data set that cannot be read is answered with: the file, the data set, what was expected and what was found.
final class DatasetErrorTests: XCTestCase {
    private var folder: TemporaryFolder!
    override func setUpWithError() throws { folder = try TemporaryFolder() }
    override func tearDown() { folder = nil }

    private var path: String { folder("data.h5") }

    private func open(
        _ path: String? = nil, x: String = "x", y: String? = nil, xDType: DType = .float32, scale: Double = 1,
        cacheBytes: Int = 1 << 30
    ) throws -> HDF5Rows {
        try HDF5Rows(
            path: path ?? self.path, x: x, y: y, xDType: xDType, scale: scale, flatten: false, cacheBytes: cacheBytes)
    }

    private func assertRefused(
        _ sentence: String, _ isExpected: (Failure) -> Bool, file: StaticString = #filePath, line: UInt = #line,
        _ body: () throws -> Void
    ) {
        guard let failure = failure(of: body, file: file, line: line) else { return }
        XCTAssert(isExpected(failure), "\(failure)", file: file, line: line)
        XCTAssert(failure.description.contains(sentence), failure.description, file: file, line: line)
        XCTAssert(failure.description.hasPrefix(folder.path), failure.description, file: file, line: line)
    }

    func testFilesThatCannotBeOpenedAreNamedForWhatTheyAre() throws {
        try write(Array("x,y\n1,2\n".utf8), to: folder("table.csv"))
        try write([], to: folder("empty.h5"))
        assertRefused("No such file or directory", \.isFile) { _ = try open(folder("missing.h5")) }
        assertRefused("No such file or directory", \.isFile) { _ = try open(folder("missing/data.h5")) }
        assertRefused("Is a directory", \.isFile) { _ = try open(folder.path) }
        assertRefused("not an HDF5 file", \.isFormat) { _ = try open(folder("table.csv")) }
        assertRefused("not an HDF5 file", \.isFormat) { _ = try open(folder("empty.h5")) }
        if geteuid() != 0 {
            makeFile(path) { makeGroup($0, "g") }
            chmod(path, 0)
            assertRefused("Permission denied", \.isFile) { _ = try open() }
        }
    }

    func testAMissingDataSetIsAnsweredWithThoseThatAreThere() throws {
        makeFile(path) { file in
            for group in ["train", "test"] {
                makeGroup(file, group)
                for name in ["images", "labels"] {
                    makeDataset(file, "\(group)/\(name)", type: wb_h5_u8(), shape: [2], data: [1, 2] as [UInt8])
                }
            }
        }
        assertRefused(
            "\(path): has no data set 'train/imagez'; it has: test/images, test/labels, train/images, train/labels",
            \.isFormat
        ) { _ = try open(x: "train/imagez") }
        assertRefused("'train' is a group, not a data set; it has: test/images", \.isFormat) {
            _ = try open(x: "train")
        }
        assertRefused("has no data set 'train/images/0': 'train/images' is not a group", \.isFormat) {
            _ = try open(x: "train/images/0")
        }
        assertRefused("has no data set ''", \.isFormat) { _ = try open(x: "") }
        assertRefused("has no data set", \.isFormat) { _ = try open(x: "train\0/images") }
        assertRefused("has no data set 'labels'", \.isFormat) { _ = try open(x: "train/images", y: "labels") }
        XCTAssertEqual(try open(x: "/train//images", y: "train/./labels").count, 2)
    }

    func testTheListOfDataSetsIsBounded() throws {
        makeFile(path) { file in
            makeDataset(file, String(repeating: "a", count: 500), type: wb_h5_u8(), shape: [1], data: [1] as [UInt8])
            for index in 10..<60 {
                makeDataset(file, "set\(index)", type: wb_h5_u8(), shape: [1], data: [1] as [UInt8])
            }
        }
        let failure = failure { try open() }
        XCTAssertEqual(
            failure?.description.hasSuffix("aaa..., set10, set11, set12, set13, set14, set15, set16, ..."), true)
        XCTAssertLessThan(failure?.description.count ?? 0, 300)
        makeFile(path) { makeGroup($0, "g") }
        assertRefused("has no data set 'x'; it has no data sets", \.isFormat) { _ = try open() }
    }

    func testElementsThatAreNoNumbersAreNamed() throws {
        makeFile(path) { file in
            let text = H5Tcopy(wb_h5_string())
            H5Tset_size(text, 4)
            makeDataset(file, "text", type: text, shape: [1], data: Array("abcd".utf8))
            H5Tset_size(text, wb_h5_variable_length())
            makeDataset(file, "texts", type: text, shape: [1], data: [UInt8]())
            let record = H5Tcreate(H5T_COMPOUND, 8)
            H5Tinsert(record, "a", 0, wb_h5_i32())
            H5Tinsert(record, "b", 4, wb_h5_f32())
            makeDataset(file, "record", type: record, shape: [1], data: [0, 0] as [Int32])
            makeDataset(file, "lists", type: H5Tvlen_create(wb_h5_i32()), shape: [1], data: [UInt8]())
            makeDataset(
                file, "vectors", type: H5Tarray_create2(wb_h5_i32(), 1, [2]), shape: [1], data: [1, 2] as [Int32])
            makeDataset(file, "opaque", type: H5Tcreate(H5T_OPAQUE, 3), shape: [1], data: [1, 2, 3] as [UInt8])
            let wide = H5Tcopy(wb_h5_i64())
            H5Tset_size(wide, 16)
            makeDataset(file, "wide", type: wide, shape: [1], data: [UInt8]())
            for (name, space) in [("scalar", H5S_SCALAR), ("null", H5S_NULL)] {
                let space = H5Screate(space)
                H5Dclose(H5Dcreate2(file, name, wb_h5_f32(), space, wb_h5_default(), wb_h5_default(), wb_h5_default()))
            }
        }
        for (name, sentence) in [
            ("text", "text, not numbers"), ("texts", "text, not numbers"), ("record", "records of several fields"),
            ("lists", "lists of varying length"), ("vectors", "arrays as elements"), ("opaque", "opaque bytes"),
            ("wide", "integers of 16 bytes"),
        ] { assertRefused("data set '\(name)' holds \(sentence)", \.isFormat) { _ = try open(x: name) } }
        assertRefused("data set 'scalar' is a single number", \.isShape) { _ = try open(x: "scalar") }
        assertRefused("data set 'null'", \.isFormat) { _ = try open(x: "null") }
    }

    func testWhatDoesNotFitTogetherIsRefused() throws {
        makeFile(path) { file in
            makeDataset(file, "x", type: wb_h5_f32(), shape: [3, 2], data: [0, 1, 2, 3, 4, 5] as [Float])
            makeDataset(file, "y", type: wb_h5_i16(), shape: [4], data: [1, 300, -1, 0] as [Int16])
            makeDataset(file, "big", type: wb_h5_u64(), shape: [2], data: [1, 1 << 63] as [UInt64])
        }
        assertRefused("'x' has 3 rows, but 'y' has 4", \.isShape) { _ = try open(y: "y") }
        assertRefused("data set 'x' holds float32, which cannot be read as int64", \.isDType) {
            _ = try open(xDType: .int64)
        }
        assertRefused("scaled only as a floating dtype", \.isArgument) {
            _ = try open(x: "y", xDType: .int32, scale: 0.5)
        }
        for cacheBytes in [0, 1 << 20] {
            assertRefused("data set 'y' holds a value in row 1 that uint8 cannot hold", \.isFormat) {
                _ = try open(x: "y", xDType: .uint8, cacheBytes: cacheBytes).values([0, 1], UInt8.self)
            }
            XCTAssertEqual(
                try open(x: "y", xDType: .uint8, cacheBytes: cacheBytes).values([3, 0], UInt8.self), [0, 1])
            assertRefused("data set 'big' holds a value in row 1 that int64 cannot hold", \.isFormat) {
                _ = try open(x: "big", y: "big", cacheBytes: cacheBytes).labels([0, 1], Int64.self)
            }
            for row in [-1, 3, Int.max, Int.min] {
                assertRefused("row \(row) does not exist; there are 3", \.isIndex) {
                    _ = try open(cacheBytes: cacheBytes).values([0, row], Float.self)
                }
            }
        }
    }

    func testADamagedChunkIsAFailureThatNamesTheDataSetAndLeavesTheOthersReadable() throws {
        for (compressed, checked) in [(true, false), (false, true)] {
            let values = (0..<4000).map { Int32(truncatingIfNeeded: $0 &* 2_654_435_761) }
            makeFile(path) {
                makeDataset(
                    $0, "x", type: wb_h5_i32(), shape: [4000], data: values, chunk: [1000], compressed: compressed,
                    filter: checked ? H5Z_FILTER_FLETCHER32 : nil)
            }
            var bytes = try bytes(of: path)
            for position in bytes.count - 600..<bytes.count - 500 { bytes[position] ^= 0xA5 }
            try write(bytes, to: path)
            for cacheBytes in [0, 1 << 20] {
                let rows = try open(cacheBytes: cacheBytes)
                assertRefused("data set 'x' cannot be read", \.isFormat) {
                    _ = try rows.values(Array(0..<4000), Float.self)
                }
                assertRefused("data set 'x' cannot be read", \.isFormat) {
                    _ = try rows.values(Array(0..<4000), Float.self)
                }
                if cacheBytes == 0 {
                    XCTAssertEqual(try rows.values([0, 999], Float.self), [Float(values[0]), Float(values[999])])
                }
            }
        }
    }

    func testATruncatedFileIsAFailureAtEveryLength() throws {
        makeFile(path) { file in
            makeDataset(
                file, "x", type: wb_h5_u8(), shape: [50, 10], data: [UInt8](repeating: 7, count: 500), chunk: [10, 10],
                compressed: true)
        }
        for length in (0..<(try bytes(of: path).count)).reversed() {
            XCTAssertEqual(truncate(path, length), 0)
            assertRefused(length < 8 ? "not an HDF5 file" : "damaged or cut short", \.isFormat) {
                _ = try open().values(Array(0..<50), Float.self)
            }
        }
    }

    func testFlippedBitsInADataFileNeverEndTheProcess() throws {
        makeFile(path) { file in
            makeGroup(file, "g")
            makeDataset(
                file, "g/x", type: wb_h5_u8(), shape: [50, 10], data: [UInt8](repeating: 7, count: 500),
                chunk: [10, 10], compressed: true)
        }
        let whole = try bytes(of: path)
        for position in whole.indices {
            var bytes = whole
            bytes[position] ^= UInt8(1 << (position % 8))
            try write(bytes, to: path)
            do {
                let rows = try open(x: "g/x", cacheBytes: position % 2 << 20)
                // Whoever reads brings the memory; extents that nobody has memory for end there.
                guard rows.x.bytes < 1 << 30 else { continue }
                _ = try rows.values(Array(0..<10), Float.self)
            } catch is Failure {}
        }
    }

    func testACompressionThatIsNotHereIsNamed() throws {
        CountingFilter.register()
        makeFile(path) {
            makeDataset(
                $0, "x", type: wb_h5_u8(), shape: [4], data: [1, 2, 3, 4] as [UInt8], chunk: [2],
                filter: CountingFilter.id)
        }
        CountingFilter.unregister()
        assertRefused(
            "data set 'x' is compressed with filter 300 (counting), which the HDF5 library here does not have",
            {
                if case .unsupported = $0 { true } else { false }
            }
        ) { _ = try open() }
    }
}
