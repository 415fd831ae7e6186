import Engine
import XCTest

@testable import Networks

/// What a forward pass calls, as lines; numbers that depend on sizes, and constants.
final class RecordingTests: RecordingTestCase {
    // MARK: Lines

    func testEachCallIsALineAndModulesAreCalledByTheirPaths() throws {
        let (model, inner) = (host(), host())
        try inner.add(linear(3, 2), as: "fc")
        try model.add(inner, as: "encoder")
        let x = try tensor([4, 3], noise(12))
        let recording = try record(model, x) { x in
            try call("relu", XCTUnwrap(model.module(at: "encoder.fc"))(x))
        }
        let made = try graph(model, [recording])
        XCTAssertEqual(try body(made), "h1 = encoder.fc(x)\nh2 = relu(h1)")
        XCTAssertEqual(try outputs(made), "h2")
        let want = try XCTUnwrap(model.module(at: "encoder.fc"))(x).applying(.relu)
        XCTAssertEqual(try made(x).bytes(), try want.bytes())
        XCTAssertEqual(made.allParameters.map(\.name), ["encoder.fc.weight", "encoder.fc.bias"])
        XCTAssertFalse(
            made.allParameters[0].tensor === model.allParameters[0].tensor, "the graph has parameters of its own")
    }

    func testSeveralTensorsGoInAndOut() throws {
        let model = host()
        let (x, y) = (try tensor([2, 3], noise(6)), try tensor([2, 3], noise(6, seed: 2)))
        let made = try graph(
            model,
            [
                record(model, [("x", x), ("y", y)]) { given in
                    let (values, indices) = { ($0[0], $0[1]) }(try Self.calls("sort", [given[0], 1, true]))
                    return [try call("cat", [values, given[1]], 1), indices]
                }
            ])
        XCTAssertEqual(try body(made), "h1, h2 = sort(x, 1, True)\nh3 = cat((h1, y), 1)")
        let results = try made.call([x, y])
        XCTAssertEqual(results.count, 2)
        XCTAssertEqual(
            try results[0]?.numbers(), try Tensor.concatenate([x.sorted(1, descending: true).values, y], 1).numbers())
    }

    func testWhatNobodyUsesIsLeftOutButRandomNumbersAndCallsOfModulesAreNot() throws {
        let model = host()
        try model.add(Module.make("Dropout(0.5)", dtype: .float64), as: "drop")
        let text = try lines(model, tensor([2], [1, 2])) { x in
            _ = try call("exp", x)
            _ = try call("mul", call("add", x, 1), 2)
            _ = try call("rand", [3])
            _ = try XCTUnwrap(model.module(at: "drop"))(x)
            return try call("neg", x)
        }
        XCTAssertEqual(text, "h1 = rand((3,))\nh2 = drop(x)\nh3 = neg(x)")
    }

    func testAResultThatIsAnInputOrStandsTwiceGetsANameOfItsOwn() throws {
        let model = host()
        let x = try tensor([2], [1, 2])
        let made = try graph(
            model,
            [
                record(model, [("x", x)]) { given in
                    let y = try call("neg", given[0])
                    return [given[0], y, y]
                }
            ])
        XCTAssertEqual(try body(made), "h1 = neg(x)\ny1 = clone(x)\ny3 = clone(h1)")
        XCTAssertEqual(try outputs(made), "y1, h1, y3")
        XCTAssertEqual(try made.call([x]).map { try $0?.numbers() }, [[1, 2], [-1, -2], [-1, -2]])
    }

    func testAModelWithoutInputsIsAGraphWithoutInputs() throws {
        let model = host()
        let made = try graph(model, [record(model, []) { _ in [try call("arange", 3)] }])
        XCTAssertEqual(try made.call([])[0]?.numbers(), [0, 1, 2])
    }

    // MARK: Numbers that depend on sizes

