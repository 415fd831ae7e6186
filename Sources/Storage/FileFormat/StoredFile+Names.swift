import Engine

extension StoredFile {
    /// Objects that are looked at, and groups in groups, for a list of names: it is for a message, which shall not take
    /// long.
    private static let mostObjects = 10_000
    private static let deepest = 50

    /// Paths of the first arrays, in the order of the alphabet, and whether these are all; what is damaged is passed
    /// over.
    func arrayNames(atMost limit: Int) -> (names: [String], isWhole: Bool) {
        var names: [String] = []
        var seen: Set<UInt64> = []
        var isWhole = true
        func visit(_ address: UInt64, _ path: String, _ depth: Int) {
            guard names.count <= limit, seen.insert(address).inserted else { return }
            guard depth <= StoredFile.deepest, seen.count <= StoredFile.mostObjects,
                let object = try? StoredObject(self, at: address)
            else {
                isWhole = false
                return
            }
            if object.isArray { return names.append(path) }
            guard object.isGroup else { return }
            guard let links = try? object.links() else {
                isWhole = false
                return
            }
            for link in links.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
                if let target = link.address {
                    visit(target, path.isEmpty ? link.name : path + "/" + link.name, depth + 1)
                }
            }
        }
        visit(root, "", 0)
        return (Array(names.prefix(limit)), isWhole && names.count <= limit)
    }
}
