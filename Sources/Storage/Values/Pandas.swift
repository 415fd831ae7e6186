import Engine

/// Frames and series as pandas' HDFStore keeps them, as columns by name with the index first.
extension ValueReader {
    func pandas(_ map: FileMap, _ kind: String, _ group: StoredObject) throws(Failure) -> FileValue {
        let file = group.file
        switch kind {
        case "series":
            guard let index = map["index"], let values = map["values"] else { return .map(map) }
            let name = map.attribute("name").flatMap { pickledTexts($0)?.first } ?? "values"
            return columns(
                map,
                [
                    ("index", try dated(index, meaning("index", group), file)),
                    (name == "index" ? "values" : name, try dated(values, meaning("values", group), file)),
                ])
        case "frame": return try frame(map, group)
        case "frame_table", "series_table", "wide_table": return try table(map, group)
        default: return .map(map)
        }
    }

    private func columns(_ map: FileMap, _ columns: [(name: String, value: FileValue)]) -> FileValue {
        .map(FileMap(columns, attributes: map.attributes.filter { !isText($0.value) || $0.name.hasPrefix("pandas") }))
    }

    private func isText(_ value: FileValue) -> Bool { if case .unread = value { true } else { false } }

    /// The fixed format: blocks of columns of one type each, one axis for rows and one for names.
    private func frame(_ map: FileMap, _ group: StoredObject) throws(Failure) -> FileValue {
        let file = group.file
        guard let order = map["axis0"], let index = map["axis1"] else { return .map(map) }
        var found: [String: FileValue] = [:]
        var number = 0
        while let items = map["block\(number)_items"], let values = map["block\(number)_values"] {
            let names = labels(items)
            if case .array(let array) = values, array.shape.count == 2, array.shape[1] == names.count {
                for (place, name) in names.enumerated() {
                    try take(array.shape[0] * array.itemSize, in: file)
                    found[name] = try dated(
                        .array(array.column(place, path: file.path)), meaning("block\(number)_values", group), file)
                }
            } else {
                for name in names {
                    found[name] = .unread(
                        "column '\(name.shortened)' is pickled: code of Python's, which is not run; "
                            + "pandas writes it as texts with format='table'")
                }
            }
            number += 1
        }
        var result = [("index", try dated(index, meaning("axis1", group), file))]
        for name in labels(order) {
            if let value = found.removeValue(forKey: name) { result.append((free(name, result), value)) }
        }
        return columns(map, result)
    }

    /// The table format: records with an index, blocks of columns, and columns of their own.
    private func table(_ map: FileMap, _ group: StoredObject) throws(Failure) -> FileValue {
        let file = group.file
        guard case .records(_, let fields)? = map["table"] else { return .map(map) }
        let attributes = try attributes(of: "table", in: group)
        func attribute(_ name: String) -> FileValue? { attributes.first { $0.name == name }?.value }
        var found: [(name: String, value: FileValue)] = []
        for (name, column) in fields {
            let names = attribute(name + "_kind").flatMap { pickledTexts($0) } ?? []
            let type = attribute(name + "_dtype")
            guard name.hasPrefix("values_block_"), !names.isEmpty else {
                let meaning = name == "index" ? attribute("index_kind") ?? map.attribute("index_kind") : type
                found.append((free(name, found), try dated(column, meaning, file)))
                continue
            }
            switch column {
            case .array(let array) where array.shape.last == names.count && array.shape.count > 1:
                for (place, name) in names.enumerated() {
                    try take(array.count / max(names.count, 1) * array.itemSize, in: file)
                    found.append(
                        (free(name, found), try dated(.array(array.column(place, path: file.path)), type, file)))
                }
            case .texts(let shape, let texts) where shape.last == names.count && shape.count > 1:
                for (place, name) in names.enumerated() {
                    let rows = stride(from: place, to: texts.count, by: names.count).map { texts[$0] }
                    found.append((free(name, found), .texts(shape: [rows.count], rows)))
                }
            default: found.append((free(names[0], found), try dated(column, type, file)))
            }
        }
        // The order of the frame's own columns, where the file says it.
        if let order = map.attribute("non_index_axes").flatMap({ pickledTexts($0) }) {
            let places = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
            found = found.enumerated().sorted {
                let (one, two) = (places[$0.element.name] ?? -1, places[$1.element.name] ?? -1)
                return one != two ? one < two : $0.offset < $1.offset
            }.map(\.element)
        }
        return columns(map, found)
    }

