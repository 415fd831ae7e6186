import Engine

public final class Sequential: Module, Registered {
    public static let signature = Signature(
        "Sequential", [Parameter("modules", .module, variadic: true, "the modules in order; keywords name them")],
        """
        Modules that are applied one after the other. They are named "0", "1", ..., or by keywords.

        What a module gives is what the next one takes: one tensor, or several.
        """)

    public init(_ arguments: Arguments) throws(Failure) {
        super.init(arguments)
        try addChildren(arguments)
    }

    public convenience init(_ modules: [Module]) throws(Failure) {
        try self.init(Arguments(Sequential.signature, modules.map { Arguments.Item(.object($0)) }))
    }

    /// What of the values between the children is stored for derivatives.
    public enum Checkpoint {
        /// All.
        case none
        /// The inputs of that many segments; the rest is computed again.
        case segments(Int)
        /// The same with the square root of the number of children: the least memory (Chen et al. 2016).
        case squareRoot
    }
    /// No part of the structure: it changes no result.
    public var checkpoint = Checkpoint.none {
        didSet { changed() }
    }

    private var segmentCount: Int {
        switch checkpoint {
        case .none: return 1
        case .segments(let count): return count
        case .squareRoot: return max(1, Int(Double(children.count).squareRoot().rounded()))
        }
    }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        guard case .none = checkpoint, children.allSatisfy({ $0.module.isOneToOne }) else {
            return try Sequential.one(forward([x], nil), className)
        }
        var value = x
        for (name, module) in children {
            do throws(Failure) {
                value = try module(value)
            } catch {
                throw located(error, in: module, name)
            }
        }
        return value
    }

    /// Its last module may give several tensors.
    override var isOneToOne: Bool { false }

    public override func forward(_ inputs: [Tensor?], _ options: Arguments?) throws(Failure) -> [Tensor?] {
        let modules = children
        let count = segmentCount
        guard count > 1, ThreadState.current.isGradEnabled, inputs.count == 1, var value = inputs[0] else {
            return try run(modules[...], inputs)
        }
        guard count <= modules.count else {
            throw .argument(
                operation: "Sequential", "\(count) segments are more than there are modules, \(modules.count)")
        }
        // The last one's values are needed as soon as they are there.
        let length = modules.count / count
        for segment in 0..<count - 1 {
            let part = modules[segment * length..<(segment + 1) * length]
            let variable = try (value.dtype.isFloat ? value : Tensor.full([], 0, .float32)).variable()
            let result = try Sequential.one(run(part, [value.dtype.isFloat ? variable : value]), className)
            value = try Tensor.checkpoint([variable], [result])[0]
        }
        return try run(modules[((count - 1) * length)...], [value])
    }

    private func run(_ modules: ArraySlice<(name: String, module: Module)>, _ inputs: [Tensor?]) throws(Failure)
        -> [Tensor?]
    {
        var values = inputs
        for (name, module) in modules {
            do throws(Failure) {
                if values.count == 1, let value = values[0], module.isOneToOne {
                    values[0] = try module(value)
                } else {
                    values = try module.call(values)
                }
            } catch {
                throw located(error, in: module, name)
            }
        }
        return values
    }

    private static func one(_ values: [Tensor?], _ operation: String) throws(Failure) -> Tensor {
        guard values.count == 1, let value = values[0] else {
            throw .argument(operation: operation, "one tensor is expected of it here, but it gives \(values.count)")
        }
        return value
    }
}

/// Modules or parameters by names, without a forward pass: whoever holds it says what to compute with them.
public class Holder: Module {
    public required init(_ arguments: Arguments) throws(Failure) {
        super.init(arguments)
        try addChildren(arguments)
    }

    fileprivate static func described(_ name: String, _ children: String, _ documentation: String) -> Signature {
        Signature(
            name, [Parameter("modules", .module, variadic: true, children)], inputs: [], outputs: [], documentation)
    }
}

public final class ModuleList: Holder, Registered {
    public static let signature = described(
        "ModuleList", "the modules in order",
        "A list of modules, named '0', '1', ...; the module that holds it says what they compute.")
}

