import Engine
import Foundation
import XCTest

@testable import Networks

/// Modules as trees, as checkpoints keep them: what is built from a tree is what was written down.
final class SavingTests: XCTestCase {
    /// Builds the module again and compares all that a tree says, and the bits of all arrays.
    @discardableResult
    private func rebuilt(_ module: Module, line: UInt = #line) throws -> Module {
        let (structure, parameters, buffers) = (module.structure, module.parameterTree, module.bufferTree)
        let copy = try Module.build(structure, parameters: parameters, buffers: buffers)
        XCTAssertEqual(lines(of: copy.structure), lines(of: structure), line: line)
        XCTAssertEqual(lines(of: copy.parameterTree), lines(of: parameters), line: line)
        XCTAssertEqual(lines(of: copy.bufferTree), lines(of: buffers), line: line)
        XCTAssertEqual(copy.description, module.description, line: line)
        XCTAssertEqual(
            copy.allParameters.map(\.tensor.requiresGrad), module.allParameters.map(\.tensor.requiresGrad), line: line)
        for (mine, other) in zip(copy.allParameters + copy.allBuffers, module.allParameters + module.allBuffers) {
            XCTAssertFalse(mine.tensor === other.tensor, "\(mine.name) is a box of its own", line: line)
            XCTAssertTrue(mine.tensor.isLeaf, mine.name, line: line)
        }
        try copy.structure.checkSame(as: structure)
        try structure.checkSame(as: copy.structure)
        return copy
    }

    /// Built from a tree that somebody has changed.
    private func build(_ module: Module, _ change: (inout StateTree) -> Void) throws -> Module {
        var structure = module.structure
        change(&structure)
        return try Module.build(structure, parameters: module.parameterTree, buffers: module.bufferTree)
    }

    // MARK: Arrays

    func testTiedParametersAreTiedAgain() throws {
        let model = try make("Sequential(Linear(3, 3), ReLU(), Linear(3, 3), Sequential(Linear(3, 3)))")
        let first = model.children[0].module
        try model.children[2].module.setParameter("weight", first.parameter("weight"))
        try model.children[3].module.children[0].module.setParameter("bias", first.parameter("bias"))
        XCTAssertEqual(model.allParameters.map(\.name), ["0.weight", "0.bias", "2.bias", "3.0.weight"])
        XCTAssertEqual(
            model.structure[child: "2"]?.list("_parameters"), [.text("weight=0.weight"), .text("bias")])
        let copy = try rebuilt(model)
        let weights = copy.children.map { $0.module.parameter("weight") }
        XCTAssertTrue(weights[2] === weights[0])
        XCTAssertTrue(
            copy.children[3].module.children[0].module.parameter("bias") === copy.children[0].module.parameter("bias"))
        XCTAssertEqual(copy.allParameters.map(\.name), model.allParameters.map(\.name))
        // Both places learn together.
        try copy(tensor([3], [1, 2, 3])).sum().backward()
        XCTAssertNotNil(try weights[2]?.gradient())
    }

    func testATensorMayBeSeveralNamesOfOneModuleAndABufferToo() throws {
        let shared = try leaf([2], [1, 2])
        let model = try make("Sequential(inner=Container())")
        for name in ["a", "b"] { try model.setParameter(name, shared) }
        try model.setBuffer("same", shared)
        try model.children[0].module.setBuffer("again", shared)
        let copy = try rebuilt(model)
        XCTAssertEqual(
            lines(of: copy.structure),
            [
                "@class 'Sequential'", "@_parameters ('a', 'b=a')", "@_buffers ('same=a',)", "inner/",
                "inner/@class 'Container'", "inner/@_buffers ('again=a',)",
            ])
        let inner = copy.children[0].module.buffers[0].tensor
        for tensor in [copy.parameters[1].tensor, copy.buffers[0].tensor, inner] {
            XCTAssertTrue(tensor === copy.parameters[0].tensor)
        }
    }

    func testABiasThatWasTakenAwayOrAddedCounts() throws {
        let (without, with) = (try linear(3, 2), try linear(3, 2, bias: false))
        try without.setParameter("bias", nil)
        try with.setParameter("bias", leaf([2], [5, 7]))
        XCTAssertEqual(try without.expression(), "Linear(3, 2, bias=False, dtype=float64)")
        XCTAssertEqual(try with.expression(), "Linear(3, 2, dtype=float64)")
        for module in [without, with] {
            let copy = try rebuilt(module)
            XCTAssertEqual(try copy(tensor([3], [1, 2, 3])).bytes(), try module(tensor([3], [1, 2, 3])).bytes())
        }
        try without.setParameter("weight", nil)
        XCTAssertEqual(failure { try rebuilt(without)(tensor([3], [1, 2, 3])) }?.kind, "state")
    }

