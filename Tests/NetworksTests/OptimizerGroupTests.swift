import Engine
import Foundation
import XCTest

@testable import Networks

/// Groups of parameters, each with settings of its own.
final class OptimizerGroupTests: XCTestCase {
    /// Expressions with the settings of a second group.
    private let kinds = [
        ("SGD(lr=0.1)", "lr=0.3"),
        ("SGD(lr=0.1, momentum=0.9, dampening=0.2, weight_decay=0.01)", "momentum=0.5, dampening=0"),
        ("SGD(lr=0.1, momentum=0.9)", "nesterov=True, weight_decay=0.1"),
        ("Adam(lr=0.01, betas=(0.8, 0.9))", "lr=0.02, weight_decay=0.1"),
        ("AdamW(lr=0.01, weight_decay=0.1)", "betas=(0.5, 0.7), eps=1e-3, weight_decay=0"),
    ]

    private func leaves(_ dtypes: [DType]) throws -> [Tensor] {
        try dtypes.enumerated().map { place, dtype in try leaf([5], noise(5, seed: UInt64(place + 1)), dtype) }
    }

    /// Every parameter, frozen ones left out, gets a gradient that depends on the step and its place.
    private func give(_ parameters: [Tensor], step: Int, from first: Int = 0) throws {
        for (place, parameter) in parameters.enumerated() where parameter.requiresGrad {
            try parameter.setGradient(
                tensor([5], noise(5, seed: UInt64(100 * step + first + place + 7)), parameter.dtype))
        }
    }

    /// The settings of an optimiser's text with some replaced.
    private func text(_ text: String, with own: String) throws -> String {
        let (all, given) = (try Reader.call(text, operation: "test"), try Reader.arguments(own, operation: "test"))
        let kept = all.arguments.filter { argument in !given.contains { $0.keyword == argument.keyword } }
        return "\(all.name)(\((kept + given).map { "\($0.keyword ?? "")=\($0.term.text)" }.joined(separator: ", ")))"
    }

    // MARK: Two groups are two optimisers

    func testTwoGroupsTakeTheStepsOfTwoOptimisersToTheBit() throws {
        for (first, second) in kinds {
            for dtypes in [[DType.float64, .float64, .float64], [.float32, .float64, .float32]] {
                let (together, apart) = (try leaves(dtypes), try leaves(dtypes))
                let both = try Optimizer.make(first, Array(together[..<2]))
                try both.addGroup([together[2]], second)
                let (one, two) = (
                    try Optimizer.make(first, Array(apart[..<2])),
                    try Optimizer.make(text(first, with: second), [apart[2]])
                )
                for step in 0..<8 {
                    for parameters in [together, apart] { try give(parameters, step: step) }
                    for optimizer in [both, one, two] { try optimizer.step() }
                    for (mine, other) in zip(together, apart) {
                        XCTAssertEqual(try mine.bytes(), try other.bytes(), "\(first) and \(second), step \(step)")
                    }
                }
            }
        }
    }

    func testAGroupThatIsAddedLaterBeginsThen() throws {
        for (first, second) in kinds.prefix(3) {
            let (together, apart) = (try leaves([.float64, .float64]), try leaves([.float64, .float64]))
            let both = try Optimizer.make(first, [together[0]])
            let (one, two) = (
                try Optimizer.make(first, [apart[0]]), try Optimizer.make(text(first, with: second), [apart[1]])
            )
            for step in 0..<9 {
                if step == 4 { try both.addGroup([together[1]], second) }
                for parameters in [together, apart] { try give(parameters, step: step) }
                try both.step()
                try one.step()
                if step >= 4 { try two.step() }
                for (mine, other) in zip(together, apart) {
                    XCTAssertEqual(try mine.bytes(), try other.bytes(), "\(first) and \(second), step \(step)")
                }
            }
        }
    }

