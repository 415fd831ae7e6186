import Foundation
import Processor
import Steps
import XCTest

@testable import Engine
@testable import References

/// Steps as values: they are printed, compared, written and read, and mean the same to any backend.
final class StepTests: XCTestCase {
    private let reference = ReferenceBackend(shared: Processor())

    // MARK: Plans of the operation table

    /// Each row's function of leaves of `dtype`, with its gradients.
    private func everyPlan(_ dtype: DType, _ body: (Row, [Node]) throws -> Void) throws {
        for row in Row.all {
            let inputs = try row.inputs.map { try leaf($0.map { Double(Float($0)) }, dtype) }
            let result = try row.function(inputs)
            var wanted = [try result.node()]
            if row.isDifferentiable, !inputs.isEmpty {
                let weight = try tensor(noise(result.shape, seed: 5), result.dtype)
                let found = try Tensor.gradients(of: [result], inputs, cotangents: [weight], createGraph: true)
                for gradient in found { if let gradient { wanted.append(try gradient.node()) } }
            }
            try body(row, wanted)
        }
    }

    func testEveryPlanRunsOnTheReferenceBackendToTheSameNumbers() throws {
        for (dtype, tolerance) in [(DType.float64, 1e-11), (.float32, 2e-5)] {
            try everyPlan(dtype) { row, wanted in
                let run = try PlanRun(wanted)
                let found = try run.outputs()
                let plain = try PlanRun(wanted, backend: reference)
                let expected = try plain.outputs()
                for (place, type) in run.plan.outputTypes.enumerated() {
                    assertClose(
                        numbers(found[place], type.dtype), numbers(expected[place], type.dtype), tolerance, atLeast: 1,
                        "\(row.name) in \(dtype.name), output \(place)\n\(run.plan.listing)")
                }
            }
        }
    }

    func testAPlanThatWasWrittenAndReadRunsToTheSameBits() throws {
        try everyPlan(.float32) { row, wanted in
            let run = try PlanRun(wanted)
            let written = try PropertyListEncoder().encode(run.plan.data)
            let read = try PropertyListDecoder().decode(PlanData.self, from: written)
            XCTAssertEqual("\(read)", "\(run.plan.data)", row.name)
            XCTAssertEqual(try run.outputs(of: Plan(read)), try run.outputs(), row.name)
        }
    }

    private func numbers(_ bytes: [UInt8], _ dtype: DType) -> [Double] {
        var bytes = bytes
        let count = bytes.count / dtype.size
        return bytes.withUnsafeMutableBytes { memory in
            memory.baseAddress.map { base in (0..<count).map { Cells(dtype, base)[$0].double } } ?? []
        }
    }

    // MARK: Every kind

    /// A step with what its slots hold.
    private struct Example {
        var kind: StepKind
        var memory: [Memory]

        init(_ kind: StepKind, _ memory: [Memory]) { (self.kind, self.memory) = (kind, memory) }
    }

    private func floats(_ numbers: [Double]) -> Memory { Memory(.float64, numbers) }
    private func integers(_ numbers: [Double]) -> Memory { Memory(.int64, numbers) }
    private func room(_ count: Int, _ dtype: DType = .float64) -> Memory { Memory(dtype, count) }

