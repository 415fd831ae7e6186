import Engine
import Glibc

/// Where elements are in memory: at regular distances, and around those at others.
struct Places {
    let base: UnsafeRawPointer?
    /// The outer ones first.
    let runs: [(count: Int, stride: Int)]

    init(_ base: UnsafeRawPointer?, count: Int, stride: Int) { self.init(base, [(count, stride)]) }

    init(_ base: UnsafeRawPointer?, _ runs: [(count: Int, stride: Int)]) { (self.base, self.runs) = (base, runs) }

    var count: Int { runs.reduce(1) { $0 * $1.count } }

    func moved(by offset: Int) -> Places { Places(base.map { $0 + offset }, runs) }

    func split(_ count: Int, stride: Int) -> Places { Places(base, runs + [(count, stride)]) }

    @inline(__always) func forEach<E: Error>(_ body: (Int, UnsafeRawPointer) throws(E) -> Void) throws(E) {
        guard let base, let last = runs.last, count > 0 else { return }
        let outer = runs.dropLast()
        var index = [Int](repeating: 0, count: outer.count)
        var number = 0
        while true {
            var start = base
            for (place, run) in zip(index, outer) { start += place * run.stride }
            for place in 0..<last.count {
                try body(number, start + place * last.stride)
                number += 1
            }
            var axis = outer.count - 1
            while axis >= 0 {
                index[axis] += 1
                if index[axis] < outer[axis].count { break }
                index[axis] = 0
                axis -= 1
            }
            if axis < 0 { return }
        }
    }
}

/// Elements of a file into values.
struct Conversion {
    let reader: ValueReader
    let file: StoredFile
    let depth: Int
    /// Whether references are followed, or told as paths.
    let follows: Bool
    /// Lists around this.
    var nesting = 0

    func value(_ type: ItemType, _ places: Places, _ shape: [Int]) throws(Failure) -> FileValue {
        switch type {
        case .number(let number): return .array(try numbers(number, places, shape, labels: []))
        case .labels(let number, let labels): return .array(try numbers(number, places, shape, labels: labels))
        case .bits(1, _) where try reader.isPyTables(file): return try value(.flag, places, shape)
        case .time(let size, let isBigEndian):
            let number = ItemType.Number(
                size: size, isSigned: true, isBigEndian: isBigEndian, offset: 0, precision: 8 * size)
            let array = try numbers(number, places, shape, labels: [])
            return .array(size == 4 || reader.reading.isRaw ? array : try seconds(array))
        case .bits(let size, let isBigEndian):
            let number = ItemType.Number(
                size: size, isSigned: false, isBigEndian: isBigEndian, offset: 0, precision: 8 * size)
            return .array(try numbers(number, places, shape, labels: []))
        case .flag:
            let array = try made("bool", 1, shape)
            places.forEach { index, place in
                array.memory.storeBytes(
                    of: place.load(as: UInt8.self) == 0 ? 0 : 1, toByteOffset: index, as: UInt8.self)
            }
            return .array(array)
        case .real(let real): return .array(try reals(real, places, shape))
        case .complex(let real):
            let array = try made(real.size == 4 ? "complex64" : "complex128", 2 * real.size, shape)
            copy(places.split(2, stride: real.size), real.size, isSwapped: real.isBigEndian, to: array.memory)
            return .array(array)
        case .opaque(let size):
            let array = try made(size == 2 ? "bfloat16" : "opaque", size, shape)
            copy(places, size, isSwapped: false, to: array.memory)
            return .array(array)
        case .text(let size, let padding):
            return try texts(places, shape) { (place) throws(Failure) in
                let bytes = UnsafeRawBufferPointer(start: place, count: size)
                return ElementType.trimmed(Array(bytes), padding)
            }
        case .longText:
            return try texts(places, shape) { (place) throws(Failure) in
                var element = cursor(place)
                return try file.longText(&element)
            }
        case .list(let item): return try lists(item, places, shape)
        case .reference(let kind, let size): return try references(kind, size, places, shape)
        case .record(_, let fields):
            var columns: [(name: String, column: FileValue)] = []
            for field in fields {
                columns.append((field.name, try value(field.type, places.moved(by: field.offset), shape)))
            }
            return .records(shape: shape, columns)
        case .array(let inner, let item):
            let count = inner.reduce(1, *)
            return try value(item, places.split(count, stride: item.size(in: file)), shape + inner)
        case .other(let what, _):
            throw .unsupported(operation: "\(file.path)", "'\(file.place.shortened)' holds \(what), which are not read")
        }
    }

    private func made(
        _ type: String, _ size: Int, _ shape: [Int], labels: [(name: String, value: Int64)] = []
    ) throws(Failure) -> FileArray {
        try reader.take(reader.product([size] + shape, in: file), in: file)
        return try FileArray(zeros: type, itemSize: size, shape: shape, labels: labels, path: file.path)
    }

    private func copy(_ places: Places, _ size: Int, isSwapped: Bool, to memory: UnsafeMutableRawPointer) {
        switch (size, isSwapped) {
        case (1, _): copy(places, to: memory, UInt8.self) { $0 }
        case (2, false): copy(places, to: memory, UInt16.self) { $0 }
        case (4, false): copy(places, to: memory, UInt32.self) { $0 }
        case (8, false): copy(places, to: memory, UInt64.self) { $0 }
        case (2, true): copy(places, to: memory, UInt16.self) { $0.byteSwapped }
        case (4, true): copy(places, to: memory, UInt32.self) { $0.byteSwapped }
        case (8, true): copy(places, to: memory, UInt64.self) { $0.byteSwapped }
        default:
            places.forEach { index, place in (memory + index * size).copyMemory(from: place, byteCount: size) }
        }
    }

