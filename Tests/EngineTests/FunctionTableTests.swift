import XCTest

@testable import Engine

/// The table of functions, called by text.
final class FunctionTableTests: XCTestCase {
    private func call(_ row: FunctionRow) throws -> [Tensor] { try Functions.call(row.text, row.tensors()) }

    private func text(_ function: Function) -> String { function.signature.text }

    func testEveryNameHasARow() {
        let covered = Set(FunctionRow.all.map(\.name))
        XCTAssertEqual(Set(Functions.names).subtracting(covered), [], "without a row")
        XCTAssertEqual(covered.subtracting(Functions.names), [], "no functions")
    }

    func testNamesAreUnique() {
        let names = Functions.all.flatMap { [$0.signature.name] + $0.aliases }
        XCTAssertEqual(
            names.count, Set(names).count, "\(names.filter { name in names.filter { $0 == name }.count > 1 })")
        for function in Functions.all {
            let parameters = function.signature.parameters.map(\.name)
            XCTAssertEqual(parameters.count, Set(parameters).count, text(function))
        }
    }

    func testACallByTextGivesTheBitsOfTheMethod() throws {
        for row in FunctionRow.all {
            try Generator.standard().seed(5)
            let got = try call(row)
            let bytes = try got.map { try $0.bytes() }
            try Generator.standard().seed(5)
            let want = try row.want(row.tensors())
            XCTAssertEqual(got.map(\.dtype), want.map(\.dtype), row.text)
            XCTAssertEqual(got.map(\.shape), want.map(\.shape), row.text)
            XCTAssertEqual(bytes, try want.map { try $0.bytes() }, row.text)
        }
    }

    func testACallThatIsKeptGivesTheSameForOtherTensors() throws {
        for row in FunctionRow.all {
            let first = try row.tensors()
            _ = try Functions.call(row.text, first)
            try Generator.standard().seed(5)
            let again = try call(row).map { try $0.bytes() }
            try Generator.standard().seed(5)
            XCTAssertEqual(again, try row.want(row.tensors()).map { try $0.bytes() }, row.text)
        }
    }

    func testAKeptCallKeepsNoTensorAlive() throws {
        weak var kept: Tensor?
        do {
            let x = try tensor([1, 2, 3])
            kept = x
            _ = try Functions.call("cat(dim=-1)", [x, x])[0].numbers()
            _ = try Functions.call("relu()", [x])[0].numbers()
        }
        XCTAssertNil(kept)
    }

    func testEverySignatureReadsItsOwnDefaults() throws {
        for function in Functions.all {
            for parameter in function.signature.parameters {
                guard let initial = parameter.initial else { continue }
                let read = try Reader.value(initial.literal, operation: "test")
                XCTAssertTrue(read.isSame(as: initial), "\(text(function)): \(parameter.name)")
                let taken = try XCTUnwrap(
                    acceptance(initial, parameter.type),
                    "\(text(function)): \(parameter.name) takes \(parameter.type.description)")
                XCTAssertTrue(taken.isSame(as: initial), "\(text(function)): \(parameter.name)")
            }
        }
    }

    /// What a parameter makes of its own default. A list of tensors has the empty one alone.
    private func acceptance(_ value: Value, _ type: ArgumentType) -> Value? {
        if case .tensors = type, value.list?.isEmpty == true { return value }
        return type.accepting(value)
    }

    func testEverySignatureSaysWhatEachOfItsPartsIs() {
        for function in Functions.all {
            let signature = function.signature
            XCTAssertGreaterThan(signature.documentation.count, 10, text(function))
            XCTAssertTrue(signature.documentation.hasSuffix("."), "\(text(function)): \(signature.documentation)")
            XCTAssertFalse(signature.outputs.isEmpty, text(function))
            for parameter in signature.parameters {
                XCTAssertTrue(parameter.documentation.hasSuffix("."), "\(text(function)): \(parameter.name)")
                XCTAssertFalse(parameter.type.description.isEmpty)
            }
            XCTAssertEqual(
                signature.inputs.map(\.name), signature.parameters.filter { $0.type.takesTensors }.map(\.name),
                text(function))
        }
    }

    func testOutputsAreAsManyAsTheSignatureNames() throws {
        for row in FunctionRow.all {
            let function = try XCTUnwrap(Functions.named(row.name))
            guard function.signature.outputs != ["*outputs"] else { continue }
            XCTAssertEqual(try call(row).count, function.signature.outputs.count, row.text)
        }
    }

    func testANameThatEqualsAnotherFindsTheSameFunction() throws {
        for function in Functions.all {
            for alias in function.aliases {
                XCTAssertEqual(Functions.named(alias)?.signature.name, function.signature.name)
            }
        }
        XCTAssertNil(Functions.named("no_such_function"))
    }

    // MARK: What does not fit

