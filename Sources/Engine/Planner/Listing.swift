/// The plan as text: a line for each step, with what it moves and computes, and how long it takes where that has been
/// measured.
extension Plan {
    var listing: String { listing(nanoseconds: nil) }

    /// `nanoseconds`: the time of each step.
    func listing(nanoseconds: [Double]?) -> String {
        let read = steps.map(bytesRead)
        let written = steps.map(bytesWritten)
        let moved = zip(read, written).map { Double($0 + $1) }
        let computed = steps.map { $0.operations }
        var table = TextTable()
        table.add("step", steps.indices.map(String.init), total: "all")
        if let nanoseconds {
            let whole = nanoseconds.reduce(0, +)
            table.add("µs", nanoseconds.map { decimal($0 / 1000, 2) }, total: decimal(whole / 1000, 2))
            table.add("share", nanoseconds.map { decimal(whole > 0 ? 100 * $0 / whole : 0, 1) + " %" }, total: "")
            for (title, amounts) in [("GFLOP/s", computed), ("GB/s", moved)] {
                table.add(title, zip(amounts, nanoseconds).map(rate), total: rate(amounts.reduce(0, +), whole))
            }
        }
        table.add("flop", computed.map { $0 > 0 ? grouped($0) : "" }, total: grouped(computed.reduce(0, +)))
        table.add("bytes read", read.map { grouped(Double($0)) }, total: grouped(Double(read.reduce(0, +))))
        table.add("written", written.map { grouped(Double($0)) }, total: grouped(Double(written.reduce(0, +))))
        table.add("operations", steps.map { $0.label }, total: "", isText: true)
        table.add("memory", steps.map(memory), total: "", isText: true)
        return "plan: \(nodeCount) nodes, \(steps.count) steps, \(arenaBytes) bytes of arena\n" + table.text
    }

    private func bytesRead(_ step: Step) -> Int {
        step.bytesRead ?? bytes(of: isInPlace(step) ? step.reads.filter { $0 != step.updates } : step.reads)
    }
    /// An update in place writes what it reads first, the new values.
    private func bytesWritten(_ step: Step) -> Int { bytes(of: isInPlace(step) ? [step.reads[0]] : step.writes) }
    private func isInPlace(_ step: Step) -> Bool {
        step.updates.map { bindings[$0].place == bindings[step.writes[0]].place } ?? false
    }
    private func bytes(of used: [Int]) -> Int { Set(used).reduce(0) { $0 + storages[$1].bytes } }

    private func memory(_ step: Step) -> String {
        let from = step.reads.map(text).joined(separator: ", ")
        return (from.isEmpty ? "" : from + " ") + "-> " + step.writes.map(text).joined(separator: ", ")
    }

    private func text(_ storage: Int) -> String {
        let bytes = storages[storage].bytes
        switch bindings[storage].place {
        case .leaf(let leaf): return "leaf \(leaf) (\(bytes) B)"
        case .output(let output): return "output \(output) (\(bytes) B)"
        case .arena(let offset): return "arena+\(offset) (\(bytes) B)"
        }
    }
}

/// Units a nanosecond are billions a second. Empty where there is nothing to divide.
private func rate(_ amount: Double, _ nanoseconds: Double) -> String {
    amount > 0 && nanoseconds > 0 ? decimal(amount / nanoseconds, 1) : ""
}

/// A number of at least 0 with `digits` digits behind the point.
private func decimal(_ value: Double, _ digits: Int) -> String {
    var unit = 1
    for _ in 0..<digits { unit *= 10 }
    let scaled = Int((min(value, 1e12) * Double(unit)).rounded())
    let fraction = String(scaled % unit)
    return "\(scaled / unit)." + String(repeating: "0", count: digits - fraction.count) + fraction
}

/// A whole number of at least 0 with commas between thousands.
private func grouped(_ value: Double) -> String {
    var text = ""
    for (place, digit) in String(Int(min(value, 1e18))).reversed().enumerated() {
        if place > 0, place % 3 == 0 { text.append(",") }
        text.append(digit)
    }
    return String(text.reversed())
}

/// Columns side by side: numbers to the right, texts to the left.
private struct TextTable {
    private var lines: [String] = []
    /// A text longer than this pushes the rest of its line instead of that of all.
    private let widestText = 48

    mutating func add(_ title: String, _ cells: [String], total: String, isText: Bool = false) {
        let column = [title] + cells + [total]
        if lines.isEmpty { lines = column.map { _ in "" } }
        let widest = column.reduce(0) { max($0, $1.count) }
        let width = isText ? min(widest, widestText) : widest
        for (place, cell) in column.enumerated() {
            let padding = String(repeating: " ", count: max(0, width - cell.count))
            lines[place] += "  " + (isText ? cell + padding : padding + cell)
        }
    }

    var text: String {
        lines.map { line in String(line.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n")
    }
}
