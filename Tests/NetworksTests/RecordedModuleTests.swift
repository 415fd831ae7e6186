import Engine
import XCTest

@testable import Networks

/// What a graph of recordings takes over from the model: parameters, buffers, modules, names and both modes.
final class RecordedModuleTests: RecordingTestCase {
    // MARK: Parameters and buffers

    func testParametersThatAreUsedDirectlyStandUnderTheirPaths() throws {
        let (model, inner) = (host(), host())
        try inner.setParameter("scale", leaf([2], [3, 4]))
        try model.add(inner, as: "inner")
        try model.setParameter("shift", leaf([2], [1, 1]), frozen: true)
        let x = try tensor([2], [1, 2])
        let made = try graph(
            model,
            [
                record(model, x) { x in
                    try call("add", call("mul", x, inner.parameters[0].tensor), model.parameters[0].tensor)
                }
            ])
        XCTAssertEqual(try body(made), "h1 = mul(x, inner.scale)\nh2 = add(h1, shift)")
        XCTAssertEqual(made.allParameters.map(\.name), ["shift", "inner.scale"])
        XCTAssertEqual(made.allParameters.map { $0.tensor.requiresGrad }, [false, true])
        try made(x).sum().backward()
        XCTAssertEqual(try made.allParameters[1].tensor.gradient()?.numbers(), [1, 2])
    }

    /// A model with a buffer `seen` of two numbers.
    private func counting() throws -> HostModule {
        let model = host()
        try model.setBuffer("seen", tensor([2], [10, 20]))
        return model
    }

    private func assign(_ box: Tensor, _ value: Tensor) throws {
        guard let recorder = ThreadState.current.recorder else { return try box.assign(value) }
        try recorder.recordAssignment(of: box, to: value) { () throws(Failure) in try box.assign(value) }
    }

    func testAnAssignmentToABufferIsALineAndWhoReadsItNextGetsWhatWasWritten() throws {
        let model = try counting()
        let seen = model.buffers[0].tensor
        func pass(_ x: Tensor) throws -> Tensor {
            let before = try call("add", seen, 0)
            try assign(seen, call("add", seen, x))
            try assign(seen, call("mul", seen, 2))
            return try call("sub", seen, before)
        }
        let x = try tensor([2], [1, 2])
        let recording = try record(model, x, pass)
        try seen.assign(tensor([2], [10, 20]))
        let made = try graph(model, [recording])
        XCTAssertEqual(
            try body(made),
            "h1 = add(seen, 0)\nh2 = add(seen, x)\nseen = h2\nh3 = mul(h2, 2)\nseen = h3\nh4 = sub(h3, h1)")
        for _ in 0..<3 { XCTAssertEqual(try made(x).numbers(), try pass(x).numbers()) }
        XCTAssertEqual(try made.buffers[0].tensor.numbers(), try seen.numbers())
    }

    func testAnAssignmentTakesTheDtypeOfWhatIsWrittenTo() throws {
        let model = host()
        try model.setBuffer("count", tensor([2], [1, 2], .int64))
        let x = try tensor([2], [1.75, -2.5])
        let made = try graph(
            model,
            [
                record(model, x) { x in
                    let y = try call("zeros", [2], Word(keyword: "dtype", argument: "int32"))
                    try assign(y, call("mul", x, 10))
                    try assign(model.buffers[0].tensor, x)
                    return try call("add", y, model.buffers[0].tensor)
                }
            ])
        XCTAssertEqual(try made(x).numbers(), [18, -27])
        XCTAssertEqual(try made.buffers[0].tensor.numbers(), [1, -2])
        XCTAssertEqual(made.buffers[0].tensor.dtype, .int64)
    }

    func testABufferThatIsReplacedIsWrittenAndTheOldOneKeepsItsValue() throws {
        let model = try counting()
        let old = model.buffers[0].tensor
        let x = try tensor([2], [1, 2])
        let made = try graph(
            model,
            [
                record(model, x) { x in
                    let new = try call("add", old, x)
                    let recording = try XCTUnwrap(ThreadState.current.recorder as? Recording)
                    try recording.recordBuffer("seen", of: model, new)
                    try model.setBuffer("seen", new)
                    try assign(new, call("mul", new, 2))
                    return try call("sub", new, old)
                }
            ])
        XCTAssertEqual(
            try body(made),
            "h1 = add(seen, x)\nh2 = clone(seen)\nseen = h1\nh3 = mul(h1, 2)\nseen = h3\nh4 = sub(h3, h2)")
        try made.buffers[0].tensor.assign(tensor([2], [10, 20]))
        XCTAssertEqual(try made(x).numbers(), [12, 24])
        XCTAssertEqual(try made.buffers[0].tensor.numbers(), [22, 44])
        for value in [nil, try tensor([3], [1, 2, 3]), try tensor([2], [1, 2], .float32)] {
            XCTAssertTrue(
                refusal {
                    try record(model, x) { x in
                        try XCTUnwrap(ThreadState.current.recorder as? Recording).recordBuffer("seen", of: model, value)
                        return x
                    }
                }.contains("registers or removes the buffer 'seen', or changes its shape or dtype"))
        }
    }

