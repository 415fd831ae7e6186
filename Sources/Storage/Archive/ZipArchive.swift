import Engine

/// A zip archive (PKWARE's APPNOTE 6.3.10) of members that are stored or deflated, by its central directory. Nothing
/// that it says is believed: names must be plain paths and each stand there once, members must lie in the file one
/// behind the other, and what is inflated is bounded by the archive's size.
struct ZipArchive: ~Copyable {
    struct Member {
        let name: String
        let isDeflated: Bool
        let crc: UInt32
        /// Bytes as stored, and as they are.
        let stored: Int
        let size: Int
        /// Of the header before its data.
        let offset: Int
    }

    let members: [Member]
    private let file: RegularFile

    static let mostMembers = 10_000
    /// How many times the archive's size its members may have, and how much they may have in any case.
    static let largestRatio = 100
    static let smallestBound = 16 << 20

    private static let localHeader = 30
    private static let entryHeader = 46
    private static let endHeader = 22

    /// Whether a file begins as archives do.
    static func isArchive(_ file: borrowing RegularFile) throws(Failure) -> Bool {
        guard file.size >= endHeader else { return false }
        return try read(file, 0, 4) == [0x50, 0x4B, 0x03, 0x04]
    }

    init(_ file: consuming RegularFile) throws(Failure) {
        let directory = try ZipArchive.directory(of: file)
        members = try ZipArchive.members(of: file, directory)
        self.file = file
    }

    private static func damaged(_ file: borrowing RegularFile, _ what: String) -> Failure {
        .format(path: "\(file.path)", "damaged archive: \(what)")
    }

