/// Einstein's summation as diagonals, sums, permutes and matrix products, one operand after the other from the left.
extension Node {
    static func einsum(_ equation: String, _ operands: [Node]) throws(Failure) -> Node {
        let dtype = operands.isEmpty ? DType.standard : resultType(operands.map { $0.type })
        try dtype.requireFloat("einsum")
        let plan = try Subscripts(equation, ranks: operands.map { $0.shape.count })
        var terms: [Term] = []
        for (operand, labels) in zip(operands, plan.inputs) {
            terms.append(try Term(node: operand.cast(dtype), labels: labels).withDiagonals())
        }
        let extents = try commonExtents(terms, equation)
        // An extent of 1 broadcasts: what has it need not have the axis at all.
        for place in terms.indices {
            terms[place] = try terms[place].dropping { label, extent in extent == 1 && extents[label] != 1 }
        }
        var result = terms[0]
        for place in terms.indices {
            let later = Set(plan.output).union(terms[(place + 1)...].flatMap { $0.labels })
            if place > 0 { result = try result.times(terms[place], keeping: later) }
            result = try result.summed(keeping: later)
        }
        return try result.node.permute(plan.output.map { result.labels.firstIndex(of: $0)! })
    }

    private static func commonExtents(_ terms: [Term], _ equation: String) throws(Failure) -> [Int: Int] {
        var extents: [Int: Int] = [:]
        for term in terms {
            for (label, extent) in zip(term.labels, term.node.shape) {
                let known = extents[label] ?? 1
                guard known == 1 || extent == 1 || known == extent else {
                    throw .shape(
                        operation: "einsum",
                        "\(Subscripts.name(label)) in '\(equation)' is \(known) long in one operand and \(extent) in "
                            + "another"
                    )
                }
                extents[label] = known == 1 ? extent : known
            }
        }
        return extents
    }
}

/// A tensor with a label for each axis.
private struct Term {
    var node: Node
    var labels: [Int]

    /// Axes of equal labels become one, their diagonal.
    func withDiagonals() throws(Failure) -> Term {
        var term = self
        while let second = term.labels.indices.first(where: { term.labels.firstIndex(of: term.labels[$0])! < $0 }) {
            let label = term.labels[second]
            let first = term.labels.firstIndex(of: label)!
            guard term.node.shape[first] == term.node.shape[second] else {
                throw .shape(
                    operation: "einsum",
                    "\(Subscripts.name(label)) names two axes of one operand, which are \(term.node.shape[first]) and "
                        + "\(term.node.shape[second]) long"
                )
            }
            let rest = term.labels.indices.filter { $0 != first && $0 != second }
            term = Term(
                node: try term.node.permute(rest + [first, second]).diagonal(),
                labels: rest.map { term.labels[$0] } + [label])
        }
        return term
    }

    /// Without the axes of extent 1 of which `isDropped` (label, extent) is true.
    func dropping(_ isDropped: (Int, Int) -> Bool) throws(Failure) -> Term {
        let kept = labels.indices.filter { !isDropped(labels[$0], node.shape[$0]) }
        return Term(node: try node.reshape(kept.map { node.shape[$0] }), labels: kept.map { labels[$0] })
    }

    func summed(keeping kept: Set<Int>) throws(Failure) -> Term {
        let axes = labels.indices.filter { !kept.contains(labels[$0]) }
        return Term(node: try node.sum(axes, keepdims: false), labels: labels.filter { kept.contains($0) })
    }

    /// The product, with labels that both have and nobody keeps summed over.
    func times(_ other: Term, keeping kept: Set<Int>) throws(Failure) -> Term {
        let (a, b) = (try summed(keeping: kept.union(other.labels)), try other.summed(keeping: kept.union(labels)))
        let shared = a.labels.filter { b.labels.contains($0) }
        let (batch, inner) = (shared.filter { kept.contains($0) }, shared.filter { !kept.contains($0) })
        let (left, right) = (a.labels.filter { !shared.contains($0) }, b.labels.filter { !shared.contains($0) })
        try checkAxes(batch.count + left.count + right.count)
        let product = try a.matrix(batch, left, inner).matmul(b.matrix(batch, inner, right))
        let extents = batch.map(a.extent) + left.map(a.extent) + right.map(b.extent)
        return Term(node: try product.reshape(extents), labels: batch + left + right)
    }

