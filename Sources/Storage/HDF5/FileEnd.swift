import CHDF5
import Engine
import Glibc

/// Where an open file ended when it was opened. libhdf5 gives zeros for what lies behind the end of a file that has
/// been cut short since.
struct FileEnd {
    private let descriptor: Int32
    private let size: Int

    /// `file` is what libhdf5 calls the open file. nil where the system's descriptor cannot be had. Under libhdf5's
    /// lock.
    init?(_ file: hid_t) {
        guard let descriptor = HDF5.descriptor(of: file), let size = FileEnd.size(descriptor) else { return nil }
        (self.descriptor, self.size) = (descriptor, size)
    }

    /// To be called after a read, while the file is still open.
    func check(_ path: String, _ what: @autoclosure () -> String) throws(Failure) {
        guard let now = FileEnd.size(descriptor), now < size else { return }
        throw .format(path: path, "\(what()): the file has been cut from \(size) to \(now) bytes since it was opened")
    }

    private static func size(_ descriptor: Int32) -> Int? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_size) : nil
    }
}
