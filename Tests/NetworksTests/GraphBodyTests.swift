import Engine
import Foundation
import XCTest

@testable import Networks

/// The lines of a graph's body: whole numbers, and what is said where a line does not fit.
final class GraphBodyTests: XCTestCase {
    // MARK: Whole numbers

    func testWholeNumbersAreComputedAsInPython() throws {
        func number(_ term: String) throws -> Double? {
            try graph("x", "n = size(x, 0)\nm = size(x, -1)\nk = \(term)\ny = full((), k, dtype=int64)", "y").call([
                tensor([7, 2], noise(14))
            ])[0]?.item()
        }
        for (term, want) in [
            ("n", 7), ("2 * n + 1", 15), ("1 + 2 * n", 15), ("(1 + 2) * n", 21), ("10 - 3 - 2", 5), ("10 - (3 - 2)", 9),
            ("n // 2", 3), ("n // 2 * 2", 6),
            ("2 * n // 4", 3), ("(0 - n) // 2", -4), ("-7 // 2", -4), ("-8 // 2", -4), ("-1 // 7", -1), ("0 // 7", 0),
            ("6 // 7", 0), ("-1 * n", -7),
            ("n - -1", 8), ("n + +1", 8), ("n*m//3-m", 2), ("size(x, 1) + size(x, 0 - m)", 9),
            ("-9223372036854775808 // 1 + 9223372036854775807", -1),
            ("4611686018427387904 // 4611686018427387904", 1), ("-9223372036854775808 // 9223372036854775807", -2),
            ("1_000 // 10", 100),
        ] {
            XCTAssertEqual(try number(term), Double(want), term)
        }
    }

    func testShapesAreComputedFromSizes() throws {
        let model = try graph(
            "x", "n = size(x, 0)\nd = size(x, 1) // 2\nh = reshape(x, (n, 2, -1))\ny = reshape(h, (n * 2, d))", "h, y")
        for n in [1, 3] {
            for d in [2, 6] {
                XCTAssertEqual(
                    try model.call([tensor([n, d], noise(n * d))]).map { $0?.shape }, [[n, 2, d / 2], [2 * n, d / 2]])
            }
        }
    }

    func testNumbersThatDoNotFitAreRefused() throws {
        let x = try tensor([7, 2], noise(14))
        let (least, most) = ("-9223372036854775808", "9223372036854775807")
        for (term, sentence) in [
            ("\(most) + 1", "column 5: \(most) + 1 does not fit 64 bits"),
            ("\(least) - 1", "column 5: \(least) - 1 does not fit 64 bits"),
            ("\(most) * 2", "column 5: \(most) * 2 does not fit 64 bits"),
            ("1 + \(least) * -1", "column 9: \(least) * -1 does not fit 64 bits"),
            ("n // 0", "column 5: the divisor of '//' must be above 0, but is 0"),
            ("\(least) // -1", "column 5: the divisor of '//' must be above 0, but is -1"),
            ("n + x", "column 9: a whole number is expected, but found 'x'"),
            ("n + 1.5", "column 9: a tensor or a whole number is expected, but found '1.5'"),
        ] {
            let found = failure { try graph("x", "n = size(x, 0)\nk = \(term)\ny = full((), k)", "y")(x) }
            XCTAssertEqual(found?.description, "Graph: line 2: " + sentence, term)
        }
    }

    // MARK: Sentences

    func testFailuresSayTheLineAndTheColumn() throws {
        for (body, sentence) in [
            ("y = nothing(x)", "Graph: line 1: column 5: there is no module or function 'nothing'"),
            ("y = fx(x)", "Graph: line 1: column 5: there is no module or function 'fx'; did you mean fc"),
            (
                "\n\n  y = rellu(x)",
                "Graph: line 3: column 7: there is no module or function 'rellu'; did you mean relu"
            ),
            (
                "y = relu(z)",
                "Graph: line 1: column 10: no line before gives 'z', and no parameter or buffer has that name"
            ),
            (
                "# y\ny = fc(fc.weigt)",
                "Graph: line 2: column 8: no line before gives 'fc.weigt', and no parameter or buffer has that name"
            ),
            (
                "y = relu(fc)",
                "Graph: line 1: column 10: no line before gives 'fc', and no parameter or buffer has that name"
            ),
            ("y = relu(x, 1)", "relu: line 1: column 13: too many arguments"),
            ("y = relu()", "relu: line 1: column 5: the argument 'input' is missing"),
            ("y = relu(x, slope=1)", "relu: line 1: column 19: there is no argument 'slope'"),
            (
                "y = softmax(x, dim=first)",
                "Graph: line 1: column 20: no line before gives 'first', and no parameter or buffer has that name"
            ),
            ("y = softmax(x, dim=0.5)", "softmax: line 1: column 20: dim takes a whole number, but found 0.5"),
            ("y = softmax(x, dim=x)", "softmax: line 1: column 20: dim takes a whole number, but found a tensor"),
            ("y = softmax(x, dim=5)", "softmax: line 1: column 5: "),
            ("y = add(x, reshape(x, 7))", "reshape: line 1: column 12: "),
            ("y = fc(x)\ny = fc(y)", "Graph.fc (Linear): line 2: column 5: "),
            ("y = fc(x, x)", "Graph.fc (Linear): line 1: column 5: 2 tensors given, but 1 expected: input"),
            ("y = fc()", "Graph.fc (Linear): line 1: column 5: the tensor 'input' is missing; expected are: input"),
            ("y = fc(3)", "Graph: line 1: column 8: the module 'fc' takes tensors, not numbers"),
            ("y = fc('a')", "Graph: line 1: column 8: a tensor or a whole number is expected, but found ''a''"),
            (
                "y = fc(x, scale=2)",
                "Graph.fc (Linear): line 1: column 7: there is no argument 'scale'; Linear takes none"
            ),
            ("a, y = relu(x)", "Graph: line 1: 2 names before '=', but 1 value behind it"),
            ("y = split(x, 1)", "Graph: line 1: 1 name before '=', but 2 values behind it"),
            ("y = relu(split(x, 1))", "Graph: line 1: column 10: split gives 2 values, but one is expected here"),
            ("y = size(x)", "Graph: line 1: column 5: size takes a tensor and an axis"),
            ("y = size(3, 0)", "Graph: line 1: column 5: size takes a tensor and an axis"),
            ("y = size(x, 2)", "Graph: line 1: column 5: axis 2 is out of range for 2 axes"),
            ("y = size(x, -3)", "Graph: line 1: column 5: axis -3 is out of range for 2 axes"),
            ("y = size(x, x)", "Graph: line 1: column 13: a whole number is expected, but found 'x'"),
            ("y = size(x, 0)", "Graph: the output 'y' is a number, not a tensor"),
            ("z = relu(x)", "Graph: no line gives the output 'y'"),
            ("seen = size(x, 0)", "Graph: line 1: the buffer 'seen' takes a tensor"),
            ("seen = None", "Graph: line 1: the buffer 'seen' takes a tensor"),
            ("y = sub.fc(x)", "Graph: line 1: column 5: there is no module or function 'sub.fc'"),
            ("y = self(x)", "Graph: line 1: column 5: there is no module or function 'self'"),
            ("y = box(x)", "Graph.box (Container): line 1: column 5: "),
        ] {
            let found = failure {
                try graph("x", body, "y", "fc=Linear(2, 3), box=Container(), seen=Buffer()").call([
                    tensor([2, 2], noise(4))
                ])
            }
            XCTAssertTrue(found?.description.hasPrefix(sentence) == true, "\(body): \(found.map { "\($0)" } ?? "")")
        }
    }

