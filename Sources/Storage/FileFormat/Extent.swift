import Engine

/// How many elements there are, along which axes (specification, IV.A.2.b).
struct Extent {
    /// nil: there is no element, and no shape.
    let shape: [Int]?
    /// The most that each axis may get; nil for any.
    let most: [Int?]

    init(_ message: ObjectHeader.Message, in file: StoredFile) throws(Failure) {
        try self.init(file.description(message.body, isShared: message.isShared, .dataspace), in: file)
    }

    init(_ body: Cursor, in file: StoredFile) throws(Failure) {
        var body = body
        let version = try body.byte()
        let rank = Int(try body.byte())
        let flags = try body.byte()
        guard rank <= 32 else { throw file.damaged("it has \(rank) axes") }
        switch version {
        case 1: try body.skip(5)
        case 2:
            let kind = try body.byte()
            guard kind < 2 || rank == 0 else { throw file.damaged("it has no shape and \(rank) axes") }
            if kind == 2 {
                (shape, most) = (nil, [])
                return
            }
        default: throw file.damaged("its shape has version \(version)")
        }
        var shape: [Int] = []
        var most: [Int?] = []
        // The product in bytes of the widest element must be a number.
        var bytes = 8
        for _ in 0..<rank {
            let extent = try body.length()
            let (product, overflow) = bytes.multipliedReportingOverflow(by: max(extent, 1))
            guard !overflow else { throw file.damaged("it has more elements than any memory") }
            bytes = product
            shape.append(extent)
        }
        for axis in 0..<rank {
            let extent = flags & 1 != 0 ? Int(exactly: try body.unsigned(file.lengthSize)) : shape[axis]
            if let extent, extent < shape[axis] { throw file.damaged("axis \(axis) is longer than it may be") }
            most.append(extent)
        }
        (self.shape, self.most) = (shape, most)
    }

    var count: Int { shape?.reduce(1, *) ?? 0 }
}