    @inline(__always) private func copy<Word: FixedWidthInteger>(
        _ places: Places, to memory: UnsafeMutableRawPointer, _: Word.Type, _ change: (Word) -> Word
    ) {
        let size = MemoryLayout<Word>.size
        places.forEach { index, place in
            memory.storeBytes(of: change(place.loadUnaligned(as: Word.self)), toByteOffset: index * size, as: Word.self)
        }
    }

    private func numbers(
        _ number: ItemType.Number, _ places: Places, _ shape: [Int], labels: [(name: String, value: Int64)]
    ) throws(Failure) -> FileArray {
        let size = number.size <= 2 ? number.size : number.size <= 4 ? 4 : 8
        let name = "\(number.isSigned ? "" : "u")int\(8 * size)"
        let array = try made(name, size, shape, labels: labels)
        if number.isPlain {
            copy(places, size, isSwapped: number.isBigEndian, to: array.memory)
            return array
        }
        places.forEach { index, place in
            let value = number.value(place)
            let target = array.memory + index * size
            switch size {
            case 1: target.storeBytes(of: Int8(truncatingIfNeeded: value), as: Int8.self)
            case 2: target.storeBytes(of: Int16(truncatingIfNeeded: value), as: Int16.self)
            case 4: target.storeBytes(of: Int32(truncatingIfNeeded: value), as: Int32.self)
            default: target.storeBytes(of: value, as: Int64.self)
            }
        }
        return array
    }

    private func reals(_ real: ItemType.Real, _ places: Places, _ shape: [Int]) throws(Failure) -> FileArray {
        if let name = real.name {
            let array = try made(name, real.size, shape)
            copy(places, real.size, isSwapped: real.isBigEndian, to: array.memory)
            return array
        }
        let array = try made("float64", 8, shape)
        places.forEach { index, place in
            array.memory.storeBytes(of: real.value(place), toByteOffset: 8 * index, as: Double.self)
        }
        return array
    }

    private func seconds(_ stored: FileArray) throws(Failure) -> FileArray {
        let array = try made("float64", 8, stored.shape)
        for index in 0..<array.count {
            let word = stored.integer(index) ?? 0
            let seconds = Double(word >> 32) + Double(Int32(truncatingIfNeeded: word)) * 1e-6
            array.memory.storeBytes(of: seconds, toByteOffset: 8 * index, as: Double.self)
        }
        return array
    }

    private func cursor(_ place: UnsafeRawPointer) -> Cursor {
        let bytes = UnsafeRawBufferPointer(start: place, count: 8 + file.offsetSize)
        return Cursor(file, Array(bytes), "an element of varying length")
    }

    private func texts(
        _ places: Places, _ shape: [Int], _ bytes: (UnsafeRawPointer) throws(Failure) -> [UInt8]
    ) throws(Failure) -> FileValue {
        try reader.take(reader.product([places.count, ValueReader.itemBytes], in: file), in: file)
        var texts: [String] = []
        texts.reserveCapacity(places.count)
        try places.forEach { (_, place) throws(Failure) in
            let text = try bytes(place)
            try reader.take(text.count, in: file)
            texts.append(text.asText)
        }
        return shape.isEmpty ? .text(texts.first ?? "") : .texts(shape: shape, texts)
    }

    private func lists(_ item: ItemType, _ places: Places, _ shape: [Int]) throws(Failure) -> FileValue {
        guard nesting < 16 else { throw file.damaged("its lists are nested too deep") }
        try reader.take(reader.product([places.count, 2 * ValueReader.itemBytes], in: file), in: file)
        let size = item.size(in: file)
        let inner = Conversion(reader: reader, file: file, depth: depth, follows: follows, nesting: nesting + 1)
        var values: [FileValue] = []
        try places.forEach { (_, place) throws(Failure) in
            var element = cursor(place)
            let bytes = try file.heapObject(&element, itemSize: size)
            let count = bytes.count / max(size, 1)
            let made: Result<FileValue, Failure> = bytes.withUnsafeBytes { bytes in
                Result { () throws(Failure) in
                    try inner.value(item, Places(bytes.baseAddress, count: count, stride: size), [count])
                }
            }
            values.append(try made.get())
        }
        return shape.isEmpty ? values.first ?? .nothing : .list(shape: shape, values)
    }

    private func references(
        _ kind: ItemType.Reference, _ size: Int, _ places: Places, _ shape: [Int]
    ) throws(Failure) -> FileValue {
        try reader.take(reader.product([places.count, ValueReader.itemBytes], in: file), in: file)
        var targets: [Referred?] = []
        try places.forEach { (_, place) throws(Failure) in
            let bytes = Array(UnsafeRawBufferPointer(start: place, count: size))
            targets.append(try kind.referred(Cursor(file, bytes, "a reference"), by: reader))
        }
        if follows { return try reader.referred(targets, shape, in: file, depth: depth) }
        let names = targets.map { reader.name(of: $0) }
        return shape.isEmpty ? .text(names.first ?? "") : .texts(shape: shape, names)
    }
}

extension ElementType {
    /// A text of fixed length without what fills it up.
    static func trimmed(_ text: [UInt8], _ padding: Padding) -> [UInt8] {
        var text = text
        switch padding {
        case .terminated: text = Array(text.prefix { $0 != 0 })
        case .spaces: while text.last == UInt8(ascii: " ") { text.removeLast() }
        case .zeros: while text.last == 0 { text.removeLast() }
        }
        return text
    }
}