public final class ModuleDict: Holder, Registered {
    public static let signature = described(
        "ModuleDict", "modules by keywords",
        "Modules by names; the module that holds it says what they compute.")
}

public final class ParameterList: Holder, Registered {
    public static let signature = described(
        "ParameterList", "parameters in order",
        "A list of parameters, named '0', '1', ...: ParameterList(Parameter(3, 4), Parameter(3)).")
}

public final class ParameterDict: Holder, Registered {
    public static let signature = described(
        "ParameterDict", "parameters by keywords", "Parameters by names: ParameterDict(scale=Parameter(3, 4)).")
}

public final class Container: Module, Registered {
    public static let signature = Signature(
        "Container", [Parameter("modules", .module, variadic: true, "modules, parameters and buffers by keywords")],
        inputs: [], outputs: [],
        "Names for modules, parameters and buffers, without a forward pass of its own: a branch of a Graph's tree.")

    public init(_ arguments: Arguments) throws(Failure) {
        super.init(arguments)
        try addChildren(arguments)
    }
}

extension Module {
    /// A failure in a child's forward pass, with the path of the layer that failed: `Sequential.2.fc (Linear): linear:
    /// ...`.
    func located(_ failure: Failure, in child: Module, _ name: String) -> Failure {
        let path = "\(className).\(name)"
        return failure.renamed { operation in
            if operation.hasPrefix(child.className + "."), operation.contains(" (") {
                return path + operation.dropFirst(child.className.count)
            }
            let place = "\(path) (\(child.className))"
            return operation == child.className ? place : "\(place): \(operation)"
        }
    }

    /// Takes on what a call gives besides the arguments by name: modules, and arrays yet to be filled.
    func addChildren(_ arguments: Arguments) throws(Failure) {
        var names = Set(children.map(\.name) + parameters.map(\.name) + buffers.map(\.name))
        for (place, entry) in arguments.rest.enumerated() {
            let name = entry.name ?? String(place)
            guard case .object(let object) = entry.item else { continue }
            guard names.insert(name).inserted else {
                throw .argument(operation: className, "two children have the name '\(name)'")
            }
            switch object {
            case let module as Module: try add(module, as: name, isNew: true)
            case let array as DeclaredArray where array.isParameter:
                try setParameter(name, array.tensor, frozen: array.isFrozen)
            case let array as DeclaredArray: try setBuffer(name, array.tensor)
            default: throw .internal(operation: className, "'\(name)' is neither a module nor an array")
            }
        }
    }
}

/// A parameter or buffer that an expression declares: `scale=Parameter(3, 4)`. It is zeros until it is loaded or
/// initialised.
final class DeclaredArray {
    static let parameter = Signature(
        "Parameter",
        [
            Parameter("shape", .integer, variadic: true, "extents"),
            Parameter("dtype", .optional(.dtype), Value.none, keyword: true),
            Parameter("requires_grad", .flag, .flag(true), keyword: true),
        ], "A parameter of a Graph or Module.")
    static let buffer = Signature(
        "Buffer",
        [
            Parameter("shape", .integer, variadic: true, "extents"),
            Parameter("dtype", .optional(.dtype), Value.none, keyword: true),
        ],
        "A buffer of a Graph or Module.")

    let tensor: Tensor
    let isParameter: Bool
    let isFrozen: Bool

    /// A buffer with the values of a tensor.
    init(buffer: Tensor) throws(Failure) {
        (isParameter, isFrozen) = (false, false)
        tensor = try buffer.detach()
    }

    init(_ arguments: Arguments) throws(Failure) {
        isParameter = arguments.signature.name == DeclaredArray.parameter.name
        isFrozen = isParameter ? try !arguments.flag("requires_grad") : false
        var shape: Shape = []
        for (_, item) in arguments.rest {
            guard case .value(.integer(let extent)) = item else { continue }
            shape.append(Int(extent))
        }
        let dtype = arguments.dtype("dtype", .float32)
        guard shape.count <= mostAxes else {
            throw .shape(
                operation: arguments.signature.name,
                "at most \(mostAxes) axes are possible, but there are \(shape.count)")
        }
        try Tensor.checkType(shape, dtype)
        tensor = try Tensor.full(shape, 0, dtype)
    }
}