    /// Each parameter counts its own steps: one that came later begins with 1.
    func testAGroupThatCameLaterCountsItsOwnSteps() throws {
        let parameters = try leaves([.float64, .float64])
        let adam = try Optimizer.make("Adam(lr=0.1, betas=(0.5, 0.75), eps=0.01)", [parameters[0]])
        try give(parameters, step: 0)
        try adam.step()
        try adam.addGroup([parameters[1]], "lr=0.2")
        let start = try parameters[1].numbers()
        try give(parameters, step: 1)
        let gradient = try XCTUnwrap(parameters[1].gradient()).numbers()
        try adam.step()
        let want = zip(start, gradient).map { p, g in
            p - 0.2 * (0.5 * g / (1 - 0.5)) / ((0.25 * g * g / (1 - 0.75)).squareRoot() + 0.01)
        }
        assertClose(try parameters[1].numbers(), want, 1e-14)
        XCTAssertEqual(try adam.state.filter { $0.name.hasSuffix(".step") }.map { try $0.tensor.item() }, [2, 1])
    }

    // MARK: Settings

    func testSettingsAreAGroupsOwnAndStepsThatAreCapturedSeeThem() throws {
        let parameters = try leaves([.float64, .float64])
        let sgd = try Optimizer.make("SGD(lr=1)", [parameters[0]])
        try sgd.addGroup([parameters[1]], "lr=0.5, weight_decay=0")
        XCTAssertEqual(try sgd.setting("lr", of: 0), .real(1))
        XCTAssertEqual(try sgd.setting("lr", of: 1), .real(0.5))
        var rates = [1, 0.5]
        for round in 0..<3 {
            for (group, rate) in [(1, 0.25), (0, 2), (nil, 0.125), (1, 0), (nil, 4)] as [(Int?, Double)] {
                try sgd.set("lr", .real(rate), of: group)
                for place in group.map({ [$0] }) ?? [0, 1] { rates[place] = rate }
                XCTAssertEqual(try (0..<2).map { try sgd.setting("lr", of: $0) }, rates.map { .real($0) })
                let before = try parameters.map { try $0.numbers() }
                for parameter in parameters { try parameter.setGradient(tensor([5], [1, 2, 3, 4, 5])) }
                try sgd.step()
                for (place, rate) in rates.enumerated() {
                    XCTAssertEqual(
                        try parameters[place].numbers(), zip(before[place], [1, 2, 3, 4, 5]).map { $0 - rate * $1 },
                        "round \(round), group \(place)")
                }
            }
        }
    }

    func testWhatCannotBeSetInOneGroupIsSetInNone() throws {
        let parameters = try leaves([.float64, .float64, .float64])
        let sgd = try Optimizer.make("SGD(lr=1)", [parameters[0]])
        try sgd.addGroup([parameters[1]], "momentum=0.9, nesterov=True")
        XCTAssertEqual(
            failure { try sgd.set("dampening", .real(0.5), of: nil) }?.description,
            "SGD: Nesterov's momentum needs a momentum above 0 and a dampening of 0")
        XCTAssertEqual(try sgd.setting("dampening", of: 0), .real(0))
        try sgd.set("dampening", .real(0.5), of: 0)
        for (group, name, value) in [
            (nil, "lr", .real(-1)), (0, "lr", .real(.infinity)), (1, "lr", .text("fast")), (0, "lr", .none),
            (1, "momentum", .real(0)),
            (nil, "nesterov", .flag(true)), (1, "nesterov", .text("yes")), (0, "speed", .real(1)),
            (nil, "betas", .list([.real(0), .real(0)])),
        ] as [(Int?, String, Value)] {
            let before = lines(of: sgd.tree)
            XCTAssertEqual(failure { try sgd.set(name, value, of: group) }?.kind, "argument", "\(name) \(value)")
            XCTAssertEqual(lines(of: sgd.tree), before, "\(name) \(value)")
        }
        // To say what is the case already is no change.
        try sgd.set("nesterov", .flag(true), of: 1)
        for group in [-1, 2, Int.max, .min] {
            XCTAssertEqual(failure { try sgd.set("lr", .real(1), of: group) }?.kind, "index")
            XCTAssertEqual(failure { try sgd.setting("lr", of: group) }?.kind, "index")
        }
        XCTAssertEqual(
            failure { try sgd.set("lr", .real(1), of: 2) }?.description, "SGD: there is no group number 2; there are 2")
        XCTAssertEqual(
            failure { try sgd.setting("speed", of: 1) }?.description,
            "SGD: there is no setting 'speed'; there are: lr, momentum, dampening, weight_decay, nesterov, maximize, "
                + "foreach, differentiable, fused")
    }

