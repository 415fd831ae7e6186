import Engine
import Foundation
import XCTest

@testable import Networks

/// What every line of the tables has to hold, and what is said where an expression does not fit.
final class RegistryTests: XCTestCase {
    private let kinds = (Registry.layers + Registry.losses).flatMap(\.kinds)
    private var signatures: [Signature] { kinds.map(\.signature) + Registry.optimizers.map(\.signature) }

    // MARK: Expressions of every kind

    /// Of Keras' layers, which a layer checks.
    private let ofKeras = [
        "activation": "'relu'", "recurrent_activation": "'relu'", "axis": "1", "output_padding": "1",
        "equation": "'ab,bc->ac'", "bias_axes": "'c'", "dims": "(1,)", "noise_shape": "(3, 1)", "shape": "(3,)",
        "interpolation": "'bilinear'", "rank": "2", "axes": "1", "use_cudnn": "True", "mean": "0.5", "variance": "2.0",
        "attention_axes": "(1,)", "shared_axes": "1", "cell": "keras.LSTMCell(2)",
        "backward_layer": "keras.LSTM(2, go_backwards=True)", "value_range": "(0.0, 1.0)",
    ]
    /// Their arguments that have one value alone, or go with no other.
    private let single = ["renorm", "pad_to_aspect_ratio"]

    /// An input's extents without the batch.
    private func inputShape(_ name: String) -> String {
        var count = 1
        for axes in 1...3 where name.contains("\(axes)D") { count = axes + 1 }
        let isCell = name.hasSuffix("Cell") || name.hasSuffix("Cells")
        if name.hasSuffix("ConvLSTMCell") { count = 3 }
        let steps = ["LSTM", "GRU", "RNN", "TimeDistributed", "Bidirectional", "SpectralNormalization"]
        if !isCell, steps.contains(where: { name.contains($0) }) { count += 1 }
        let shape = "(\(Array(repeating: "3", count: count).joined(separator: ", ")),)"
        return name.contains("HeadAttention") || name.contains("GroupQuery") ? "((3, 3), (3, 3))" : shape
    }

    /// A value that an argument of a module takes, other than its default, as an expression writes it.
    private func example(_ parameter: Parameter) throws -> String {
        // A body is a text of lines.
        if parameter.name.hasSuffix("body") { return "'x = relu(x)'" }
        // A row of three.
        if parameter.name == "padding_idx" { return "1" }
        if parameter.name == "proj_size" { return "1" }
        if let value = ofKeras[parameter.name], parameter.initial?.literal != value { return value }
        for (ending, value) in [
            ("_initializer", "'he_normal'"), ("_regularizer", "'L2(0.1)'"), ("_constraint", "'NonNeg()'"),
        ]
        where parameter.name.hasSuffix(ending) { return value }
        let modules = [
            "encoder_layer": "TransformerEncoderLayer(3, 3, 2)", "decoder_layer": "TransformerDecoderLayer(3, 3, 2)",
            "norm": "LayerNorm(3)", "custom_encoder": "TransformerEncoder(num_layers=0)",
            "custom_decoder": "TransformerDecoder(num_layers=0)",
        ]
        if let module = modules[parameter.name] { return module }
        func example(_ type: ArgumentType) throws -> String {
            switch type {
            case .integer, .integers, .each: return "3"
            case .real, .number: return "0.375"
            case .tuple(let type, nil): return "(\(try example(type)),)"
            case .either(let types): return try example(XCTUnwrap(types.first))
            case .tensor: return "Buffer(3)"
            case .flag: return parameter.initial == .flag(true) ? "False" : "True"
            case .text: return "'x'"
            case .choice(let texts):
                return "'\(texts.last { Value.text($0) != parameter.initial } ?? texts[0])'"
            case .dtype: return "float64"
            case .module: return "leaf=Linear(2, 1)"
            case .optional(let type): return try example(type)
            default: return try XCTUnwrap(nil, "no example of the type \(type.description)")
            }
        }
        return try example(parameter.type)
    }

