import Engine

/// What MATLAB, pandas and netCDF mean by what they write. Everything here says so by attributes.
extension ValueReader {
    func attribute(_ name: String, of object: StoredObject) throws(Failure) -> FileValue? {
        try attributes(of: object).first { $0.name == name }?.value
    }

    func interpreted(_ map: FileMap, of object: StoredObject) throws(Failure) -> FileValue {
        let file = object.file
        if let rows = map.attribute("MATLAB_sparse")?.array?.integer(0) { return try dense(map, rows: rows, file) }
        if map.attribute("MATLAB_class") != nil { return try matlabStruct(map, object) }
        if let kind = map.attribute("pandas_type")?.allTexts?.first { return try pandas(map, kind, object) }
        return .map(map)
    }

    func interpreted(_ value: FileValue, of object: StoredObject) throws(Failure) -> FileValue {
        let attributes = try attributes(of: object)
        if let kind = attributes.first(where: { $0.name == "MATLAB_class" })?.value.text {
            return try matlab(value, kind, attributes, object.file)
        }
        if reading.scales, let array = value.array { return try .array(scaled(array, attributes, object.file)) }
        return value
    }

    /// Whether it only stands for a dimension of netCDF's, and holds nothing.
    func isBareDimension(_ object: StoredObject) throws(Failure) -> Bool {
        guard object.isArray else { return false }
        let name = try object.attributes().first { $0.name == "NAME" }
        guard let name, case .text(let size, let padding) = name.type, name.extent.count == 1 else { return false }
        var data = name.data
        guard size <= data.rest else { return false }
        return ElementType.trimmed(try data.take(size), padding).asText.hasPrefix(
            "This is a netCDF dimension but not a netCDF variable")
    }

    // MARK: netCDF

    /// By the conventions for climate and forecast: fill values become NaN, others value * scale_factor + add_offset.
    private func scaled(
        _ array: FileArray, _ attributes: [(name: String, value: FileValue)], _ file: StoredFile
    ) throws(Failure) -> FileArray {
        func number(_ name: String) -> Double? { attributes.first { $0.name == name }?.value.array?.real(0) }
        let (scale, offset) = (number("scale_factor"), number("add_offset"))
        let missing = ["_FillValue", "missing_value"].compactMap { number($0) }
        guard scale != nil || offset != nil || !missing.isEmpty, array.count == 0 || array.real(0) != nil else {
            return array
        }
        // Where only NaN comes in, the numbers stay what they are.
        let isSingle = scale == nil && offset == nil && array.type == "float32"
        try take(product([array.count, 8], in: file), in: file)
        let result = try FileArray(
            zeros: isSingle ? "float32" : "float64", itemSize: isSingle ? 4 : 8, shape: array.shape, path: file.path)
        for index in 0..<array.count {
            let value = array.real(index) ?? .nan
            let scaled = missing.contains(value) ? .nan : value * (scale ?? 1) + (offset ?? 0)
            if isSingle {
                result.memory.storeBytes(of: Float(scaled), toByteOffset: 4 * index, as: Float.self)
            } else {
                result.memory.storeBytes(of: scaled, toByteOffset: 8 * index, as: Double.self)
            }
        }
        return result
    }

    // MARK: MATLAB

    private func matlab(
        _ value: FileValue, _ kind: String, _ attributes: [(name: String, value: FileValue)], _ file: StoredFile
    ) throws(Failure) -> FileValue {
        func number(_ name: String) -> Int64 { attributes.first { $0.name == name }?.value.array?.integer(0) ?? 0 }
        if number("MATLAB_object_decode") != 0 {
            return .unread("'\(file.place.shortened)' is an object of MATLAB's class \(kind.shortened)")
        }
        if number("MATLAB_empty") != 0 { return try empty(value, kind, file) }
        switch (kind, value) {
        case ("char", .array(let codes)): return try characters(codes, file)
        case ("logical", .array(let array)) where array.itemSize == 1:
            for index in 0..<array.count {
                let byte = array.memory.load(fromByteOffset: index, as: UInt8.self)
                array.memory.storeBytes(of: byte == 0 ? 0 : 1, toByteOffset: index, as: UInt8.self)
            }
            return try turned(.array(array.renamed("bool", path: file.path)), file)
        default: return try turned(value, file)
        }
    }

    /// The elements are the shape.
    private func empty(_ value: FileValue, _ kind: String, _ file: StoredFile) throws(Failure) -> FileValue {
        guard kind != "char" else { return .text("") }
        var shape: [Int] = []
        if let array = value.array, array.count <= 32 {
            for index in 0..<array.count { shape.append(Int(clamping: array.integer(index) ?? 0)) }
        }
        guard shape.contains(0), shape.allSatisfy({ $0 >= 0 }) else {
            throw file.damaged("an empty array has the shape \(shape)")
        }
        if !reading.turnsAxes { shape.reverse() }
        if kind == "cell" || kind == "struct" { return .list(shape: [0], []) }
        let sizes = [
            "single": ("float32", 4), "logical": ("bool", 1), "int8": ("int8", 1), "uint8": ("uint8", 1),
            "int16": ("int16", 2), "uint16": ("uint16", 2), "int32": ("int32", 4), "uint32": ("uint32", 4),
            "int64": ("int64", 8), "uint64": ("uint64", 8),
        ]
        let (type, size) = sizes[kind] ?? ("float64", 8)
        return .array(try FileArray(zeros: type, itemSize: size, shape: shape, path: file.path))
    }

