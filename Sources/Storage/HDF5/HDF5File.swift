import CHDF5
import Engine
import Glibc

/// An HDF5 file opened for reading.
final class HDF5File {
    let path: String
    let handle: Handle

    init(_ path: String) throws(Failure) {
        close(try openRegularFile(path))  // the system's own word on why a file cannot be read is clearer than HDF5's
        try HDF5.require(for: path)
        self.path = path
        handle = try HDF5.locked { () throws(Failure) -> Handle in
            guard H5Fis_hdf5(path) > 0 else { throw .format(path: path, "not an HDF5 file") }
            let access = try Handle(H5Pcreate(wb_h5_file_access()), path, "cannot be opened")
            // Best effort: network file systems often have no locks, and reading does not depend on them.
            try HDF5.check(H5Pset_file_locking(access.id, true, true), path, "cannot be opened")
            let id = H5Fopen(path, wb_h5_read_only(), access.id)
            if id < 0 {
                let reason = HDF5.reason()
                if reason.contains("unable to lock file") {
                    throw .file(path: path, "cannot be opened: another program has it open for writing")
                }
                throw .format(path: path, "damaged or cut short: \(reason)")
            }
            return Handle(id)
        }
    }

    /// Whether nothing lies behind what libhdf5 takes for the end of the file.
    func endsWithItsData() throws(Failure) -> Bool {
        try HDF5.locked { () throws(Failure) -> Bool in
            var end: haddr_t = 0
            var size: hsize_t = 0
            try HDF5.check(H5Fget_eoa(handle.id, &end), path, "its end cannot be found")
            try HDF5.check(H5Fget_filesize(handle.id, &size), path, "its end cannot be found")
            return end == size
        }
    }

    /// Names of the file's data sets, in the order of the alphabet, as a half sentence for a message.
    func listing(atMost limit: Int = 8) -> String {
        struct Found {
            var names: [String] = []
            let limit: Int
        }
        var found = Found(limit: limit)
        HDF5.locked {
            _ = withUnsafeMutablePointer(to: &found) { found in
                H5Ovisit2(
                    handle.id, H5_INDEX_NAME, H5_ITER_INC,
                    { _, name, info, found in
                        guard let found = found?.assumingMemoryBound(to: Found.self), let name, let info,
                            info.pointee.type == H5O_TYPE_DATASET
                        else { return 0 }
                        found.pointee.names.append(String(cString: name))
                        return found.pointee.names.count > found.pointee.limit ? 1 : 0
                    }, found, UInt32(H5O_INFO_BASIC))
            }
        }
        if found.names.isEmpty { return "it has no data sets" }
        let shown = found.names.prefix(limit).map { $0.count > 60 ? "\($0.prefix(57))..." : $0 }
        return "it has: " + shown.joined(separator: ", ") + (found.names.count > limit ? ", ..." : "")
    }
}

/// Opens an existing file for reading; says why it cannot be. The caller closes the descriptor.
func openRegularFile(_ path: String) throws(Failure) -> Int32 {
    try checkPath(path)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)  // a pipe must not make the caller wait
    guard descriptor >= 0 else { throw .file(path: path, "cannot be opened: \(systemSentence(errno))") }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        let isDirectory = status.st_mode & S_IFMT == S_IFDIR
        close(descriptor)
        throw .file(path: path, isDirectory ? "cannot be opened: \(systemSentence(EISDIR))" : "is not a regular file")
    }
    return descriptor
}

/// Refuses what no system call can take as a path.
func checkPath(_ path: String) throws(Failure) {
    guard !path.isEmpty else { throw .file(path: "\"\"", "the path is empty: \(systemSentence(ENOENT))") }
    guard !path.utf8.contains(0) else { throw .file(path: "\(path.debugDescription)", "the path holds a zero byte") }
}

/// What a system call's error code means, in the C library's words: callers in other languages know the cause by them.
func systemSentence(_ code: Int32) -> String {
    var text = [CChar](repeating: 0, count: 128)
    guard strerror_r(code, &text, text.count - 1) == 0 else { return "system error \(code)" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
