/// Where each storage of a plan lies: memory of a leaf, of an output, or a stretch of one arena that values share one
/// after the other.
struct MemoryPlan {
    enum Place: Hashable, Codable {
        case leaf(Int)
        case output(Int)
        case arena(Int)
    }

    /// What a run hands out as output number j.
    enum Output: Hashable, Codable {
        /// Memory of its own, which the plan writes.
        case fresh
        /// The memory of a leaf, updated in place.
        case donated(leaf: Int)
        /// The value of a leaf as it is.
        case leaf(Int)
        /// The same value as an earlier output.
        case same(output: Int)
    }

    private(set) var places: [Place]
    private(set) var arenaBytes = 0
    let outputs: [Output]

    /// `outputStorages`: the storage that each output's value lies in.
    init(_ lowering: Lowering, outputStorages: [Int], donations: [PlanGraph.Donation], passes: Set<Pass>) {
        let (steps, storages, sharesMemory) = (lowering.steps, lowering.storages, passes.contains(.inplace))
        places = storages.map { $0.leaf.map(Place.leaf) ?? .arena(-1) }
        var outputs = [Output](repeating: .fresh, count: outputStorages.count)
        let reads = MemoryPlan.readers(steps, storages.count)
        let writer = MemoryPlan.writers(steps, storages.count)
        for (number, storage) in outputStorages.enumerated() {
            switch places[storage] {
            case .leaf(let leaf): outputs[number] = .leaf(leaf)
            case .output(let earlier): outputs[number] = .same(output: earlier)
            case .arena: places[storage] = .output(number)
            }
        }
        if sharesMemory {
            for donation in donations where outputs[donation.output] == .fresh {
                let storage = outputStorages[donation.output]
                guard
                    let leaf = storages.firstIndex(where: { $0.leaf == donation.leaf }),
                    storages[leaf].bytes == storages[storage].bytes, storages[leaf].dtype == storages[storage].dtype,
                    !outputs.contains(.leaf(donation.leaf)), !outputs.contains(.donated(leaf: donation.leaf))
                else { continue }
                let versions = MemoryPlan.versions(of: storage, places, steps, storages, reads, writer)
                // From the earliest version on that may lie there, all do.
                let first = versions.lastIndex { version in
                    guard let step = writer[version] else { return false }
                    return reads[leaf].allSatisfy({
                        $0 < step || ($0 == step && steps[step].mayWrite(version, over: leaf))
                    })
                        // Nothing may fail once a parameter has been written over.
                        && !steps[step...].contains(where: { $0.mayFail })
                }
                guard let first else { continue }
                outputs[donation.output] = .donated(leaf: donation.leaf)
                for version in versions[...first] { places[version] = .leaf(donation.leaf) }
            }
            for (number, storage) in outputStorages.enumerated() where places[storage] == .output(number) {
                let versions = MemoryPlan.versions(of: storage, places, steps, storages, reads, writer)
                for version in versions { places[version] = .output(number) }
            }
        }
        self.outputs = outputs
        let free = places
        let joins =
            passes.contains(.join) ? Joins(lowering, isFree: { free[$0] == .arena(-1) }) : Joins.none
        layOut(steps, storages, reads, joins, sharesMemory)
    }

    /// What `storage` was before updates changed some of its elements, latest first, as far as nobody needs the old
    /// beside the new.
    private static func versions(
        of storage: Int, _ places: [Place], _ steps: [Step], _ storages: [Lowering.Storage], _ reads: [[Int]],
        _ writer: [Int?]
    ) -> [Int] {
        var versions = [storage]
        while let last = versions.last, let step = writer[last], let old = steps[step].updates,
            places[old] == .arena(-1),
            reads[old].last == step, storages[old].bytes == storages[last].bytes,
            storages[old].dtype == storages[last].dtype
        {
            versions.append(old)
        }
        return versions
    }

