import Engine

/// Which elements of an array are meant, as files store it (specification, VIII).
enum FileSelection {
    struct Axis {
        let start: Int
        let stride: Int
        /// nil: as many as there are.
        let count: Int?
        let block: Int?
    }

    case none
    case all
    /// Blocks at regular distances.
    case regular([Axis])
    /// First and last places of blocks.
    case blocks([(first: [Int], last: [Int])])
    case points([[Int]])

    private static let most = 1 << 20

    init(_ body: inout Cursor) throws(Failure) {
        let file = body.file
        let kind = try body.int(4)
        let version = try body.int(4)
        switch (kind, version) {
        case (0, 1), (3, 1):
            try body.skip(8)
            self = kind == 0 ? .none : .all
        case (1, 1), (1, 2):
            var size = 4
            if version == 1 { try body.skip(8) } else { size = Int(try body.byte()) }
            let rank = try FileSelection.rank(&body)
            let count = try FileSelection.count(&body, size)
            var points: [[Int]] = []
            for _ in 0..<count { points.append(try FileSelection.place(&body, rank, size)) }
            self = .points(points)
        case (2, 1), (2, 2), (2, 3):
            var (size, isRegular) = (4, false)
            switch version {
            case 1: try body.skip(8)
            case 2:
                isRegular = try body.byte() & 1 != 0
                try body.skip(4)
                size = 8
            default:
                isRegular = try body.byte() & 1 != 0
                size = Int(try body.byte())
            }
            guard [2, 4, 8].contains(size) else { throw file.damaged("a selection has numbers of \(size) bytes") }
            let rank = try FileSelection.rank(&body)
            if isRegular {
                let unlimited = size == 8 ? UInt64.max : (1 << UInt64(8 * size)) - 1
                var axes: [Axis] = []
                for _ in 0..<rank {
                    let start = try body.length(size)
                    let stride = try body.length(size)
                    let (count, block) = (try body.unsigned(size), try body.unsigned(size))
                    guard count == unlimited || Int(exactly: count) != nil,
                        block == unlimited || Int(exactly: block) != nil
                    else { throw file.damaged("a selection is larger than any array") }
                    axes.append(
                        Axis(
                            start: start, stride: max(stride, 1), count: count == unlimited ? nil : Int(count),
                            block: block == unlimited ? nil : Int(block)))
                }
                self = .regular(axes)
            } else {
                let count = try FileSelection.count(&body, size)
                var blocks: [(first: [Int], last: [Int])] = []
                for _ in 0..<count {
                    blocks.append(
                        (try FileSelection.place(&body, rank, size), try FileSelection.place(&body, rank, size)))
                }
                self = .blocks(blocks)
            }
        default: throw file.damaged("a selection is of an unknown kind")
        }
    }

    private static func rank(_ body: inout Cursor) throws(Failure) -> Int {
        let rank = try body.int(4)
        guard (1...32).contains(rank) else { throw body.file.damaged("a selection has \(rank) axes") }
        return rank
    }

    private static func count(_ body: inout Cursor, _ size: Int) throws(Failure) -> Int {
        let count = try body.length(size)
        guard count <= most else { throw body.file.damaged("a selection has \(count) parts") }
        return count
    }

    private static func place(_ body: inout Cursor, _ rank: Int, _ size: Int) throws(Failure) -> [Int] {
        var place: [Int] = []
        for _ in 0..<rank { place.append(try body.length(size)) }
        return place
    }

    /// The blocks of a selection that has as many as there are, one by one.
    func blocks(in shape: [Int], _ file: StoredFile) throws(Failure) -> [FileSelection] {
        guard case .regular(let axes) = self, axes.count == shape.count,
            let axis = axes.firstIndex(where: { $0.count == nil })
        else { return [self] }
        let growing = axes[axis]
        let count = growing.start >= shape[axis] ? 0 : (shape[axis] - 1 - growing.start) / growing.stride + 1
        guard count <= FileSelection.most else { throw file.damaged("a selection has \(count) parts") }
        return (0..<count).map { number in
            var one = axes
            one[axis] = Axis(
                start: growing.start + number * growing.stride, stride: growing.stride, count: 1, block: growing.block)
            return .regular(one)
        }
    }

    /// The places of the elements in the order of the array, as runs; what lies outside of it is left out.
    func runs(in shape: [Int], _ file: StoredFile) throws(Failure) -> [Range<Int>] {
        let count = shape.reduce(1, *)
        switch self {
        case .none: return []
        case .all: return count == 0 ? [] : [0..<count]
        case .points(let points):
            // In the order of their list.
            return points.compactMap { point in
                guard point.count == shape.count, zip(point, shape).allSatisfy({ $0 < $1 }) else { return nil }
                let place = zip(point, shape).reduce(0) { $0 * $1.1 + $1.0 }
                return place..<place + 1
            }
        case .regular(let axes):
            guard axes.count == shape.count else { throw file.damaged("a selection has other axes than its array") }
            return try FileSelection.runs(zip(axes, shape).map { FileSelection.ranges($0, $1) }, shape, file)
        case .blocks(let blocks):
            var runs: [Range<Int>] = []
            for (first, last) in blocks {
                guard first.count == shape.count else {
                    throw file.damaged("a selection has other axes than its array")
                }
                var ranges: [[Range<Int>]] = []
                for axis in shape.indices {
                    let end = min(last[axis], shape[axis] - 1)
                    ranges.append(first[axis] <= end ? [first[axis]..<end + 1] : [])
                }
                runs += try FileSelection.runs(ranges, shape, file)
                guard runs.count <= most else { throw file.damaged("a selection has too many parts") }
            }
            return runs.sorted { $0.lowerBound < $1.lowerBound }
        }
    }

    private var most: Int { FileSelection.most }

    /// Along one axis.
    private static func ranges(_ axis: Axis, _ extent: Int) -> [Range<Int>] {
        guard axis.start < extent else { return [] }
        let there = (extent - 1 - axis.start) / axis.stride + 1
        let count = min(axis.count ?? there, there)
        let block = axis.block ?? extent
        // Blocks that touch are one.
        if count > 0, block >= axis.stride || count == 1 {
            let last = axis.start + (count - 1) * axis.stride
            let end = min(block, extent - last) + last
            return end > axis.start ? [axis.start..<end] : []
        }
        guard block > 0 else { return [] }
        return (0..<count).map {
            let start = axis.start + $0 * axis.stride
            return start..<start + min(block, extent - start)
        }
    }

    private static func runs(_ ranges: [[Range<Int>]], _ shape: [Int], _ file: StoredFile) throws(Failure)
        -> [Range<Int>]
    {
        // Starts of rows, axis by axis.
        var rows = [0]
        for axis in shape.indices.dropLast() {
            let places = ranges[axis].reduce(0) { $0 + $1.count }
            let (count, overflow) = rows.count.multipliedReportingOverflow(by: places)
            guard !overflow, count <= most else { throw file.damaged("a selection has too many parts") }
            rows = rows.flatMap { row in ranges[axis].flatMap { $0.map { row * shape[axis] + $0 } } }
        }
        guard let extent = shape.last, let last = ranges.last else { return shape.isEmpty ? [0..<1] : [] }
        let (count, overflow) = rows.count.multipliedReportingOverflow(by: last.count)
        guard !overflow, count <= most else { throw file.damaged("a selection has too many parts") }
        return rows.flatMap { row in
            last.map { row * extent + $0.lowerBound..<row * extent + $0.upperBound }
        }
    }
}
