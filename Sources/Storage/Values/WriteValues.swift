import Engine

/// Writes arrays and attributes by their paths as a plain HDF5 file, whole or not at all. Groups are made as the paths
/// need them.
public func writeHDF5(
    _ arrays: [(path: String, tensor: Tensor)], _ attributes: [(path: String, name: String, value: Value)],
    to path: FilePath
) throws(Failure) {
    var root = StateTree()
    for (place, tensor) in arrays {
        try root.at(parts(place, path).dropLast()) { group in
            group.arrays.append((String(place.split(separator: "/").last ?? ""), tensor))
        }
    }
    let names = Set(arrays.map { $0.path.split(separator: "/").joined(separator: "/") })
    var writer = CheckpointWriter(path: "\(path)", isPlain: true)
    for (place, name, value) in attributes {
        let parts = place.split(separator: "/").map { String($0) }
        let joined = parts.joined(separator: "/")
        if names.contains(joined) {
            writer.arrayAttributes[joined, default: []].append((name, value))
        } else {
            root.at(parts[...]) { $0.attributes.append((name, value)) }
        }
    }
    let image = try writer.plainImage(of: Snapshot(root))
    try replaceFile(at: path, with: image.bytes)
}

private func parts(_ place: String, _ path: FilePath) throws(Failure) -> ArraySlice<String> {
    let parts = place.split(separator: "/").map { String($0) }
    guard !parts.isEmpty else { throw .argument(operation: "\(path)", "an array needs a name") }
    guard parts.count <= 64 else { throw .argument(operation: "\(path)", "'\(place.shortened)' is nested too deep") }
    return parts[...]
}

extension StateTree {
    /// Changes the group at a path, which is made where it is not there.
    fileprivate mutating func at(_ parts: ArraySlice<String>, _ change: (inout StateTree) -> Void) {
        guard let first = parts.first else { return change(&self) }
        let place: Int
        if let known = children.firstIndex(where: { $0.name == first }) {
            place = known
        } else {
            place = children.count
            children.append((first, StateTree()))
        }
        children[place].tree.at(parts.dropFirst(), change)
    }
}
