import CHDF5
import Engine
import Foundation
import MoreOfHDF5
import XCTest

@testable import Storage

/// Typed attributes: what is written, as what HDF5 has it, and what is read of what others have written.
final class AttributeTests: XCTestCase {
    private var folder: TemporaryFolder!
    override func setUpWithError() throws { folder = try TemporaryFolder() }
    override func tearDown() { folder = nil }

    /// A value of every form, with the form that HDF5 has for it.
    private let forms: [(name: String, value: Value, form: String)] = [
        ("none", .none, "i64 null"), ("true", .flag(true), "bool scalar"), ("false", .flag(false), "bool scalar"),
        ("least", .integer(.min), "i64 scalar"), ("most", .integer(.max), "i64 scalar"),
        ("zero", .integer(0), "i64 scalar"),
        ("third", .real(1 / 3), "f64 scalar"), ("negative zero", .real(-0.0), "f64 scalar"),
        ("infinity", .real(.infinity), "f64 scalar"),
        ("negative infinity", .real(-.infinity), "f64 scalar"), ("nan", .real(.nan), "f64 scalar"),
        ("another nan", .real(Double(bitPattern: 0xFFF8_0000_0000_1234)), "f64 scalar"),
        ("subnormal", .real(.leastNonzeroMagnitude), "f64 scalar"),
        ("large", .real(.greatestFiniteMagnitude), "f64 scalar"),
        ("empty text", .text(""), "text of 1 scalar"), ("text", .text("relu"), "text of 4 scalar"),
        ("space", .text(" x "), "text of 3 scalar"),
        ("lines", .text("h = fc(x)\ny = add(h, x)"), "text of 23 scalar"),
        ("greek", .text("∂ℒ/∂θ 😀"), "text of 17 scalar"),
        ("list of nothing", .list([]), "i64 [0]"), ("list of one", .list([.integer(3)]), "i64 [1]"),
        ("whole", .list([.integer(.min), .integer(0), .integer(.max)]), "i64 [3]"),
        ("flags", .list([.flag(true), .flag(false), .flag(true)]), "bool [3]"),
        ("reals", .list([.real(0.9), .real(-0.0), .real(.infinity), .real(-.infinity), .real(.nan)]), "f64 [5]"),
        ("texts", .list([.text("weight"), .text(""), .text("a'b\\c\n\t\r\"")]), "text of 16 [3]"),
        ("one text", .list([.text("")]), "text of 2 [1]"),
        (
            "mixed",
            .list([.integer(1), .real(1), .flag(true), .none, .text("None"), .real(-.infinity), .real(1e-300)]),
            "text of 6 [7]"
        ),
        ("numbers", .list([.integer(1), .real(2.5)]), "text of 3 [2]"),
        ("nothing", .list([.none, .none]), "text of 4 [2]"),
        (
            "nested", .list([.list([.integer(1), .list([.integer(2)])]), .list([]), .list([.text("(")])]),
            "text of 9 [3]"
        ),
        ("list of an empty list", .list([.list([])]), "text of 2 [1]"),
    ]

    private func write(_ attributes: [(name: String, value: Value)], to name: String = "model.h5") throws {
        var (tree, child) = (StateTree(), StateTree())
        tree.attributes = attributes
        child.attributes = attributes
        tree.children = [("child", child)]
        try writeCheckpoint(tree, to: folder(name), libraryVersion: "0.1.0")
    }

    private func assertComeBack(_ attributes: [(name: String, value: Value)], at place: UInt = #line) throws {
        try write(attributes)
        let tree = try readCheckpoint(folder("model.h5")).tree
        for found in [tree, try XCTUnwrap(tree[child: "child"])] {
            XCTAssertEqual(found.attributes.map(\.name), attributes.map(\.name), line: place)
            for ((name, value), (_, want)) in zip(found.attributes, attributes) {
                XCTAssertTrue(line(of: value) == line(of: want), "\(name): \(value.literal.prefix(100))", line: place)
            }
        }
    }

    // MARK: What is written

    func testValuesOfEveryKindComeBackAsTheKindThatTheyWere() throws {
        try assertComeBack(forms.map { ($0.name, $0.value) })
    }

