import Engine
import Foundation
import XCTest

@testable import Networks

/// Modules whose forward pass is the host's code, here closures.
final class HostModuleTests: XCTestCase {
    private func square() -> HostModule { host { x throws(Failure) in try x * x } }

    // MARK: In trees

    func testAHostModuleTakesItsPlaceInASequentialWithItsGradients() throws {
        let (first, last) = (try linear(3, 4), try linear(4, 2))
        let model = try Sequential([first, square(), Sequential([square()]), last])
        let x = try leaf([5, 3], noise(15))
        let result = try model(x)
        let h = try first(x)
        let want = try last(h * h * (h * h))
        assertClose(try result.numbers(), try want.numbers(), 1e-14)
        try result.sum().backward()
        let found = try ([x] + model.allParameters.map(\.tensor)).map { try XCTUnwrap($0.gradient()).numbers() }
        try x.setGradient(nil)
        try model.zeroGrad()
        try want.sum().backward()
        for (got, tensor) in zip(found, [x] + model.allParameters.map(\.tensor)) {
            assertClose(got, try XCTUnwrap(tensor.gradient()).numbers(), 1e-12)
        }
    }

    func testSeveralTensorsGoFromOneModuleToTheNext() throws {
        let split = HostModule(
            className: "Split",
            HostFunction { (inputs, _) throws(Failure) in
                guard let x = inputs[0] else { return [] }
                return [x, nil, try x * 2]
            })
        let join = HostModule(
            className: "Join",
            HostFunction { (inputs, _) throws(Failure) in
                guard inputs.count == 3, let a = inputs[0], inputs[1] == nil, let b = inputs[2] else { return [] }
                return [try a + b]
            })
        let x = try tensor([2], [1, 5])
        XCTAssertEqual(try Sequential([split, join])(x).numbers(), [3, 15])
        XCTAssertEqual(try Sequential([split]).call([x]).map { try $0?.numbers() }, [[1, 5], nil, [2, 10]])
        XCTAssertEqual(try join.call([x, nil, x])[0]?.numbers(), [2, 10])
        XCTAssertEqual(
            failure { try split(x) }?.description, "Split: one tensor is expected of it here, but it gives 3")
        XCTAssertEqual(failure { try Sequential([split])(x) }?.kind, "argument")
        // A layer of the engine's takes what its signature says.
        XCTAssertEqual(
            failure { try Sequential([split, linear(2, 2)])(x) }?.description,
            "Sequential.1 (Linear): 3 tensors given, but 1 expected: input")
        XCTAssertEqual(
            failure { try linear(2, 2).call([nil]) }?.description,
            "Linear: the tensor 'input' is missing; expected are: input")
        XCTAssertEqual(failure { try linear(2, 2).call([]) }?.kind, "argument")
        XCTAssertEqual(
            failure { try make("MSELoss()").call([x]) }?.description,
            "MSELoss: the tensor 'target' is missing; expected are: input, target")
        let nothing = HostModule(className: "Nothing", HostFunction { (_, _) throws(Failure) in [nil] })
        XCTAssertEqual(failure { try nothing(x) }?.kind, "argument")
        XCTAssertEqual(failure { try Sequential([nothing, linear(2, 2)])(x) }?.kind, "argument")
    }

    func testTheTextOfACallReachesTheHostAndNoLayerTakesWordsThatItDoesNotKnow() throws {
        var texts: [String?] = []
        let module = HostModule(
            className: "Mine",
            HostFunction { (inputs, options) throws(Failure) in
                texts.append(options)
                return inputs
            })
        let x = try tensor([1], [1])
        _ = try module.call([x], options: "flag=True, 'any thing'=self")
        _ = try module.call([x])
        XCTAssertEqual(texts, ["flag=True, 'any thing'=self", nil])
        XCTAssertEqual(
            failure { try linear(1, 1).call([x], options: "scale=2") }?.description,
            "Linear: column 7: there is no argument 'scale'; Linear takes none")
        XCTAssertEqual(failure { try linear(1, 1).call([x], options: "2") }?.kind, "argument")
        XCTAssertEqual(try linear(1, 1).call([x], options: "").count, 1)
    }

