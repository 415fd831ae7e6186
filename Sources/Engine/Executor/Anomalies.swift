/// Finds where a NaN comes from. While it watches, each result is computed as soon as it is recorded, and so is each
/// gradient; the first that is NaN where nothing before it was ends the call, with the operation and the host's line.
/// In capture blocks and mapped functions, where nothing has a value, it does not look.
public enum Anomalies {
    /// Says where the host's code is, such as "train.py, line 12".
    nonisolated(unsafe) private static var place: () -> String = { "" }
    nonisolated(unsafe) public private(set) static var isWatching = false
    /// Whether the room above has calls of modules observed.
    nonisolated(unsafe) public static var hasObserver = false
    /// Whether values are looked at as they come, which programs would hide.
    public static var areValuesWatched: Bool { isWatching || hasObserver }
    /// Where results were recorded that derivatives pass through: nodes up to a serial number, in rising order.
    nonisolated(unsafe) private static var marks: [(serial: Int, place: String)] = []
    private static let mostMarks = 1 << 18

    public static func watch(_ place: @escaping () -> String) {
        (self.place, isWatching) = (place, true)
        marks = []
    }

    public static func stop() {
        (place, isWatching) = ({ "" }, false)
        marks = []
    }

    /// Looks at a result that an operation gave.
    static func look(at node: Node) throws(Failure) {
        guard isWatching, ThreadState.current.capture == nil, node.mapLevel == 0 else { return }
        if node.requiresGrad { mark(node) }
        guard node.value == nil, node.dtype.isFloat, !node.inputs.isEmpty else { return }
        let behind = notComputed(behind: node)
        // What the operations read, before it is dropped.
        let (inputs, names) = (behind.map(\.inputs), behind.map { $0.operation.name })
        try compute(behind)
        guard try hasNaN(node) else { return }
        for (place, found) in behind.enumerated() where try hasNaN(found) {
            var givenNaN = false
            for input in inputs[place] where try hasNaN(input) { givenNaN = true }
            if givenNaN, !inputs[place].contains(where: { $0.role == .given || $0.role == .constant }) { continue }
            throw .notFinite(
                operation: names[place],
                givenNaN
                    ? "it was given NaN\(at(self.place())): data, a parameter, or what was computed before the watch"
                    : "it made NaN out of values without NaN\(at(self.place()))")
        }
    }

    /// Looks at the gradients that an operation's rule gave for its inputs.
    static func look(at shares: [Node?], of node: Node, _ operation: any Operation, _ cotangent: Node) throws(Failure) {
        guard isWatching, ThreadState.current.capture == nil else { return }
        let found = shares.compactMap { $0 }.filter { $0.mapLevel == 0 && $0.dtype.isFloat }
        guard !found.isEmpty, cotangent.mapLevel == 0 else { return }
        try compute(found + [cotangent])
        for share in found where try hasNaN(share) {
            let isGiven = try hasNaN(cotangent)
            throw .notFinite(
                operation: "backward",
                "the gradient of \(operation.name)\(at(markedPlace(of: node))) is NaN, "
                    + (isGiven ? "and so is what it was computed from" : "but what it was computed from is not"))
        }
    }

    private static func at(_ place: String) -> String { place.isEmpty ? "" : " at \(place)" }

    private static func mark(_ node: Node) {
        let found = place()
        if marks.last?.place == found {
            marks[marks.count - 1].serial = node.serial
            return
        }
        if marks.count >= mostMarks { marks.removeFirst(mostMarks / 2) }
        marks.append((node.serial, found))
    }

    /// The place of the first result that is not older than the node, which is one of those that it is made of.
    private static func markedPlace(of node: Node) -> String {
        var (low, high) = (0, marks.count)
        while low < high {
            let middle = (low + high) / 2
            if marks[middle].serial < node.serial { low = middle + 1 } else { high = middle }
        }
        return low < marks.count ? marks[low].place : ""
    }

    /// The node and those behind it without a value, inputs before users.
    private static func notComputed(behind root: Node) -> [Node] {
        var (stack, seen, found) = ([root], Set<ObjectIdentifier>(), [Node]())
        while let node = stack.popLast() {
            guard node.value == nil, node.mapLevel == 0, seen.insert(ObjectIdentifier(node)).inserted else { continue }
            found.append(node)
            stack.append(contentsOf: node.inputs)
        }
        return found.sorted { $0.serial < $1.serial }
    }

    private static func hasNaN(_ node: Node) throws(Failure) -> Bool {
        guard node.dtype.isFloat, node.count > 0 else { return false }
        if let fill = node.fillValue { return fill.isNaN }
        let found = try ThreadState.withGrad(false) { () throws(Failure) in
            try node.detached().isNaN().any(Array(node.shape.indices), keepdims: false)
        }
        try compute([found])
        guard let value = found.value else { return false }
        return DType.bool.integer(UnsafeRawPointer(value.pointer), 0) != 0
    }
}
