import CHDF5
import Engine
import Foundation
import MoreOfHDF5
import XCTest

@testable import Storage

final class CheckpointTests: XCTestCase {
    private var folder: TemporaryFolder!
    override func setUpWithError() throws { folder = try TemporaryFolder() }
    override func tearDown() { folder = nil }

    private func assertComesBack(_ tree: StateTree, file: StaticString = #filePath, line: UInt = #line) throws {
        try writeCheckpoint(tree, to: folder("model.h5"), libraryVersion: "0.1.0")
        XCTAssertEqual(
            try lines(of: readCheckpoint(folder("model.h5")).tree), try lines(of: tree), file: file, line: line)
        XCTAssertEqual(folder.names, ["model.h5"], file: file, line: line)
    }

    func testAnEmptyTreeComesBack() throws { try assertComesBack(StateTree()) }

    func testArraysOfEveryDTypeAndRankComeBack() throws {
        var tree = StateTree()
        let shapes = [[], [1], [7], [0], [3, 0, 2], [5, 3], [2, 3, 4], [2, 1, 3, 2], [1, 1, 1, 1, 1, 2]]
        for dtype in DType.allCases {
            for shape in shapes { tree.arrays.append(("\(dtype.name)\(shape)", try noise(dtype, shape))) }
        }
        try assertComesBack(tree)
    }

    func testArraysOfManyChunksComeBack() throws {
        var tree = StateTree()
        for (index, shape) in [[8193], [300_001], [1000, 700], [3, 1_000_003], [17, 129, 257], [600_000, 1]]
            .enumerated()
        {
            tree.arrays.append(
                ("\(index)", try noise(index % 2 == 0 ? .float32 : .uint8, shape, seed: UInt64(index + 1))))
        }
        tree.arrays.append(("mask", try noise(.bool, [70_000])))
        try assertComesBack(tree)
    }

    func testChunksCoverEveryShapeAlmostWithoutWaste() {
        for shape in [[1_048_577], [2, 600_000], [1000, 1000, 3], [9, 1_050_000], [5_000_000, 1]] {
            let chunk = CheckpointFormat.chunk(of: shape, elementSize: 4)
            XCTAssertLessThanOrEqual(chunk.reduce(4, *), CheckpointFormat.chunkBytes)
            let stored = zip(shape, chunk).map { ($0 + $1 - 1) / $1 * $1 }.reduce(1, *)
            XCTAssertLessThan(Double(stored), Double(shape.reduce(1, *)) * 1.01, "\(shape) in \(chunk)")
        }
    }

    func testNumbersAndTextsComeBackToTheBit() throws {
        var tree = StateTree()
        tree.attributes = [
            ("least", .integer(.min)), ("most", .integer(.max)), ("zero", .integer(0)),
            ("negative zero", .real(-0.0)), ("third", .real(1 / 3)), ("nan", .real(.nan)),
            ("infinity", .real(-.infinity)),
            ("subnormal", .real(.leastNonzeroMagnitude)), ("empty", .text("")), ("space", .text(" x ")),
            ("greek", .text("∂ℒ/∂θ – Größe 😀")), ("lines", .text("a\nb\tc")),
            ("long", .text(String(repeating: "0123456789", count: 20_000))),
        ]
        try assertComesBack(tree)
    }

    func testNamesWithDotsSpacesAndOtherScriptsComeBackInTheirOrder() throws {
        let names = [
            "z", "0.weight", "0.bias", "10.weight", "2.weight", "a b", "..", "...", "θ", "重み", "😀", "-", "%s", "a\\b",
            "\n", "A", "a",
        ]
        var tree = StateTree()
        for (index, name) in names.enumerated() {
            tree.attributes.append((name, .integer(Int64(index))))
            tree.arrays.append(("array " + name, try noise(.float32, [index], seed: UInt64(index + 1))))
            var child = StateTree()
            child.attributes = [("index", .integer(Int64(index)))]
            tree.children.append((name, child))
        }
        try assertComesBack(tree)
    }

    func testThousandsOfArraysAndAttributesKeepTheirOrder() throws {
        var tree = StateTree()
        for index in 0..<2000 {
            let name = "\((index * 7919) % 2000)"
            tree.attributes.append((name, .integer(Int64(index))))
            tree.arrays.append((name, try noise(.uint8, [1], seed: UInt64(index + 1))))
        }
        try assertComesBack(tree)
    }

