import Engine

/// Several recordings of one forward pass, at several sizes of the inputs, as one body. Numbers that differ have to be
/// linear in the sizes.
struct BodyWriter {
    /// An extent that varies: of the axes of inputs that always have it in common.
    private struct Extent {
        let name: String
        let input: Int
        let axis: Int
        /// In each recording.
        let sizes: [Int]
    }

    private let recordings: [Recording]
    private let first: Recording
    private let extents: [Extent]
    /// Of lines that count.
    private let isLive: [Bool]
    /// Of inputs and of the results of live lines, by number.
    private let names: [Int: String]
    /// What values are called, extents among them.
    private let values: Set<String>
    /// What the root's own parameters, buffers and modules are called, and the inputs.
    private let taken: Set<String>
    /// Where constants and modules that are no part of the tree are to be found. Those that no live line uses have no
    /// name.
    let constants: [Int: String]
    let strays: [Int: String]

    /// `avoiding`: names that no value of this body may have. `mode`: what tells the names of constants from another
    /// body's.
    init(_ recordings: [Recording], avoiding: [String] = [], mode: String = "") throws(Failure) {
        guard let first = recordings.first else { throw .argument(operation: "export", "there are no recordings") }
        (self.recordings, self.first) = (recordings, first)
        let root = first.root
        taken = Set(
            first.inputs.map(\.name) + root.parameters.map(\.name) + root.buffers.map(\.name)
                + root.children.map(\.name))
        var used = taken.union(avoiding)
        func fresh(_ wanted: String) -> String {
            var name = wanted
            while used.contains(name) { name += "_" }
            used.insert(name)
            return name
        }
        var extents: [Extent] = []
        for (input, entry) in first.inputs.enumerated() {
            for axis in entry.shape.indices {
                let sizes = try recordings.map { (recording) throws(Failure) -> Int in
                    guard recording.inputs.count == first.inputs.count,
                        recording.inputs[input].shape.count == entry.shape.count
                    else {
                        throw .argument(operation: "export", "the recordings have different inputs")
                    }
                    return recording.inputs[input].shape[axis]
                }
                guard Set(sizes).count > 1, !extents.contains(where: { $0.sizes == sizes }) else { continue }
                let name = fresh(extents.isEmpty ? "n" : "n\(extents.count + 1)")
                extents.append(Extent(name: name, input: input, axis: axis, sizes: sizes))
            }
        }
        self.extents = extents
        isLive = BodyWriter.liveLines(first)
        var names: [Int: String] = [:]
        for (place, input) in first.inputs.enumerated() { names[place] = input.name }
        var (constants, strays): ([Int: String], [Int: String]) = ([:], [:])
        func name(_ source: Recording.Source) {
            if case .constant(let place) = source, constants[place] == nil {
                constants[place] = fresh("constant_\(mode)\(constants.count)")
            }
        }
        for (place, line) in first.lines.enumerated() where isLive[place] {
            for number in line.results { names[number] = fresh("h\(names.count - first.inputs.count + 1)") }
            if case .stray(let place) = line.callee, strays[place] == nil {
                strays[place] = fresh("stray_\(mode)\(strays.count)")
            }
            for (_, item) in line.items { item.sources.forEach(name) }
        }
        first.outputs.forEach(name)
        (self.names, self.constants, self.strays) = (names, constants, strays)
        values = Set(names.values).union(extents.map(\.name))
    }