    private var examples: [Example] {
        let (six, square) = (floats([3, -1, 0.5, 2, 8, -4]), floats([4, 1, 0, 1, 3, 1, 0, 1, 5]))
        let rows = AxisLayout(outer: 2, n: 3, inner: 1)
        let change = ChangedCopy(base: 0, constant: 0, dtype: .float64, count: 6, result: 3)
        let turned = StridedLayout(elementBytes: 8, shape: [3, 2], strides: [1, 3], offset: 0)
        let product = ProductStep(
            dtype: .float64, m: 2, n: 2, k: 3, transposeA: false, transposeB: false, offsetsA: [0], offsetsB: [0],
            a: 0, b: 1, result: 2)
        // Strips are worth their while only where there are enough of them.
        let large = ProductStep(
            dtype: .float64, m: 64, n: 32, k: 16, transposeA: false, transposeB: false, offsetsA: [0], offsetsB: [0],
            a: 0, b: 1, result: 2)
        let epilogue = LoopStep(
            compute: .float64, domain: [64, 32],
            inputs: [
                LoopInput(slot: 2, dtype: .float64, strides: [32, 1], offset: 0),
                LoopInput(slot: 3, dtype: .float64, strides: [0, 1], offset: 0),
            ],
            instructions: [LoopInstruction(.add, a: 0, b: 1), LoopInstruction(.tanh, a: 2)],
            outputs: [LoopOutput(slot: 4, dtype: .float64, value: 3)], reduction: nil)
        func spread(_ count: Int) -> Memory { floats(noise([count], seed: 11).data) }
        let loop = LoopStep(
            compute: .float64, domain: [2, 2],
            inputs: [
                LoopInput(slot: 2, dtype: .float64, strides: [2, 1], offset: 0),
                LoopInput(slot: 3, dtype: .float64, strides: [0, 1], offset: 0),
            ],
            instructions: [LoopInstruction(.add, a: 0, b: 1), LoopInstruction(.tanh, a: 2)],
            outputs: [LoopOutput(slot: 4, dtype: .float64, value: 3)],
            reduction: LoopReduction(
                kind: .sum, value: 3, axes: [true, false], slot: 5, dtype: .float64, divisor: 2))
        let matrices = SquareBatch(dtype: .float64, count: 1, n: 3)
        let strips = StripsStep(parts: [StripsStep.Part(product: large, isKept: true)], loop: epilogue)
        func decomposition(_ kind: DecompositionStep.Kind, _ layout: StridedLayout) -> StepKind {
            .decomposition(
                DecompositionStep(
                    kind, operation: "decompose", dtype: .float64, count: 1, m: 3, n: 3, layout: layout, source: 0,
                    result: 1))
        }
        let dense = StridedLayout(elementBytes: 8, shape: [3, 3], strides: [3, 1], offset: 0)
        let transposed = StridedLayout(elementBytes: 8, shape: [3, 3], strides: [1, 3], offset: 0)
        let state = integers([7, 3])
        let pairs = AttentionExtents(queries: 2, keys: 2, width: 3, out: 3, isCausal: true)
        func layer(_ cell: RecurrentCell) -> RecurrentExtents {
            RecurrentExtents(cell: cell, steps: 2, rows: 2, width: 2, isBackward: true)
        }
        /// The values alone, of planes that a loop makes.
        func pool(isKept: Bool) -> WindowArgMaxStep {
            let axis = WindowArgMaxStep.Axis(input: 3, dilation: 1, firsts: [0, 1], counts: [2, 2])
            var step = WindowArgMaxStep(
                dtype: .float64, planes: 2, axes: [axis], source: 2, result: nil, values: 3)
            step.loop = LoopStep(
                compute: .float64, domain: [2, 3],
                inputs: [
                    LoopInput(slot: 0, dtype: .float64, strides: [3, 1], offset: 0),
                    LoopInput(slot: 1, dtype: .float64, strides: [1, 0], offset: 0),
                ],
                instructions: [LoopInstruction(.add, a: 0, b: 1)],
                outputs: [LoopOutput(slot: 2, dtype: .float64, value: 2)], reduction: nil)
            step.isKept = isKept
            return step
        }
        func matrix(_ slot: Int) -> AttentionOperand { AttentionOperand(slot: slot, offsets: [0], row: 3) }
        return [
            Example(.fill(FillStep(dtype: .float64, value: 2.5, count: 4, result: 0)), [room(4)]),
            Example(.arange(ArangeStep(dtype: .int64, start: 3, step: -2, count: 4, result: 0)), [room(4, .int64)]),
            Example(.linspace(LinspaceStep(dtype: .float64, start: 0, end: 1, count: 5, result: 0)), [room(5)]),
            Example(.move(MoveStep(bytes: 48, source: 0, result: 1)), [six, room(6)]),
            Example(.gather(GatherStep(layout: turned, source: 0, result: 1)), [six, room(6)]),
            Example(
                .concatenate(
                    ConcatenateStep(
                        parts: [
                            ConcatenateStep.Part(
                                source: 0,
                                layout: StridedLayout(elementBytes: 8, shape: [6], strides: [1], offset: 0)),
                            ConcatenateStep.Part(
                                source: 0,
                                layout: StridedLayout(elementBytes: 8, shape: [6], strides: [1], offset: 6)),
                        ], result: 1)), [six, room(12)]),
            Example(
                .assign(
                    AssignStep(
                        change: change,
                        layout: StridedLayout(elementBytes: 8, shape: [2], strides: [3], offset: 1), source: 1)),
                [six, floats([10, 20]), room(1), room(6)]),
            Example(.loop(loop), [room(1), room(1), floats([1, 2, 3, 4]), floats([0.5, -0.5]), room(4), room(2)]),
            Example(.product(product), [six, floats([1, 2, 3, 4, 5, 6]), room(4)]),
            Example(
                .strips(strips),
                [spread(64 * 16), spread(16 * 32), room(64 * 32), spread(32), room(64 * 32)]),
            Example(
                .convolution(
                    ConvolutionStep(
                        dtype: .float64, images: 1, groups: 1, channels: 2, outputs: 2,
                        axes: [ConvolutionStep.Axis(input: 3, taps: 2, positions: 3, low: 1, inputDilation: 1)],
                        layout: StridedLayout(elementBytes: 8, shape: [1, 2, 3], strides: [6, 3, 1], offset: 0),
                        outputStride: 4, channelStride: 2, input: 0, weight: 1, result: 2)),
                [six, spread(8), room(6)]),
            Example(
                .windowArgMax(
                    WindowArgMaxStep(
                        dtype: .float64, planes: 1,
                        axes: [
                            WindowArgMaxStep.Axis(input: 2, dilation: 1, firsts: [0], counts: [2]),
                            WindowArgMaxStep.Axis(input: 3, dilation: 2, firsts: [0, 1], counts: [2, 1]),
                        ], source: 0, result: 1, values: 2)), [six, room(2, .int64), room(2)]),
            Example(.windowArgMax(pool(isKept: true)), [six, floats([0.5, -2]), room(6), room(4)]),
            Example(.windowArgMax(pool(isKept: false)), [six, floats([0.5, -2]), room(6), room(4)]),
            Example(
                .softmax(SoftmaxStep(.softmax, dtype: .float64, layout: rows, source: 0, result: 1)), [six, room(6)]),
            Example(
                .attention(
                    AttentionStep(
                        dtype: .float64, extents: pairs, queries: matrix(0), keys: matrix(1), values: matrix(2),
                        result: 3)), [spread(6), spread(6), six, room(8)]),
            Example(
                .attentionGradient(
                    AttentionGradientStep(
                        dtype: .float64, extents: pairs, queries: matrix(0), keys: matrix(1), values: matrix(2),
                        cotangent: matrix(3), logSums: AttentionOperand(slot: 4, offsets: [0], row: 1),
                        products: AttentionOperand(slot: 5, offsets: [0], row: 1), result: 6)),
                // Scores of 0, so that the sums of exponentials are 1 and 2.
                [
                    floats([0, 0, 0, 0, 0, 0]), six, spread(6), six, floats([0, 0.693147180559945309]), spread(2),
                    room(18),
                ]),
            Example(
                .recurrence(
                    RecurrentStep(
                        dtype: .float64, extents: layer(.gru), keeps: true, inputs: 0, state: 1, cells: nil, weights: 2,
                        bias: 3, isThere: nil, result: 4)), [spread(24), spread(4), spread(12), spread(6), room(44)]),
            Example(
                .recurrence(
                    RecurrentStep(
                        dtype: .float64, extents: layer(.lstm), keeps: false, inputs: 0, state: 1, cells: 2, weights: 3,
                        bias: nil, isThere: 4, result: 5)),
                [spread(32), spread(4), spread(4), spread(16), Memory(.bool, [1, 1, 0, 1]), room(24)]),
            Example(
                .recurrenceGradient(
                    RecurrentGradientStep(
                        dtype: .float64, extents: layer(.lstm), forward: 0, weights: 1, states: 2, state: 3, cells: 4,
                        isThere: nil, result: 5)),
                [spread(56), spread(16), spread(8), spread(4), spread(4), room(40)]),
            Example(
                .recurrenceGradient(
                    RecurrentGradientStep(
                        dtype: .float64, extents: layer(.gru), forward: 0, weights: 1, states: nil, state: 2,
                        cells: nil,
                        isThere: 3, result: 4)),
                [spread(44), spread(12), spread(4), Memory(.bool, [0, 1, 1, 1]), room(52)]),
            Example(
                .argExtremum(
                    ArgExtremumStep(isMaximum: true, dtype: .float64, layout: rows, source: 0, result: 1)),
                [six, room(2, .int64)]),
            Example(
                .crossEntropy(
                    CrossEntropyStep(
                        operation: "loss", dtype: .float64, labelDType: .int64, rows: 2, classes: 3, logits: 0,
                        labels: 1, result: 2)), [six, integers([2, 0]), room(2)]),
            Example(
                .crossEntropyGradient(
                    CrossEntropyGradientStep(
                        operation: "loss", dtype: .float64, labelDType: .int64, rows: 2, classes: 3, logits: 0,
                        labels: 1, upstream: 2, isUniform: true, result: 3)),
                [six, integers([2, 0]), floats([0.5]), room(6)]),
            Example(
                .cumulativeSum(
                    CumulativeSumStep(dtype: .float64, layout: rows, isReversed: true, source: 0, result: 1)),
                [six, room(6)]),
            Example(
                .linearRecurrence(
                    LinearRecurrenceStep(dtype: .float64, layout: rows, isReversed: false, a: 0, b: 1, result: 2)),
                [six, floats([1, 2, 3, 4, 5, 6]), room(6)]),
            Example(
                .exchanges(ExchangesStep(operation: "order", count: 1, k: 2, rows: 3, source: 0, result: 1)),
                [integers([3, 3]), room(3)]),
            Example(
                .fourierSum(
                    FourierSumStep(
                        operation: "sum", dtype: .float64, layout: AxisLayout(outer: 1, n: 3, inner: 1),
                        isInverse: true, source: 0, result: 1)), [six, room(6)]),
            Example(
                .pick(
                    PickStep(
                        isElementwise: false, elementBytes: 8, layout: rows, indexDType: .int64, count: 2, source: 0,
                        indices: 1, result: 2)), [six, integers([-1, 0]), room(4)]),
            Example(
                .put(
                    PutStep(
                        change: change, isElementwise: false, accumulates: true, layout: rows, indexDType: .int64,
                        count: 2, source: 1, indices: 2)),
                [six, floats([1, 2, 3, 4]), integers([1, 1]), room(6)]),
            Example(
                .oneHot(
                    OneHotStep(
                        operation: "one_hot", labelDType: .int64, dtype: .float64, count: 2, classes: 3, labels: 0,
                        result: 1)), [integers([2, 0]), room(6)]),
            Example(
                .ravel(
                    RavelStep(dtypes: [.int64, .int64], extents: [2, 3], count: 2, indices: [0, 1], result: 2)),
                [integers([1, 0]), integers([-1, 1]), room(2, .int64)]),
            Example(
                .countTrue(CountTrueStep(count: 4, mask: 0, result: 1)),
                [Memory(.bool, [1, 0, 1, 1]), room(1, .int64)]),
            Example(
                .truePositions(TruePositionsStep(count: 4, mask: 0, result: 1)),
                [Memory(.bool, [1, 0, 1, 1]), room(3, .int64)]),
            Example(
                .unravel(UnravelStep(extents: [2, 3], count: 2, places: 0, result: 1)),
                [integers([5, 1]), room(4, .int64)]),
            Example(
                .argSort(ArgSortStep(dtype: .float64, layout: rows, isDescending: true, source: 0, result: 1)),
                [six, room(6, .int64)]),
            Example(
                .countBelow(CountBelowStep(rows: 1, n: 3, count: 2, edges: 0, values: 1, result: 2)),
                [floats([1, 2, 3]), floats([2.5, 0]), room(2, .int64)]),
            Example(
                .rowOrder(RowOrderStep(dtype: .float64, n: 3, width: 2, source: 0, result: 1)),
                [floats([2, 1, 1, 5, 1, 4]), room(3, .int64)]),
            Example(
                .runsOfEquals(
                    RunsOfEqualsStep(
                        dtype: .float64, n: 4, width: 1, source: 0, order: 1, inverse: 2, counts: 3, firsts: 4,
                        found: 5)),
                [
                    floats([2, 1, 2, 1]), integers([1, 3, 0, 2]), room(4, .int64), room(4, .int64), room(4, .int64),
                    room(1, .int64),
                ]),
            Example(
                .draw(
                    DrawStep(
                        distribution: .normal, dtype: .float64, a: 0, b: 1, low: 0, high: 0, count: 5, state: 0,
                        result: 1)), [state, room(5)]),
            Example(.permutation(PermutationStep(count: 5, state: 0, result: 1)), [state, room(5, .int64)]),
            Example(.advance(AdvanceStep(blocks: 8, state: 0, result: 1)), [state, room(2, .int64)]),
            Example(
                .check(
                    CheckStep(
                        .finite, operation: "loss", dtype: .float64, count: 6, source: 0, result: 1)),
                [six, room(6)]),
            Example(
                .inverse(
                    InverseStep(operation: "inverse", matrices: matrices, fillsSingular: false, source: 0, result: 1)),
                [square, room(9)]),
            Example(
                .determinant(DeterminantStep(operation: "det", matrices: matrices, source: 0, result: 1)),
                [square, room(3)]),
            Example(
                .cofactors(CofactorsStep(operation: "det", matrices: matrices, source: 0, result: 1)),
                [square, room(9)]),
            Example(
                .solve(
                    SolveStep(
                        operation: "solve", matrices: matrices, transposed: false, k: 2, source: 0, rows: 1,
                        result: 2)), [square, six, room(6)]),
            Example(
                .triangularSolve(
                    TriangularSolveStep(
                        operation: "solve", matrices: matrices, upper: true, transposed: false, unit: false, k: 2,
                        source: 0, rows: 1, result: 2)), [square, six, room(6)]),
            Example(
                .cholesky(
                    CholeskyStep(operation: "cholesky", matrices: matrices, fillsFailed: false, source: 0, result: 1)),
                [square, room(9)]),
            Example(decomposition(.qr, transposed), [square, room(18)]),
            Example(decomposition(.lu, transposed), [square, room(12)]),
            Example(decomposition(.eigh, dense), [square, room(12)]),
            Example(decomposition(.svd, dense), [square, room(21)]),
        ]
    }

