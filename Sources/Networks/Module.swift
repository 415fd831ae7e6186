import Engine

/// A layer, or a tree of layers: named children, named parameters (leaves that require gradients), named buffers
/// (saved, not trained). Modules hold boxes, so an optimiser and a module that share a parameter see the same values.
open class Module {
    public private(set) var children: [(name: String, module: Module)] = []
    /// This module's own; see `allParameters` for the tree's.
    public private(set) var parameters: [(name: String, tensor: Tensor)] = []
    public private(set) var buffers: [(name: String, tensor: Tensor)] = []
    /// Its own mode, of which the host may choose another for all that a thread calls (ThreadState.phase).
    private var trains = true {
        didSet { if trains != oldValue { Conditions.changed() } }
    }
    public var isTraining: Bool { ThreadState.current.phase ?? trains }
    /// Goes on when it has another child, parameter, buffer or forward pass.
    private var version = 0

    /// Modules in a chain, the outermost and the innermost included: what walks a tree recurses, and the stack has an
    /// end.
    public static let deepest = 200

    /// An entry for each place in another module that holds this one. They do not keep it alive, and end with it.
    private struct Parent {
        unowned(unsafe) let module: Module
    }
    private var parents: [Parent] = []

    /// What it was made from; nil for one that is the host's alone.
    private var made: Arguments?
    /// The host's code in the place of this module's own forward pass.
    public private(set) var host: (any HostForward)?
    private var hostName: String?
    /// Values in the places of parameters, for forward passes.
    private var lent: [(name: String, tensor: Tensor)] = []
    private var kept: AnyObject?
    /// A text of the host's that is saved with the module: what it needs to know of it when it is loaded.
    public var note: String?
    /// The name that files of Keras have for it, where no word says it: "conv-1".
    var fileName: String?
    let takesOneTensor: Bool
    let givesOneTensor: Bool

    /// `arguments`: of the signature that this module is registered with.
    public init(_ arguments: Arguments?) {
        made = arguments
        let inputs = arguments?.signature.inputs ?? []
        takesOneTensor = inputs.count == 1 && !inputs[0].isVariadic
        givesOneTensor = arguments?.signature.outputs.count == 1
    }

    deinit {
        for (_, child) in children { child.forget(parent: self) }
    }

    // MARK: What it is

    /// As in PyTorch: "Linear".
    public var className: String { hostName ?? made?.signature.name ?? "Module" }
    /// How it was made; nil for one that is the host's alone.
    public var constructor: Signature? { made?.signature }
    /// What it was made from, by an argument's name; nil for one that is no value.
    func constructorValue(_ name: String) -> Value? { made?.value(name) }
    func constructorInteger(_ name: String) throws(Failure) -> Int {
        guard let made else { throw .internal(operation: className, "it was made without arguments") }
        return try made.integer(name)
    }
    /// The arguments that each forward pass reads: they can be changed.
    var changeable: Set<String> { [] }

    /// Changes an argument, to the value that a text spells.
    public func setArgument(_ name: String, _ text: String) throws(Failure) {
        guard changeable.contains(name), let now = arguments else {
            throw .unsupported(
                operation: className, "the argument '\(name)' was built into the layer; make another layer")
        }
        made = try now.replacing(name, Reader.value(text, operation: className))
        changed()
    }

    /// The arguments that make such a module again. A layer overrides this where its parameters say more than what it
    /// was made from.
    open var arguments: Arguments? { made }
    /// Whether the expression spells the children out, which the arguments do not make.
    open var spellsChildren: Bool { made?.signature.parameters.contains(where: \.isVariadic) == true }
    /// The arguments by name, with their values: what makes this module besides its parameters and children.
    public var attributes: [(name: String, value: Value)] {
        (arguments?.values ?? []).filter { $0.name != Parameter.dtype.name }
    }
    /// What stands between the parentheses in `description`: all attributes, as keywords.
    open var summary: String { attributes.map { "\($0.name)=\($0.value.literal)" }.joined(separator: ", ") }

    /// Gives the module a forward pass of the host's, under the name of the host's class; its own stays to be called by
    /// `callLayer`. `kept` lives until the module goes or another takes its place. Without a name the module stays what
    /// it is to whoever looks at it or saves it: the host's code goes around its own pass.
    public func setHost(_ host: (any HostForward)?, className: String?, keeping kept: AnyObject? = nil) {
        (self.host, hostName, self.kept) = (host, className, kept)
        changed()
    }

    /// Whether what it computes is the host's to say.
    public var isForeign: Bool { host != nil && hostName != nil || made == nil }

    /// Whether running it, or any module in it, needs the host's code.
    public var needsHost: Bool {
        var needs = false
        visit { _, module in needs = needs || module.host != nil || module.made == nil }
        return needs
    }

    // MARK: The forward pass

    /// Whether one tensor goes in and one comes out, by the engine's own code.
    var isOneToOne: Bool { host == nil && takesOneTensor && givesOneTensor }

