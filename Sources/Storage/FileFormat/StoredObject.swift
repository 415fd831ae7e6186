import Engine

/// A group or an array of a file.
struct StoredObject {
    let file: StoredFile
    let address: UInt64
    let header: ObjectHeader

    init(_ file: StoredFile, at address: UInt64) throws(Failure) {
        self.file = file
        self.address = address
        header = try ObjectHeader(file, at: address)
    }

    var isGroup: Bool { header.first(.symbolTable) != nil || header.first(.linkInfo) != nil }
    var isArray: Bool { header.first(.layout) != nil }
    /// A type with a name of its own, which arrays are of.
    var isType: Bool { !isGroup && !isArray && header.first(.datatype) != nil }

    func array() throws(Failure) -> StoredArray { try StoredArray(file, header) }

    /// Throws if the list of what a virtual array shows is damaged: libhdf5 reads it as it opens the array.
    func checkSources() throws(Failure) {
        guard var layout = header.first(.layout)?.body, try layout.byte() >= 4, try layout.byte() == 3,
            let heap = try layout.address()
        else { return }
        _ = try GlobalHeap(file, at: heap)
    }

    // MARK: Links

    struct Link {
        let name: String
        /// The object that it leads to; nil for a link by a path, in this file or another.
        let address: UInt64?
        /// Of a link by a path: that path, and the name of the file if it is another.
        var target: (file: [UInt8]?, path: [UInt8])?
        fileprivate let order: Int?
    }

    /// In the order of their creation where the file keeps it, else of their names, numbers as numbers.
    func links() throws(Failure) -> [Link] {
        if let table = header.first(.symbolTable) { return try sorted(symbols(table.body)) }
        var links: [Link] = []
        for message in header.messages where message.kind == .link { links.append(try link(message.body)) }
        if let info = header.first(.linkInfo) {
            var body = info.body
            try body.expect(0, "version")
            let flags = try body.byte()
            if flags & 1 != 0 { try body.skip(8) }
            if let heap = try body.address() {
                var identifiers: [Cursor] = []
                for var record in try BTree2(
                    file, at: file.address(body.address(), "a table of names"), as: [.linksByName]
                ).records {
                    try record.skip(4)
                    identifiers.append(record)
                }
                for text in try objects(identifiers, heap, "a link") { links.append(try link(text)) }
            }
        }
        return try sorted(links)
    }

    private func sorted(_ links: [Link]) throws(Failure) -> [Link] {
        var seen: Set<[UInt8]> = []
        for link in links {
            guard !link.name.isEmpty, link.name != ".", !link.name.utf8.contains(UInt8(ascii: "/")),
                seen.insert(Array(link.name.utf8)).inserted
            else { throw file.damaged("it has a link with the name '\(link.name)', or two of them") }
        }
        return inOrder(links, name: \.name, order: \.order)
    }

    private func inOrder<Item>(_ items: [Item], name: KeyPath<Item, String>, order: KeyPath<Item, Int?>) -> [Item] {
        items.sorted { one, two in
            if let first = one[keyPath: order], let second = two[keyPath: order] { return first < second }
            return NaturalOrder.precedes(one[keyPath: name], two[keyPath: name])
        }
    }

    private func link(_ body: Cursor) throws(Failure) -> Link {
        var body = body
        try body.expect(1, "version")
        let flags = try body.byte()
        let kind = flags & 8 != 0 ? try body.byte() : 0
        let order = flags & 4 != 0 ? try body.length(8) : nil
        if flags & 16 != 0 { try body.skip(1) }
        let name = try body.take(body.length(1 << Int(flags & 3)))
        let address = kind == 0 ? try file.address(body.address(), "a link") : nil
        var target: (file: [UInt8]?, path: [UInt8])?
        if kind == 1 { target = (nil, try body.take(body.length(2))) }
        if kind == 64 {
            var parts = try body.part(body.length(2))
            try parts.skip(1)
            target = (try parts.terminated(), try parts.terminated())
        }
        return Link(name: try body.text(name, "a link's name"), address: address, target: target, order: order)
    }