    func testHDF5HasAFormOfItsOwnForEachKind() throws {
        try write(forms.map { ($0.name, $0.value) })
        for (name, _, form) in forms { XCTAssertEqual(self.form(name), form, name) }
    }

    func testLongTextsAndListsComeBack() throws {
        let long = String(repeating: "y = add(x, 1)  # 😀\n", count: 6000)
        XCTAssertGreaterThan(long.utf8.count, 100_000)
        try assertComeBack([
            ("text", .text(long)), ("texts", .list([.text(long), .text(""), .text("short")])),
            ("whole", .list((0..<100_000).map { .integer(Int64($0) << 40) })),
            ("reals", .list((0..<100_000).map { .real(1 / Double($0)) })),
            ("flags", .list((0..<100_000).map { .flag($0 % 3 == 0) })),
            ("mixed", .list((0..<10_000).map { $0 % 2 == 0 ? .integer(Int64($0)) : .text("\($0)") })),
        ])
    }

    func testTheLongestListComesBackAndALongerOneIsNotWritten() throws {
        let most = Array(repeating: Value.flag(true), count: 1 << 20)
        try assertComeBack([("most", .list(most))])
        let failure = failure { try write([("more", .list(most + [.flag(true)]))], to: "other.h5") }
        XCTAssertEqual(failure?.isArgument, true)
        XCTAssertEqual(
            failure?.description,
            folder("other.h5")
                + ": the list of attribute 'more' holds 1048577 values; a checkpoint stores up to 1048576"
        )
        XCTAssertEqual(folder.names, ["model.h5"])
    }

    func testATextWithAZeroByteIsRefusedAlsoInLists() throws {
        for value in [Value.text("a\0"), .list([.text("a\0b")]), .list([.integer(1), .list([.text("\0")])])] {
            XCTAssertEqual(failure { try write([("text", value)]) }?.isArgument, true, value.literal)
        }
        XCTAssertEqual(folder.names, [])
    }

    func testTheFileSaysThatItIsOfTheSecondVersion() throws {
        try write([])
        XCTAssertEqual(form("format_version"), "i64 scalar")
        let version = read("format_version") { attribute, _, _ in
            var version: Int64 = 0
            XCTAssertGreaterThanOrEqual(H5Aread(attribute, wb_h5_i64(), &version), 0)
            return version
        }
        XCTAssertEqual(version, 2)
        XCTAssertEqual(form("format"), "text of 19 scalar")
        XCTAssertEqual(form("library_version"), "text of 5 scalar")
        XCTAssertEqual(try readCheckpoint(folder("model.h5")).version, 2)
    }

    func testVersionsThatThereAreNotAreRefused() throws {
        for version in [Int64.min, -1, 0, 3, 1 << 32 + 1, .max] {
            make { file in attribute(file, "format_version", wb_h5_i64(), [version], extents: nil) }
            XCTAssertEqual(failure { try readCheckpoint(folder("made.h5")) }?.isFormat, true, "\(version)")
        }
        make { file in attribute(file, "format_version", wb_h5_i64(), [Int64(2)], extents: nil) }
        XCTAssertEqual(try readCheckpoint(folder("made.h5")).version, 2)
        make { file in attribute(file, "format_version", wb_h5_f64(), [2.0], extents: nil) }
        XCTAssertEqual(failure { try readCheckpoint(folder("made.h5")) }?.isFormat, true)
        make { file in attribute(file, "format_version", wb_h5_i64(), [Int64(2)], extents: [1]) }
        XCTAssertEqual(failure { try readCheckpoint(folder("made.h5")) }?.isFormat, true)
    }

    // MARK: What others have written