    func testDeeplyNestedModulesComeBackAndEndlesslyNestedOnesAreRefused() throws {
        func nested(_ depth: Int) -> StateTree {
            var tree = StateTree()
            for _ in 0..<depth {
                var around = StateTree()
                around.children = [("0", tree)]
                tree = around
            }
            return tree
        }
        try assertComesBack(nested(200))
        let failure = failure { try writeCheckpoint(nested(201), to: folder("deep.h5"), libraryVersion: "0.1.0") }
        XCTAssertEqual(failure?.isArgument, true)
        XCTAssertEqual(folder.names, ["model.h5"])
    }

    func testTheSameTreeGivesTheSameBytes() throws {
        let tree = try model()
        try writeCheckpoint(tree, to: folder("a.h5"), libraryVersion: "0.1.0")
        try writeCheckpoint(tree, to: folder("b.h5"), libraryVersion: "0.1.0")
        XCTAssertEqual(try bytes(of: folder("a.h5")), try bytes(of: folder("b.h5")))
    }

    func testNamesThatNoFileCanHoldAreRefused() throws {
        for name in ["", ".", "a/b", "a\0b"] {
            var tree = StateTree()
            tree.arrays = [(name, try noise(.float32, [1]))]
            XCTAssertEqual(
                failure { try writeCheckpoint(tree, to: folder("x.h5"), libraryVersion: "") }?.isArgument, true, name)
            tree = StateTree()
            tree.attributes = [(name, .integer(1))]
            XCTAssertEqual(
                failure { try writeCheckpoint(tree, to: folder("x.h5"), libraryVersion: "") }?.isArgument, true, name)
        }
        var tree = StateTree()
        tree.arrays = [("a", try noise(.float32, [1]))]
        tree.children = [("a", StateTree())]
        XCTAssertEqual(failure { try writeCheckpoint(tree, to: folder("x.h5"), libraryVersion: "") }?.isArgument, true)
        tree = StateTree()
        tree.attributes = [("format_version", .integer(7))]
        XCTAssertEqual(failure { try writeCheckpoint(tree, to: folder("x.h5"), libraryVersion: "") }?.isArgument, true)
        tree.attributes = [("text", .text("a\0"))]
        XCTAssertEqual(failure { try writeCheckpoint(tree, to: folder("x.h5"), libraryVersion: "") }?.isArgument, true)
        XCTAssertEqual(folder.names, [])
    }

    func testANewerFormatIsRefusedWithBothVersions() throws {
        makeFile(folder("new.h5")) { file in
            attribute(file, "format", "wingbeat-checkpoint")
            attribute(file, "library_version", "9.1.0")
            attribute(file, "format_version", 3)
        }
        let failure = failure { try readCheckpoint(folder("new.h5")) }
        XCTAssertEqual(failure?.isFormat, true)
        XCTAssertEqual(
            failure?.description,
            "\(folder("new.h5")): written by Wingbeat 9.1.0 in version 3 of the checkpoint format; this library reads "
                + "up to version 2"
        )
    }

    func testAnHDF5FileOfAnotherKindIsNoCheckpoint() throws {
        makeFile(folder("data.h5")) { makeDataset($0, "x", type: wb_h5_f32(), shape: [2], data: [Float(1), 2]) }
        let failure = failure { try readCheckpoint(folder("data.h5")) }
        XCTAssertEqual(failure?.isFormat, true)
        XCTAssertEqual(failure?.description, "\(folder("data.h5")): an HDF5 file, but not a Wingbeat checkpoint")
    }

    func testGroupsThatRunInACircleAndLinksToElsewhereAreRefused() throws {
        func checkpoint(_ name: String, _ body: (hid_t) -> Void) {
            makeFile(folder(name)) { file in
                attribute(file, "format", "wingbeat-checkpoint")
                attribute(file, "format_version", 1)
                body(file)
            }
        }
        checkpoint("circle.h5") { file in
            makeGroup(file, "a")
            XCTAssertGreaterThanOrEqual(H5Lcreate_hard(file, "a", file, "a/b", wb_h5_default(), wb_h5_default()), 0)
        }
        checkpoint("soft.h5") {
            XCTAssertGreaterThanOrEqual(H5Lcreate_soft("/", $0, "a", wb_h5_default(), wb_h5_default()), 0)
        }
        checkpoint("external.h5") {
            XCTAssertGreaterThanOrEqual(
                H5Lcreate_external("circle.h5", "/", $0, "a", wb_h5_default(), wb_h5_default()), 0)
        }
        checkpoint("unwritten.h5") {
            makeDataset($0, "x", type: wb_h5_f32(), shape: [1000, 1000], data: [Float](), chunk: [10, 10])
        }
        checkpoint("half.h5") { makeDataset($0, "x", type: wb_h5_u16(), shape: [2], data: [UInt16(1), 2]) }
        for name in ["circle.h5", "soft.h5", "external.h5", "unwritten.h5", "half.h5"] {
            XCTAssertEqual(failure { try readCheckpoint(folder(name)) }?.isFormat, true, name)
        }
    }