    /// Of an old-style group: nodes of names' places in a heap, and objects' addresses (specification, III.A.1 to
    /// III.D).
    private func symbols(_ body: Cursor) throws(Failure) -> [Link] {
        var body = body
        let tree = try file.address(body.address(), "the names of a group")
        let names = try StoredObject.localHeap(file, file.address(body.address(), "the names of a group"))
        var links: [Link] = []
        let what = "a node of a group"
        for node in try BTree1.children(file, tree, type: 0, keySize: file.lengthSize).map(\.address) {
            var prefix = try file.block(node, 8, what)
            try prefix.expect("SNOD")
            try prefix.expect(1, "version")
            try prefix.skip(1)
            let count = try prefix.int(2)
            var entries = try file.block(node &+ 8, count * (2 * file.offsetSize + 24), what)
            for _ in 0..<count {
                let place = try entries.length(file.offsetSize)
                let address = try entries.address()
                let kind = try entries.int(4)
                try entries.skip(4)
                let value = try entries.int(4)
                try entries.skip(12)
                var name = names
                try name.skip(place)
                let text = try name.text(name.terminated(), "a link's name")
                var target: (file: [UInt8]?, path: [UInt8])?
                if kind == 2 {
                    var path = names
                    try path.skip(value)
                    target = (nil, try path.terminated())
                }
                links.append(
                    Link(
                        name: text, address: kind == 2 ? nil : try file.address(address, "a link"), target: target,
                        order: nil))
            }
        }
        return links
    }

    static func localHeap(_ file: StoredFile, _ address: UInt64) throws(Failure) -> Cursor {
        let what = "the names of a group"
        var header = try file.block(address, 8 + 2 * file.lengthSize + file.offsetSize, what)
        try header.expect("HEAP")
        try header.expect(0, "version")
        try header.skip(3)
        let size = try header.length()
        try header.skip(file.lengthSize)
        return try file.block(file.address(header.address(), what), size, what)
    }

    // MARK: Attributes

    struct Attribute {
        let name: String
        let type: ElementType
        /// The type's message, for who needs it in full.
        let description: (body: Cursor, isShared: Bool)
        let extent: Extent
        let data: Cursor
        fileprivate let order: Int?
    }

    /// In the order of their creation where the file keeps it, else of their names, numbers as numbers.
    func attributes() throws(Failure) -> [Attribute] {
        var attributes: [Attribute] = []
        for message in header.messages where message.kind == .attribute {
            guard !message.isShared else { throw file.damaged("an attribute is another object's") }
            attributes.append(try attribute(message.body, message.order))
        }
        if let info = header.first(.attributeInfo) {
            var body = info.body
            try body.expect(0, "version")
            let flags = try body.byte()
            if flags & 1 != 0 { try body.skip(2) }
            if let heap = try body.address() {
                // An identifier, flags of the message, its place in the order, and a hash of the name.
                var own = try FractalHeap(file, at: heap)
                for var record in try BTree2(
                    file, at: file.address(body.address(), "the table of attributes"), as: [.attributesByName]
                ).records {
                    let identifier = try record.part(8)
                    let isShared = try record.byte() & 2 != 0
                    let order = flags & 1 != 0 ? try record.int(4) : nil
                    let text =
                        try isShared
                        ? file.sharedMessage(identifier: identifier, .attribute)
                        : own.object(identifier, "an attribute")
                    attributes.append(try attribute(text, order))
                }
            }
        }
        guard Set(attributes.map { Array($0.name.utf8) }).count == attributes.count else {
            throw file.damaged("it has two attributes of one name")
        }
        return inOrder(attributes, name: \.name, order: \.order)
    }

    private func attribute(_ body: Cursor, _ order: Int?) throws(Failure) -> Attribute {
        var body = body
        let version = try body.byte()
        guard (1...3).contains(version) else { throw file.damaged("an attribute has version \(version)") }
        let flags = try body.byte()
        let sizes = [try body.int(2), try body.int(2), try body.int(2)]
        if version == 3 { try body.skip(1) }
        func padded(_ size: Int) -> Int { version == 1 ? (size + 7) / 8 * 8 : size }
        var name = try body.part(padded(sizes[0]), "an attribute's name")
        let text = try name.text(name.terminated(), "an attribute's name")
        let type = try body.part(padded(sizes[1]), "the type of attribute '\(text)'")
        let shape = try body.part(padded(sizes[2]), "the shape of attribute '\(text)'")
        let extent = try file.description(shape, isShared: version > 1 && flags & 2 != 0, .dataspace)
        return Attribute(
            name: text, type: try ElementType(type, isShared: version > 1 && flags & 1 != 0, in: file),
            description: (type, version > 1 && flags & 1 != 0), extent: try Extent(extent, in: file),
            data: try body.part(body.rest, "attribute '\(text)'"), order: order)
    }

    // MARK: Heaps

    private func objects(_ identifiers: [Cursor], _ heap: UInt64, _ what: String) throws(Failure) -> [Cursor] {
        var heap = try FractalHeap(file, at: heap)
        var objects: [Cursor] = []
        for identifier in identifiers { objects.append(try heap.object(identifier, what)) }
        return objects
    }
}
