import Engine
import Foundation
import XCTest

@testable import Networks

final class ModuleTests: XCTestCase {
    private func perceptron(_ activation: String, _ dtype: DType = .float64) throws -> Module {
        try Generator.standard().seed(2)
        return try make("Sequential(Linear(3, 5), \(activation), Linear(5, 4, bias=False))", dtype)
    }

    func testSharedModulesAreWrittenOnceAndAreSharedWhenTheyAreBuiltAgain() throws {
        let (linear, relu) = (try linear(2, 2, .float32), try make("ReLU()"))
        let pair = try Sequential([linear, relu])
        let model = try Sequential([pair, linear, relu, pair])
        let copy = try Module.build(model.structure, parameters: model.parameterTree, buffers: model.bufferTree)
        XCTAssertTrue(copy.children[3].module === copy.children[0].module)
        XCTAssertTrue(copy.children[1].module === copy.children[0].module.children[0].module)
        let x = try tensor([3, 2], noise(6), .float32)
        XCTAssertEqual(try copy(x).bytes(), try model(x).bytes())
        try copy.structure.checkSame(as: model.structure)
        let apart = try make(
            "Sequential(Sequential(Linear(2, 2), ReLU()), Linear(2, 2), ReLU(), Sequential(Linear(2, 2), ReLU()))",
            .float32)
        try apart.structure.checkSame(as: model.structure)
        try model.structure.checkSame(as: apart.structure)
        XCTAssertEqual(
            failure { try model.matching(parameters: apart.parameterTree, buffers: apart.bufferTree) }?.kind,
            "structure")
        let other = try Sequential([pair, linear, relu, Sequential([linear, make("Tanh()")])])
        XCTAssertEqual(failure { try other.structure.checkSame(as: model.structure) }?.kind, "structure")
    }

    func testASharedModuleThatIsNotThereIsRefused() throws {
        let linear = try linear(2, 2, .float32)
        let model = try Sequential([linear, linear])
        for path in ["1", "2", "", "0.0", "."] {
            var structure = model.structure
            structure.children[1].tree.attributes[1].value = .text(path)
            XCTAssertEqual(
                failure { try Module.build(structure, parameters: model.parameterTree, buffers: model.bufferTree) }?
                    .kind, "structure", path)
            XCTAssertEqual(failure { try model.structure.checkSame(as: structure) }?.kind, "structure", path)
        }
    }

    func testModulesThatHoldEachOtherTwiceAreWrittenInNoTime() throws {
        var module: Module = try linear(2, 2, .float32)
        for _ in 0..<150 { module = try Sequential([module, module]) }
        let structure = module.structure
        try structure.checkSame(as: module.structure)
        let copy = try Module.build(structure, parameters: module.parameterTree, buffers: module.bufferTree)
        XCTAssertEqual(copy.allParameters.map { $0.name }, module.allParameters.map { $0.name })
        XCTAssertLessThan(module.description.utf8.count, 10_000_000)
        XCTAssertTrue(module.description.contains("..."))
    }

    func testPathsAreDottedAndSharedParametersCountOnce() throws {
        let shared = try linear(2, 2, .float32)
        let inner = try Sequential([shared, make("ReLU()")])
        let outer = try Sequential([inner, shared])
        try outer.setParameter("scale", leaf([1], [1]))
        try inner.setBuffer("seen", tensor([1], [0]))
        XCTAssertEqual(outer.allParameters.map { $0.name }, ["scale", "0.0.weight", "0.0.bias"])
        XCTAssertEqual(outer.allBuffers.map { $0.name }, ["0.seen"])
        XCTAssertTrue(outer.allParameters[1].tensor === shared.parameters[0].tensor)
        try outer.setParameter("scale", nil)
        XCTAssertEqual(outer.allParameters.count, 2)
    }

    func testAModuleCannotContainItselfAndNamesAreChecked() throws {
        let (a, b, c) = (try Sequential([]), try Sequential([]), try Sequential([]))
        try a.add(b, as: "b")
        try b.add(c, as: "c")
        XCTAssertEqual(failure { try a.add(a, as: "x") }?.kind, "argument")
        XCTAssertEqual(failure { try c.add(a, as: "x") }?.kind, "argument")
        XCTAssertEqual(c.children.count, 0)
        for name in ["", "a.b", "a/b"] {
            XCTAssertEqual(failure { try a.add(Sequential([]), as: name) }?.kind, "argument")
            XCTAssertEqual(failure { try a.setParameter(name, leaf([1], [1])) }?.kind, "argument")
        }
        XCTAssertEqual(failure { try a.setParameter("p", leaf([1], [1]) * 2) }?.kind, "state")
        XCTAssertEqual(failure { try a.setParameter("p", tensor([1], [1], .int64)) }?.kind, "dtype")
    }

    func testTheDescriptionIsPyTorchs() throws {
        let model = try make("Sequential(Linear(3, 5), LeakyReLU(0.2), Sequential(Softmax(-1)), Flatten())", .float32)
        XCTAssertEqual(
            model.description,
            """
            Sequential(
              (0): Linear(in_features=3, out_features=5, bias=True)
              (1): LeakyReLU(negative_slope=0.2)
              (2): Sequential(
                (0): Softmax(dim=-1)
              )
              (3): Flatten(start_dim=1, end_dim=-1)
            )
            """)
    }

