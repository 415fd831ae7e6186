import Engine

/// A B-tree of version 1, over the nodes of an old-style group or over chunks (specification, III.A.1).
enum BTree1 {
    /// Its leaves' children, each with the key before it.
    static func children(_ file: StoredFile, _ address: UInt64, type: UInt8, keySize: Int) throws(Failure) -> [(
        key: Cursor, address: UInt64
    )] {
        var found: [(key: Cursor, address: UInt64)] = []
        try read(file, address, type, keySize, level: nil, &found)
        return found
    }

    private static func read(
        _ file: StoredFile, _ address: UInt64, _ type: UInt8, _ keySize: Int, level: Int?,
        _ found: inout [(key: Cursor, address: UInt64)]
    ) throws(Failure) {
        let what = "a B-tree node"
        let prefixSize = 8 + 2 * file.offsetSize
        var prefix = try file.block(address, prefixSize, what)
        try prefix.expect("TREE")
        try prefix.expect(type, "type")
        let own = Int(try prefix.byte())
        // No sound tree is higher, and each level is the one above less one: there are no circles.
        guard own < 32, own == level ?? own else { throw file.damaged("\(what) has level \(own)") }
        let count = try prefix.int(2)
        var node = try file.block(address &+ UInt64(prefixSize), count * (keySize + file.offsetSize), what)
        for _ in 0..<count {
            let key = try node.part(keySize)
            let child = try file.address(node.address(), what)
            if own == 0 {
                found.append((key, child))
            } else {
                try read(file, child, type, keySize, level: own - 1, &found)
            }
        }
    }
}
