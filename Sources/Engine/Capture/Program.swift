/// A captured block, ready to run: one call computes what the block computed, with new arguments and the present values
/// of everything it read from outside, and updates what it wrote. A run that succeeds once allocates nothing after
/// that, except results that are handed out.
public final class Program {
    /// What a leaf of the plan is bound to.
    enum Source {
        case input(Int)
        case box(Int)
        case gradient(Int)
        case constant(Buffer)
    }

    private enum Target {
        case box(Int)
        case gradient(Int)
        /// A tensor that is given as an argument.
        case argument(Int)
    }

    let plan: Plan
    let inputTypes: [TensorType]
    private let outputTypes: [TensorType]
    let sources: [Source]
    /// What the plan's outputs from `firstHidden` on are stored to.
    private let targets: [Target]
    private let firstHidden: Int
    /// Whether one of the targets is this box, this gradient.
    private let isBoxWritten: [Bool]
    private let isGradientWritten: [Bool]
    private let writtenBoxes: [Capture.Box]
    private let isArgumentWritten: [Bool]
    let writesArguments: Bool
    /// Boxes of which the block has set whether they collect gradients.
    private let switched: [(tensor: Tensor, requiresGrad: Bool)]
    private var conditions: Conditions
    /// Outputs before this one are checks; then come the caller's.
    private let firstOutput: Int
    let boxes: [Capture.Box]
    let gradients: [Capture.Gradient]
    /// Gradients that the block removed.
    private let cleared: [GradientSlot]
    let arena: Buffer
    private let table: UnsafeMutablePointer<UnsafeMutableRawPointer>
    private let checkBuffers: [Buffer]
    /// For each plan output, the memory of the run in progress.
    private var memory: [UnsafeMutableRawPointer?]
    private var fresh: [Buffer?]
    /// Memory of results that the caller does not ask for, made when first needed.
    private var unwanted: [Buffer?]
    /// What the table is bound to besides arguments and results, as the last run left it.
    private var residents = Residents()
    /// The modes of the block.
    let isGradEnabled = ThreadState.current.isGradEnabled
    let autocast = ThreadState.current.autocast
    let phase = ThreadState.current.phase
    private let standard = DType.standard
    private let argumentBindings: [Plan.Binding]
    private let resultBindings: [Plan.Binding]
    /// Gradients that were not there and that this run took as zero.
    private var provided: [GradientSlot] = []

