import CWingbeat
import Engine
import Networks

/// What a handle can name. The raw value is part of the handle.
enum HandleKind: UInt64 {
    case tensor = 1
    case module, optimizer, dataset, batches, program, trainer, recording, schedule, checkpoints, writer, value

    var name: String { "\(self)" }
}

/// Handles are names, not addresses: a mark, a kind, a generation and a place in this table, packed into what looks
/// like a pointer but can never be one. So a null, freed, foreign or wrongly typed handle is recognised without reading
/// memory through it.
enum Handles {
    private struct Entry {
        var object: AnyObject?
        var kind = HandleKind.tensor
        var generation: UInt64 = 1
    }

    // 16 bits mark (no canonical address has them), 4 bits kind, 20 bits generation, 24 bits place. A place that has
    // used up its generations is not used again, so a handle that was freed stays freed for ever.
    private static let mark: UInt64 = 0x5742 << 48
    private static let generationMask: UInt64 = 0xF_FFFF
    private static let placeMask: UInt64 = 0xFF_FFFF

    nonisolated(unsafe) private static var entries: [Entry] = []
    nonisolated(unsafe) private static var free: [Int] = []

    /// A new handle for `object`, noted in the innermost scope of this thread.
    static func make(_ object: AnyObject, _ kind: HandleKind) throws(Failure) -> OpaquePointer? {
        let place: Int
        if let reused = free.popLast() {
            place = reused
        } else {
            guard entries.count <= Int(placeMask) else {
                throw .memory(operation: "handle", bytes: MemoryLayout<Entry>.stride)
            }
            place = entries.count
            entries.append(Entry())
        }
        entries[place].object = object
        entries[place].kind = kind
        let handle = mark | kind.rawValue << 44 | entries[place].generation << 24 | UInt64(place)
        CallState.current.note(handle)
        return OpaquePointer(bitPattern: UInt(handle))
    }

    /// The place that a handle names, or the sentence about what is wrong with it.
    private static func place(_ handle: OpaquePointer?, _ kind: HandleKind, _ operation: String) throws(Failure) -> Int
    {
        guard let handle else {
            throw .handle(operation: operation, "a \(kind.name) is expected, but the handle is null")
        }
        let bits = UInt64(UInt(bitPattern: handle))
        guard bits & 0xFFFF << 48 == mark else {
            throw .handle(
                operation: operation, "a \(kind.name) is expected, but the handle was not made by this library")
        }
        let place = Int(bits & placeMask)
        guard let found = HandleKind(rawValue: bits >> 44 & 0xF), place < entries.count,
            entries[place].kind == found || isOld(bits)
        else {
            throw .handle(
                operation: operation, "a \(kind.name) is expected, but the handle was not made by this library")
        }
        guard found == kind else {
            throw .handle(operation: operation, "a \(kind.name) is expected, but this is the handle of a \(found.name)")
        }
        guard entries[place].generation == bits >> 24 & generationMask, entries[place].object != nil else {
            throw .handle(operation: operation, "this \(kind.name) has been freed")
        }
        return place
    }

    /// Whether the place has been used again since, perhaps for another kind.
    private static func isOld(_ bits: UInt64) -> Bool {
        entries[Int(bits & placeMask)].generation > bits >> 24 & generationMask
    }

    /// Inlined, so that the compiler knows the type to check for.
    @inline(__always) static func object<Object: AnyObject>(
        _ handle: OpaquePointer?, _ kind: HandleKind, _ operation: String, as: Object.Type = Object.self
    ) throws(Failure) -> Object {
        let place = try place(handle, kind, operation)
        guard let object = entries[place].object as? Object else {
            throw .internal(operation: operation, "a handle of another type than its kind")
        }
        return object
    }

    static func release(_ handle: OpaquePointer?, _ kind: HandleKind, _ operation: String) throws(Failure) {
        guard handle != nil else { return }
        clear(try place(handle, kind, operation))
    }

    static func isAlive(_ bits: UInt64) -> Bool {
        let place = Int(bits & placeMask)
        return place < entries.count && entries[place].generation == bits >> 24 & generationMask
    }

    /// Releases a handle of a scope; one that was freed in the meantime is left alone.
    static func releaseIfAlive(_ bits: UInt64) {
        if isAlive(bits) { clear(Int(bits & placeMask)) }
    }

    private static func clear(_ place: Int) {
        // The object may go only after the table is in order again: its end can call back into the library.
        let object = entries[place].object
        entries[place].object = nil
        entries[place].generation += 1
        if entries[place].generation <= generationMask { free.append(place) }
        _ = object
    }
}
