import Engine
import Foundation
import XCTest

@testable import Networks

/// Checkpoints of version 1 of the format, made by hand: there all attributes of modules were reals, optimisers had one
/// group, and losses were numbers.
final class Version1Tests: XCTestCase {
    private func module(_ name: String, _ attributes: [(String, Double)] = [], _ children: [(String, StateTree)] = [])
        -> StateTree
    {
        var tree = StateTree()
        tree.attributes = [("class", .text(name))] + attributes.map { ($0.0, .real($0.1)) }
        tree.children = children.map { (name: $0.0, tree: $0.1) }
        return tree
    }

    private func linear(_ inputs: Double, _ outputs: Double, bias: Double = 1) -> StateTree {
        module("Linear", [("in_features", inputs), ("out_features", outputs), ("bias", bias)])
    }

    private func shared(_ path: String) -> StateTree {
        var tree = StateTree()
        tree.attributes = [("class", .text("SharedModule")), ("path", .text(path))]
        return tree
    }

    /// What stands under a name in a file of that version, upgraded.
    private func upgraded(_ name: String, _ tree: StateTree, from version: Int = 1) throws -> StateTree {
        var file = StateTree()
        file.children = [(name, tree), ("other", tree)]
        let result = file.upgraded(from: version)
        XCTAssertEqual(result.children.map(\.name), [name, "other"])
        XCTAssertEqual(lines(of: result.children[1].tree), lines(of: tree), "what is not known stays as it is")
        return result.children[0].tree
    }

    private func arrays(_ list: [(String, Tensor)]) -> StateTree {
        var tree = StateTree()
        tree.arrays = list.map { (name: $0.0, tensor: $0.1) }
        return tree
    }

    // MARK: Models

    func testEveryLayerOfThatTimeIsBuilt() throws {
        let structure = module(
            "Sequential", [],
            [
                ("0", module("Flatten", [("start_axis", 1), ("end_axis", -1)])), ("1", linear(6, 3)),
                ("2", module("ReLU")),
                ("3", module("LeakyReLU", [("negative_slope", 0.2)])), ("4", module("Sigmoid")), ("5", module("Tanh")),
                ("6", module("GELU", [("approximate", 0)])), ("7", module("GELU", [("approximate", 1)])),
                ("8", module("Sequential", [], [("fc", linear(3, 3, bias: 0)), ("act", module("Identity"))])),
                ("9", module("Softplus")), ("10", module("Softmax", [("axis", -1)])),
                ("11", module("LogSoftmax", [("axis", 1)])),
                ("12", shared("8.act")),
            ])
        let parameters = arrays([
            ("1.weight", try tensor([3, 6], noise(18), .float32)), ("1.bias", try tensor([3], noise(3), .float32)),
            ("8.fc.weight", try tensor([3, 3], noise(9))),
        ])
        let model = try Module.build(upgraded("model", structure), parameters: parameters, buffers: StateTree())
        XCTAssertEqual(
            try model.expression(),
            """
            Sequential(Flatten(), Linear(6, 3), ReLU(), LeakyReLU(negative_slope=0.2), Sigmoid(), Tanh(), GELU(), \
            GELU(approximate='tanh'), Sequential(fc=Linear(3, 3, bias=False, dtype=float64), act=Identity()), \
            Softplus(threshold=inf), Softmax(dim=-1), LogSoftmax(dim=1), SharedModule('8.act'))
            """)
        XCTAssertEqual(lines(of: model.parameterTree), lines(of: parameters))
        // A model that a program has built is the same to the check.
        let own = try make(model.expression(), .float32)
        try own.structure.checkSame(as: upgraded("model", structure))
        XCTAssertEqual(try own.matching(parameters: parameters, buffers: StateTree()).count, 3)
        let other = try make("Sequential(Flatten(), Linear(6, 4))", .float32)
        XCTAssertEqual(failure { try other.structure.checkSame(as: upgraded("model", structure)) }?.kind, "structure")
    }

    func testSoftplusHadNoThreshold() throws {
        let softplus = try Module.build(
            upgraded("model", module("Softplus")), parameters: StateTree(), buffers: StateTree())
        let x = [-30.0, 0, 19, 21, 50]
        assertClose(try softplus(tensor([5], x)).numbers(), x.map { max($0, 0) + log1p(exp(-abs($0))) }, 1e-15)
        try make("Softplus(threshold=inf)").structure.checkSame(as: upgraded("model", module("Softplus")))
        XCTAssertEqual(
            failure { try make("Softplus()").structure.checkSame(as: upgraded("model", module("Softplus"))) }?.kind,
            "structure")
    }