    /// With the arguments that have to be given alone, and with all of them.
    private func expressions(of signature: Signature) throws -> [String] {
        let required = try signature.parameters.filter { $0.initial == nil && !$0.isVariadic }.map(example)
        let others = try signature.parameters.filter { $0.initial != nil && !single.contains($0.name) }.map {
            parameter in
            if parameter.name == "input_shape" { return "input_shape=\(inputShape(signature.name))" }
            if parameter.name == "layer" {
                return "layer=keras.\(signature.name == "keras.Bidirectional" ? "LSTM" : "Dense")(2)"
            }
            return "\(parameter.name)=\(try example(parameter))"
        }
        let rest = try signature.parameters.filter(\.isVariadic).map(example)
        return [required, required + others + rest].map { "\(signature.name)(\($0.joined(separator: ", ")))" }
    }

    func testEveryKindIsMadeFromItsExpressionWhichItThenSays() throws {
        for kind in kinds {
            for text in try expressions(of: kind.signature) {
                let module = try make(text, .float32)
                XCTAssertEqual(module.className, kind.signature.name)
                let written = try module.expression()
                let again = try make(written, .float32)
                XCTAssertEqual(try again.expression(), written)
                XCTAssertEqual(again.description, module.description, text)
                XCTAssertEqual(lines(of: again.structure), lines(of: module.structure), text)
                XCTAssertEqual(again.allParameters.map(\.tensor.dtype), module.allParameters.map(\.tensor.dtype), text)
            }
            // Nothing that was given is lost on the way.
            let full = try expressions(of: kind.signature)[1]
            XCTAssertEqual(
                try make(make(full, .float32).expression(), .float32).attributes.map(\.value),
                try make(full, .float32).attributes.map(\.value))
            for (name, value) in try make(full, .float32).attributes {
                let parameter = try XCTUnwrap(kind.signature.parameters.first { $0.name == name })
                if case .choice(let texts) = parameter.type, texts.count == 1 { continue }
                // A module is no value: it has become a child.
                if case .optional(.module) = parameter.type { continue }
                if single.contains(name) { continue }
                XCTAssertNotEqual(value, parameter.initial, "\(full): \(name)")
            }
        }
    }

    func testEveryKindIsBuiltAgainFromItsStructure() throws {
        for kind in kinds {
            for text in try expressions(of: kind.signature) {
                let module = try make(text, .float64)
                let again = try Module.build(
                    module.structure, parameters: module.parameterTree, buffers: module.bufferTree)
                XCTAssertTrue(type(of: again) == type(of: module), text)
                XCTAssertEqual(try again.expression(), try module.expression())
                XCTAssertEqual(again.description, module.description, text)
                XCTAssertEqual(lines(of: again.structure), lines(of: module.structure), text)
                try again.structure.checkSame(as: module.structure)
                for (mine, other) in zip(again.allParameters, module.allParameters) {
                    XCTAssertEqual(mine.name, other.name, text)
                    XCTAssertEqual(try mine.tensor.bytes(), try other.tensor.bytes(), text)
                    XCTAssertFalse(mine.tensor === other.tensor, text)
                }
            }
        }
    }

    func testExpressionsOfTreesComeBackEqual() throws {
        for text in [
            "Sequential()", "Sequential(Linear(3, 4), ReLU())",
            "Sequential(fc=Linear(3, 4, bias=False), act=GELU(approximate='tanh'))",
            "Sequential(ReLU(), last=Tanh())", "Sequential('1'=ReLU(), '0'=Tanh())",
            "Sequential('a b'=ReLU(), '\\'\\n'=Tanh())",
            "Sequential(Sequential(Sequential(Linear(1, 1))), Linear(1, 1))", "Sequential('modules'=ReLU())",
            "Sequential(Linear(2, 2), SharedModule('0'), Sequential(ReLU()), SharedModule('2.0'), SharedModule('2'))",
            "Container(body=Linear(2, 2), scale=Parameter(2, 3), fixed=Parameter(1, requires_grad=False))",
            "Container(seen=Buffer(), '0'=Buffer(4, dtype=int64))",
            "Softplus(beta=2.0, threshold=inf)", "CrossEntropyLoss(reduction='sum', from_logits=False)",
            "CrossEntropyLoss(ignore_index=1, weight=Buffer(3))", "Conv2d(3, 4, (3, 2), padding='same')",
            "BCEWithLogitsLoss(weight=Buffer(2, 1), pos_weight=Buffer(1, dtype=float64))", "MaxPool2d(2)",
            "Flatten(start_dim=-2)",
        ] {
            let module = try make(text, .float32)
            XCTAssertEqual(try module.expression(), text)
            XCTAssertEqual(lines(of: try make(module.expression(), .float32).structure), lines(of: module.structure))
        }
        // Whatever the way of writing, one expression comes out.
        for (text, written) in [
            ("ReLU", "ReLU()"), (" Linear ( 3 , 4 , True , ) ", "Linear(3, 4)"),
            ("Linear(out_features=4, in_features=3)", "Linear(3, 4)"),
            ("Linear(3.0, 4, bias=1)", "Linear(3, 4)"), ("LeakyReLU(1)", "LeakyReLU(negative_slope=1.0)"),
            ("GELU(\"tanh\")", "GELU(approximate='tanh')"),
            ("Linear(3, 4, dtype=wb.float64)", "Linear(3, 4, dtype=float64)"),
            ("Linear(3, 4, dtype='float64')", "Linear(3, 4, dtype=float64)"),
            ("Dropout(5e-1)", "Dropout()"), ("Softplus(1, -inf)", "Softplus(threshold=-inf)"),
        ] {
            XCTAssertEqual(try make(text, .float32).expression(), written, text)
        }
    }

