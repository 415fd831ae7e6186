import Engine

/// Updates parameters from their collected gradients. Settings (learning rate and the like) are 0-d boxes in the graph, so that captured programs see
/// them change; state (momenta) are boxes too, updated in place together with the parameters, all in one plan.
open class Optimizer {
    public let parameters: [Tensor]
    /// Names and values as given, in order.
    private var values: [(name: String, value: Double)]
    /// The settings as 0-d tensors, by name and dtype.
    private var boxes: [String: [DType: Tensor]] = [:]
    /// State by name ("0.exp_avg", "step"), in order of creation.
    public private(set) var state: [(name: String, tensor: Tensor)] = []
    /// The step captured, and what it was captured for.
    private var program: Program?
    private var lastForm: StepForm?

    init(_ parameters: [Tensor], _ settings: [(name: String, value: Double)]) throws(Failure) {
        var seen: Set<ObjectIdentifier> = []
        for (place, parameter) in parameters.enumerated() {
            guard parameter.dtype.isFloat, parameter.isLeaf, parameter.requiresGrad else {
                throw .argument(operation: "optimizer", "parameter \(place) is not a float leaf that requires gradients")
            }
            guard seen.insert(ObjectIdentifier(parameter)).inserted else {
                throw .argument(operation: "optimizer", "parameter \(place) is given twice")
            }
        }
        guard !parameters.isEmpty else { throw .argument(operation: "optimizer", "there are no parameters to optimise") }
        self.parameters = parameters
        values = settings
        for (name, value) in settings { try check(name, value) }
    }

    open var className: String { "Optimizer" }
    open var isNesterov: Bool { false }
    /// What there is of state for a parameter: arrays of its shape.
    open var stateNames: [String] { [] }
    /// And single numbers.
    open var countNames: [String] { [] }
    /// The arrays of a checkpoint, with what an older form of it lacks.
    func completed(_ arrays: [(name: String, tensor: Tensor)]) throws(Failure) -> [(name: String, tensor: Tensor)] { arrays }

    // MARK: Settings

    /// Settings that are not numbers a user sets, but follow from them.
    func derived() -> [(name: String, value: Double)] { [] }

    func check(_ name: String, _ value: Double) throws(Failure) {
        let isShare = name == "beta1" || name == "beta2"
        guard value.isFinite, value >= 0, !isShare || value < 1 else {
            throw .argument(operation: "optimizer", "\(name) must be \(isShare ? "in [0, 1)" : "finite and not negative"), but is \(value)")
        }
    }

    public func get(_ name: String) throws(Failure) -> Double {
        if name == "nesterov" { return isNesterov ? 1 : 0 }
        guard let value = values.first(where: { $0.name == name })?.value else { throw unknown(name) }
        return value
    }

    public func set(_ name: String, _ value: Double) throws(Failure) {
        guard let place = values.firstIndex(where: { $0.name == name }) else { throw unknown(name) }
        try check(name, value)
        values[place].value = value
        for (name, value) in values + derived() {
            for (dtype, box) in boxes[name] ?? [:] { try box.write { (memory) throws(Failure) in Optimizer.store(value, dtype, memory) } }
        }
    }

    private func unknown(_ name: String) -> Failure {
        .argument(
            operation: className, "there is no setting '\(name)'; there are: " + values.map { $0.name }.joined(separator: ", "))
    }

    func value(_ name: String) -> Double { values.first { $0.name == name }?.value ?? 0 }

    /// The setting (or what is derived from it) as a 0-d tensor.
    func setting(_ name: String, _ dtype: DType) throws(Failure) -> Tensor {
        if let box = boxes[name]?[dtype] { return box }
        let value = (values + derived()).first { $0.name == name }?.value ?? 0
        let box = try constant(dtype, value)
        boxes[name, default: [:]][dtype] = box
        return box
    }

    /// Boxes belong to the time outside of capture blocks, so that a program reads them anew at each run.
    private func constant(_ dtype: DType, _ value: Double) throws(Failure) -> Tensor {
        try Tensor.outsideCapture { () throws(Failure) in
            try Tensor(dtype: dtype, shape: []) { (memory) throws(Failure) in Optimizer.store(value, dtype, memory) }
        }
    }