    /// The body, and the names of its results: those given, or its own.
    func body(outputs wanted: [String]? = nil) throws(Failure) -> (text: String, outputs: [String]) {
        for recording in recordings { try compare(recording) }
        var lines: [String] = []
        var usesExtents = false
        for (place, line) in first.lines.enumerated() where isLive[place] {
            let text = try text(line, place, &usesExtents)
            lines.append(text)
        }
        if usesExtents {
            let size = function("size")
            let sizes = extents.map { "\($0.name) = \(size)(\(first.inputs[$0.input].name), \($0.axis))" }
            lines = sizes.filter { size in lines.contains { uses($0, String(size.prefix { $0 != " " })) } } + lines
        }
        var outputs: [String] = []
        for (place, source) in first.outputs.enumerated() {
            let name = try text(source)
            if let wanted {
                lines.append("\(wanted[place]) = \(function("clone"))(\(name))")
                continue
            }
            // A result stands under a word of its own, and once.
            if case .result(let number) = source, number >= first.inputs.count, !outputs.contains(name) {
                outputs.append(name)
            } else {
                var own = "y\(place + 1)"
                while taken.contains(own) || values.contains(own) { own += "_" }
                lines.append("\(own) = \(function("clone"))(\(name))")
                outputs.append(own)
            }
        }
        return (lines.joined(separator: "\n"), wanted ?? outputs)
    }

    /// A function's name as a line has it.
    private func function(_ name: String) -> String {
        first.root.module(at: name) == nil ? name : GraphBody.functionPrefix + name
    }

    private func uses(_ line: String, _ name: String) -> Bool {
        line.split { !($0.isLetter || $0.isNumber || $0 == "_") }.contains { $0 == name }
    }

    // MARK: The same calls at all sizes

    private func compare(_ other: Recording) throws(Failure) {
        for (place, line) in first.lines.enumerated() {
            guard place < other.lines.count, other.lines[place].callee == line.callee,
                other.lines[place].items.count == line.items.count,
                other.lines[place].options == line.options, other.lines[place].results.count == line.results.count
            else { throw differs(line, place < other.lines.count ? other.lines[place] : nil) }
            for (one, two) in zip(line.items, other.lines[place].items)
            where !isSameSource(one.item, two.item) || one.keyword != two.keyword {
                throw differs(line, other.lines[place])
            }
        }
        if other.lines.count > first.lines.count { throw differs(other.lines[first.lines.count], nil) }
        guard other.outputs == first.outputs else {
            throw .unsupported(operation: "export", "the results of the forward pass depend on the sizes of its inputs")
        }
        for place in constants.keys.sorted() where place < other.constants.count {
            try compare(first.constants[place], other.constants[place], place)
        }
        for place in strays.keys.sorted() where place < other.strays.count {
            let (one, two) = (first.strays[place], other.strays[place])
            guard one !== two,
                one.className != two.className
                    || !zip(one.attributes, two.attributes).allSatisfy({ $0.value.isSame(as: $1.value) })
            else {
                continue
            }
            let user = first.lines.first { $0.callee == .stray(place) }
            throw refusal(user?.place, "a \(one.className) is made here whose arguments change from call to call")
        }
    }

    /// Values are compared when they are written.
    private func isSameSource(_ one: Recording.Item, _ two: Recording.Item) -> Bool {
        if case .value = one, case .value = two { return true }
        return one == two
    }

    private func differs(_ line: Recording.Line, _ other: Recording.Line?) -> Failure {
        let elsewhere = other.flatMap { $0.place == line.place ? nil : ", at another \($0.place)" } ?? ""
        return refusal(
            line.place + elsewhere,
            "what is called here depends on the sizes of the inputs, or changes from call to call")
    }

    private func refusal(_ place: String?, _ sentence: String) -> Failure {
        .unsupported(operation: "export", "\(place ?? "the forward pass"): \(sentence)")
    }

    private func compare(_ one: Tensor, _ two: Tensor, _ place: Int) throws(Failure) {
        if one === two { return }
        let isSame = one.shape == two.shape && one.dtype == two.dtype
        let size = one.count * one.dtype.size
        let bits =
            isSame
            ? try one.withData { (a) throws(Failure) in
                try two.withData { (b) throws(Failure) in
                    UnsafeRawBufferPointer(start: a, count: size).elementsEqual(
                        UnsafeRawBufferPointer(start: b, count: size))
                }
            } : false
        guard bits else {
            let user = first.lines.first { line in line.items.contains { $0.item.sources.contains(.constant(place)) } }
            throw refusal(
                user?.place,
                """
                a tensor is used here that is made anew in each call, with other values; make it of the inputs or of \
                functions such as arange
                """)
        }
    }

    // MARK: Lines