    /// Whether, as a loss, it takes predictions for scores of classes, of which one is right.
    open var hasClasses: Bool { false }

    /// The forward pass of a layer of one tensor: one row of the result for each row of `x`.
    open func forward(_ x: Tensor) throws(Failure) -> Tensor {
        throw .unsupported(operation: className, "it has no forward pass; call the modules in it")
    }

    /// The forward pass: a tensor (or nil) for each of the signature's inputs, and one for each of its outputs.
    /// `options` are those of this call, nil for none.
    open func forward(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        guard inputs.count == 1, let x = inputs[0] else {
            throw .internal(operation: className, "it does not say what its inputs are")
        }
        return [try forward(x)]
    }

    // MARK: Programs

    /// Notes that recording its forward pass would give something else now.
    public func changed() {
        version &+= 1
        Conditions.changed()
    }

    /// In a capture block, notes that what is recorded depends on this module.
    public func noteInCapture() {
        guard Capture.isOpenAnywhere else { return }
        Capture.note(self, isRenewable: true) { [unowned self] in Form(version: version, trains: trains) }
    }

    private struct Form: Equatable {
        let version: Int
        let trains: Bool
    }

    // MARK: Registration

    public static func checkName(_ name: String, operation: String) throws(Failure) {
        guard !name.isEmpty, !name.contains("."), !name.contains("/") else {
            throw .argument(operation: operation, "a name must not be empty and must not contain '.' or '/': '\(name)'")
        }
    }

    /// Adds or replaces a child. `isNew`: nothing has that name, so that many children take no longer than each by
    /// itself.
    public func add(_ child: Module, as name: String, isNew: Bool = false) throws(Failure) {
        try Module.checkName(name, operation: "module")
        var isCircle = false
        child.visit { _, module in isCircle = isCircle || module === self }
        guard !isCircle else { throw .argument(operation: "module", "a module cannot contain itself: '\(name)'") }
        let levels = chain { $0.parents.map { $0.module } } + child.chain { $0.children.map { $0.module } }
        guard levels <= Module.deepest else {
            throw .argument(
                operation: "module",
                "modules can be nested \(Module.deepest) levels deep, but '\(name)' would make it more")
        }
        if !isNew, let place = children.firstIndex(where: { $0.name == name }) {
            children[place].module.forget(parent: self)
            children[place].module = child
        } else {
            children.append((name, child))
        }
        child.parents.append(Parent(module: self))
        changed()
    }

    /// Removes a child, if there is one of that name.
    public func remove(_ name: String) {
        guard let place = children.firstIndex(where: { $0.name == name }) else { return }
        children.remove(at: place).module.forget(parent: self)
        changed()
    }

    private func forget(parent: Module) {
        if let place = parents.firstIndex(where: { $0.module === parent }) { parents.remove(at: place) }
    }

    /// How many modules the longest chain from this one has; it ends at one more than may be.
    private func chain(_ next: (Module) -> [Module]) -> Int {
        var level = [self]
        var count = 0
        while !level.isEmpty, count <= Module.deepest {
            count += 1
            var seen: Set<ObjectIdentifier> = []
            level = level.flatMap(next).filter { seen.insert(ObjectIdentifier($0)).inserted }
        }
        return count
    }

    /// Adds, replaces or (nil) removes a parameter: a float leaf, which is made to require gradients unless it is
    /// `frozen`.
    public func setParameter(_ name: String, _ tensor: Tensor?, frozen: Bool = false) throws(Failure) {
        try Module.checkName(name, operation: "parameter")
        if let tensor {
            guard tensor.dtype.isFloat else {
                throw .dtype(
                    operation: "parameter", "'\(name)' must be of a floating dtype, but is \(tensor.dtype.name)")
            }
            guard tensor.isLeaf else {
                throw .state(
                    operation: "parameter",
                    "'\(name)' was computed from tensors that require gradients; detach it first")
            }
            try tensor.setRequiresGrad(!frozen)
        }
        Module.set(&parameters, name, tensor)
        changed()
    }

    public func setBuffer(_ name: String, _ tensor: Tensor?) throws(Failure) {
        try Module.checkName(name, operation: "buffer")
        Module.set(&buffers, name, tensor)
        changed()
    }

    private static func set(_ list: inout [(name: String, tensor: Tensor)], _ name: String, _ tensor: Tensor?) {
        let place = list.firstIndex { $0.name == name }
        switch (place, tensor) {
        case (let place?, let tensor?): list[place].tensor = tensor
        case (let place?, nil): list.remove(at: place)
        case (nil, let tensor?): list.append((name, tensor))
        case (nil, nil): break
        }
    }

    // MARK: The tree

    /// All parameters, depth first, by dotted path; a shared one counts once.
    public var allParameters: [(name: String, tensor: Tensor)] { collect { $0.parameters } }
    public var allBuffers: [(name: String, tensor: Tensor)] { collect { $0.buffers } }

