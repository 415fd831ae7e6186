import CWingbeat
import Engine

/// The pointer that a host's callbacks get, and what lets go of it.
final class HostContext {
    let pointer: UnsafeMutableRawPointer?
    /// Whether the host's callbacks say themselves when they have come to their end.
    private let confirms: Bool
    var release: wb_release_callback?

    init(_ pointer: UnsafeMutableRawPointer?, confirms: Bool = false) {
        (self.pointer, self.confirms) = (pointer, confirms)
    }

    deinit {
        guard let release else { return }
        EngineLock.afterwards { [pointer] in release(pointer) }
    }

    typealias Found = UnsafeMutablePointer<OpaquePointer?>

    /// Lends tensors to the host, without the lock, and takes over the tensors that it returns.
    func ask(
        _ operation: String, given: [Tensor?], count: Int,
        _ callback: (UnsafePointer<OpaquePointer?>, Found) -> wb_status
    ) throws(Failure) -> [Tensor?] {
        let lent = UnsafeMutablePointer<OpaquePointer?>.allocate(capacity: given.count + 1)
        lent.initialize(repeating: nil, count: given.count + 1)
        let found = Found.allocate(capacity: count + 1)
        found.initialize(repeating: nil, count: count + 1)
        defer {
            for place in 0..<given.count { free(lent[place]) }
            for place in 0..<count { free(found[place]) }
            lent.deallocate()
            found.deallocate()
        }
        for (place, tensor) in given.enumerated() {
            if let tensor { lent[place] = try Handles.make(tensor, .tensor) }
        }
        try askHost(operation, confirms: confirms) { callback(lent, found) }
        var results: [Tensor?] = []
        for place in 0..<count { results.append(try optionalTensor(found[place], operation)) }
        return results
    }

    private func free(_ handle: OpaquePointer?) {
        guard let handle else { return }
        // A host that freed it already has done no harm.
        try? Handles.release(handle, .tensor, "custom")
    }
}

extension Failure {
    /// The failure that a host's callback reports: with the sentence of a library call of its that failed, if there is
    /// one.
    init(_ status: wb_status, _ operation: String) {
        let reason = CallState.current.lastError.pointer.map { String(cString: $0) } ?? ""
        let sentence = reason.isEmpty ? "the callback failed" : "in the callback, \(reason)"
        switch status {
        case WB_ERROR_ARGUMENT: self = .argument(operation: operation, sentence)
        case WB_ERROR_SHAPE: self = .shape(operation: operation, sentence)
        case WB_ERROR_DTYPE: self = .dtype(operation: operation, sentence)
        case WB_ERROR_INDEX: self = .index(operation: operation, sentence)
        case WB_ERROR_HANDLE: self = .handle(operation: operation, sentence)
        case WB_ERROR_MEMORY: self = .memory(operation: operation, bytes: 0)
        case WB_ERROR_FILE: self = .file(path: operation, sentence)
        case WB_ERROR_FORMAT: self = .format(path: operation, sentence)
        case WB_ERROR_STRUCTURE: self = .structure(operation: operation, sentence)
        case WB_ERROR_STATE: self = .state(operation: operation, sentence)
        case WB_ERROR_NOT_FINITE: self = .notFinite(operation: operation, sentence)
        case WB_ERROR_UNSUPPORTED: self = .unsupported(operation: operation, sentence)
        case WB_ERROR_INTERNAL: self = .internal(operation: operation, sentence)
        default:
            self = .argument(
                operation: operation, "the callback returned \(Int32(bitPattern: status.rawValue)), which is no status")
        }
    }
}
