import XCTest

@testable import Engine

/// Texts from anybody: random ones, and good ones with mistakes. None may crash, and each mistake has a column.
/// WINGBEAT_CAMPAIGN=1 tries more.
final class CallFuzzTests: XCTestCase {
    private static let isCampaign = ProcessInfo.processInfo.environment["WINGBEAT_CAMPAIGN"] == "1"
    private static let count = isCampaign ? 100_000 : 20_000

    private func assertColumn(_ error: any Error, _ text: String) {
        guard let failure = error as? Failure, failure.kind == "argument", failure.description.contains("column") else {
            return XCTFail("\(text): \(error)")
        }
    }

    func testRandomAndMutatedTextsEndInACallOrInASentenceWithAColumn() throws {
        var random = RandomTexts(state: 11)
        var calls = 0
        for number in 0..<Self.count {
            var text = random.call(depth: 3)
            if number % 4 != 0 { text = random.mutated(text) }
            do {
                let call = try Reader.call(text, operation: "test")
                calls += 1
                let shown = call.text
                XCTAssertEqual(try Reader.call(shown, operation: "test").text, shown, text)
            } catch { assertColumn(error, text) }
        }
        XCTAssertGreaterThan(calls, Self.count / 4)
        XCTAssertLessThan(calls, Self.count)
    }

    func testMutatedLinesOfABodyEndInATermOrInASentenceWithAColumn() throws {
        var random = RandomTexts(state: 13)
        for _ in 0..<Self.count / 4 {
            let sum = "\(random.below(9)) * n + \(random.below(9)) // 2 - (n \(random.pick(["+", "-", "*", "//"])) 1)"
            let targets = random.pick(["h", "y, state", "a.b"])
            let text = random.mutated("\(targets) = \(random.pick([sum, random.call(depth: 2), "f(\(sum), x)"]))")
            do { _ = try Reader.assignment(text, operation: "test") } catch { assertColumn(error, text) }
        }
    }

    /// Random numbers and large results are left out: their values are drawn at the call.
    func testMutatedCallsOfFunctionsEndInTensorsOrInAFailure() throws {
        var random = RandomTexts(state: 17)
        let drawing: Set<String> = Set(Functions.random.map(\.signature.name) + ["gumbel_softmax"])
        let rows = FunctionRow.all.filter { !drawing.contains($0.name) }
        for _ in 0..<Self.count / 4 {
            let row = random.pick(rows)
            let text = random.mutated(row.text)
            assertFailure(text) { try evaluate(Functions.call(text, row.tensors())) }
        }
    }

    /// Every value that a call has, replaced by nonsense.
    func testNonsenseNumbersEndInTensorsOrInAFailure() throws {
        let numbers = [
            "-9223372036854775808", "9223372036854775807", "4611686018427387904", "-4611686018427387904", "-1", "0",
            "33",
        ]
        let reals = ["nan", "inf", "-inf", "1e308", "-1e308", "5e-324", "-0.5"]
        let others = ["None", "True", "'x'", "''", "'tensor'", "'...'", "float64", "bool"]
        let lists =
            numbers.map { "(\($0),)" } + ["()", "nan", "(nan,)", "(-1, -1)", "(0, 0)", "((None, None, None),)"]
            + [
                "(9223372036854775807, 9223372036854775807)", "(-9223372036854775808, -9223372036854775808)",
                "(4611686018427387904, 4)", "(0, 4611686018427387904, 4)",
            ]
            + [
                "((-9223372036854775808, 9223372036854775807, -9223372036854775808),)",
                "((9223372036854775807, -9223372036854775808, 9223372036854775807),)",
            ]
            + [
                "(\(String(repeating: "1, ", count: 40)))", "(\(String(repeating: "0, ", count: 1000)))",
                "(None, None, 'tensor')",
            ]
        var seen: Set<String> = []
        var (computed, refused) = (0, 0)
        for row in FunctionRow.all where Self.isCampaign || seen.insert(row.name).inserted {
            let function = try XCTUnwrap(Functions.named(row.name))
            let items = try Reader.call(row.text, operation: "test").arguments.map {
                Arguments.Item(.value(try XCTUnwrap($0.term.constant ?? $0.term.dtypeName)), keyword: $0.keyword)
            }
            let values = try Arguments(function.signature, items, tensors: row.tensors()).values
            for place in values.indices {
                for nonsense in numbers + reals + others + lists {
                    let shown = values.enumerated().map { "\($1.name)=\($0 == place ? nonsense : $1.value.literal)" }
                    let text = "\(row.name)(\(shown.joined(separator: ", ")))"
                    if assertFailure(text, { try evaluate(Functions.call(text, row.tensors())) }) {
                        computed += 1
                    } else {
                        refused += 1
                    }
                }
            }
        }
        XCTAssertGreaterThan(computed, 1000)
        XCTAssertGreaterThan(refused, 1000)
    }

    /// Every tensor that a call takes, replaced by one that is empty, a scalar, of many axes, of another dtype, or not
    /// finite.
    func testOddTensorsEndInTensorsOrInAFailure() throws {
        let shapes: [Shape] = [[], [0], [1], [2, 0], [3, 3], [Int](repeating: 1, count: 32)]
        let kinds = shapes.flatMap { shape in DType.allCases.map { (shape: shape, dtype: $0) } }
        var turn = 0
        for row in FunctionRow.all {
            for place in row.inputs.indices {
                for (shape, dtype) in kinds {
                    turn += 1
                    let numbers: [Double] =
                        dtype.isFloat ? [-1, .nan, .infinity] : dtype.isInteger ? [-1, 5] : [0, 1]
                    let number = numbers[turn % numbers.count]
                    var tensors = try row.tensors()
                    tensors[place] = try Tensor.full(shape, number, dtype)
                    assertFailure("\(row.text), input \(place): \(dtype) \(shape) of \(number)") {
                        try evaluate(Functions.call(row.text, tensors))
                    }
                }
            }
        }
    }

    /// What `body` throws, if it does, is a failure of the call and no defect. Whether it came to an end.
    @discardableResult
    private func assertFailure(_ text: String, _ body: () throws -> Void) -> Bool {
        do {
            try body()
            return true
        } catch {
            let kind = (error as? Failure)?.kind
            XCTAssert(kind != nil && kind != "internal", "\(text): \(error)")
            return false
        }
    }

    private func evaluate(_ tensors: [Tensor]) throws {
        for tensor in tensors.prefix(8) where tensor.count <= 100_000 { _ = try tensor.bytes() }
    }
}
