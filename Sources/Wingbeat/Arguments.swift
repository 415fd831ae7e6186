import CWingbeat
import Engine
import Networks
import Storage

/// From what crosses the ABI to what the rooms take, with a sentence for what does not fit.

func tensor(_ handle: OpaquePointer?, _ operation: String) throws(Failure) -> Tensor {
    try Handles.object(handle, .tensor, operation)
}

func module(_ handle: OpaquePointer?, _ operation: String) throws(Failure) -> Module {
    try Handles.object(handle, .module, operation)
}

func optionalTensor(_ handle: OpaquePointer?, _ operation: String) throws(Failure) -> Tensor? {
    guard let handle else { return nil }
    return try tensor(handle, operation)
}

func tensors(_ handles: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ operation: String) throws(Failure) -> [Tensor]
{
    try checkCount(count, isNull: handles == nil, operation)
    var result: [Tensor] = []
    result.reserveCapacity(Int(count))
    for place in 0..<Int(count) { result.append(try tensor(handles?[place], operation)) }
    return result
}

func checkCount(_ count: Int32, isNull: Bool, _ operation: String) throws(Failure) {
    guard count >= 0, count == 0 || !isNull else {
        throw .argument(
            operation: operation,
            count < 0 ? "a count is negative: \(count)" : "\(count) elements are announced, but the array is null")
    }
}

/// An out-parameter that must be there.
func out<Value>(
    _ pointer: UnsafeMutablePointer<Value>?, _ operation: String
) throws(Failure) -> UnsafeMutablePointer<Value> {
    guard let pointer else { throw .argument(operation: operation, "an out-parameter is null") }
    return pointer
}

/// One result at least must be asked for.
func checkOuts(_ targets: [UnsafeMutablePointer<OpaquePointer?>?], _ operation: String) throws(Failure) {
    guard targets.contains(where: { $0 != nil }) else {
        throw .argument(operation: operation, "all out-parameters are null")
    }
}

/// Writes handles of the results that are asked for: all of them or, where no handle can be had, none.
func publish(_ results: [(Tensor, UnsafeMutablePointer<OpaquePointer?>?)]) throws(Failure) {
    let wanted = results.filter { $0.1 != nil }
    for (handle, (_, target)) in zip(try handles(of: wanted.map { $0.0 }), wanted) { target?.pointee = handle }
}

func shape(_ rank: Int32, _ extents: UnsafePointer<Int64>?, _ operation: String) throws(Failure) -> Shape {
    try checkCount(rank, isNull: extents == nil, operation)
    guard rank <= mostAxes else {
        throw .shape(operation: operation, "at most \(mostAxes) axes are possible, but rank is \(rank)")
    }
    return (0..<Int(rank)).map { Int(extents?[$0] ?? 0) }
}

func axes(_ list: UnsafePointer<Int32>?, _ count: Int32, _ operation: String) throws(Failure) -> [Int]? {
    try checkCount(count, isNull: list == nil, operation)
    guard let list else { return nil }
    return (0..<Int(count)).map { Int(list[$0]) }
}

func numbers(_ list: UnsafePointer<Int64>?, _ count: Int32, _ operation: String) throws(Failure) -> [Int] {
    try checkCount(count, isNull: list == nil, operation)
    return (0..<Int(count)).map { Int(list?[$0] ?? 0) }
}

func text(_ pointer: UnsafePointer<CChar>?, _ what: String, _ operation: String) throws(Failure) -> String {
    guard let pointer else { throw .argument(operation: operation, "\(what) is null") }
    return String(cString: pointer)
}

/// Its bytes as they are: a path need not be a text.
func filePath(_ pointer: UnsafePointer<CChar>?, _ operation: String) throws(Failure) -> FilePath {
    guard let pointer else { throw .argument(operation: operation, "the path is null") }
    return FilePath(pointer)
}

func dtype(_ value: wb_dtype, _ operation: String) throws(Failure) -> DType {
    try decode(value.rawValue, "dtype", operation)
}

/// The case with that number.
func decode<Kind: RawRepresentable>(
    _ raw: UInt32, _ what: String, _ operation: String, as: Kind.Type = Kind.self
) throws(Failure) -> Kind where Kind.RawValue == Int32 {
    guard let kind = Kind(rawValue: Int32(bitPattern: raw)) else {
        throw .argument(operation: operation, "there is no \(what) number \(Int32(bitPattern: raw))")
    }
    return kind
}

/// Writes a new handle of `object` to an out-parameter.
func publish(_ object: AnyObject, _ kind: HandleKind, _ target: UnsafeMutablePointer<OpaquePointer?>) throws(Failure) {
    target.pointee = try Handles.make(object, kind)
}

/// Checks an array of handles to write.
func outs(
    _ pointer: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int, _ operation: String
) throws(Failure) -> UnsafeMutablePointer<OpaquePointer?>? {
    guard count == 0 || pointer != nil else {
        throw .argument(operation: operation, "the array for the results is null")
    }
    return pointer
}

/// Handles of tensors, NULL for one that is not there: all of them or, where no handle can be had, none.
private func handles(of results: [Tensor?]) throws(Failure) -> [OpaquePointer?] {
    var made: [OpaquePointer?] = []
    made.reserveCapacity(results.count)
    do throws(Failure) {
        for result in results {
            made.append(try result.map { (tensor) throws(Failure) in try Handles.make(tensor, .tensor) } ?? nil)
        }
    } catch {
        for handle in made { try Handles.release(handle, .tensor, "handle") }
        throw error
    }
    return made
}

/// Writes new handles of results.
func publish(_ results: [Tensor?], _ target: UnsafeMutablePointer<OpaquePointer?>?) throws(Failure) {
    for (place, handle) in try handles(of: results).enumerated() { target?[place] = handle }
}

/// Tensors of which some may be missing: null.
func optionalTensors(
    _ handles: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ operation: String
) throws(Failure) -> [Tensor?] {
    try checkCount(count, isNull: handles == nil, operation)
    var result: [Tensor?] = []
    result.reserveCapacity(Int(count))
    for place in 0..<Int(count) { result.append(try optionalTensor(handles?[place], operation)) }
    return result
}

func modules(_ handles: UnsafePointer<OpaquePointer?>?, _ count: Int32, _ operation: String) throws(Failure) -> [Module]
{
    try checkCount(count, isNull: handles == nil, operation)
    var result: [Module] = []
    for place in 0..<Int(count) { result.append(try module(handles?[place], operation)) }
    return result
}

/// Writes handles of results to an array with room for `capacity`, and how many there are: all or none.
func publish(
    _ results: [Tensor?], _ target: UnsafeMutablePointer<OpaquePointer?>?, _ capacity: Int32,
    _ count: UnsafeMutablePointer<Int32>?,
    _ operation: String
) throws(Failure) {
    try checkCount(capacity, isNull: target == nil, operation)
    guard results.count <= Int(capacity) else {
        throw .argument(operation: operation, "there are \(results.count) results, but there is room for \(capacity)")
    }
    if results.count == 1, let result = results[0], let target {
        target.pointee = try Handles.make(result, .tensor)
        count?.pointee = 1
        return
    }
    for (place, handle) in try handles(of: results).enumerated() { target?[place] = handle }
    count?.pointee = Int32(results.count)
}