    /// Rows of 16-bit codes; MATLAB's columns are the file's rows.
    private func characters(_ codes: FileArray, _ file: StoredFile) throws(Failure) -> FileValue {
        guard codes.count == 0 || codes.integer(0) != nil else { throw file.damaged("characters are no numbers") }
        let columns = codes.shape.count == 2 ? codes.shape[0] : codes.count
        let rows = columns == 0 ? 0 : codes.count / columns
        try take(rows * ValueReader.itemBytes + 3 * codes.count, in: file)
        let texts = (0..<rows).map { row in
            String(
                decoding: (0..<columns).map { UInt16(truncatingIfNeeded: codes.integer($0 * rows + row) ?? 0) },
                as: UTF16.self)
        }
        return texts.count == 1 ? .text(texts[0]) : texts.isEmpty ? .text("") : .texts(shape: [rows], texts)
    }

    /// In MATLAB's order of axes where that is wanted; cells along one axis are a list in any case.
    private func turned(_ value: FileValue, _ file: StoredFile) throws(Failure) -> FileValue {
        switch value {
        case .list(let shape, let values):
            if shape.filter({ $0 != 1 }).count <= 1 { return .list(shape: [values.count], values) }
            guard reading.turnsAxes else { return value }
            return .list(shape: shape.reversed(), reversedOrder(shape).map { values[$0] })
        case .array(let array) where reading.turnsAxes && array.shape.count > 1:
            try take(array.bytes.count, in: file)
            return .array(try array.turned(path: file.path))
        default: return value
        }
    }

    /// Of one struct, or of an array of them, whose fields are lists of as many values.
    private func matlabStruct(_ map: FileMap, _ object: StoredObject) throws(Failure) -> FileValue {
        if case .list(_, let names)? = map.attribute("MATLAB_fields") {
            let order = names.map { name in
                switch name {
                case .text(let text): text
                case .texts(_, let letters): letters.joined()
                case .array(let array) where array.type == "opaque" || array.itemSize == 1:
                    String(decoding: array.bytes, as: UTF8.self)
                default: ""
                }
            }
            let places = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
            map.members.sort { (places[$0.name] ?? .max, $0.name) < (places[$1.name] ?? .max, $1.name) }
        }
        // Cells have a class of their own.
        var cells: Set<String> = []
        for link in try object.links() {
            guard let address = link.address else { continue }
            let names = try StoredObject(object.file, at: address).attributes().map(\.name)
            if names.contains("MATLAB_class") { cells.insert(link.name) }
        }
        let lists = map.members.compactMap { member -> [FileValue]? in
            if case .list(_, let values) = member.value, !cells.contains(member.name) { return values }
            return nil
        }
        guard let count = lists.first?.count, lists.count == map.members.count, lists.allSatisfy({ $0.count == count })
        else { return .map(map) }
        return .list(
            shape: [count],
            (0..<count).map { index in
                .map(FileMap(zip(map.members, lists).map { ($0.name, $1[index]) }))
            })
    }

    /// Compressed columns, as an array of all elements.
    private func dense(_ map: FileMap, rows: Int64, _ file: StoredFile) throws(Failure) -> FileValue {
        let starts = map["jc"]?.array
        let columns = max(0, (starts?.count ?? 1) - 1)
        let rows = Int(clamping: rows)
        let data = map["data"]?.array
        let kind = map.attribute("MATLAB_class")?.text
        var type = data?.type ?? "float64"
        let size = data?.itemSize ?? 8
        if kind == "logical", size == 1 { type = "bool" }
        guard rows >= 0 else { throw file.damaged("a sparse matrix has \(rows) rows") }
        try take(product([rows, columns, size], in: file), in: file)
        // The file's order of axes: columns first.
        let matrix = try FileArray(zeros: type, itemSize: size, shape: [columns, rows], path: file.path)
        guard let data, let starts, let indices = map["ir"]?.array else { return try turned(.array(matrix), file) }
        for column in 0..<columns {
            guard let from = starts.integer(column), let to = starts.integer(column + 1), from >= 0, from <= to,
                to <= data.count, to <= indices.count
            else { throw file.damaged("a sparse matrix has impossible columns") }
            for index in Int(from)..<Int(to) {
                guard let row = indices.integer(index), row >= 0, row < rows else {
                    throw file.damaged("a sparse matrix has an element outside of it")
                }
                (matrix.memory + (column * rows + Int(row)) * size).copyMemory(
                    from: data.memory + index * size, byteCount: size)
            }
        }
        return try turned(.array(matrix), file)
    }
}

extension FileMap {
    func attribute(_ name: String) -> FileValue? { attributes.first { $0.name == name }?.value }
}