    private func sentence(_ text: String, _ tensors: [Tensor] = [], file: StaticString = #filePath, line: UInt = #line)
        -> String
    {
        failure(of: { try Functions.call(text, tensors) }, file: file, line: line)?.description ?? ""
    }

    func testAnUnknownFunctionGetsTheNamesThatAreCloseToIt() throws {
        XCTAssertEqual(
            sentence("sofmax(dim=1)"), "call: column 1: there is no function 'sofmax'; close to it: softmax, fmax")
        XCTAssertEqual(sentence("  Relu"), "call: column 3: there is no function 'Relu'; close to it: relu, celu, elu")
        XCTAssertEqual(sentence("zebra9d(1)"), "call: column 1: there is no function 'zebra9d'")
        let long = String(repeating: "a", count: 100_000)
        XCTAssertEqual(sentence(long), "call: column 1: there is no function '\(String(repeating: "a", count: 57))...'")
    }

    func testWrongArgumentsGetASentenceThatNamesWhatWouldHaveFitted() throws {
        let x = try tensor(noise([2, 3]))
        XCTAssertEqual(
            sentence("softmax(axes=1)", [x]),
            "softmax: column 14: there is no argument 'axes'; there are: input, dim, dtype")
        XCTAssertEqual(
            sentence("softmax()", [x]),
            "softmax: the argument 'dim' is missing; softmax(input, dim, dtype=None) is expected")
        XCTAssertEqual(sentence("softmax(1)"), "softmax: column 9: input takes a tensor, but found 1")
        XCTAssertEqual(sentence("softmax(dim='a')", [x]), "softmax: column 13: dim takes a whole number, but found 'a'")
        XCTAssertEqual(sentence("softmax(1.5)", [x]), "softmax: column 9: dim takes a whole number, but found 1.5")
        XCTAssertEqual(
            sentence("softmax(1, dtype=float8)", [x]),
            """
            softmax: column 18: a value or a dtype (bool, uint8, int32, int64, float32, float64, bfloat16, float16) \
            is expected, but found the name 'float8'
            """
        )
        XCTAssertEqual(
            sentence("softmax(1, dtype='float8')", [x]),
            "softmax: column 18: dtype takes a dtype, such as float32, or None, but found 'float8'")
        XCTAssertEqual(
            sentence("softmax(dim=1)", [x, x]),
            "softmax: 2 tensors given, but softmax(input, dim, dtype=None) takes 1 here")
        XCTAssertEqual(sentence("softmax(1, dim=1)", [x]), "softmax: column 16: the argument 'dim' is given twice")
        XCTAssertEqual(
            sentence("softmax(1, None, 3)", [x]),
            "softmax: column 18: too many arguments; softmax(input, dim, dtype=None) is expected")
        XCTAssertEqual(
            sentence("sum(1, True, float64)", [x]),
            """
            sum: column 14: too many arguments without a name ('dtype' is given as dtype=...); sum(input, \
            dim=None, keepdim=False, dtype=None) is expected
            """
        )
        XCTAssertEqual(
            sentence("softmax(relu(1))", [x]),
            "softmax: column 9: a value is expected, but found the call 'relu(...)'; tensors are given beside the text")
        XCTAssertEqual(
            sentence("gelu('quick')", [x]), "gelu: column 6: approximate takes 'none' or 'tanh', but found 'quick'")
        XCTAssertEqual(
            sentence("norm('two')", [x]), "norm: column 6: p takes a number, or 'fro' or 'nuc', but found 'two'")
        XCTAssertEqual(
            sentence("cat()"), "cat: the argument 'tensors' is missing; cat(tensors, dim=0) is expected")
        XCTAssertEqual(sentence("clamp()", [x]), "clamp: a bound is expected, but neither min nor max is given")
        XCTAssertEqual(
            sentence("softmax(dim=1", [x]), "call: column 14: expected ',' or ')', but found the end of the text")
    }

    func testIndexEntriesThatDoNotFitGetASentence() throws {
        let x = try tensor(noise([2, 3]))
        let places = try tensor([0], .int64)
        let expected = "an entry is a whole number, (start, stop, step), None, '...' or 'tensor', but"
        XCTAssertEqual(sentence("index(('x',))", [x]), "index: \(expected) 'x' was found")
        XCTAssertEqual(sentence("index(((1, 2),))", [x]), "index: \(expected) (1, 2) was found")
        XCTAssertEqual(sentence("index((1.5,))", [x]), "index: \(expected) 1.5 was found")
        XCTAssertEqual(sentence("index(('tensor',))", [x]), "index: there are more entries 'tensor' than index tensors")
        XCTAssertEqual(
            sentence("index((0,))", [x, places]), "index: 1 index tensors more than entries 'tensor' are given")
        XCTAssertEqual(
            sentence("index(0)", [x]),
            """
            index: column 7: entries takes a tuple (each element a number, a text, True, False, None, or a \
            tuple of such), but found 0
            """
        )
        let many = [String](repeating: "None", count: 65).joined(separator: ", ")
        XCTAssertEqual(sentence("index((\(many)))", [x]), "index: too many indices: 65")
    }

    func testNumbersKeepToTheDtypeTheyMeet() throws {
        func dtype(_ text: String, _ dtype: DType) throws -> DType {
            try Functions.call(text, [tensor([1, 0], dtype)])[0].dtype
        }
        XCTAssertEqual(try dtype("add(2)", .float32), .float32)
        XCTAssertEqual(try dtype("add(2.5)", .float32), .float32)
        XCTAssertEqual(try dtype("add(2)", .int32), .int32)
        XCTAssertEqual(try dtype("add(2.0)", .int32), .float32)
        XCTAssertEqual(try dtype("add(2)", .bool), .int64)
        XCTAssertEqual(try dtype("add(True)", .bool), .bool)
        XCTAssertEqual(try dtype("add(True)", .uint8), .uint8)
        XCTAssertEqual(try dtype("div(2)", .int64), .float32)
        XCTAssertEqual(try dtype("div(9007199254740993)", .int64), .float32)
        XCTAssertEqual(try dtype("where(input=1, other=2.5)", .bool), .float32)
        XCTAssertEqual(
            try Functions.call("sub(9007199254740993)", [tensor([0], .int64)])[0].sum().integerItem(),
            -9_007_199_254_740_993)
        XCTAssertEqual(try Functions.call("lt(300)", [tensor([7], .uint8)])[0].numbers(), [1])
        XCTAssertEqual(
            sentence("add(300)", [try tensor([7], .uint8)]),
            "add: a whole number that uint8 holds is expected, but found 300; cast the tensor first")
        XCTAssertEqual(
            sentence("masked_fill(value=1.5)", [try tensor([7], .int64), try tensor([1], .bool)]),
            "masked_fill: a tensor of int64 cannot take the real number 1.5; cast the tensor, or the number")
        XCTAssertEqual(
            sentence("full(2, 256, dtype=uint8)"), "full: a whole number that uint8 holds is expected, but found 256")
    }

    func testLiteralsOfDifferentLengthsGetASentence() throws {
        XCTAssertEqual(
            sentence("tensor(((1, 2), (3,)))"),
            "tensor: nested tuples of equal lengths are expected, but lengths differ")
        XCTAssertEqual(
            sentence("tensor((1, (2, 3)))"), "tensor: nested tuples of equal lengths are expected, but lengths differ")
        XCTAssertEqual(
            sentence("tensor(((1, 2), 3))"), "tensor: nested tuples of equal lengths are expected, but lengths differ")
        XCTAssertEqual(
            sentence("tensor(((), (1,)))"), "tensor: nested tuples of equal lengths are expected, but lengths differ")
        XCTAssertEqual(sentence("tensor(('a',))"), "tensor: numbers are expected, but found 'a'")
        XCTAssertEqual(sentence("tensor(None)"), "tensor: numbers are expected, but found None")
        XCTAssertEqual(
            sentence("tensor((1, -1), uint8)"), "tensor: whole numbers that uint8 holds are expected, but found -1")
        let deep = String(repeating: "[", count: 40) + "1" + String(repeating: "]", count: 40)
        XCTAssertEqual(sentence("tensor(\(deep))"), "tensor: at most 32 axes are possible, but the shape has 33")
    }

    func testRequiresGradMakesALeaf() throws {
        for text in [
            "zeros(3, requires_grad=True)", "rand(3, requires_grad=True)", "tensor((1.0, 2.0), requires_grad=True)",
            "eye(2, requires_grad=True)",
        ] {
            let leaf = try Functions.call(text)[0]
            XCTAssertTrue(leaf.requiresGrad && leaf.isLeaf, text)
        }
        XCTAssertEqual(failure(of: { try Functions.call("ones(3, dtype=int64, requires_grad=True)") })?.kind, "dtype")
    }

    func testDerivativesPassThroughCallsByText() throws {
        let x = try leaf([0.5, -1.5, 2])
        let y = try Functions.call("sum", [Functions.call("mul(2)", [Functions.call("relu", [x])[0]])[0]])[0]
        try y.backward()
        XCTAssertEqual(try x.gradient()?.numbers(), [2, 0, 2])
        let z = try leaf([0.5, -1.5, 2])
        let hard = try Functions.call("straight_through", [tensor([1, 0, 1]), z])[0]
        XCTAssertEqual(try hard.numbers(), [1, 0, 1])
        try Functions.call("sum", [hard])[0].backward()
        XCTAssertEqual(try z.gradient()?.numbers(), [1, 1, 1])
    }

    func testAnAssignmentByIndexLeavesItsInputAsItWas() throws {
        let x = try tensor([1, 2, 3])
        let y = try Functions.call("index_assign(value=9, entries=(1,))", [x])[0]
        XCTAssertEqual(try x.numbers(), [1, 2, 3])
        XCTAssertEqual(try y.numbers(), [1, 9, 3])
    }

    /// A text that is not kept, and more texts than are kept.
    func testCallsBeyondTheKeptOnesWork() throws {
        let x = try tensor([1, 2])
        for number in 0..<3000 {
            XCTAssertEqual(
                try Functions.call("add(\(number))", [x])[0].numbers(), [Double(number + 1), Double(number + 2)])
        }
        let many = (0..<2000).map { "\($0)" }.joined(separator: ", ")
        XCTAssertEqual(try Functions.call("tensor((\(many)))")[0].count, 2000)
    }
}
