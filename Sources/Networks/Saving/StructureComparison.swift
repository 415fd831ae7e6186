import Engine

extension StateTree {
    /// The class of a module that stands elsewhere in the tree too; "path" says where.
    static let sharedModule = "SharedModule"

    /// Attributes that are not arguments.
    static let parameters = "_parameters"
    static let buffers = "_buffers"
    static let frozen = "_frozen"
    static let host = "_host"
    /// The layer whose forward pass the host has replaced.
    static let kind = "_kind"
    static let note = "_note"
    /// In memory only: a file of version 1, which does not list arrays.
    static let unlisted = "_unlisted"

    var pathOfShared: String? { text("class") == StateTree.sharedModule ? text("path") : nil }

    /// Whether this structure of a model is also a checkpoint's: the same classes under the same names, with the same
    /// attributes. A module that is shared in one of them may be written out in the other.
    public func checkSame(as other: StateTree) throws(Failure) {
        var compared: Set<[String]> = []
        try StateTree.checkSame(self, other, self, other, "", &compared)
    }

    private static func checkSame(
        _ one: StateTree, _ two: StateTree, _ model: StateTree, _ checkpoint: StateTree, _ path: String,
        _ compared: inout Set<[String]>
    ) throws(Failure) {
        if one.pathOfShared != nil || two.pathOfShared != nil {
            guard compared.insert([one.pathOfShared ?? path, two.pathOfShared ?? path]).inserted else { return }
        }
        let (own, other) = (try one.resolved(in: model), try two.resolved(in: checkpoint))
        let what = path.isEmpty ? "the model" : "'\(path)'"
        let (name, found) = (own.text("class") ?? "", other.text("class") ?? "module without class")
        guard name == found else {
            throw .structure(operation: "load", "\(what) is a \(name), but the checkpoint's is a \(found)")
        }
        for (attribute, value) in own.attributes where attribute != "class" && !attribute.hasPrefix("_") {
            let given = other[attribute: attribute]
            if let given, given.isSame(as: value) { continue }
            // Then a loss in a model was the program's own, without attributes.
            if given == nil, other.flag(StateTree.unlisted) == true { continue }
            // Files of before an argument was there mean its default.
            if given == nil, Registry.initial(attribute, of: name)?.isSame(as: value) == true { continue }
            // Files of before do not say what a layer with code of the host's was made from.
            if given == nil, other.flag(StateTree.host) == true { continue }
            throw .structure(
                operation: "load",
                "\(attribute) of \(what) is \(value.literal) in the model, but \(given?.literal ?? "missing") in the "
                    + "checkpoint"
            )
        }
        for (child, tree) in own.children {
            let below = path.isEmpty ? child : path + "." + child
            guard let twin = other[child: child] else {
                throw .structure(operation: "load", "the model has the module '\(below)', but the checkpoint does not")
            }
            try checkSame(tree, twin, model, checkpoint, below, &compared)
        }
        if let (child, _) = other.children.first(where: { own[child: $0.name] == nil }) {
            throw .structure(
                operation: "load",
                "the checkpoint has the module '\(path.isEmpty ? child : path + "." + child)', but the model does not")
        }
    }

    /// This module's structure where it is written out.
    private func resolved(in root: StateTree) throws(Failure) -> StateTree {
        guard let first = pathOfShared else { return self }
        var tree: StateTree? = root
        for name in first.split(separator: ".", omittingEmptySubsequences: false) { tree = tree?[child: String(name)] }
        guard let tree, tree.pathOfShared == nil else {
            throw .structure(operation: "load", "there is no module '\(first)' to share")
        }
        return tree
    }
}
