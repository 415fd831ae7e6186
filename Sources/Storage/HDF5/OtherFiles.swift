import CHDF5
import Engine
import Glibc

/// What a file says of other files: links, raw files, and the sources of virtual data sets. libhdf5 opens whatever
/// bears such a name, and waits for ever at a pipe, with its lock held; so names are looked at beforehand.
enum OtherFiles {
    /// A list of properties for access through links, or for data sets, under which no link leads to anything but a
    /// regular file.
    static func guardLinks(_ properties: borrowing Handle, _ path: String, _ what: String) throws(Failure) {
        let status = H5Pset_elink_cb(
            properties.id,
            { parent, _, child, _, _, _, _ in
                guard let parent, let child else { return -1 }
                let places = OtherFiles.places(
                    of: String(cString: child), from: String(cString: parent), prefixes: "HDF5_EXT_PREFIX")
                return places.contains { OtherFiles.kind($0) == .other } ? -1 : 0
            }, nil)
        try HDF5.check(status, path, what)
    }

    enum Kind {
        case missing, regular, other
    }

    static func kind(_ path: String) -> Kind {
        var status = stat()
        guard stat(path, &status) == 0 else { return .missing }
        return status.st_mode & S_IFMT == S_IFREG ? .regular : .other
    }

    /// Where libhdf5 looks for a file that a file names, in its order; `prefixes` is the variable with further folders.
    static func places(of name: String, from parent: String, prefixes variable: String) -> [String] {
        let isAbsolute = name.hasPrefix("/")
        let last = isAbsolute ? name.split(separator: "/").last.map { String($0) } ?? name : name
        var found = isAbsolute ? [name] : []
        if let prefixes = getenv(variable) {
            found += String(cString: prefixes).split(separator: ":").map {
                folder(String($0), for: parent) + "/" + last
            }
        }
        found.append(folder(of: parent) + last)
        found.append(last)
        if let real = realpath(parent, nil) {
            found.append(folder(of: String(cString: real)) + last)
            free(real)
        }
        return found
    }

    /// Checks the raw files of a data set that has such: each must be there, and as long as the data set says.
    static func checkRawFiles(_ properties: hid_t, bytes: Int, _ path: String, _ what: String) throws(Failure) {
        let count = H5Pget_external_count(properties)
        var left = bytes
        for index in 0..<max(0, count) where left > 0 {
            var name = [CChar](repeating: 0, count: 4097)
            var (offset, size): (off_t, hsize_t) = (0, 0)
            try HDF5.check(
                H5Pget_external(properties, UInt32(index), name.count - 1, &name, &offset, &size), path,
                "\(what) cannot be read")
            var file = name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
            if let prefix = getenv("HDF5_EXTFILE_PREFIX"), !file.hasPrefix("/"), prefix.pointee != 0 {
                file = folder(String(cString: prefix), for: path) + "/" + file
            }
            var status = stat()
            guard stat(file, &status) == 0 else {
                throw .format(path: path, "\(what) is in the file '\(file)', which is not there")
            }
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw .format(path: path, "\(what) is in '\(file)', which is not a regular file")
            }
            let wanted = min(left, Int(clamping: size))
            guard offset >= 0, offset <= status.st_size, wanted <= Int(status.st_size) - offset else {
                throw .format(
                    path: path,
                    "\(what) has \(wanted) bytes from byte \(offset) on in the file '\(file)', which has "
                        + "\(status.st_size) bytes"
                )
            }
            left -= wanted
        }
    }

    private static func folder(_ prefix: String, for parent: String) -> String {
        let origin = "${ORIGIN}"
        guard prefix.hasPrefix(origin) else { return prefix }
        return folder(of: parent) + String(prefix.dropFirst(origin.count))
    }

    private static func folder(of path: String) -> String { path.lastIndex(of: "/").map { String(path[...$0]) } ?? "" }
}
