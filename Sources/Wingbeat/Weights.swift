import CWingbeat
import Engine
import Networks
import Storage

/// Weights of files by name: safetensors, and state_dicts and trees of parameters in HDF5.

func texts(
    _ pointer: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int32, _ what: String, _ operation: String
) throws(Failure) -> [String] {
    guard count >= 0, count == 0 || pointer != nil else {
        throw .argument(
            operation: operation, "\(count) texts are announced, but the array is null or the count negative")
    }
    var texts: [String] = []
    for place in 0..<Int(count) { texts.append(try text(pointer?[place], what, operation)) }
    return texts
}

@implementation @_cdecl("wb_weights_read") public func wb_weights_read(
    _ path: UnsafePointer<CChar>?, _ limit: Int64, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(result, "weights_read")
        guard limit >= 0 else { throw .argument(operation: "weights_read", "the limit is negative: \(limit)") }
        try publish(
            .map(readWeights(filePath(path, "weights_read"), limit: limit == 0 ? nil : Int(limit))), target)
    }
}

@implementation @_cdecl("wb_module_load_weights") public func wb_module_load_weights(
    _ handle: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ names: UnsafePointer<UnsafePointer<CChar>?>?,
    _ targets: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int32, _ layout: UnsafePointer<CChar>?, _ strict: Int32
) -> wb_status {
    call { () throws(Failure) in
        let operation = "module_load_weights"
        try refuseInRecording("weights are loaded in the middle of the forward pass")
        let module = try module(handle, operation)
        let renamings = zip(
            try texts(names, count, "a name", operation), try texts(targets, count, "a name", operation)
        ).map { ($0, $1) }
        let word = layout == nil ? "auto" : try text(layout, "the layout", operation)
        guard let layout = NamedWeights.Layout(rawValue: word) else {
            throw .argument(operation: operation, "the layout is torch, flax or auto, not '\(word)'")
        }
        var given: [(name: String, tensor: Tensor)] = []
        let path = try filePath(path, operation)
        for (name, value) in try readWeights(path, limit: nil).members {
            guard let array = value.array else { continue }
            given.append((name, try array.tensor("\(path): '\(name)'")))
        }
        do throws(Failure) {
            _ = try NamedWeights(given, renamings: renamings, layout: layout).load(into: module, isStrict: strict != 0)
        } catch {
            throw error.renamed { $0 == "load_weights" ? "\(path)" : $0 }
        }
    }
}

@implementation @_cdecl("wb_safetensors_save") public func wb_safetensors_save(
    _ path: UnsafePointer<CChar>?, _ names: UnsafePointer<UnsafePointer<CChar>?>?,
    _ tensors: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ notes: UnsafePointer<UnsafePointer<CChar>?>?,
    _ note_count: Int32
) -> wb_status {
    call { () throws(Failure) in
        let operation = "safetensors_save"
        let path = try filePath(path, operation)
        let names = try texts(names, count, "a name", operation)
        guard count == 0 || tensors != nil else { throw .argument(operation: operation, "the tensors are null") }
        var arrays: [(name: String, tensor: Tensor)] = []
        for (place, name) in names.enumerated() { arrays.append((name, try readable(tensors?[place], operation))) }
        guard note_count >= 0, note_count <= Int32.max / 2 else {
            throw .argument(operation: operation, "there cannot be \(note_count) notes")
        }
        let words = try texts(notes, 2 * note_count, "a note", operation)
        let notes = (0..<Int(note_count)).map { (name: words[2 * $0], text: words[2 * $0 + 1]) }
        try writeSafeTensors(arrays, notes: notes, to: path)
    }
}