    init(_ capture: Capture, _ outputs: [Node]) throws(Failure) {
        boxes = capture.boxes
        gradients = capture.gradients
        inputTypes = capture.inputs.map { $0.type }
        outputTypes = outputs.map { $0.type }
        var targets: [Target] = []
        var hidden: [Node] = []
        for (place, box) in boxes.enumerated() where box.current !== box.placeholder {
            targets.append(place < inputTypes.count ? .argument(place) : .box(place))
            hidden.append(box.current)
        }
        switched = capture.switched
        conditions = capture.conditions
        for (place, gradient) in gradients.enumerated() where gradient.isWritten {
            guard let current = gradient.current else { continue }
            targets.append(.gradient(place))
            hidden.append(current)
        }
        cleared = gradients.filter { $0.isWritten && $0.current == nil }.map { $0.slot }
        self.targets = targets
        var (isBoxWritten, isGradientWritten) = (boxes.map { _ in false }, gradients.map { _ in false })
        var isArgumentWritten = inputTypes.map { _ in false }
        for target in targets {
            switch target {
            case .box(let place): isBoxWritten[place] = true
            case .gradient(let place): isGradientWritten[place] = true
            case .argument(let place): isArgumentWritten[place] = true
            }
        }
        self.isArgumentWritten = isArgumentWritten
        writesArguments = isArgumentWritten.contains(true)
        self.isBoxWritten = isBoxWritten
        writtenBoxes = zip(boxes, isBoxWritten).dropFirst(capture.inputs.count).filter { $1 }.map { $0.0 }
        self.isGradientWritten = isGradientWritten
        firstOutput = capture.checks.count
        firstHidden = capture.checks.count + outputs.count

        let lines = try Linearization(capture.checks + outputs + hidden, bindsPlaceholders: true)
        var sourceOf: [ObjectIdentifier: Source] = [:]
        for (place, gradient) in gradients.enumerated() {
            gradient.placeholder.map { sourceOf[ObjectIdentifier($0)] = .gradient(place) }
        }
        for (place, box) in boxes.enumerated() { sourceOf[ObjectIdentifier(box.placeholder)] = .box(place) }
        for (place, input) in capture.inputs.enumerated() { sourceOf[ObjectIdentifier(input)] = .input(place) }
        var sources: [Source] = []
        for leaf in lines.leaves {
            if let source = sourceOf[ObjectIdentifier(leaf)] {
                sources.append(source)
            } else if let value = leaf.value {
                sources.append(.constant(value))
            } else {
                throw .state(operation: "capture", "the block uses a tensor that was recorded in another capture block")
            }
        }
        self.sources = sources

        // Whatever the block points anew may be updated in place: if somebody else holds the old value when the program
        // runs, it is copied first.
        var donations: [PlanGraph.Donation] = []
        for (number, target) in targets.enumerated() {
            let leaf = sources.firstIndex { source in
                switch (source, target) {
                case (.box(let a), .box(let b)), (.gradient(let a), .gradient(let b)): return a == b
                default: return false
                }
            }
            if let leaf { donations.append(PlanGraph.Donation(leaf: leaf, output: firstHidden + number)) }
        }
        plan = try Plan(lines.graph(donations: donations), aliases: false)
        arena = try Buffer.allocate(max(plan.arenaBytes, 1), for: "program")
        var checkBuffers: [Buffer] = []
        for check in capture.checks {
            checkBuffers.append(try Buffer.allocate(max(check.type.bytes, 1), for: "program"))
        }
        self.checkBuffers = checkBuffers
        table = .allocate(capacity: max(plan.slotCount, 1))
        memory = [UnsafeMutableRawPointer?](repeating: nil, count: plan.outputs.count)
        fresh = [Buffer?](repeating: nil, count: plan.outputs.count)
        unwanted = [Buffer?](repeating: nil, count: outputs.count)
        argumentBindings = plan.numberedBindings { place in
            if case .leaf(let leaf) = place, case .input(let input) = sources[leaf] { return input }
            return nil
        }
        let (firstOutput, firstHidden) = (firstOutput, firstHidden)
        resultBindings = plan.numberedBindings { place in
            if case .output(let output) = place, output >= firstOutput, output < firstHidden {
                return output - firstOutput
            }
            return nil
        }
    }

    deinit { table.deallocate() }

    public var inputCount: Int { inputTypes.count }
    public var outputCount: Int { outputTypes.count }
    public func inputType(_ place: Int) -> TensorType { inputTypes[place] }
    public func outputType(_ place: Int) -> TensorType { outputTypes[place] }
    /// Whether a run writes to the tensor that is given as this argument.
    public func writesInput(_ place: Int) -> Bool { isArgumentWritten[place] }

    /// The plan as text.
    public var listing: String { plan.listing }

    /// Runs with tensors as arguments and new tensors as results.
    public func run(_ inputs: [Tensor]) throws(Failure) -> [Tensor] {
        try checkOutside()
        let nodes = try values(of: inputs)
        guard !collides(inputs, ofWrittenArguments: true) else {
            throw .state(
                operation: "program",
                "an input that is written to shares memory with another tensor of the program; give it a copy")
        }
        guard
            let results = try run(
                reading: nodes, onlyIfCurrent: false, argument: { nodes[$0].value?.pointer }, tensor: { inputs[$0] })
        else {
            throw .internal(operation: "program", "a run gave nothing")
        }
        return results
    }