    func testTheDTypeOfACallWinsOverThatOfTheWholeText() throws {
        let model = try make(
            """
            Sequential(Linear(2, 2), Linear(2, 2, dtype=float32), \
            Container(p=Parameter(1), q=Parameter(1, dtype=float32), n=Buffer(1, dtype=uint8)))
            """
        )
        XCTAssertEqual(
            model.allParameters.map(\.tensor.dtype), [.float64, .float64, .float32, .float32, .float64, .float32])
        XCTAssertEqual(model.allBuffers.map(\.tensor.dtype), [.uint8])
    }

    // MARK: Signatures

    /// PyTorch's constructors, with `dtype` and `from_logits` beside them.
    func testSignaturesReadLikePyTorchs() {
        let layer =
            "d_model, nhead, dim_feedforward=2048, dropout=0.1, activation='relu', layer_norm_eps=1e-05, "
            + "batch_first=False, norm_first=False, bias=True, dtype=None"
        let texts = Set(signatures.map(\.text))
        for text in [
            "Linear(in_features, out_features, bias=True, dtype=None)", "Identity()", "ReLU(inplace=False)",
            "LeakyReLU(negative_slope=0.01, inplace=False)", "GELU(approximate='none')", "Softmax(dim=None)",
            "Softplus(beta=1.0, threshold=20.0)", "Flatten(start_dim=1, end_dim=-1)",
            "Dropout(p=0.5, inplace=False)", "Sequential(*modules)", "Container(*modules)",
            "Graph(inputs, body, outputs, training_body=None, *modules)",
            "Conv2d(in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, "
                + "padding_mode='zeros', dtype=None)",
            "MaxPool1d(kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False)",
            "BatchNorm3d(num_features, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, dtype=None, "
                + "bias=True)",
            "MSELoss(reduction='mean')", "BCELoss(weight=None, reduction='mean')",
            "CrossEntropyLoss(weight=None, ignore_index=-100, reduction='mean', label_smoothing=0.0, "
                + "from_logits=True)",
            "RNN(input_size, hidden_size, num_layers=1, nonlinearity='tanh', bias=True, batch_first=False, "
                + "dropout=0.0, bidirectional=False, dtype=None)",
            "LSTM(input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, "
                + "bidirectional=False, proj_size=0, dtype=None)",
            "GRU(input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, "
                + "bidirectional=False, dtype=None)",
            "RNNCell(input_size, hidden_size, bias=True, nonlinearity='tanh', dtype=None)",
            "LSTMCell(input_size, hidden_size, bias=True, dtype=None)",
            "GRUCell(input_size, hidden_size, bias=True, dtype=None)",
            "MultiheadAttention(embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, "
                + "add_zero_attn=False, kdim=None, vdim=None, batch_first=False, dtype=None)",
            "TransformerEncoder(encoder_layer=None, num_layers=None, norm=None, enable_nested_tensor=True, "
                + "mask_check=True, *modules)",
            "TransformerDecoder(decoder_layer=None, num_layers=None, norm=None, *modules)",
            "Transformer(d_model=512, nhead=8, num_encoder_layers=6, num_decoder_layers=6, dim_feedforward=2048, "
                + "dropout=0.1, activation='relu', custom_encoder=None, custom_decoder=None, "
                + "layer_norm_eps=1e-05, batch_first=False, norm_first=False, bias=True, dtype=None, *modules)",
            "TransformerEncoderLayer(\(layer))", "TransformerDecoderLayer(\(layer))",
        ] {
            XCTAssertTrue(texts.contains(text), text)
        }
    }

