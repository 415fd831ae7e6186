import Engine

/// Goes through a block of a file's metadata. Nothing behind the block's end is read, whatever the block says.
struct Cursor {
    let file: StoredFile
    /// What the block is, for a message: "a B-tree node".
    let what: String
    private let bytes: [UInt8]
    private(set) var position: Int
    let end: Int

    init(_ file: StoredFile, _ bytes: [UInt8], _ what: String) {
        self.init(file, bytes, what, 0..<bytes.count)
    }

    private init(_ file: StoredFile, _ bytes: [UInt8], _ what: String, _ range: Range<Int>) {
        self.file = file
        self.bytes = bytes
        self.what = what
        position = range.lowerBound
        end = range.upperBound
    }

    var rest: Int { end - position }

    private mutating func advance(_ count: Int) throws(Failure) -> Int {
        guard count >= 0, count <= end - position else { throw file.damaged("\(what) ends too early") }
        defer { position += count }
        return position
    }

    mutating func skip(_ count: Int) throws(Failure) { _ = try advance(count) }

    /// A number of up to eight bytes, little-endian.
    mutating func unsigned(_ size: Int) throws(Failure) -> UInt64 {
        guard size <= 8 else { throw file.damaged("\(what) has a number of \(size) bytes") }
        let start = try advance(size)
        var number: UInt64 = 0
        for place in 0..<size { number |= UInt64(bytes[start + place]) << UInt64(8 * place) }
        return number
    }

    mutating func byte() throws(Failure) -> UInt8 { bytes[try advance(1)] }

    /// Of up to four bytes.
    mutating func int(_ size: Int) throws(Failure) -> Int { Int(try unsigned(min(size, 4))) }

    /// A size or count, of as many bytes as the file's lengths have.
    mutating func length(_ size: Int? = nil) throws(Failure) -> Int {
        let number = try unsigned(size ?? file.lengthSize)
        guard let length = Int(exactly: number) else { throw file.damaged("\(what) says a size of \(number)") }
        return length
    }

    /// nil where the file says that there is none.
    mutating func address() throws(Failure) -> UInt64? {
        let number = try unsigned(file.offsetSize)
        let none = file.offsetSize == 8 ? UInt64.max : (1 << UInt64(8 * file.offsetSize)) - 1
        return number == none ? nil : number
    }

    /// The next `count` bytes as a block of their own.
    mutating func part(_ count: Int, _ what: String? = nil) throws(Failure) -> Cursor {
        let start = try advance(count)
        return Cursor(file, bytes, what ?? self.what, start..<start + count)
    }

    mutating func take(_ count: Int) throws(Failure) -> [UInt8] {
        let start = try advance(count)
        return Array(bytes[start..<start + count])
    }

    /// Up to a zero byte, which is passed over.
    mutating func terminated() throws(Failure) -> [UInt8] {
        guard let zero = bytes[position..<end].firstIndex(of: 0) else {
            throw file.damaged("\(what) holds a name without an end")
        }
        let name = Array(bytes[position..<zero])
        position = zero + 1
        return name
    }

    mutating func expect(_ value: UInt8, _ field: String) throws(Failure) {
        let found = try byte()
        guard found == value else { throw file.damaged("\(what) has \(field) \(found), not \(value)") }
    }

    mutating func expect(_ signature: String) throws(Failure) {
        guard try take(4) == Array(signature.utf8) else { throw file.damaged("\(what) is not where it should be") }
    }

    func text(_ bytes: [UInt8], _ field: String) throws(Failure) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw file.damaged("\(field) is not a text in UTF-8")
        }
        return text
    }
}