    /// A loss or a dropout in a model was a class of the program's own then.
    func testClassesThatCameLaterWereTheProgramsOwn() throws {
        for name in ["Mine", "Dropout", "MSELoss", "Graph", "Container"] {
            let structure = try upgraded("model", module("Sequential", [], [("0", module(name))]))
            XCTAssertEqual(structure.children[0].tree.flag("_host"), true, name)
            let found = failure { try Module.build(structure, parameters: StateTree(), buffers: StateTree()) }
            XCTAssertEqual(found?.kind, "unsupported", name)
            XCTAssertEqual(
                found?.description,
                "load: the model holds a '\(name)', whose code this library does not have; build it and load into it, "
                    + "or load it with the class (wb_load_with, custom=)"
            )
        }
        // A program that has the class now loads into it.
        for text in ["Dropout(0.25)", "MSELoss('sum')"] {
            let name = String(text.prefix { $0 != "(" })
            try make("Sequential(\(text))").structure.checkSame(
                as: upgraded("model", module("Sequential", [], [("0", module(name))])))
        }
    }

    func testParametersAndBuffersOfTheProgramsOwnModulesWereNotListed() throws {
        let structure = try upgraded("model", module("Mine", [], [("fc", linear(2, 2))]))
        let model = HostModule(className: "Mine", nil)
        try model.add(make("Linear(2, 2)"), as: "fc")
        try model.setParameter("scale", leaf([1], [1]))
        try model.structure.checkSame(as: structure)
        // A layer has the parameters that it has when it is new.
        let one = try upgraded("model", linear(2, 2))
        let values = arrays([("weight", try tensor([2, 2], [1, 2, 3, 4])), ("bias", try tensor([2], [5, 6]))])
        XCTAssertEqual(
            try Module.build(one, parameters: values, buffers: StateTree())(tensor([2], [1, 10])).numbers(), [26, 49])
        let lacking = arrays([("weight", try tensor([2, 2], [1, 2, 3, 4]))])
        XCTAssertEqual(failure { try Module.build(one, parameters: lacking, buffers: StateTree()) }?.kind, "structure")
    }

    func testWhatLacksAnAttributeOrHasAnotherKindIsRefused() throws {
        let parameters = arrays([("weight", try tensor([2, 2], [1, 2, 3, 4])), ("bias", try tensor([2], [5, 6]))])
        for tree in [
            module("Linear"), module("Linear", [("in_features", 2), ("bias", 1)]), linear(2.5, 2), linear(-2, 2),
            linear(.nan, 2), linear(.infinity, 2),
            module("LeakyReLU", [("negative_slope", .infinity)]), module("Softmax", [("axis", 0.5)]),
            module("Flatten", [("start_axis", 1e300)]),
        ] {
            XCTAssertEqual(
                failure { try Module.build(upgraded("model", tree), parameters: parameters, buffers: StateTree()) }?
                    .kind, "structure",
                "\(lines(of: tree))")
        }
    }

    // MARK: Optimisers and trainers

