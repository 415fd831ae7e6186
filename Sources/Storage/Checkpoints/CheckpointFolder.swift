import Engine
import Glibc
import Machine

/// Checkpoints of one training in a folder of their own, `checkpoint-NUMBER.h5`, of which the newest are kept, and the
/// best. Each file says what it was judged by, so the folder needs no list that could be wrong.
public final class CheckpointFolder {
    public struct Settings {
        /// How many of the newest stay, from 1.
        public var keep = 3
        /// What the best is judged by; nil: none is kept but the newest.
        public var best: String?
        public var isLargestBest = false
        /// Whether a thread writes the files while the caller goes on.
        public var isInBackground = true

        public init() {}
    }

    public let settings: Settings
    private let directory: FilePath
    private let libraryVersion: String
    private var pending: PendingSave?
    private let process = getpid()
    /// What the files that are there were judged by; nil for a file that does not say.
    private var values: [Int: Double?] = [:]
    /// Numbers in the order of their saves by this object, all of them newer than what was there before: a training
    /// that began anew, or from an older file, has lower numbers than files that were left.
    private var saved: [Int] = []
    /// Files that were found not to be whole.
    private var damaged: Set<Int> = []

    /// Attributes of the file.
    private static let monitor = "monitor"
    private static let monitorValue = "monitor_value"
    private static let prefix = "checkpoint-"
    private static let suffix = ".h5"
    private static let digits = 12

