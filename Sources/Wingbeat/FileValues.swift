import CWingbeat
import Engine
import Storage

/// HDF5 files of anybody's, and the trees of values that they are read as.

/// A value with a handle.
final class HeldValue {
    let value: FileValue
    init(_ value: FileValue) { self.value = value }
}

private func held(_ handle: OpaquePointer?, _ operation: String) throws(Failure) -> FileValue {
    try Handles.object(handle, .value, operation, as: HeldValue.self).value
}

func publish(_ value: FileValue, _ target: UnsafeMutablePointer<OpaquePointer?>) throws(Failure) {
    try publish(HeldValue(value), .value, target)
}

private func reading(_ options: Int32, _ limit: Int64, _ operation: String) throws(Failure) -> FileReading {
    guard options >= 0, options < 8 else { throw .argument(operation: operation, "there are no options \(options)") }
    guard limit >= 0 else { throw .argument(operation: operation, "the limit must not be negative, but is \(limit)") }
    var reading = FileReading()
    reading.isRaw = options & 1 != 0
    reading.turnsAxes = options & 2 != 0
    reading.scales = options & 4 != 0
    reading.limit = limit == 0 ? nil : Int(limit)
    return reading
}

private func optional(_ name: UnsafePointer<CChar>?, _ operation: String) throws(Failure) -> String {
    guard name != nil else { return "" }
    return try text(name, "the name", operation)
}

@implementation @_cdecl("wb_h5_read") public func wb_h5_read(
    _ path: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?, _ options: Int32, _ limit: Int64,
    _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(result, "h5_read")
        try publish(
            readHDF5(
                filePath(path, "h5_read"), optional(name, "h5_read"), reading(options, limit, "h5_read")), target)
    }
}

@implementation @_cdecl("wb_h5_attributes") public func wb_h5_attributes(
    _ path: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(result, "h5_attributes")
        let map = try hdf5Attributes(
            filePath(path, "h5_attributes"), optional(name, "h5_attributes"), FileReading())
        try publish(.map(map), target)
    }
}

@implementation @_cdecl("wb_h5_contents") public func wb_h5_contents(
    _ path: UnsafePointer<CChar>?, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(result, "h5_contents")
        try publish(.map(hdf5Contents(filePath(path, "h5_contents"), FileReading())), target)
    }
}

@implementation @_cdecl("wb_h5_write") public func wb_h5_write(
    _ path: UnsafePointer<CChar>?, _ names: UnsafePointer<UnsafePointer<CChar>?>?,
    _ tensors: UnsafePointer<OpaquePointer?>?, _ count: Int32,
    _ attribute_paths: UnsafePointer<UnsafePointer<CChar>?>?, _ attribute_names: UnsafePointer<UnsafePointer<CChar>?>?,
    _ attribute_values: UnsafePointer<UnsafePointer<CChar>?>?, _ attribute_count: Int32
) -> wb_status {
    call { () throws(Failure) in
        let operation = "h5_write"
        let path = try filePath(path, operation)
        let names = try texts(names, count, "a name", operation)
        guard count == 0 || tensors != nil else { throw .argument(operation: operation, "the tensors are null") }
        var arrays: [(path: String, tensor: Tensor)] = []
        for (place, name) in names.enumerated() { arrays.append((name, try readable(tensors?[place], operation))) }
        let places = try texts(attribute_paths, attribute_count, "a path", operation)
        let keys = try texts(attribute_names, attribute_count, "an attribute's name", operation)
        let values = try texts(attribute_values, attribute_count, "an attribute's value", operation)
        var attributes: [(path: String, name: String, value: Value)] = []
        for place in places.indices {
            attributes.append((places[place], keys[place], try Reader.value(values[place], operation: operation)))
        }
        try writeHDF5(arrays, attributes, to: path)
    }
}

@implementation @_cdecl("wb_value_free") public func wb_value_free(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try Handles.release(handle, .value, "value_free") }
}

@implementation @_cdecl("wb_value_kind_of") public func wb_value_kind_of(
    _ handle: OpaquePointer?, _ kind: UnsafeMutablePointer<wb_value_kind>?
) -> wb_status {
    call { () throws(Failure) in
        let found: wb_value_kind =
            switch try held(handle, "value_kind_of") {
            case .nothing: WB_VALUE_NONE
            case .text: WB_VALUE_TEXT
            case .array: WB_VALUE_ARRAY
            case .texts: WB_VALUE_TEXTS
            case .list: WB_VALUE_LIST
            case .records: WB_VALUE_RECORDS
            case .map: WB_VALUE_MAP
            case .unread: WB_VALUE_UNREAD
            }
        try out(kind, "value_kind_of").pointee = found
    }
}

extension FileValue {
    fileprivate var count: Int {
        switch self {
        case .texts(_, let texts): texts.count
        case .list(_, let values): values.count
        case .records(_, let columns): columns.count
        case .map(let map): map.members.count
        default: 0
        }
    }

