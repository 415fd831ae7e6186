import Engine
import Foundation
import XCTest

@testable import Storage

/// Whatever happens to a checkpoint's bytes, reading gives what was written or a failure.
final class DamageTests: XCTestCase {
    private var folder: TemporaryFolder!
    override func setUpWithError() throws { folder = try TemporaryFolder() }
    override func tearDown() { folder = nil }

    /// True if reading `path` is refused; a test failure if it gives anything but `expected`.
    private func isRefused(_ path: String, _ expected: [String], _ what: String) throws -> Bool {
        do {
            let found = try lines(of: readCheckpoint(path).tree)
            XCTAssert(found == expected, "\(what) goes unseen")
            return false
        } catch let failure as Failure {
            XCTAssert(failure.isFormat, "\(what): \(failure)")
            return true
        }
    }

    func testEveryFlippedBitIsSeen() throws {
        let path = folder("model.h5")
        let tree = try model()
        let expected = try lines(of: tree)
        try writeCheckpoint(tree, to: path, libraryVersion: "0.1.0")
        let descriptor = open(path, O_RDWR)
        defer { close(descriptor) }
        for (position, byte) in try bytes(of: path).enumerated() {
            for bit in 0..<8 {
                var flipped = byte ^ UInt8(1 << bit)
                pwrite(descriptor, &flipped, 1, position)
                XCTAssert(
                    try isRefused(path, expected, "bit \(bit) of byte \(position)"), "bit \(bit) of byte \(position)")
            }
            var byte = byte
            pwrite(descriptor, &byte, 1, position)
        }
        XCTAssertFalse(try isRefused(path, expected, "the whole file"))
    }

    func testEveryTruncationIsSeenUnlessOnlyTheSealIsGone() throws {
        let path = folder("model.h5")
        let tree = try model()
        let expected = try lines(of: tree)
        try writeCheckpoint(tree, to: path, libraryVersion: "0.1.0")
        let length = try bytes(of: path).count
        for shorter in (0..<length).reversed() {
            XCTAssertEqual(truncate(path, shorter), 0)
            XCTAssertEqual(
                try isRefused(path, expected, "a cut at \(shorter)"), shorter != length - Seal.size,
                "a cut at \(shorter)")
        }
    }

    /// Without the seal, libhdf5's own checksums guard what it reads.
    func testWithoutItsSealADamagedCheckpointStillNeverGivesOtherContents() throws {
        let path = folder("model.h5")
        let tree = try model()
        let expected = try lines(of: tree)
        try writeCheckpoint(tree, to: path, libraryVersion: "0.1.0")
        let length = try bytes(of: path).count - Seal.size
        XCTAssertEqual(truncate(path, length), 0)
        let descriptor = open(path, O_RDWR)
        defer { close(descriptor) }
        var refused = 0
        for (position, byte) in try bytes(of: path).enumerated() {
            var flipped = byte ^ UInt8(1 << (position % 8))
            pwrite(descriptor, &flipped, 1, position)
            if try isRefused(path, expected, "byte \(position)") { refused += 1 }
            var byte = byte
            pwrite(descriptor, &byte, 1, position)
        }
        XCTAssertGreaterThan(refused, length / 2)
    }

    func testForeignBytesBehindTheEndAreSeen() throws {
        let path = folder("model.h5")
        try writeCheckpoint(try model(), to: path, libraryVersion: "0.1.0")
        try write(try bytes(of: path) + [0], to: path)
        XCTAssertEqual(failure { try readCheckpoint(path) }?.isFormat, true)
    }

    func testTheChecksumIsThatOfZlib() {
        var crc = CRC32()
        Array("123456789".utf8).withUnsafeBytes { crc.update($0) }
        XCTAssertEqual(crc.value, 0xCBF4_3926)  // the check value of CRC-32/ISO-HDLC
        Array("The quick brown fox".utf8).withUnsafeBytes { bytes in
            for split in 0...bytes.count {
                var parts = CRC32()
                parts.update(UnsafeRawBufferPointer(rebasing: bytes[..<split]))
                parts.update(UnsafeRawBufferPointer(rebasing: bytes[split...]))
                var whole = CRC32()
                whole.update(bytes)
                XCTAssertEqual(parts.value, whole.value)
            }
        }
    }
}