    /// The body of recordings of x with so many rows, where a number of the rows' stands in a call.
    private func formula(_ sizes: [Int], _ number: (Int) -> Int) throws -> String {
        let model = host()
        let recordings = try sizes.map { rows in
            try record(model, tensor([rows, 2], noise(2 * rows))) { x in
                try call("broadcast_to", call("zeros", [number(rows)]), [number(rows)])
            }
        }
        return try body(graph(model, recordings))
    }

    func testNumbersThatAreLinearInASizeAreFormulas() throws {
        let cases: [(String, (Int) -> Int)] = [
            ("n", { $0 }), ("2 * n + 1", { 2 * $0 + 1 }), ("n // 2", { $0 / 2 }), ("3 * n // 2", { 3 * $0 / 2 }),
            ("(n + 4) // 2", { ($0 + 4) / 2 }), ("n - 3", { $0 - 3 }),
            ("40 - n", { 40 - $0 }), ("(39 - n) // 3", { (39 - $0) / 3 }), ("7", { _ in 7 }),
        ]
        for (text, number) in cases {
            let size = text.contains("n") ? "n = size(x, 0)\n" : ""
            XCTAssertEqual(
                try formula([12, 24, 18], number), "\(size)h1 = zeros((\(text),))\nh2 = broadcast_to(h1, (\(text),))",
                text)
        }
    }

    func testAFormulaIsTrueAtSizesThatWereNotRecorded() throws {
        let model = host()
        let recordings = try [12, 24, 48].map { rows in
            try record(model, tensor([rows, 2], noise(2 * rows))) { x in
                try call("reshape", call("slice", x, 0, rows / 2, 3 * rows - 1), [-1, 1, 2])
            }
        }
        let made = try graph(model, recordings)
        for rows in [2, 7, 100] {
            let x = try tensor([rows, 2], noise(2 * rows))
            let want = try x.slice(0, start: rows / 2, stop: nil, step: 1).reshape([-1, 1, 2])
            XCTAssertEqual(try made(x).bytes(), try want.bytes(), "\(rows)")
        }
    }

    func testSizesThatVaryApartAreTwoExtents() throws {
        let model = host()
        func recording(_ rows: Int, _ columns: Int, _ number: (Int, Int) -> Int) throws -> Recording {
            try record(model, tensor([rows, columns], noise(rows * columns))) { x in
                try call("zeros", [number(rows, columns), rows])
            }
        }
        func text(_ number: (Int, Int) -> Int) throws -> String {
            try body(graph(model, [(4, 10), (6, 10), (4, 14), (8, 16)].map { try recording($0.0, $0.1, number) }))
        }
        let sizes = "n = size(x, 0)\nn2 = size(x, 1)\n"
        XCTAssertEqual(try text { $0 + $1 }, sizes + "h1 = zeros((n + n2, n))")
        XCTAssertEqual(try text { 3 * $0 - $1 + 20 }, sizes + "h1 = zeros((3 * n + 20 - n2, n))")
        XCTAssertEqual(try text { ($0 + $1) / 2 }, sizes + "h1 = zeros(((n + n2) // 2, n))")
        XCTAssertEqual(try text { n, _ in n }, "n = size(x, 0)\nh1 = zeros((n, n))")
        place = "model.py, line 9"
        XCTAssertEqual(
            refusal { try text { $0 * $1 } },
            "export: model.py, line 9: a value here is not linear in the sizes of the inputs: 40, 60, 56, 128")
    }

    func testEqualExtentsOfTwoInputsAreOne() throws {
        let model = host()
        let recordings = try [4, 6].map { rows in
            try record(model, [("a", tensor([2, rows], noise(2 * rows))), ("b", tensor([rows], noise(rows)))]) { _ in
                [try call("ones", [rows])]
            }
        }
        XCTAssertEqual(try body(graph(model, recordings)), "n = size(a, 1)\nh1 = ones((n,))")
    }

