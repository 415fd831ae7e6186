import Steps

/// The domain of a loop as rows and columns. Neighbouring axes that every input runs through without a break, and that
/// are both reduced or both kept, become one axis; the last one left is the columns, all others together the rows.
struct LoopLayout {
    /// Extents of the axes before the last.
    private(set) var outer: [Int] = []
    private(set) var columns = 1
    private(set) var rows = 1
    /// Whether a block is several whole rows, because one row alone would not be worth the dispatch of its
    /// instructions; else it is a stretch of one row.
    let hasShortRows: Bool
    /// For each input, and last for the result of the reduction: its strides, in elements.
    private(set) var steps: [Steps]
    /// Elements of the reduction's result.
    private(set) var resultCount = 0
    /// For each outer axis, and last for the columns, whether it is reduced.
    private(set) var isReduced: [Bool] = []

    struct Steps {
        /// Along each outer axis.
        var outer: [Int] = []
        /// From one column to the next: 0 or 1.
        var column = 0
        /// Where the rows follow each other evenly, from one to the next.
        var row: Int?

        var isUniform: Bool { column == 0 && outer.allSatisfy { $0 == 0 } }
    }

    private struct Axis {
        var extent: Int
        var isReduced: Bool
        var strides: [Int]
    }

    init(domain: [Int], inputs: [LoopInput], reduced: [Bool]?, elementBytes: Int) {
        var axes: [Axis] = []
        for axis in domain.indices.reversed() where domain[axis] != 1 {
            let next = Axis(
                extent: domain[axis], isReduced: reduced?[axis] ?? false, strides: inputs.map { $0.strides[axis] })
            if let inner = axes.last, inner.isReduced == next.isReduced,
                inputs.indices.allSatisfy({ next.strides[$0] == inner.strides[$0] * inner.extent })
            {
                axes[axes.count - 1].extent *= next.extent
            } else {
                axes.append(next)
            }
        }
        if axes.isEmpty { axes = [Axis(extent: 1, isReduced: reduced != nil, strides: inputs.map { _ in 0 })] }
        columns = axes[0].extent
        axes.reverse()
        outer = axes.dropLast().map { $0.extent }
        rows = outer.reduce(1, *)
        isReduced = axes.map { $0.isReduced }
        hasShortRows = rows > 1 && columns * elementBytes < 1024
        steps = []
        for input in inputs.indices { steps.append(steps(axes.map { $0.strides[input] })) }

        var stride = 1
        var result = [Int](repeating: 0, count: axes.count)
        for axis in axes.indices.reversed() where !axes[axis].isReduced {
            result[axis] = stride
            stride *= axes[axis].extent
        }
        if reduced != nil { resultCount = stride }
        steps.append(steps(result))
    }

    private func steps(_ strides: [Int]) -> Steps {
        var steps = Steps(outer: Array(strides.dropLast()), column: strides.last ?? 0, row: nil)
        guard let last = steps.outer.last else {
            steps.row = 0
            return steps
        }
        var expected = last
        for axis in outer.indices.reversed() {
            if steps.outer[axis] != expected { return steps }
            expected *= outer[axis]
        }
        steps.row = last
        return steps
    }
}