    fileprivate var shape: [Int]? {
        switch self {
        case .array(let array): array.shape
        case .texts(let shape, _), .list(let shape, _), .records(let shape, _): shape
        default: nil
        }
    }

    /// The name of an item of those that have names.
    fileprivate func key(_ index: Int) -> String? {
        switch self {
        case .records(_, let columns): columns[index].name
        case .map(let map): map.members[index].name
        default: nil
        }
    }

    fileprivate func item(_ index: Int) -> FileValue {
        switch self {
        case .texts(_, let texts): .text(texts[index])
        case .list(_, let values): values[index]
        case .records(_, let columns): columns[index].column
        case .map(let map): map.members[index].value
        default: .nothing
        }
    }

    fileprivate func place(_ index: Int64, _ operation: String) throws(Failure) -> Int {
        guard index >= 0, index < count else {
            throw .index(operation: operation, "there is no item \(index); there are \(count)")
        }
        return Int(index)
    }
}

@implementation @_cdecl("wb_value_count") public func wb_value_count(
    _ handle: OpaquePointer?, _ count: UnsafeMutablePointer<Int64>?
) -> wb_status {
    call { () throws(Failure) in
        let value = try held(handle, "value_count")
        try out(count, "value_count").pointee = Int64(value.count)
    }
}

@implementation @_cdecl("wb_value_item") public func wb_value_item(
    _ handle: OpaquePointer?, _ index: Int64, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(result, "value_item")
        let value = try held(handle, "value_item")
        try publish(value.item(value.place(index, "value_item")), target)
    }
}

@implementation @_cdecl("wb_value_key") public func wb_value_key(
    _ handle: OpaquePointer?, _ index: Int64, _ result: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(result, "value_key")
        let value = try held(handle, "value_key")
        guard let key = value.key(try value.place(index, "value_key")) else {
            throw .argument(operation: "value_key", "only the items of maps and the columns of records have names")
        }
        target.pointee = lasting(key)
    }
}

@implementation @_cdecl("wb_value_find") public func wb_value_find(
    _ handle: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(result, "value_find")
        let value = try held(handle, "value_find")
        let key = try text(key, "the key", "value_find")
        guard let place = (0..<value.count).first(where: { value.key($0) == key }) else {
            throw .index(operation: "value_find", "there is no item '\(key)'")
        }
        try publish(value.item(place), target)
    }
}

@implementation @_cdecl("wb_value_text") public func wb_value_text(
    _ handle: OpaquePointer?, _ result: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(result, "value_text")
        switch try held(handle, "value_text") {
        case .text(let text), .unread(let text): target.pointee = lasting(text)
        default: throw .argument(operation: "value_text", "the value is no text")
        }
    }
}

@implementation @_cdecl("wb_value_attributes") public func wb_value_attributes(
    _ handle: OpaquePointer?, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(result, "value_attributes")
        guard case .map(let map) = try held(handle, "value_attributes") else {
            throw .argument(operation: "value_attributes", "the value is no map; wb_h5_attributes has those of arrays")
        }
        try publish(.map(FileMap(map.attributes)), target)
    }
}

@implementation @_cdecl("wb_value_shape") public func wb_value_shape(
    _ handle: OpaquePointer?, _ rank: UnsafeMutablePointer<Int32>?, _ capacity: Int32,
    _ extents: UnsafeMutablePointer<Int64>?
) -> wb_status {
    call { () throws(Failure) in
        guard let shape = try held(handle, "value_shape").shape else {
            throw .argument(operation: "value_shape", "the value is no array")
        }
        rank?.pointee = Int32(shape.count)
        for (axis, extent) in shape.prefix(Int(max(capacity, 0))).enumerated() { extents?[axis] = Int64(extent) }
    }
}

private func array(_ handle: OpaquePointer?, _ operation: String) throws(Failure) -> FileArray {
    guard case .array(let array) = try held(handle, operation) else {
        throw .argument(operation: operation, "the value is no array of numbers")
    }
    return array
}

@implementation @_cdecl("wb_value_array") public func wb_value_array(
    _ handle: OpaquePointer?, _ type: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ item_size: UnsafeMutablePointer<Int64>?, _ data: UnsafeMutablePointer<UnsafeRawPointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let array = try array(handle, "value_array")
        type?.pointee = lasting(array.type)
        item_size?.pointee = Int64(array.itemSize)
        data?.pointee = array.bytes.baseAddress
    }
}

@implementation @_cdecl("wb_value_labels") public func wb_value_labels(
    _ handle: OpaquePointer?, _ labels: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        let array = try array(handle, "value_labels")
        let text = array.labels.map { "\($0.name)=\($0.value)" }.joined(separator: "\n")
        try out(labels, "value_labels").pointee = lasting(text)
    }
}

@implementation @_cdecl("wb_value_tensor") public func wb_value_tensor(
    _ handle: OpaquePointer?, _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(constant: result, "value_tensor") { () throws(Failure) in
        try array(handle, "value_tensor").tensor("value_tensor")
    }
}