    /// Lines that lead to a result or change a buffer, and those that draw random numbers, whose stream must go on as
    /// it does in the model.
    private static func liveLines(_ recording: Recording) -> [Bool] {
        var wanted: Set<Int> = []
        func want(_ sources: [Recording.Source]) {
            for case .result(let number) in sources { wanted.insert(number) }
        }
        want(recording.outputs)
        var isLive = Array(repeating: false, count: recording.lines.count)
        for (place, line) in recording.lines.enumerated().reversed() {
            switch line.callee {
            case .function(let name):
                isLive[place] = line.results.contains { wanted.contains($0) } || Functions.draws(name)
            case .module, .stray, .write: isLive[place] = true
            }
            if isLive[place] { for (_, item) in line.items { want(item.sources) } }
        }
        return isLive
    }

    private func text(_ line: Recording.Line, _ place: Int, _ usesExtents: inout Bool) throws(Failure) -> String {
        var words: [String] = []
        for (number, (keyword, item)) in line.items.enumerated() {
            let word: String
            switch item {
            case .missing: word = "None"
            case .source(let source): word = try text(source)
            case .sources(let sources):
                let list = try sources.map { (source) throws(Failure) in try text(source) }
                word = list.count == 1 ? "(\(list[0]),)" : "(\(list.joined(separator: ", ")))"
            case .value:
                let values = recordings.compactMap { recording -> Value? in
                    if case .value(let value) = recording.lines[place].items[number].item { return value }
                    return nil
                }
                word = try text(values, line, &usesExtents, keepsKind: line.keepsKind(number, keyword))
            }
            words.append(keyword.map { "\(Call.keyword($0))=\(word)" } ?? word)
        }
        if let options = line.options { words.append(options) }
        let targets = line.results.map { names[$0] ?? "" }.joined(separator: ", ")
        switch line.callee {
        case .function(let name): return "\(targets) = \(function(name))(\(words.joined(separator: ", ")))"
        case .stray(let place):
            return "\(targets) = \(try callable(strays[place] ?? ""))(\(words.joined(separator: ", ")))"
        case .module(let path): return "\(targets) = \(try callable(path))(\(words.joined(separator: ", ")))"
        case .write(let path): return "\(try callable(path)) = \(words[0])"
        }
    }

    /// A path as a body writes it.
    private func callable(_ path: String) throws(Failure) -> String {
        let isClear =
            Reader.isName(path) && !path.hasPrefix("self.") && !path.hasPrefix(GraphBody.functionPrefix)
            && !values.contains(path)
        let written = isClear ? path : "self." + path
        guard Reader.isName(written) else {
            throw .unsupported(
                operation: "export", "the name of the module or parameter '\(path)' is none that a line can have")
        }
        return written
    }

    private func text(_ source: Recording.Source) throws(Failure) -> String {
        switch source {
        case .result(let number): return names[number] ?? ""
        case .path(let path): return try callable(path)
        case .constant(let place): return try callable(constants[place] ?? "")
        }
    }

    // MARK: Numbers

    private func text(
        _ values: [Value], _ line: Recording.Line, _ usesExtents: inout Bool, keepsKind: Bool
    ) throws(Failure) -> String {
        let one = values[0]
        if values.dropFirst().allSatisfy({ $0 == one || $0.isSame(as: one) && !keepsKind }) { return one.literal }
        let lists = values.compactMap(\.list)
        if lists.count == values.count, lists.allSatisfy({ $0.count == lists[0].count }) {
            let parts = try lists[0].indices.map { (place) throws(Failure) in
                try text(lists.map { $0[place] }, line, &usesExtents, keepsKind: keepsKind)
            }
            return parts.count == 1 ? "(\(parts[0]),)" : "(\(parts.joined(separator: ", ")))"
        }
        let numbers = values.compactMap { value -> Int? in
            guard let real = value.real, let whole = Int(exactly: real), abs(real) < 0x1p52,
                value.integer != nil || !keepsKind
            else { return nil }
            return whole
        }
        guard numbers.count == values.count, let formula = linear(numbers) else {
            let shown = values.map(\.literal).joined(separator: ", ")
            throw .unsupported(
                operation: "export",
                "\(line.place): a value here is not linear in the sizes of the inputs: \(shown.shortened)")
        }
        usesExtents = true
        return formula
    }

