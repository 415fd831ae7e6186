import Steps

/// Spells a fused group as a program for the loop kernel: inputs with their strides, one instruction a node, constants
/// as immediates.
struct LoopBuilder {
    private let graph: PlanGraph
    private let group: LoopGroup
    private let domain: Shape

    private var inputs: [LoopInput] = []
    private var instructions: [LoopInstruction] = []
    /// For each node, its number among the program's values; instructions count from 0 here and are shifted behind the
    /// inputs at the end.
    private var inputNumber: [Int: Int] = [:]
    private var resultNumber: [Int: Int] = [:]
    private var views: [View] = []

    private(set) var reads: [Int] = []
    private(set) var writes: [Int] = []
    private(set) var label = ""

    init(_ graph: PlanGraph, _ group: LoopGroup) {
        self.graph = graph
        self.group = group
        let root = graph.nodes[group.root]
        domain = root.operation is any Reduction ? graph.nodes[root.inputs[0]].type.shape : root.type.shape
        label = group.members.map { graph.nodes[$0].operation.name }.joined(separator: " ") + " " + domain.text
    }

    var bytesRead: Int { views.reduce(0) { $0 + $1.bytesRead } }

    /// Slots read densely over the whole domain and in no other way: a result of the same width may overwrite them.
    var inPlaceSlots: [Int] {
        let whole = domain.denseStrides
        return views.filter { view in
            view.offset == 0 && view.isDense && view.shape == domain
                && !views.contains {
                    $0.slot == view.slot && ($0.strides != view.strides || $0.offset != 0 || $0.shape != domain)
                }
                && (view.strides == whole || view.isDense)
        }.map { $0.slot }
    }

    mutating func build(_ lowering: inout Lowering, writes isWritten: (Int) -> Bool) -> LoopStep {
        var outputs: [LoopOutput] = []
        var root: LoopReduction?
        for place in group.members {
            let node = graph.nodes[place]
            if let reduction = node.operation as? any Reduction {
                let value = operand(node.inputs[0], &lowering)
                let slot = lowering.output(of: place)
                writes.append(slot)
                root = LoopReduction(
                    kind: reduction.kind, value: value, axes: domain.indices.map { reduction.axes.contains($0) },
                    slot: slot,
                    dtype: node.type.dtype, divisor: reduction.divisor)
            } else if let operation = node.operation as? any Elementwise {
                emit(operation, node.inputs, &lowering)
                round(place, operation)
                resultNumber[place] = instructions.count - 1
                if isWritten(place) {
                    let slot = lowering.output(of: place)
                    writes.append(slot)
                    outputs.append(LoopOutput(slot: slot, dtype: node.type.dtype, value: -instructions.count))
                }
            }
        }
        // Now that the number of inputs is known, instruction k is value inputs.count + k.
        for place in instructions.indices {
            instructions[place].a = final(instructions[place].a)
            instructions[place].b = final(instructions[place].b)
            instructions[place].c = final(instructions[place].c)
        }
        for place in outputs.indices { outputs[place].value = final(outputs[place].value) }
        if let value = root?.value { root?.value = final(value) }
        return LoopStep(
            compute: group.compute, domain: domain, inputs: inputs, instructions: instructions, outputs: outputs,
            reduction: root)
    }

    /// Values are written down as inputs (0, 1, ...) or instructions (-1, -2, ...) until all inputs are known.
    private func final(_ value: Int) -> Int { value < 0 ? inputs.count - 1 - value : value }

    /// The value of node `place`, as a result of the group or as an input of the loop.
    private mutating func operand(_ place: Int, _ lowering: inout Lowering) -> Int {
        if let number = resultNumber[place] { return -1 - number }
        if let number = inputNumber[place] { return number }
        if let value = graph.fillValue(place) {
            instructions.append(LoopInstruction(.constant, immediate: value))
            resultNumber[place] = instructions.count - 1
            return -instructions.count
        }
        var view = lowering.view(place).broadcast(to: domain)
        if let last = domain.indices.last(where: { domain[$0] != 1 }), view.strides[last] != 0, view.strides[last] != 1
        {
            // Reading across rows costs more than turning them once.
            view = lowering.denseView(place).broadcast(to: domain)
        }
        inputs.append(LoopInput(slot: view.slot, dtype: view.dtype, strides: view.strides, offset: view.offset))
        views.append(view)
        reads.append(view.slot)
        inputNumber[place] = inputs.count - 1
        return inputs.count - 1
    }

    private mutating func emit(_ operation: any Elementwise, _ operands: [Int], _ lowering: inout Lowering) {
        if operands.count == 2 {
            if let value = graph.fillValue(operands[1]),
                let opcode = withImmediate(operation.opcode, constantFirst: false)
            {
                let a = operand(operands[0], &lowering)
                instructions.append(LoopInstruction(opcode, a: a, immediate: value))
                return
            }
            if let value = graph.fillValue(operands[0]),
                let opcode = withImmediate(operation.opcode, constantFirst: true)
            {
                let a = operand(operands[1], &lowering)
                instructions.append(LoopInstruction(opcode, a: a, immediate: value))
                return
            }
        }
        let values = operands.map { operand($0, &lowering) }
        instructions.append(
            LoopInstruction(
                operation.opcode, a: values[0], b: values.count > 1 ? values[1] : values[0],
                c: values.count > 2 ? values[2] : values[0],
                immediate: operation.immediate))
    }

    /// Ends a node of 16 bits: its value is what such numbers hold, whether a step reads it from memory or in the loop.
    private mutating func round(_ place: Int, _ operation: any Elementwise) {
        let node = graph.nodes[place]
        let dtype = node.type.dtype
        guard dtype.isHalf, !operation.opcode.keepsNumbers || node.inputs.contains(where: { isWider($0, than: dtype) })
        else { return }
        let value = -instructions.count
        instructions.append(
            LoopInstruction(dtype == .bfloat16 ? .roundBFloat16 : .roundFloat16, a: value, b: value, c: value))
    }

    private func isWider(_ place: Int, than dtype: DType) -> Bool {
        let own = graph.nodes[place].type.dtype
        return own != dtype && own != .bool
    }

    /// The form of a binary instruction that has one operand as an immediate.
    private func withImmediate(_ opcode: LoopOpcode, constantFirst: Bool) -> LoopOpcode? {
        switch opcode {
        case .add: return .addImmediate
        case .subtract: return constantFirst ? .reverseSubtractImmediate : .subtractImmediate
        case .multiply: return .multiplyImmediate
        case .divide: return constantFirst ? .reverseDivideImmediate : .divideImmediate
        case .maximum: return .maximumImmediate
        case .minimum: return .minimumImmediate
        case .greater: return constantFirst ? .lessImmediate : .greaterImmediate
        case .less: return constantFirst ? .greaterImmediate : .lessImmediate
        case .equal: return .equalImmediate
        case .power: return constantFirst ? nil : .powerImmediate
        default: return nil
        }
    }
}
