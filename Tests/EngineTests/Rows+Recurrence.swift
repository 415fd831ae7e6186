import Foundation

@testable import Engine

/// Recurrent layers, whose steps are one step of a plan.
extension Row {
    private static let gates: [(cell: Tensor.Cell, count: Int)] = [(.tanh, 1), (.relu, 1), (.lstm, 4), (.gru, 3)]

    /// Three steps of two rows, from two numbers to two units; from the last step to the first where `isBackward`.
    static let recurrences: [Row] = gates.flatMap { cell, count in
        [false, true].map { isBackward in
            let inputs =
                [
                    points([3, 2, 2], -2...2), points([2, 2], -1...1, seed: 4),
                    points([count * 2, 2], -1...1, seed: 5),
                    points([count * 2, 2], -1...1, seed: 6), points([count * 2], -1...1, seed: 7),
                ] + (cell == .lstm ? [points([2, 2], -1...1, seed: 8)] : [])
            return Row(
                "\(cell) layer\(isBackward ? ", backward" : "")", [FusedRecurrence.self], inputs,
                { v in
                    let weights = Tensor.CellWeights(input: v[2], hidden: v[3], hiddenBias: v[4])
                    return try v[0].steps(
                        of: cell, from: v[1], cells: v.count > 5 ? v[5] : nil, weights, isBackward: isBackward, "layer"
                    ).states
                },
                { states(of: cell, $0, isBackward) })
        }
    }

    private static func states(of cell: Tensor.Cell, _ v: [Values], _ isBackward: Bool) -> Values {
        func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
        let (x, u, w, bias) = (v[0], v[2], v[3], v[4])
        var (hidden, cells) = (v[1], v.count > 5 ? v[5] : v[1])
        var found = [Values?](repeating: nil, count: 3)
        for step in isBackward ? [2, 1, 0] : [0, 1, 2] {
            func fromInput(_ row: Int, _ sum: Int) -> Double {
                (0..<2).reduce(0) { $0 + x[[step, row, $1]] * u[[sum, $1]] }
            }
            func fromState(_ row: Int, _ sum: Int) -> Double {
                (0..<2).reduce(bias[[sum]]) { $0 + hidden[[row, $1]] * w[[sum, $1]] }
            }
            func sum(_ row: Int, _ gate: Int, _ unit: Int) -> Double {
                fromInput(row, gate * 2 + unit) + fromState(row, gate * 2 + unit)
            }
            if cell == .lstm {
                let before = cells
                cells = Values([2, 2]) { place in
                    let (row, unit) = (place[0], place[1])
                    return sigmoid(sum(row, 1, unit)) * before[place] + sigmoid(sum(row, 0, unit))
                        * tanh(sum(row, 2, unit))
                }
            }
            let next = Values([2, 2]) { place in
                let (row, unit) = (place[0], place[1])
                switch cell {
                case .tanh: return tanh(sum(row, 0, unit))
                case .relu: return max(0, sum(row, 0, unit))
                case .lstm: return sigmoid(sum(row, 3, unit)) * tanh(cells[place])
                case .gru:
                    let new = tanh(fromInput(row, 4 + unit) + sigmoid(sum(row, 0, unit)) * fromState(row, 4 + unit))
                    let kept = sigmoid(sum(row, 1, unit))
                    return (1 - kept) * new + kept * hidden[place]
                }
            }
            (hidden, found[step]) = (next, next)
        }
        return Values([3, 2, 2]) { place in found[place[0]]?[[place[1], place[2]]] ?? .nan }
    }
}