    /// A formula with a larger divisor than this is none.
    private static let largestDivisor: Int128 = 1 << 20

    /// (p n + ... + r) // q, or nil where no such formula gives all numbers. Recordings come in this order: one at the
    /// base sizes, then for each extent one where it alone is another; the rest is compared.
    private func linear(_ numbers: [Int]) -> String? {
        guard extents.allSatisfy({ $0.sizes.allSatisfy { $0 < 1 << 31 } }) else { return nil }
        var divisor: Int128 = 1
        var slopes: [(rise: Int128, run: Int128)] = []
        for extent in extents {
            guard
                let other = recordings.indices.first(where: { place in
                    extent.sizes[place] != extent.sizes[0]
                        && extents.allSatisfy { $0.name == extent.name || $0.sizes[place] == $0.sizes[0] }
                })
            else { return nil }
            let (rise, run) = (Int128(numbers[other] - numbers[0]), Int128(extent.sizes[other] - extent.sizes[0]))
            let common = greatestCommonDivisor(rise, run)
            slopes.append((rise / common, run / common))
            divisor = abs(divisor * (run / common) / greatestCommonDivisor(divisor, run / common))
            guard divisor <= BodyWriter.largestDivisor else { return nil }
        }
        let factors = zip(slopes, extents).map { slope, _ in slope.rise * (divisor / slope.run) }
        func sum(_ place: Int) -> Int128 { zip(factors, extents).reduce(0) { $0 + $1.0 * Int128($1.1.sizes[place]) } }
        let rest = Int128(numbers[0]) * divisor - sum(0)
        for (place, number) in numbers.enumerated() where floored(sum(place) + rest, divisor) != Int128(number) {
            return nil
        }
        var terms: [(isNegative: Bool, text: String)] = []
        for (factor, extent) in zip(factors, extents) where factor != 0 {
            terms.append((factor < 0, abs(factor) == 1 ? extent.name : "\(abs(factor)) * \(extent.name)"))
        }
        if rest != 0 { terms.append((rest < 0, "\(abs(rest))")) }
        // A line has no sign before a name.
        terms.sort { !$0.isNegative && $1.isNegative }
        var text = terms.first.map { $0.isNegative ? "0 - \($0.text)" : $0.text } ?? "0"
        for term in terms.dropFirst() { text += term.isNegative ? " - \(term.text)" : " + \(term.text)" }
        if divisor == 1 { return text }
        return terms.count == 1 && !terms[0].isNegative ? "\(text) // \(divisor)" : "(\(text)) // \(divisor)"
    }

    private func floored(_ a: Int128, _ b: Int128) -> Int128 { a / b - (a % b < 0 ? 1 : 0) }

    private func greatestCommonDivisor(_ a: Int128, _ b: Int128) -> Int128 {
        var (a, b) = (abs(a), abs(b))
        while b != 0 { (a, b) = (b, a % b) }
        return max(a, 1)
    }
}

