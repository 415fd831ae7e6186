import Engine

/// What a forward pass of the host's calls, in order: calls of functions of tensors, and of modules that the engine
/// knows. Made while the host's code runs on this thread; several of them, for several sizes, become a `Graph`.
public final class Recording: CallRecorder {
    /// Where a value comes from.
    enum Source: Equatable {
        /// The result of a line, or an input: numbered in order of appearance.
        case result(Int)
        /// A parameter or buffer of the tree.
        case path(String)
        /// A tensor that was there before.
        case constant(Int)
    }

    enum Item: Equatable {
        case source(Source)
        case sources([Source])
        case value(Value)
        case missing
    }

    struct Line {
        enum Callee: Equatable {
            case function(String)
            case module(String)
            /// A module that is no part of the tree, by its place in `strays`.
            case stray(Int)
            /// A new value of the buffer at a path.
            case write(String)
        }

        let callee: Callee
        let items: [(keyword: String?, item: Item)]
        /// The options of a module's call, as a text.
        let options: String?
        var results: [Int]
        /// Where the host was.
        let place: String
    }

    let root: Module
    let inputs: [(name: String, shape: Shape)]
    private(set) var lines: [Line] = []
    private(set) var outputs: [Source] = []
    private(set) var constants: [Tensor] = []
    /// Modules that are no part of the tree and have no parameters.
    private(set) var strays: [Module] = []

    private let place: () -> String
    private var sources: [ObjectIdentifier: Source] = [:]
    private var modules: [ObjectIdentifier: String] = [:]
    private var bufferPaths: [ObjectIdentifier: String] = [:]
    private var inputNames: [ObjectIdentifier: String] = [:]
    /// Boxes with values that the host handed over while this was open.
    private var made: Set<ObjectIdentifier> = []
    /// Boxes that were written through views of them, which no line says.
    private var writtenThroughViews: Set<ObjectIdentifier> = []
    /// Boxes that are younger were made while this was open.
    private let begin = Tensor.clock
    private var resultCount = 0
    /// Boxes are known by their addresses, so none may go before the end.
    private var kept: [Tensor] = []

    /// `place` says where the host's code is, such as "model.py, line 12".
    public init(
        _ root: Module, _ inputs: [(name: String, tensor: Tensor)], place: @escaping () -> String
    ) throws(Failure) {
        self.root = root
        self.inputs = inputs.map { ($0.name, $0.tensor.shape) }
        self.place = place
        root.visit { prefix, module in modules[ObjectIdentifier(module)] = String(prefix.dropLast()) }
        for (path, tensor) in root.allParameters { know(tensor, .path(path)) }
        for (path, tensor) in root.allBuffers {
            know(tensor, .path(path))
            bufferPaths[ObjectIdentifier(tensor)] = path
        }
        for (name, tensor) in inputs {
            guard Reader.isWord(name) else {
                throw .argument(operation: "export", "this is no name of an input: '\(name.shortened)'")
            }
            know(tensor, .result(next()))
            inputNames[ObjectIdentifier(tensor)] = name
        }
    }

    public func finish(_ outputs: [Tensor]) throws(Failure) {
        self.outputs = try outputs.map { (tensor) throws(Failure) in try source(tensor) }
    }

    private func next() -> Int {
        resultCount += 1
        return resultCount - 1
    }

    private func know(_ tensor: Tensor, _ source: Source) {
        sources[ObjectIdentifier(tensor)] = source
        kept.append(tensor)
    }

    private func source(_ tensor: Tensor) throws(Failure) -> Source {
        guard !writtenThroughViews.contains(ObjectIdentifier(tensor)), !tensor.isBehind else {
            throw refusal(
                "a tensor is used here that shares its values with one that was written in place; write before its "
                    + "views are taken, or clone it"
            )
        }
        if let known = sources[ObjectIdentifier(tensor)] { return known }
        guard !tensor.requiresGrad else {
            throw refusal(
                "a tensor that requires gradients is used here, but is neither a parameter nor computed from the inputs"
            )
        }
        guard made.contains(ObjectIdentifier(tensor)) || !tensor.isYounger(than: begin) else {
            throw refusal("a tensor is used here that was computed by something that no line of a graph can say")
        }
        know(tensor, .constant(constants.count))
        // Its values now, whatever is written to it later.
        constants.append(try tensor.detach())
        return .constant(constants.count - 1)
    }

    private func refusal(_ what: String) -> Failure { .unsupported(operation: "export", "\(place()): \(what)") }