    func testACheckpointRewrittenByAnotherToolIsRead() throws {
        makeFile(folder("edited.h5")) { file in
            attribute(file, "format", "wingbeat-checkpoint")
            attribute(file, "format_version", 1)
            makeDataset(
                file, "w", type: wb_h5_f64_le(), memory: wb_h5_f32(), shape: [4, 2], data: (0..<8).map { Float($0) },
                chunk: [2, 2],
                compressed: true)
            makeDataset(file, "b", type: wb_h5_i32_le(), shape: [2], data: [Int32(-1), 5])
        }
        let (tree, version) = try readCheckpoint(folder("edited.h5"))
        XCTAssertEqual(version, 1)
        XCTAssertEqual(tree.attributes.count, 0)
        XCTAssertEqual(
            try tree[array: "w"]?.withData {
                Array(UnsafeBufferPointer(start: $0.assumingMemoryBound(to: Double.self), count: 8))
            },
            (0..<8).map { Double($0) })
        XCTAssertEqual(tree[array: "b"]?.dtype, .int32)
    }

    func testFilesOfOtherKindsAreNamedForWhatTheyAre() throws {
        try write(Array("a text\n".utf8), to: folder("text.txt"))
        try write([], to: folder("empty"))
        XCTAssertEqual(mkfifo(folder("pipe"), 0o600), 0)
        for (path, isFormat, sentence) in [
            (folder("text.txt"), true, "not an HDF5 file"), (folder("empty"), true, "not an HDF5 file"),
            (folder("missing.h5"), false, "No such file or directory"), (folder.path, false, "Is a directory"),
            (folder("pipe"), false, "is not a regular file"), (folder("text.txt") + "/x", false, "Not a directory"),
        ] {
            let failure = failure { try readCheckpoint(path) }
            XCTAssertEqual(failure?.isFormat, isFormat, path)
            XCTAssertEqual(failure?.isFile, !isFormat, path)
            XCTAssertEqual(failure?.description.hasPrefix(path + ": "), true)
            XCTAssertEqual(failure?.description.contains(sentence), true, failure?.description ?? "")
        }
        XCTAssertEqual(failure { try readCheckpoint("") }?.isFile, true)
        XCTAssertEqual(failure { try readCheckpoint("a\0b") }?.isFile, true)
    }

    // MARK: Helpers

    private func attribute(_ object: hid_t, _ name: String, _ value: Int32) {
        let space = H5Screate(H5S_SCALAR)
        let id = H5Acreate2(object, name, wb_h5_i32_le(), space, wb_h5_default(), wb_h5_default())
        var value = value
        XCTAssertGreaterThanOrEqual(H5Awrite(id, wb_h5_i32(), &value), 0)
        H5Aclose(id)
        H5Sclose(space)
    }

    /// Of variable length, as h5py writes texts.
    private func attribute(_ object: hid_t, _ name: String, _ value: String) {
        let type = H5Tcopy(wb_h5_string())
        H5Tset_size(type, wb_h5_variable_length())
        let space = H5Screate(H5S_SCALAR)
        let id = H5Acreate2(object, name, type, space, wb_h5_default(), wb_h5_default())
        value.withCString { text in
            var text: UnsafePointer<CChar>? = text
            XCTAssertGreaterThanOrEqual(H5Awrite(id, type, &text), 0)
        }
        H5Aclose(id)
        H5Sclose(space)
        H5Tclose(type)
    }
}

/// A tree as a small model gives it, with something of every kind.
func model() throws -> StateTree {
    var linear = StateTree()
    linear.attributes = [("class", .text("Linear")), ("in_features", .integer(4)), ("slope", .real(0.25))]
    var structure = StateTree()
    structure.attributes = [
        ("class", .text("Sequential")), ("bias", .flag(true)), ("path", .none), ("empty", .list([])),
    ]
    structure.attributes.append(("_parameters", .list([.text("weight"), .text("bias=0.bias")])))
    structure.attributes.append(("betas", .list([.real(0.9), .real(0.5)])))
    structure.children = [("0", linear), ("1", linear)]
    var parameters = StateTree()
    parameters.arrays = [
        ("0.weight", try noise(.float32, [3, 4])), ("0.bias", try noise(.float64, [3])),
        ("mask", try noise(.bool, [5])),
        ("large", try noise(.uint8, [3, 3000])), ("scalar", try noise(.int64, [])),
        ("none", try noise(.int32, [2, 0])),
    ]
    var tree = StateTree()
    tree.attributes = [("epoch", .integer(3)), ("step", .integer(77))]
    tree.children = [("model", structure), ("parameters", parameters)]
    return tree
}
