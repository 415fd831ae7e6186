import CHDF5
import Engine

/// An HDF5 file opened for reading.
final class HDF5File {
    /// For messages.
    let path: String
    private let location: FilePath
    let handle: Handle

    init(_ location: FilePath) throws(Failure) {
        // What is no whole HDF5 file, or is being written to, is told more clearly than by libhdf5.
        _ = try StoredFile(RegularFile(location))
        let path = "\(location)"
        try HDF5.require(for: path)
        (self.path, self.location) = (path, location)
        handle = try HDF5.locked { () throws(Failure) -> Handle in
            let access = try Handle(H5Pcreate(wb_h5_file_access()), path, "cannot be opened")
            // Best effort: network file systems often have no locks, and reading does not depend on them.
            try HDF5.check(H5Pset_file_locking(access.id, true, true), path, "cannot be opened")
            let id = location.withCString { H5Fopen($0, wb_h5_read_only(), access.id) }
            if id < 0 {
                let reason = HDF5.reason()
                if reason.contains("unable to lock file") || reason.contains("already open for") {
                    throw .file(path: path, "is locked: a program has it open for writing: \(reason)")
                }
                throw .format(path: path, "damaged: \(reason)")
            }
            return Handle(id)
        }
    }

    /// Throws if a group on the way to an object, or its description, is damaged: libhdf5 does not survive all that.
    /// What is missing, leads elsewhere or is of a kind that only libhdf5 reads is left to it.
    func checkWay(to name: String) throws(Failure) {
        let file = try StoredFile(RegularFile(location))
        do throws(Failure) {
            var object = try StoredObject(file, at: file.root)
            for part in name.split(separator: "/") where part != "." {
                guard object.isGroup, let next = try object.links().first(where: { $0.name == part })?.address else {
                    return
                }
                file.place += file.place.isEmpty ? part : "/" + part
                object = try StoredObject(file, at: next)
            }
            try object.checkSources()
        } catch {
            guard file.isUnusual else { throw error }
        }
    }

    /// Names of the file's data sets, in the order of the alphabet, as a half sentence for a message.
    func listing(atMost limit: Int = 8) -> String {
        guard let file = try? StoredFile(RegularFile(location)) else { return "its data sets cannot be listed" }
        let (names, isWhole) = file.arrayNames(atMost: limit)
        if names.isEmpty { return isWhole ? "it has no data sets" : "its data sets cannot be listed" }
        let shown = names.map { $0.count > 60 ? "\($0.prefix(57))..." : $0 }
        return "it has: " + shown.joined(separator: ", ") + (isWhole ? "" : ", ...")
    }
}
