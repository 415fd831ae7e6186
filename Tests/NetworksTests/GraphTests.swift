import Engine
import Foundation
import XCTest

@testable import Networks

/// Graphs of layers: what a body says is what is computed.
final class GraphTests: XCTestCase {
    private func outputs(_ module: Module, _ inputs: [Tensor?]) throws -> [[Double]?] {
        try module.call(inputs).map { try $0?.numbers() }
    }

    // MARK: Layers and functions

    func testAResidualBlockComputesWhatItsLinesSayWithItsGradients() throws {
        let model = try graph(
            "x",
            """
            h = fc1(x)
            h = relu(h)

            # The shortcut.
            h = fc2(h)
            y = add(h, x)
            """, "y", "fc1=Linear(3, 5), fc2=Linear(5, 3)")
        let (fc1, fc2) = (try XCTUnwrap(model.module(at: "fc1")), try XCTUnwrap(model.module(at: "fc2")))
        let x = try leaf([4, 3], noise(12))
        func compare(_ result: Tensor, _ want: Tensor) throws {
            XCTAssertEqual(try result.bytes(), try want.bytes())
            var found: [[[UInt8]]] = []
            for tensor in [result, want] {
                try x.setGradient(nil)
                try model.zeroGrad()
                try tensor.applying(.square).sum().backward()
                found.append(try ([x] + model.allParameters.map(\.tensor)).map { try XCTUnwrap($0.gradient()).bytes() })
            }
            XCTAssertEqual(found[0], found[1])
        }
        XCTAssertEqual(model.allParameters.map(\.name), ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"])
        let want = try fc2(fc1(x).applying(.relu)) + x
        try compare(model(x), want)
        try compare(Sequential([model, make("Identity()")])(x), fc2(fc1(x).applying(.relu)) + x)
    }

    func testCallsNestAndLinesAreOneAndTheSame() throws {
        let model = try graph("x", "y = add(fc(relu(fc(x))), self.fc(x), alpha=2)", "y", "fc=Linear(2, 2)")
        let fc = try XCTUnwrap(model.module(at: "fc"))
        let x = try tensor([3, 2], noise(6))
        XCTAssertEqual(try model(x).bytes(), try (fc(fc(x).applying(.relu)) + fc(x) * 2).bytes())
    }

    func testSeveralInputsAndOutputsComeInTheirOrder() throws {
        let model = try graph("a, b", "s = add(a, b)\nd = sub(a, b)\np, q = split(s, 1)", "d, q, a, s, d")
        let (a, b) = (try tensor([2], [5, 7]), try tensor([2], [1, 2]))
        XCTAssertEqual(try outputs(model, [a, b]), [[4, 5], [9], [5, 7], [6, 9], [4, 5]])
        XCTAssertEqual(failure { try model(a) }?.description, "Graph: the tensor 'b' is missing; expected are: a, b")
        XCTAssertEqual(
            failure { try model.call([a, b, a]) }?.description, "Graph: 3 tensors given, but 2 expected: a, b")
        XCTAssertEqual(
            failure { try graph("a", "", "a, a")(a) }?.description,
            "Graph: one tensor is expected of it here, but it gives 2")
        XCTAssertEqual(try graph("x", "", "x")(a).numbers(), [5, 7])
    }

    func testAnInputThatMayBeMissingIsNoneInItsLines() throws {
        let model = try graph(
            "x, b=None", "y = linear(x, weight, b)\nz = linear(x, weight, bias=b)", "y, z, b", "weight=Parameter(1, 2)")
        try ThreadState.withGrad(false) { () throws(Failure) in
            try model.parameters[0].tensor.assign(Tensor.full([1, 2], 2, .float64))
        }
        let (x, b) = (try tensor([2], [1, 10]), try tensor([1], [100]))
        XCTAssertEqual(try outputs(model, [x]), [[22], [22], nil])
        XCTAssertEqual(try outputs(model, [x, nil]), [[22], [22], nil])
        XCTAssertEqual(try outputs(model, [x, b]), [[122], [122], [100]])
        XCTAssertEqual(
            failure { try model.call([nil, b]) }?.description,
            "Graph: the tensor 'x' is missing; expected are: x, b=None")
        // A graph in a graph gets what is missing, too, and a literal None.
        let outer = try graph(
            "x, b=None", "y, z, c = inner(x, b)\nd, e, f = inner(x, None)", "y, c, d, f", "inner=\(model.expression())")
        XCTAssertEqual(try outputs(outer, [x, b]).map { $0 == nil }, [false, false, false, true])
        XCTAssertEqual(try outputs(outer, [x]).map { $0 == nil }, [false, true, false, true])
        XCTAssertEqual(
            failure { try graph("x, b=None", "y = add(x, b)", "y").call([x]) }?.description,
            "add: line 1: column 12: other takes a tensor or a number, but found None")
    }

    func testListsOfTensorsAreTuplesAndBrackets() throws {
        let (a, b) = (try tensor([1, 2], [1, 2]), try tensor([1, 2], [3, 4]))
        let model = try graph(
            "a, b",
            "c = cat((a, b), dim=1)\nd = cat([b, add(a, b)])\ne = stack((a,), 2)\nf = cat((c, cat((a, (b)), 1)), -1)",
            "c, d, e, f")
        XCTAssertEqual(try outputs(model, [a, b]), [[1, 2, 3, 4], [3, 4, 4, 6], [1, 2], [1, 2, 3, 4, 1, 2, 3, 4]])
        XCTAssertEqual(try model.call([a, b]).map { $0?.shape }, [[1, 4], [2, 2], [1, 2, 1], [1, 8]])
        for (body, sentence) in [
            ("c = cat((a, 1))", "Graph: line 1: column 9: a list holds tensors or values, not both"),
            ("c = cat(((a, b), (b, a)))", "Graph: line 1: column 9: a list holds tensors or values, not both"),
            ("c = cat((1, 2))", "cat: line 1: column 9: tensors takes a list of tensors, but found (1, 2)"),
        ] {
            XCTAssertEqual(failure { try graph("a, b", body, "c").call([a, b]) }?.description, sentence)
        }
        XCTAssertNotNil(failure { try graph("a, b", "c = cat(())", "c").call([a, b]) })
    }

    func testValuesOfEveryKindReachFunctions() throws {
        let model = try graph(
            "x",
            """
            a = full((2, size(x, 0)), 0.5, dtype=float64)
            b = full((), True)
            c = ones((1, 2), dtype='int32')
            d = div(x, 2, rounding_mode='floor')
            e = clamp(x, max=inf, min=-1e0)
            f = sum(x, (0,), True)
            """, "a, b, c, d, e, f")
        let found = try model.call([tensor([3], [-5, 2, 5])])
        XCTAssertEqual(found.map { $0?.dtype }, [.float64, .bool, .int32, .float64, .float64, .float64])
        XCTAssertEqual(found.map { $0?.shape }, [[2, 3], [], [1, 2], [3], [3], [1]])
        XCTAssertEqual(
            try found.map { try XCTUnwrap($0).numbers() },
            [Array(repeating: 0.5, count: 6), [1], [1, 1], [-3, 1, 2], [-1, 2, 5], [2]])
    }

    // MARK: Names

    func testPathsReachParametersAndBuffersOfChildren() throws {
        let model = try graph(
            "x",
            """
            encoder.mean = lerp(encoder.mean, x, 0.5)
            h = sub(x, encoder.mean)
            y = encoder.0.fc(h)
            z = linear(h, encoder.0.fc.weight, self.shift)
            """, "y, z",
            "encoder=Container('0'=Container(fc=Linear(2, 1, bias=False)), mean=Buffer(2)), shift=Parameter(1)")
        let fc = try XCTUnwrap(model.module(at: "encoder.0.fc"))
        let x = try tensor([2], [4, 8])
        XCTAssertEqual(try outputs(model, [x])[0], try fc(tensor([2], [2, 4])).numbers())
        XCTAssertEqual(try model.allBuffers[0].tensor.numbers(), [2, 4])
        XCTAssertEqual(try outputs(model, [x])[1], try fc(tensor([2], [1, 2])).numbers())
        XCTAssertEqual(try model.allBuffers[0].tensor.numbers(), [3, 6])
    }

    func testSelfIsTheGraphWhereAValueHasTheSameName() throws {
        let model = try graph(
            "scale, count",
            "scale = mul(scale, self.scale)\ncount = add(count, 1)\nself.count = add(self.count, count)",
            "scale, count", "scale=Buffer(), count=Buffer()")
        try model.buffers[0].tensor.become(Tensor.full([], 3, .float64))
        XCTAssertEqual(try outputs(model, [tensor([], [5]), tensor([], [10])]), [[15], [11]])
        XCTAssertEqual(try model.buffers.map { try $0.tensor.numbers() }, [[3], [11]])
        // A child of a function's name comes first.
        XCTAssertEqual(
            try graph("x", "y = relu(x)", "y", "relu=Graph('x', 'y = neg(x)', 'y')")(tensor([2], [-1, 1])).numbers(),
            [1, -1])
    }

    func testGradientsReachTheGraphsOwnParametersAndNotItsBuffers() throws {
        let model = try graph(
            "x", "h = mul(x, scale)\ny = mul(h, fixed)\ny = add(y, seen)", "y",
            "scale=Parameter(2), fixed=Parameter(2, requires_grad=False), seen=Buffer(2)")
        for (place, value) in [3.0, 5].enumerated() {
            try model.parameters[place].tensor.become(Tensor.full([2], value, .float64))
        }
        try model(tensor([2], [1, 10])).sum().backward()
        XCTAssertEqual(try model.parameters[0].tensor.gradient()?.numbers(), [5, 50])
        XCTAssertNil(try model.parameters[1].tensor.gradient())
        XCTAssertEqual(model.parameters.map(\.tensor.requiresGrad), [true, false])
        XCTAssertEqual(model.buffers.map(\.tensor.requiresGrad), [false])
    }

    // MARK: Modes

    func testTheTrainingBodyRunsInTrainingMode() throws {
        let model = try make(
            "Graph('x', 'y = mul(x, 2)', 'y', training_body='y = mul(x, 3)\\nseen = add(seen, 1)', seen=Buffer())")
        let x = try tensor([1], [10])
        XCTAssertEqual(try model(x).numbers(), [30])
        model.setTraining(false)
        XCTAssertEqual(try model(x).numbers(), [20])
        model.setTraining(true)
        XCTAssertEqual(try model(x).numbers(), [30])
        XCTAssertEqual(try model.buffers[0].tensor.numbers(), [2])
        let same = try make("Graph('x', 'y = mul(x, 2)', 'y')")
        XCTAssertEqual(try same(x).numbers(), [20])
    }

    func testDropoutInAGraphFollowsTheMode() throws {
        let model = try graph("x", "y = drop(x)", "y", "drop=Dropout(0.5)")
        let x = try tensor([1000], Array(repeating: 1, count: 1000))
        XCTAssertEqual(Set(try model(x).numbers()), [0, 2])
        model.setTraining(false)
        XCTAssertEqual(Set(try model(x).numbers()), [1])
    }

    // MARK: Expressions and structure

    func testChildrenMayHaveTheNamesOfArguments() throws {
        let text = """
            Graph('x', 'y = body(x)\\ny = inputs(y)\\noutputs = add(outputs, 1)', 'y', 'body'=Linear(2, 2), \
            'inputs'=Tanh(), 'modules'=ReLU(), 'outputs'=Buffer())
            """
        let model = try make(text, .float32)
        XCTAssertEqual(model.children.map(\.name), ["body", "inputs", "modules"])
        XCTAssertEqual(try model.expression(), text)
        let x = try tensor([2], [1, 2], .float32)
        let (body, inputs) = (model.children[0].module, model.children[1].module)
        XCTAssertEqual(try model(x).bytes(), try inputs(body(x)).bytes())
        XCTAssertEqual(try model.buffers[0].tensor.numbers(), [1])
        let again = try Module.build(model.structure, parameters: model.parameterTree, buffers: model.bufferTree)
        XCTAssertEqual(try again.expression(), text)
        XCTAssertEqual(try again(x).bytes(), try model(x).bytes())
        XCTAssertEqual(try again.buffers[0].tensor.numbers(), [2])
        XCTAssertEqual(
            failure { try make("Graph('x', '', 'x', body=ReLU())") }?.description,
            "Graph: column 26: the argument 'body' is given twice")
    }

    func testParametersAndBuffersAreDeclaredInTheExpression() throws {
        let text = """
            Graph('x', 'y = mul(x, scale)', 'y', scale=Parameter(2, 1), fixed=Parameter(3, requires_grad=False), \
            one=Parameter(), seen=Buffer(2, dtype=int64), mask=Buffer(1, dtype=bool))
            """
        let model = try make(text, .float32)
        XCTAssertEqual(try model.expression(), text)
        XCTAssertEqual(model.parameters.map(\.name), ["scale", "fixed", "one"])
        XCTAssertEqual(model.parameters.map(\.tensor.shape), [[2, 1], [3], []])
        XCTAssertEqual(model.parameters.map(\.tensor.requiresGrad), [true, false, true])
        XCTAssertEqual(model.parameters.map(\.tensor.dtype), [.float32, .float32, .float32])
        XCTAssertEqual(model.buffers.map(\.tensor.dtype), [.int64, .bool])
        XCTAssertTrue(
            try (model.parameters + model.buffers).allSatisfy { try $0.tensor.numbers().allSatisfy { $0 == 0 } })
        let wide = try make(text, .float64)
        XCTAssertEqual(wide.parameters.map(\.tensor.dtype), [.float64, .float64, .float64])
        XCTAssertEqual(
            try make(wide.expression(), .float32).parameters.map(\.tensor.dtype), [.float64, .float64, .float64])
    }

    func testTheDescriptionShowsWhatGoesInAndComesOut() throws {
        let model = try graph("x, mask=None", "h = fc(x)", "h, x", "fc=Linear(2, 2)")
        XCTAssertEqual(
            model.description,
            """
            Graph(
              x, mask -> h, x
              (fc): Linear(in_features=2, out_features=2, bias=True)
            )
            """)
        XCTAssertEqual(model.attributes.map(\.name), ["inputs", "body", "outputs", "training_body"])
        XCTAssertEqual(
            model.attributes.map(\.value), [.text("x, mask=None"), .text("h = fc(x)"), .text("h, x"), .none])
    }

    func testAGraphTrainsAndItsCheckpointHasItsText() throws {
        let model = try graph(
            "x", "h = fc1(x)\nh = tanh(h)\nh = fc2(h)\ny = add(h, x)", "y", "fc1=Linear(2, 8), fc2=Linear(8, 2)")
        let x = try tensor([20, 2], noise(40))
        let data = try TensorRows(x, x * 3)
        let trainer = Trainer(
            model, try make("MSELoss()"), try Optimizer.make("Adam(lr=0.05)", model.allParameters.map(\.tensor)))
        trainer.options.epochs = 40
        let before = try evaluate(model, trainer.loss, data, batchSize: 20).loss
        _ = try trainer.fit(data, report: nil)
        XCTAssertLessThan(try evaluate(model, trainer.loss, data, batchSize: 20).loss, before / 20)
        XCTAssertEqual(model.structure.text("body"), "h = fc1(x)\nh = tanh(h)\nh = fc2(h)\ny = add(h, x)")
        let copy = try Module.build(model.structure, parameters: model.parameterTree, buffers: model.bufferTree)
        XCTAssertEqual(try copy(x).bytes(), try model(x).bytes())
        let other = try graph("x", "h = fc1(x)\nh = tanh(h)\ny = fc2(h)", "y", "fc1=Linear(2, 8), fc2=Linear(8, 2)")
        XCTAssertEqual(failure { try other.structure.checkSame(as: model.structure) }?.kind, "structure")
    }
}