    /// What an array of the group stands for, as its attributes say it.
    private func meaning(_ name: String, _ group: StoredObject) throws(Failure) -> FileValue? {
        let attributes = try attributes(of: name, in: group)
        return (attributes.first { $0.name == "value_type" } ?? attributes.first { $0.name == "kind" })?.value
    }

    private func attributes(of name: String, in group: StoredObject) throws(Failure) -> [(
        name: String, value: FileValue
    )] {
        guard let address = try group.links().first(where: { $0.name == name })?.address else { return [] }
        return try attributes(of: StoredObject(group.file, at: address))
    }

    /// A name that is not taken yet.
    private func free(_ name: String, _ found: [(name: String, value: FileValue)]) -> String {
        let taken = Set(found.map(\.name))
        guard taken.contains(name) else { return name }
        return (1...taken.count).lazy.map { "\(name)_\($0)" }.first { !taken.contains($0) } ?? name
    }

    /// Names of columns, which may be numbers.
    private func labels(_ value: FileValue) -> [String] {
        if let texts = value.allTexts { return texts }
        guard let array = value.array else { return [] }
        return (0..<array.count).compactMap { index in
            array.integer(index).map { "\($0)" } ?? array.real(index).map { "\($0)" }
        }
    }

    /// Numbers that stand for times get their name.
    private func dated(_ value: FileValue, _ meaning: FileValue?, _ file: StoredFile) throws(Failure) -> FileValue {
        guard case .array(let array) = value, array.itemSize == 8, let text = meaning?.allTexts?.first,
            ["datetime64", "timedelta64", "M8", "m8"].contains(where: { text.hasPrefix($0) })
        else { return value }
        let name = text.hasPrefix("datetime64") || text.hasPrefix("M8") ? "datetime64" : "timedelta64"
        let unit = ["[s]", "[ms]", "[us]", "[ns]"].first { text.hasSuffix($0) } ?? "[ns]"
        try take(array.bytes.count, in: file)
        return .array(try array.renamed(name + unit, path: file.path))
    }

    /// The texts in a list that was pickled in the protocol of texts (0), as PyTables keeps attributes that HDF5 has no
    /// type for. Nothing is run: marks for texts are looked for, all else is passed over. nil where it is no such
    /// list.
    private func pickledTexts(_ value: FileValue) -> [String]? {
        let bytes: [UInt8]
        switch value {
        case .text(let text): bytes = Array(text.utf8)
        case .texts(_, let texts) where texts.count == 1: bytes = Array(texts[0].utf8)
        default: return nil
        }
        guard bytes.last == UInt8(ascii: ".") else { return nil }
        var texts: [String] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            // What ends an item stands before the next one's mark.
            var line = line.drop { "(lta.0".utf8.contains($0) && $0 != UInt8(ascii: "V") }
            if let first = line.first,
                first == UInt8(ascii: "I") || first == UInt8(ascii: "p") || first == UInt8(ascii: "g")
            {
                continue
            }
            guard line.first == UInt8(ascii: "V") else { continue }
            line = line.dropFirst()
            texts.append(unescaped(Array(line)))
        }
        return texts
    }

    /// Python's raw escapes: `\uXXXX` and `\UXXXXXXXX` for what is not Latin-1.
    private func unescaped(_ bytes: [UInt8]) -> String {
        var result = ""
        var place = 0
        while place < bytes.count {
            let next = place + 1 < bytes.count ? bytes[place + 1] : 0
            let digits =
                bytes[place] != UInt8(ascii: "\\")
                ? 0 : next == UInt8(ascii: "u") ? 4 : next == UInt8(ascii: "U") ? 8 : 0
            if digits > 0, place + 2 + digits <= bytes.count,
                let code = UInt32(
                    String(decoding: bytes[(place + 2)..<(place + 2 + digits)], as: UTF8.self), radix: 16),
                let scalar = Unicode.Scalar(code)
            {
                result.unicodeScalars.append(scalar)
                place += 2 + digits
            } else {
                result.unicodeScalars.append(Unicode.Scalar(bytes[place]))
                place += 1
            }
        }
        return result
    }
}
