/// Puts nodes into an order that serves fusion and memory: elementwise steps and reductions as soon as their inputs are there (so that a
/// chain stays together, and a reduction comes before other users of what it reduces), and writes that take over a leaf's memory after the leaf's other readers.
extension PlanGraph {
    func scheduled() -> PlanGraph {
        let users = users
        var missing = nodes.map { Set($0.inputs).count }
        // For the node that takes over a leaf's memory: how many other readers of that leaf have not run yet.
        var waitsFor = [Int: Int]()
        var writers = [Int: Int]()
        for donation in donations {
            let writer = outputs[donation.output]
            guard let leaf = nodes.firstIndex(where: { $0.leaf == donation.leaf }), writer != leaf else { continue }
            writers[leaf] = writer
            waitsFor[writer, default: 0] += users[leaf].filter { $0 != writer }.count
        }

        func priority(_ place: Int) -> Int {
            if waitsFor[place, default: 0] > 0 { return 3 }
            let node = nodes[place]
            if node.leaf != nil || node.inputs.isEmpty { return 0 }
            return node.operation is any Elementwise || node.operation is any Reduction ? 1 : 2
        }

        var queues = [ReadyQueue](repeating: ReadyQueue(), count: 4)
        for place in nodes.indices where missing[place] == 0 { queues[priority(place)].insert(place) }
        var order: [Int] = []
        order.reserveCapacity(nodes.count)
        var isDone = [Bool](repeating: false, count: nodes.count)
        while let queue = queues.indices.first(where: { !queues[$0].isEmpty }) {
            let place = queues[queue].popFirst()
            if isDone[place] { continue }
            isDone[place] = true
            order.append(place)
            for user in users[place] {
                missing[user] -= 1
                if missing[user] == 0 { queues[priority(user)].insert(user) }
            }
            for input in Set(nodes[place].inputs) {
                guard let writer = writers[input], writer != place, let left = waitsFor[writer] else { continue }
                waitsFor[writer] = left - 1
                if left == 1, missing[writer] == 0, !isDone[writer] { queues[priority(writer)].insert(writer) }
            }
        }

        var number = [Int](repeating: 0, count: nodes.count)
        for (place, old) in order.enumerated() { number[old] = place }
        var result = self
        result.nodes = order.map { old in
            var node = nodes[old]
            node.inputs = node.inputs.map { number[$0] }
            return node
        }
        result.outputs = outputs.map { number[$0] }
        return result
    }
}

/// Numbers, smallest first: a binary heap.
private struct ReadyQueue {
    private var heap: [Int] = []
    var isEmpty: Bool { heap.isEmpty }

    mutating func insert(_ number: Int) {
        heap.append(number)
        var place = heap.count - 1
        while place > 0, heap[(place - 1) / 2] > heap[place] {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    /// The smallest; the queue must not be empty.
    mutating func popFirst() -> Int {
        heap.swapAt(0, heap.count - 1)
        let first = heap.removeLast()
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count && heap[child] < heap[least] { least = child }
            if least == place { return first }
            heap.swapAt(place, least)
            place = least
        }
    }
}
