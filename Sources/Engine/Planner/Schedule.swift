/// Puts nodes into an order that serves fusion and memory: elementwise steps and reductions as soon as their inputs are
/// there (so that a chain stays together, and a reduction comes before other users of what it reduces), and writes that
/// take over a leaf's memory after the leaf's other readers. Of the other steps, those come first that lead to an
/// output soonest, such as a parameter's gradient while what it reads is still in the cache, unless what is written
/// with them has to wait: a weight's gradient comes after the product that reads the weight, and right before its
/// update.
extension PlanGraph {
    func scheduled() -> PlanGraph {
        let users = users
        var missing = nodes.map { Set($0.inputs).count }
        let isElementwise = nodes.map { $0.operation is any Elementwise || $0.operation is any Reduction }
        let isView = nodes.map { $0.operation.viewing != nil }
        // What a node shows, through views that move nothing.
        var shown = Array(nodes.indices)
        for place in nodes.indices where isView[place] { shown[place] = shown[nodes[place].inputs[0]] }
        var writers = [Int: Int]()
        for donation in donations {
            let writer = outputs[donation.output]
            if let leaf = nodes.firstIndex(where: { $0.leaf == donation.leaf }), writer != leaf {
                writers[leaf] = writer
            }
        }
        /// The writers that take over memory which node `place` reads.
        func writersAfter(_ place: Int) -> [Int] {
            if writers.isEmpty || isView[place] { return [] }
            return Set(nodes[place].inputs.map { shown[$0] }).compactMap { writers[$0] }.filter { $0 != place }
        }
        // For the node that takes over a leaf's memory: how many other readers of that leaf have not run yet, and how
        // many of those are not elementwise.
        var waitsFor = [Int: Int]()
        var waitsForSteps = [Int: Int]()
        for place in nodes.indices {
            for writer in writersAfter(place) {
                waitsFor[writer, default: 0] += 1
                waitsForSteps[writer, default: 0] += isElementwise[place] ? 0 : 1
            }
        }

        func priority(_ place: Int) -> Int {
            if waitsFor[place, default: 0] > 0 { return 3 }
            let node = nodes[place]
            if node.leaf != nil || node.inputs.isEmpty { return 0 }
            return isElementwise[place] || isView[place] ? 1 : 2
        }

        var queues = [ReadyQueue](repeating: ReadyQueue(), count: 4)
        // The steps that a write which may have to wait is computed from, by elementwise operations and reductions
        // alone, and those writes of each step. A write that is computed from so much as the norm of all gradients
        // comes after all of them anyway.
        let most = 100
        var sources = [Int: [Int]]()
        var writersOf = [Int: [Int]]()
        for writer in waitsForSteps.keys.sorted() {
            var (found, left) = (Set<Int>(), [writer])
            while found.count <= most, let place = left.popLast() {
                for input in nodes[place].inputs.map({ shown[$0] })
                where found.insert(input).inserted && isElementwise[input] { left.append(input) }
            }
            if found.count > most { continue }
            sources[writer] = found.filter { !isElementwise[$0] && nodes[$0].leaf == nil }.sorted()
            for source in sources[writer, default: []] { writersOf[source, default: []].append(writer) }
        }
        var stepsToOutput = [Int](repeating: 0, count: nodes.count)
        for place in nodes.indices.reversed() {
            stepsToOutput[place] = users[place].reduce(0) { Swift.max($0, stepsToOutput[$1] + 1) }
        }

        var order: [Int] = []
        order.reserveCapacity(nodes.count)
        var readySince = [Int](repeating: 0, count: nodes.count)

        func insert(_ place: Int) {
            let priority = priority(place)
            var rank = 0
            if priority == 2 {
                let waits = writersOf[place, default: []].contains { waitsForSteps[$0, default: 0] > 0 }
                rank = (stepsToOutput[place] + (waits ? nodes.count : 0)) * nodes.count + readySince[place]
            }
            queues[priority].insert(rank * nodes.count + place)
        }
        for place in nodes.indices where missing[place] == 0 { insert(place) }
        var isDone = [Bool](repeating: false, count: nodes.count)
        while let queue = queues.indices.first(where: { !queues[$0].isEmpty }) {
            let place = queues[queue].popFirst() % nodes.count
            if isDone[place] { continue }
            isDone[place] = true
            order.append(place)
            for user in users[place] {
                missing[user] -= 1
                if missing[user] == 0 {
                    readySince[user] = order.count
                    insert(user)
                }
            }
            for writer in writersAfter(place) {
                waitsFor[writer, default: 0] -= 1
                if waitsFor[writer] == 0, missing[writer] == 0, !isDone[writer] { insert(writer) }
                if isElementwise[place] { continue }
                waitsForSteps[writer, default: 0] -= 1
                if waitsForSteps[writer] == 0 {
                    for source in sources[writer, default: []] where missing[source] == 0 && !isDone[source] {
                        insert(source)
                    }
                }
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
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            if least == place { return first }
            heap.swapAt(place, least)
            place = least
        }
    }
}
