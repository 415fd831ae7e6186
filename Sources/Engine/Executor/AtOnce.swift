import Steps

extension Backend {
    /// Runs one step outside any plan. Slot k of the step is `memory[k]`.
    func run(_ kind: StepKind, _ memory: [UnsafeMutableRawPointer], for operation: String) throws(Failure) {
        let preparation = preparation(compiles: false)
        let bytes = try preparation.scratchBytes(kind)
        let scratch = bytes > 0 ? try Buffer.allocate(bytes, for: operation) : nil
        let call = try preparation.call(kind, scratch: scratch.map { _ in memory.count })
        let table = try Buffer.allocate(
            (memory.count + 1) * MemoryLayout<UnsafeMutableRawPointer>.stride, for: operation)
        let addresses = table.pointer.assumingMemoryBound(to: UnsafeMutableRawPointer.self)
        addresses.initialize(
            from: memory + (scratch.map { [$0.pointer] } ?? []), count: memory.count + (scratch == nil ? 0 : 1))
        try call(Slots(base: UnsafePointer(addresses)))
        withExtendedLifetime((scratch, table)) {}
    }
}