    /// Runs with new tensors as results; nil if it must be current and is not. `nodes`: those of the arguments that are
    /// tensors; `tensor` gives them.
    func run(
        reading nodes: [Node], onlyIfCurrent: Bool, argument: (Int) -> UnsafeMutableRawPointer?,
        tensor: (Int) -> Tensor?
    ) throws(Failure) -> [Tensor]? {
        if onlyIfCurrent, !conditions.hold() { return nil }
        // An argument may be a tensor that the program writes: it is read as it is now, and what is written gets memory
        // of its own.
        for node in nodes { node.uses += 1 }
        defer { for node in nodes { node.uses -= 1 } }
        var results: [Tensor] = []
        results.reserveCapacity(outputTypes.count)
        for type in outputTypes {
            results.append(Tensor(Node(leaf: try Buffer.allocate(type.bytes, for: "program"), type)))
        }
        guard
            try run(
                onlyIfCurrent, argument: argument, result: { results[$0].stored.value?.pointer }, tensor: tensor,
                resultsOutlive: false)
        else { return nil }
        return results
    }

    /// Whether an argument shares memory with another tensor of the program, which writes to one of the two. A run
    /// reads arguments as they are when it begins, so what it writes to one would not show in the other.
    /// `ofWrittenArguments`: counts only where one of the two is an argument that is written.
    public func collides(_ inputs: [Tensor?], ofWrittenArguments: Bool = false) -> Bool {
        guard writesArguments || !ofWrittenArguments && !writtenBoxes.isEmpty else { return false }
        let outside = boxes.dropFirst(inputTypes.count)
        return inputs.indices.contains { place in
            guard let origin = inputs[place]?.origin else { return false }
            if isArgumentWritten[place] {
                return inputs.indices.contains { $0 != place && inputs[$0]?.origin === origin }
                    || outside.contains { $0.tensor.origin === origin }
            }
            return !ofWrittenArguments && writtenBoxes.contains { $0.tensor.origin === origin }
        }
    }

    /// Takes modules as they are now for those that were captured: see Conditions.
    public func renew() { conditions.renew() }

    /// The nodes of arguments of the captured types, computed.
    func values(of inputs: [Tensor]) throws(Failure) -> [Node] {
        guard inputs.count == inputTypes.count else {
            throw .argument(
                operation: "program", "\(inputTypes.count) inputs are expected, but \(inputs.count) were given")
        }
        var nodes: [Node] = []
        for (place, input) in inputs.enumerated() {
            let node = try input.node()
            guard node.type == inputTypes[place] else {
                throw .shape(
                    operation: "program",
                    "input \(place) was captured as \(describe(inputTypes[place])), but \(describe(node.type)) was "
                        + "given; capture again for other shapes"
                )
            }
            nodes.append(node)
        }
        try compute(nodes)
        return nodes
    }

    /// Runs over the caller's memory: arguments of the captured types, results where a pointer is given.
    /// `keepsResults`: whether their memory is to stay as it is where the run is stopped.
    public func run(
        arguments: (Int) -> UnsafeRawPointer?, results: (Int) -> UnsafeMutableRawPointer?, keepsResults: Bool = true
    ) throws(Failure) {
        try checkOutside()
        _ = try run(
            false, argument: { arguments($0).map { UnsafeMutableRawPointer(mutating: $0) } }, result: results,
            tensor: { _ in nil }, resultsOutlive: keepsResults)
    }

    /// The same, if all is as it was at capture besides values, also this thread's modes; otherwise nothing happens and
    /// the result is false.
    public func runIfCurrent(
        arguments: (Int) -> UnsafeRawPointer?, results: (Int) -> UnsafeMutableRawPointer?, keepsResults: Bool = true
    ) throws(Failure) -> Bool {
        guard hasThreadsModes, !writesArguments, conditions.hold() else { return false }
        return try run(
            true, argument: { arguments($0).map { UnsafeMutableRawPointer(mutating: $0) } }, result: results,
            tensor: { _ in nil }, resultsOutlive: keepsResults)
    }

    /// Whether no block is open, and no transform, the gradient mode, autocast and the default dtype are those of the
    /// block, and nobody watches values, which a program would hide.
    var hasThreadsModes: Bool {
        let state = ThreadState.current
        return state.capture == nil && state.transforms == 0 && state.isGradEnabled == isGradEnabled
            && state.autocast == autocast && state.phase == phase && DType.standard == standard
            && !Anomalies.areValuesWatched
    }

