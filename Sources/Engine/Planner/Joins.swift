import Steps

/// Values that lie from the start where a concatenation puts them: pieces of one stretch of memory, as the steps of a
/// sequence are of all its steps. So nothing is copied.
struct Joins {
    /// By the storage of a piece, the storage of the whole that it lies in, which is no piece itself, and where.
    private let places: [Int: (storage: Int, byteOffset: Int)]
    /// Of each result that has pieces, and is no piece itself, the last step that reads it or a piece.
    private let ends: [Int: Int]

    static let none = Joins()
    private init() { (places, ends) = ([:], [:]) }

    /// `isFree` says which storages the memory plan may lay anywhere.
    init(_ lowering: Lowering, isFree: (Int) -> Bool) {
        let steps = lowering.steps
        let updates = Set(steps.compactMap(\.updates)).union(steps.filter { $0.updates != nil }.flatMap(\.writes))
        var pieces: [(storage: Int, result: Int, byteOffset: Int)] = []
        var (found, written): (Set<Int>, Set<Int>) = ([], [])
        for step in steps {
            if case .concatenate(let join) = step.kind {
                let result = lowering.storageOf[join.result]
                let counts = step.reads.reduce(into: [:]) { $0[$1, default: 0] += 1 }
                for part in join.parts where isFree(result) {
                    let storage = lowering.storageOf[part.source]
                    let (byteOffset, bytes) = (part.byteOffset, lowering.storages[storage].bytes)
                    // All of a storage, in one piece, at a cache line, which nothing else may move.
                    guard lowering.slot(ofStorage: storage) == part.source, bytes == part.bytes, part.isDense,
                        byteOffset % 64 == 0, isFree(storage), written.contains(storage), counts[storage] == 1,
                        !updates.contains(storage), found.insert(storage).inserted
                    else { continue }
                    pieces.append((storage, result, byteOffset))
                }
            }
            written.formUnion(step.writes)
        }
        // What is joined is joined again later, so the outer ones are known first.
        var places: [Int: (storage: Int, byteOffset: Int)] = [:]
        var ends: [Int: Int] = [:]
        for piece in pieces.reversed() {
            let outer = places[piece.result] ?? (piece.result, 0)
            places[piece.storage] = (outer.storage, outer.byteOffset + piece.byteOffset)
            ends[outer.storage] = 0
        }
        for (number, step) in steps.enumerated() {
            for storage in step.reads + step.writes {
                let whole = places[storage]?.storage ?? storage
                if ends[whole] != nil { ends[whole] = number }
            }
        }
        (self.places, self.ends) = (places, ends)
    }

    func isPiece(_ storage: Int) -> Bool { places[storage] != nil }

    /// The storage that a piece lies in, and where; of any other storage itself.
    func whole(of storage: Int) -> (storage: Int, byteOffset: Int) { places[storage] ?? (storage, 0) }

    /// The last step that reads or writes what lies in a whole; nil of a storage that is none.
    func end(_ whole: Int) -> Int? { ends[whole] }
}

extension ConcatenateStep.Part {
    fileprivate var bytes: Int { layout.shape.reduce(layout.elementBytes, *) }

    /// Whether its elements lie side by side in the result.
    fileprivate var isDense: Bool {
        var stride = 1
        for (extent, own) in zip(layout.shape, layout.strides).reversed() where extent != 1 {
            guard own == stride else { return false }
            stride *= extent
        }
        return true
    }
}