    func testWhatIsNoBodyIsSaidWhenTheGraphIsMade() throws {
        for (inputs, body, outputs, sentence) in [
            ("x", "y relu(x)", "y", "line 1: column 3: expected '=' after the names of values, but found 'r'"),
            ("x", "y = relu(x)\ny = ", "y", "line 2: column 5: expected a value, but found the end of the text"),
            ("x", "y = relu(x", "y", "line 1: column 11: expected ',' or ')', but found the end of the text"),
            ("x", "y = relu(x) z", "y", "line 1: column 13: expected the end of the text, but found 'z'"),
            ("x", "= relu(x)", "y", "line 1: column 1: expected the name of a value, but found '='"),
            ("x", "y, = relu(x)", "y", "line 1: column 4: expected the name of a value, but found '='"),
            (
                "x", "y = size(x, 0) / 2", "y",
                "line 1: column 18: expected '//', since whole numbers are divided without a rest, but found '2'"
            ),
            (
                "x", "y = 9223372036854775808", "y",
                "line 1: column 5: the whole number 9223372036854775808 does not fit 64 bits"
            ),
            ("x", "y = 1 +", "y", "line 1: column 8: expected a value, but found the end of the text"),
            ("x, x", "", "x", "an input is named twice: x, x"),
            ("x, x=None", "", "x", "an input is named twice: x, x=None"),
            ("x,", "", "x", "inputs takes names with commas between them, but found 'x,'"),
            ("x", "", "x,,y", "outputs takes names with commas between them, but found 'x,,y'"),
            ("1x", "", "x", "this is no name of a value: '1x'"), ("x=3", "", "x", "this is no name of a value: 'x=3'"),
            ("x", "", "a b", "this is no name of a value: 'a b'"),
            ("True", "", "x", "this is no name of a value: 'True'"),
        ] {
            XCTAssertEqual(
                failure { try graph(inputs, body, outputs) }?.description, "Graph: column 1: " + sentence,
                "\(inputs) \(body) \(outputs)")
        }
        let names = (0..<300).map { "x\($0)" }.joined(separator: ", ")
        XCTAssertEqual(failure { try graph(names, "", "x0") }?.kind, "argument")
        XCTAssertEqual(failure { try make("Graph('x', '', 'x', training_body='y relu')") }?.kind, "argument")
    }

    func testDeepAndLongBodiesEndInTimeOrInASentence() throws {
        func nested(_ depth: Int) throws -> Module {
            try graph(
                "x", "y = \(String(repeating: "neg(", count: depth))x\(String(repeating: ")", count: depth))", "y")
        }
        XCTAssertEqual(try nested(100)(tensor([1], [3])).numbers(), [3])
        XCTAssertEqual(failure { try nested(1000) }?.kind, "argument")
        XCTAssertEqual(failure { try nested(100_000) }?.kind, "argument")
        let long = try graph("x", Array(repeating: "x = add(x, 1)", count: 1000).joined(separator: "\n"), "x")
        XCTAssertEqual(try long(tensor([1], [3])).numbers(), [1003])
        func sum(_ count: Int) throws -> Module {
            try graph("x", "n = \(Array(repeating: "1", count: count).joined(separator: " + "))\ny = full((), n)", "y")
        }
        XCTAssertEqual(try sum(1025)(tensor([1], [3])).numbers(), [1025])
        for count in [1026, 5000, 1_000_000] { XCTAssertEqual(failure { try sum(count) }?.kind, "argument") }
    }
}
