import Engine

/// What an element that refers to something leads to.
struct Referred {
    let file: StoredFile
    let address: UInt64
    /// Some elements of the object, which is an array.
    var region: FileSelection?
    /// An attribute of the object.
    var attribute: String?
}

extension ItemType.Reference {
    /// What an element refers to; nil where it refers to nothing (specification, IV.A.2.d, class 7, and H5R__encode).
    func referred(_ element: Cursor, by reader: ValueReader) throws(Failure) -> Referred? {
        var element = element
        let file = element.file
        switch self {
        case .object:
            guard let address = try element.address(), address != 0 else { return nil }
            return Referred(file: file, address: address)
        case .region:
            let heap = try element.address()
            let index = try element.int(4)
            guard let heap, heap != 0 else { return nil }
            var body = Cursor(file, try file.heapObject(heap, index), "a reference to a region")
            let address = try file.address(body.address(), "an object that is referred to")
            return Referred(file: file, address: address, region: try FileSelection(&body))
        case .any: return try any(&element, by: reader)
        }
    }

    private func any(_ element: inout Cursor, by reader: ValueReader) throws(Failure) -> Referred? {
        let file = element.file
        let kind = try element.byte()
        let isElsewhere = try element.byte() & 1 != 0
        guard kind != 0 else { return nil }
        guard (2...4).contains(kind) else { throw file.damaged("a reference is of unknown kind \(kind)") }
        var body = element
        if kind != 2 || isElsewhere {
            let size = try element.length(4)
            let heap = try file.address(element.address(), "what a reference refers to")
            body = Cursor(file, try file.heapObject(heap, element.int(4), length: size), "a reference")
        }
        let size = Int(try body.byte())
        guard size == file.offsetSize else { throw file.damaged("a reference has an address of \(size) bytes") }
        let address = try file.address(body.address(), "an object that is referred to")
        var other = file
        if isElsewhere {
            let name = try body.take(body.int(2))
            guard let found = try reader.file(named: name, from: file) else {
                throw .unsupported(
                    operation: "\(file.path)",
                    "'\(file.place.shortened)' refers into the file '\(name.asText.shortened)', which is not there")
            }
            other = found
        }
        var referred = Referred(file: other, address: address)
        if kind == 3 {
            try body.skip(8)  // its size and number of axes, which the selection says as well
            referred.region = try FileSelection(&body)
        }
        if kind == 4 { referred.attribute = try body.take(body.int(2)).asText }
        return referred
    }
}

extension ValueReader {
    /// An array of references leads on to what they refer to.
    func referred(_ targets: [Referred?], _ shape: [Int], in file: StoredFile, depth: Int) throws(Failure) -> FileValue
    {
        try take(targets.count * ValueReader.itemBytes, in: file)
        var values: [FileValue] = []
        for target in targets {
            if let target { values.append(try value(of: target, depth)) } else { values.append(.nothing) }
        }
        return shape.isEmpty ? values.first ?? .nothing : .list(shape: shape, values)
    }

    private func value(of target: Referred, _ depth: Int) throws(Failure) -> FileValue {
        let object = try StoredObject(target.file, at: target.address)
        if let name = target.attribute {
            guard let found = try attribute(name, of: object) else {
                throw target.file.damaged("a reference is to an attribute '\(name.shortened)' that is not there")
            }
            return found
        }
        if let region = target.region { return try elements(region, of: object, depth) }
        return try value(of: object, at: target.file.place, depth: depth + 1)
    }

    /// Some elements of an array: in its axes where they are a grid, else along one axis.
    private func elements(_ region: FileSelection, of object: StoredObject, _ depth: Int) throws(Failure) -> FileValue {
        let file = object.file
        guard object.isArray, let typeMessage = object.header.first(.datatype) else {
            throw file.damaged("a reference is to a region of what is no array")
        }
        let key = Key(object)
        guard depth <= ValueReader.deepest, open.insert(key).inserted else {
            return .unread("a reference leads back to the array that it is in")
        }
        defer { open.remove(key) }
        try self.count(1, in: file)
        let array = try regionArray(object)
        let type = try ItemType(typeMessage, in: file)
        let runs = try region.runs(in: array.shape, file)
        let count = runs.reduce(0) { $0 + $1.count }
        let bytes = try product([count, array.itemSize], in: file)
        try take(bytes, in: file)
        defer { give(bytes) }
        let memory = try RawMemory(bytes, path: file.path)
        var done = 0
        for run in runs {
            let size = run.count * array.itemSize
            (memory.start + done).copyMemory(
                from: array.memory.start + run.lowerBound * array.itemSize, byteCount: size)
            done += size
        }
        let grid = region.grid(in: array.shape)
        let isGrid = (try? product(grid, in: file)) == count
        let conversion = Conversion(reader: self, file: file, depth: depth + 1, follows: true)
        return try conversion.value(
            type, Places(memory.start, count: count, stride: array.itemSize), isGrid ? grid : [count])
    }