    func testAFailureOfTheHostsComesThroughAndTheNextCallIsLikeAnyOther() throws {
        var isBad = true
        let module = host { x throws(Failure) in
            if isBad { throw .index(operation: "mine", "out of ideas") }
            return x
        }
        let counter = try make("Graph('x', 'count = add(count, 1)', 'x', count=Buffer(1))")
        let model = try Sequential([counter, module])
        let x = try tensor([1], [3])
        for _ in 0..<2 {
            XCTAssertEqual(failure { try model(x) }?.description, "Sequential.1 (Mine): mine: out of ideas")
        }
        XCTAssertEqual(try counter.buffers[0].tensor.numbers(), [0])
        isBad = false
        XCTAssertEqual(try model(x).numbers(), [3])
        XCTAssertEqual(try counter.buffers[0].tensor.numbers(), [1])
    }

    // MARK: A layer with a forward pass of the host's

    func testAHostThatReplacesALayersForwardPassCanStillCallTheLayers() throws {
        let layer = try linear(2, 2)
        let x = try tensor([2], [1, -1])
        let plain = try layer(x).numbers()
        XCTAssertFalse(layer.needsHost)
        layer.setHost(
            HostFunction { [unowned layer] (inputs, _) throws(Failure) in
                guard let y = try layer.callLayer(inputs)[0] else { return [] }
                return [try y * 2]
            }, className: "Doubled")
        XCTAssertEqual(try layer(x).numbers(), plain.map { 2 * $0 })
        XCTAssertEqual(try Sequential([layer])(x).numbers(), plain.map { 2 * $0 })
        XCTAssertEqual(try XCTUnwrap(layer.callLayer([x])[0]).numbers(), plain)
        XCTAssertEqual(layer.className, "Doubled")
        XCTAssertEqual(layer.description, "Doubled(in_features=2, out_features=2, bias=True)")
        XCTAssertTrue(layer.needsHost)
        layer.setHost(nil, className: "Linear")
        XCTAssertEqual(try layer(x).numbers(), plain)
        XCTAssertEqual(try layer.expression(), "Linear(2, 2, dtype=float64)")
    }

    func testAModuleThatIsTheHostsAloneHasNoLayerToCall() throws {
        let module = HostModule(className: "Mine", nil)
        let x = try tensor([1], [1])
        XCTAssertEqual(failure { try module(x) }?.kind, "unsupported")
        XCTAssertEqual(failure { try module.call([x]) }?.kind, "unsupported")
        XCTAssertEqual(failure { try square().callLayer([x]) }?.kind, "unsupported")
        XCTAssertEqual(module.description, "Mine()")
        XCTAssertNil(module.constructor)
    }

    func testATreeNeedsTheHostWhereAnyModuleInItDoes() throws {
        XCTAssertFalse(try make("Sequential(Linear(2, 2), Sequential(ReLU(), Graph('x', '', 'x')))").needsHost)
        for module in [square(), HostModule(className: "Mine", nil)] {
            XCTAssertTrue(module.needsHost)
            XCTAssertTrue(try Sequential([linear(2, 2), Sequential([module])]).needsHost)
        }
    }

    func testAModuleKeepsItsHostAliveAndNoLonger() throws {
        weak var weakHost: HostFunction?
        do {
            let function = HostFunction { (inputs, _) throws(Failure) in inputs }
            weakHost = function
            let model = try Sequential([HostModule(className: "Mine", function)])
            XCTAssertEqual(try model(tensor([1], [1])).numbers(), [1])
        }
        XCTAssertNil(weakHost)
    }

    // MARK: Structure

    func testTheStructureNamesTheClassAndSaysThatTheCodeIsTheHosts() throws {
        let layer = try linear(2, 2)
        layer.setHost(HostFunction { (inputs, _) throws(Failure) in inputs }, className: "Sub")
        let own = HostModule(className: "Own", nil)
        try own.setBuffer("seen", tensor([1], [0]))
        let model = try Sequential([layer, own, linear(2, 2)])
        XCTAssertEqual(
            lines(of: model.structure),
            [
                "@class 'Sequential'", "0/", "0/@class 'Sub'", "0/@_host True", "0/@_kind 'Linear'", "0/@in_features 2",
                "0/@out_features 2", "0/@bias True", "0/@_parameters ('weight', 'bias')", "1/", "1/@class 'Own'",
                "1/@_host True",
                "1/@_buffers ('seen',)", "2/", "2/@class 'Linear'", "2/@in_features 2", "2/@out_features 2",
                "2/@bias True",
                "2/@_parameters ('weight', 'bias')",
            ])
    }

