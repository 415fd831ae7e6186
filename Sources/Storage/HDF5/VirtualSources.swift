import CHDF5
import Engine
import Glibc

/// The data sets that a virtual one shows parts of. libhdf5 follows them without end where they lead in a circle, and
/// believes them.
final class VirtualSources {
    private struct Place: Hashable {
        let device: UInt64
        let file: UInt64
        let name: String
    }

    private static let mostDepth = 16
    /// Blocks of a pattern that are looked for.
    private static let mostBlocks = 1 << 20
    private var path: [Place] = []
    private var done: Set<Place> = []

    /// Checks the sources of the virtual data set at `name`, whose properties these are, and theirs: they are opened
    /// like any other. Sources that are missing are left to libhdf5, which has the fill value in their place.
    func check(_ properties: hid_t, of name: String, in file: HDF5File, _ what: String) throws(Failure) {
        let unreadable = "\(what) cannot be read"
        guard let place = VirtualSources.place(name, file.path) else { throw .format(path: file.path, unreadable) }
        guard !path.contains(place) else {
            throw .format(path: file.path, "\(what) is virtual and leads back to itself")
        }
        guard path.count < VirtualSources.mostDepth else {
            throw .format(
                path: file.path,
                "\(what) is virtual, and so are its sources, more than \(VirtualSources.mostDepth) deep")
        }
        path.append(place)
        defer { path.removeLast() }
        var count = 0
        try HDF5.check(H5Pget_virtual_count(properties, &count), file.path, unreadable)
        for index in 0..<count {
            let sourceFile = try VirtualSources.text(file.path, unreadable) {
                H5Pget_virtual_filename(properties, index, $0, $1)
            }
            let sourceName = try VirtualSources.text(file.path, unreadable) {
                H5Pget_virtual_dsetname(properties, index, $0, $1)
            }
            let isPattern = VirtualSources.isPattern(sourceFile) || VirtualSources.isPattern(sourceName)
            for block in 0..<(isPattern ? VirtualSources.mostBlocks : 1) {
                guard
                    try checkSource(
                        VirtualSources.name(sourceFile, block), VirtualSources.name(sourceName, block), from: file, what
                    )
                else { break }
            }
        }
    }

    /// False if there is no such source.
    private func checkSource(_ fileName: String, _ name: String, from file: HDF5File, _ what: String) throws(Failure)
        -> Bool
    {
        let places =
            fileName == "."
            ? [file.path] : OtherFiles.places(of: fileName, from: file.path, prefixes: "HDF5_VDS_PREFIX")
        if let other = places.first(where: { OtherFiles.kind($0) == .other }) {
            throw .format(path: file.path, "\(what) shows parts of '\(other)', which is not a regular file")
        }
        guard let found = places.first(where: { OtherFiles.kind($0) == .regular }),
            let place = VirtualSources.place(name, found)
        else { return false }
        if done.contains(place) { return true }
        let source = try fileName == "." ? file : HDF5File(FilePath(found))
        guard try HDF5Dataset.isThere(name, in: source) else { return false }
        _ = try HDF5Dataset.open(source, name, what: "\(what): its source '\(name)' in '\(found)'", within: self)
        done.insert(place)
        return true
    }

    private static func place(_ name: String, _ path: String) -> Place? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let parts = name.split(separator: "/").filter { $0 != "." }
        return Place(device: UInt64(status.st_dev), file: UInt64(status.st_ino), name: parts.joined(separator: "/"))
    }

    private static func text(_ path: String, _ unreadable: String, _ call: (UnsafeMutablePointer<CChar>?, Int) -> Int)
        throws(Failure) -> String
    {
        let length = try HDF5.check(call(nil, 0), path, unreadable)
        guard length < 1 << 16 else { throw .format(path: path, "\(unreadable): a name has \(length) bytes") }
        var bytes = [CChar](repeating: 0, count: length + 1)
        try HDF5.check(call(&bytes, bytes.count), path, unreadable)
        return bytes.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    }

    /// %b in a name stands for the number of a block, %% for a percent sign.
    private static func isPattern(_ name: String) -> Bool { self.name(name, 0) != self.name(name, 1) }

    private static func name(_ pattern: String, _ block: Int) -> String {
        var name = ""
        var rest = pattern[...]
        while let percent = rest.firstIndex(of: "%") {
            name += rest[..<percent]
            rest = rest[rest.index(after: percent)...]
            switch rest.first {
            case "b": name += String(block)
            case "%": name += "%"
            default:
                name += "%"
                continue
            }
            rest = rest.dropFirst()
        }
        return name + rest
    }
}