    func testAttributesThatOtherToolsHaveWrittenAreRead() throws {
        make { file in
            attribute(file, "format_version", wb_h5_i64(), [Int64(2)], extents: nil)
            attribute(file, "int8", wb_h5_i8(), [Int8(-5)], extents: nil)
            attribute(file, "uint64", wb_h5_u64(), [UInt64(Int64.max)], extents: nil)
            attribute(file, "int16s", wb_h5_i16(), [Int16(-1), 2], extents: [2])
            attribute(file, "uint8s", wb_h5_u8(), [UInt8(255)], extents: [1])
            attribute(file, "float32", wb_h5_f32(), [Float(0.5)], extents: nil)
            attribute(file, "float32s", wb_h5_f32(), [Float(0.5), .infinity], extents: [2])
            attribute(file, "bools", boolean(), [Int8(1), 0], extents: [2])
            attribute(file, "none", wb_h5_f32(), [Float](), extents: nil, space: H5Screate(H5S_NULL))
            attribute(file, "nothing", wb_h5_f64(), [Double](), extents: [0])
            attribute(file, "terminated", text(8, H5T_STR_NULLTERM), Array("relu\0xyz".utf8), extents: nil)
            attribute(file, "spaces", text(8, H5T_STR_SPACEPAD), Array("relu    ".utf8), extents: nil)
            texts(file, "varying", ["größer"], extents: nil)
            texts(file, "varying list", ["'a'", "(1, 2.0)", "None", " True "], extents: [4])
            attribute(file, "fixed list", text(4, H5T_STR_NULLPAD), Array("1\0\0\0-inf'b'\0".utf8), extents: [3])
        }
        let tree = try readCheckpoint(folder("made.h5")).tree
        let expected: [(String, Value)] = [
            ("int8", .integer(-5)), ("uint64", .integer(.max)), ("int16s", .list([.integer(-1), .integer(2)])),
            ("uint8s", .list([.integer(255)])),
            ("float32", .real(0.5)), ("float32s", .list([.real(0.5), .real(.infinity)])),
            ("bools", .list([.flag(true), .flag(false)])), ("none", .none),
            ("nothing", .list([])), ("terminated", .text("relu")), ("spaces", .text("relu")),
            ("varying", .text("größer")),
            ("varying list", .list([.text("a"), .list([.integer(1), .real(2)]), .none, .flag(true)])),
            ("fixed list", .list([.integer(1), .real(-.infinity), .text("b")])),
        ]
        XCTAssertEqual(
            tree.attributes.map { "\($0.name) \(line(of: $0.value))" }.sorted(),
            expected.map { "\($0.0) \(line(of: $0.1))" }.sorted())
    }

