import Engine

/// What the elements of an array or attribute are, in full (specification, IV.A.2.d). `ElementType` is what checkpoints
/// have of it.
indirect enum ItemType {
    struct Number: Equatable {
        let size: Int
        let isSigned: Bool
        let isBigEndian: Bool
        /// The place of its lowest bit, and how many bits it has.
        let offset: Int
        let precision: Int

        var isPlain: Bool { offset == 0 && precision == 8 * size && [1, 2, 4, 8].contains(size) }
    }

    struct Real: Equatable {
        let size: Int
        let isBigEndian: Bool
        let sign: Int
        /// Places and numbers of bits.
        let exponent: Int
        let exponentBits: Int
        let fraction: Int
        let fractionBits: Int
        let bias: Int
        /// Whether the first bit of the fraction, a one, is not stored.
        let isNormalised: Bool

        /// Its name where it has one of the common forms.
        var name: String? {
            guard isNormalised else { return nil }
            switch (size, [sign, exponent, exponentBits, fraction, fractionBits, bias]) {
            case (2, [15, 10, 5, 0, 10, 15]): return "float16"
            case (2, [15, 7, 8, 0, 7, 127]): return "bfloat16"
            case (4, [31, 23, 8, 0, 23, 127]): return "float32"
            case (8, [63, 52, 11, 0, 52, 1023]): return "float64"
            default: return nil
            }
        }
    }

    enum Reference {
        /// The address of an object.
        case object
        /// The place of an address and a selection in a heap.
        case region
        /// Those of HDF5 1.12, which say themselves what they are.
        case any

        init?(_ kind: Int) {
            switch kind {
            case 0: self = .object
            case 1: self = .region
            case 2, 3, 4: self = .any
            default: return nil
            }
        }

        /// Bytes that each has.
        func least(in file: StoredFile) -> Int {
            switch self {
            case .object: file.offsetSize
            case .region: file.offsetSize + 4
            case .any: file.offsetSize + 3
            }
        }
    }

    struct Field {
        let name: String
        let offset: Int
        let type: ItemType
    }

    case number(Number)
    case real(Real)
    /// Two numbers of one type, the real part first.
    case complex(Real)
    case flag
    case text(size: Int, padding: ElementType.Padding)
    case longText
    /// Lists of any length.
    case list(ItemType)
    case opaque(size: Int)
    case bits(size: Int, isBigEndian: Bool)
    /// Seconds, as PyTables has them, the only one who writes this type: a whole number in four bytes; in eight the
    /// higher half has seconds, and the lower one millionths.
    case time(size: Int, isBigEndian: Bool)
    case reference(Reference, size: Int)
    case record(size: Int, [Field])
    case labels(Number, [(name: String, value: Int64)])
    case array([Int], ItemType)
    /// One that is not read; what it is.
    case other(String, size: Int)

    func size(in file: StoredFile) -> Int {
        switch self {
        case .number(let number), .labels(let number, _): number.size
        case .real(let real): real.size
        case .complex(let real): 2 * real.size
        case .flag: 1
        case .text(let size, _), .opaque(let size), .bits(let size, _), .time(let size, _), .reference(_, let size),
            .record(let size, _),
            .other(_, let size):
            size
        case .longText, .list: 8 + file.offsetSize
        // The file's type has been found to be as large as this.
        case .array(let shape, let item): shape.reduce(item.size(in: file), *)
        }
    }

    private static let deepest = 16
    private static let mostFields = 10_000

    init(_ message: ObjectHeader.Message, in file: StoredFile) throws(Failure) {
        try self.init(message.body, isShared: message.isShared, in: file)
    }

    init(_ body: Cursor, isShared: Bool, in file: StoredFile) throws(Failure) {
        var body = try file.description(body, isShared: isShared, .datatype)
        try self.init(&body, in: file, depth: 0)
    }

    private init(_ body: inout Cursor, in file: StoredFile, depth: Int) throws(Failure) {
        guard depth <= ItemType.deepest else { throw file.damaged("its type is nested too deep") }
        let kind = try body.byte()
        let version = kind >> 4
        let bits = try body.int(3)
        let size = try body.length(4)
        guard (1...5).contains(version), size > 0, size < 1 << 31 else {
            throw file.damaged("a type has version \(version) and \(size) bytes")
        }
        let isBigEndian = bits & 1 != 0
        switch kind & 0x0F {
        case 0:
            let number = try ItemType.number(&body, size, bits, in: file)
            self = number.map { .number($0) } ?? .other("integers of \(size) bytes", size: size)
        case 1: self = try ItemType.real(&body, size, bits, in: file)
        case 2:
            try body.skip(2)
            self = size == 4 || size == 8 ? .time(size: size, isBigEndian: isBigEndian) : .other("times", size: size)
        case 3: self = .text(size: size, padding: try file.padding(bits))
        case 4:
            try body.skip(4)
            self = size <= 8 ? .bits(size: size, isBigEndian: isBigEndian) : .other("bit fields", size: size)
        case 5:
            try body.skip(bits & 0xFF)
            self = .opaque(size: size)
        case 6:
            self = try ItemType.record(
                &body, version: version, count: bits & 0xFFFF, size: size, in: file, depth: depth)
        case 7:
            let found = Reference(bits & 0x0F)
            guard let found, size >= found.least(in: file) else {
                throw file.damaged("it has references of an unknown kind, or of \(size) bytes")
            }
            self = .reference(found, size: size)
        case 8: self = try ItemType.labels(&body, version, bits & 0xFFFF, size, in: file, depth)
        case 9:
            guard size == 8 + file.offsetSize else {
                throw file.damaged("elements of varying length have \(size) bytes")
            }
            let item = try ItemType(&body, in: file, depth: depth + 1)
            self = bits & 0x0F == 1 ? .longText : .list(item)
        case 10:
            let rank = Int(try body.byte())
            if version < 3 { try body.skip(3) }
            var shape: [Int] = []
            for _ in 0..<rank { shape.append(try body.length(4)) }
            if version < 3 { try body.skip(4 * rank) }
            let item = try ItemType(&body, in: file, depth: depth + 1)
            var bytes = item.size(in: file)
            for extent in shape {
                let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
                guard !overflow else { throw file.damaged("an array in an element is larger than the element") }
                bytes = product
            }
            guard bytes == size, bytes > 0 else {
                throw file.damaged("an array in an element has another size than it")
            }
            self = .array(shape, item)
        case 11:
            let item = try ItemType(&body, in: file, depth: depth + 1)
            guard case .real(let real) = item, real.name != nil, 2 * real.size == size else {
                self = .other("complex numbers of an unusual form", size: size)
                return
            }
            self = .complex(real)
        default: throw file.damaged("it has elements of an unknown kind")
        }
    }

    private static func number(_ body: inout Cursor, _ size: Int, _ bits: Int, in file: StoredFile) throws(Failure)
        -> Number?
    {
        let (offset, precision) = (try body.int(2), try body.int(2))
        guard size <= 8 else { return nil }
        guard precision > 0, offset + precision <= 8 * size else {
            throw file.damaged("integers of \(size) bytes have \(precision) bits from bit \(offset) on")
        }
        return Number(
            size: size, isSigned: bits & 8 != 0, isBigEndian: bits & 1 != 0, offset: offset, precision: precision)
    }

    private static func real(_ body: inout Cursor, _ size: Int, _ bits: Int, in file: StoredFile) throws(Failure)
        -> ItemType
    {
        let (offset, precision) = (try body.int(2), try body.int(2))
        let (exponent, exponentBits) = (try body.int(1), try body.int(1))
        let (fraction, fractionBits) = (try body.int(1), try body.int(1))
        let bias = try body.int(4)
        let (sign, normalisation) = (bits >> 8 & 0xFF, bits >> 4 & 3)
        // VAX order, and numbers with a place of the decimal point that no machine of today has.
        guard bits & 0x40 == 0, size <= 16, offset == 0, precision <= 8 * size, sign < 8 * size,
            (1...15).contains(exponentBits), (1...112).contains(fractionBits), exponent + exponentBits <= 8 * size,
            fraction + fractionBits <= 8 * size, bias < 1 << 15, normalisation == 2 || normalisation == 0
        else { return .other("floating-point numbers of an unusual form", size: size) }
        return .real(
            Real(
                size: size, isBigEndian: bits & 1 != 0, sign: sign, exponent: exponent, exponentBits: exponentBits,
                fraction: fraction, fractionBits: fractionBits, bias: bias, isNormalised: normalisation == 2))
    }

    private static func record(
        _ body: inout Cursor, version: UInt8, count: Int, size: Int, in file: StoredFile, depth: Int
    ) throws(Failure) -> ItemType {
        guard count <= mostFields else { throw file.damaged("a record has \(count) fields") }
        var fields: [Field] = []
        var names: Set<String> = []
        for _ in 0..<count {
            let before = body.position
            let name = try body.terminated()
            if version < 3 { try body.skip((8 - (body.position - before) % 8) % 8) }
            let offset = version < 3 ? try body.length(4) : try body.length(bytesFor(size))
            // Version 1 has arrays here, and not as types.
            var shape: [Int] = []
            if version == 1 {
                let rank = Int(try body.byte())
                guard rank <= 4 else { throw file.damaged("a field has \(rank) axes") }
                try body.skip(3 + 4 + 4)
                for place in 0..<4 {
                    let extent = try body.length(4)
                    if place < rank { shape.append(extent) }
                }
            }
            var type = try ItemType(&body, in: file, depth: depth + 1)
            if !shape.isEmpty { type = .array(shape, type) }
            var bytes = 0
            if case .array(let shape, let item) = type {
                bytes = item.size(in: file)
                for extent in shape {
                    let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
                    guard !overflow, product <= size else { throw file.damaged("a field is larger than its record") }
                    bytes = product
                }
            } else {
                bytes = type.size(in: file)
            }
            guard offset <= size, bytes <= size - offset else {
                throw file.damaged("a field lies behind the end of its record")
            }
            let text = name.asText
            guard names.insert(text).inserted else { throw file.damaged("a record has two fields '\(text.shortened)'") }
            fields.append(Field(name: text, offset: offset, type: type))
        }
        return complex(fields, size) ?? .record(size: size, fields)
    }

    /// Two numbers named as h5py, MATLAB or others name the parts of one.
    private static func complex(_ fields: [Field], _ size: Int) -> ItemType? {
        let pairs = [["r", "i"], ["real", "imag"], ["re", "im"]]
        guard fields.count == 2, pairs.contains(fields.map { $0.name.lowercased() }),
            case .real(let one) = fields[0].type, case .real(let two) = fields[1].type, one == two,
            one.name == "float32" || one.name == "float64", fields[0].offset == 0, fields[1].offset == one.size,
            size == 2 * one.size
        else { return nil }
        return .complex(one)
    }

    private static func labels(
        _ body: inout Cursor, _ version: UInt8, _ count: Int, _ size: Int, in file: StoredFile, _ depth: Int
    ) throws(Failure) -> ItemType {
        let base = try ItemType(&body, in: file, depth: depth + 1)
        guard count <= mostFields, base.size(in: file) == size else {
            throw file.damaged("an enumeration is of other elements than it says")
        }
        var names: [String] = []
        for _ in 0..<count {
            let before = body.position
            names.append(try body.terminated().asText)
            if version < 3 { try body.skip((8 - (body.position - before) % 8) % 8) }
        }
        guard case .number(let number) = base else { return .other("an enumeration of no integers", size: size) }
        var labels: [(name: String, value: Int64)] = []
        for name in names {
            let bytes = try body.take(size)
            labels.append((name, bytes.withUnsafeBytes { number.value($0.baseAddress) }))
        }
        if size == 1, labels.count == 2, Set(labels.map { "\($0.name)=\($0.value)" }) == ["FALSE=0", "TRUE=1"] {
            return .flag
        }
        return .labels(number, labels)
    }
}

