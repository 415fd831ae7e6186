import Glibc
import Steps

// The reference backend's recurrent layers: row by row, unit by unit.

private func sigmoid(_ x: Double) -> Double { 1 / (1 + Glibc.exp(-x)) }

extension RecurrentExtents {
    /// Where unit `unit` of a row stands among the states at `place`.
    fileprivate func unit(_ place: Int, _ row: Int, _ unit: Int) -> Int { (place * rows + row) * width + unit }
}

extension RecurrentStep {
    func define(_ slots: Slots) {
        let (e, y) = (extents, slots.cells(dtype, result))
        let (x, u) = (slots.cells(dtype, inputs), slots.cells(dtype, weights))
        let begin = e.place(e.position(0)).before
        for place in 0..<e.rows * e.width {
            y[begin * e.rows * e.width + place] = slots.cells(dtype, state)[place]
            if let cells { y[e.statesCount + begin * e.rows * e.width + place] = slots.cells(dtype, cells)[place] }
        }
        for step in 0..<e.steps {
            let position = e.position(step)
            let (own, before) = e.place(position)
            for row in 0..<e.rows {
                if let isThere, slots.cells(.bool, isThere)[position * e.rows + row].double == 0 {
                    for unit in 0..<e.width {
                        y[e.unit(own, row, unit)] = y[e.unit(before, row, unit)]
                        guard e.hasCells else { continue }
                        y[e.statesCount + e.unit(own, row, unit)] = y[e.statesCount + e.unit(before, row, unit)]
                    }
                    continue
                }
                let given = (0..<e.sums).map { sum in
                    (0..<e.width).reduce(bias.map { slots.cells(dtype, $0)[sum].double } ?? 0) {
                        $0 + u[sum * e.width + $1].double * y[e.unit(before, row, $1)].double
                    }
                }
                for unit in 0..<e.width {
                    func input(_ gate: Int) -> Double {
                        x[(position * e.rows + row) * e.sums + gate * e.width + unit].double
                    }
                    func sum(_ gate: Int) -> Double { input(gate) + given[gate * e.width + unit] }
                    func keep(_ values: [Double]) {
                        guard keeps else { return }
                        for (number, value) in values.enumerated() {
                            let line = (position * e.rows + row) * e.keptWidth
                            y[e.keptOffset + line + number * e.width + unit] = .real(value)
                        }
                    }
                    let last = y[e.unit(before, row, unit)].double
                    let next: Double
                    switch e.cell {
                    case .tanh: next = Glibc.tanh(sum(0))
                    case .relu: next = Swift.max(0, sum(0))
                    case .lstm:
                        let (i, f, g, o) = (sigmoid(sum(0)), sigmoid(sum(1)), Glibc.tanh(sum(2)), sigmoid(sum(3)))
                        let cell = f * y[e.statesCount + e.unit(before, row, unit)].double + i * g
                        y[e.statesCount + e.unit(own, row, unit)] = .real(cell)
                        next = o * Glibc.tanh(cell)
                        keep([i, f, g, o])
                    case .gru:
                        let (r, z, ofState) = (sigmoid(sum(0)), sigmoid(sum(1)), given[2 * e.width + unit])
                        let new = Glibc.tanh(input(2) + r * ofState)
                        next = new + z * (last - new)
                        keep([r, z, new, ofState])
                    }
                    y[e.unit(own, row, unit)] = .real(next)
                }
            }
        }
    }
}

extension RecurrentGradientStep {
    func define(_ slots: Slots) {
        let (e, y) = (extents, slots.cells(dtype, result))
        let (h, u) = (slots.cells(dtype, forward), slots.cells(dtype, weights))
        for row in 0..<e.rows {
            func first(_ slot: Int?) -> [Double] {
                (0..<e.width).map { unit in slot.map { slots.cells(dtype, $0)[row * e.width + unit].double } ?? 0 }
            }
            var (ofState, ofCells) = (first(state), first(cells))
            for step in (0..<e.steps).reversed() {
                let position = e.position(step)
                let ((own, before), line) = (e.place(position), position * e.rows + row)
                var (fromInput, fromState) = (
                    [Double](repeating: 0, count: e.sums), [Double](repeating: 0, count: e.sums)
                )
                let goesOn = isThere.map { slots.cells(.bool, $0)[line].double != 0 } ?? true
                for unit in 0..<e.width {
                    func kept(_ number: Int) -> Double {
                        h[e.keptOffset + line * e.keptWidth + number * e.width + unit].double
                    }
                    func give(_ gates: [Double], _ ofStates: [Double]) {
                        for gate in gates.indices {
                            fromInput[gate * e.width + unit] = gates[gate]
                            fromState[gate * e.width + unit] = ofStates[gate]
                        }
                    }
                    let (next, last) = (h[e.unit(own, row, unit)].double, h[e.unit(before, row, unit)].double)
                    let given = states.map { slots.cells(dtype, $0)[line * e.width + unit].double } ?? 0
                    let d = ofState[unit] + given
                    guard goesOn else {
                        ofState[unit] = d
                        continue
                    }
                    ofState[unit] = 0
                    switch e.cell {
                    case .tanh: give([d * (1 - next * next)], [d * (1 - next * next)])
                    case .relu: give([next > 0 ? d : 0], [next > 0 ? d : 0])
                    case .lstm:
                        let (i, f, g, o) = (kept(0), kept(1), kept(2), kept(3))
                        let squashed = Glibc.tanh(h[e.statesCount + e.unit(own, row, unit)].double)
                        let c = ofCells[unit] + d * o * (1 - squashed * squashed)
                        let cell = h[e.statesCount + e.unit(before, row, unit)].double
                        ofCells[unit] = c * f
                        let gates = [
                            c * g * i * (1 - i), c * cell * f * (1 - f), c * i * (1 - g * g),
                            d * squashed * o * (1 - o),
                        ]
                        give(gates, gates)
                    case .gru:
                        let (r, z, n, ofN) = (kept(0), kept(1), kept(2), kept(3))
                        let new = d * (1 - z) * (1 - n * n)
                        let (reset, update) = (new * ofN * r * (1 - r), d * (last - n) * z * (1 - z))
                        ofState[unit] = d * z
                        give([reset, update, new], [reset, update, new * r])
                    }
                }
                for sum in 0..<e.sums {
                    y[line * e.sums + sum] = .real(fromState[sum])
                    if e.hasInputGradient { y[e.gradientSumsCount + line * e.sums + sum] = .real(fromInput[sum]) }
                    for unit in 0..<e.width { ofState[unit] += fromState[sum] * u[sum * e.width + unit].double }
                }
            }
            for unit in 0..<e.width {
                y[e.gradientStateOffset + row * e.width + unit] = .real(ofState[unit])
                if e.hasCells {
                    y[e.gradientStateOffset + (e.rows + row) * e.width + unit] = .real(ofCells[unit])
                }
            }
        }
    }
}