    /// Makes the folder where it is not there; its parent must be.
    public init(_ path: FilePath, _ settings: Settings, libraryVersion: String) throws(Failure) {
        try path.check()
        guard settings.keep >= 1 else {
            throw .argument(
                operation: "checkpoints", "at least one checkpoint must be kept, but keep is \(settings.keep)")
        }
        (directory, self.settings, self.libraryVersion) = (path, settings, libraryVersion)
        if path.withCString({ mkdir($0, 0o777) }) != 0 {
            let code = errno
            var status = stat()
            guard code == EEXIST, path.withCString({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFDIR
            else {
                throw .file(
                    path: "\(path)", "the folder cannot be made: \(systemSentence(code == EEXIST ? ENOTDIR : code))")
            }
        }
        for number in numbers() { values[number] = judgement(of: file(number)) }
        Unfinished.add(self)
    }

    deinit {
        _ = pending?.wait()
        Unfinished.remove(self)
    }

    // MARK: Saving

    /// Saves a tree under a number that rises as training goes on. `value`: what the best is judged by, NaN or nil
    /// where it is not known. Returns once the values are taken; the failure of the save before is thrown here.
    public func save(_ tree: StateTree, number: Int, value: Double?) throws(Failure) {
        guard number >= 0 else {
            throw .argument(operation: "checkpoints", "a checkpoint's number must not be negative, but is \(number)")
        }
        try wait()
        var tree = tree
        if let name = settings.best {
            tree.attributes += [
                (CheckpointFolder.monitor, .text(name)), (CheckpointFolder.monitorValue, .real(value ?? .nan)),
            ]
        }
        var after = values
        after[number] = settings.best == nil ? .some(nil) : .some(value)
        saved.removeAll { $0 == number }
        saved.append(number)
        damaged.remove(number)
        let left = superfluous(after)
        let work = try PendingSave.Work(
            Snapshot(tree), to: file(number), removing: left.map { file($0) }, libraryVersion: libraryVersion)
        if settings.isInBackground, let pending = PendingSave(work) {
            self.pending = pending
        } else {
            work.run()
            if let failure = work.failure { throw failure }
        }
        values = after
        for number in left { values[number] = nil }
        saved.removeAll { left.contains($0) }
    }

    /// Waits for the file that is being written, and throws why it could not be.
    public func wait() throws(Failure) {
        guard let waiting = pending else { return }
        pending = nil
        guard let failure = waiting.wait() else { return }
        values = [:]
        for number in numbers() { values[number] = judgement(of: file(number)) }
        saved.removeAll { values[$0] == nil }
        throw failure
    }

    /// The files that need not stay, if these are there. What is not whole goes first, and what was saved now last.
    private func superfluous(_ values: [Int: Double?]) -> [Int] {
        func age(_ number: Int) -> (Int, Int) {
            if damaged.contains(number) { return (0, number) }
            return saved.firstIndex(of: number).map { (2, $0) } ?? (1, number)
        }
        let newest = values.keys.sorted { age($0) < age($1) }.suffix(settings.keep)
        let best = best(of: values)
        return values.keys.filter { !newest.contains($0) && $0 != best }.sorted()
    }

    /// The lowest or largest; of equals the first.
    private func best(of values: [Int: Double?]) -> Int? {
        var found: (number: Int, value: Double)?
        for number in values.keys.sorted() {
            guard let value = values[number] ?? nil, !value.isNaN else { continue }
            if let found, settings.isLargestBest ? value <= found.value : value >= found.value { continue }
            found = (number, value)
        }
        return found?.number
    }

    // MARK: What is there

    private func file(_ number: Int) -> FilePath {
        let digits = String(number)
        let zeros = String(repeating: "0", count: max(0, CheckpointFolder.digits - digits.count))
        return directory.appending(CheckpointFolder.prefix + zeros + digits + CheckpointFolder.suffix)
    }

    /// Of the checkpoints in the folder, the oldest first.
    private func numbers() -> [Int] {
        guard let stream = directory.withCString({ opendir($0) }) else { return [] }
        defer { closedir(stream) }
        var numbers: [Int] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            let text = String(decoding: name, as: UTF8.self)
            guard text.hasPrefix(CheckpointFolder.prefix), text.hasSuffix(CheckpointFolder.suffix) else { continue }
            let digits = text.dropFirst(CheckpointFolder.prefix.count).dropLast(CheckpointFolder.suffix.count)
            // The name that this library would give: others are somebody else's.
            guard let number = Int(digits), number >= 0, file(number).bytes.suffix(name.count) == name[...] else {
                continue
            }
            numbers.append(number)
        }
        return numbers.sorted()
    }

    /// What a file says that it was judged by, if it is by what this folder judges.
    private func judgement(of path: FilePath) -> Double?? {
        guard let name = settings.best, let found = try? checkpointAttributes(path) else { return .some(nil) }
        guard found[attribute: CheckpointFolder.monitor]?.text == name else { return .some(nil) }
        return .some(found.real(CheckpointFolder.monitorValue))
    }

    /// The files that are there, the oldest first; whoever asks waits for the one that is being written.
    public func paths() throws(Failure) -> [FilePath] {
        try wait()
        return numbers().map { file($0) }
    }

    /// The best file; nil where none is judged.
    public func bestPath() throws(Failure) -> FilePath? {
        try wait()
        return best(of: values).map { file($0) }
    }

    /// Gives the newest file that is whole to `take`; nil where there is none. One that is damaged, cut or newer than
    /// this library is passed over, with a note. What `take` throws comes out.
    public func newest(
        _ take: (StateTree, Int, FilePath) throws(Failure) -> Void
    ) throws(Failure) -> FilePath? {
        try wait()
        TemporaryFile.removeLeft(in: directory)
        for number in numbers().reversed() {
            let path = file(number)
            let read: (tree: StateTree, version: Int)
            do throws(Failure) {
                read = try readCheckpoint(path)
            } catch {
                guard error.isOfTheFile else { throw error }
                Log.note("passed over a checkpoint that is not whole: \(error.description)")
                damaged.insert(number)
                if values[number] != nil { values[number] = .some(nil) }  // nor is it the best
                continue
            }
            try take(read.tree, read.version, path)
            return path
        }
        return nil
    }

    // MARK: At exit

    /// Folders whose last file a thread may still be writing when the process ends.
    private enum Unfinished {
        private final class Weak {
            weak var folder: CheckpointFolder?
            init(_ folder: CheckpointFolder) { self.folder = folder }
        }
        private static let folders = Locked<[ObjectIdentifier: Weak]>([:])
        private static let atExit: Void = {
            atexit {
                for weak in Unfinished.folders.withLock({ Array($0.values) }) {
                    guard let folder = weak.folder, folder.process == getpid() else { continue }
                    try? folder.wait()
                }
            }
        }()

        static func add(_ folder: CheckpointFolder) {
            // The exit's handlers of libhdf5 and of its lock must have been registered before, so that they run after
            // this one.
            if (try? HDF5.require(for: "")) != nil { HDF5.locked {} }
            _ = atExit
            folders.withLock { $0[ObjectIdentifier(folder)] = Weak(folder) }
        }

        static func remove(_ folder: CheckpointFolder) {
            folders.withLock { $0[ObjectIdentifier(folder)] = nil }
        }
    }
}

extension Failure {
    /// Whether a file is to blame that another could stand in for.
    fileprivate var isOfTheFile: Bool {
        switch self {
        case .file, .format, .unsupported: true
        default: false
        }
    }
}
