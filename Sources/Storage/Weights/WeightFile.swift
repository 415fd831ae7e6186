import Engine

/// The arrays of a file of weights by dotted names: a safetensors file; HDF5 with flat names, such as a state_dict that
/// was dumped, or with groups, such as a tree of parameters of Flax' or JAX'.
public func readWeights(_ path: FilePath, limit: Int?) throws(Failure) -> FileMap {
    let file = try RegularFile(path)
    if try SafeTensors.isOne(file) { return try SafeTensors.read(file) }
    var reading = FileReading()
    reading.isRaw = true
    reading.limit = limit
    guard case .map(let tree) = try readHDF5(path, "", reading) else {
        throw .format(path: "\(path)", "has no groups or arrays")
    }
    let flat = FileMap([], attributes: tree.attributes)
    var names: Set<String> = []
    func visit(_ map: FileMap, _ prefix: String) throws(Failure) {
        for (name, value) in map.members {
            let place = prefix.isEmpty ? name : prefix + "." + name
            switch value {
            case .map(let inner): try visit(inner, place)
            case .array(let array):
                guard names.insert(place).inserted else {
                    throw .format(path: "\(path)", "has two arrays that are called '\(place.shortened)'")
                }
                flat.members.append((place, .array(array)))
            case .unread(let reason): throw .unsupported(operation: "\(path)", reason)
            default: continue
            }
        }
    }
    try visit(tree, "")
    return flat
}

/// Writes a safetensors file, whole or not at all.
public func writeSafeTensors(
    _ arrays: [(name: String, tensor: Tensor)], notes: [(name: String, text: String)], to path: FilePath
) throws(Failure) {
    try SafeTensors.write(arrays, notes, to: path)
}
