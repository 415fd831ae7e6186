import Steps

/// Transforms of elements.

extension RowLayout {
    var count: Int { shape.reduce(1, *) }

    /// The axis that a number names.
    func axis(_ number: Int, _ name: String) throws(Failure) -> Int {
        let axis = number < 0 ? number + shape.count : number
        guard shape.indices.contains(axis) else {
            throw .shape(operation: name, "there is no axis \(number) in rows of shape \(shape)")
        }
        return axis
    }

    /// Element `place` of a row, whatever its dtype.
    func value(_ row: UnsafeRawPointer, _ place: Int) -> Double {
        dtype.isFloat ? dtype.real(row, place) : Double(dtype.integer(row, place))
    }

    /// The same with floats in the place of whole numbers.
    var floating: RowLayout { RowLayout(dtype: dtype.isFloat ? dtype : .float32, shape: shape) }
}

struct CastRow: RowTransform {
    let dtype: DType

    func layout(_ row: RowLayout) throws(Failure) -> RowLayout {
        guard dtype.isFloat || !row.dtype.isFloat, dtype != .bool else {
            throw .dtype(operation: "Cast", "\(row.dtype.name) is not cast to \(dtype.name), which would lose numbers")
        }
        return RowLayout(dtype: dtype, shape: row.shape)
    }

    func apply(
        _ source: UnsafeRawPointer, _ row: RowLayout, _ target: UnsafeMutableRawPointer, _ result: RowLayout,
        _ draw: inout RowDraw
    ) throws(Failure) {
        for place in 0..<row.count {
            let memory = target + place * dtype.size
            if dtype.isFloat {
                dtype.store(row.value(source, place), memory)
                continue
            }
            let number = row.dtype.integer(source, place)
            let fits: Bool
            switch dtype {
            case .uint8:
                fits = UInt8(exactly: number) != nil
                memory.storeBytes(of: UInt8(truncatingIfNeeded: number), as: UInt8.self)
            case .int32:
                fits = Int32(exactly: number) != nil
                memory.storeBytes(of: Int32(truncatingIfNeeded: number), as: Int32.self)
            default:
                fits = true
                memory.storeBytes(of: number, as: Int64.self)
            }
            guard fits else { throw .index(operation: "Cast", "\(number) does not fit \(dtype.name)") }
        }
    }
}

/// factor x + offset.
struct AffineRow: RowTransform {
    let factors: [Double]
    let offsets: [Double]

    func layout(_ row: RowLayout) throws(Failure) -> RowLayout { row.floating }

    func apply(
        _ source: UnsafeRawPointer, _ row: RowLayout, _ target: UnsafeMutableRawPointer, _ result: RowLayout,
        _ draw: inout RowDraw
    ) throws(Failure) {
        let (count, size) = (row.count, result.dtype.size)
        if row.dtype == .float32 || row.dtype == .uint8, result.dtype == .float32 {
            let (factor, offset) = (Float(factors[0]), Float(offsets[0]))
            let floats = target.assumingMemoryBound(to: Float.self)
            if row.dtype == .uint8 {
                let bytes = source.assumingMemoryBound(to: UInt8.self)
                for place in 0..<count { floats[place] = factor * Float(bytes[place]) + offset }
            } else {
                let numbers = source.assumingMemoryBound(to: Float.self)
                for place in 0..<count { floats[place] = factor * numbers[place] + offset }
            }
            return
        }
        for place in 0..<count {
            result.dtype.store(factors[0] * row.value(source, place) + offsets[0], target + place * size)
        }
    }
}

/// (x - mean) / std for each feature, in float64, rounded once.
struct StandardizedRow: RowTransform {
    let mean: [Double]
    let std: [Double]

    func layout(_ row: RowLayout) throws(Failure) -> RowLayout {
        guard mean.count == 1 || mean.count == row.shape.last else {
            throw .shape(
                operation: "Standardize",
                "there are \(mean.count) means for the \(row.shape.last ?? 1) features of rows of shape \(row.shape)")
        }
        return row.floating
    }

    func apply(
        _ source: UnsafeRawPointer, _ row: RowLayout, _ target: UnsafeMutableRawPointer, _ result: RowLayout,
        _ draw: inout RowDraw
    ) throws(Failure) {
        let (size, features) = (result.dtype.size, mean.count)
        for place in 0..<row.count {
            let feature = place % features
            result.dtype.store((row.value(source, place) - mean[feature]) / std[feature], target + place * size)
        }
    }
}

struct OneHotRow: RowTransform {
    let classes: Int

    func layout(_ row: RowLayout) throws(Failure) -> RowLayout {
        guard !row.dtype.isFloat else {
            throw .dtype(operation: "OneHot", "class labels are whole numbers, but the rows are \(row.dtype.name)")
        }
        guard classes >= 1 else {
            throw .argument(operation: "OneHot", "there must be a class at least, but num_classes is \(classes)")
        }
        return RowLayout(dtype: .float32, shape: row.shape + [classes])
    }

    func apply(
        _ source: UnsafeRawPointer, _ row: RowLayout, _ target: UnsafeMutableRawPointer, _ result: RowLayout,
        _ draw: inout RowDraw
    ) throws(Failure) {
        let floats = target.assumingMemoryBound(to: Float.self)
        floats.update(repeating: 0, count: row.count * classes)
        for place in 0..<row.count {
            let label = row.dtype.integer(source, place)
            guard label >= 0, label < classes else {
                throw .index(operation: "OneHot", "the label \(label) is none of \(classes) classes")
            }
            floats[place * classes + Int(label)] = 1
        }
    }
}