    func testAGroupThatIsRefusedLeavesTheOptimiserAsItWas() throws {
        let parameters = try leaves([.float64, .float64])
        let adam = try Optimizer.make("Adam()", [parameters[0]])
        let cases: [(String, [Tensor], String?)] = [
            ("a parameter of another group", [parameters[1], parameters[0]], nil),
            ("one twice", [parameters[1], parameters[1]], nil), ("none", [], "lr=1"),
            ("computed", [try parameters[1] * 2], nil),
            ("whole numbers", [try tensor([1], [1], .int64)], nil),
            ("an unknown setting", [parameters[1]], "momentum=0.9"),
            ("a setting without its name", [parameters[1]], "0.1"),
            ("a rate below 0", [parameters[1]], "lr=-1"), ("betas of 1", [parameters[1]], "betas=(0.9, 1.0)"),
            ("no value", [parameters[1]], "lr=Adam()"),
            ("no text", [parameters[1]], "lr="),
        ]
        for (what, given, text) in cases {
            let before = lines(of: adam.tree)
            XCTAssertEqual(failure { try adam.addGroup(given, text) }?.kind, "argument", what)
            XCTAssertEqual(adam.groups.count, 1, what)
            XCTAssertEqual(adam.parameters.count, 1, what)
            XCTAssertEqual(lines(of: adam.tree), before, what)
        }
        XCTAssertEqual(
            failure { try adam.addGroup([parameters[1]], "lr=1, 0.1") }?.description,
            "Adam: column 7: a setting is expected by its name, as in lr=0.1")
        try adam.addGroup([parameters[1]], nil)
        XCTAssertEqual(try adam.setting("betas", of: 1), .list([.real(0.9), .real(0.999)]))
    }

    func testBetasAreInTheirRangeWhereverTheyComeFrom() throws {
        let p = try leaf([1], [1])
        for (text, found) in [
            ("(1, 0.9)", "(1.0, 0.9)"), ("(0.9, 1)", "(0.9, 1.0)"), ("(-0.1, 0.9)", "(-0.1, 0.9)"),
            ("(0.9, nan)", "(0.9, nan)"), ("(inf, 0)", "(inf, 0.0)"),
        ] {
            for kind in ["Adam", "AdamW"] {
                XCTAssertEqual(
                    failure { try Optimizer.make("\(kind)(betas=\(text))", [p]) }?.description,
                    "\(kind): column 1: betas must be in [0, 1), but are \(found)")
            }
        }
        for text in ["0.9", "(0.9,)", "(0.9, 0.9, 0.9)", "('a', 0.9)", "None"] {
            let failure = failure { try Optimizer.make("Adam(betas=\(text))", [p]) }
            XCTAssertEqual(
                failure?.description.hasPrefix("Adam: column 12: betas takes a tuple of 2 (each a number), but found "),
                true, text)
        }
        let adam = try Optimizer.make("Adam(betas=(0, 0))", [p])
        XCTAssertEqual(failure { try adam.set("betas", .list([.real(0.5), .real(1)]), of: nil) }?.kind, "argument")
        XCTAssertEqual(try adam.setting("betas", of: 0), .list([.real(0), .real(0)]))
        // From a checkpoint.
        for betas in [
            Value.list([.real(0.9), .real(1)]), .list([.real(0.9)]), .list([.none, .none]), .real(0.9), .none,
        ] {
            var tree = adam.tree
            let place = try XCTUnwrap(
                tree.children[0].tree.children[0].tree.attributes.firstIndex { $0.name == "betas" })
            tree.children[0].tree.children[0].tree.attributes[place].value = betas
            XCTAssertEqual(failure { try adam.check(tree) }?.kind, "structure", betas.literal)
        }
    }

