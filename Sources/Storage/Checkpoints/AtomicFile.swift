import Engine
import Glibc

/// Replaces the contents of the file at `path`, so that at every instant, a crash of the machine included, the path
/// names the whole old file or the whole new one: a temporary file in the same directory is written and flushed, then
/// renamed over the old one, then the directory is flushed. On a failure the old file is as it was and no temporary is
/// left. Temporary files of processes that were killed go first.
///
/// A symbolic link is followed, and what it points to is replaced. The new file has the permissions, and where the
/// system allows it the owner, of the old one; a first file has what the umask leaves.
func replaceFile(at path: FilePath, with contents: UnsafeRawBufferPointer) throws(Failure) {
    try FileReplacement(path).finish(with: contents)
}

/// The same in two steps: what says early that a file cannot be written, and what takes its time.
struct FileReplacement: ~Copyable {
    private let path: FilePath
    private let target: FilePath
    private let directory: FilePath
    private let temporary: TemporaryFile

    /// Makes the temporary file.
    init(_ path: FilePath) throws(Failure) {
        let target = try followLinks(path)
        var old = stat()
        let exists = target.withCString { stat($0, &old) } == 0
        if exists {
            guard old.st_mode & S_IFMT != S_IFDIR else { throw unwritable(path, EISDIR) }
            guard old.st_mode & S_IFMT == S_IFREG else {
                throw .file(path: "\(path)", "cannot be replaced: it is not a regular file")
            }
            guard target.withCString({ access($0, W_OK) }) == 0 else { throw unwritable(path, errno) }
        }
        let directory = target.directory
        TemporaryFile.removeLeft(in: directory)
        let temporary = try TemporaryFile(in: directory, for: path)
        if exists {
            // The owner first: changing it may clear permission bits. Only a privileged process may give files away.
            _ = fchown(temporary.descriptor, old.st_uid, old.st_gid)
            guard fchmod(temporary.descriptor, old.st_mode & 0o7777) == 0 else { throw unwritable(path, errno) }
        }
        (self.path, self.target, self.directory) = (path, target, directory)
        self.temporary = temporary
    }

    /// Writes it, and puts it in the old file's place. Any thread may, and the engine is not needed.
    consuming func finish(with contents: UnsafeRawBufferPointer) throws(Failure) {
        try withoutFileSizeSignal { () throws(Failure) in try temporary.write(contents) }
        try finish()
    }

    /// What another library is to write.
    var temporaryName: FilePath { temporary.name }

    /// Begins with the bytes of a file.
    borrowing func copy(_ file: FilePath) throws(Failure) {
        let old = try RegularFile(file)
        let part = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { part.deallocate() }
        var done = 0
        while done < old.size {
            let some = UnsafeMutableRawBufferPointer(rebasing: part[..<min(part.count, old.size - done)])
            try old.read(at: done, into: some)
            try temporary.write(UnsafeRawBufferPointer(some))
            done += some.count
        }
    }

    /// Puts it in the old file's place, as it has been written by then.
    consuming func finish() throws(Failure) {
        try temporary.rename(to: target)
        try flush(directory: directory, of: path)
    }
}

func unwritable(_ path: FilePath, _ code: Int32) -> Failure {
    .file(path: "\(path)", "cannot be written: \(systemSentence(code))")
}

/// Some file systems cannot flush a directory, and some users may not open one; then the rename is as safe as it gets.
private func flush(directory: FilePath, of path: FilePath) throws(Failure) {
    let descriptor = directory.withCString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == EBADF || errno == EROFS else {
        throw .file(path: "\(path)", "was written, but its directory could not be flushed: \(systemSentence(errno))")
    }
}

/// Where `path` leads through symbolic links, the last of which may lead to a file that does not exist yet.
private func followLinks(_ path: FilePath) throws(Failure) -> FilePath {
    try path.check()
    let separator = UInt8(ascii: "/")
    guard path.bytes.last != separator else { throw unwritable(path, EISDIR) }
    var current = path
    for _ in 0..<40 {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = current.withCString { readlink($0, &buffer, buffer.count) }
        guard count >= 0 else { return current }
        let link = buffer.prefix(count).map { UInt8(bitPattern: $0) }
        if link.first != separator, let slash = current.bytes.lastIndex(of: separator) {
            current = FilePath(bytes: current.bytes[...slash] + link)
        } else {
            current = FilePath(bytes: link)
        }
    }
    throw unwritable(path, ELOOP)
}

/// Runs `body` with SIGXFSZ, which a write beyond the process's file size limit raises and which would end the host
/// program, blocked in this thread; the write then fails with EFBIG.
func withoutFileSizeSignal(_ body: () throws(Failure) -> Void) throws(Failure) {
    var signals = sigset_t()
    var before = sigset_t()
    var pending = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGXFSZ)
    sigpending(&pending)
    pthread_sigmask(SIG_BLOCK, &signals, &before)
    defer {
        if sigismember(&pending, SIGXFSZ) == 0 {
            var immediately = timespec()
            _ = sigtimedwait(&signals, nil, &immediately)  // takes back what the writes have raised
        }
        pthread_sigmask(SIG_SETMASK, &before, nil)
    }
    try body()
}
