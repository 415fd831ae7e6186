/// Dense bytes as they are.
public struct MoveStep: StepDescription {
    public var bytes: Int
    public var source: Int
    public var result: Int

    public init(bytes: Int, source: Int, result: Int) {
        self.bytes = bytes
        self.source = source
        self.result = result
    }

    public var reads: [Int] { [source] }
    public var writes: [Int] { [result] }
}

/// A strided view of the source, as dense memory.
public struct GatherStep: StepDescription {
    public var layout: StridedLayout
    public var source: Int
    public var result: Int

    public init(layout: StridedLayout, source: Int, result: Int) {
        self.layout = layout
        self.source = source
        self.result = result
    }

    public var reads: [Int] { [source] }
    public var writes: [Int] { [result] }
}

/// Several dense sources, each into its part of the result.
public struct ConcatenateStep: StepDescription {
    public struct Part: Hashable, Codable, Sendable {
        public var source: Int
        /// Where it goes in the result.
        public var layout: StridedLayout
        public var byteOffset: Int { layout.offset * layout.elementBytes }

        public init(source: Int, layout: StridedLayout) {
            self.source = source
            self.layout = layout
        }
    }

    public var parts: [Part]
    public var result: Int

    public init(parts: [Part], result: Int) {
        self.parts = parts
        self.result = result
    }

    public var reads: [Int] { parts.map { $0.source } }
    public var writes: [Int] { [result] }
}

/// A value with the elements of a strided view replaced by those of the dense source.
public struct AssignStep: StepDescription {
    public var change: ChangedCopy
    public var layout: StridedLayout
    public var source: Int

    public init(change: ChangedCopy, layout: StridedLayout, source: Int) {
        self.change = change
        self.layout = layout
        self.source = source
    }

    public var reads: [Int] { [source] + (change.base.map { [$0] } ?? []) }
    public var writes: [Int] { [change.result] }
    public var updates: Int? { change.base }
}
