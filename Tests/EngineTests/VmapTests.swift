import XCTest

@testable import Engine

/// Each row of the operation table mapped over examples, against a loop over them.
final class VmapTests: XCTestCase {
    /// Rows on examples: which inputs are mapped over, and how many examples there are.
    private struct Case {
        let row: Row
        let isMapped: [Bool]
        let size: Int
        var name: String { "\(row.name), mapped \(isMapped), \(size) examples" }

        /// The inputs of one example: near those of the row, where it is differentiable.
        func inputs(_ example: Int) -> [Values] {
            zip(row.inputs, isMapped).map { input, isMapped in
                guard isMapped else { return input }
                return input.map { row.isDifferentiable ? $0 * (1 + 0.001 * Double(example)) : $0 + Double(example) }
            }
        }

        /// Leaves with the examples of mapped inputs along axis 0.
        func leaves() throws -> [Tensor] {
            try row.inputs.indices.map { place in
                guard isMapped[place] else { return try leaf(row.inputs[place]) }
                return try leaf(Values([size] + row.inputs[place].shape, (0..<size).flatMap { inputs($0)[place].data }))
            }
        }

        /// What `function` of the row's inputs, and of one more tensor that is mapped over, gives for all examples.
        func mapped(_ leaves: [Tensor], _ other: Tensor? = nil, _ function: ([Tensor], Tensor?) throws -> [Tensor])
            throws -> [Tensor]
        {
            let sources = zip(leaves, isMapped).compactMap { $1 ? $0 : nil } + (other.map { [$0] } ?? [])
            var rest = try MappedFunction.begin(sources, axes: sources.map { _ in 0 }, .error)[...]
            do {
                let arguments = zip(leaves, isMapped).map { $1 ? rest.removeFirst() : $0 }
                let outputs = try function(arguments, rest.first)
                return try MappedFunction.end(outputs, axes: outputs.map { _ in 0 })
            } catch {
                try MappedFunction.cancel()
                throw error
            }
        }
    }

    /// Each row with all inputs mapped, the first alone, the last alone.
    private func cases(_ rows: [Row], _ sizes: [Int]) -> [Case] {
        rows.filter { !$0.inputs.isEmpty && !needsValues($0) }.flatMap { row in
            let count = row.inputs.count
            let first = (0..<count).map { $0 == 0 }
            var choices = [[Bool](repeating: true, count: count)]
            if count > 1 { choices += [first, first.reversed()] }
            return choices.flatMap { choice in sizes.map { Case(row: row, isMapped: choice, size: $0) } }
        }
    }

    /// Whether the row's result has a shape that depends on values, so that it cannot be mapped.
    private func needsValues(_ row: Row) -> Bool {
        let item = Case(row: row, isMapped: row.inputs.map { _ in true }, size: 1)
        do {
            _ = try item.mapped(item.leaves()) { xs, _ in [try row.function(xs)] }
            return false
        } catch { return "\(error)".contains("the value of a mapped tensor was asked for") }
    }

    func testOnlyRowsWhoseShapesDependOnValuesCannotBeMapped() {
        XCTAssertEqual(
            Row.all.filter { !$0.inputs.isEmpty && needsValues($0) }.map { $0.name }, ["unique", "unique rows"])
    }

    func testValuesAreThoseOfALoopOverExamples() throws {
        for item in cases(Row.all, [3, 1, 0]) {
            let result = try item.mapped(item.leaves()) { xs, _ in [try item.row.function(xs)] }[0]
            try Verifier.check([result.node()])
            let one = try item.row.function(item.row.inputs.map { try leaf($0) })
            XCTAssertEqual(result.shape, [item.size] + one.shape, item.name)
            XCTAssertEqual(result.dtype, one.dtype, item.name)
            let want = try (0..<item.size).flatMap {
                try item.row.function(item.inputs($0).map { try leaf($0) }).numbers()
            }
            assertClose(try result.numbers(), want, 1e-14, atLeast: 1, item.name)
        }
    }