    func testOnlyBuffersAndWhatTheForwardPassMadeMayBeWrittenTo() throws {
        let model = try counting()
        try model.setParameter("weight", leaf([2], [1, 2]))
        let (x, outside) = (try tensor([2], [1, 2]), try tensor([2], [5, 5]))
        place = "model.py, line 6"
        for (box, sentence) in [
            (x, "the forward pass writes to its input 'x'; clone it first"),
            (model.parameters[0].tensor, "the forward pass writes to the parameter 'weight'; only buffers may change"),
            (outside, "a tensor is written to that is no buffer of the model; use register_buffer"),
        ] {
            let before = try box.numbers()
            XCTAssertEqual(
                refusal {
                    try record(model, x) { x in
                        ThreadState.current.isGradEnabled = false
                        defer { ThreadState.current.isGradEnabled = true }
                        try assign(box, call("exp", x))
                        return x
                    }
                }, "export: model.py, line 6: \(sentence)")
            XCTAssertEqual(try box.numbers(), before)
        }
    }

    func testAnAssignmentThatFailsIsNoLine() throws {
        let model = try counting()
        let text = try lines(model, tensor([2], [1, 2])) { x in
            XCTAssertThrowsError(try assign(model.buffers[0].tensor, call("zeros", [3])))
            return try call("neg", x)
        }
        XCTAssertEqual(text, "h1 = neg(x)")
    }

    func testWhatIsCalledWithoutGradientsIsDetached() throws {
        let model = host()
        try model.setParameter("weight", leaf([2], [3, 4]))
        let weight = model.parameters[0].tensor
        func pass(_ x: Tensor) throws -> Tensor {
            ThreadState.current.isGradEnabled = false
            let scale = try call("exp", weight)
            let order = try Self.calls("sort", [scale])[1]
            ThreadState.current.isGradEnabled = true
            return try call("mul", call("index_select", x, 0, order), call("mul", scale, weight))
        }
        let x = try tensor([2], [1, 2])
        let made = try graph(model, [record(model, x, pass)])
        XCTAssertEqual(
            try body(made),
            """
            h1 = exp(weight)
            h2 = detach(h1)
            h3, h4 = sort(h2)
            h5 = index_select(x, 0, h4)
            h6 = mul(h2, weight)
            h7 = mul(h5, h6)
            """
        )
        try made(x).sum().backward()
        try pass(x).sum().backward()
        XCTAssertEqual(try made.parameters[0].tensor.gradient()?.numbers(), try weight.gradient()?.numbers())
    }

    // MARK: Modules

    func testAModuleThatIsSharedStaysOne() throws {
        let model = host()
        let layer = try linear(2, 2)
        try model.add(layer, as: "a")
        try model.add(layer, as: "b")
        let made = try graph(model, [record(model, tensor([1, 2], [1, 2])) { x in try layer(layer(x)) }])
        XCTAssertEqual(try body(made), "h1 = a(x)\nh2 = a(h1)")
        XCTAssertTrue(made.module(at: "a") === made.module(at: "b"))
        XCTAssertEqual(made.allParameters.count, 2)
    }

    func testParametersThatModulesShareStayOne() throws {
        let model = host()
        let (a, b) = (try linear(2, 2), try linear(2, 2))
        try b.setParameter("weight", a.parameters[0].tensor)
        try model.add(a, as: "a")
        try model.add(b, as: "b")
        let made = try graph(model, [record(model, tensor([1, 2], [1, 2])) { x in try b(a(x)) }])
        XCTAssertTrue(
            try XCTUnwrap(made.module(at: "a")?.parameter("weight"))
                === XCTUnwrap(made.module(at: "b")?.parameter("weight")))
    }

    func testModulesThatAreNoPartOfTheModelComeAlongUnlessTheyHaveParameters() throws {
        let model = host()
        func pass(_ x: Tensor) throws -> Tensor {
            try Module.make("LeakyReLU(0.25)", dtype: .float64)(Module.make("Tanh()", dtype: .float64)(x))
        }
        let x = try tensor([2], [-1, 2])
        let made = try graph(model, [record(model, x, pass), record(model, x, pass)])
        XCTAssertEqual(try body(made), "h1 = stray_0(x)\nh2 = stray_1(h1)")
        XCTAssertEqual(made.children.map { $0.module.className }, ["Tanh", "LeakyReLU"])
        XCTAssertEqual(try made(x).bytes(), try pass(x).bytes())
        place = "model.py, line 5"
        XCTAssertEqual(
            refusal { try record(model, tensor([1, 2], [1, 2])) { x in try self.linear(2, 2)(x) } },
            """
            export: model.py, line 5: a Linear is called that is no part of the model; assign it to an attribute of \
            the \
            model
            """
        )
        var slope = 0.1
        XCTAssertTrue(
            refusal {
                try graph(
                    model,
                    [4, 6].map { rows in
                        slope *= 2
                        return try record(model, tensor([rows], noise(rows))) { x in
                            try Module.make("LeakyReLU(\(slope))", dtype: .float64)(x)
                        }
                    })
            }.contains("a LeakyReLU is made here whose arguments change from call to call"))
    }

