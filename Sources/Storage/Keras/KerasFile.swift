import Engine

/// The text of a JSON file that stands beside a file of weights, "NAME.arch.json", bounded.
private let longestConfig = JSON.longest

/// Whether a file is one of Wingbeat's checkpoints, or Keras'.
public enum ModelFile {
    case checkpoint
    /// As a tree of one form for all layouts:
    ///
    /// - attributes: "layout" is "layers" (one group a layer with a list of its weights' names: Keras 1 to 3) or
    /// "objects"
    ///   (a tree of objects with numbered variables: `.weights.h5`, and inside of `.keras`); "config", the model's
    /// config   as JSON, and "training", that of the training in files of the first layout, where there is one;
    /// "version", such   as "2.15.0", where the file says it
    /// - children: "weights", with `layer_names` or with `layers`; "optimizer", where there is one
    case keras(StateTree)
    /// Neither, or damaged where it would say what it is.
    case unknown
}

/// Finds out what a file of a model is, and reads it if it is Keras'.
public func readModelFile(_ path: FilePath) throws(Failure) -> ModelFile {
    let opened = try RegularFile(path)
    if try ZipArchive.isArchive(opened) { return .keras(try archive(opened)) }
    guard let file = try? StoredFile(opened), let root = try? StoredObject(file, at: file.root),
        let attributes = try? root.attributes(), let names = try? root.links().map(\.name)
    else { return .unknown }
    let marks = attributes.map(\.name)
    if marks.contains(CheckpointFormat.formatAttribute) { return .checkpoint }
    guard
        marks.contains(where: { $0.hasPrefix("layer_names") || $0 == "model_config" || $0 == "nb_layers" })
            || names.contains(where: { ["layers", "_layer_checkpoint_dependencies", "vars"].contains($0) })
    else { return .unknown }
    let tree = try StoredTree.read(file, leavingOut: [])
    var config = tree.text("model_config")
    if config == nil { config = try beside(path) }
    return .keras(try contents(tree, path, config: config))
}

private func contents(_ tree: StateTree, _ path: FilePath, config: String?) throws(Failure) -> StateTree {
    func child(_ names: String...) -> StateTree? { names.lazy.compactMap { tree[child: $0] }.first }
    func names(_ tree: StateTree) -> Bool { tree.attributes.contains { $0.name.hasPrefix("layer_names") } }
    let version = tree.text("keras_version")
    if let weights = tree[child: "model_weights"], names(weights) {
        return keras(
            "layers", config, version, weights, training: tree.text("training_config"),
            optimizer: tree[child: "optimizer_weights"])
    }
    if names(tree) { return keras("layers", config, version, tree) }
    if let count = tree.integer("nb_layers") {
        throw .unsupported(
            operation: "\(path)",
            "weights of Keras 0, of \(count) layers without names or an architecture; wb.h5.read gives the arrays")
    }
    if child("layers", "_layer_checkpoint_dependencies", "vars") != nil {
        return keras("objects", config, version, tree, optimizer: tree[child: "optimizer"])
    }
    throw .format(path: "\(path)", "an HDF5 file with a mark of Keras, but without weights")
}

private func archive(_ file: consuming RegularFile) throws(Failure) -> StateTree {
    let path = file.path
    let archive = try ZipArchive(file)
    func text(_ name: String) throws(Failure) -> String? {
        guard let member = archive.member(name) else { return nil }
        let bytes = try archive.bytes(member)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .format(path: "\(path)", "its '\(name)' is not a text in UTF-8")
        }
        return text
    }
    guard let config = try text("config.json") else {
        throw .format(path: "\(path)", "a zip archive, but none of Keras: it has no 'config.json'")
    }
    guard let member = archive.member("model.weights.h5") else {
        throw .format(path: "\(path)", "its 'model.weights.h5' is missing")
    }
    let metadata = try text("metadata.json").map { (text) throws(Failure) in try JSON(text, operation: "metadata.json")
    }
    let stored = try StoredFile(.memory(archive.bytes(member), path: path))
    let tree = try StoredTree.read(stored, leavingOut: [])
    return keras(
        "objects", config, metadata?["keras_version"]?.text, tree, optimizer: tree[child: "optimizer"])
}

private func keras(
    _ layout: String, _ config: String?, _ version: String?, _ weights: StateTree, training: String? = nil,
    optimizer: StateTree? = nil
) -> StateTree {
    var tree = StateTree()
    tree.attributes.append(("layout", .text(layout)))
    for (name, text) in [("config", config), ("training", training), ("version", version)] {
        if let text { tree.attributes.append((name, .text(text))) }
    }
    tree.children.append(("weights", weights))
    if let optimizer { tree.children.append(("optimizer", optimizer)) }
    return tree
}

/// The architecture of a file of weights, where it stands beside it as NAME.arch.json.
private func beside(_ path: FilePath) throws(Failure) -> String? {
    let name = FilePath(bytes: path.bytes + Array(".arch.json".utf8))
    guard let file = try? RegularFile(name) else { return nil }
    return try readText(file)
}

/// A text of a file, as an architecture in JSON.
public func readText(_ path: FilePath) throws(Failure) -> String { try readText(RegularFile(path)) }

private func readText(_ file: borrowing RegularFile) throws(Failure) -> String {
    guard file.size <= longestConfig else { throw .format(path: "\(file.path)", "too large for an architecture") }
    var bytes = [UInt8](repeating: 0, count: file.size)
    var failure: Failure?
    bytes.withUnsafeMutableBytes { memory in
        do throws(Failure) { try file.read(at: 0, into: memory) } catch { failure = error }
    }
    if let failure { throw failure }
    guard let text = String(validating: bytes, as: UTF8.self) else {
        throw .format(path: "\(file.path)", "is not a text in UTF-8")
    }
    return text
}
