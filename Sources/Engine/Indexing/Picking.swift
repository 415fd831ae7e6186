/// Index tensors that pick together: neighbouring axes become one, and the indices one flat index. Where the axes are
/// no neighbours, they are brought to the front, where NumPy puts the picked axes in that case anyway.
struct Picking {
    private let shape: Shape
    /// The axes of `shape` in the order in which those that are picked along are neighbours.
    private let order: [Int]
    /// The one axis that the picked ones have become, of a value in that order.
    private let axis: Int
    private let mergedShape: Shape
    private let index: Node
    private let namedAxis: Int
    /// The order of the result's axes in which the picked ones stand where NumPy has them.
    private let resultOrder: [Int]
    let resultShape: Shape

    /// nil where nothing picks.
    init?(_ picks: [Selection.Pick], _ shape: Shape, _ isSplit: Bool) throws(Failure) {
        guard let first = picks.first else { return nil }
        self.shape = shape
        namedAxis = first.namedAxis
        let axes = picks.map { $0.axis }
        let extents = axes.map { shape[$0] }
        var places: [Node] = []
        for pick in picks { places.append(pick.index.dtype == .bool ? try pick.index.truePositions() : pick.index) }

        let moves = isSplit && picks.count > 1
        order = moves ? axes + shape.indices.filter { !axes.contains($0) } : Array(shape.indices)
        axis = moves ? 0 : first.axis
        let ordered = order.map { shape[$0] }
        mergedShape = Array(ordered[..<axis]) + [extents.elementCount] + Array(ordered[(axis + picks.count)...])
        index = picks.count == 1 ? places[0] : try Picking.flat(places, extents, picks.map { $0.namedAxis })
        let inPlace = Array(mergedShape[..<axis]) + index.shape + Array(mergedShape[(axis + 1)...])
        try checkShape(inPlace, .bool, operation: "index")
        let picked = Array(axis..<axis + index.shape.count)
        resultOrder = isSplit ? picked + inPlace.indices.filter { !picked.contains($0) } : Array(inPlace.indices)
        resultShape = resultOrder.map { inPlace[$0] }
    }

    /// Indices of several axes, broadcast together, as one of the axes as a single one.
    private static func flat(_ indices: [Node], _ extents: [Int], _ namedAxes: [Int]) throws(Failure) -> Node {
        var common: Shape = []
        for index in indices {
            guard let joined = broadcastShape(common, index.shape) else {
                throw .shape(
                    operation: "index",
                    "index tensors do not broadcast together: "
                        + indices.map { $0.shape.text }.joined(separator: " and "))
            }
            common = joined
        }
        let shape = common
        let aligned = try indices.map { (index) throws(Failure) in try index.broadcast(to: shape) }
        return try RavelIndex(extents: extents, axes: namedAxes).record(aligned)
    }

    func read(_ x: Node) throws(Failure) -> Node {
        let merged = try x.permute(order).reshape(mergedShape)
        return try IndexSelect(axis: axis, namedAxis: namedAxis).record([merged, index]).permute(resultOrder)
    }

    /// `x` with what is picked replaced by `values`, of the result's shape.
    func written(_ x: Node, _ values: Node) throws(Failure) -> Node {
        let merged = try x.permute(order).reshape(mergedShape)
        let rows = try values.permute(Permute(order: resultOrder).inverse.order)
        let changed = try IndexPut(axis: axis, accumulates: false, namedAxis: namedAxis).record([merged, rows, index])
        return try changed.reshape(order.map { shape[$0] }).permute(Permute(order: order).inverse.order)
    }
}