    private static func store(_ value: Double, _ dtype: DType, _ memory: UnsafeMutableRawPointer) {
        if dtype == .float32 {
            memory.storeBytes(of: Float(value), as: Float.self)
        } else {
            memory.storeBytes(of: value, as: Double.self)
        }
    }

    // MARK: State

    func hasState(_ name: String) -> Bool { state.contains { $0.name == name } }

    /// The state of that name, at first `initially` everywhere.
    func state(_ name: String, _ shape: Shape, _ dtype: DType, initially: Double = 0) throws(Failure) -> Tensor {
        if let found = state.first(where: { $0.name == name })?.tensor {
            guard found.shape == shape else {
                throw .structure(operation: className, "state '\(name)' has shape \(found.shape), but its parameter has \(shape)")
            }
            if found.dtype == dtype { return found }
            // Also for a block that is open: what it reads has the parameter's dtype from its first run on.
            try Tensor.outsideCapture { () throws(Failure) in try found.become(found.cast(dtype)) }
            return found
        }
        let fresh = try Tensor.outsideCapture { () throws(Failure) in
            let values = try Tensor.full(shape, initially, dtype)
            try Tensor.evaluate([values])
            return values
        }
        state.append((name, fresh))
        return fresh
    }

    /// Adds a state that a checkpoint brought.
    public func restore(_ name: String, _ tensor: Tensor) throws(Failure) {
        lastForm = nil
        if let found = state.first(where: { $0.name == name })?.tensor {
            try found.become(tensor)
        } else {
            state.append((name, tensor))
        }
    }

    public func dropState() {
        state = []
        lastForm = nil
    }

    // MARK: Steps

    /// New values of a parameter and its state, given its gradient.
    func update(_ place: Int, _ parameter: Tensor, _ gradient: Tensor) throws(Failure) -> [(tensor: Tensor, value: Tensor)] { [] }

    /// What all parameters of one dtype share in this step; computed once.
    func prepare(_ dtypes: Set<DType>) throws(Failure) -> [(tensor: Tensor, value: Tensor)] { [] }

    /// Updates all parameters that have a gradient, in place.
    public func step() throws(Failure) {
        if Capture.isOpen {
            try record()
            return
        }
        let form = StepForm(self)
        if form.places.isEmpty { return }
        guard form == lastForm else {
            // The first step of a form makes the state that it needs, and so is done by itself.
            (lastForm, program) = (form, nil)
            try record()
            return
        }
        if program == nil { program = try capturedStep() }
        try program?.run(arguments: { _ in nil }, results: { _ in nil })
    }

    /// What the graph of a step depends on besides the optimiser's kind: parameters that have gradients, dtypes, and which settings are 0.
    private struct StepForm: Equatable {
        let places: [Int]
        private let dtypes: [DType]
        private let isZero: [Bool]

        init(_ optimizer: Optimizer) {
            places = optimizer.parameters.indices.filter { optimizer.parameters[$0].hasGradient }
            dtypes = places.map { optimizer.parameters[$0].dtype }
            isZero = optimizer.values.map { $0.value == 0 }
        }
    }

    /// Steps follow each other, so that a step is captured once and then only run.
    private func capturedStep() throws(Failure) -> Program {
        try Capture.begin([])
        do throws(Failure) {
            try record()
            return try Capture.end([])
        } catch {
            try? Capture.cancel()
            throw error
        }
    }

    /// One step as operations.
    func record() throws(Failure) {
        try ThreadState.withGrad(false) { () throws(Failure) in
            var withGradient: [(place: Int, gradient: Tensor)] = []
            for (place, parameter) in parameters.enumerated() {
                if let gradient = try parameter.gradient() { withGradient.append((place, gradient)) }
            }
            if withGradient.isEmpty { return }
            var pairs = try prepare(Set(withGradient.map { parameters[$0.place].dtype }))
            for (place, gradient) in withGradient { pairs += try update(place, parameters[place], gradient) }
            try Tensor.update(pairs)
        }
    }

    public func zeroGrad() throws(Failure) {
        for parameter in parameters { try parameter.setGradient(nil) }
    }

    /// Settings as they are written to checkpoints.
    public var settings: [(name: String, value: Double)] { values }
}