    func testHostileAttributesAreFailuresOfTheFormat() throws {
        let record = H5Tcreate(H5T_COMPOUND, 8)
        H5Tinsert(record, "field", 0, wb_h5_i64())
        var extent: hsize_t = 2
        let pair = H5Tarray_create2(wb_h5_i64(), 1, &extent)
        let varying = H5Tvlen_create(wb_h5_i32())
        let opaque = H5Tcreate(H5T_OPAQUE, 8)
        let cases: [(String, String, (hid_t) -> Void)] = [
            (
                "two axes", "array of several axes",
                { self.attribute($0, "x", wb_h5_i64(), [Int64(1), 2, 3, 4], extents: [2, 2]) }
            ),
            (
                "two axes, texts", "array of several axes",
                { self.attribute($0, "x", self.text(1, H5T_STR_NULLPAD), Array("1234".utf8), extents: [2, 2]) }
            ),
            (
                "two axes, nothing in them", "array of several axes",
                { self.attribute($0, "x", wb_h5_i64(), [Int64](), extents: [2, 0]) }
            ),
            (
                "colours", "enumeration other than FALSE and TRUE",
                { self.attribute($0, "x", self.enumeration(wb_h5_i8(), ["RED", "BLUE"]), [Int8(1)], extents: nil) }
            ),
            (
                "three flags", "enumeration other than",
                {
                    self.attribute(
                        $0, "x", self.enumeration(wb_h5_i8(), ["FALSE", "TRUE", "MAYBE"]), [Int8(1)], extents: [1])
                }
            ),
            (
                "flags the other way round", "enumeration other than",
                { self.attribute($0, "x", self.enumeration(wb_h5_i8(), ["TRUE", "FALSE"]), [Int8(1)], extents: nil) }
            ),
            (
                "wide flags", "enumeration other than",
                { self.attribute($0, "x", self.enumeration(wb_h5_i32(), ["FALSE", "TRUE"]), [Int32(1)], extents: nil) }
            ),
            (
                "a flag of 2", "a flag other than 0 and 1",
                { self.attribute($0, "x", self.boolean(), [Int8(2)], extents: nil) }
            ),
            (
                "flags with a 7", "a flag other than 0 and 1",
                { self.attribute($0, "x", self.boolean(), [Int8(1), 7], extents: [2]) }
            ),
            (
                "too long", "holds 1048577 values, which are too many",
                {
                    self.attribute(
                        $0, "x", wb_h5_u8(), [UInt8](repeating: 0, count: 1 << 20 + 1), extents: [1 << 20 + 1])
                }
            ),
            (
                "too large", "too large: 9223372036854775808",
                { self.attribute($0, "x", wb_h5_u64(), [UInt64(1) << 63], extents: nil) }
            ),
            (
                "one of a list too large", "too large",
                { self.attribute($0, "x", wb_h5_u64(), [UInt64(1), .max], extents: [2]) }
            ),
            ("words", "a text that is no value", { self.texts($0, "x", ["weight", "bias"], extents: [2]) }),
            ("a call", "a text that is no value", { self.texts($0, "x", ["1", "Linear(3, 4)"], extents: [2]) }),
            ("an empty word", "a text that is no value", { self.texts($0, "x", ["1", ""], extents: [2]) }),
            ("half a text", "a text that is no value", { self.texts($0, "x", ["'"], extents: [1]) }),
            (
                "endless brackets", "a text that is no value",
                { self.texts($0, "x", [String(repeating: "(", count: 100_000)], extents: [1]) }
            ),
            (
                "no UTF-8", "not a text in UTF-8",
                { self.attribute($0, "x", self.text(2, H5T_STR_NULLPAD), [UInt8(0xFF), 0x41], extents: nil) }
            ),
            (
                "no UTF-8 in a list", "not a text in UTF-8",
                { self.attribute($0, "x", self.text(1, H5T_STR_NULLPAD), [UInt8(0x31), 0xC3], extents: [2]) }
            ),
            ("a record", "neither a number nor a text", { self.attribute($0, "x", record, [Int64(1)], extents: nil) }),
            ("pairs", "neither a number nor a text", { self.attribute($0, "x", pair, [Int64(1), 2], extents: nil) }),
            (
                "lists of varying length", "neither a number nor a text",
                { self.attribute($0, "x", varying, [hvl_t](), extents: nil) }
            ),
            (
                "opaque bytes", "neither a number nor a text",
                { self.attribute($0, "x", opaque, [Int64(1)], extents: [1]) }
            ),
        ]
        for (what, sentence, body) in cases {
            for isDeep in [false, true] {
                make { file in
                    attribute(file, "format_version", wb_h5_i64(), [Int64(2)], extents: nil)
                    guard isDeep else { return body(file) }
                    let group = H5Gcreate2(file, "model", wb_h5_default(), wb_h5_default(), wb_h5_default())
                    body(group)
                    H5Gclose(group)
                }
                let failure = failure { try readCheckpoint(folder("made.h5")) }
                XCTAssertEqual(failure?.isFormat, true, what)
                XCTAssertEqual(
                    failure?.description.contains(sentence), true, "\(what): \(failure.map { "\($0)" } ?? "")")
                XCTAssertEqual(
                    failure?.description.contains("attribute 'x' of '/\(isDeep ? "model" : "")'"), true,
                    "\(what): \(failure.map { "\($0)" } ?? "")")
            }
        }
    }

    // MARK: By libhdf5 itself