    private func run(
        _ onlyIfCurrent: Bool, argument: (Int) -> UnsafeMutableRawPointer?, result: (Int) -> UnsafeMutableRawPointer?,
        tensor: (Int) -> Tensor?,
        resultsOutlive: Bool
    ) throws(Failure) -> Bool {
        var matches = true
        guard plan.isLong else {
            _ = try runOnce(onlyIfCurrent, argument, result, tensor, nil, &matches)
            return matches
        }
        try LongRuns.repeating { (isExpected) throws(Failure) in
            guard isExpected else { return .isLong }
            return try runOnce(onlyIfCurrent, argument, result, tensor, resultsOutlive, &matches)
        }
        return matches
    }

    /// `resultsOutlive`: whether memory of the results is somebody's who keeps it if the run is stopped; nil if it may
    /// not be.
    private func runOnce(
        _ onlyIfCurrent: Bool, _ argument: (Int) -> UnsafeMutableRawPointer?,
        _ result: (Int) -> UnsafeMutableRawPointer?, _ tensor: (Int) -> Tensor?,
        _ resultsOutlive: Bool?, _ matches: inout Bool
    ) throws(Failure) -> LongRuns.Stop? {
        if residents.areAsRemembered {
            for binding in argumentBindings {
                table[binding.slot] = (argument(binding.number) ?? arena.pointer) + binding.byteOffset
            }
            for binding in resultBindings {
                let memory: UnsafeMutableRawPointer
                if let pointer = result(binding.number) {
                    memory = pointer
                } else {
                    memory = try memoryOfUnwanted(binding.number)
                }
                table[binding.slot] = memory + binding.byteOffset
            }
            if try !runPlan(resultsOutlive) { return .isStopped }
        } else {
            if let sentence = difference() {
                if onlyIfCurrent {
                    matches = false
                    return nil
                }
                throw .state(operation: "program", "\(sentence); capture again")
            }
            residents.forget()
            if try !runAfresh(argument, result, tensor, resultsOutlive) { return .isStopped }
        }
        for slot in cleared where slot.stored != nil { slot.stored = nil }
        for (tensor, requiresGrad) in switched { try tensor.setRequiresGrad(requiresGrad) }
        return nil
    }

    /// False if the run was stopped.
    private func runPlan(_ resultsOutlive: Bool?) throws(Failure) -> Bool {
        guard let resultsOutlive else {
            try plan.run(table)
            return true
        }
        return try plan.runStoppably(table) { output in
            output >= firstHidden ? fresh[output] == nil : output >= firstOutput && resultsOutlive
        }
    }

    /// What tensors and gradients from outside have become, where that is not what they were at capture.
    private func difference() -> String? {
        for box in boxes.dropFirst(inputTypes.count) {
            let node = box.tensor.stored
            if let sentence = difference(node, box.placeholder, "a tensor") { return sentence }
            // Whether it collects gradients matters where there are any.
            if !gradients.isEmpty, node.requiresGrad != box.placeholder.requiresGrad {
                return node.requiresGrad
                    ? "a tensor that the program reads requires gradients now, but did not at capture"
                    : "a tensor that the program reads requires no gradients any more, but did at capture"
            }
        }
        for gradient in gradients {
            let stored = gradient.slot.stored
            if gradient.isAbsent, stored != nil { return "a gradient is there that was not at capture" }
            guard let placeholder = gradient.placeholder else { continue }
            guard let stored else {
                if gradient.isAddedTo { continue }
                return "a gradient that the program reads is not there any more"
            }
            if let sentence = difference(stored, placeholder, "a gradient") { return sentence }
        }
        return nil
    }

    private func difference(_ node: Node, _ placeholder: Node, _ what: String) -> String? {
        if node.shape == placeholder.shape, node.dtype == placeholder.dtype { return nil }
        return
            "\(what) that the program reads was captured as \(describe(placeholder.type)), but is "
            + "\(describe(node.type)) now"
    }