    func testSignaturesOfOptimisersAndSchedulesReadLikePyTorchs() {
        let texts = Registry.optimizers.map(\.signature.text) + Registry.schedules.map(\.signature.text)
        for text in [
            "SGD(lr=0.001, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False, maximize=False, "
                + "foreach=None, differentiable=False, fused=None)",
            "AdamW(lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0.01, amsgrad=False, maximize=False, "
                + "foreach=None, capturable=False, differentiable=False, fused=None)",
            "Rprop(lr=0.01, etas=(0.5, 1.2), step_sizes=(1e-06, 50.0), capturable=False, foreach=None, maximize=False, "
                + "differentiable=False)",
            "LBFGS(lr=1.0, max_iter=20, max_eval=None, tolerance_grad=1e-07, tolerance_change=1e-09, history_size=100, "
                + "line_search_fn=None, maximize=False)",
            "StepLR(step_size, gamma=0.1, last_epoch=-1)",
            "CosineAnnealingWarmRestarts(T_0, T_mult=1, eta_min=0.0, last_epoch=-1)",
            "SequentialLR(schedulers, milestones, last_epoch=-1)",
        ] {
            XCTAssertTrue(texts.contains(text), text)
        }
    }

    func testNamesAreUniqueAndWordsAndNoneBeginsWithAnUnderscore() {
        let names = signatures.map(\.name)
        XCTAssertEqual(Set(names).count, names.count)
        for signature in signatures {
            // Kinds of Keras are keras.Dense and the like.
            let words = signature.name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            XCTAssertTrue(words.allSatisfy(Reader.isWord) && words.count <= 2, signature.name)
            for list in [signature.parameters.map(\.name), signature.inputs.map(\.name), signature.options.map(\.name)]
            {
                XCTAssertEqual(Set(list).count, list.count, signature.text)
                // Such names are a checkpoint's own.
                for name in list {
                    XCTAssertTrue(Reader.isWord(name) && !name.hasPrefix("_"), "\(signature.name): \(name)")
                }
            }
            XCTAssertLessThanOrEqual(signature.parameters.filter(\.isVariadic).count, 1, signature.text)
            if let variadic = signature.parameters.firstIndex(where: \.isVariadic) {
                XCTAssertTrue(signature.parameters[(variadic + 1)...].allSatisfy(\.isKeyword), signature.text)
            }
        }
        for family in Registry.layers + Registry.losses {
            let words = family.name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            XCTAssertTrue(words.allSatisfy(Reader.isWord), family.name)
            XCTAssertFalse(family.kinds.isEmpty, family.name)
        }
        XCTAssertEqual(
            Set((Registry.layers + Registry.losses).map(\.name)).count, (Registry.layers + Registry.losses).count)
    }

    func testEveryKindAndArgumentIsDocumented() {
        for signature in signatures {
            let paragraphs = signature.documentation.components(separatedBy: "\n\n")
            XCTAssertTrue(paragraphs[0].hasSuffix("."), "\(signature.name): \(paragraphs[0])")
            for paragraph in paragraphs {
                XCTAssertFalse(paragraph.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty, signature.name)
            }
            for parameter in signature.parameters {
                XCTAssertFalse(parameter.documentation.isEmpty, "\(signature.name): \(parameter.name)")
            }
        }
    }

    func testDefaultsThatAreGivenInWordsChangeNothing() throws {
        for kind in kinds {
            let required = try kind.signature.parameters.filter { $0.initial == nil && !$0.isVariadic }.map(example)
            let defaults = kind.signature.parameters.compactMap { parameter in
                parameter.initial.map { "\(parameter.name)=\($0.literal)" }
            }
            let text = "\(kind.signature.name)(\((required + defaults).joined(separator: ", ")))"
            XCTAssertEqual(
                try make(text, .float32).expression(),
                try make("\(kind.signature.name)(\(required.joined(separator: ", ")))", .float32).expression())
        }
        let p = try leaf([1, 1], [1])
        for kind in Registry.optimizers {
            let defaults = kind.signature.parameters.compactMap { parameter in
                parameter.initial.map { "\(parameter.name)=\($0.literal)" }
            }
            let optimizer = try Optimizer.make("\(kind.signature.name)(\(defaults.joined(separator: ", ")))", [p])
            XCTAssertEqual(lines(of: optimizer.tree), lines(of: try Optimizer.make(kind.signature.name, [p]).tree))
        }
    }

