import Engine

extension StoredFile {
    /// `count` values of one type, of an attribute. `what` names it in sentences.
    func values(_ attribute: StoredObject.Attribute, _ count: Int, _ what: String) throws(Failure) -> [Value] {
        let size = attribute.type.size(in: self)
        var data = attribute.data
        // Before anything is made of that size.
        guard count <= data.rest / size else {
            throw .format(path: "\(path)", "damaged: \(what) has \(data.rest) bytes for \(count) values of \(size)")
        }
        var values: [Value] = []
        for _ in 0..<count {
            var element = try data.part(size)
            values.append(try value(&element, attribute.type, what))
        }
        return values
    }

    private func value(_ element: inout Cursor, _ type: ElementType, _ what: String) throws(Failure) -> Value {
        func bits(_ size: Int, _ isBigEndian: Bool) throws(Failure) -> UInt64 {
            let number = try element.unsigned(size)
            return isBigEndian ? number.byteSwapped >> UInt64(64 - 8 * size) : number
        }
        switch type {
        case .integer(let size, let isSigned, let isBigEndian):
            let number = try bits(size, isBigEndian)
            if isSigned {
                let unused = UInt64(64 - 8 * size)
                return .integer(Int64(bitPattern: number << unused) >> Int64(unused))
            }
            guard let number = Int64(exactly: number) else {
                throw .format(path: "\(path)", "\(what) is too large: \(number)")
            }
            return .integer(number)
        case .float(let size, let isBigEndian):
            let number = try bits(size, isBigEndian)
            switch size {
            case 2: return .real(Double(Float16(bitPattern: UInt16(number))))
            case 4: return .real(Double(Float(bitPattern: UInt32(number))))
            default: return .real(Double(bitPattern: number))
            }
        case .flag:
            let flag = try element.byte()
            guard flag <= 1 else { throw .format(path: "\(path)", "\(what) holds a flag other than 0 and 1") }
            return .flag(flag == 1)
        case .text(let size, let padding):
            var text = try element.take(size)
            switch padding {
            case .terminated: text = Array(text.prefix { $0 != 0 })
            case .spaces: while text.last == UInt8(ascii: " ") { text.removeLast() }
            case .zeros: while text.last == 0 { text.removeLast() }
            }
            return .text(try checked(text, what))
        case .longText: return .text(try checked(longText(&element), what))
        case .other("an enumeration", _):
            throw .format(path: "\(path)", "\(what) is an enumeration other than FALSE and TRUE")
        case .other: throw .format(path: "\(path)", "\(what) is neither a number nor a text")
        }
    }

    private func checked(_ text: [UInt8], _ what: String) throws(Failure) -> String {
        guard let text = String(validating: text, as: UTF8.self) else {
            throw .format(path: "\(path)", "\(what) is not a text in UTF-8")
        }
        return text
    }
}
