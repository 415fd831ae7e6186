import CHDF5
import Engine
import Foundation
import XCTest

@testable import Storage

/// A folder that vanishes with its owner.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/wingbeat-storage-XXXXXX".utf8CString)
        path = String(cString: try XCTUnwrap(mkdtemp(&template)))
    }

    deinit {
        chmod(path, 0o755)
        try? FileManager.default.removeItem(atPath: path)
    }

    func callAsFunction(_ name: String) -> String { path + "/" + name }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

func bytes(of path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
}

/// Runs `body`, which must throw, and gives the failure.
func failure<R>(of body: () throws -> R, file: StaticString = #filePath, line: UInt = #line) -> Failure? {
    do {
        _ = try body()
        XCTFail("nothing was thrown", file: file, line: line)
    } catch let failure as Failure {
        return failure
    } catch {
        XCTFail("\(error) is not a Failure", file: file, line: line)
    }
    return nil
}

extension Failure {
    var isFormat: Bool { if case .format = self { true } else { false } }
    var isFile: Bool { if case .file = self { true } else { false } }
    var isShape: Bool { if case .shape = self { true } else { false } }
    var isDType: Bool { if case .dtype = self { true } else { false } }
    var isArgument: Bool { if case .argument = self { true } else { false } }
    var isIndex: Bool { if case .index = self { true } else { false } }
}

// MARK: Paths

func readCheckpoint(_ path: String) throws -> (tree: StateTree, version: Int) { try readCheckpoint(FilePath(path)) }

func writeCheckpoint(_ tree: StateTree, to path: String, libraryVersion: String) throws {
    try writeCheckpoint(tree, to: FilePath(path), libraryVersion: libraryVersion)
}

extension HDF5Rows {
    convenience init(
        path: String, x: String, y: String?, xDType: DType, scale: Double, flatten: Bool, cacheBytes: Int
    ) throws {
        try self.init(
            path: FilePath(path), x: x, y: y, xDType: xDType, scale: scale, flatten: flatten, cacheBytes: cacheBytes)
    }
}

// MARK: Trees

/// A tensor with bytes that no pattern explains, the same for the same seed; bools are 0 or 1.
func noise(_ dtype: DType, _ shape: [Int], seed: UInt64 = 1) throws -> Tensor {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return try Tensor(dtype: dtype, shape: shape) { memory in
        let bytes = UnsafeMutableRawBufferPointer(start: memory, count: shape.reduce(dtype.size, *))
        for index in bytes.indices {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            bytes[index] = dtype == .bool ? UInt8(state >> 20 & 1) : UInt8(truncatingIfNeeded: state >> 20)
        }
    }
}

func contents(of tensor: Tensor) throws -> [UInt8] {
    try tensor.withData { Array(UnsafeRawBufferPointer(start: $0, count: tensor.count * tensor.dtype.size)) }
}

/// A value as a line; two values are the same to the bit, and of the same kind, if these are.
func line(of value: Value) -> String {
    switch value {
    case .none: return "none"
    case .flag(let flag): return "flag \(flag)"
    case .integer(let integer): return "integer \(integer)"
    case .real(let real): return "real \(String(real.bitPattern, radix: 16))"
    case .text(let text): return "text \(Array(text.utf8))"
    case .list(let values): return "list [\(values.map(line).joined(separator: "; "))]"
    }
}

/// One line for everything that is in a tree, in order: two trees are the same to the bit if these are.
func lines(of tree: StateTree, at place: String = "") throws -> [String] {
    var found = tree.attributes.map { "\(place)@\($0.name) \(line(of: $0.value))" }
    for (name, tensor) in tree.arrays {
        found.append("\(place)\(name) \(tensor.dtype.name) \(tensor.shape) \(try contents(of: tensor))")
    }
    for (name, child) in tree.children {
        found.append("\(place)\(name)/")
        found += try lines(of: child, at: place + name + "/")
    }
    return found
}

// MARK: HDF5 files of other makers

/// Writes an HDF5 file with libhdf5 itself.
func makeFile(_ path: String, _ body: (hid_t) -> Void) {
    HDF5.locked {
        let file = H5Fcreate(path, wb_h5_truncate(), wb_h5_default(), wb_h5_default())
        XCTAssertGreaterThanOrEqual(file, 0)
        body(file)
        XCTAssertGreaterThanOrEqual(H5Fclose(file), 0)
    }
}

func makeGroup(_ file: hid_t, _ name: String) {
    let group = H5Gcreate2(file, name, wb_h5_default(), wb_h5_default(), wb_h5_default())
    XCTAssertGreaterThanOrEqual(group, 0)
    H5Gclose(group)
}

/// `type` is how the elements are stored, `memory` how they lie in `data`. Chunks may be compressed by gzip after
/// shuffle; a `growing` data set may get more rows later, and its chunks may be larger than it.
func makeDataset<Element: BitwiseCopyable>(
    _ file: hid_t, _ name: String, type: hid_t, memory: hid_t? = nil, shape: [Int], data: [Element],
    chunk: [Int]? = nil,
    compressed: Bool = false, growing: Bool = false, filter: H5Z_filter_t? = nil
) {
    let most = shape.map { growing ? hsize_t.max : hsize_t($0) }
    let space = H5Screate_simple(Int32(shape.count), shape.map { hsize_t($0) }, most)
    let creation = H5Pcreate(wb_h5_dataset_create())
    if let chunk {
        XCTAssertGreaterThanOrEqual(H5Pset_chunk(creation, Int32(chunk.count), chunk.map { hsize_t($0) }), 0)
    }
    if compressed {
        H5Pset_shuffle(creation)
        H5Pset_deflate(creation, 4)
    }
    if let filter { XCTAssertGreaterThanOrEqual(H5Pset_filter(creation, filter, 0, 0, nil), 0) }
    let dataset = H5Dcreate2(file, name, type, space, wb_h5_default(), creation, wb_h5_default())
    XCTAssertGreaterThanOrEqual(dataset, 0)
    if !data.isEmpty {
        XCTAssertGreaterThanOrEqual(
            H5Dwrite(dataset, memory ?? type, wb_h5_all(), wb_h5_all(), wb_h5_default(), data), 0)
    }
    H5Dclose(dataset)
    H5Pclose(creation)
    H5Sclose(space)
}