    func testWhatIsNotLinearIsRefusedWithItsPlace() throws {
        place = "model.py, line 12"
        for number in [{ $0 * $0 }, { $0 > 20 ? 1 : 2 }, { 360 / $0 }] as [(Int) -> Int] {
            let sentence = refusal { try formula([12, 24, 18], number) }
            XCTAssertTrue(
                sentence.hasPrefix(
                    "export: model.py, line 12: a value here is not linear in the sizes of the inputs: "), sentence)
        }
        XCTAssertTrue(refusal { try formula([12, 13, 14]) { Int(Double($0) / 2 + 0.5) } }.contains("not linear"))
        // Nor do numbers of any size lead beyond what fits.
        for number in [{ 1 << ($0 + 30) }, { Int.max - $0 }, { Int.min + $0 }] as [(Int) -> Int] {
            let model = host()
            let recordings = try [12, 24, 18].map { rows in
                try record(model, tensor([rows], noise(rows))) { x in try call("add", x, number(rows)) }
            }
            XCTAssertTrue(refusal { try body(graph(model, recordings)) }.contains("not linear"))
        }
    }

    func testARealNumberThatVariesIsAFormulaOnlyWhereItsKindDoesNotMatter() throws {
        let model = host()
        func text(_ pass: (Tensor, Int) throws -> Tensor) throws -> String {
            try body(
                graph(
                    model, [4, 6].map { rows in try record(model, tensor([rows], noise(rows))) { try pass($0, rows) } })
            )
        }
        XCTAssertEqual(try text { try call("leaky_relu", $0, Double($1)) }, "n = size(x, 0)\nh1 = leaky_relu(x, n)")
        XCTAssertEqual(try text { try call("div", $0, $1) }, "n = size(x, 0)\nh1 = div(x, n)")
        // 4.0 and 4 are two numbers to integers.
        XCTAssertTrue(refusal { try text { try call("linspace", 0, Double($1), $1) } }.contains("not linear"))
        XCTAssertTrue(refusal { try text { try call("div", $0, Double($1)) } }.contains("not linear"))
        XCTAssertTrue(
            refusal { try text { x, rows in try rows == 4 ? call("mul", x, 2) : call("mul", x, 2.0) } }.contains(
                "not linear"))
    }

    func testWhatDependsOnASizeInItsFormIsRefusedWithItsPlace() throws {
        let model = host()
        try model.add(linear(2, 2), as: "a")
        try model.add(linear(2, 2), as: "b")
        func made(_ pass: @escaping (Tensor, Int) throws -> Tensor) throws -> Graph {
            try graph(
                model,
                [4, 6].map { rows in try record(model, tensor([rows, 2], noise(2 * rows))) { try pass($0, rows) } })
        }
        let changes = "what is called here depends on the sizes of the inputs, or changes from call to call"
        for pass in [
            { x, rows in try rows == 4 ? Self.call("exp", x) : Self.call("log", x) },
            { x, rows in try rows == 4 ? x : Self.call("exp", x) },
            { x, rows in try Self.call("mul", x, rows == 4 ? x : Self.call("exp", x)) },
            { x, rows in try XCTUnwrap(model.module(at: rows == 4 ? "a" : "b"))(x) },
            { x, _ in try Self.calls("unbind", [x])[0] },
            { x, rows in try rows == 4 ? Self.call("sum", x, 0) : Self.call("sum", x, Word(keyword: "dim", argument: 0))
            },
        ] as [(Tensor, Int) throws -> Tensor] {
            let sentence = refusal { try made(pass) }
            XCTAssertTrue(sentence.hasPrefix("export: model.py, line 1"), sentence)
            XCTAssertTrue(sentence.contains(changes), sentence)
        }
        XCTAssertTrue(refusal { try made { x, rows in try rows == 4 ? Self.call("exp", x) : x } }.contains("depend"))
    }

    // MARK: Constants

    func testATensorFromOutsideIsAConstantWithTheValuesThatItHadWhenItWasUsed() throws {
        let model = host()
        let table = try tensor([2], [10, 20])
        let x = try tensor([2], [1, 2])
        let recording = try record(model, x) { x in try call("add", x, table) }
        try table.assign(tensor([2], [0, 0]))
        let made = try graph(model, [recording])
        XCTAssertEqual(try body(made), "h1 = add(x, constant_0)")
        XCTAssertEqual(try made(x).numbers(), [11, 22])
        XCTAssertEqual(made.allBuffers.map(\.name), ["constant_0"])
    }

