import XCTest

@testable import Engine

/// The grammar of expressions: what texts become, and where they are wrong.
final class ExpressionTests: XCTestCase {
    private func value(_ text: String) throws -> Value { try Reader.value(text, operation: "test") }
    private func call(_ text: String) throws -> Call { try Reader.call(text, operation: "test") }

    private func sentence(_ body: () throws -> some Any, file: StaticString = #filePath, line: UInt = #line) -> String {
        let found = failure(of: body, file: file, line: line)
        XCTAssertEqual(found?.kind, "argument", file: file, line: line)
        return found?.description.replacingOccurrences(of: "test: ", with: "") ?? ""
    }

    func testValuesAreReadAsPythonReadsThem() throws {
        let rows: [(String, Value)] = [
            ("0", .integer(0)), ("-7", .integer(-7)), ("+7", .integer(7)), ("1_000", .integer(1000)),
            ("007", .integer(7)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)), ("0.5", .real(0.5)),
            (".5", .real(0.5)), ("1.", .real(1)),
            ("-1e-3", .real(-0.001)), ("1E+2", .real(100)), ("1_0.2_5", .real(10.25)), ("1e400", .real(.infinity)),
            ("inf", .real(.infinity)),
            ("-inf", .real(-Double.infinity)), ("+inf", .real(.infinity)), ("True", .flag(true)),
            ("False", .flag(false)), ("None", .none), ("'a'", .text("a")),
            ("\"it's\"", .text("it's")), ("''", .text("")), ("'\u{e9}\u{1F600}'", .text("\u{e9}\u{1F600}")),
            ("()", .list([])), ("[]", .list([])), ("(1)", .integer(1)),
            ("(1,)", .list([.integer(1)])), ("[1]", .list([.integer(1)])),
            ("(1, 'a', None,)", .list([.integer(1), .text("a"), .none])),
            ("((1, 2), [3.5])", .list([.list([.integer(1), .integer(2)]), .list([.real(3.5)])])),
            ("  \t\n( 1 ,\r2 ) ", .list([.integer(1), .integer(2)])),
        ]
        for (text, want) in rows { XCTAssertEqual(try value(text), want, text) }
        for text in ["nan", "-nan", "+nan"] { XCTAssertEqual(try value(text).real?.isNaN, true, text) }
        XCTAssertEqual(try value("-0.0").real?.sign, .minus)
    }

    func testEscapesAreThoseOfTheText() throws {
        XCTAssertEqual(try value(#"'a\n\t\r\\\'\"'"#), .text("a\n\t\r\\'\""))
        XCTAssertEqual(
            sentence { try value(#"  'ab\q'"#) }, #"column 6: a text may hold \n, \t, \r, \\, \' and \", but not '\q'"#)
        XCTAssertEqual(sentence { try value(#"'ab\"#) }, "column 1: this text has no end")
    }

    func testCallsHaveNamesArgumentsAndColumns() throws {
        let found = try call("Linear( 3, out_features=4, bias = False, 'a b'=[ReLU(), f32])")
        XCTAssertEqual(found.name, "Linear")
        XCTAssertEqual(found.arguments.map(\.keyword), [nil, "out_features", "bias", "a b"])
        XCTAssertEqual(found.arguments.map(\.term.column), [9, 25, 35, 48])
        XCTAssertEqual(found.text, "Linear(3, out_features=4, bias=False, 'a b'=(ReLU(), f32))")
        for text in ["relu", "relu()", " relu ( ) ", "relu(\n)"] {
            XCTAssertEqual(try call(text).name, "relu")
            XCTAssertEqual(try call(text).arguments.count, 0)
        }
        XCTAssertEqual(try call("a.b.0.c(x.1)").text, "a.b.0.c(x.1)")
        XCTAssertEqual(
            try Reader.arguments("lr=0.1, betas=(0.9, 0.95),", operation: "test").map(\.keyword), ["lr", "betas"])
        XCTAssertEqual(try Reader.arguments("", operation: "test").count, 0)
    }

    func testErrorsPointAtTheColumn() {
        let rows: [(String, String)] = [
            ("", "column 1: expected a name, but found the end of the text"),
            ("3", "column 1: expected a name, but found '3'"),
            ("  None(1)", "column 3: expected a name, but found 'N'"),
            ("f(", "column 3: expected a value, but found the end of the text"),
            ("f(1", "column 4: expected ',' or ')', but found the end of the text"),
            ("f(1 2)", "column 5: expected ',' or ')', but found '2'"),
            ("f(,)", "column 3: expected a value, but found ','"),
            ("f(1,,2)", "column 5: expected a value, but found ','"),
            ("f(a=)", "column 5: expected a value, but found ')'"),
            ("f(a==1)", "column 5: expected a value, but found '='"),
            ("f(1))", "column 5: expected the end of the text, but found ')'"),
            ("f(1) g", "column 6: expected the end of the text, but found 'g'"),
            ("f([1, 2)", "column 8: expected ',' or ']', but found ')'"),
            ("f(1x)", "column 3: this is no number: '1x'"),
            ("f(1.2.3)", "column 3: this is no number: '1.2.3)'"),
            ("f(1e)", "column 3: this is no number: '1e)'"),
            ("f(1__0)", "column 3: this is no number: '1__'"),
            ("f(1_)", "column 3: this is no number: '1_)'"),
            ("f(.)", "column 3: this is no number: '.)'"),
            ("f(-)", "column 3: this is no number: '-)'"),
            ("f(-a)", "column 3: expected a value, but found '-'"),
            ("f(9223372036854775808)", "column 3: the whole number 9223372036854775808 does not fit 64 bits"),
            ("f('a)", "column 3: this text has no end"),
            ("f(\u{0})", "column 3: expected a value, but found '\u{0}'"),
            ("f(2 * 3)", "column 5: expected ',' or ')', but found '*'"),
        ]
        for (text, want) in rows { XCTAssertEqual(sentence { try call(text) }, want, text) }
        XCTAssertEqual(sentence { try value("f(1)") }, "column 1: a value is expected, but found 'f(1)'")
        XCTAssertEqual(sentence { try value("(1, x)") }, "column 1: a value is expected, but found '(1, x)'")
    }

    func testLinesOfABodyComputeWholeNumbers() throws {
        func line(_ text: String) throws -> (targets: [String], term: Engine.Expression) {
            try Reader.assignment(text, operation: "test")
        }
        XCTAssertEqual(try line("h = relu(x)").term.text, "relu(x)")
        XCTAssertEqual(try line("y, state = lstm(h, state)").targets, ["y", "state"])
        XCTAssertEqual(try line("a = f(2 * n + 1, n // 2 - 3)").term.text, "f(((2 * n) + 1), ((n // 2) - 3))")
        XCTAssertEqual(try line("a = (n + 1) * 2").term.text, "((n + 1) * 2)")
        XCTAssertEqual(try line("a = n - 1 - 2").term.text, "((n - 1) - 2)")
        XCTAssertEqual(try line(try "a = " + line("a = n - 1 * 2").term.text).term.text, "(n - (1 * 2))")
        XCTAssertEqual(
            sentence { try line("a = n / 2") },
            "column 9: expected '//', since whole numbers are divided without a rest, but found '2'")
        XCTAssertEqual(
            sentence { try line("a relu(x)") }, "column 3: expected '=' after the names of values, but found 'r'")
        XCTAssertEqual(sentence { try line("a, = relu(x)") }, "column 4: expected the name of a value, but found '='")
    }

    func testDepthAndLengthAreBounded() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "(", count: depth) + "1" + String(repeating: ")", count: depth)
        }
        XCTAssertEqual(try value(nested(256)), .integer(1))
        XCTAssertEqual(sentence { try value(nested(257)) }, "column 258: terms nest deeper than 256 levels")
        XCTAssertEqual(sentence { try value(nested(1_000_000)) }, "column 258: terms nest deeper than 256 levels")
        let calls = String(repeating: "f(", count: 100_000)
        XCTAssertEqual(sentence { try call(calls) }, "column 515: terms nest deeper than 256 levels")
        let long = String(repeating: " ", count: Reader.longest + 1)
        XCTAssertEqual(sentence { try call(long) }, "the text has 4194305 bytes; at most 4194304 are read")
        let sum = "a = 1" + String(repeating: " + 1", count: 500_000)
        XCTAssertEqual(
            sentence { try Reader.assignment(sum, operation: "test") },
            "column 4107: at most 1024 signs of arithmetic are read in one line")
        XCTAssertEqual(try value("(" + String(repeating: "1,", count: 100_000) + ")").list?.count, 100_000)
    }

    func testALiteralReadBackIsTheValue() throws {
        var random = RandomTexts(state: 3)
        for _ in 0..<5000 {
            let want = random.value(depth: 4)
            let got = try value(want.literal)
            XCTAssertTrue(got.isSame(as: want), want.literal)
            XCTAssertEqual(got.literal, want.literal)
        }
    }

    func testACallReadBackIsTheCall() throws {
        var random = RandomTexts(state: 7)
        for _ in 0..<5000 {
            let text = random.call(depth: 3)
            let shown = try call(text).text
            XCTAssertEqual(try call(shown).text, shown, text)
        }
    }

    func testValuesAreTheSameAcrossKindsOfNumbersButNotAcrossNeighbours() {
        XCTAssertTrue(Value.integer(1).isSame(as: .real(1)))
        XCTAssertTrue(Value.real(.nan).isSame(as: .real(.nan)))
        XCTAssertTrue(Value.list([.integer(1)]).isSame(as: .list([.real(1)])))
        XCTAssertFalse(Value.list([.integer(1)]).isSame(as: .list([])))
        XCTAssertFalse(Value.integer(9_007_199_254_740_993).isSame(as: .integer(9_007_199_254_740_992)))
        XCTAssertFalse(Value.flag(true).isSame(as: .integer(1)))
        XCTAssertFalse(Value.none.isSame(as: .text("")))
        XCTAssertEqual(Value.real(Double(nan: 5, signaling: false)).literal, "nan")
        XCTAssertEqual(Value.real(-Double.nan).literal, "nan")
    }
}