    // MARK: What does not fit

    func testAnUnknownNameIsAnsweredWithThoseThatAreClose() throws {
        for (text, sentence) in [
            ("Linaer(3, 4)", "column 1: there is no layer or loss 'Linaer'; did you mean Linear?"),
            ("relu()", "column 1: there is no layer or loss 'relu'; did you mean ReLU or CELU or ELU?"),
            (
                "Sequential(ReLU(), Softmac(1))",
                "column 20: there is no layer or loss 'Softmac'; did you mean Softmax or Softmin?"
            ),
            ("Sequential(a=MSELos())", "column 14: there is no layer or loss 'MSELos'; did you mean MSELoss?"),
            ("SGD(0.1)", "column 1: there is no layer or loss 'SGD'; there are: Linear, Bilinear, "),
            ("Quaternions()", "column 1: there is no layer or loss 'Quaternions'; there are: Linear, Bilinear, "),
        ] {
            let failure = failure { try make(text) }
            XCTAssertEqual(failure?.kind, "argument")
            XCTAssertTrue(
                failure?.description.hasPrefix("module_create: " + sentence) == true,
                "\(text): \(failure.map { "\($0)" } ?? "")")
        }
        let p = try leaf([1], [1])
        XCTAssertEqual(
            failure { try Optimizer.make("Adagrat()", [p]) }?.description,
            "optimizer_create: column 1: there is no optimiser 'Adagrat'; did you mean Adagrad?")
        XCTAssertEqual(
            failure { try Optimizer.make("Quaternions()", [p]) }?.description.hasPrefix(
                "optimizer_create: column 1: there is no optimiser 'Quaternions'; there are: SGD, Adam, AdamW, "), true)
    }