    public func refuse(_ what: String) throws(Failure) { throw refusal(what) }

    /// Whether a value depends on what varies: then nobody may look at it.
    public func isTraced(_ tensor: Tensor) -> Bool {
        switch sources[ObjectIdentifier(tensor)] {
        case .result?, .path?: return true
        case .constant?, nil: return false
        }
    }

    /// Whether a tensor is a parameter of the model.
    public func isParameter(_ tensor: Tensor) -> Bool {
        if case .path? = sources[ObjectIdentifier(tensor)] { return bufferPaths[ObjectIdentifier(tensor)] == nil }
        return false
    }

    /// Whether a module is the model or in it.
    public func knows(_ module: Module) -> Bool {
        modules[ObjectIdentifier(module)] != nil && !strays.contains { $0 === module }
    }

    // MARK: Calls

    public func record(_ function: String, _ items: [Arguments.Item], _ results: [Tensor]) throws(Failure) {
        if function == "detach", case .tensor(let tensor)? = items.first?.given, case .constant = try source(tensor) {
            // Still a constant, which may be looked at.
            for result in results { know(result, try source(tensor)) }
            return
        }
        var taken: [(keyword: String?, item: Item)] = []
        var hasSource = false
        for item in items {
            switch item.given {
            case .tensor(let tensor):
                taken.append((item.keyword, .source(try source(tensor))))
                hasSource = true
            case .tensors(let tensors):
                taken.append(
                    (item.keyword, .sources(try tensors.map { (tensor) throws(Failure) in try source(tensor) })))
                hasSource = true
            case .value(let value): taken.append((item.keyword, .value(value)))
            case .object: throw .internal(operation: "export", "a function that takes a module")
            }
        }
        append(.function(function), taken, nil, results, canHaveDerivatives: hasSource && function != "detach")
    }

    /// A call of a module: one line, whatever it records inside.
    func recording(
        _ module: Module, _ inputs: [Tensor?], _ options: String?, _ body: () throws(Failure) -> [Tensor?]
    ) throws(Failure) -> [Tensor?] {
        let taken = try inputs.map { (tensor) throws(Failure) -> (keyword: String?, item: Item) in
            (nil, try tensor.map { (tensor) throws(Failure) in .source(try source(tensor)) } ?? .missing)
        }
        let state = ThreadState.current
        state.recorder = nil
        defer { state.recorder = self }
        let results = try body()
        var present: [Tensor] = []
        for result in results {
            guard let result else { throw refusal("a \(module.className) gives nothing in the place of a tensor") }
            // A layer that changes nothing gives what it got; the line has a result of its own all the same.
            present.append(result)
        }
        append(try callee(module), taken, options, present, canHaveDerivatives: true)
        return results
    }

    /// Whether a call of a module is written as what it calls: where the host's code is in it, and where it is the
    /// model itself.
    func looksInto(_ module: Module) -> Bool {
        module === root ? !module.children.isEmpty : module.children.contains { $0.module.needsHost }
    }

    private func callee(_ module: Module) throws(Failure) -> Line.Callee {
        if let place = strays.firstIndex(where: { $0 === module }) { return .stray(place) }
        if let known = modules[ObjectIdentifier(module)] {
            guard module !== root else {
                throw refusal(
                    "the model is a \(module.constructor?.name ?? "layer") itself, which no line of its Graph can "
                        + "call; put it in another"
                )
            }
            return .module(known)
        }
        guard module.allParameters.isEmpty, module.allBuffers.isEmpty, !module.needsHost else {
            throw refusal(
                "a \(module.className) is called that is no part of the model; assign it to an attribute of the model")
        }
        strays.append(module)
        return .stray(strays.count - 1)
    }

    private func append(
        _ callee: Line.Callee, _ items: [(keyword: String?, item: Item)], _ options: String?, _ results: [Tensor],
        canHaveDerivatives: Bool
    ) {
        let place = place()
        var line = Line(callee: callee, items: items, options: options, results: [], place: place)
        for result in results {
            let number = next()
            know(result, .result(number))
            line.results.append(number)
        }
        lines.append(line)
        // What is called while gradients are disabled is a constant to derivatives, which a line by itself is not.
        guard canHaveDerivatives, !ThreadState.current.isGradEnabled else { return }
        for (number, result) in zip(line.results, results) where result.dtype.isFloat {
            know(result, call("detach", .source(.result(number)), place: place))
        }
    }

