import Glibc

/// What recording depends on and each thread has its own of: the gradient mode, autocast and the
/// open capture block.
public final class ThreadState {
    /// Off: nodes recorded from now on are constants to derivatives.
    public var isGradEnabled = true
    /// Whether a derivative is being recorded, or what has one by a rule. Such a graph ends with the one that it
    /// belongs to, and is evaluated as a whole.
    var isDifferentiating = false
    /// The dtype of 16 bits that products recorded from now on take, and what else mixed precision does
    /// (Autocast.swift); nil for none.
    public var autocast: DType? {
        didSet { ThreadState.autocastCount += (autocast == nil ? 0 : 1) - (oldValue == nil ? 0 : 1) }
    }
    /// How many threads have one.
    nonisolated(unsafe) static var autocastCount = 0
    /// Whether forward passes of modules are those of training, whatever the modules' own modes say; nil: they say it.
    public var phase: Bool?
    var capture: Capture? {
        didSet { ThreadState.captureCount += (capture == nil ? 0 : 1) - (oldValue == nil ? 0 : 1) }
    }
    /// How many threads have one open.
    @usableFromInline nonisolated(unsafe) static var captureCount = 0
    /// How many transforms of functions this thread is inside of, as its host counts them (beginBlock).
    public var transforms = 0
    /// What held before each open block, the innermost last.
    var blocks: [Before] = []
    /// What is told of each call of a function of tensors: an export in progress.
    public var recorder: (any CallRecorder)? {
        didSet { ThreadState.recorderCount += (recorder == nil ? 0 : 1) - (oldValue == nil ? 0 : 1) }
    }
    /// How many threads have one: as good as always none, which costs each call a look at a number and no more. It is
    /// behind the lock that guards the graph.
    @usableFromInline nonisolated(unsafe) static var recorderCount = 0

    /// This thread's.
    @inlinable public static var currentRecorder: (any CallRecorder)? { recorderCount == 0 ? nil : current.recorder }

    deinit {
        if recorder != nil { ThreadState.recorderCount -= 1 }
        if capture != nil { ThreadState.captureCount -= 1 }
        if autocast != nil { ThreadState.autocastCount -= 1 }
    }

    /// The outermost forward pass of a module that is running, as the room above keeps it. A capture block has passes
    /// of its own.
    public var forwardPass: AnyObject?
    /// The mapped functions that are being recorded, the innermost last.
    var mappedFunctions: [MappedFunction] = []

    /// Runs what a thread lets go of when it ends; whoever has several threads puts it behind the lock that guards the
    /// graph.
    nonisolated(unsafe) public static var ending: (() -> Void) -> Void = { $0() }

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key) { state in
            if let state { ThreadState.ending { Unmanaged<ThreadState>.fromOpaque(state).release() } }
        }
        return key
    }()

    public static var current: ThreadState {
        if let raw = pthread_getspecific(key) { return Unmanaged<ThreadState>.fromOpaque(raw).takeUnretainedValue() }
        let fresh = ThreadState()
        pthread_setspecific(key, Unmanaged.passRetained(fresh).toOpaque())
        return fresh
    }

    /// Runs `body`, which records a derivative, where `isOne`.
    static func differentiating<Result>(where isOne: Bool = true, _ body: () throws(Failure) -> Result) throws(Failure)
        -> Result
    {
        let state = current
        let before = state.isDifferentiating
        state.isDifferentiating = before || isOne
        defer { state.isDifferentiating = before }
        return try body()
    }

    /// Runs `body`, which records the values that a rule gives for these inputs, without derivatives of their own.
    static func valuesByRule<Result>(of inputs: [Node], _ body: () throws(Failure) -> Result) throws(Failure) -> Result
    {
        let isDifferentiated = current.isGradEnabled && inputs.contains { $0.requiresGrad }
        return try differentiating(where: isDifferentiated) { () throws(Failure) in try withGrad(false, body) }
    }

    /// Runs `body` with the gradient mode set to `enabled`.
    public static func withGrad<Result>(_ enabled: Bool, _ body: () throws(Failure) -> Result) throws(Failure) -> Result
    {
        let state = current
        let before = state.isGradEnabled
        state.isGradEnabled = enabled
        defer { state.isGradEnabled = before }
        return try body()
    }
}