    func testWrongArgumentsAreNamedWithTheirColumnAndWhatFits() throws {
        let shared = "SharedModule takes the path of a module that stands before it, such as '0.weight'"
        let linear = "Linear(in_features, out_features, bias=True, dtype=None)"
        for (text, sentence) in [
            // Unknown, missing, too many, twice.
            (
                "Linear(3, 4, biass=False)",
                "Linear: column 20: there is no argument 'biass'; there are: in_features, out_features, bias, dtype"
            ),
            ("Sequential(Tanh(inplace=True))", "Tanh: column 25: there is no argument 'inplace'; Tanh takes none"),
            ("Linear(3)", "Linear: column 1: the argument 'out_features' is missing; \(linear) is expected"),
            (
                "Sequential(ReLU(), Linear())",
                "Linear: column 20: the argument 'in_features' is missing; \(linear) is expected"
            ),
            ("Tanh(1)", "Tanh: column 6: too many arguments; Tanh() is expected"),
            ("Linear(3, 4, True, float32, 5)", "Linear: column 29: too many arguments; \(linear) is expected"),
            ("Linear(3, 4, out_features=5)", "Linear: column 27: the argument 'out_features' is given twice"),
            ("Linear(3, 4, bias=True, bias=True)", "Linear: column 30: the argument 'bias' is given twice"),
            // Of another type.
            ("Linear(3, 'a')", "Linear: column 11: out_features takes a whole number, but found 'a'"),
            ("Linear(3.5, 4)", "Linear: column 8: in_features takes a whole number, but found 3.5"),
            ("Linear(3, 4, 5)", "Linear: column 14: bias takes True or False, but found 5"),
            ("Linear(3, 4, dtype=7)", "Linear: column 20: dtype takes a dtype, such as float32, or None, but found 7"),
            ("Linear(None, 4)", "Linear: column 8: in_features takes a whole number, but found None"),
            ("Linear(3, ReLU())", "Linear: column 11: out_features takes a whole number, but found a module"),
            ("LeakyReLU((1, 2))", "LeakyReLU: column 11: negative_slope takes a number, but found (1, 2)"),
            ("GELU('exact')", "GELU: column 6: approximate takes 'none' or 'tanh', but found 'exact'"),
            ("MSELoss('average')", "MSELoss: column 9: reduction takes 'none' or 'mean' or 'sum', but found 'average'"),
            ("Sequential(ReLU(), 3)", "Sequential: column 20: modules takes a module, but found 3"),
            ("Graph('x', 3, 'x')", "Graph: column 12: body takes a text, but found 3"),
            ("Container(p=Parameter('a'))", "Parameter: column 23: shape takes a whole number, but found 'a'"),
            ("Container(p=Buffer(1, float32))", "Buffer: column 23: shape takes a whole number, but found 'float32'"),
            // Of the right type, but out of range.
            ("Linear(0, 4)", "Linear: column 1: features must be positive, but are 0 in and 4 out"),
            ("Sequential(Linear(1, -4))", "Linear: column 12: features must be positive, but are 1 in and -4 out"),
            ("Linear(3, 4, dtype=int64)", "Linear: column 1: parameters are of a floating dtype, not int64"),
            ("Dropout(1.5)", "Dropout: column 1: p must be from 0 to 1, but is 1.5"),
            ("Dropout(nan)", "Dropout: column 1: p must be from 0 to 1, but is nan"),
            ("LeakyReLU(inf)", "LeakyReLU: column 1: negative_slope must be finite, but is inf"),
            (
                "Softplus(0)",
                "Softplus: column 1: beta must not be 0 and threshold be a number, but they are 0.0 and 20.0"
            ),
            ("Softmax(64)", "Softmax: column 1: dim must be an axis, from -64 to 63, but is 64"),
            (
                "Flatten(1, -9223372036854775808)",
                "Flatten: column 1: end_dim must be an axis, from -64 to 63, but is -9223372036854775808"
            ),
            ("Sequential(a=ReLU(), a=Tanh())", "Sequential: column 1: two children have the name 'a'"),
            ("Sequential(ReLU(), '0'=Tanh())", "Sequential: column 1: two children have the name '0'"),
            (
                "Sequential('a.b'=ReLU())",
                "module: column 1: a name must not be empty and must not contain '.' or '/': 'a.b'"
            ),
            (
                "Container(p=Parameter(2, dtype=int64))",
                "parameter: column 1: 'p' must be of a floating dtype, but is int64"
            ),
            // No value, no module.
            ("Sequential(ReLU)", "module_create: column 12: ReLU is a kind of module; write ReLU(...)"),
            ("Linear(n, 4)", "module_create: column 8: a value or a call is expected, but found 'n'"),
            ("Linear((3, n), 4)", "module_create: column 8: a value or a call is expected, but found '(3, n)'"),
            ("Parameter(3)", "module_create: column 1: a module is expected, but Parameter is none by itself"),
            ("SharedModule('0')", "module_create: column 1: \(shared)"),
            ("Sequential(SharedModule(''))", "module_create: column 12: \(shared)"),
            ("3", "module_create: column 1: expected a name, but found '3'"),
            ("", "module_create: column 1: expected a name, but found the end of the text"),
            ("ReLU() ReLU()", "module_create: column 8: expected the end of the text, but found 'R'"),
            ("Linear(3, 4", "module_create: column 12: expected ',' or ')', but found the end of the text"),
        ] {
            let failure = failure { try make(text, .float32) }
            XCTAssertEqual(failure?.description, sentence, text)
        }
    }

    func testExtentsWithoutBoundsEndInSentences() throws {
        for text in [
            "Linear(9223372036854775807, 9223372036854775807)", "Linear(3037000500, 3037000500)",
            "Container(p=Parameter(9223372036854775807, 2))",
            "Container(p=Buffer(-1))",
            "Container(p=Parameter(\(Array(repeating: "1", count: 65).joined(separator: ", "))))",
        ] {
            XCTAssertNotNil(failure { try make(text) }, text)
        }
        let nested = { (depth: Int) in
            String(repeating: "Sequential(", count: depth) + String(repeating: ")", count: depth)
        }
        XCTAssertEqual(
            try make(nested(Module.deepest)).description.split(separator: "\n").count, 2 * Module.deepest - 1)
        XCTAssertEqual(failure { try make(nested(Module.deepest + 1)) }?.kind, "argument")
        XCTAssertEqual(failure { try make(nested(100_000)) }?.kind, "argument")
    }

    func testWhatOneModuleSharesIsOneObject() throws {
        let model = try make(
            "Sequential(Linear(2, 2), inner=Sequential(Tanh(), SharedModule('0')), last=SharedModule('inner'))")
        let children = model.children.map(\.module)
        XCTAssertTrue(children[1].children[1].module === children[0])
        XCTAssertTrue(children[2] === children[1])
        XCTAssertEqual(model.allParameters.map(\.name), ["0.weight", "0.bias"])
    }
}
