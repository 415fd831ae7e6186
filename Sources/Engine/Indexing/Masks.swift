import Steps

/// Results whose shape depends on values: these are computed at once.
extension Node {
    /// The flat positions of the true elements of a mask: int64 [count].
    func truePositions() throws(Failure) -> Node {
        if value == nil, ThreadState.current.capture != nil {
            throw .state(
                operation: "index",
                "how many elements a mask picks is not known inside a capture block, where nothing is computed yet; "
                    + "use where(mask, a, b), masked_fill, or assign one value for all"
            )
        }
        try compute([self])
        guard let mask = value else { throw .internal(operation: "index", "an evaluated mask has no value") }
        let total = try Buffer.allocate(DType.int64.size, for: "index")
        try Plan.backend.run(
            .countTrue(CountTrueStep(count: count, mask: 0, result: 1)), [mask.pointer, total.pointer], for: "index")
        let found = Int(DType.int64.integer(total.pointer, 0))
        let positions = try Buffer.allocate(found * DType.int64.size, for: "index")
        try Plan.backend.run(
            .truePositions(TruePositionsStep(count: count, mask: 0, result: 1)), [mask.pointer, positions.pointer],
            for: "index")
        return Node(leaf: positions, TensorType([found], .int64))
    }
}

extension Tensor {
    /// The places of the elements that are not 0: int64 [count, axes]. Computed at once.
    public func nonzero() throws(Failure) -> Tensor {
        let x = try node()
        let mask = try x.cast(.bool)
        let positions = try mask.truePositions()
        let shape = [positions.count, x.shape.count]
        let places = try Buffer.allocate(shape.elementCount * DType.int64.size, for: "nonzero")
        if let flat = positions.value {
            try Plan.backend.run(
                .unravel(UnravelStep(extents: x.shape, count: positions.count, places: 0, result: 1)),
                [flat.pointer, places.pointer], for: "nonzero")
        }
        return Tensor(Node(leaf: places, TensorType(shape, .int64)))
    }

    /// The elements of self where `mask` is true, of the two broadcast together: 1-D. The mask is computed at once.
    public func maskedSelect(_ mask: Tensor) throws(Failure) -> Tensor {
        let (x, mask) = (try node(), try mask.node())
        try checkMask(mask, "masked_select")
        guard let shape = broadcastShape(x.shape, mask.shape) else {
            throw .shape(
                operation: "masked_select",
                "the mask \(mask.shape.text) and the tensor \(x.shape.text) do not broadcast together")
        }
        let positions = try mask.broadcast(to: shape).truePositions()
        let flat = try x.broadcast(to: shape).reshape([shape.elementCount])
        return try Tensor(result: IndexSelect(axis: 0).record([flat, positions]))
    }

    /// self, but `value` (one number, or what broadcasts) where `mask` is true.
    public func maskedFill(_ mask: Tensor, _ value: Tensor) throws(Failure) -> Tensor {
        let (x, mask) = (try node(), try mask.node())
        try checkMask(mask, "masked_fill")
        return try Tensor(result: Node.select(mask, value.node().cast(x.dtype), x))
    }

    private func checkMask(_ mask: Node, _ operation: String) throws(Failure) {
        guard mask.dtype == .bool else {
            throw .dtype(operation: operation, "the mask must be bool, but is \(mask.dtype.name)")
        }
    }
}