    private func name(_ kind: StepKind) -> String { String("\(kind)".prefix { $0 != "(" }) }

    func testEveryKindIsRunPrintedComparedAndWritten() throws {
        let examples = examples
        var names: Set<String> = []
        for (place, example) in examples.enumerated() {
            let kind = example.kind
            names.insert(name(kind))
            // Printed with what it knows.
            XCTAssertTrue("\(kind)".hasPrefix(name(kind) + "(Steps."), "\(kind)")
            XCTAssertTrue(
                kind.step.writes.allSatisfy { "\(kind)".contains(": \($0)") || "\(kind)".contains("(\($0))") },
                "\(kind)")
            // Compared.
            for (other, another) in examples.enumerated() {
                XCTAssertEqual(kind == another.kind, place == other, "\(kind) and \(another.kind)")
            }
            // Written and read.
            let written = try PropertyListEncoder().encode([kind])
            XCTAssertEqual(try PropertyListDecoder().decode([StepKind].self, from: written), [kind])
            // What it reads and writes are its slots.
            let slots = Set(kind.step.reads + kind.step.writes)
            XCTAssertTrue(slots.allSatisfy { example.memory.indices.contains($0) }, "\(kind)")
            // Run, on either backend, writing nothing but what it says.
            let (found, expected) = (try run(example, Plan.backend), try run(example, reference))
            for (slot, memory) in example.memory.enumerated() where !kind.step.writes.contains(slot) {
                XCTAssertEqual(found[slot].bytes, memory.bytes, "\(kind) writes slot \(slot)")
            }
            for slot in kind.step.writes {
                XCTAssertNotEqual(found[slot].bytes, example.memory[slot].bytes, "\(kind) writes no slot \(slot)")
                let (got, want) = (numbers(found[slot]), numbers(expected[slot]))
                assertClose(got, want, 1e-13, atLeast: 1, "\(kind), slot \(slot)")
            }
        }
        XCTAssertEqual(names, declaredKinds, "every kind has an example")
    }