    private static func read(_ file: borrowing RegularFile, _ offset: Int, _ count: Int) throws(Failure) -> [UInt8] {
        guard offset >= 0, count >= 0, offset <= file.size, count <= file.size - offset else {
            throw damaged(file, "\(count) bytes at \(offset) lie behind its end")
        }
        var bytes = [UInt8](repeating: 0, count: count)
        var failure: Failure?
        bytes.withUnsafeMutableBytes { memory in
            do throws(Failure) { try file.read(at: offset, into: memory) } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }

    // MARK: The directory

    private struct Directory {
        let offset: Int
        let size: Int
        let count: Int
    }

    private static func directory(of file: borrowing RegularFile) throws(Failure) -> Directory {
        // The end is followed by a comment of up to 65,535 bytes.
        let span = min(file.size, endHeader + 65_535)
        let tail = try read(file, file.size - span, span)
        var place = span - endHeader
        while place >= 0 {
            if tail.number(place, 4) == 0x0605_4B50, place + endHeader + tail.number(place + 20, 2) == span { break }
            place -= 1
        }
        guard place >= 0 else { throw damaged(file, "its directory is missing, as in a file that was cut short") }
        let end = file.size - span + place
        guard tail.number(place + 4, 2) == tail.number(place + 6, 2) else {
            throw damaged(file, "it is one of several parts")
        }
        var (count, size, offset) = (
            tail.number(place + 10, 2), tail.number(place + 12, 4), tail.number(place + 16, 4)
        )
        if count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF, end >= 20 {
            let locator = try read(file, end - 20, 20)
            if locator.number(0, 4) == 0x0706_4B50 {
                let record = try read(file, locator.number(8, 8), 56)
                guard record.number(0, 4) == 0x0606_4B50 else { throw damaged(file, "its directory is missing") }
                (count, size, offset) = (record.number(32, 8), record.number(40, 8), record.number(48, 8))
            }
        }
        guard count <= mostMembers else { throw damaged(file, "it says to have \(count) members") }
        guard offset <= end, size <= end - offset, size >= count * entryHeader else {
            throw damaged(file, "its directory of \(size) bytes at \(offset) is not in it")
        }
        return Directory(offset: offset, size: size, count: count)
    }

    private static func members(of file: borrowing RegularFile, _ directory: Directory) throws(Failure) -> [Member] {
        let bytes = try read(file, directory.offset, directory.size)
        var members: [Member] = []
        var names: Set<String> = []
        var place = 0
        var room = max(smallestBound, file.size.multipliedReportingOverflow(by: largestRatio).partialValue)
        for _ in 0..<directory.count {
            guard bytes.count - place >= entryHeader, bytes.number(place, 4) == 0x0201_4B50 else {
                throw damaged(file, "its directory is cut short")
            }
            let (flags, method) = (bytes.number(place + 8, 2), bytes.number(place + 10, 2))
            let lengths = (bytes.number(place + 28, 2), bytes.number(place + 30, 2), bytes.number(place + 32, 2))
            guard bytes.count - place - entryHeader >= lengths.0 + lengths.1 + lengths.2 else {
                throw damaged(file, "its directory is cut short")
            }
            let text = Array(bytes[place + entryHeader..<place + entryHeader + lengths.0])
            let name = try checked(text, file)
            guard names.insert(name).inserted else { throw damaged(file, "it has two members '\(name.shortened)'") }
            guard flags & 1 == 0 else { throw damaged(file, "'\(name.shortened)' is encrypted") }
            guard method == 0 || method == 8 else {
                throw .unsupported(
                    operation: "\(file.path)",
                    "'\(name.shortened)' is compressed by method \(method); stored and deflated members are read")
            }
            var numbers = [
                bytes.number(place + 24, 4), bytes.number(place + 20, 4), bytes.number(place + 42, 4),
            ]
            let extra = Array(bytes[place + entryHeader + lengths.0..<place + entryHeader + lengths.0 + lengths.1])
            try widen(&numbers, extra, file)
            let (size, stored, offset) = (numbers[0], numbers[1], numbers[2])
            guard method == 8 || size == stored, stored <= file.size, size <= room else {
                throw damaged(
                    file,
                    "'\(name.shortened)' says to have \(size) bytes, stored as \(stored), which is not to be believed")
            }
            room -= size
            members.append(
                Member(
                    name: name, isDeflated: method == 8, crc: UInt32(bytes.number(place + 16, 4)), stored: stored,
                    size: size, offset: offset))
            place += entryHeader + lengths.0 + lengths.1 + lengths.2
        }
        // One behind the other, and all before the directory.
        var end = directory.offset
        for member in members.sorted(by: { $0.offset > $1.offset }) {
            guard member.offset <= end, end - member.offset >= localHeader,
                member.stored <= end - member.offset - localHeader
            else { throw damaged(file, "'\(member.name.shortened)' overlaps with others") }
            end = member.offset
        }
        return members
    }

    /// The sizes and place that an extra field of 64 bits has (APPNOTE 4.5.3).
    private static func widen(_ numbers: inout [Int], _ extra: [UInt8], _ file: borrowing RegularFile) throws(Failure) {
        guard numbers.contains(0xFFFF_FFFF) else { return }
        var place = 0
        while extra.count - place >= 4 {
            let (kind, length) = (extra.number(place, 2), extra.number(place + 2, 2))
            place += 4
            guard length <= extra.count - place else { break }
            if kind == 1 {
                var from = place
                for number in numbers.indices where numbers[number] == 0xFFFF_FFFF {
                    guard from + 8 <= place + length else { break }
                    numbers[number] = extra.number(from, 8)
                    from += 8
                }
                return
            }
            place += length
        }
    }

    /// A plain path inside of the archive. No member is ever written to a path; a name that tries to lead elsewhere is
    /// an archive that means harm.
    private static func checked(_ bytes: [UInt8], _ file: borrowing RegularFile) throws(Failure) -> String {
        guard let name = String(validating: bytes, as: UTF8.self), !name.isEmpty else {
            throw damaged(file, "a member has no name in UTF-8")
        }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !name.hasPrefix("/"), !bytes.contains(0), !bytes.contains(UInt8(ascii: "\\")),
            !bytes.contains(UInt8(ascii: ":")), !parts.contains(".."), !parts.contains(".")
        else { throw damaged(file, "the name of the member '\(name.shortened)' leads out of it") }
        return name
    }

    // MARK: Members

    func member(_ name: String) -> Member? { members.first { $0.name == name } }

    /// A member's bytes, which have the checksum that the directory says.
    func bytes(_ member: Member) throws(Failure) -> [UInt8] {
        let header = try ZipArchive.read(file, member.offset, ZipArchive.localHeader)
        let lengths = (header.number(26, 2), header.number(28, 2))
        let start = member.offset + ZipArchive.localHeader + lengths.0 + lengths.1
        guard header.number(0, 4) == 0x0403_4B50,
            try ZipArchive.read(file, member.offset + ZipArchive.localHeader, lengths.0) == Array(member.name.utf8),
            header.number(8, 2) == (member.isDeflated ? 8 : 0)
        else { throw ZipArchive.damaged(file, "'\(member.name.shortened)' is not where its directory says") }
        var bytes = try ZipArchive.read(file, start, member.stored)
        if member.isDeflated {
            guard let inflated = Inflate.raw(bytes, size: member.size) else {
                throw ZipArchive.damaged(
                    file,
                    Inflate.isAvailable
                        ? "'\(member.name.shortened)' cannot be inflated"
                        : "'\(member.name.shortened)' is compressed, and there is neither libdeflate nor zlib")
            }
            bytes = inflated
        }
        var crc = CRC32()
        bytes.withUnsafeBytes { crc.update($0) }
        guard crc.value == member.crc else {
            throw ZipArchive.damaged(file, "the checksum of '\(member.name.shortened)' does not fit its contents")
        }
        return bytes
    }
}

extension [UInt8] {
    /// A number of up to eight bytes, little-endian; more than an `Int` holds becomes the largest. Inside of the array.
    fileprivate func number(_ place: Int, _ size: Int) -> Int {
        var number: UInt64 = 0
        for offset in 0..<size { number |= UInt64(self[place + offset]) << UInt64(8 * offset) }
        return Int(clamping: number)
    }
}
