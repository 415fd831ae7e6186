import Foundation
import XCTest

@testable import Engine

/// Every row of the table, looked at from every side. Tolerances are relative to the largest element; values that are
/// all smaller than 1, and derivatives smaller than 1e-3, are held to what that allows.
final class OperationTableTests: XCTestCase {
    private let floatRows = Row.all.filter { !$0.inputs.isEmpty }
    private let smoothRows = Row.all.filter { $0.isDifferentiable }

    func testEveryOperationHasARow() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../../Sources/Engine/Operations")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        var declared: Set<String> = []
        for file in files {
            let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            for line in text.split(separator: "\n") where line.hasPrefix("struct ") {
                let words = line.split(whereSeparator: { " :{,".contains($0) })
                let protocols = [
                    "Operation", "Viewing", "AlongAxis", "Source", "Elementwise", "PiecewiseConstant", "Predicate",
                    "Bitwise", "Reduction", "Check", "FactorPart",
                ]
                if protocols.contains(where: { words[2...].contains(Substring($0)) }) {
                    declared.insert(String(words[1]))
                }
            }
        }
        XCTAssertGreaterThan(declared.count, 50)
        let covered = Set(Row.all.flatMap { row in row.covers.map { "\($0)" } })
        // Not functions of tensors: GraphTests has the four kinds of nodes that are only there, RandomTests the random
        // ones; bundles and barriers are met inside derivatives alone, those of custom operations and checkpoints,
        // cofactors in those of determinants, and the gradients of attention and recurrent layers in their own;
        // variables of mapped functions inside those (VmapTests).
        let elsewhere: Set<String> = [
            "Leaf", "Placeholder", "LeafOf", "Released", "RandomDraw", "RandomPermutation", "AdvanceGenerator",
            "Bundle", "Barrier", "Cofactors", "FusedAttentionGradient", "FusedRecurrenceGradient", "MapVariable",
        ]
        XCTAssertEqual(declared.subtracting(covered).subtracting(elsewhere), [], "without a row")
        XCTAssertEqual(covered.union(elsewhere).subtracting(declared), [], "no operations")
    }

    func testEveryRowRecordsTheOperationsItStandsFor() throws {
        for row in Row.all {
            var found: Set<String> = []
            var stack = [try row.function(row.inputs.map { try leaf($0) }).node()]
            while let node = stack.popLast() {
                found.insert("\(type(of: node.operation))")
                stack += node.inputs
            }
            for type in row.covers {
                XCTAssert(found.contains("\(type)"), "\(row.name) records no \(type), but \(found)")
            }
        }
    }

    func testValuesAreThoseOfPlainLoops() throws {
        for row in Row.all {
            let want = row.reference(row.inputs)
            let got = try row.function(row.inputs.map { try tensor($0) })
            try Verifier.check([got.node()])
            XCTAssertEqual(got.dtype, row.result ?? .float64, row.name)
            XCTAssertEqual(got.shape, want.shape, row.name)
            assertClose(try got.numbers(), want.data, 4e-15, atLeast: 1, row.name)
        }
    }

    func testFloat32GivesFloat32AndWhatFloat64Gives() throws {
        for row in floatRows {
            // Both start from numbers that float32 holds.
            let inputs = row.inputs.map { $0.map { Double(Float($0)) } }
            let (narrow, wide) = (try inputs.map { try leaf($0, .float32) }, try inputs.map { try leaf($0) })
            let (got, want) = (try row.function(narrow), try row.function(wide))
            XCTAssertEqual(got.dtype, row.result ?? .float32, row.name)
            assertClose(try got.numbers(), try want.numbers(), 1e-6, atLeast: 1, row.name)
            guard row.isDifferentiable else { continue }
            let weight = noise(want.shape, seed: 77).map { Double(Float($0)) }
            let gradients = try self.gradients(got, narrow, tensor(weight, .float32))
            for gradient in gradients { XCTAssertEqual(gradient.dtype, .float32, row.name) }
            assertClose(
                try flat(gradients), try flat(self.gradients(want, wide, tensor(weight))), 4e-6, atLeast: 1, row.name)
        }
    }

    func testGradientsAreWhatFiniteDifferencesFind() throws {
        for row in smoothRows {
            let xs = try row.inputs.map { try leaf($0) }
            let y = try row.function(xs)
            let weight = noise(y.shape, seed: 77)
            let gradients = try self.gradients(y, xs, tensor(weight))
            try Verifier.check(gradients.map { try $0.node() })
            for (place, gradient) in gradients.enumerated() {
                XCTAssertEqual(gradient.shape, row.inputs[place].shape, row.name)
                let want = row.inputs[place].data.indices.map { element in
                    slope { h in
                        var moved = row.inputs
                        moved[place].data[element] += h
                        return [dot(weight.data, row.reference(moved).data)]
                    }[0]
                }
                assertClose(try gradient.numbers(), want, 1e-6, atLeast: 1e-3, "\(row.name), input \(place)")
            }
        }
    }

    func testReverseAndForwardModeAreEachOthersTransposes() throws {
        for row in smoothRows {
            let xs = try row.inputs.map { try leaf($0) }
            let y = try row.function(xs)
            let us = try direction(row, seed: 11)
            let v = noise(y.shape, seed: 13)
            let forward = try Tensor.jvp([y], xs, tangents: us)[0]
            try Verifier.check([forward.node()])
            XCTAssertEqual(forward.shape, y.shape, row.name)
            XCTAssertEqual(forward.dtype, y.dtype, row.name)
            let moved = try forward.numbers()
            let pulled = try flat(gradients(y, xs, tensor(v)))
            let pushed = try flat(us)
            XCTAssertLessThanOrEqual(
                abs(dot(moved, v.data) - dot(pushed, pulled)),
                1e-12 * max(norm(moved) * norm(v.data), norm(pushed) * norm(pulled)), row.name)
            // The transpose of a wrong Jacobian would pass; its columns are looked at too.
            let want = try slope { h in
                row.reference(
                    try zip(row.inputs, us).map { x, u in
                        try Values(x.shape, zip(x.data, u.numbers()).map { $0 + h * $1 })
                    }
                ).data
            }
            assertClose(moved, want, 1e-6, atLeast: 1e-3, row.name)
        }
    }

    func testSecondDerivativesAgreeInAllFourNestings() throws {
        for row in smoothRows {
            let us = try direction(row, seed: 17)
            let vs = try direction(row, seed: 19)
            let u = try us.map { try $0.values() }
            // The reference: how the first derivative changes along u.
            let want = try slope { h in
                let xs = try zip(row.inputs, u).map { x, u in
                    try leaf(Values(x.shape, zip(x.data, u.data).map { $0 + h * $1 }))
                }
                return try flat(self.gradients(scalarOf(row, xs), xs, nil))
            }
            let xs = try row.inputs.map { try leaf($0) }
            let y = try scalarOf(row, xs)
            let gradients = try self.gradients(y, xs, nil, createGraph: true)
            var along = try scalar(0)
            for (gradient, u) in zip(gradients, us) { along = try along + (gradient * u).sum() }
            let gradOfGrad = try self.gradients(along, xs, nil)
            let jvpOfGrad = try Tensor.jvp(gradients, xs, tangents: us)
            let tangent = try Tensor.jvp([y], xs, tangents: us)[0]
            let gradOfJvp = try self.gradients(tangent, xs, nil)
            let jvpOfJvp = try Tensor.jvp([tangent], xs, tangents: vs)[0]
            try Verifier.check((gradOfGrad + jvpOfGrad + gradOfJvp + [jvpOfJvp]).map { try $0.node() })
            for (name, got) in [("grad of grad", gradOfGrad), ("jvp of grad", jvpOfGrad), ("grad of jvp", gradOfJvp)] {
                assertClose(try flat(got), want, 1e-6, atLeast: 1e-3, "\(row.name), \(name)")
            }
            let curvature = dot(try flat(vs), want)
            XCTAssertEqual(
                try jvpOfJvp.item(), curvature, accuracy: 1e-6 * max(norm(try flat(vs)) * norm(want), 1e-3),
                "\(row.name), jvp of jvp")
        }
    }

    func testWhatIsFlatHasNoGradientAndZeroTangents() throws {
        for row in floatRows where !row.isDifferentiable {
            let xs = try row.inputs.map { try leaf($0) }
            let y = try row.function(xs)
            XCTAssert(
                try Tensor.gradients(of: [y], xs, cotangents: [tensor(noise(y.shape), .float64)], createGraph: false)
                    .allSatisfy { $0 == nil }, row.name)
            let tangent = try Tensor.jvp([y], xs, tangents: direction(row, seed: 3))[0]
            XCTAssertEqual(tangent.shape, y.shape)
            XCTAssert(try tangent.numbers().allSatisfy { $0 == 0 }, row.name)
        }
    }

    // MARK: Helpers

    /// The function's result weighed to a number.
    private func scalarOf(_ row: Row, _ xs: [Tensor]) throws -> Tensor {
        let y = try row.function(xs)
        return try (y * tensor(noise(y.shape, seed: 23))).sum()
    }

    private func direction(_ row: Row, seed: UInt64) throws -> [Tensor] {
        try row.inputs.enumerated().map { try tensor(noise($1.shape, seed: seed + UInt64($0))) }
    }

    /// With zeros where nothing depends on an input.
    private func gradients(_ y: Tensor, _ xs: [Tensor], _ cotangent: Tensor?, createGraph: Bool = false) throws
        -> [Tensor]
    {
        let found = try Tensor.gradients(of: [y], xs, cotangents: cotangent.map { [$0] }, createGraph: createGraph)
        return try zip(found, xs).map { try $0 ?? Tensor.full($1.shape, 0, $1.dtype) }
    }

    private func flat(_ tensors: [Tensor]) throws -> [Double] { try tensors.flatMap { try $0.numbers() } }
}
