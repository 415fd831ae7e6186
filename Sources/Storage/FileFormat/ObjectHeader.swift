import Engine

/// What a file says of one object: its messages, in their order (specification, IV.A).
struct ObjectHeader {
    enum Kind: UInt8 {
        case dataspace = 0x01
        case linkInfo = 0x02
        case datatype = 0x03
        case oldFillValue = 0x04
        case fillValue = 0x05
        case link = 0x06
        case externalFiles = 0x07
        case layout = 0x08
        case filters = 0x0B
        case attribute = 0x0C
        case sharedTable = 0x0F
        case continuation = 0x10
        case symbolTable = 0x11
        case attributeInfo = 0x15
        case fileSpace = 0x17
    }

    struct Message {
        let kind: Kind
        /// Whether it only says where the message proper is.
        let isShared: Bool
        /// nil where the order of creation is not kept.
        let order: Int?
        let body: Cursor
    }

    private(set) var messages: [Message] = []
    /// Whether the messages bear a checksum, as in HDF5's newer forms.
    let hasChecksum: Bool

    init(_ file: StoredFile, at address: UInt64) throws(Failure) {
        let start = try file.bytes(address, 4, "an object header")
        hasChecksum = start == Array("OHDR".utf8)
        if hasChecksum {
            try readVersion2(file, address)
        } else {
            try readVersion1(file, address)
        }
        for (place, message) in messages.enumerated() where message.isShared {
            // Types with a name of their own stay where they are.
            guard let body = try file.sharedMessage(message.body, message.kind) else { continue }
            messages[place] = Message(kind: message.kind, isShared: false, order: message.order, body: body)
        }
    }

    func first(_ kind: Kind) -> Message? { messages.first { $0.kind == kind } }

    /// Message kinds that are not read here are passed over, unless the writer says that to be wrong.
    private mutating func add(_ type: UInt8, flags: UInt8, order: Int?, _ body: Cursor) throws(Failure) {
        guard let kind = Kind(rawValue: type) else {
            guard flags & 0x80 == 0 || type <= 0x17 else {
                throw body.file.damaged("an object header has a message of unknown type \(type)")
            }
            return
        }
        messages.append(Message(kind: kind, isShared: flags & 2 != 0, order: order, body: body))
    }

    private mutating func readVersion1(_ file: StoredFile, _ address: UInt64) throws(Failure) {
        let what = "an object header"
        var prefix = try file.block(address, 16, what)
        try prefix.expect(1, "version")
        try prefix.skip(7)
        let size = try prefix.length(4)
        var blocks = [(address: address &+ 16, size: size)]
        while let block = blocks.popLast() {
            var cursor = try file.block(block.address, block.size, what)
            while cursor.rest >= 8 {
                let type = try cursor.int(2)
                let length = try cursor.int(2)
                let flags = try cursor.byte()
                try cursor.skip(3)
                var body = try cursor.part(length)
                guard let type = UInt8(exactly: type) else { continue }
                if type == Kind.continuation.rawValue {
                    let next = try file.address(body.address(), "the rest of an object header")
                    blocks.insert((next, try body.length()), at: 0)
                } else {
                    try add(type, flags: flags, order: nil, body)
                }
            }
        }
    }

    private mutating func readVersion2(_ file: StoredFile, _ address: UInt64) throws(Failure) {
        let what = "an object header"
        var prefix = try file.block(address, min(file.size, 6), what)
        try prefix.skip(4)
        try prefix.expect(2, "version")
        let flags = try prefix.byte()
        let times = flags & 0x20 != 0 ? 16 : 0
        let phase = flags & 0x10 != 0 ? 4 : 0
        let sizeSize = 1 << Int(flags & 3)
        var sized = try file.block(address, 6 + times + phase + sizeSize, what)
        try sized.skip(6 + times + phase)
        let length = try sized.length(sizeSize)
        guard length <= file.size else { throw file.damaged("\(what) of \(length) bytes lies behind the file's end") }
        let hasOrder = flags & 4 != 0
        var first = try file.checkedBlock(address, sized.position + length + 4, "OHDR", what)
        try first.skip(sized.position - 4)
        var blocks = [first]
        while var block = blocks.popLast() {
            // What is left where no further message fits is a gap.
            while block.rest >= (hasOrder ? 6 : 4) {
                let type = try block.byte()
                let length = try block.int(2)
                let flags = try block.byte()
                let order = hasOrder ? try block.int(2) : nil
                var body = try block.part(length)
                if type == Kind.continuation.rawValue {
                    let next = try file.address(body.address(), "the rest of an object header")
                    blocks.insert(try file.checkedBlock(next, body.length(), "OCHK", what), at: 0)
                } else {
                    try add(type, flags: flags, order: order, body)
                }
            }
        }
    }
}
