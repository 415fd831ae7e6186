import Machine
import CFiles
import Engine
import Glibc

/// A file of a name nobody else has, that vanishes with its owner unless it was renamed.
///
/// A process that is killed leaves its file behind. So the owner holds a lock on it, which the kernel releases at its
/// death: a temporary file that can be locked is nobody's. Where locks do not reach from one machine to another that
/// may use the directory too, only the machine itself may tell; so the name says on which boot of which machine the
/// file was made: `.wingbeat-BOOT-RANDOM.tmp`.
struct TemporaryFile: ~Copyable {
    let descriptor: Int32
    let name: FilePath
    /// The file that it is written for, to name in a failure.
    private let path: FilePath

    private static let prefix = ".wingbeat-"
    private static let suffix = ".tmp"

    /// Of this boot of this machine, the same in all its containers.
    private static let boot: String = {
        var text = [UInt8](repeating: 0, count: 36)
        let descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, read(descriptor, &text, text.count) == text.count else { return "unknown" }
        return String(decoding: text.filter { $0 != UInt8(ascii: "-") }.prefix(16), as: UTF8.self)
    }()

    init(in directory: FilePath, for path: FilePath) throws(Failure) {
        var generator = SystemRandomNumberGenerator()
        while true {
            let random = String(generator.next(), radix: 36)
            let file = "/\(TemporaryFile.prefix)\(TemporaryFile.boot)-\(random)\(TemporaryFile.suffix)"
            let name = FilePath(bytes: directory.bytes + Array(file.utf8))
            let descriptor = name.withCString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
            guard descriptor >= 0 else {
                guard errno == EEXIST || errno == EINTR else { throw unwritable(path, errno) }
                continue
            }
            // Whoever clears up may have come between, and takes the file for one that was left. Then there is another
            // name.
            guard TemporaryFile.lock(descriptor) != .held, TemporaryFile.isAt(name, descriptor) else {
                close(descriptor)
                continue
            }
            (self.descriptor, self.name, self.path) = (descriptor, name, path)
            return
        }
    }

    deinit {
        _ = name.withCString { unlink($0) }  // fails, as it should, after the rename
        close(descriptor)
    }

    func write(_ contents: UnsafeRawBufferPointer) throws(Failure) {
        var done = 0
        while done < contents.count {
            let count = Glibc.write(descriptor, contents.baseAddress?.advanced(by: done), contents.count - done)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw unwritable(path, count < 0 ? errno : ENOSPC) }
            done += count
        }
    }

    func rename(to target: FilePath) throws(Failure) {
        let isRenamed =
            fsync(descriptor) == 0 && name.withCString { name in target.withCString { Glibc.rename(name, $0) } } == 0
        guard isRenamed else { throw unwritable(path, errno) }
        _ = wb_lock_open_file(descriptor, 0)  // network file systems make no difference between locks
    }

    // MARK: Clearing up

    private enum Lock { case taken, held, impossible }

    /// Of the open file, not of the process: a second descriptor of one process does not get it. libhdf5's locks, by
    /// `flock`, are others, so that a reader of the renamed file does not find it locked.
    private static func lock(_ descriptor: Int32) -> Lock {
        switch wb_lock_open_file(descriptor, 1) {
        case 0: .taken
        case EAGAIN, EACCES: .held
        default: .impossible
        }
    }

    private static func isAt(_ name: FilePath, _ descriptor: Int32) -> Bool {
        var (named, opened) = (stat(), stat())
        return name.withCString { lstat($0, &named) } == 0 && fstat(descriptor, &opened) == 0
            && named.st_ino == opened.st_ino && named.st_dev == opened.st_dev
    }

    /// Removes what killed processes have left in a directory. Whatever does not work is left as it is.
    static func removeLeft(in directory: FilePath) {
        guard let stream = directory.withCString({ opendir($0) }) else { return }
        defer { closedir(stream) }
        let isLocal = isLocal(directory)
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard name.starts(with: prefix.utf8), name.reversed().starts(with: suffix.utf8.reversed()) else { continue }
            // Of another boot: of this machine, so that its owner has gone, or of another machine, which a local file
            // system does not have.
            guard isLocal || boot != "unknown" && name.dropFirst(prefix.utf8.count).starts(with: boot.utf8) else {
                continue
            }
            remove(FilePath(bytes: directory.bytes + [UInt8(ascii: "/")] + name))
        }
    }

    private static func remove(_ name: FilePath) {
        let descriptor = name.withCString { open($0, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, lock(descriptor) == .taken else {
            return
        }
        // Its owner may have renamed it and gone since it was opened.
        guard isAt(name, descriptor) else { return }
        if name.withCString({ unlink($0) }) == 0 {
            Log.note("removed \(name), which a process that was killed while it wrote had left")
        }
    }

    /// Whether a file system is one that no other machine has mounted: ext, XFS, Btrfs, F2FS, ZFS, tmpfs, or overlays
    /// over one.
    private static func isLocal(_ directory: FilePath) -> Bool {
        let kinds: [UInt32] = [0xEF53, 0x5846_5342, 0x9123_683E, 0xF2F5_2010, 0x2FC1_2FC1, 0x0102_1994, 0x794C_7630]
        return kinds.contains(directory.withCString { wb_file_system($0) })
    }
}