    /// The names of the cases, as the source has them.
    private var declaredKinds: Set<String> {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/Steps/StepKind.swift")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        let cases = text.split(separator: "\n").filter { $0.hasPrefix("    case ") }
        return Set(cases.map { line in String(line.dropFirst("    case ".count).prefix { $0 != "(" }) })
    }

    private func numbers(_ memory: Memory) -> [Double] { (0..<memory.count).map { memory[$0].double } }

    private func run(_ example: Example, _ backend: any Backend) throws -> [Memory] {
        let memory = example.memory.map { $0.copy() }
        try backend.run(example.kind, memory.map { $0.pointer }, for: "test")
        XCTAssertTrue(memory.allSatisfy { $0.isWallIntact }, "\(example.kind) wrote outside")
        return memory
    }

    func testAStepThatFailsSaysTheSameSentenceWhereverItRuns() throws {
        let wrong: [StepKind] = [
            .oneHot(
                OneHotStep(
                    operation: "one_hot", labelDType: .int64, dtype: .float64, count: 2, classes: 2, labels: 0,
                    result: 1)),
            .crossEntropy(
                CrossEntropyStep(
                    operation: "loss", dtype: .float64, labelDType: .int64, rows: 1, classes: 2, logits: 1, labels: 0,
                    result: 2)),
        ]
        for kind in wrong {
            XCTAssertTrue(kind.step.mayFail)
            let example = Example(kind, [integers([7, 0]), room(4), room(4)])
            var sentences: [String] = []
            for backend in [Plan.backend, reference] as [any Backend] {
                XCTAssertThrowsError(try run(example, backend)) { sentences.append("\($0)") }
            }
            XCTAssertEqual(Set(sentences).count, 1, "\(sentences)")
        }
    }
}