    func testAContainerWithCodeOfTheHostsIsWrittenAsWhatItCalls() throws {
        let model = host()
        let square = host { x throws(Failure) in try Self.call("mul", x, x) }
        try square.add(linear(2, 2), as: "unused")
        try model.add(
            Sequential([linear(3, 2), square, Sequential([Module.make("Tanh()", dtype: .float64)])]), as: "body")
        let x = try tensor([4, 3], noise(12))
        let made = try graph(model, [record(model, x) { x in try XCTUnwrap(model.module(at: "body"))(x) }])
        XCTAssertEqual(try body(made), "h1 = body.0(x)\nh2 = mul(h1, h1)\nh3 = body.2(h2)")
        XCTAssertEqual(try made(x).bytes(), try XCTUnwrap(model.module(at: "body"))(x).bytes())
        XCTAssertEqual(made.allParameters.map(\.name), model.allParameters.map(\.name))
    }

    func testALayerWithOptionsOfItsCallKeepsThem() throws {
        let model = host()
        try model.add(linear(2, 2), as: "fc")
        // No layer has options yet; the text is what counts.
        let recording = try record(model, tensor([1, 2], [1, 2])) { x in
            let recording = try XCTUnwrap(ThreadState.current.recorder as? Recording)
            let layer = try XCTUnwrap(model.module(at: "fc"))
            return try XCTUnwrap(
                recording.recording(layer, [x], "scale=2") { () throws(Failure) in try layer.call([x]) }[0])
        }
        XCTAssertEqual(try body(graph(model, [recording])), "h1 = fc(x, scale=2)")
    }

    func testTheModelItselfIsNotCalledByALineButWhatIsInItIs() throws {
        let model = try linear(2, 2)
        model.setHost(Pass { x throws(Failure) in x }, className: "Mine")
        XCTAssertTrue(
            refusal {
                try record(model, tensor([1, 2], [1, 2])) { x in
                    try model.callLayer([x])[0] ?? x
                }
            }.contains("the model is a Linear itself, which no line of its Graph can call"))
        let container = try Sequential([linear(2, 2), Module.make("Tanh()", dtype: .float64)])
        XCTAssertEqual(
            try lines(container, tensor([1, 2], [1, 2])) { x in try container(x) }, "h1 = self.0(x)\nh2 = self.1(h1)")
    }

    // MARK: Names

    func testNamesThatClashStayApart() throws {
        let model = host()
        for name in ["h1", "n", "relu", "size", "zeros", "clone", "self", "stray_0", "constant_0"] {
            try model.add(linear(2, 2), as: name)
        }
        try model.setParameter("x", leaf([2], [5, 6]))
        try model.setBuffer("y1", tensor([2], [7, 8]))
        let outside = try tensor([2], [100, 200])
        func pass(_ x: Tensor, _ rows: Int) throws -> [Tensor] {
            let names = ["h1", "n", "relu", "size", "self", "stray_0", "constant_0"]
            var y = x
            for name in names { y = try XCTUnwrap(model.children.first { $0.name == name }?.module)(y) }
            y = try call("add", call("relu", y), model.parameters[0].tensor)
            y = try call("add", call("mul", y, model.buffers[0].tensor), outside)
            y = try Module.make("Tanh()", dtype: .float64)(
                call("sub", y, model.children[6].module.parameters[1].tensor))
            return [try call("cat", [y, call("zeros", [rows, 2], Word(keyword: "dtype", argument: "float64"))]), x]
        }
        let recordings = try [4, 6].map { rows in
            try record(model, [("x", tensor([rows, 2], noise(2 * rows)))]) { try pass($0[0], rows) }
        }
        let made = try graph(model, recordings)
        for rows in [1, 4, 9] {
            let x = try tensor([rows, 2], noise(2 * rows))
            XCTAssertEqual(try made.call([x]).map { try $0?.bytes() }, try pass(x, rows).map { try $0.bytes() })
        }
        // And in a graph that was written down and read.
        let again = try Module.build(made.structure, parameters: made.parameterTree, buffers: made.bufferTree)
        for (tensor, value) in try again.matching(parameters: made.parameterTree, buffers: made.bufferTree) {
            try tensor.become(value)
        }
        let x = try tensor([3, 2], noise(6))
        XCTAssertEqual(try again.call([x]).map { try $0?.bytes() }, try made.call([x]).map { try $0?.bytes() })
    }