    /// Looks up and prepares all that the program reads and writes, runs, and points boxes and gradients at what is
    /// new.
    private func runAfresh(
        _ argument: (Int) -> UnsafeMutableRawPointer?, _ result: (Int) -> UnsafeMutableRawPointer?,
        _ tensor: (Int) -> Tensor?,
        _ resultsOutlive: Bool?
    ) throws(Failure) -> Bool {
        defer {
            for place in fresh.indices { fresh[place] = nil }
            provided.removeAll(keepingCapacity: true)
        }
        try prepareHiddenInputs()
        try provideMemory(result)
        bindAll(argument)
        do throws(Failure) {
            guard try runPlan(resultsOutlive) else {
                for slot in provided { slot.stored = nil }
                return false
            }
        } catch {
            for slot in provided { slot.stored = nil }
            throw error
        }
        try commit(tensor)
        return true
    }

    private func bindAll(_ argument: (Int) -> UnsafeMutableRawPointer?) {
        let arenaBase = arena.pointer
        plan.bind(
            table,
            leaves: { leaf in
                switch sources[leaf] {
                case .input(let place): return argument(place) ?? arenaBase
                case .box(let place): return boxes[place].tensor.stored.value?.pointer ?? arenaBase
                case .gradient(let place): return gradients[place].slot.stored?.value?.pointer ?? arenaBase
                case .constant(let buffer): return buffer.pointer
                }
            },
            outputs: { memory[$0] ?? arenaBase }, arena: arenaBase)
    }

    private func memoryOfUnwanted(_ output: Int) throws(Failure) -> UnsafeMutableRawPointer {
        if let buffer = unwanted[output] { return buffer.pointer }
        let buffer = try Buffer.allocate(max(plan.outputTypes[firstOutput + output].bytes, 1), for: "program")
        unwanted[output] = buffer
        return buffer.pointer
    }

    func checkOutside() throws(Failure) {
        guard ThreadState.current.capture == nil else {
            throw .state(operation: "program", "a program cannot run inside a capture block")
        }
    }

    /// Everything the program reads from outside is there, and where it will be overwritten, seen by nobody else.
    private func prepareHiddenInputs() throws(Failure) {
        for box in boxes.dropFirst(inputTypes.count) {
            let node = try box.tensor.node()
            if node.value == nil { try compute([node]) }
        }
        for gradient in gradients {
            guard let placeholder = gradient.placeholder else { continue }
            if gradient.slot.stored == nil {
                gradient.slot.stored = try nothing(placeholder.type)
                provided.append(gradient.slot)
            } else if let stored = gradient.slot.stored, stored.value == nil {
                try compute([stored])
            }
        }
        for (number, output) in plan.outputs.enumerated() {
            guard case .donated(let leaf) = output, number >= firstHidden else { continue }
            switch sources[leaf] {
            case .box(let place): try makeUnique(boxes[place].tensor)
            case .gradient(let place): try makeUnique(gradients[place].slot)
            default: break
            }
        }
    }

    /// Memory for each output of the plan: the caller's, what the box already has if it may be written in place, or
    /// new.
    private func provideMemory(_ result: (Int) -> UnsafeMutableRawPointer?) throws(Failure) {
        for (number, output) in plan.outputs.enumerated() {
            if number < firstOutput {
                memory[number] = checkBuffers[number].pointer
            } else if number < firstHidden {
                let output = number - firstOutput
                if let pointer = result(output) {
                    memory[number] = pointer
                } else {
                    memory[number] = try memoryOfUnwanted(output)
                }
            } else if output == .fresh {
                if plan.isLate[number], let own = reusable(targets[number - firstHidden]) {
                    memory[number] = own
                } else {
                    let buffer = try Buffer.allocate(plan.outputTypes[number].bytes, for: "program")
                    fresh[number] = buffer
                    memory[number] = buffer.pointer
                }
            }
        }
    }