    func testGradientsOfMappedAndMappedGradientsAreThoseOfALoop() throws {
        for item in cases(Row.all.filter { $0.isDifferentiable }, [3]) {
            let leaves = try item.leaves()
            let result = try item.mapped(leaves) { xs, _ in [try item.row.function(xs)] }[0]
            let weight = noise(result.shape, seed: 5)
            let outer = try gradients(result, leaves, tensor(weight))
            let inner = try item.mapped(leaves, tensor(weight)) { xs, weight in
                try self.gradients(item.row.function(xs), xs, weight!)
            }
            try Verifier.check((outer + inner).map { try $0.node() })
            let count = weight.data.count / item.size
            let loop = try (0..<item.size).map { example in
                let xs = try item.inputs(example).map { try leaf($0) }
                let y = try item.row.function(xs)
                return try self.gradients(
                    y, xs, tensor(Values(y.shape, Array(weight.data[example * count..<(example + 1) * count])))
                ).map { try $0.numbers() }
            }
            for place in leaves.indices {
                let each = loop.map { $0[place] }
                let sum = each[0].indices.map { element in each.reduce(0) { $0 + $1[element] } }
                assertClose(
                    try outer[place].numbers(), item.isMapped[place] ? each.flatMap { $0 } : sum, 1e-12, atLeast: 1,
                    "\(item.name), gradient \(place) of the mapped")
                assertClose(
                    try inner[place].numbers(), each.flatMap { $0 }, 1e-12, atLeast: 1,
                    "\(item.name), mapped gradient \(place)")
            }
        }
    }

    func testOneMatrixForAllExamplesMakesOneProduct() throws {
        let (x, w) = (try tensor(noise([6, 4])), try tensor(noise([4, 3])))
        let v = try MappedFunction.begin([x], axes: [0], .error)[0]
        let y = try MappedFunction.end([v.matmul(w)], axes: [0])[0]
        var node = try y.node()
        while !(node.operation is MatMul) { node = node.inputs[0] }
        XCTAssertEqual(node.shape, [6, 3])
        XCTAssertEqual(try y.numbers(), try x.matmul(w).numbers())
    }

    func testAnIndexForEachExamplePicksAndWritesInItsOwnValues() throws {
        let (xs, picks) = (noise([3, 2, 4, 2]), Values([3, 2], [0, -1, 2, 1, 3, 3]))
        let (x, index) = (try tensor(xs), try tensor(picks, .int64))
        for isMapped in [true, false] {
            let sources = isMapped ? [x, index] : [index]
            let whole = try isMapped ? x : tensor(Values([2, 4, 2], Array(xs.data[0..<16])))
            let v = try MappedFunction.begin(sources, axes: sources.map { _ in 0 }, .error)
            let one = isMapped ? v[0] : whole
            let picked = try one.select(1, v.last!)
            let put = try Tensor(
                IndexPut(axis: 1, accumulates: true).record([one.node(), picked.node(), v.last!.node()]))
            let found = try MappedFunction.end([picked, put], axes: [0, 0])
            for example in 0..<3 {
                let base = try tensor(
                    Values(
                        [2, 4, 2], Array(xs.data[(isMapped ? example * 16 : 0)..<(isMapped ? example * 16 : 0) + 16])))
                let own = try tensor(Values([2], Array(picks.data[example * 2..<example * 2 + 2])), .int64)
                let rows = try base.select(1, own)
                let written = try Tensor(
                    IndexPut(axis: 1, accumulates: true).record([base.node(), rows.node(), own.node()]))
                XCTAssertEqual(Array(try found[0].numbers()[example * 8..<example * 8 + 8]), try rows.numbers())
                XCTAssertEqual(Array(try found[1].numbers()[example * 16..<example * 16 + 16]), try written.numbers())
            }
        }
    }

    func testALongChainInsideIsNotComputedOnTheWay() throws {
        let v = try MappedFunction.begin([tensor([1, 2])], axes: [0], .error)[0]
        var y = v
        for _ in 0..<2_500 { y = try y + 1 }
        XCTAssertEqual(try MappedFunction.end([y], axes: [0])[0].numbers(), [2_501, 2_502])
    }

    private func gradients(_ y: Tensor, _ xs: [Tensor], _ cotangent: Tensor) throws -> [Tensor] {
        let found = try Tensor.gradients(of: [y], xs, cotangents: [cotangent], createGraph: false)
        return try zip(found, xs).map { try $0 ?? Tensor.full($1.shape, 0, $1.dtype) }
    }
}
