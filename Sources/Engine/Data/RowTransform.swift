import Steps

/// What is done to a column of each row as it is read, such as `Scale(1 / 255)` or `RandomCrop(28, padding=4)`.
protocol RowTransform {
    /// What a row becomes; throws where it cannot be transformed.
    func layout(_ row: RowLayout) throws(Failure) -> RowLayout

    /// Transforms one row. `draw` gives numbers from 0 to below 1 that depend on the row, the epoch and the seed.
    func apply(
        _ source: UnsafeRawPointer, _ row: RowLayout, _ target: UnsafeMutableRawPointer, _ result: RowLayout,
        _ draw: inout RowDraw
    ) throws(Failure)
}

/// Random numbers for one row of one pass: SplitMix64 (Steele, Lea, Flood 2014) from a state that seed, epoch, row and
/// column are mixed into. So it does not matter which rows were read before, or on which thread.
struct RowDraw {
    private var state: UInt64

    init(_ pass: RowPass, row: Int, column: Int) {
        state = pass.seed
        for part in [pass.epoch, UInt64(row), UInt64(column)] { state = RowDraw.mix(state ^ RowDraw.mix(part &+ 1)) }
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    /// From 0 to below 1.
    mutating func next() -> Double {
        state = RowDraw.mix(state)
        return Double(state >> 11) * 0x1p-53
    }

    /// From 0 to below `count`.
    mutating func next(below count: Int) -> Int { min(Int(next() * Double(count)), count - 1) }
}

/// The transforms by name.
enum RowTransforms {
    private static let axis = "the axis, of a row; negative ones count from the last"

    static let signatures: [Signature] = [
        Signature("Cast", [Parameter("dtype", .dtype, "the new dtype")], "The same numbers in another dtype."),
        Signature(
            "Scale",
            [
                Parameter("factor", .real, "what is multiplied by"),
                Parameter("offset", .real, .real(0), "what is added then"),
            ], "factor x + offset. Whole numbers become float32."),
        Signature(
            "Standardize",
            [
                Parameter("mean", .either([.real, .tuple(.real, count: nil)]), "one number, or one for each feature"),
                Parameter("std", .either([.real, .tuple(.real, count: nil)]), "the same; 0 divides by 1"),
            ],
            "(x - mean) / std, with features along the row's last axis. Whole numbers become float32."),
        Signature(
            "OneHot", [Parameter("num_classes", .integer, "n")],
            "Class labels [...] as float32 [..., n] with a 1 at the label."),
        Signature(
            "CenterCrop",
            [Parameter("size", .each(2), "height and width"), Parameter("axis", .integer, .integer(-2), axis)],
            "The middle of an image, whose height is along `axis` and its width along the next."),
        Signature(
            "RandomCrop",
            [
                Parameter("size", .each(2), "height and width"),
                Parameter("padding", .integer, .integer(0), "zeros around the image"),
                Parameter("axis", .integer, .integer(-2), axis),
            ], "A part of an image, in another place for each row and epoch."),
        Signature("Flip", [Parameter("axis", .integer, .integer(-1), axis)], "Backward along an axis."),
        Signature(
            "RandomFlip",
            [
                Parameter("p", .real, .real(0.5), "how probable it is"),
                Parameter("axis", .integer, .integer(-1), axis),
            ], "Backward along an axis, or not, for each row and epoch."),
        Signature(
            "Columns", [Parameter("indices", .tuple(.integer, count: nil), "from 0")],
            "Some of the features, which are along the row's last axis."),
        Signature("Flatten", [], "One axis."),
    ]

    /// The transforms that a text spells, `RandomCrop(28, padding=4), RandomFlip()`.
    static func parse(_ text: String) throws(Failure) -> [any RowTransform] {
        var found: [any RowTransform] = []
        for argument in try Reader.arguments(text, operation: "transform") {
            guard argument.keyword == nil, case .call(let call) = argument.term.kind else {
                throw .argument(
                    operation: "transform",
                    "column \(argument.term.column): a call is expected, such as Flip(-1), but found "
                        + "'\(argument.term.text.shortened(to: 40))'")
            }
            guard let signature = signatures.first(where: { $0.name == call.name }) else {
                throw .argument(
                    operation: "transform",
                    "column \(call.column): there is no transform \(call.name); there are "
                        + signatures.map(\.name).joined(separator: ", "))
            }
            var items: [Arguments.Item] = []
            for part in call.arguments {
                guard let value = part.term.constant ?? part.term.dtypeName else {
                    throw .argument(
                        operation: call.name,
                        "column \(part.term.column): a value is expected, but found "
                            + "'\(part.term.text.shortened(to: 40))'")
                }
                items.append(Arguments.Item(.value(value), keyword: part.keyword, column: part.term.column))
            }
            found.append(try make(Arguments(signature, items)))
        }
        return found
    }

    private static func make(_ a: Arguments) throws(Failure) -> any RowTransform {
        func pair(_ name: String) throws(Failure) -> [Int] {
            let sizes = try a.integers(name)
            return sizes.count == 1 ? [sizes[0], sizes[0]] : sizes
        }
        func numbers(_ name: String) throws(Failure) -> [Double] {
            if let list = a.value(name)?.list { return list.map { $0.real ?? .nan } }
            return [try a.real(name)]
        }
        switch a.signature.name {
        case "Cast": return CastRow(dtype: a.dtype("dtype", .float32))
        case "Scale": return AffineRow(factors: [try a.real("factor")], offsets: [try a.real("offset")])
        case "Standardize":
            let (mean, std) = (try numbers("mean"), try numbers("std"))
            guard !mean.isEmpty, !std.isEmpty, mean.count == std.count || mean.count == 1 || std.count == 1 else {
                throw .argument(
                    operation: "Standardize", "mean has \(mean.count.counted("number")) and std has \(std.count)")
            }
            let count = max(mean.count, std.count)
            return StandardizedRow(
                mean: (0..<count).map { mean[mean.count == 1 ? 0 : $0] },
                std: (0..<count).map { std[std.count == 1 ? 0 : $0] }.map { $0 == 0 ? 1 : $0 })
        case "OneHot": return OneHotRow(classes: try a.integer("num_classes"))
        case "CenterCrop": return CropRow(size: try pair("size"), padding: nil, axis: try a.integer("axis"))
        case "RandomCrop":
            return CropRow(size: try pair("size"), padding: try a.integer("padding"), axis: try a.integer("axis"))
        case "Flip": return FlipRow(probability: nil, axis: try a.integer("axis"))
        case "RandomFlip":
            let p = try a.real("p")
            guard p >= 0, p <= 1 else {
                throw .argument(operation: "RandomFlip", "p must be from 0 to 1, but is \(p)")
            }
            return FlipRow(probability: p, axis: try a.integer("axis"))
        case "Columns": return ColumnsRow(indices: try a.integers("indices"))
        default: return FlattenRow()
        }
    }
}
