import Engine
import XCTest

@testable import Networks

/// What tests of recordings share: models of the host's, calls that a recording is told of, and graphs of recordings.
class RecordingTestCase: XCTestCase {
    /// Where the host's code is said to be.
    var place = "model.py, line 1"

    override func setUp() { place = "model.py, line 1" }

    override func tearDown() {
        ThreadState.current.recorder = nil
        ThreadState.current.isGradEnabled = true
    }

    final class Pass: HostForward {
        let body: (Tensor) throws(Failure) -> Tensor

        init(_ body: @escaping (Tensor) throws(Failure) -> Tensor) { self.body = body }

        func forward(_ inputs: [Tensor?], _ options: String?) throws(Failure) -> [Tensor?] {
            try inputs.map { (x) throws(Failure) in try x.map(body) }
        }
    }

    /// A model of the host's.
    func host(_ body: @escaping (Tensor) throws(Failure) -> Tensor = { $0 }) -> HostModule {
        HostModule(className: "Model", Pass(body))
    }

    /// An argument of a call, with its keyword if it has one.
    struct Word {
        let keyword: String
        let argument: Any
    }

    static func item(_ argument: Any) -> Arguments.Item {
        switch argument {
        case let word as Word:
            var named = item(word.argument)
            named.keyword = word.keyword
            return named
        case let tensor as Tensor: return Arguments.Item(.tensor(tensor))
        case let tensors as [Tensor] where !tensors.isEmpty: return Arguments.Item(.tensors(tensors))
        default: return Arguments.Item(.value(value(argument)))
        }
    }

    static func value(_ argument: Any) -> Value {
        switch argument {
        case let flag as Bool: return .flag(flag)
        case let number as Int: return .integer(Int64(number))
        case let number as Double: return .real(number)
        case let text as String: return .text(text)
        case let list as [Any]: return .list(list.map(value))
        default: return .none
        }
    }

    /// Calls a function of the table, and tells the recording that is open, as the ABI does.
    static func calls(_ name: String, _ arguments: [Any]) throws(Failure) -> [Tensor] {
        guard let function = Functions.named(name) else {
            throw .internal(operation: name, "there is no such function")
        }
        let items = arguments.map(item)
        let results = try function(Arguments(function.signature, items))
        try ThreadState.current.recorder?.record(name, items, results)
        return results
    }

    static func call(_ name: String, _ arguments: Any...) throws(Failure) -> Tensor {
        try calls(name, arguments)[0]
    }

    func call(_ name: String, _ arguments: Any...) throws -> Tensor { try Self.calls(name, arguments)[0] }

    func record(
        _ model: Module, _ inputs: [(name: String, tensor: Tensor)], _ body: ([Tensor]) throws -> [Tensor]
    ) throws -> Recording {
        let recording = try Recording(model, inputs) { [unowned self] in place }
        ThreadState.current.recorder = recording
        defer { ThreadState.current.recorder = nil }
        try recording.finish(body(inputs.map(\.tensor)))
        return recording
    }

    /// A recording of one input x.
    func record(_ model: Module, _ x: Tensor, _ body: (Tensor) throws -> Tensor) throws -> Recording {
        try record(model, [("x", x)]) { [try body($0[0])] }
    }

    func graph(_ model: Module, _ evaluation: [Recording], training: [Recording] = []) throws -> Graph {
        try Graph.exported(model, evaluation: evaluation, training: training)
    }

    func body(_ graph: Graph) throws -> String { try XCTUnwrap(graph.arguments).text("body") }
    func outputs(_ graph: Graph) throws -> String { try XCTUnwrap(graph.arguments).text("outputs") }
    func trainingBody(_ graph: Graph) throws -> String? {
        try XCTUnwrap(graph.arguments).optionalText("training_body")
    }

    func linear(_ inputs: Int, _ outputs: Int) throws -> Module {
        try Module.make("Linear(\(inputs), \(outputs))", dtype: .float64)
    }

    /// The body of one recording on x.
    func lines(_ model: Module, _ x: Tensor, _ pass: (Tensor) throws -> Tensor) throws -> String {
        try body(graph(model, [record(model, x, pass)]))
    }

    /// The sentence of a refused export.
    func refusal<Result>(
        _ body: () throws -> Result, file: StaticString = #filePath, line: UInt = #line
    ) -> String {
        guard let found = failure(of: body, file: file, line: line) else { return "" }
        XCTAssertEqual(found.kind, "unsupported", file: file, line: line)
        return found.description
    }
}
