import Engine

/// A file whose data sets get further rows. libhdf5 is to write into it, and does not withstand what is damaged: so
/// all that it will look at is looked at first, by the reader that believes nothing.
struct GrowingFile {
    /// Rows that each column has, and which numbers it takes.
    let rows: Int
    let limits: [Storability]

    /// `location`: what the file is called in messages.
    init(_ copy: FilePath, of location: FilePath, _ columns: [RowFileWriter.Column]) throws(Failure) {
        let file = try StoredFile(RegularFile(copy, calling: location))
        guard try !file.managesItself() else {
            throw .unsupported(
                operation: "\(location)", "shares descriptions or keeps its free space, and is not written to here")
        }
        var (rows, limits): (Int?, [Storability]) = (nil, [])
        var names: [UInt64: String] = [:]
        for column in columns {
            file.place = column.name
            let (address, found, limit) = try GrowingFile.check(column, file)
            if let other = names.updateValue(column.name, forKey: address) {
                throw .argument(
                    operation: "\(location)",
                    "'\(other.shortened)' and '\(column.name.shortened)' are the same data set")
            }
            guard rows == nil || rows == found else {
                throw .shape(
                    operation: "\(location)",
                    "'\(column.name.shortened)' has \(found.counted("row")), and others have \(rows ?? 0)")
            }
            rows = found
            limits.append(limit)
        }
        (self.rows, self.limits) = (rows ?? 0, limits)
    }

    /// The address and the rows of a data set that can grow, and what it takes.
    private static func check(
        _ column: RowFileWriter.Column, _ file: StoredFile
    ) throws(Failure) -> (UInt64, Int, Storability) {
        let what = "'\(column.name.shortened)'"
        func refused(_ why: String) -> Failure { .argument(operation: "\(file.path)", "\(what) \(why)") }
        var object = try StoredObject(file, at: file.root)
        for part in column.name.split(separator: "/") {
            guard object.isGroup, let next = try object.links().first(where: { $0.name == part })?.address else {
                throw refused("is not there")
            }
            object = try StoredObject(file, at: next)
        }
        guard object.isArray, let message = object.header.first(.dataspace) else { throw refused("is no data set") }
        let extent = try Extent(message, in: file)
        guard let shape = extent.shape, let first = shape.first else { throw refused("has no rows") }
        let array = try StoredArray(file, object.header, isPartial: true)
        guard array.chunkExtents != nil, extent.most.first != .some(first) else {
            throw refused("cannot grow: it was not made with chunks and an axis of any length (maxshape)")
        }
        guard Array(shape.dropFirst()) == column.layout.shape else {
            throw .shape(
                operation: "\(file.path)",
                "\(what) has rows of shape \(Array(shape.dropFirst())), not \(column.layout.shape)")
        }
        guard let limit = Storability(of: column.layout.dtype, as: array.type) else {
            throw .dtype(
                operation: "\(file.path)",
                "\(what) holds \(array.type.name), and \(column.layout.dtype.name) may not fit")
        }
        try array.checkChunks()
        return (object.address, first, limit)
    }
}

/// Which numbers of a dtype a type of a file holds, without a change.
enum Storability {
    case all
    /// Truth values as truth values.
    case truth
    case integers(ClosedRange<Int64>)

    /// nil where there is no saying.
    init?(of dtype: DType, as type: ElementType) {
        switch (dtype, type) {
        case (.bool, .flag): self = .truth
        case (.bool, .integer): self = .all
        case (.uint8, .integer(let size, let isSigned, _)), (.int32, .integer(let size, let isSigned, _)),
            (.int64, .integer(let size, let isSigned, _)):
            let bits = 8 * size - (isSigned ? 1 : 0)
            let most = bits >= 63 ? Int64.max : (1 << Int64(bits)) - 1
            let least = !isSigned ? 0 : bits >= 63 ? Int64.min : -(1 << Int64(bits))
            self = .integers(least...most)
        case (.uint8, .float(let size, _)), (.int32, .float(let size, _)), (.int64, .float(let size, _)):
            // All whole numbers up to here are there.
            let most: Int64 = size == 2 ? 1 << 11 : size == 4 ? 1 << 24 : 1 << 53
            self = .integers(-most...most)
        case (.float16, .float), (.float32, .float(4..., _)), (.float64, .float(8..., _)): self = .all
        default: return nil
        }
    }

    /// The first of some elements that does not fit.
    func misfit(_ memory: UnsafeRawPointer, _ count: Int, _ dtype: DType) -> Int64? {
        guard case .integers(let range) = self else { return nil }
        if dtype == .uint8, range.contains(0), range.contains(255) { return nil }
        if dtype == .int32, range.contains(Int64(Int32.min)), range.contains(Int64(Int32.max)) { return nil }
        for place in 0..<count {
            let value = dtype.integer(memory, place)
            if !range.contains(value) { return value }
        }
        return nil
    }
}