    /// A line with one result, which no box has yet.
    private func call(_ function: String, _ items: Item..., place: String) -> Source {
        let number = next()
        lines.append(
            Line(
                callee: .function(function), items: items.map { (nil, $0) }, options: nil, results: [number],
                place: place))
        return .result(number)
    }

    // MARK: Values of the host's, and other boxes

    public func recordConstant(_ tensor: Tensor) {
        made.insert(ObjectIdentifier(tensor))
        kept.append(tensor)
    }

    public func recordValues(of box: Tensor) throws(Failure) {
        if box.shown != nil { throw refusal("values are written to a view of a tensor") }
        let id = ObjectIdentifier(box)
        switch sources[id] {
        case .path(let path)?: throw refusal("values are written to '\(path)', which no line computes")
        case .result?: throw refusal("values are written to a tensor that was computed")
        case .constant?, nil:
            guard made.contains(id) else { throw refusal(Recording.noBuffer) }
            // Whoever uses it next uses other values.
            sources[id] = nil
        }
    }

    public func recordAlias(of box: Tensor, to value: Tensor) throws(Failure) { know(box, try source(value)) }

    // MARK: Writing in place

    private static let noBuffer = "a tensor is written to that is no buffer of the model; use register_buffer"

    public func recordAssignment(of box: Tensor, to value: Tensor, _ write: () throws(Failure) -> Void) throws(Failure)
    {
        let id = ObjectIdentifier(box)
        if bufferPaths[id] == nil {
            switch sources[id] {
            case .path(let path)?:
                throw refusal("the forward pass writes to the parameter '\(path)'; only buffers may change")
            case .result? where inputNames[id] != nil:
                throw refusal("the forward pass writes to its input '\(inputNames[id] ?? "")'; clone it first")
            case .result?: break
            case .constant?, nil: guard made.contains(id) else { throw refusal(Recording.noBuffer) }
            }
        }
        let shown = box.shown
        if let shown {
            let id = ObjectIdentifier(shown)
            if let path = bufferPaths[id] {
                throw refusal("the forward pass writes to '\(path)' through a view of it; write to it itself")
            }
            switch sources[id] {
            case .path(let path)?:
                throw refusal("the forward pass writes to the parameter '\(path)'; only buffers may change")
            case .result? where inputNames[id] != nil:
                throw refusal("the forward pass writes to its input '\(inputNames[id] ?? "")'; clone it first")
            case .result?: break
            case .constant?, nil:
                guard made.contains(id) || shown.isYounger(than: begin) else { throw refusal(Recording.noBuffer) }
            }
        }
        var taken = try source(value)
        try write()
        if let shown {
            writtenThroughViews.insert(ObjectIdentifier(shown))
            kept.append(shown)
            _ = box.requiresGrad  // looks at what was written, so that this view is not behind
        }
        let place = place()
        if value.dtype != box.dtype { taken = call("to", .source(taken), .value(.text(box.dtype.name)), place: place) }
        if box.dtype.isFloat, !ThreadState.current.isGradEnabled, !isDetached(taken) {
            taken = call("detach", .source(taken), place: place)
        }
        if let path = bufferPaths[id] { self.write(path, taken, place) }
        // Whoever reads it next gets what was written.
        know(box, taken)
    }

    /// Whether the last line has made a value a constant to derivatives.
    private func isDetached(_ source: Source) -> Bool {
        guard case .result(let number) = source, let line = lines.last else { return false }
        return line.callee == .function("detach") && line.results == [number]
    }

    /// A module of the tree gets another box for a buffer, or none.
    public func recordBuffer(_ name: String, of module: Module, _ tensor: Tensor?) throws(Failure) {
        guard knows(module), let prefix = modules[ObjectIdentifier(module)] else { return }
        let path = prefix.isEmpty ? name : "\(prefix).\(name)"
        guard let old = module.buffers.first(where: { $0.name == name })?.tensor, let tensor, tensor.shape == old.shape,
            tensor.dtype == old.dtype
        else {
            throw refusal("the forward pass registers or removes the buffer '\(path)', or changes its shape or dtype")
        }
        if tensor === old { return }
        let (value, place) = (try source(tensor), place())
        if sources[ObjectIdentifier(old)] == .path(path) {
            know(old, call("clone", .source(.path(path)), place: place))
        }
        bufferPaths[ObjectIdentifier(old)] = nil
        bufferPaths[ObjectIdentifier(tensor)] = path
        write(path, value, place)
    }

    private func write(_ path: String, _ value: Source, _ place: String) {
        lines.append(
            Line(callee: .write(path), items: [(nil, .source(value))], options: nil, results: [], place: place))
    }
}