extension ItemType.Number {
    /// The number at an address, cut to 64 bits.
    func value(_ address: UnsafeRawPointer?) -> Int64 {
        guard let address else { return 0 }
        var word: UInt64 = 0
        for place in 0..<size {
            let byte = address.load(fromByteOffset: isBigEndian ? size - 1 - place : place, as: UInt8.self)
            word |= UInt64(byte) << UInt64(8 * place)
        }
        word >>= UInt64(offset)
        if precision == 64 { return Int64(bitPattern: word) }
        let unused = UInt64(64 - precision)
        return isSigned
            ? (Int64(bitPattern: word << unused) >> Int64(unused)) : Int64(bitPattern: (word << unused) >> unused)
    }
}

extension ItemType.Real {
    /// The number at an address, rounded to double where it is finer.
    func value(_ address: UnsafeRawPointer) -> Double {
        // Up to 16 bytes, as two words.
        var words: (low: UInt64, high: UInt64) = (0, 0)
        for place in 0..<size {
            let byte = UInt64(address.load(fromByteOffset: isBigEndian ? size - 1 - place : place, as: UInt8.self))
            if place < 8 {
                words.low |= byte << UInt64(8 * place)
            } else {
                words.high |= byte << UInt64(8 * place - 64)
            }
        }
        func field(_ start: Int, _ count: Int) -> UInt64 {
            var bits: UInt64 = 0
            if start < 64 { bits = words.low >> UInt64(start) }
            if start >= 64 {
                bits = words.high >> UInt64(start - 64)
            } else if start > 0 {
                bits |= words.high << UInt64(64 - start)
            }
            return count >= 64 ? bits : bits & ((1 << UInt64(count)) - 1)
        }
        let isNegative = field(sign, 1) == 1
        let power = Int(field(exponent, exponentBits))
        // The highest 64 bits of the fraction say all that a double holds, but for ties.
        let kept = min(fractionBits, 64)
        let bits = field(fraction + fractionBits - kept, kept)
        let highest = (1 << exponentBits) - 1
        let sign = isNegative ? -1.0 : 1.0
        if power == highest {
            let isInfinite = isNormalised ? bits == 0 : bits & ~(1 << UInt64(kept - 1)) == 0
            return isInfinite ? sign * .infinity : .nan
        }
        let scaled = Double(bits) * exp2(-(isNormalised ? kept : kept - 1))
        let mantissa = isNormalised && power > 0 ? 1 + scaled : scaled
        return sign * Double(sign: .plus, exponent: max(power, 1) - bias, significand: mantissa)
    }

    private func exp2(_ power: Int) -> Double { Double(sign: .plus, exponent: power, significand: 1) }
}

extension Array where Element == UInt8 {
    /// As UTF-8; bytes that are none are Latin-1.
    var asText: String {
        String(validating: self, as: UTF8.self) ?? String(String.UnicodeScalarView(map { Unicode.Scalar($0) }))
    }
}