    func testParametersOfOtherShapesAndDTypesAndNamesComeBack() throws {
        let model = try make("Sequential(Linear(3, 2), Linear(2, 2))", .float32)
        try model.children[0].module.setParameter("weight", leaf([5, 3], noise(15)))
        try model.children[0].module.setParameter("bias", leaf([5], noise(5)))
        try model.children[1].module.setParameter("scale of it", leaf([], [3], .float32))
        try model.setParameter("own", leaf([0, 4], []))
        let copy = try rebuilt(model)
        XCTAssertEqual(try copy.children[0].module(tensor([3], [1, 2, 3])).shape, [5])
        XCTAssertEqual(
            copy.allParameters.map(\.tensor.dtype),
            [.float32, .float64, .float64, .float32, .float32, .float32].enumerated().map { $0 == 0 ? .float64 : $1 })
    }

    func testFrozenParametersAreFrozenAgain() throws {
        let model = try make("Sequential(Linear(3, 3), Linear(3, 3), Container(p=Parameter(2, requires_grad=False)))")
        for child in model.children.prefix(2) { try child.module.parameters[1].tensor.setRequiresGrad(false) }
        // A tied one is frozen in both places.
        try model.children[1].module.setParameter("bias", model.children[0].module.parameter("bias"), frozen: true)
        let copy = try rebuilt(model)
        XCTAssertEqual(copy.allParameters.map(\.tensor.requiresGrad), [true, false, true, false])
        XCTAssertEqual(copy.structure[child: "1"]?.list("_frozen"), [.text("bias")])
        XCTAssertTrue(copy.children[1].module.parameter("bias") === copy.children[0].module.parameter("bias"))
    }

    func testBuffersOfAnyModuleAndDTypeComeBack() throws {
        let model = try make("Sequential(Linear(1, 1), Sequential(), seen=Buffer(2))")
        try model.setBuffer("mask", tensor([3], [1, 0, 1], .bool))
        try model.children[0].module.setBuffer("count", tensor([], [7], .int64))
        try model.children[1].module.setBuffer("empty", tensor([0], [], .uint8))
        let copy = try rebuilt(model)
        XCTAssertEqual(copy.allBuffers.map(\.name), ["seen", "mask", "0.count", "1.empty"])
        XCTAssertEqual(copy.allBuffers.map(\.tensor.requiresGrad), [false, false, false, false])
    }

    func testAllOfItTogether() throws {
        let model = try make(
            """
            Sequential(Linear(2, 2), Graph('x', 'y = add(fc(x), b)', 'y', fc=Linear(2, 2), b=Buffer(2)), \
            SharedModule('0'), again=Sequential(SharedModule('1'), SharedModule('1.fc')), s=Parameter(1))
            """)
        try model.children[1].module.children[0].module.setParameter(
            "weight", model.children[0].module.parameter("weight"))
        try model.children[0].module.setParameter("bias", nil)
        let copy = try rebuilt(model)
        let x = try tensor([2], [1, 2])
        XCTAssertEqual(try copy(x).bytes(), try model(x).bytes())
        XCTAssertTrue(copy.children[2].module === copy.children[0].module)
        XCTAssertTrue(copy.children[3].module.children[1].module === copy.children[1].module.children[0].module)
    }

    // MARK: Trees that do not fit

