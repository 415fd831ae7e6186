import Steps

/// Connectionist temporal classification: the loss of a sequence of labels whose places in time are not known. Graves,
/// Fernandez, Gomez and Schmidhuber 2006.
extension Tensor {
    /// -log of the sum over all ways to spell the labels, with blanks between them and with labels held, of the product
    /// of probabilities. Logarithms x of these: [steps, n, classes] or [steps, classes]. Labels: [n, most], or [all] of
    /// all examples behind each other. Lengths: [n], or [] of one example.
    ///
    /// zeroInfinity: 0 in place of the infinite loss of labels that there is no time for.
    public static func connectionistTemporal(
        _ logarithms: Tensor, _ targets: Tensor, inputLengths: Tensor, targetLengths: Tensor, blank: Int = 0,
        _ reduction: LossReduction = .mean, zeroInfinity: Bool = false
    ) throws(Failure) -> Tensor {
        let name = "ctc_loss"
        let x = try logarithms.node().ofFloats(name)
        guard (2...3).contains(x.shape.count), x.shape[0] > 0, x.shape[x.shape.count - 1] > 0 else {
            throw .shape(
                operation: name,
                "[steps, n, classes] or [steps, classes] with one step and one class at least is expected, but found "
                    + x.shape.text)
        }
        let isOne = x.shape.count == 2
        let batch = isOne ? try x.reshape([x.shape[0], 1, x.shape[1]]) : x
        let (n, classes) = (batch.shape[1], batch.shape[2])
        guard (0..<classes).contains(blank) else {
            throw .argument(operation: name, "blank in 0 ..< \(classes) is expected, but found \(blank)")
        }
        func lengths(_ tensor: Tensor, _ what: CheckTemporal.Quantity, most: Int) throws(Failure) -> Node {
            guard tensor.dtype.isInteger, tensor.shape == [n] || (n == 1 && tensor.count == 1) else {
                throw .shape(
                    operation: name,
                    "\(what.text) of whole numbers \([n].text) is expected, but it is \(tensor.dtype.name) "
                        + tensor.shape.text)
            }
            let numbers = try tensor.node().cast(.int64).reshape([n])
            return try CheckTemporal(quantity: what, range: 0..<most + 1).record([numbers])
        }
        let inputs = try lengths(inputLengths, .inputLengths, most: x.shape[0])
        let outputs = try lengths(targetLengths, .targetLengths, most: targets.shape.last ?? 0)
        let own = try spelled(targets, outputs, blank: blank, isOne: isOne, name)
        let labels = try CheckTemporal(quantity: .labels, range: 0..<classes).record([own])
        // 16 bits do not hold the logarithm of what cannot be.
        let losses = try Spelling(batch.wide(), labels, blank: blank)
            .losses(inputs, outputs, zeroInfinity: zeroInfinity).narrow(like: x)
        guard reduction == .mean else { return try reduced(isOne ? losses.reshape([]) : losses, nil, reduction, name) }
        let counts = try outputs.maximum(Node.scalar(1, like: outputs)).cast(losses.dtype)
        return try reduced(losses / counts, nil, reduction, name)
    }

    /// Labels as int64 [n, most]; what is behind an example's last one is blank.
    private static func spelled(_ targets: Tensor, _ lengths: Node, blank: Int, isOne: Bool, _ name: String)
        throws(Failure) -> Node
    {
        guard targets.dtype.isInteger else {
            throw .dtype(operation: name, "targets must be whole numbers, but are \(targets.dtype.name)")
        }
        var labels = try targets.node().cast(.int64)
        let n = lengths.count
        let column = try lengths.reshape([n, 1])
        if labels.shape.count == 1 && !isOne {
            let most = n == 0 ? 0 : try Tensor(result: lengths).maximumItem()
            let starts = try (lengths.cumulativeSum(0) - lengths).reshape([n, 1])
            let places = try starts + Arange(start: 0, step: 1, count: most, dtype: .int64).record([])
            let isThere = try places.less(starts + column)
            let inside = try Node.select(isThere, places, Node.scalar(0, like: places))
            labels = try labels.count == 0 ? inside : IndexSelect(axis: 0).record([labels, inside])
        } else if labels.shape.count == 1 {
            labels = try labels.reshape([1, labels.count])
        }
        guard labels.shape.count == 2, labels.shape[0] == n else {
            throw .shape(
                operation: name,
                "targets [\(n), most], or [all] of all examples, are expected, but they are \(targets.shape.text)")
        }
        return try Node.select(
            labels.placesAlong(1).less(column), labels, Node.scalar(Double(blank), like: labels))
    }

    private func maximumItem() throws(Failure) -> Int {
        Int(clamping: try Tensor(result: node().extremum([0], keepdims: false, isMaximum: true)).integerItem())
    }
}

