import Steps

/// Values that lie from the start where a concatenation puts them: pieces of one stretch of memory, as the steps of a
/// sequence are of all its steps. So nothing is copied.
struct Joins {
    /// A piece's place in the result of the concatenation.
    private struct Place {
        let result: Int
        let byteOffset: Int
    }

    /// By the storage of the piece.
    private let places: [Int: Place]
    /// Of each result that has pieces, and is no piece itself, the last step that reads it or a piece.
    private let ends: [Int: Int]

    static let none = Joins()
    private init() { (places, ends) = ([:], [:]) }

    /// `isFree` says which storages the memory plan may lay anywhere.
    init(_ lowering: Lowering, isFree: (Int) -> Bool) {
        let steps = lowering.steps
        let updates = Set(steps.compactMap(\.updates)).union(steps.filter { $0.updates != nil }.flatMap(\.writes))
        var places: [Int: Place] = [:]
        var written: Set<Int> = []
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
                        places[storage] == nil, !updates.contains(storage)
                    else { continue }
                    places[storage] = Place(result: result, byteOffset: byteOffset)
                }
            }
            written.formUnion(step.writes)
        }
        self.places = places
        var ends: [Int: Int] = [:]
        for result in Set(places.values.map(\.result)) where places[result] == nil { ends[result] = 0 }
        for (number, step) in steps.enumerated() {
            for storage in step.reads + step.writes {
                let whole = Joins.whole(of: storage, places).storage
                if ends[whole] != nil { ends[whole] = number }
            }
        }
        self.ends = ends
    }

    func isPiece(_ storage: Int) -> Bool { places[storage] != nil }

    /// The storage that a piece lies in, and where.
    func whole(of storage: Int) -> (storage: Int, byteOffset: Int) { Joins.whole(of: storage, places) }

    private static func whole(of storage: Int, _ places: [Int: Place]) -> (storage: Int, byteOffset: Int) {
        var found = (storage: storage, byteOffset: 0)
        while let place = places[found.storage] {
            found = (place.result, found.byteOffset + place.byteOffset)
        }
        return found
    }

    /// The last step that reads or writes what lies in a whole; nil of a storage that is none.
    func end(_ whole: Int) -> Int? { ends[whole] }
}

extension ConcatenateStep.Part {
    var byteOffset: Int { layout.offset * layout.elementBytes }
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
