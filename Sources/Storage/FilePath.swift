import Engine
import Glibc

/// A path as the system takes it: bytes, which need not be a text. Two paths of different bytes are two files.
public struct FilePath: CustomStringConvertible, Sendable {
    let bytes: [UInt8]

    public init(_ text: String) { bytes = Array(text.utf8) }

    public init(_ pointer: UnsafePointer<CChar>) {
        self.init(bytes: (0..<strlen(pointer)).map { UInt8(bitPattern: pointer[$0]) })
    }

    init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// What is before the last slash; "." where there is none.
    var directory: FilePath {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return FilePath(".") }
        return FilePath(bytes: slash == 0 ? bytes[...0] : bytes[..<slash])
    }

    /// A file of that name in this directory.
    func appending(_ name: String) -> FilePath {
        FilePath(bytes: bytes + (bytes.last == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]) + Array(name.utf8))
    }

    /// For a message: what is no UTF-8 stands as `\xE9`.
    public var description: String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var text = ""
        var rest = bytes[...]
        while let first = rest.first {
            let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
            if let character = String(validating: rest.prefix(length), as: UTF8.self) {
                text += character
                rest = rest.dropFirst(length)
            } else {
                text += "\\x" + (first < 16 ? "0" : "") + String(first, radix: 16, uppercase: true)
                rest = rest.dropFirst()
            }
        }
        return text
    }

    /// Without a copy of the bytes there is no zero byte behind them.
    public func withCString<R: ~Copyable, E: Error>(_ body: (UnsafePointer<CChar>) throws(E) -> R) throws(E) -> R {
        let terminated = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
        defer { terminated.deallocate() }
        for (index, byte) in bytes.enumerated() { terminated[index] = CChar(bitPattern: byte) }
        terminated[bytes.count] = 0
        return try body(terminated)
    }

    /// Refuses what no system call can take as a path.
    func check() throws(Failure) {
        guard !bytes.isEmpty else { throw .file(path: "\"\"", "the path is empty: \(systemSentence(ENOENT))") }
        guard !bytes.contains(0) else { throw .file(path: description.debugDescription, "the path holds a zero byte") }
    }
}