    func testBetasThatChangeBetweenStepsAreSeenByTheCapturedStep() throws {
        let p = try leaf([1], [1])
        let adam = try Optimizer.make("Adam(lr=0.1, betas=(0.5, 0.75), eps=0.01)", [p])
        var (x, m, v) = (1.0, 0.0, 0.0)
        for step in 1...9 {
            let (b1, b2) = step < 5 ? (0.5, 0.75) : (0.25, 0.5)
            if step == 5 { try adam.set("betas", .list([.real(b1), .real(b2)]), of: 0) }
            let g = Double(step % 3) - 0.5
            try p.setGradient(tensor([1], [g]))
            try adam.step()
            m = b1 * m + (1 - b1) * g
            v = b2 * v + (1 - b2) * g * g
            x -= 0.1 * (m / (1 - pow(b1, Double(step)))) / ((v / (1 - pow(b2, Double(step)))).squareRoot() + 0.01)
            assertClose(try p.numbers(), [x], 1e-13, "step \(step)")
        }
    }

    // MARK: Frozen parameters, names

    func testFrozenParametersKeepTheirPlaceAndAreLeftAlone() throws {
        let parameters = try leaves([.float64, .float64, .float64, .float64])
        for place in [0, 2] { try parameters[place].setRequiresGrad(false) }
        let adam = try Optimizer.make("Adam(weight_decay=0.1)", Array(parameters[..<3]))
        try adam.addGroup([parameters[3]], "lr=0.1")
        XCTAssertEqual(adam.parameters.count, 4)
        XCTAssertEqual(adam.groups.map(\.places), [0..<3, 3..<4])
        let before = try parameters.map { try $0.bytes() }
        for step in 0..<3 {
            try give(parameters, step: step)
            try adam.step()
        }
        for (place, parameter) in parameters.enumerated() {
            XCTAssertEqual(try parameter.bytes() == before[place], place % 2 == 0, "\(place)")
        }
        XCTAssertEqual(
            adam.state.map(\.name),
            ["1.step", "1.exp_avg", "1.exp_avg_sq", "3.step", "3.exp_avg", "3.exp_avg_sq"])
        XCTAssertEqual(adam.tree[child: "groups"]?.children.map { $0.tree.integer("_count") }, [3, 1])
        // One that thaws takes part from then on.
        try parameters[0].setRequiresGrad(true)
        try give(parameters, step: 3)
        try adam.step()
        XCTAssertNotEqual(try parameters[0].bytes(), before[0])
        XCTAssertEqual(adam.state.prefix(3).map(\.name), ["0.step", "0.exp_avg", "0.exp_avg_sq"])
        XCTAssertEqual(try adam.state[0].tensor.item(), 1)
    }

    func testStatesAreNamedByThePlaceInAllGroups() throws {
        let parameters = try leaves([.float64, .float64, .float64])
        let sgd = try Optimizer.make("SGD(momentum=0.5)", [parameters[0]])
        try sgd.addGroup([parameters[1]], "momentum=0")
        try sgd.addGroup([parameters[2]], "dampening=0.5")
        try give(parameters, step: 0)
        try sgd.step()
        XCTAssertEqual(sgd.state.map(\.name), ["0.momentum_buffer", "2.step", "2.momentum_buffer"])
    }

    // MARK: Checkpoints

    /// The tree as a file gives it: with tensors of its own.
    private func copy(of tree: StateTree) throws -> StateTree {
        var result = tree
        result.arrays = try tree.arrays.map {
            ($0.name, try tensor($0.tensor.shape, $0.tensor.numbers(), $0.tensor.dtype))
        }
        result.children = try tree.children.map { ($0.name, try copy(of: $0.tree)) }
        return result
    }