    private func checkAxes(_ count: Int) throws(Failure) {
        guard count <= mostAxes else {
            throw .shape(
                operation: "einsum",
                "at most \(mostAxes) axes are possible, but the product of two operands has \(count)")
        }
    }

    private func extent(_ label: Int) -> Int { node.shape[labels.firstIndex(of: label)!] }

    /// [batch..., rows, columns], where rows and columns are several axes in one, and so are those of the batch where
    /// they would be too many.
    private func matrix(_ batch: [Int], _ rows: [Int], _ columns: [Int]) throws(Failure) -> Node {
        let order = (batch + rows + columns).map { labels.firstIndex(of: $0)! }
        let leading = batch.count + 2 <= mostAxes ? batch.map(extent) : [batch.map(extent).elementCount]
        return try node.permute(order).reshape(
            leading + [rows.map(extent).elementCount, columns.map(extent).elementCount])
    }
}

/// The equation's labels as numbers, one for each axis: a letter's code, or, for axes behind "...", below 0, counted
/// from the last.
private struct Subscripts {
    var inputs: [[Int]] = []
    var output: [Int]

    static func name(_ label: Int) -> String {
        label < 0 ? "an axis behind '...'" : "'\(Character(Unicode.Scalar(UInt8(label))))'"
    }

    init(_ equation: String, ranks: [Int]) throws(Failure) {
        func refusal(_ sentence: String) -> Failure { .argument(operation: "einsum", "\(sentence): '\(equation)'") }
        let text = equation.utf8.filter { $0 != UInt8(ascii: " ") }
        let arrow = text.indices.first {
            $0 + 1 < text.count && text[$0] == UInt8(ascii: "-") && text[$0 + 1] == UInt8(ascii: ">")
        }
        let parts = text[..<(arrow ?? text.count)].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard parts.count == ranks.count, !ranks.isEmpty else {
            throw refusal("the equation is for \(parts.count) operands, but \(ranks.count) were given")
        }
        var widest = 0
        for (part, rank) in zip(parts, ranks) {
            guard let (before, after, hasDots) = Self.letters(Array(part)) else {
                throw refusal("letters, one '...' an operand, commas and '->' are expected")
            }
            let covered = rank - before.count - after.count
            guard hasDots ? covered >= 0 : covered == 0 else {
                throw refusal("operand \(inputs.count) has \(rank) axes, which is not what its subscripts name")
            }
            widest = max(widest, covered)
            inputs.append(before + (0..<covered).map { $0 - covered } + after)
        }
        let dots = (0..<widest).map { $0 - widest }
        let all = inputs.flatMap { $0 }
        guard let arrow else {
            // Without an arrow: what "..." covers, then the letters that occur once, in alphabetical order.
            output = dots + Set(all).filter { label in label >= 0 && all.filter { $0 == label }.count == 1 }.sorted()
            return
        }
        guard let (before, after, hasDots) = Self.letters(Array(text[(arrow + 2)...])) else {
            throw refusal("the output is not made of letters")
        }
        output = before + (hasDots ? dots : []) + after
        guard Set(output).count == output.count else { throw refusal("the output names an axis twice") }
        guard Set(output).isSubset(of: all) else { throw refusal("the output names an axis that no operand has") }
    }

    /// The letters in front of and behind "...", and whether it is there; nil for anything else.
    private static func letters(_ part: [UInt8]) -> (before: [Int], after: [Int], hasDots: Bool)? {
        let dot = UInt8(ascii: ".")
        var (before, after, hasDots, place) = ([Int](), [Int](), false, 0)
        while place < part.count {
            if part[place] == dot {
                guard !hasDots, place + 2 < part.count, part[place + 1] == dot, part[place + 2] == dot else {
                    return nil
                }
                hasDots = true
                place += 3
                continue
            }
            guard (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(part[place] | 0x20) else { return nil }
            if hasDots { after.append(Int(part[place])) } else { before.append(Int(part[place])) }
            place += 1
        }
        return (before, after, hasDots)
    }
}