/// The ways to spell labels: states are a blank, a label, a blank, ..., a label, a blank.
private struct Spelling {
    /// What stands for the logarithm of 0: it may be added to itself, and has derivatives.
    private static let nothing = -1e30
    /// [steps, n, states]: logarithms of the states' probabilities.
    private let logarithms: Node
    /// [n, states]: 0 where a state may follow the one two before it, `nothing` where it may not; nil for one state.
    private let jumps: Node?
    private let (n, states): (Int, Int)

    init(_ x: Node, _ labels: Node, blank: Int) throws(Failure) {
        let most = labels.shape[1]
        (n, states) = (x.shape[1], 2 * most + 1)
        try checkShape([x.shape[0], n, states], x.dtype, operation: "ctc_loss")
        func blanks(_ shape: Shape) throws(Failure) -> Node { try Node.full(shape, Double(blank), .int64) }
        let pairs = try Concatenate(axis: 2).record([blanks([n, most, 1]), labels.reshape([n, most, 1])])
        let symbols = try Concatenate(axis: 1).record([pairs.reshape([n, 2 * most]), blanks([n, 1])])
        let index = try symbols.reshape([1, n, states]).broadcast(to: [x.shape[0], n, states])
        let own = try TakeAlongAxis(axis: 2).record([x, index])
        let least = try Node.scalar(Self.nothing, like: x)
        logarithms = try Node.select(own.less(least), least, own)
        guard states > 2 else {
            jumps = nil
            return
        }
        let differs = try symbols.part(1, 2, states - 2).notEqual(symbols.part(1, 0, states - 2))
        let rest = try Node.select(differs, Node.scalar(0, like: x), least)
        jumps = try Concatenate(axis: 1).record([Node.full([n, 2], Self.nothing, x.dtype), rest])
    }

    /// Of each example, after its own number of steps, in one of the last two of its states.
    func losses(_ inputs: Node, _ outputs: Node, zeroInfinity: Bool) throws(Failure) -> Node {
        let none = try Node.scalar(0, like: inputs)
        let one = try Node.scalar(1, like: inputs)
        let last = try (inputs - one).maximum(none).reshape([1, n, 1]).broadcast(to: [1, n, states])
        let final = try TakeAlongAxis(axis: 0).record([sums(), last]).reshape([n, states])
        let end = try (outputs + outputs).reshape([n, 1])
        let ends = try Concatenate(axis: 1).record([end, (end - one).maximum(none)])
        let both = try TakeAlongAxis(axis: 1).record([final, ends])
        let least = try Node.scalar(Self.nothing, like: both)
        let isEmpty = try outputs.equal(none).reshape([n, 1])
        let isSecond = try both.placesAlong(1).equal(one)
        let spelled = try Node.select(isEmpty.logicalAnd(isSecond), least, both)
        let found = try -spelled.logSumExp([1], keepdims: false)
        // No label can be spelled in no time.
        let zero = try Node.scalar(0, like: found)
        let infinite = try Node.scalar(.infinity, like: found)
        let timeless = try Node.select(outputs.equal(none), zero, infinite)
        let losses = try Node.select(inputs.equal(none), timeless, found)
        let isLost = try losses.greater(Node.scalar(-Self.nothing / 10, like: found))
        return try Node.select(isLost, zeroInfinity ? zero : infinite, losses)
    }

    /// [steps, n, states]: the logarithms of the sums over all ways to be in a state at a step.
    private func sums() throws(Failure) -> Node {
        func nothing(_ count: Int) throws(Failure) -> Node {
            try Node.full([n, count], Self.nothing, logarithms.dtype)
        }
        func shifted(_ x: Node, by count: Int) throws(Failure) -> Node {
            try Concatenate(axis: 1).record([nothing(count), x.part(1, 0, states - count)])
        }
        func row(_ x: Node) throws(Failure) -> Node { try x.reshape([1, n, states]) }
        let first = try logarithms.part(0, 0, 1).reshape([n, states])
        var current = states > 2 ? try Concatenate(axis: 1).record([first.part(1, 0, 2), nothing(states - 2)]) : first
        var all = [try row(current)]
        for step in 1..<logarithms.shape[0] {
            var ways = [all[step - 1]]
            if states > 1 { ways.append(try row(shifted(current, by: 1))) }
            if let jumps { ways.append(try row(shifted(current, by: 2) + jumps)) }
            let together =
                try ways.count == 1 ? current : Concatenate(axis: 0).record(ways).logSumExp([0], keepdims: false)
            current = try together + logarithms.part(0, step, 1).reshape([n, states])
            all.append(try row(current))
        }
        return try all.count == 1 ? all[0] : Concatenate(axis: 0).record(all)
    }
}
