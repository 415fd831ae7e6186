import Engine

/// Files of models that compute in the host's language: the host says at which paths Keras keeps what.
extension KerasModel {
    /// A module and the path of its object in a file, "encoder/layers/dense"; "" for the model.
    public typealias Object = (path: String, module: Module)

    /// The tree of a file of the form of `ModelFile.keras`. Of a model and of a module of the host's the file gets what
    /// is its own, of a layer of Keras all in it. The first object is the model, over whose parameters the optimiser
    /// is.
    public static func tree(
        of objects: [Object], config: String?, optimizer: Optimizer?
    ) throws(Failure) -> StateTree {
        var tree = StateTree()
        tree.attributes = [("version", .text(writtenVersion)), ("layout", .text("objects"))]
        if let config { tree.attributes.append(("config", .text(config))) }
        var weights = StateTree()
        for (path, module) in objects {
            let names = path.split(separator: "/").map(String.init)
            let name = names.last ?? "model"
            let own = module.isOpen ? variables(module, name) : object(module, name)
            weights.merge(own, at: names[...])
        }
        tree.children = [("weights", weights)]
        if let optimizer, let model = objects.first?.module {
            tree.children.append(
                ("optimizer", try KerasOptimizerState.tree(of: optimizer, over: model, byLayer: false)))
        }
        return tree
    }

    /// Weights of a file into such modules, all or nothing. A module may have several paths, of which the file has one.
    public static func loadWeights(_ tree: StateTree, _ place: String, into objects: [Object]) throws(Failure) {
        guard tree.text("layout") == "objects", let weights = tree[child: "weights"] else {
            throw .unsupported(
                operation: place, "weights by layers; a model that computes in Python takes those of a .weights.h5")
        }
        do throws(Failure) {
            try KerasWeights(weights, into: objects).load()
        } catch {
            throw error.renamed { $0 == "load" ? place : "\(place): \($0)" }
        }
    }
}

extension KerasWeights {
    init(_ tree: StateTree, into objects: [KerasModel.Object]) throws(Failure) {
        self.init()
        var order: [ObjectIdentifier] = []
        var found: [ObjectIdentifier: (module: Module, paths: [String])] = [:]
        for (path, module) in objects {
            let key = ObjectIdentifier(module)
            if found[key] == nil { order.append(key) }
            found[key, default: (module, [])].paths.append(path)
        }
        for (module, paths) in order.compactMap({ found[$0] }) {
            let path = paths.first { KerasWeights.group(tree, $0) != nil } ?? paths[0]
            let (group, place) = (KerasWeights.group(tree, path), path.isEmpty ? "the model" : path)
            if module.isOpen {
                try takeOwn(module, group, place)
            } else {
                try take(module, group, place)
            }
        }
    }
}

extension Module {
    /// Whether the host says what is in it.
    fileprivate var isOpen: Bool { isForeign || KerasWeights.isModel(self) }
}

extension StateTree {
    /// Puts groups and arrays into a group of this tree, which is made where there is none. What is there stays.
    fileprivate mutating func merge(_ other: StateTree, at path: ArraySlice<String>) {
        if let first = path.first {
            let place = children.firstIndex { $0.name == first } ?? children.count
            if place == children.count { children.append((first, StateTree())) }
            children[place].tree.merge(other, at: path.dropFirst())
            return
        }
        for entry in other.arrays where self[array: entry.name] == nil { arrays.append(entry) }
        for entry in other.attributes where self[attribute: entry.name] == nil { attributes.append(entry) }
        for (name, child) in other.children { merge(child, at: [name]) }
    }
}