    /// Makes the checkpoint "made.h5", whose attributes may be long.
    private func make(_ body: (hid_t) -> Void) {
        HDF5.locked {
            let access = H5Pcreate(wb_h5_file_access())
            H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110)
            let file = H5Fcreate(folder("made.h5"), wb_h5_truncate(), wb_h5_default(), access)
            XCTAssertGreaterThanOrEqual(file, 0)
            attribute(file, "format", text(19, H5T_STR_NULLPAD), Array("wingbeat-checkpoint".utf8), extents: nil)
            body(file)
            XCTAssertGreaterThanOrEqual(H5Fclose(file), 0)
            H5Pclose(access)
        }
    }

    /// A scalar where there are no extents. `type` is also how the elements lie in memory.
    private func attribute<Element: BitwiseCopyable>(
        _ object: hid_t, _ name: String, _ type: hid_t, _ data: [Element], extents: [Int]?, space given: hid_t? = nil
    ) {
        let space =
            given ?? extents.map { H5Screate_simple(Int32($0.count), $0.map { hsize_t($0) }, nil) }
            ?? H5Screate(H5S_SCALAR)
        let id = H5Acreate2(object, name, type, space, wb_h5_default(), wb_h5_default())
        XCTAssertGreaterThanOrEqual(id, 0, name)
        if !data.isEmpty { XCTAssertGreaterThanOrEqual(H5Awrite(id, type, data), 0, name) }
        H5Aclose(id)
        H5Sclose(space)
    }

    /// Of varying length, as h5py writes texts.
    private func texts(_ object: hid_t, _ name: String, _ texts: [String], extents: [Int]?) {
        let pointers = texts.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        let type = H5Tcopy(wb_h5_string())
        H5Tset_size(type, wb_h5_variable_length())
        H5Tset_cset(type, H5T_CSET_UTF8)
        attribute(object, name, type, pointers, extents: extents)
        H5Tclose(type)
    }

    private func text(_ size: Int, _ padding: H5T_str_t) -> hid_t {
        let type = H5Tcopy(wb_h5_string())
        H5Tset_size(type, size)
        H5Tset_strpad(type, padding)
        H5Tset_cset(type, H5T_CSET_UTF8)
        return type
    }

    /// An enumeration whose names stand for 0, 1, ...
    private func enumeration(_ base: hid_t, _ names: [String]) -> hid_t {
        let type = H5Tenum_create(base)
        for (value, name) in names.enumerated() {
            var value = Int64(value)
            XCTAssertGreaterThanOrEqual(H5Tenum_insert(type, name, &value), 0)
        }
        return type
    }

    private func boolean() -> hid_t { enumeration(wb_h5_i8(), ["FALSE", "TRUE"]) }

    /// Opens an attribute of the root of "model.h5".
    private func read<R>(_ name: String, _ body: (_ attribute: hid_t, _ type: hid_t, _ space: hid_t) -> R) -> R {
        HDF5.locked {
            let file = H5Fopen(folder("model.h5"), wb_h5_read_only(), wb_h5_default())
            let attribute = H5Aopen(file, name, wb_h5_default())
            XCTAssertGreaterThanOrEqual(attribute, 0, name)
            let (type, space) = (H5Aget_type(attribute), H5Aget_space(attribute))
            defer {
                H5Tclose(type)
                H5Sclose(space)
                H5Aclose(attribute)
                H5Fclose(file)
            }
            return body(attribute, type, space)
        }
    }

    /// Type and extent of an attribute as HDF5 has them.
    private func form(_ name: String) -> String {
        read(name) { _, type, space in
            let element: String
            switch H5Tget_class(type) {
            case H5T_INTEGER: element = H5Tequal(type, wb_h5_i64_le()) > 0 ? "i64" : "another integer"
            case H5T_FLOAT: element = H5Tequal(type, wb_h5_f64_le()) > 0 ? "f64" : "another float"
            case H5T_ENUM: element = H5Tequal(type, boolean()) > 0 ? "bool" : "another enumeration"
            case H5T_STRING:
                let isOurs =
                    H5Tis_variable_str(type) == 0 && H5Tget_strpad(type) == H5T_STR_NULLPAD
                    && H5Tget_cset(type) == H5T_CSET_UTF8
                element = isOurs ? "text of \(H5Tget_size(type))" : "another text"
            default: element = "something else"
            }
            switch H5Sget_simple_extent_type(space) {
            case H5S_NULL: return element + " null"
            case H5S_SCALAR: return element + " scalar"
            default:
                var extents = [hsize_t](repeating: 0, count: Int(H5Sget_simple_extent_ndims(space)))
                H5Sget_simple_extent_dims(space, &extents, nil)
                return "\(element) \(extents)"
            }
        }
    }
}