    func testCastingChangesTheBoxesThatOthersShare() throws {
        let model = try perceptron("Tanh()", .float32)
        let weight = model.allParameters[0].tensor
        let before = try weight.numbers()
        try weight.setGradient(weight)
        try model.cast(.float64)
        XCTAssertEqual(weight.dtype, .float64)
        XCTAssertEqual(try weight.numbers(), before)
        XCTAssertTrue(weight.requiresGrad && weight.isLeaf)
        XCTAssertNil(try weight.gradient())
        XCTAssertEqual(try model(tensor([3], [1, 2, 3])).dtype, .float64)
        XCTAssertEqual(failure { try model.cast(.int32) }?.kind, "dtype")
    }

    func testAModuleBuiltFromItsStructureComputesTheSame() throws {
        let model = try make(
            "Sequential(Flatten(1, 2), Linear(6, 5), LeakyReLU(0.3), Linear(5, 3, bias=False), GELU('tanh'), "
                + "LogSoftmax(-1))"
        )
        let copy = try Module.build(model.structure, parameters: model.parameterTree, buffers: model.bufferTree)
        XCTAssertEqual(copy.description, model.description)
        let x = try tensor([2, 3, 2], noise(12))
        XCTAssertEqual(try copy(x).bytes(), try model(x).bytes())
        XCTAssertEqual(failure { try copy.matching(parameters: StateTree(), buffers: StateTree()) }?.kind, "structure")
        XCTAssertEqual(
            failure { try Sequential([]).matching(parameters: model.parameterTree, buffers: StateTree()) }?.kind,
            "structure")
        XCTAssertEqual(
            failure {
                try Module.build(
                    HostModule(className: "Mine", nil).structure, parameters: StateTree(), buffers: StateTree())
            }?.kind, "unsupported")
    }

    func testTrainingModeReachesAllChildren() throws {
        let inner = try Sequential([])
        let outer = try Sequential([Sequential([inner])])
        outer.setTraining(false)
        XCTAssertFalse(inner.isTraining)
        outer.setTraining(true)
        XCTAssertTrue(inner.isTraining)
    }

    // MARK: Gradients of whole networks

    func testGradientsOfAPerceptronAreThoseOfFiniteDifferencesForEveryActivation() throws {
        let activations = [
            "Identity()", "ReLU()", "LeakyReLU(0.1)", "Sigmoid()", "Tanh()", "GELU()", "GELU('tanh')", "Softmax(-1)",
            "LogSoftmax(1)",
            "Softplus(threshold=inf)", "Softplus(beta=2)",
        ]
        for activation in activations {
            let model = try perceptron(activation)
            let x = try leaf([4, 3], noise(12, seed: 8))
            let y = try tensor([4], [0, 3, 1, 2], .int64)
            func loss() throws -> Tensor { try Tensor.crossEntropy(logits: model(x), y) }
            try loss().backward()
            for (name, tensor) in model.allParameters + [("x", x)] {
                let values = try tensor.numbers()
                func write(_ values: [Double]) throws {
                    try tensor.write { memory in
                        for (place, value) in values.enumerated() {
                            memory.storeBytes(of: value, toByteOffset: 8 * place, as: Double.self)
                        }
                    }
                }
                let want = try values.indices.map { place in
                    try slope { h in
                        var moved = values
                        moved[place] += h
                        try write(moved)
                        return try loss().item()
                    }
                }
                try write(values)
                assertClose(try tensor.gradient()?.numbers() ?? [], want, 1e-6, "\(activation), \(name)")
            }
        }
    }

    func testLayersComputeWhatTheirNamesSay() throws {
        let layer = try linear(2, 3)
        try ThreadState.withGrad(false) { () throws(Failure) in
            try layer.parameters[0].tensor.assign(Tensor.arange(1, 7, 1, .float64).reshape([3, 2]))
            try layer.parameters[1].tensor.assign(Tensor.arange(10, 13, 1, .float64))
        }
        XCTAssertEqual(try layer(tensor([2], [1, 10])).numbers(), [21 + 10, 43 + 11, 65 + 12])
        XCTAssertEqual(try layer(tensor([1, 1, 2], [1, 0])).shape, [1, 1, 3])
        XCTAssertEqual(failure { try layer(tensor([3], [1, 1, 1])) }?.kind, "shape")
        XCTAssertEqual(try make("Flatten(-2, -1)")(tensor([2, 3, 1], noise(6))).shape, [2, 3])
        XCTAssertEqual(failure { try make("Flatten(2, 1)")(tensor([1, 1, 1], [1])) }?.kind, "shape")
        XCTAssertEqual(failure { try HostModule(className: "Mine", nil)(tensor([1], [1])) }?.kind, "unsupported")
        XCTAssertEqual(failure { try linear(0, 1) }?.kind, "argument")
        XCTAssertEqual(failure { try linear(1, 1, .int64) }?.kind, "dtype")
        XCTAssertEqual(failure { try make("Softmax(0.5)") }?.kind, "argument")
    }
}
