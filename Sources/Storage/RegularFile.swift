import Engine
import Glibc

/// An existing file opened for reading, with a reader's lock as libhdf5 takes it: whoever writes an HDF5 file has it
/// alone. Both go with their owner.
struct RegularFile: ~Copyable {
    let path: FilePath
    private let descriptor: Int32
    /// Its bytes when it was opened.
    let size: Int

    /// Says why a file cannot be opened. Pipes and devices are not: to open one may make the caller wait, or do
    /// something. `name`: what to call it in a message, where that is not its path.
    init(_ path: FilePath, calling name: FilePath? = nil) throws(Failure) {
        try path.check()
        var status = stat()
        guard path.withCString({ stat($0, &status) }) == 0 else {
            throw .file(path: "\(path)", "cannot be opened: \(systemSentence(errno))")
        }
        try RegularFile.check(status, path)
        let descriptor = path.withCString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw .file(path: "\(path)", "cannot be opened: \(systemSentence(errno))") }
        do throws(Failure) {
            // It may be another by now.
            guard fstat(descriptor, &status) == 0 else {
                throw .file(path: "\(path)", "cannot be read: \(systemSentence(errno))")
            }
            try RegularFile.check(status, path)
            try RegularFile.lock(descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
        self.path = name ?? path
        self.descriptor = descriptor
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    private static func check(_ status: stat, _ path: FilePath) throws(Failure) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: throw .file(path: "\(path)", "cannot be opened: \(systemSentence(EISDIR))")
        default: throw .file(path: "\(path)", "is not a regular file")
        }
    }

    /// Best effort: network file systems often have no locks, and reading does not depend on them.
    private static func lock(_ descriptor: Int32, _ path: FilePath) throws(Failure) {
        if let wish = getenv("HDF5_USE_FILE_LOCKING"), ["FALSE", "0"].contains(String(cString: wish)) { return }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return }
        throw .file(path: "\(path)", "is locked: a program has it open for writing")
    }

    func read(at offset: Int, into memory: UnsafeMutableRawBufferPointer) throws(Failure) {
        var done = 0
        while done < memory.count {
            let count = pread(
                descriptor, memory.baseAddress?.advanced(by: done), memory.count - done, off_t(offset + done))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .file(path: "\(path)", "cannot be read: \(systemSentence(errno))") }
            guard count > 0 else { throw .format(path: "\(path)", "became shorter while it was read") }
            done += count
        }
    }
}

/// What a system call's error code means, in the C library's words: callers in other languages know the cause by them.
func systemSentence(_ code: Int32) -> String {
    var text = [CChar](repeating: 0, count: 128)
    guard strerror_r(code, &text, text.count - 1) == 0 else { return "system error \(code)" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