    func testPathsOfNumbersAreReadAndThoseThatALineCannotHaveAreRefused() throws {
        let model = host()
        try model.add(linear(2, 2), as: "0")
        let x = try tensor([1, 2], [1, 2])
        XCTAssertEqual(
            try lines(model, x) { x in
                try call("mul", model.children[0].module(x), model.children[0].module.parameters[1].tensor)
            },
            "h1 = self.0(x)\nh2 = mul(h1, self.0.bias)")
        try model.add(linear(2, 2), as: "two words")
        XCTAssertTrue(refusal { try lines(model, x) { x in try model.children[1].module(x) } }.contains("'two words'"))
        for name in ["", "two words", "1x", "None", "a.b"] {
            XCTAssertEqual(failure { try Recording(model, [(name: name, tensor: x)]) { "" } }?.kind, "argument", name)
        }
    }

    // MARK: Modes

    func testBothModesHaveABodyWhereTheyDiffer() throws {
        let model = host()
        try model.add(Module.make("Dropout(0.5)", dtype: .float64), as: "drop")
        func pass(_ x: Tensor) throws -> Tensor {
            let y = try call("exp", x)
            return try call(
                "neg",
                model.isTraining ? call("add", y, call("rand", [2], Word(keyword: "dtype", argument: "float64"))) : y)
        }
        let x = try tensor([2], [1, 2])
        func recording(_ isTraining: Bool, _ pass: (Tensor) throws -> Tensor) throws -> Recording {
            model.setTraining(isTraining)
            return try record(model, x, pass)
        }
        let made = try graph(model, [recording(false, pass)], training: [recording(true, pass)])
        XCTAssertEqual(try outputs(made), "h2")
        for isTraining in [true, false] {
            for module in [model, made] { module.setTraining(isTraining) }
            try Generator.standard().seed(3)
            let want = try pass(x).bytes()
            try Generator.standard().seed(3)
            XCTAssertEqual(try made(x).bytes(), want)
        }
        func plain(_ x: Tensor) throws -> Tensor { try XCTUnwrap(model.module(at: "drop"))(x) }
        XCTAssertNil(try trainingBody(graph(model, [recording(false, plain)], training: [recording(true, plain)])))
    }

    func testResultsThatChangePlacesBetweenTheModesArriveWhereTheyBelong() throws {
        let model = host()
        func recording(_ isTraining: Bool) throws -> Recording {
            try record(model, [("x", tensor([1], [5])), ("y", tensor([1], [7]))]) { given in
                let (a, b) = (try call("neg", given[0]), try call("neg", given[1]))
                return isTraining ? [b, a, given[0]] : [a, b, given[1]]
            }
        }
        let made = try graph(model, [recording(false)], training: [recording(true)])
        let given = [try tensor([1], [5]), try tensor([1], [7])]
        made.setTraining(false)
        XCTAssertEqual(try made.call(given).map { try $0?.numbers() }, [[-5], [-7], [7]])
        made.setTraining(true)
        XCTAssertEqual(try made.call(given).map { try $0?.numbers() }, [[-7], [-5], [5]])
    }

    func testConstantsAndStrayModulesOfTheModesAreKeptApart() throws {
        let model = host()
        let x = try tensor([2], [-1, 2])
        let (small, large) = (try tensor([2], [1, 2]), try tensor([2], [1000, 2000]))
        func recording(_ isTraining: Bool) throws -> Recording {
            try record(model, x) { x in
                try call(
                    "add", Module.make(isTraining ? "Tanh()" : "ReLU()", dtype: .float64)(x), isTraining ? large : small
                )
            }
        }
        let made = try graph(model, [recording(false)], training: [recording(true)])
        made.setTraining(false)
        XCTAssertEqual(try made(x).numbers(), [1, 4])
        made.setTraining(true)
        assertClose(try made(x).numbers(), try (x.applying(.tanh) + large).numbers(), 1e-15)
    }

    func testModesMustTakeAndGiveTheSame() throws {
        let model = host()
        let x = try tensor([2], [1, 2])
        let one = try record(model, [("x", x)]) { $0 }
        let two = try record(model, [("x", x)]) { [$0[0], try call("neg", $0[0])] }
        XCTAssertEqual(
            refusal { try graph(model, [one], training: [two]) },
            "export: in training the model gives 2 tensors, but in evaluation 1")
        let other = try record(model, [("z", x)]) { $0 }
        XCTAssertEqual(failure { try graph(model, [one], training: [other]) }?.kind, "argument")
    }
}
