import Engine

/// Checkpoints of version 1 as those of the present version: there all attributes were numbers, some under other names.
extension StateTree {
    /// The whole file's tree, if `version` is that of the file.
    public func upgraded(from version: Int) -> StateTree {
        guard version < 2 else { return self }
        var tree = self
        for place in tree.children.indices {
            switch tree.children[place].name {
            case "model": tree.children[place].tree = tree.children[place].tree.moduleOfVersion1
            case "optimizer": tree.children[place].tree = tree.children[place].tree.optimizerOfVersion1
            case "trainer": tree.children[place].tree = tree.children[place].tree.trainerOfVersion1
            default: break
            }
        }
        return tree
    }

    private static let layersOfVersion1: Set<String> = [
        "Linear", "Identity", "ReLU", "LeakyReLU", "Sigmoid", "Tanh", "GELU", "Softmax", "LogSoftmax", "Softplus",
        "Flatten", "Sequential",
        sharedModule,
    ]

    private var moduleOfVersion1: StateTree {
        var tree = self
        tree.attributes = attributes.map { name, value in
            switch name {
            case "start_axis": return ("start_dim", value)
            case "end_axis": return ("end_dim", value)
            case "axis": return ("dim", value)
            case "bias": return (name, value.real.map { .flag($0 != 0) } ?? value)
            case "approximate": return (name, value.real.map { .text($0 == 0 ? "none" : "tanh") } ?? value)
            default: return (name, value)
            }
        }
        // A class of the program's own may have the name of a layer that came later.
        if let name = text("class"), !StateTree.layersOfVersion1.contains(name) {
            tree.attributes.append((StateTree.host, .flag(true)))
        }
        // Then softplus had no threshold.
        if text("class") == "Softplus" { tree.attributes += [("beta", .real(1)), ("threshold", .real(.infinity))] }
        if pathOfShared == nil { tree.attributes.append((StateTree.unlisted, .flag(true))) }
        tree.children = children.map { ($0.name, $0.tree.moduleOfVersion1) }
        return tree
    }

    /// One group, with the settings that stood beside the class.
    private var optimizerOfVersion1: StateTree {
        var (tree, group) = (StateTree(), StateTree())
        for (name, value) in attributes {
            switch name {
            case "class": tree.attributes.append((name, value))
            case "beta1": group.attributes.append(("betas", .list([value, self[attribute: "beta2"] ?? .none])))
            case "beta2": break
            case "epsilon": group.attributes.append(("eps", value))
            case "nesterov": group.attributes.append((name, .flag(value.integer != 0)))
            default: group.attributes.append((name, value))
            }
        }
        var groups = StateTree()
        groups.children = [("0", group)]
        tree.children = [("groups", groups)] + children.filter { $0.name == "state" }
        return tree
    }

    private var trainerOfVersion1: StateTree {
        let losses = [
            "MSELoss()", "BCELoss()", "BCEWithLogitsLoss()", "CrossEntropyLoss()",
            "CrossEntropyLoss(from_logits=False)",
        ]
        var tree = self
        tree.attributes = attributes.map { name, value in
            guard name == "loss", let number = value.integer else { return (name, value) }
            return (name, .text(losses.indices.contains(Int(number)) ? losses[Int(number)] : "loss number \(number)"))
        }
        return tree
    }
}
