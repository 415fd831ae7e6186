import Engine

/// A forward pass of the host's: it records like a layer's.
public protocol HostForward: AnyObject {
    /// `options` is the text of the call's own arguments, which only the host understands.
    func forward(_ inputs: [Tensor?], _ options: String?) throws(Failure) -> [Tensor?]
}

/// Stands for a forward pass of the host's until the host has set it: of a module that was loaded.
final class AwaitedForward: HostForward {
    private let className: String
    init(_ className: String) { self.className = className }

    func forward(_ inputs: [Tensor?], _ options: String?) throws(Failure) -> [Tensor?] {
        throw .unsupported(
            operation: className, "its forward pass is the host's own code, which has not been set since it was loaded")
    }
}

extension Module {
    /// What is told of each call of a module, and of its results, outside of capture blocks.
    nonisolated(unsafe) public private(set) static var observer: ((Module, [Tensor?]) throws(Failure) -> Void)?

    public static func observe(_ observer: ((Module, [Tensor?]) throws(Failure) -> Void)?) {
        self.observer = observer
        Anomalies.hasObserver = observer != nil
    }

    private func observed(_ outputs: [Tensor?]) throws(Failure) -> [Tensor?] {
        if let observer = Module.observer, !Capture.isOpen { try observer(self, outputs) }
        return outputs
    }

    /// Runs the forward pass: the host's, where it has set one.
    public func call(_ inputs: [Tensor?], options: String? = nil) throws(Failure) -> [Tensor?] {
        guard let host else { return try callLayer(inputs, options: options) }
        noteInCapture()
        return try observed(ForwardPass.within { () throws(Failure) in try host.forward(inputs, options) })
    }

    /// A layer that changes no buffer, its own or another's.
    private var isLeaf: Bool { children.isEmpty && buffers.isEmpty }

    /// The same for one tensor in and one out.
    public func callAsFunction(_ x: Tensor) throws(Failure) -> Tensor {
        if takesOneTensor, host == nil, ThreadState.currentRecorder == nil, Module.observer == nil {
            noteInCapture()
            return isLeaf ? try forward(x) : try ForwardPass.within { () throws(Failure) in try forward(x) }
        }
        let outputs = try call([x])
        guard outputs.count == 1, let output = outputs[0] else {
            throw .argument(operation: className, "one tensor is expected of it here, but it gives \(outputs.count)")
        }
        return output
    }

    /// The forward pass of the layer itself, also where the host has set another: what a subclass calls its base
    /// class's.
    public func callLayer(_ inputs: [Tensor?], options: String? = nil) throws(Failure) -> [Tensor?] {
        guard let constructor else {
            throw .unsupported(operation: className, "its forward pass is the host's own code; call that instead")
        }
        guard !constructor.outputs.isEmpty else {
            throw .unsupported(operation: className, "it has no forward pass; call the modules in it")
        }
        try check(inputs, constructor)
        let chosen = try options.map { (text) throws(Failure) in try bound(text, constructor) }
        noteInCapture()
        let recorder = ThreadState.currentRecorder
        let outputs = try ForwardPass.within { () throws(Failure) in
            if borrows, let recording = recorder as? Recording {
                try recording.refuse("a parameter of a \(className) is computed from others, which no line says")
            }
            guard let recording = recorder as? Recording, !recording.looksInto(self) else {
                return try forward(inputs, chosen)
            }
            return try recording.recording(self, inputs, options) { () throws(Failure) in try forward(inputs, chosen) }
        }
        return try observed(outputs)
    }

    /// The options of a call, `need_weights=False`.
    private func bound(_ text: String, _ signature: Signature) throws(Failure) -> Arguments {
        let items = try Reader.arguments(text, operation: className).map { (item) throws(Failure) in
            try item.constant(className)
        }
        return try Arguments(Signature(className, signature.options, signature.documentation), items)
    }

    private func check(_ inputs: [Tensor?], _ signature: Signature) throws(Failure) {
        let wanted = signature.inputs
        guard !wanted.isEmpty else {
            throw .unsupported(operation: className, "it has no forward pass; call the modules in it")
        }
        if wanted.first?.isVariadic == true { return }
        guard inputs.count <= wanted.count || wanted.last?.isVariadic == true else {
            throw .argument(
                operation: className,
                "\(inputs.count.counted("tensor")) given, but \(wanted.count) expected: \(Input.text(wanted))")
        }
        for (place, input) in wanted.enumerated() where !input.isOptional {
            guard place < inputs.count, inputs[place] != nil else {
                throw .argument(
                    operation: className, "the tensor '\(input.name)' is missing; expected are: \(Input.text(wanted))")
            }
        }
    }
}

extension Input {
    /// As a signature lists them: "input, hx=None".
    public static func text(_ inputs: [Input]) -> String {
        inputs.map { ($0.isVariadic ? "*" : "") + $0.name + ($0.isOptional ? "=None" : "") }.joined(separator: ", ")
    }
}

/// Buffers that a forward pass changes take on their new values when the outermost call has ended well: one change a
/// pass, and none if it fails.
final class ForwardPass {
    private var depth = 0
    private var writes: [(buffer: Tensor, value: Tensor)] = []

    /// This thread's.
    private static var current: ForwardPass {
        let state = ThreadState.current
        if let pass = state.forwardPass { return unsafeDowncast(pass, to: ForwardPass.self) }
        let pass = ForwardPass()
        state.forwardPass = pass
        return pass
    }

    @inline(__always) static func within<Result>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        let pass = current
        pass.depth += 1
        let result: Result
        do throws(Failure) {
            result = try body()
        } catch {
            pass.depth -= 1
            if pass.depth == 0 { pass.writes = [] }
            throw error
        }
        pass.depth -= 1
        if pass.depth == 0, !pass.writes.isEmpty { try pass.finish() }
        return result
    }

    private func finish() throws(Failure) {
        let changes = writes
        writes = []
        for (buffer, value) in changes { try buffer.become(value) }
    }

    /// The value that a buffer has in the pass in progress.
    static func value(of buffer: Tensor) -> Tensor { current.writes.last { $0.buffer === buffer }?.value ?? buffer }

    static func write(_ buffer: Tensor, _ value: Tensor) throws(Failure) {
        guard value.shape == buffer.shape else {
            throw .shape(
                operation: "buffer", "a buffer of shape \(buffer.shape) cannot take a value of shape \(value.shape)")
        }
        let value = try value.detach().cast(buffer.dtype)
        // At the end it would be too late: other buffers have changed by then.
        try buffer.checkMapped(value)
        let pass = current
        pass.writes.removeAll { $0.buffer === buffer }
        pass.writes.append((buffer, value))
        if pass.depth == 0 { try pass.finish() }
    }
}

extension Call.Argument {
    /// An argument without names or calls in it.
    func constant(_ operation: String) throws(Failure) -> Arguments.Item {
        guard let value = term.constant ?? term.dtypeName else {
            throw .argument(
                operation: operation, "column \(term.column): a value is expected, but found '\(term.text.shortened)'")
        }
        return Arguments.Item(.value(value), keyword: keyword, column: term.column)
    }
}
