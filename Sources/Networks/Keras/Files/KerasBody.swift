import Engine

/// The lines of a graph's body while they are written. Each is also run, on lazy tensors of some size, so that layers
/// make their parameters and the number of results is known; nothing is computed.
final class KerasBody {
    /// What a name in the body stands for.
    struct Item {
        let name: String
        /// nil where no size is known.
        let tensor: Tensor?
    }

    /// A tensor of the model and its mask.
    struct Value {
        let item: Item
        var mask: Item?
        /// Of an input: the shape without the batch that the config says.
        var declared: KerasShape?
    }

    private(set) var lines: [String] = []
    private(set) var constants: [(name: String, tensor: Tensor)] = []
    /// Whether there are lines that a chain of layers does not say.
    private(set) var isChain = true
    private var taken: Set<String> = []
    /// Names of the graph's children: a function that one of them hides has a prefix.
    private let children: Set<String>

    /// Elements of all constants, and lines: bounds on what is made of a file.
    private static let mostConstants = 1 << 22
    private static let mostLines = 100_000

    init(children: [String]) { self.children = Set(children) }

    func name(_ wanted: String) -> String { KerasNames.unique(KerasNames.word(wanted), &taken) }

    /// A name for an input.
    func input(_ wanted: String, _ tensor: Tensor?, _ declared: KerasShape?) -> Value {
        Value(item: Item(name: name(wanted), tensor: tensor), declared: declared)
    }

    private func add(_ line: String) throws(Failure) {
        guard lines.count < KerasBody.mostLines else { throw KerasConfig.failure("the model has too many calls") }
        lines.append(line)
    }

    // MARK: Functions

    /// A line with functions of the table. `text` may call several, one in the other.
    func function(_ text: String, _ operands: [Item], as wanted: String, count: Int = 1) throws(Failure) -> [Item] {
        isChain = false
        let targets = (0..<count).map { _ in name(wanted) }
        let line = "\(targets.joined(separator: ", ")) = \(text)"
        try add("\(targets.joined(separator: ", ")) = \(prefixed(text))")
        var inputs: [(name: String, tensor: Tensor?)] = constants.map { ($0.name, $0.tensor) }
        for operand in operands {
            guard let tensor = operand.tensor else { return targets.map { Item(name: $0, tensor: nil) } }
            inputs.append((operand.name, tensor))
        }
        let scratch = Module(nil)
        let results = try GraphBody(line).run(scratch, inputs, outputs: targets)
        return zip(targets, results).map { Item(name: $0, tensor: $1) }
    }

    /// The same text with functions that a child of the graph hides under their full names.
    private func prefixed(_ text: String) -> String {
        var result = ""
        var word = ""
        var isQuoted = false
        for character in text {
            if character == "'" { isQuoted.toggle() }
            if !isQuoted, character.isLetter || character.isNumber || character == "_" || character == "." {
                word.append(character)
                continue
            }
            if character == "(", children.contains(word) { result += GraphBody.functionPrefix }
            result += word
            word = ""
            result.append(character)
        }
        return result + word
    }

    /// A constant as a buffer of the graph.
    func constant(_ json: JSON) throws(Failure) -> String {
        var shape: Shape = []
        var first = json
        while let list = first.list {
            shape.append(list.count)
            guard shape.count <= mostAxes, let next = list.first else { break }
            first = next
        }
        var numbers: [Double] = []
        var isWhole = true
        func collect(_ json: JSON, _ depth: Int) -> Bool {
            if let list = json.list {
                return depth < shape.count && list.count == shape[depth] && list.allSatisfy { collect($0, depth + 1) }
            }
            guard depth == shape.count, let number = json.real ?? json.flag.map({ $0 ? 1 : 0 }) else { return false }
            if case .real = json { isWhole = false }
            numbers.append(number)
            return true
        }
        let used = constants.reduce(0) { $0 + $1.tensor.shape.reduce(1, *) }
        guard collect(json, 0), numbers.count <= KerasBody.mostConstants - used else {
            throw KerasConfig.failure("a constant of the model is no array of numbers, or too large")
        }
        let values = try Tensor(dtype: .float64, shape: shape) { memory in
            for (place, number) in numbers.enumerated() {
                memory.storeBytes(of: number, toByteOffset: 8 * place, as: Double.self)
            }
        }
        let name = name("constant")
        constants.append((name, try values.cast(isWhole && !shape.isEmpty ? .int64 : .float32).detach()))
        return name
    }

    // MARK: Layers

    /// A line that calls a layer. `inputs` are by place, nil for those that are missing; `keywords` by name.
    func layer(
        _ module: Module, _ path: String, _ inputs: [Item?], _ keywords: [(name: String, item: Item)],
        _ options: [String], as wanted: String
    ) throws(Failure) -> [Item] {
        if inputs.count != 1 || !keywords.isEmpty || !options.isEmpty { isChain = false }
        var terms = inputs.map { $0?.name ?? "None" }
        terms += keywords.map { "\($0.name)=\($0.item.name)" } + options
        var results: [Tensor?] = [nil]
        let tensors = inputs.compactMap { $0 } + keywords.map(\.item)
        if tensors.allSatisfy({ $0.tensor != nil }) {
            var slots: [Tensor?] = inputs.map { $0?.tensor }
            let names = module.constructor?.inputs.map(\.name) ?? []
            for (name, item) in keywords {
                guard let place = names.firstIndex(of: name) else { continue }
                while slots.count <= place { slots.append(nil) }
                slots[place] = item.tensor
            }
            results = try module.call(slots, options: options.isEmpty ? nil : options.joined(separator: ", "))
        }
        let targets = results.map { _ in name(wanted) }
        try add("\(targets.joined(separator: ", ")) = \(path)(\(terms.joined(separator: ", ")))")
        return zip(targets, results).map { Item(name: $0, tensor: $1) }
    }
}