    private func collect(_ own: (Module) -> [(name: String, tensor: Tensor)]) -> [(name: String, tensor: Tensor)] {
        var result: [(name: String, tensor: Tensor)] = []
        var seen: Set<ObjectIdentifier> = []
        visit { prefix, module in
            for (name, tensor) in own(module) where seen.insert(ObjectIdentifier(tensor)).inserted {
                result.append((prefix + name, tensor))
            }
        }
        return result
    }

    /// Depth first, each module once, by its first path, which ends with a dot unless it is the root's.
    func visit(_ body: (String, Module) -> Void) {
        var seen: Set<ObjectIdentifier> = []
        visit("", &seen, body)
    }

    private func visit(_ prefix: String, _ seen: inout Set<ObjectIdentifier>, _ body: (String, Module) -> Void) {
        guard seen.insert(ObjectIdentifier(self)).inserted else { return }
        body(prefix, self)
        for (name, child) in children { child.visit(prefix + name + ".", &seen, body) }
    }

    public func setTraining(_ isTraining: Bool) {
        visit { _, module in module.trains = isTraining }
    }

    /// Whether this module and each in it is training, depth first; `restore` sets it again.
    var modes: [Bool] {
        var modes: [Bool] = []
        visit { _, module in modes.append(module.trains) }
        return modes
    }

    func restore(_ modes: [Bool]) {
        var left = modes[...]
        visit { _, module in module.trains = left.popFirst() ?? module.trains }
    }

    /// Converts float parameters and buffers, in place: everyone who shares them sees it.
    public func cast(_ dtype: DType) throws(Failure) {
        guard dtype.isFloat else {
            throw .dtype(operation: "module", "parameters are of a floating dtype, not \(dtype.name)")
        }
        var changed: [(tensor: Tensor, value: Tensor)] = []
        for (_, tensor) in allParameters + allBuffers where tensor.dtype.isFloat && tensor.dtype != dtype {
            changed.append((tensor, try tensor.detach().cast(dtype)))
        }
        try Tensor.evaluate(changed.map { $0.value })
        for (tensor, value) in changed { try tensor.become(value) }
    }

    public func zeroGrad() throws(Failure) {
        visit { _, module in module.noteInCapture() }
        for (_, tensor) in allParameters { try tensor.setGradient(nil) }
    }

    /// How many modules `description` shows: shared ones stand in it more than once.
    static let mostDescribed = 10_000

    /// The tree as PyTorch prints it.
    public var description: String {
        var rest = Module.mostDescribed
        return describe(indent: "", &rest)
    }

    private func describe(indent: String, _ rest: inout Int) -> String {
        rest -= 1
        if children.isEmpty { return "\(className)(\(summary))" }
        let inner = indent + "  "
        if self is ModuleList { return describeList(indent: indent, &rest) }
        var lines = summary.isEmpty ? [] : [inner + summary]
        for (name, child) in children {
            if rest <= 0 {
                lines.append(inner + "...")
                break
            }
            lines.append("\(inner)(\(name)): \(child.describe(indent: inner, &rest))")
        }
        return "\(className)(\n" + lines.joined(separator: "\n") + "\n\(indent))"
    }

    /// As PyTorch prints lists: neighbours that look alike are one line.
    private func describeList(indent: String, _ rest: inout Int) -> String {
        let inner = indent + "  "
        var runs: [(first: Int, last: Int, text: String)] = []
        for (place, child) in children.enumerated() where rest > 0 {
            let text = child.module.describe(indent: inner, &rest)
            if runs.last?.text == text {
                runs[runs.count - 1].last = place
            } else {
                runs.append((place, place, text))
            }
        }
        let lines = runs.map { run in
            run.first == run.last
                ? "\(inner)(\(run.first)): \(run.text)"
                : "\(inner)(\(run.first)-\(run.last)): \(run.last - run.first + 1) x \(run.text)"
        }
        return "\(className)(\n" + lines.joined(separator: "\n") + "\n\(indent))"
    }

    /// The module at a dotted path; this one for "".
    public func module(at path: String) -> Module? {
        var found: Module? = self
        for name in path.split(separator: ".") { found = found?.children.first { $0.name == String(name) }?.module }
        return found
    }

    /// The module's own parameter of that name, or what was lent in its place.
    public func parameter(_ name: String) -> Tensor? {
        if !lent.isEmpty, let found = lent.first(where: { $0.name == name })?.tensor { return found }
        return parameters.first { $0.name == name }?.tensor
    }

    /// Has forward passes take a computed value for a parameter, until nil takes it away. Nobody else sees it.
    public func lend(_ name: String, _ tensor: Tensor?) throws(Failure) {
        try Module.checkName(name, operation: "module_lend")
        Module.set(&lent, name, tensor)
    }

    /// Whether it computes with values that were lent, which no line of a graph says.
    var borrows: Bool { !lent.isEmpty }
}

/// A module that is the host's alone: a name, and what the host registers in it.
public final class HostModule: Module {
    public init(className: String, _ host: (any HostForward)?, keeping kept: AnyObject? = nil) {
        super.init(nil)
        setHost(host, className: className, keeping: kept)
    }
}
