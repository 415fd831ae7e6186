import Engine
import Glibc

/// Replaces the contents of the file at `path`, so that at every instant, a crash of the machine included, the
/// path names the whole old file or the whole new one: a temporary file in the same directory is written and flushed, then
/// renamed over the old one, then the directory is flushed. On a failure the old file is as it was and no temporary is left.
///
/// A symbolic link is followed, and what it points to is replaced. The new file has the permissions, and where the system
/// allows it the owner, of the old one; a first file has what the umask leaves.
func replaceFile(at path: String, with contents: UnsafeRawBufferPointer) throws(Failure) {
    let target = try followLinks(path)
    var old = stat()
    let exists = stat(target, &old) == 0
    if exists {
        guard old.st_mode & S_IFMT != S_IFDIR else { throw unwritable(path, EISDIR) }
        guard old.st_mode & S_IFMT == S_IFREG else { throw .file(path: path, "cannot be replaced: it is not a regular file") }
        guard access(target, W_OK) == 0 else { throw unwritable(path, errno) }
    }
    let slash = target.utf8.lastIndex(of: UInt8(ascii: "/"))
    let directory = slash.map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
    let temporary = try TemporaryFile(in: directory, for: path)
    if exists {
        // The owner first: changing it may clear permission bits. Only a privileged process may give files away.
        _ = fchown(temporary.descriptor, old.st_uid, old.st_gid)
        guard fchmod(temporary.descriptor, old.st_mode & 0o7777) == 0 else { throw unwritable(path, errno) }
    }
    try withoutFileSizeSignal { () throws(Failure) in try temporary.write(contents) }
    try temporary.rename(to: target)
    try flush(directory: directory, of: path)
}

private func unwritable(_ path: String, _ code: Int32) -> Failure {
    .file(path: path, "cannot be written: \(systemSentence(code))")
}

/// A file of a name nobody else has, that vanishes with its owner unless it was renamed.
private struct TemporaryFile: ~Copyable {
    let descriptor: Int32
    private let name: String
    /// The file that it is written for, to name in a failure.
    private let path: String

    init(in directory: String, for path: String) throws(Failure) {
        var generator = SystemRandomNumberGenerator()
        while true {
            let name = "\(directory)/.wingbeat-\(String(generator.next(), radix: 36)).tmp"
            let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor >= 0 {
                self.descriptor = descriptor
                self.name = name
                self.path = path
                return
            }
            guard errno == EEXIST || errno == EINTR else { throw unwritable(path, errno) }
        }
    }

    deinit {
        close(descriptor)
        unlink(name)  // fails, as it should, after the rename
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

    func rename(to target: String) throws(Failure) {
        guard fsync(descriptor) == 0, Glibc.rename(name, target) == 0 else { throw unwritable(path, errno) }
    }
}

/// Some file systems cannot flush a directory, and some users may not open one; then the rename is as safe as it gets.
private func flush(directory: String, of path: String) throws(Failure) {
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == EBADF || errno == EROFS else {
        throw .file(path: path, "was written, but its directory could not be flushed: \(systemSentence(errno))")
    }
}

/// Where `path` leads through symbolic links, the last of which may lead to a file that does not exist yet.
private func followLinks(_ path: String) throws(Failure) -> String {
    try checkPath(path)
    guard path.utf8.last != UInt8(ascii: "/") else { throw unwritable(path, EISDIR) }
    var current = path
    for _ in 0..<40 {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(current, &buffer, buffer.count)
        guard count >= 0 else { return current }
        let link = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if link.hasPrefix("/") {
            current = link
        } else if let slash = current.utf8.lastIndex(of: UInt8(ascii: "/")) {
            current = current[...slash] + link
        } else {
            current = link
        }
    }
    throw unwritable(path, ELOOP)
}

/// Runs `body` with SIGXFSZ, which a write beyond the process's file size limit raises and which would end the host program,
/// blocked in this thread; the write then fails with EFBIG.
private func withoutFileSizeSignal(_ body: () throws(Failure) -> Void) throws(Failure) {
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