    func testConstantsThatOnlyDeadLinesUseAreNone() throws {
        let model = host()
        let (unused, used) = (try tensor([2], [10, 20]), try tensor([2], [1, 1]))
        let made = try graph(
            model,
            [
                record(model, tensor([2], [1, 2])) { x in
                    _ = try call("add", x, unused)
                    return try call("add", x, used)
                }
            ])
        XCTAssertEqual(try body(made), "h1 = add(x, constant_0)")
        XCTAssertEqual(try made.allBuffers.map { try $0.tensor.numbers() }, [[1, 1]])
    }

    func testAConstantThatIsMadeAnewMustHaveTheSameBits() throws {
        let model = host()
        func made(_ values: (Int) -> [Double]) throws -> Graph {
            place = "model.py, line 4"
            return try graph(
                model,
                [4, 6].map { rows in
                    try record(model, tensor([rows, 2], noise(2 * rows))) { x in
                        let fresh = try tensor([2], values(rows))
                        ThreadState.current.recorder?.recordConstant(fresh)
                        return try call("mul", x, fresh)
                    }
                })
        }
        XCTAssertEqual(try made { _ in [1, -0.0] }.allBuffers.count, 1)
        let sentence =
            """
            export: model.py, line 4: a tensor is used here that is made anew in each call, with other values; make \
            it of \
            the inputs or of functions such as arange
            """
        XCTAssertEqual(refusal { try made { [1, Double($0)] } }, sentence)
        XCTAssertEqual(refusal { try made { [1, $0 == 4 ? 0.0 : -0.0] } }, sentence)
    }

    func testWhatWasComputedUnseenIsRefused() throws {
        let model = host()
        place = "model.py, line 8"
        XCTAssertEqual(
            refusal { try record(model, tensor([2], [1, 2])) { x in try call("exp", x.applying(.log)) } },
            """
            export: model.py, line 8: a tensor is used here that was computed by something that no line of a graph can \
            say
            """
        )
        let weight = try leaf([2], [1, 2])
        XCTAssertTrue(
            refusal { try record(model, tensor([2], [1, 2])) { x in try call("mul", x, weight) } }.contains(
                "neither a parameter nor computed from"))
    }

    func testOnlyWhatDependsOnTheInputsOrTheModelMayNotBeLookedAt() throws {
        let model = host()
        try model.setParameter("weight", leaf([2], [1, 2]))
        let constant = try tensor([2], [1, 2])
        _ = try record(model, tensor([2], [1, 2])) { x in
            let recorder = try XCTUnwrap(ThreadState.current.recorder)
            let y = try call("add", x, constant)
            for traced in [x, y, model.parameters[0].tensor] { XCTAssertTrue(recorder.isTraced(traced)) }
            for known in [constant, try call("detach", constant), try tensor([1], [1])] {
                XCTAssertFalse(recorder.isTraced(known))
            }
            return y
        }
    }

    // MARK: Recordings of other things

    func testRecordingsOfOtherModelsOrInputsAreRefused() throws {
        let (model, x) = (host(), try tensor([2], [1, 2]))
        let one = try record(model, x) { $0 }
        XCTAssertEqual(
            failure { try graph(self.host(), [one]) }?.description, "export: a recording is of another model")
        XCTAssertEqual(failure { try graph(model, []) }?.description, "export: there are no recordings")
        let rank = try record(model, tensor([1, 2], [1, 2])) { $0 }
        XCTAssertEqual(
            failure { try graph(model, [one, rank]) }?.description, "export: the recordings have different inputs")
        let more = try record(model, [("x", x), ("y", x)]) { [$0[0]] }
        XCTAssertEqual(failure { try graph(model, [one, more]) }?.kind, "argument")
    }
}