    func testATreeThatDoesNotFitItselfIsRefused() throws {
        let model = try make("Sequential(Linear(3, 3), ReLU(), seen=Buffer(2))")
        func attribute(_ name: String, _ value: Value?) -> (inout StateTree) -> Void {
            { tree in
                tree.children[0].tree.attributes.removeAll { $0.name == name }
                if let value { tree.children[0].tree.attributes.append((name, value)) }
            }
        }
        let cases: [(String, (inout StateTree) -> Void)] = [
            ("no class", attribute("class", nil)), ("a class of another kind", attribute("class", .integer(3))),
            ("no features", attribute("in_features", nil)),
            ("a text as features", attribute("in_features", .text("3"))),
            ("features of 0", attribute("in_features", .integer(0))),
            ("features of half", attribute("in_features", .real(2.5))),
            ("features without bound", attribute("in_features", .integer(.max))),
            ("a bias of 2", attribute("bias", .integer(2))),
            ("a parameter less", attribute("_parameters", .list([.text("weight")]))),
            ("no parameters", attribute("_parameters", nil)),
            ("a parameter more", attribute("_parameters", .list([.text("weight"), .text("bias"), .text("more")]))),
            ("a number as a name", attribute("_parameters", .list([.text("weight"), .integer(3)]))),
            ("no name", attribute("_parameters", .list([.text("weight"), .text("")]))),
            ("no name, tied", attribute("_parameters", .list([.text("weight"), .text("=weight")]))),
            ("tied to nothing", attribute("_parameters", .list([.text("weight"), .text("bias=")]))),
            ("tied to what is not there", attribute("_parameters", .list([.text("weight"), .text("bias=1.bias")]))),
            ("tied to itself", attribute("_parameters", .list([.text("weight"), .text("bias=0.bias")]))),
            ("a buffer that is not there", attribute("_buffers", .list([.text("seen")]))),
            ("no list", attribute("_parameters", .text("weight"))),
            ("a child more", { $0.children.append(("2", StateTree())) }),
            ("two of one name", { tree in tree.attributes.append(("_parameters", .list([.text("a/b")]))) }),
        ]
        for (what, change) in cases {
            let kind = failure { try build(model, change) }?.kind ?? ""
            XCTAssertTrue(["structure", "unsupported", "memory"].contains(kind), "\(what): \(kind)")
        }
        XCTAssertNoThrow(try build(model) { _ in })
        // A list of frozen parameters names those that there are.
        let frozen = try build(model, attribute("_frozen", .list([.text("bias"), .text("nobody"), .none])))
        XCTAssertEqual(frozen.allParameters.map(\.tensor.requiresGrad), [true, false])
    }

    func testArraysThatDoNotFitAreNamed() throws {
        let model = try make("Sequential(Linear(3, 3), seen=Buffer(2))")
        var less = model.parameterTree
        less.arrays.removeLast()
        XCTAssertEqual(
            failure { try Module.build(model.structure, parameters: less, buffers: model.bufferTree) }?.description,
            "load: the model has the parameter '0.bias', but the checkpoint does not")
        var more = model.bufferTree
        more.arrays.append(("0.seen", try tensor([1], [1])))
        XCTAssertEqual(
            failure { try Module.build(model.structure, parameters: model.parameterTree, buffers: more) }?.description,
            "load: the checkpoint has the buffer '0.seen', but the model does not")
        XCTAssertEqual(
            failure { try Module.build(model.structure, parameters: model.parameterTree, buffers: StateTree()) }?
                .description,
            "load: the model has the buffer 'seen', but the checkpoint does not")
        var whole = model.parameterTree
        whole.arrays[0].tensor = try tensor([3, 3], noise(9), .int64)
        XCTAssertNotNil(failure { try Module.build(model.structure, parameters: whole, buffers: model.bufferTree) })
    }

    func testStructuresThatDifferAreToldApart() throws {
        let model = try make("Sequential(Linear(3, 3), LeakyReLU(0.5), Flatten())")
        for (text, sentence) in [
            ("Linear(3, 3)", "the model is a Linear, but the checkpoint's is a Sequential"),
            (
                "Sequential(Linear(3, 4), LeakyReLU(0.5), Flatten())",
                "out_features of '0' is 4 in the model, but 3 in the checkpoint"
            ),
            (
                "Sequential(Linear(3, 3, False), LeakyReLU(0.5), Flatten())",
                "bias of '0' is False in the model, but True in the checkpoint"
            ),
            (
                "Sequential(Linear(3, 3), LeakyReLU(0.25), Flatten())",
                "negative_slope of '1' is 0.25 in the model, but 0.5 in the checkpoint"
            ),
            ("Sequential(Linear(3, 3), Tanh(), Flatten())", "'1' is a Tanh, but the checkpoint's is a LeakyReLU"),
            ("Sequential(Linear(3, 3), LeakyReLU(0.5))", "the checkpoint has the module '2', but the model does not"),
            (
                "Sequential(Linear(3, 3), LeakyReLU(0.5), Flatten(), ReLU())",
                "the model has the module '3', but the checkpoint does not"
            ),
            (
                "Sequential(Linear(3, 3), LeakyReLU(0.5), a=Flatten())",
                "the model has the module 'a', but the checkpoint does not"
            ),
        ] {
            let found = failure { try make(text).structure.checkSame(as: model.structure) }
            XCTAssertEqual(found?.description, "load: " + sentence)
            XCTAssertEqual(found?.kind, "structure")
        }
        // What is no argument is no part of the comparison: whether a parameter is frozen, whose code runs.
        let other = try make("Sequential(Linear(3, 3), LeakyReLU(0.5), Flatten(1.0))")
        try other.children[0].module.parameters[0].tensor.setRequiresGrad(false)
        try other.structure.checkSame(as: model.structure)
        other.children[2].module.setHost(HostFunction { (inputs, _) throws(Failure) in inputs }, className: "Flatten")
        try other.structure.checkSame(as: model.structure)
    }
}
