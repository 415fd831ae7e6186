import Engine
import Glibc

/// Writes rows that come one after the other: to one file, which is there when all are written; behind the rows of a
/// file that is there, which changes then; or to a folder of *parts*, HDF5 files of `partRows` rows each, each of which
/// is there as soon as it is whole. Whoever reads the folder meanwhile sees whole parts only, and a writer that was
/// killed is taken up behind the last of them.
public final class RowWriter {
    private enum Place {
        case file(FilePath)
        case end(of: FilePath)
        case folder(RowFolder, partRows: Int)
    }

    private let place: Place
    private var columns: [RowFileWriter.Column] = []
    private var writer: RowFileWriter?
    /// Rows in whole parts.
    private var finished = 0
    /// Rows that the file had.
    private var before: Int { writer?.first ?? 0 }
    private var hasBegun = false
    private var isFinished = false

    /// Rows so far, those of an earlier writer in whole parts included.
    public var count: Int { finished + before + (writer?.count ?? 0) }

    /// `partRows` 0: one file.
    public init(_ path: FilePath, partRows: Int) throws(Failure) {
        guard partRows >= 0 else {
            throw .argument(operation: "\(path)", "the rows of a part must not be negative, but are \(partRows)")
        }
        guard partRows > 0 else {
            try path.check()
            place = .file(path)
            return
        }
        let folder = try RowFolder(path, makes: true)
        place = .folder(folder, partRows: partRows)
        if let last = try folder.parts().last { finished = last.first + last.count }
    }

    /// Goes on behind the rows of a file's data sets.
    public init(appendingTo path: FilePath) throws(Failure) {
        try path.check()
        place = .end(of: path)
    }

    /// Adds a column; before the first row.
    public func add(_ name: String, _ layout: RowLayout) throws(Failure) {
        guard !hasBegun else { throw .state(operation: "rows", "columns are added before the first row") }
        guard !columns.contains(where: { $0.name == name }) else {
            throw .argument(operation: "rows", "there is a column '\(name)' already")
        }
        try Tensor.checkType([1] + layout.shape, layout.dtype)
        columns.append(RowFileWriter.Column(name: name, layout: layout))
    }

    /// The columns' layouts.
    public var layouts: [RowLayout] { columns.map(\.layout) }

    /// Appends rows, one pointer for each column.
    public func append(_ memory: [UnsafeRawPointer], rows: Int) throws(Failure) {
        guard !isFinished else { throw .state(operation: "rows", "the writer is finished already") }
        hasBegun = true
        guard rows >= 0, memory.count == columns.count else {
            throw .argument(
                operation: "rows",
                "\(columns.count.counted("column")) of 0 rows or more are appended, not \(memory.count) of \(rows)")
        }
        var done = 0
        while done < rows {
            var some = rows - done
            if case .folder(_, let partRows) = place { some = min(some, partRows - (writer?.count ?? 0)) }
            let writer = try current()
            try writer.append(zip(memory, columns).map { $0 + done * $1.layout.bytes }, rows: some)
            done += some
            if case .folder(_, let partRows) = place, writer.count == partRows { try flush() }
        }
    }

    private func current() throws(Failure) -> RowFileWriter {
        if let writer { return writer }
        let path: FilePath
        switch place {
        case .file(let file), .end(let file): path = file
        case .folder(let folder, _): path = folder.part(finished)
        }
        var appends = false
        if case .end = place { appends = true }
        let made = try RowFileWriter(path, columns, appends: appends)
        writer = made
        return made
    }

    /// Makes a part of the rows that are not in one yet; nothing where one file is written.
    public func flush() throws(Failure) {
        guard case .folder = place, let part = writer else { return }
        writer = nil
        try part.finish()
        finished += part.count
    }

    /// All is written. A file without rows is one too.
    public func finish() throws(Failure) {
        guard !isFinished else { return }
        switch place {
        case .folder: try flush()
        case .file, .end:
            // A file that nothing was appended to stays as it is.
            if case .end = place, !hasBegun { break }
            let file = try current()
            try file.finish()
            writer = nil
            finished = file.first + file.count
        }
        isFinished = true
    }
}