    /// The memory that a target already has, if the plan does not read it and nobody else sees it.
    private func reusable(_ target: Target) -> UnsafeMutableRawPointer? {
        switch target {
        case .argument: return nil
        case .box(let place):
            let node = boxes[place].tensor.stored
            let isRead = sources.contains { if case .box(place) = $0 { return true } else { return false } }
            return !isRead && node.uses == 1 && node.isLeaf && node.ownsItsMemory ? node.value?.pointer : nil
        case .gradient(let place):
            guard gradients[place].placeholder == nil, let node = gradients[place].slot.stored, node.uses == 1,
                node.ownsItsMemory,
                node.type == gradients[place].current?.type
            else { return nil }
            return node.value?.pointer
        }
    }

    /// Points boxes and gradients at what was computed. Where that happened in their own memory they are right already,
    /// and if it did for all of them the next run finds everything in its place.
    private func commit(_ argument: (Int) -> Tensor?) throws(Failure) {
        var hasMoved = false
        for (number, target) in targets.enumerated() {
            if case .box(let place) = target { boxes[place].tensor.viewed?.noteWrite() }
            guard let buffer = fresh[firstHidden + number] else { continue }
            fresh[firstHidden + number] = nil
            hasMoved = true
            let type = plan.outputTypes[firstHidden + number]
            switch target {
            case .box(let place): try boxes[place].tensor.replace(with: Node(leaf: buffer, type))
            case .gradient(let place): gradients[place].slot.stored = Node(leaf: buffer, type)
            case .argument(let place): try argument(place)?.replace(with: Node(leaf: buffer, type))
            }
        }
        if !hasMoved { remember() }
    }

    private func remember() {
        for gradient in gradients where gradient.isAbsent { residents.rememberAbsent(gradient.slot) }
        for place in inputTypes.count..<boxes.count {
            residents.remember(boxes[place].tensor, isWritten: isBoxWritten[place])
        }
        for (place, gradient) in gradients.enumerated() where gradient.placeholder != nil || isGradientWritten[place] {
            residents.remember(gradient.slot, isWritten: isGradientWritten[place])
        }
        residents.isComplete = true
    }

    private func makeUnique(_ tensor: Tensor) throws(Failure) {
        let node = tensor.stored
        // A value that was computed keeps its history, which no longer fits what is written.
        if node.uses == 1, node.isLeaf, node.ownsItsMemory { return }
        tensor.stored = Node(
            leaf: try copy(node), node.type, requiresGrad: node.requiresGrad && node.isLeaf, slot: node.gradientSlot)
    }

    private func makeUnique(_ slot: GradientSlot) throws(Failure) {
        guard let node = slot.stored, node.uses > 1 || !node.ownsItsMemory else { return }
        slot.stored = Node(leaf: try copy(node), node.type)
    }

    private func copy(_ node: Node) throws(Failure) -> Buffer {
        let buffer = try Buffer.allocate(node.type.bytes, for: "program")
        if let value = node.value { buffer.pointer.copyMemory(from: value.pointer, byteCount: node.type.bytes) }
        return buffer
    }

    /// Zeros that change no bit of what is added to them, which also keeps -0.
    private func nothing(_ type: TensorType) throws(Failure) -> Node {
        let node = try zeros(type)
        guard let value = node.value else { return node }
        let size = type.dtype.size
        for element in 0..<type.count {
            value.pointer.storeBytes(of: 0x80, toByteOffset: (element + 1) * size - 1, as: UInt8.self)
        }
        return node
    }

    func zeros(_ type: TensorType) throws(Failure) -> Node {
        let buffer = try Buffer.allocate(type.bytes, for: "program")
        buffer.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: type.bytes)
        return Node(leaf: buffer, type)
    }

    func check(_ node: Node, isAs placeholder: Node, _ what: String) throws(Failure) {
        if let sentence = difference(node, placeholder, what) {
            throw .state(operation: "program", "\(sentence); capture again")
        }
    }

    private func describe(_ type: TensorType) -> String { "\(type.dtype.name) \(type.shape.text)" }
}
