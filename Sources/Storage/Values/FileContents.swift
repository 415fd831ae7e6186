import Engine

/// What an HDF5 file has, without its elements: for each path the kind of the object, and of arrays type, shape and
/// names of the axes.
public func hdf5Contents(_ path: FilePath, _ reading: FileReading) throws(Failure) -> FileMap {
    let reader = try ValueReader(path, reading)
    let result = FileMap([])
    let file = reader.root
    var seen: Set<UInt64> = []
    func visit(_ address: UInt64, _ place: String, _ depth: Int) throws(Failure) {
        guard seen.insert(address).inserted else { return }
        guard depth <= 64 else { throw file.damaged("its groups are nested too deep") }
        file.place = place
        let object = try StoredObject(file, at: address)
        if !place.isEmpty { result.members.append((place, .map(try reader.description(of: object)))) }
        guard object.isGroup else { return }
        for link in try object.links() {
            if let target = link.address {
                try visit(target, place.isEmpty ? link.name : place + "/" + link.name, depth + 1)
            }
        }
    }
    try visit(file.root, "", 0)
    return result
}

extension ValueReader {
    fileprivate func description(of object: StoredObject) throws(Failure) -> FileMap {
        let file = object.file
        guard object.isArray, let type = object.header.first(.datatype), let extent = object.header.first(.dataspace)
        else { return FileMap([("kind", .text(object.isGroup ? "group" : "type"))]) }
        let map = FileMap([("kind", .text("array")), ("type", .text(try ItemType(type, in: file).name))])
        let shape = try Extent(extent, in: file).shape
        if let shape { map.members.append(("shape", .array(try wholeNumbers(shape)))) }
        let names = try axes(of: object, count: shape?.count ?? 0)
        if !names.allSatisfy(\.isEmpty) { map.members.append(("dimensions", .texts(shape: [names.count], names))) }
        if try object.attributes().contains(where: { $0.name == "MATLAB_class" }) {
            map.members.append(("order", .text("MATLAB: axes are reversed")))
        }
        return map
    }

    private func wholeNumbers(_ values: [Int]) throws(Failure) -> FileArray {
        let array = try FileArray(zeros: "int64", itemSize: 8, shape: [values.count], path: path)
        for (index, value) in values.enumerated() {
            array.memory.storeBytes(of: Int64(value), toByteOffset: 8 * index, as: Int64.self)
        }
        return array
    }

    /// Names of axes by their dimension scales, or by h5py's labels; "" where an axis has none.
    private func axes(of object: StoredObject, count: Int) throws(Failure) -> [String] {
        var names = [String](repeating: "", count: count)
        let attributes = try attributes(of: object)
        for attribute in attributes {
            switch (attribute.name, attribute.value) {
            case ("DIMENSION_LIST", .list(_, let scales)) where scales.count == count:
                for (axis, scale) in scales.enumerated() {
                    guard names[axis].isEmpty, let path = scale.allTexts?.first else { continue }
                    names[axis] = path.split(separator: "/").last.map { String($0) } ?? path
                }
            case ("DIMENSION_LABELS", .texts(_, let labels)) where labels.count == count:
                for (axis, label) in labels.enumerated() where names[axis].isEmpty { names[axis] = label }
            case ("CLASS", .text("DIMENSION_SCALE")) where count == 1:
                names[0] = object.file.place.split(separator: "/").last.map { String($0) } ?? ""
            default: break
            }
        }
        return names
    }
}

extension ItemType {
    /// In one word, or the words of its fields.
    var name: String {
        switch self {
        case .number(let number):
            "\(number.isSigned ? "" : "u")int\(8 * (number.size <= 2 ? number.size : number.size <= 4 ? 4 : 8))"
        case .labels(let number, _): "enumeration of \(ItemType.number(number).name)"
        case .real(let real): real.name ?? "float64"
        case .complex(let real): real.size == 4 ? "complex64" : "complex128"
        case .flag: "bool"
        case .text, .longText: "text"
        case .list(let item): "lists of \(item.name)"
        case .opaque(let size): size == 2 ? "bfloat16" : "opaque of \(size) bytes"
        case .bits(let size, _): "bits of \(size) bytes"
        case .time(let size, _): size == 8 ? "float64" : "int32"
        case .reference: "references"
        case .record(_, let fields): "(" + fields.map { "\($0.name): \($0.type.name)" }.joined(separator: ", ") + ")"
        case .array(let shape, let item): "\(item.name)\(shape)"
        case .other(let name, _): name
        }
    }
}
