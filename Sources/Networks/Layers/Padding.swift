import Engine

/// Elements more, or fewer, around the last axes.
final class Padding: Module {
    private static func signature(_ kind: String, _ axes: Int, _ documentation: String) -> Signature {
        var parameters = [
            Parameter(
                "padding", .each(2 * axes),
                "on all sides, or before and after the last axis, before and after the one before, ...; negative: fewer"
            )
        ]
        if kind == "Constant" { parameters.append(Parameter("value", .number, "the number that is put there")) }
        let names = spatialNames(axes)
        return Signature(
            "\(kind)Pad\(axes)d", parameters, "\(documentation) around the last axes of [..., \(names)].")
    }

    private static func kinds(_ name: String, _ mode: Tensor.PadMode, _ documentation: String) -> [Kind] {
        (1...3).map { axes in
            Kind(signature(name, axes, documentation)) { (arguments) throws(Failure) in
                try Padding(arguments, axes, mode)
            }
        }
    }

    static let kinds =
        kinds("Constant", .constant, "A number") + kinds("Zero", .constant, "Zeros")
        + kinds("Reflection", .reflect, "The input mirrored at its border")
        + kinds("Replication", .replicate, "The input's outer elements")
        + kinds("Circular", .circular, "The input's other end")

    private let widths: [(before: Int, after: Int)]
    private let mode: Tensor.PadMode
    private let axes: Int

    private init(_ arguments: Arguments, _ axes: Int, _ mode: Tensor.PadMode) throws(Failure) {
        let numbers = try arguments.perAxis("padding", 2 * axes, least: -1 << 24)
        (self.axes, self.mode) = (axes, mode)
        widths = (0..<axes).map { (numbers[2 * $0], numbers[2 * $0 + 1]) }
        super.init(arguments)
    }

    override var summary: String {
        let tuple = Value.tuple(widths.flatMap { [$0.before, $0.after] }).literal
        return constructorValue("value").map { "padding=\(tuple), value=\($0.literal)" } ?? tuple
    }

    override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        // What is mirrored or repeated lies along spatial axes, behind the channels.
        guard x.shape.count >= axes + (mode == .constant ? 0 : 1) else {
            throw .shape(
                operation: className, "at least \(axes + 1) axes are expected, but the input is \(x.shape)")
        }
        if let whole = constructorValue("value")?.integer { return try x.pad(widths, mode, whole: whole) }
        return try x.pad(widths, mode, value: constructorValue("value")?.real ?? 0)
    }
}