    /// The stored elements of an array that regions are of. The last is kept: many references are to one array.
    private func regionArray(_ object: StoredObject) throws(Failure) -> RegionArray {
        if let known = lastRegionArray, known.file === object.file, known.address == object.address { return known }
        if let old = lastRegionArray { give(old.memory.count) }
        lastRegionArray = nil
        let file = object.file
        guard let typeMessage = object.header.first(.datatype), let extent = object.header.first(.dataspace) else {
            throw file.damaged("an array without a type or a shape")
        }
        let size = try ItemType(typeMessage, in: file).size(in: file)
        let shape = try Extent(extent, in: file).shape ?? [0]
        let count = try product(shape, in: file)
        let bytes = try product([count, size], in: file)
        try take(bytes, in: file)
        let memory = try RawMemory(bytes, path: file.path)
        try read(object, into: memory.start, count: count, size: size, depth: 0)
        let array = RegionArray(object, shape, size, memory)
        lastRegionArray = array
        return array
    }

    final class RegionArray {
        let file: StoredFile
        let address: UInt64
        let shape: [Int]
        let itemSize: Int
        let memory: RawMemory

        init(_ object: StoredObject, _ shape: [Int], _ itemSize: Int, _ memory: consuming RawMemory) {
            (file, address) = (object.file, object.address)
            (self.shape, self.itemSize) = (shape, itemSize)
            self.memory = memory
        }
    }

    /// What a reference refers to, as a text: the path, with a region as NumPy would write it.
    func name(of target: Referred?) -> String {
        guard let target else { return "" }
        var name = target.file === root ? name(of: target.address) ?? "" : "\(target.file.path)"
        if let attribute = target.attribute { name += "@" + attribute }
        if let region = target.region { name += region.spelled }
        return name
    }
}

extension FileSelection {
    /// Of blocks that are all combinations of ranges of the axes, those ranges, in their order.
    private var axisRanges: [[Range<Int>]]? {
        guard case .blocks(let blocks) = self, let rank = blocks.first?.first.count else { return nil }
        var axes: [[Range<Int>]] = []
        var seen: Set<[Int]> = []
        for (first, last) in blocks {
            guard first.count == rank, last.count == rank, zip(first, last).allSatisfy({ $0 <= $1 && $1 < Int.max }),
                seen.insert(first).inserted
            else { return nil }
        }
        for axis in 0..<rank {
            let ranges = Set(blocks.map { $0.first[axis]..<$0.last[axis] + 1 }).sorted { $0.lowerBound < $1.lowerBound }
            guard zip(ranges, ranges.dropFirst()).allSatisfy({ $0.upperBound <= $1.lowerBound }) else { return nil }
            axes.append(ranges)
        }
        var count = 1
        for ranges in axes {
            let (product, overflow) = count.multipliedReportingOverflow(by: ranges.count)
            guard !overflow else { return nil }
            count = product
        }
        return count == blocks.count ? axes : nil
    }

    /// The shape of the elements where they are a grid.
    func grid(in shape: [Int]) -> [Int] {
        switch self {
        case .all: shape
        case .none: [0]
        case .points(let points): [points.count]
        case .blocks: axisRanges?.map { $0.reduce(0) { $0 + $1.count } } ?? [0]
        case .regular(let axes):
            axes.map { axis in
                let (count, overflow) = (axis.count ?? 0).multipliedReportingOverflow(by: axis.block ?? 0)
                return overflow ? 0 : count
            }
        }
    }

    /// As an index of NumPy's, "[0:2, 3:9:2]", where there is one.
    var spelled: String {
        switch self {
        case .all: return "[...]"
        case .regular(let axes):
            let parts = axes.map { axis -> String? in
                guard let count = axis.count, let block = axis.block, count > 0, block > 0 else { return nil }
                if count == 1 || block == axis.stride { return "\(axis.start):\(axis.start &+ count &* block)" }
                guard block == 1 else { return nil }
                return "\(axis.start):\(axis.start &+ (count - 1) &* axis.stride &+ 1):\(axis.stride)"
            }
            let found = parts.compactMap { $0 }
            return found.count == parts.count ? "[\(found.joined(separator: ", "))]" : "[(blocks)]"
        case .blocks:
            let parts = axisRanges?.compactMap { ranges -> String? in
                let (first, last) = (ranges[0], ranges[ranges.count - 1])
                if ranges.count == 1 { return "\(first.lowerBound):\(first.upperBound)" }
                let step = ranges[1].lowerBound - first.lowerBound
                let isRegular = ranges.indices.allSatisfy {
                    ranges[$0].count == 1 && ranges[$0].lowerBound == first.lowerBound + $0 * step
                }
                return isRegular ? "\(first.lowerBound):\(last.upperBound):\(step)" : nil
            }
            guard let parts, parts.count == axisRanges?.count else { return "[(blocks)]" }
            return "[\(parts.joined(separator: ", "))]"
        case .points(let points) where points.count == 1:
            return "[\(points[0].map { "\($0)" }.joined(separator: ", "))]"
        case .points(let points): return "[(\(points.count) points)]"
        case .none: return "[(blocks)]"
        }
    }
}