    func testStateAndSettingsOfEveryGroupComeBackAndTheNextStepsAreTheSame() throws {
        for (first, second) in kinds {
            func make(_ parameters: [Tensor]) throws -> Optimizer {
                let optimizer = try Optimizer.make(first, Array(parameters[..<2]))
                try optimizer.addGroup([parameters[2]], second)
                return optimizer
            }
            let (mine, others) = (
                try leaves([.float64, .float32, .float64]), try leaves([.float64, .float32, .float64])
            )
            let (saved, loaded) = (try make(mine), try make(others))
            for step in 0..<4 {
                try give(mine, step: step)
                try saved.step()
            }
            try saved.set("lr", .real(0.0625), of: 1)
            let tree = try copy(of: saved.tree)
            XCTAssertEqual(tree.text("class"), saved.className)
            XCTAssertEqual(tree[child: "groups"]?.children.map(\.name), ["0", "1"])
            XCTAssertEqual(tree[child: "groups"]?[child: "1"]?.real("lr"), 0.0625)
            try loaded.check(tree)
            try loaded.load(tree)
            XCTAssertEqual(lines(of: loaded.tree), lines(of: tree))
            for (parameter, value) in zip(others, mine) { try parameter.become(value.detach()) }
            for step in 4..<8 {
                for (parameters, optimizer) in [(mine, saved), (others, loaded)] {
                    try give(parameters, step: step)
                    try optimizer.step()
                }
                for (one, other) in zip(mine, others) {
                    XCTAssertEqual(try one.bytes(), try other.bytes(), "\(first), step \(step)")
                }
            }
        }
    }

    func testACheckpointOfOtherGroupsIsRefusedAndChangesNothing() throws {
        let parameters = try leaves([.float64, .float64, .float64])
        let one = try Optimizer.make("SGD(lr=0.5, momentum=0.5)", parameters)
        let two = try Optimizer.make("SGD(lr=0.25, momentum=0.5)", Array(parameters[..<2]))
        try two.addGroup([parameters[2]], nil)
        let otherwise = try Optimizer.make("SGD(lr=0.25, momentum=0.5)", [parameters[0]])
        try otherwise.addGroup(Array(parameters[1...]), nil)
        for (optimizer, tree, sentence) in [
            (one, two.tree, "the optimiser has 1 group, but the checkpoint's has 2"),
            (two, one.tree, "the optimiser has 2 groups, but the checkpoint's has 1"),
            (two, otherwise.tree, "a group of the optimiser has 2 parameters, but the checkpoint's has 1"),
            (one, try Optimizer.make("Adam()", parameters).tree, "the optimiser is SGD, but the checkpoint's is Adam"),
        ] {
            let before = lines(of: optimizer.tree)
            for load in [{ try optimizer.check(tree) }, { try optimizer.load(tree) }] {
                let failure = failure(of: load)
                XCTAssertEqual(failure?.kind, "structure")
                XCTAssertEqual(failure?.description, "load: " + sentence)
            }
            XCTAssertEqual(lines(of: optimizer.tree), before)
        }
    }

    func testStatesThatFitNoParameterAreRefused() throws {
        let parameters = try leaves([.float64, .float64])
        let adam = try Optimizer.make("Adam()", parameters)
        for (name, value) in [
            ("2.exp_avg", try tensor([5], noise(5))), ("-1.exp_avg", try tensor([5], noise(5))),
            ("1.exp_avg", try tensor([4], noise(4))),
            ("1.momentum_buffer", try tensor([5], noise(5))), ("exp_avg", try tensor([5], noise(5))),
            ("step", try tensor([1], [1])),
            (".exp_avg", try tensor([5], noise(5))), ("99999999999999999999.exp_avg", try tensor([5], noise(5))),
        ] {
            XCTAssertEqual(failure { try adam.load(state: [(name, value)]) }?.kind, "structure", name)
            var tree = adam.tree
            tree.children[1].tree.arrays = [(name, value)]
            XCTAssertEqual(failure { try adam.check(tree) }?.kind, "structure", name)
            XCTAssertEqual(adam.state.count, 0)
        }
        var tree = adam.tree
        tree.children[1].tree.arrays = [("0.exp_avg", try tensor([5], noise(5), .int64))]
        XCTAssertEqual(failure { try adam.check(tree) }?.kind, "structure")
    }
}