    func testWhatNeedsTheHostIsNotBuiltAndHasNoExpression() throws {
        let layer = try linear(2, 2)
        layer.setHost(HostFunction { (inputs, _) throws(Failure) in inputs }, className: "Linear")
        for (module, path, name) in [
            (try Sequential([linear(1, 1), HostModule(className: "Mine", nil)]) as Module, "'1'", "Mine"),
            (try Sequential([linear(1, 1), Sequential([square()])]), "'1.0'", "Mine"), (layer, "the module", "Linear"),
        ] {
            let refusal = failure {
                try Module.build(module.structure, parameters: module.parameterTree, buffers: module.bufferTree)
            }
            XCTAssertEqual(refusal?.kind, "unsupported")
            XCTAssertEqual(
                refusal?.description,
                "load: the model holds a '\(name)', whose code this library does not have; build it and load into it, "
                    + "or load it with the class (wb_load_with, custom=)"
            )
            let failure = failure { try module.expression() }
            XCTAssertEqual(failure?.kind, "unsupported")
            XCTAssertEqual(
                failure?.description,
                "module_expression: \(path) is a \(name), whose forward pass is the host's own code")
        }
    }

    // MARK: Training and evaluation

    func testTrainingWithHostModulesGivesTheBitsOfTheLayersThatTheyAreLike() throws {
        func trained(_ middle: Module, _ loss: Module) throws -> ([[UInt8]], Evaluation) {
            try Generator.standard().seed(3)
            let model = try Sequential([linear(4, 6, .float32), middle, linear(6, 3, .float32)])
            let sgd = try Optimizer.make("SGD(lr=0.1, momentum=0.9)", model.allParameters.map(\.tensor))
            let trainer = Trainer(model, loss, sgd)
            (trainer.options.epochs, trainer.options.batchSize, trainer.options.seed) = (3, 8, 1)
            let data = try TensorRows(
                tensor([50, 4], noise(200), .float32), tensor([50], (0..<50).map { Double($0 % 3) }, .int64))
            XCTAssertEqual(try trainer.fit(data, report: nil), .epochs)
            return (
                try model.allParameters.map { try $0.tensor.bytes() }, try evaluate(model, loss, data, batchSize: 13)
            )
        }
        let (want, evaluation) = try trained(make("Tanh()"), make("CrossEntropyLoss()"))
        var calls = 0
        let tanh = host { x throws(Failure) in
            calls += 1
            return try x.applying(.tanh)
        }
        let loss = HostModule(
            className: "Entropy",
            HostFunction { (inputs, _) throws(Failure) in
                guard inputs.count == 2, let prediction = inputs[0], let target = inputs[1] else { return [] }
                return [try Tensor.crossEntropy(logits: prediction, target)]
            })
        let (found, mine) = try trained(tanh, loss)
        XCTAssertEqual(found, want)
        XCTAssertEqual(mine.loss, evaluation.loss)
        XCTAssertTrue(mine.accuracy.isNaN, "what classes are is not the host's loss to say")
        XCTAssertEqual(
            calls, 4, "a program is captured for each size of a batch: 8 and 2 in training, 13 and 11 in evaluation")
    }

    func testAHostThatFailsEndsTrainingWithItsFailureAndLaterItGoesOn() throws {
        var isBad = true
        let bad = host { x throws(Failure) in
            if isBad { throw .unsupported(operation: "mine", "not today") }
            return x
        }
        let model = try Sequential([linear(4, 3), bad])
        let trainer = Trainer(
            model, try make("CrossEntropyLoss()"), try Optimizer.make("SGD(lr=0.1)", model.allParameters.map(\.tensor)))
        let data = try TensorRows(tensor([4, 4], noise(16)), tensor([4], [0, 1, 2, 0], .int64))
        let before = try model.allParameters.map { try $0.tensor.bytes() }
        XCTAssertEqual(
            failure { try trainer.fit(data, report: nil) }?.description, "Sequential.1 (Mine): mine: not today")
        XCTAssertEqual(
            failure { try evaluate(model, trainer.loss, data, batchSize: 4) }?.description,
            "Sequential.1 (Mine): mine: not today")
        XCTAssertEqual(try model.allParameters.map { try $0.tensor.bytes() }, before)
        XCTAssertEqual(trainer.position.totalSteps, 0)
        isBad = false
        XCTAssertEqual(try trainer.fit(data, report: nil), .epochs)
        XCTAssertNotEqual(try model.allParameters.map { try $0.tensor.bytes() }, before)
    }
}