    private static func readers(_ steps: [Step], _ count: Int) -> [[Int]] {
        var readers = [[Int]](repeating: [], count: count)
        for (number, step) in steps.enumerated() {
            for storage in step.reads { readers[storage].append(number) }
        }
        return readers
    }

    private static func writers(_ steps: [Step], _ count: Int) -> [Int?] {
        var writers = [Int?](repeating: nil, count: count)
        for (number, step) in steps.enumerated() {
            for storage in step.writes where writers[storage] == nil { writers[storage] = number }
        }
        return writers
    }

    /// Gives arena storages their offsets: in the order of the steps, each takes its place in what it is a piece of,
    /// the memory of an input that it may overwrite, or the first gap that is wide enough.
    private mutating func layOut(
        _ steps: [Step], _ storages: [Lowering.Storage], _ reads: [[Int]], _ joins: Joins, _ sharesMemory: Bool
    ) {
        var gaps = Gaps()
        for (number, step) in steps.enumerated() {
            var taken: Set<Int> = []
            for storage in step.writes where places[storage] == .arena(-1) {
                let (whole, byteOffset) = joins.whole(of: storage)
                if whole != storage {
                    if places[whole] == .arena(-1) { places[whole] = .arena(gaps.take(rounded(storages[whole].bytes))) }
                    if case .arena(let offset) = places[whole] { places[storage] = .arena(offset + byteOffset) }
                    continue
                }
                let bytes = storages[storage].bytes
                let heir = step.inPlace.first {
                    sharesMemory && step.mayWrite(storage, over: $0) && !taken.contains($0) && !joins.isPiece($0)
                        && (joins.end($0) ?? reads[$0].last) == number && storages[$0].bytes == bytes
                        && storages[$0].dtype == storages[storage].dtype && isArena($0)
                }
                if let heir {
                    taken.insert(heir)
                    places[storage] = places[heir]
                } else {
                    places[storage] = .arena(gaps.take(rounded(bytes)))
                }
            }
            for storage in Set((step.reads + step.writes).map { joins.whole(of: $0).storage })
            where !taken.contains(storage) {
                guard case .arena(let offset) = places[storage], offset >= 0,
                    (joins.end(storage) ?? reads[storage].last ?? number) <= number, sharesMemory
                else { continue }
                gaps.giveBack(offset, rounded(storages[storage].bytes))
            }
        }
        arenaBytes = gaps.end
    }

    private func isArena(_ storage: Int) -> Bool {
        if case .arena(let offset) = places[storage] { return offset >= 0 }
        return false
    }

    private func rounded(_ bytes: Int) -> Int { (max(bytes, 1) + 63) & ~63 }
}

/// Free stretches of the arena, by offset.
private struct Gaps {
    private var free: [(offset: Int, bytes: Int)] = []
    private(set) var end = 0

    mutating func take(_ bytes: Int) -> Int {
        // The tightest gap keeps wide ones for wide values.
        var best: Int?
        for (place, gap) in free.enumerated()
        where gap.bytes >= bytes && (best.map { free[$0].bytes > gap.bytes } ?? true) { best = place }
        if let best {
            let offset = free[best].offset
            free[best].offset += bytes
            free[best].bytes -= bytes
            if free[best].bytes == 0 { free.remove(at: best) }
            return offset
        }
        if let last = free.last, last.offset + last.bytes == end {
            free.removeLast()
            end = last.offset + bytes
            return last.offset
        }
        end += bytes
        return end - bytes
    }

    mutating func giveBack(_ offset: Int, _ bytes: Int) {
        var place = free.firstIndex { $0.offset > offset } ?? free.count
        free.insert((offset, bytes), at: place)
        if place + 1 < free.count, free[place].offset + free[place].bytes == free[place + 1].offset {
            free[place].bytes += free[place + 1].bytes
            free.remove(at: place + 1)
        }
        if place > 0, free[place - 1].offset + free[place - 1].bytes == free[place].offset {
            place -= 1
            free[place].bytes += free[place + 1].bytes
            free.remove(at: place + 1)
        }
    }
}
