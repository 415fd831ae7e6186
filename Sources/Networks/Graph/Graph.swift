import Engine

public final class Graph: Module, Registered {
    public static let signature = Signature(
        "Graph",
        [
            Parameter("inputs", .text, "names of the inputs, as in 'x, mask=None'; with =None it may be missing"),
            Parameter("body", .text, "one call a line, as in 'h = conv1(x)' and 'h = add(h, x)'"),
            Parameter("outputs", .text, "names of the results, as in 'y' or 'y, state'"),
            Parameter("training_body", .optional(.text), Value.none, "the body in training mode, where it is another"),
            Parameter("modules", .module, variadic: true, "modules, parameters and buffers by keywords"),
        ],
        inputs: [Input("inputs", variadic: true)], outputs: ["*outputs"],
        """
        A graph of layers: children, and a body in text that says what to compute with them.

        A line is `names = path(arguments)` with the path of a module in it, or `names = function(arguments)` with a \
        function of
        docs/operations.md (`wingbeat.function` where a module has that name). Arguments are names of values, \
        parameters and buffers (by their paths), numbers, texts and tuples. To assign to a
        buffer's path changes the buffer. `n = size(x, 0)` is an extent, with which whole numbers are computed: `2 * \
        n + 1`, `n // 2`.
        """)

    private let inputs: [Input]
    private let outputs: [String]
    private let evaluation: GraphBody
    private let trainingBody: GraphBody?
    /// The names that a file of Keras has for inputs, where no words say them.
    var inputFileNames: [String: String] = [:]

    public init(_ arguments: Arguments) throws(Failure) {
        let names = try arguments.text("inputs")
        inputs =
            names.isEmpty
            ? [] : try Graph.names(names, "inputs").map { (text) throws(Failure) in try Graph.input(text) }
        outputs = try Graph.names(arguments.text("outputs"), "outputs")
        guard Set(inputs.map(\.name)).count == inputs.count else {
            throw .argument(operation: "Graph", "an input is named twice: \(try arguments.text("inputs"))")
        }
        for name in outputs { try Graph.checkName(name) }
        evaluation = try GraphBody(arguments.text("body"))
        trainingBody = try arguments.optionalText("training_body").map { (text) throws(Failure) in try GraphBody(text) }
        super.init(arguments)
        try addChildren(arguments)
    }

    /// The body for the present mode.
    private var body: GraphBody { isTraining ? trainingBody ?? evaluation : evaluation }

    public override func forward(_ given: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        guard given.count <= inputs.count else {
            throw .argument(
                operation: "Graph",
                "\(given.count.counted("tensor")) given, but \(inputs.count) expected: \(Input.text(inputs))")
        }
        var named: [(name: String, tensor: Tensor?)] = []
        for (place, input) in inputs.enumerated() {
            let tensor = place < given.count ? given[place] : nil
            guard tensor != nil || input.isOptional else {
                throw .argument(
                    operation: "Graph", "the tensor '\(input.name)' is missing; expected are: \(Input.text(inputs))")
            }
            named.append((input.name, tensor))
        }
        return try body.run(self, named, outputs: outputs)
    }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        guard let result = try forward([x], nil).first, let result else {
            throw .argument(operation: "Graph", "one tensor is expected of it here, but it gives none")
        }
        return result
    }

    public override var summary: String {
        let (from, to) = (inputs.map(\.name).joined(separator: ", "), outputs.joined(separator: ", "))
        return "\(from) -> \(to)"
    }

    private static func names(_ text: String, _ what: String) throws(Failure) -> [String] {
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
        guard names.count <= 256, !names.contains("") else {
            throw .argument(
                operation: "Graph", "\(what) takes names with commas between them, but found '\(text.shortened)'")
        }
        return names
    }

    private static func input(_ text: String) throws(Failure) -> Input {
        let isOptional = text.hasSuffix("=None")
        let name = isOptional ? String(text.dropLast(5)) : text
        try checkName(name)
        return Input(name, optional: isOptional)
    }

    private static func checkName(_ name: String) throws(Failure) {
        guard Reader.isName(name) else {
            throw .argument(operation: "Graph", "this is no name of a value: '\(name.shortened)'")
        }
    }
}