    func testOptimisersOfOneGroupAreLoaded() throws {
        func old(_ name: String, _ settings: [(String, Value)], _ state: [(String, Tensor)]) -> StateTree {
            var tree = StateTree()
            tree.attributes = [(name: "class", value: .text(name))] + settings.map { (name: $0.0, value: $0.1) }
            tree.children = [(name: "state", tree: arrays(state))]
            return tree
        }
        let p = try leaf([2], [1, 2])
        let velocity = try tensor([2], [0.5, 0.25])
        let sgd = try Optimizer.make("SGD(momentum=0.5)", [p])
        let tree = try upgraded(
            "optimizer",
            old(
                "SGD",
                [
                    ("lr", .real(0.125)), ("momentum", .real(0.75)), ("dampening", .real(0)),
                    ("weight_decay", .real(0.5)), ("nesterov", .integer(0)),
                ], [("0.momentum_buffer", velocity)]))
        try sgd.check(tree)
        try sgd.load(tree)
        XCTAssertEqual(
            try ["lr", "momentum", "dampening", "weight_decay", "nesterov"].map { try sgd.setting($0, of: 0) },
            [.real(0.125), .real(0.75), .real(0), .real(0.5), .flag(false)])
        XCTAssertEqual(sgd.state.map(\.name), ["0.momentum_buffer"])
        try p.setGradient(tensor([2], [1, 1]))
        try sgd.step()
        // v = 0.75 v + g + 0.5 p; p -= 0.125 v.
        XCTAssertEqual(try p.numbers(), [1 - 0.125 * (0.375 + 1.5), 2 - 0.125 * (0.1875 + 2)])

        for name in ["Adam", "AdamW"] {
            let adam = try Optimizer.make("\(name)()", [p])
            let tree = try upgraded(
                "optimizer",
                old(
                    name,
                    [
                        ("lr", .real(0.5)), ("beta1", .real(0.25)), ("beta2", .real(0.75)), ("epsilon", .real(0.125)),
                        ("weight_decay", .real(0)),
                    ],
                    [
                        ("step", try tensor([], [3])), ("0.exp_avg", try tensor([2], [1, 1])),
                        ("0.exp_avg_sq", try tensor([2], [1, 1])),
                    ]))
            try adam.check(tree)
            try adam.load(tree)
            XCTAssertEqual(try adam.setting("betas", of: 0), .list([.real(0.25), .real(0.75)]))
            XCTAssertEqual(try adam.setting("eps", of: 0), .real(0.125))
            XCTAssertEqual(try adam.state.first { $0.name == "0.step" }?.tensor.item(), 3)
            var two = tree
            two.attributes[0].value = .text("SGD")
            XCTAssertEqual(failure { try adam.check(two) }?.kind, "structure")
        }
        // It had all parameters, so it is no checkpoint of two groups.
        let two = try Optimizer.make("SGD()", [p])
        try two.addGroup([leaf([1], [1])], nil)
        XCTAssertEqual(failure { try two.check(tree) }?.kind, "structure")
        let lacking = try upgraded("optimizer", old("Adam", [("lr", .real(1)), ("beta1", .real(0.5))], []))
        XCTAssertEqual(failure { try Optimizer.make("Adam()", [p]).check(lacking) }?.kind, "structure")
    }

    func testTrainersNameTheirLossByANumber() throws {
        func old(_ loss: Int64) throws -> StateTree {
            var tree = StateTree()
            tree.attributes = [
                ("loss", .integer(loss)), ("epoch", .integer(2)), ("step", .integer(3)), ("total_steps", .integer(17)),
                ("loss_sum", .real(1.5)),
                ("right_count", .integer(4)), ("row_count", .integer(12)), ("best_loss", .real(0.5)),
                ("epochs_without_improvement", .integer(1)),
                ("validation_loss", .real(0.75)), ("validation_accuracy", .real(0.25)), ("batch_size", .integer(4)),
                ("shuffle", .integer(1)),
                ("seed", .integer(-1)), ("drop_last", .integer(1)),
            ]
            tree.children = [("best", StateTree())]
            return try upgraded("trainer", tree)
        }
        let model = try make("Linear(2, 2)")
        let sgd = try Optimizer.make("SGD()", model.allParameters.map(\.tensor))
        let losses = [
            "MSELoss()", "BCELoss()", "BCEWithLogitsLoss()", "CrossEntropyLoss()",
            "CrossEntropyLoss(from_logits=False)",
        ]
        for (number, loss) in losses.enumerated() {
            let trainer = Trainer(model, try make(loss), sgd)
            for other in losses.indices {
                if other == number {
                    try trainer.check(old(Int64(other)))
                } else {
                    XCTAssertEqual(
                        failure { try trainer.check(old(Int64(other))) }?.kind, "structure", "\(loss), \(losses[other])"
                    )
                }
            }
            for stranger in [-1, 5, Int64.max, .min] {
                XCTAssertEqual(failure { try trainer.check(old(stranger)) }?.kind, "structure")
            }
        }
        let trainer = Trainer(model, try make("MSELoss()"), sgd)
        try trainer.load(old(0))
        XCTAssertEqual([trainer.position.epoch, trainer.position.step, trainer.position.totalSteps], [2, 3, 17])
        XCTAssertEqual(trainer.options.seed, .max)
        XCTAssertTrue(trainer.options.dropLast)
        XCTAssertEqual(trainer.position.bestLoss, 0.5)
        XCTAssertEqual(trainer.position.means.rowCount, 12)
    }

    func testFilesOfThePresentVersionStayAsTheyAre() throws {
        let structure = try make("Sequential(Softplus(), Linear(2, 2))").structure
        XCTAssertEqual(lines(of: try upgraded("model", structure, from: 2)), lines(of: structure))
    }
}
