import Engine

/// The random state as a neutral tree, and back.
extension Generator {
    public func tree() throws(Failure) -> StateTree {
        let (seed, offset) = try position()
        var tree = StateTree()
        tree.attributes = [
            ("generator", .text("Philox4x32-10")), ("seed", .integer(Int64(bitPattern: seed))),
            ("offset", .integer(Int64(bitPattern: offset))),
        ]
        return tree
    }

    public func load(_ tree: StateTree) throws(Failure) {
        guard let seed = tree.integer("seed"), let offset = tree.integer("offset") else {
            throw .structure(operation: "load", "the checkpoint's random state lacks seed or offset")
        }
        try restore(seed: UInt64(bitPattern: seed), offset: UInt64(bitPattern: offset))
    }
}
