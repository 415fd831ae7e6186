import CWingbeat
import Engine
import Networks

/// Forward passes of the host's, written down, and graphs made of them.

/// Bytes that the text of a place has room for.
private let longestPlace = 512

@implementation @_cdecl("wb_recording_begin") public func wb_recording_begin(
    _ handle: OpaquePointer?, _ inputs: UnsafePointer<OpaquePointer?>?, _ names: UnsafePointer<UnsafePointer<CChar>?>?,
    _ input_count: Int32,
    _ place: wb_place_callback?, _ context: UnsafeMutableRawPointer?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "recording_begin"
        let state = ThreadState.current
        guard state.recorder == nil else {
            throw .state(operation: operation, "a recording is open on this thread already")
        }
        guard !Capture.isOpen else {
            throw .state(operation: operation, "a capture block is open on this thread, where nothing has a value")
        }
        let inputs = try named(names, inputs, input_count, operation)
        state.recorder = try Recording(
            module(handle, operation), inputs, place: asked(place, context, operation, otherwise: "the forward pass"))
    }
}

/// A function that asks the host where its code is; `otherwise` is the answer of one that does not say.
func asked(
    _ place: wb_place_callback?, _ context: UnsafeMutableRawPointer?, _ operation: String, otherwise: String
) -> () -> String {
    return {
        guard let place else { return otherwise }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: longestPlace) { text in
            text.initialize(repeating: 0)
            _ = try? callHost(operation, confirms: false) {
                place(context, text.baseAddress, longestPlace)
                return 0
            }
            text[longestPlace - 1] = 0
            return text.baseAddress.map { String(cString: $0) } ?? ""
        }
    }
}

@implementation @_cdecl("wb_set_anomaly_mode") public func wb_set_anomaly_mode(
    _ enabled: Int32, _ place: wb_place_callback?, _ context: UnsafeMutableRawPointer?
) -> wb_status {
    call { () throws(Failure) in
        if enabled == 0 {
            Anomalies.stop()
        } else {
            Anomalies.watch(asked(place, context, "set_anomaly_mode", otherwise: ""))
        }
    }
}

/// The recording that is open on this thread.
private func open(_ operation: String) throws(Failure) -> Recording {
    guard let recording = ThreadState.currentRecorder as? Recording else {
        throw .state(operation: operation, "no recording is open on this thread")
    }
    return recording
}

@implementation @_cdecl("wb_recording_end") public func wb_recording_end(
    _ outputs: UnsafePointer<OpaquePointer?>?, _ output_count: Int32, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(result, "recording_end")
        let recording = try open("recording_end")
        try recording.finish(tensors(outputs, output_count, "recording_end"))
        try publish(recording, .recording, target)
        ThreadState.current.recorder = nil
    }
}

@implementation @_cdecl("wb_recording_cancel") public func wb_recording_cancel() -> wb_status {
    call { () throws(Failure) in
        _ = try open("recording_cancel")
        ThreadState.current.recorder = nil
    }
}

@implementation @_cdecl("wb_recording_free") public func wb_recording_free(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try Handles.release(handle, .recording, "recording_free") }
}

@implementation @_cdecl("wb_graph_create") public func wb_graph_create(
    _ handle: OpaquePointer?, _ evaluation: UnsafePointer<OpaquePointer?>?, _ evaluation_count: Int32,
    _ training: UnsafePointer<OpaquePointer?>?, _ training_count: Int32, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "graph_create"
        let target = try out(result, operation)
        func recordings(_ list: UnsafePointer<OpaquePointer?>?, _ count: Int32) throws(Failure) -> [Recording] {
            try checkCount(count, isNull: list == nil, operation)
            var found: [Recording] = []
            for place in 0..<Int(count) { found.append(try Handles.object(list?[place], .recording, operation)) }
            return found
        }
        let graph = try Graph.exported(
            module(handle, operation), evaluation: recordings(evaluation, evaluation_count),
            training: recordings(training, training_count))
        try publish(graph, .module, target)
    }
}
