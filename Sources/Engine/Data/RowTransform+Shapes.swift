import Steps

/// Transforms that move elements and compute none.

/// A part of an image: in the middle, or with `padding` anywhere.
struct CropRow: RowTransform {
    let size: [Int]
    let padding: Int?
    let axis: Int

    func layout(_ row: RowLayout) throws(Failure) -> RowLayout {
        let name = padding == nil ? "CenterCrop" : "RandomCrop"
        let axis = try row.axis(axis, name)
        guard axis + 1 < row.shape.count else {
            throw .shape(operation: name, "axis \(axis) is the last of rows of shape \(row.shape); width is behind it")
        }
        let around = padding ?? 0
        guard around >= 0, around < 1 << 30, size[0] >= 1, size[1] >= 1, size[0] <= row.shape[axis] + 2 * around,
            size[1] <= row.shape[axis + 1] + 2 * around
        else {
            throw .shape(
                operation: name, "\(size[0]) x \(size[1]) with a padding of \(around) is no part of \(row.shape)")
        }
        var shape = row.shape
        (shape[axis], shape[axis + 1]) = (size[0], size[1])
        return RowLayout(dtype: row.dtype, shape: shape)
    }

    func apply(
        _ source: UnsafeRawPointer, _ row: RowLayout, _ target: UnsafeMutableRawPointer, _ result: RowLayout,
        _ draw: inout RowDraw
    ) throws(Failure) {
        let axis = axis < 0 ? axis + row.shape.count : axis
        let (height, width) = (row.shape[axis], row.shape[axis + 1])
        let around = padding ?? 0
        var (top, left) = ((height - size[0]) / 2, (width - size[1]) / 2)
        if padding != nil {
            top = draw.next(below: height + 2 * around - size[0] + 1) - around
            left = draw.next(below: width + 2 * around - size[1] + 1) - around
        }
        let outer = row.shape[..<axis].reduce(1, *)
        let inner = row.shape[(axis + 2)...].reduce(row.dtype.size, *)
        // Columns of the part that are in the image.
        let (first, end) = (max(0, -left), min(size[1], width - left))
        if top < 0 || left < 0 || top + size[0] > height || left + size[1] > width {
            (target).initializeMemory(as: UInt8.self, repeating: 0, count: outer * size[0] * size[1] * inner)
        }
        guard first < end else { return }
        for image in 0..<outer {
            for line in 0..<size[0] where top + line >= 0 && top + line < height {
                let from = ((image * height + top + line) * width + left + first) * inner
                let to = ((image * size[0] + line) * size[1] + first) * inner
                (target + to).copyMemory(from: source + from, byteCount: (end - first) * inner)
            }
        }
    }
}

struct FlipRow: RowTransform {
    /// nil: always.
    let probability: Double?
    let axis: Int

    func layout(_ row: RowLayout) throws(Failure) -> RowLayout {
        _ = try row.axis(axis, probability == nil ? "Flip" : "RandomFlip")
        return row
    }

    func apply(
        _ source: UnsafeRawPointer, _ row: RowLayout, _ target: UnsafeMutableRawPointer, _ result: RowLayout,
        _ draw: inout RowDraw
    ) throws(Failure) {
        if let probability, draw.next() >= probability {
            target.copyMemory(from: source, byteCount: row.bytes)
            return
        }
        let axis = axis < 0 ? axis + row.shape.count : axis
        let outer = row.shape[..<axis].reduce(1, *)
        let (extent, inner) = (row.shape[axis], row.shape[(axis + 1)...].reduce(row.dtype.size, *))
        for part in 0..<outer {
            for place in 0..<extent {
                let (from, to) = (part * extent + place, part * extent + extent - 1 - place)
                (target + to * inner).copyMemory(from: source + from * inner, byteCount: inner)
            }
        }
    }
}

struct ColumnsRow: RowTransform {
    let indices: [Int]

    func layout(_ row: RowLayout) throws(Failure) -> RowLayout {
        let features = try row.shape[row.axis(-1, "Columns")]
        for index in indices where index < 0 || index >= features {
            throw .index(operation: "Columns", "column \(index) does not exist; there are \(features)")
        }
        return RowLayout(dtype: row.dtype, shape: row.shape.dropLast() + [indices.count])
    }

    func apply(
        _ source: UnsafeRawPointer, _ row: RowLayout, _ target: UnsafeMutableRawPointer, _ result: RowLayout,
        _ draw: inout RowDraw
    ) throws(Failure) {
        let (features, size) = (row.shape[row.shape.count - 1], row.dtype.size)
        for line in 0..<row.shape.dropLast().reduce(1, *) {
            for (place, index) in indices.enumerated() {
                (target + (line * indices.count + place) * size).copyMemory(
                    from: source + (line * features + index) * size, byteCount: size)
            }
        }
    }
}

struct FlattenRow: RowTransform {
    func layout(_ row: RowLayout) throws(Failure) -> RowLayout { RowLayout(dtype: row.dtype, shape: [row.count]) }

    func apply(
        _ source: UnsafeRawPointer, _ row: RowLayout, _ target: UnsafeMutableRawPointer, _ result: RowLayout,
        _ draw: inout RowDraw
    ) throws(Failure) {
        target.copyMemory(from: source, byteCount: row.bytes)
    }
}