extension Graph {
    /// The graph that does what the recorded forward passes of `root` did; a module of its own, with copies of all
    /// parameters and buffers under the same paths. `training`: recordings in training mode, none where it makes no
    /// difference.
    public static func exported(_ root: Module, evaluation: [Recording], training: [Recording]) throws(Failure) -> Graph
    {
        for recording in evaluation + training where recording.root !== root {
            throw .argument(operation: "export", "a recording is of another model")
        }
        guard let first = evaluation.first else { throw .argument(operation: "export", "there are no recordings") }
        var copies = Copies()
        var extra: [Arguments.Item] = []
        /// What a body needs besides the root's own.
        func add(_ writer: BodyWriter, _ recording: Recording) throws(Failure) {
            for (place, name) in writer.constants.sorted(by: { $0.key < $1.key }) {
                extra.append(
                    Arguments.Item(.object(try DeclaredArray(buffer: recording.constants[place])), keyword: name))
            }
            for (place, name) in writer.strays.sorted(by: { $0.key < $1.key }) {
                extra.append(Arguments.Item(.object(try copies.copy(of: recording.strays[place])), keyword: name))
            }
        }
        let writer = try BodyWriter(evaluation)
        let (body, outputs) = try writer.body()
        try add(writer, first)
        var items: [Arguments.Item] = [
            .init(.value(.text(first.inputs.map(\.name).joined(separator: ", ")))), .init(.value(.text(body))),
            .init(.value(.text(outputs.joined(separator: ", ")))),
        ]
        if let other = training.first {
            guard other.inputs.map(\.name) == first.inputs.map(\.name) else {
                throw .argument(operation: "export", "the recordings in training mode have other inputs")
            }
            guard other.outputs.count == outputs.count else {
                throw .unsupported(
                    operation: "export",
                    "in training the model gives \(other.outputs.count) tensors, but in evaluation \(outputs.count)")
            }
            var writer = try BodyWriter(training, mode: "t")
            var (lines, results) = try writer.body()
            if results != outputs {
                // Both bodies give their results under the same names.
                writer = try BodyWriter(training, avoiding: outputs, mode: "t")
                (lines, results) = try writer.body(outputs: outputs)
            }
            if lines != body {
                items.append(.init(.value(.text(lines)), keyword: "training_body"))
                try add(writer, other)
            }
        }
        let graph = try Graph(Arguments(Graph.signature, items))
        try copies.fill(graph, from: root)
        try graph.addChildren(Arguments(Graph.signature, items + extra))
        return graph
    }
}

/// Copies of a tree: layers of the engine's as they are, what is the host's as names alone.
private struct Copies {
    private var modules: [ObjectIdentifier: Module] = [:]
    private var tensors: [ObjectIdentifier: Tensor] = [:]

    mutating func copy(of module: Module) throws(Failure) -> Module {
        if let known = modules[ObjectIdentifier(module)] { return known }
        let copy: Module
        if let name = module.constructor?.name, let arguments = module.arguments, let kind = Registry.module(name) {
            let items = arguments.values.map { Arguments.Item(.value($0.value), keyword: $0.name) }
            copy = try kind.make(Arguments(kind.signature, items))
        } else {
            copy = try Container(Arguments(Container.signature))
        }
        modules[ObjectIdentifier(module)] = copy
        try fill(copy, from: module)
        copy.setTraining(module.isTraining)
        return copy
    }

    mutating func fill(_ copy: Module, from module: Module) throws(Failure) {
        for (name, _) in copy.parameters { try copy.setParameter(name, nil) }
        for (name, _) in copy.buffers { try copy.setBuffer(name, nil) }
        for (name, tensor) in module.parameters {
            try copy.setParameter(name, box(tensor), frozen: !tensor.requiresGrad)
        }
        for (name, tensor) in module.buffers { try copy.setBuffer(name, box(tensor)) }
        for (name, child) in module.children { try copy.add(self.copy(of: child), as: name) }
    }

    private mutating func box(_ tensor: Tensor) throws(Failure) -> Tensor {
        if let known = tensors[ObjectIdentifier(tensor)] { return known }
        let copy = try tensor.detach()
        tensors[ObjectIdentifier(tensor)] = copy
        return copy
    }
}

extension Recording.Item {
    fileprivate var sources: [Recording.Source] {
        switch self {
        case .source(let source): return [source]
        case .sources(let sources): return sources
        case .value, .missing: return []
        }
    }
}

extension Recording.Line {
    /// Whether it matters to the callee that a number is whole or real: where it has the number's dtype.
    fileprivate func keepsKind(_ place: Int, _ keyword: String?) -> Bool {
        guard case .function(let name) = callee, let parameters = Functions.named(name)?.signature.parameters else {
            return false
        }
        let parameter =
            keyword.map { keyword in parameters.first { $0.name == keyword } }
            ?? (place < parameters.count ? parameters[place] : nil)
        return parameter?.type.keepsKind ?? false
    }
}
