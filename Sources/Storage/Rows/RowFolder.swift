import Engine
import Glibc

/// A folder of parts, `part-NUMBER.h5`, each named by the number of its first row.
final class RowFolder {
    struct Part {
        let first: Int
        let count: Int
        let path: FilePath
    }

    private let directory: FilePath
    private static let prefix = "part-"
    private static let suffix = ".h5"
    private static let digits = 15

    init(_ path: FilePath, makes: Bool) throws(Failure) {
        try path.check()
        directory = path
        guard makes, path.withCString({ mkdir($0, 0o777) }) != 0 else { return }
        let code = errno
        guard code == EEXIST, RowFolder.isThere(path) else {
            throw .file(
                path: "\(path)", "the folder cannot be made: \(systemSentence(code == EEXIST ? ENOTDIR : code))")
        }
    }

    static func isThere(_ path: FilePath) -> Bool {
        var status = stat()
        return path.withCString { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func isFile(_ path: FilePath) -> Bool {
        var status = stat()
        return path.withCString { stat($0, &status) } == 0
    }

    func part(_ first: Int) -> FilePath {
        let digits = String(first)
        let zeros = String(repeating: "0", count: max(0, RowFolder.digits - digits.count))
        return directory.appending(RowFolder.prefix + zeros + digits + RowFolder.suffix)
    }

    /// The parts from row `from` on, in order, one behind the other. A part that is missing between others is a
    /// failure.
    func parts(from begin: Int = 0) throws(Failure) -> [Part] {
        var (parts, next) = ([Part](), begin)
        func take() throws(Failure) {
            let path = part(next)
            let count = try RowFolder.rows(in: path)
            guard count > 0 else { throw .format(path: "\(path)", "a part without rows") }
            guard count < 1 << 60 else { throw .format(path: "\(path)", "a part of \(count) rows") }
            parts.append(Part(first: next, count: count, path: path))
            next += count
        }
        for first in try numbers() where first >= begin {
            // A listing is not of one instant: it may lack a part that was made before one that it has.
            while next < first, RowFolder.isFile(part(next)) { try take() }
            guard first == next else {
                throw .format(
                    path: "\(directory)",
                    "the part with row \(next) is missing: the next part begins with row \(first)")
            }
            try take()
        }
        return parts
    }

    private func numbers() throws(Failure) -> [Int] {
        guard let stream = directory.withCString({ opendir($0) }) else {
            throw .file(path: "\(directory)", "cannot be opened: \(systemSentence(errno))")
        }
        defer { closedir(stream) }
        var numbers: [Int] = []
        while let entry = readdir(stream) {
            let text = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard text.hasPrefix(RowFolder.prefix), text.hasSuffix(RowFolder.suffix) else { continue }
            let digits = text.dropFirst(RowFolder.prefix.count).dropLast(RowFolder.suffix.count)
            guard let number = Int(digits), number >= 0, number < 1 << 60, part(number).bytes.ends(with: text.utf8)
            else { continue }
            numbers.append(number)
        }
        return numbers.sorted()
    }

    /// Rows of the file's first data set; all have as many.
    private static func rows(in path: FilePath) throws(Failure) -> Int {
        let file = try StoredFile(RegularFile(path))
        guard let name = file.arrayNames(atMost: 1).names.first else {
            throw .format(path: "\(path)", "a part without data sets")
        }
        return try HDF5Dataset.open(HDF5File(path), name, what: "data set '\(name)'").shape.first ?? 0
    }
}

extension [UInt8] {
    fileprivate func ends(with other: String.UTF8View) -> Bool { suffix(other.count).elementsEqual(other) }
}
