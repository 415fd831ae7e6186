import Engine
import Glibc

/// What a file holds at a place, as its reader would have it: in terms of no format.
public indirect enum FileValue {
    /// A place without a value.
    case nothing
    case text(String)
    case array(FileArray)
    /// An array of texts.
    case texts(shape: [Int], [String])
    /// An array of values of any kind: cells, lists of varying length, what references lead to.
    case list(shape: [Int], [FileValue])
    /// An array of records, by columns; each has the shape, and the axes of its field behind it.
    case records(shape: [Int], [(name: String, column: FileValue)])
    case map(FileMap)
    /// What is there, but cannot be read; why, as a sentence.
    case unread(String)

    public var text: String? { if case .text(let text) = self { text } else { nil } }
    public var array: FileArray? { if case .array(let array) = self { array } else { nil } }
    public var map: FileMap? { if case .map(let map) = self { map } else { nil } }

    /// Texts of an array, or the one.
    var allTexts: [String]? {
        switch self {
        case .text(let text): [text]
        case .texts(_, let texts): texts
        default: nil
        }
    }
}

/// A group of a file, or what is like one.
public final class FileMap {
    /// In order; names are unique.
    public internal(set) var members: [(name: String, value: FileValue)]
    public internal(set) var attributes: [(name: String, value: FileValue)]

    public init(_ members: [(name: String, value: FileValue)], attributes: [(name: String, value: FileValue)] = []) {
        (self.members, self.attributes) = (members, attributes)
    }

    public subscript(name: String) -> FileValue? { members.first { $0.name == name }?.value }
}

/// An array of numbers in memory, row-major, in this machine's byte order.
public final class FileArray {
    /// "bool", "int8" ... "uint64", "float16", "bfloat16", "float32", "float64", "complex64", "complex128", "opaque",
    /// or "datetime64[UNIT]" and "timedelta64[UNIT]" in 64 bits.
    public let type: String
    public let itemSize: Int
    public let shape: [Int]
    /// Names of an enumeration's values.
    public let labels: [(name: String, value: Int64)]
    let memory: UnsafeMutableRawPointer

    public var count: Int { shape.reduce(1, *) }
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count * itemSize) }

    /// Takes over memory of malloc's.
    init(
        _ type: String, itemSize: Int, shape: [Int], labels: [(name: String, value: Int64)] = [],
        memory: UnsafeMutableRawPointer
    ) {
        (self.type, self.itemSize, self.shape, self.labels, self.memory) = (type, itemSize, shape, labels, memory)
    }

    /// An array of zeros.
    convenience init(
        zeros type: String, itemSize: Int, shape: [Int], labels: [(name: String, value: Int64)] = [], path: FilePath
    ) throws(Failure) {
        let (bytes, overflow) = shape.reduce((itemSize, false)) { sum, extent in
            let (product, overflow) = sum.0.multipliedReportingOverflow(by: extent)
            return (product, overflow || sum.1)
        }
        guard !overflow, bytes >= 0, let memory = calloc(max(bytes, 1), 1) else {
            throw .memory(operation: "\(path)", bytes: overflow ? .max : bytes)
        }
        self.init(type, itemSize: itemSize, shape: shape, labels: labels, memory: memory)
    }

    deinit { free(memory) }

    /// The same bytes under another name.
    func renamed(_ type: String, shape: [Int]? = nil, path: FilePath) throws(Failure) -> FileArray {
        let copy = try FileArray(zeros: type, itemSize: itemSize, shape: shape ?? self.shape, path: path)
        copy.memory.copyMemory(from: memory, byteCount: bytes.count)
        return copy
    }

    /// With its axes in the opposite order.
    func turned(path: FilePath) throws(Failure) -> FileArray {
        let copy = try FileArray(
            zeros: type, itemSize: itemSize, shape: shape.reversed(), labels: labels, path: path)
        for (target, source) in reversedOrder(shape).enumerated() {
            (copy.memory + target * itemSize).copyMemory(from: memory + source * itemSize, byteCount: itemSize)
        }
        return copy
    }

    /// One column of the last axis.
    func column(_ index: Int, path: FilePath) throws(Failure) -> FileArray {
        let width = shape.last ?? 1
        let copy = try FileArray(zeros: type, itemSize: itemSize, shape: shape.dropLast(), labels: labels, path: path)
        for row in 0..<copy.count {
            (copy.memory + row * itemSize).copyMemory(
                from: memory + (row * width + index) * itemSize, byteCount: itemSize)
        }
        return copy
    }

    /// An element as a whole number; nil where the array holds none.
    func integer(_ index: Int) -> Int64? {
        let place = memory + index * itemSize
        switch type {
        case "bool", "uint8": return Int64(place.load(as: UInt8.self))
        case "int8": return Int64(place.load(as: Int8.self))
        case "int16": return Int64(place.load(as: Int16.self))
        case "uint16": return Int64(place.load(as: UInt16.self))
        case "int32": return Int64(place.load(as: Int32.self))
        case "uint32": return Int64(place.load(as: UInt32.self))
        case "int64": return place.load(as: Int64.self)
        case "uint64": return Int64(exactly: place.load(as: UInt64.self))
        default: return nil
        }
    }

    /// An element as a real number; nil where the array holds none.
    func real(_ index: Int) -> Double? {
        let place = memory + index * itemSize
        switch type {
        case "float16": return Double(Float16(bitPattern: place.load(as: UInt16.self)))
        case "bfloat16": return Double(Float(bitPattern: UInt32(place.load(as: UInt16.self)) << 16))
        case "float32": return Double(place.load(as: Float.self))
        case "float64": return place.load(as: Double.self)
        case "uint64": return Double(place.load(as: UInt64.self))
        default: return integer(index).map { Double($0) }
        }
    }
}

/// For each element of an array with the axes of `shape` in the opposite order, its place in that array.
func reversedOrder(_ shape: [Int]) -> [Int] {
    let count = shape.reduce(1, *)
    var order: [Int] = []
    order.reserveCapacity(count)
    var index = [Int](repeating: 0, count: shape.count)
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    var source = 0
    for _ in 0..<count {
        order.append(source)
        // The first axis goes fastest.
        for axis in shape.indices {
            index[axis] += 1
            source += strides[axis]
            if index[axis] < shape[axis] { break }
            source -= strides[axis] * shape[axis]
            index[axis] = 0
        }
    }
    return order
}
