/// A neutral tree of named attributes and arrays: what modules, optimisers and trainers become on the way into a
/// checkpoint, and what a checkpoint is read back as. It keeps Networks and Storage from knowing each other.
public struct StateTree {
    public typealias Attribute = Value

    /// In order; names are unique within a tree, not empty, and hold no "/".
    public var attributes: [(name: String, value: Attribute)] = []
    public var arrays: [(name: String, tensor: Tensor)] = []
    public var children: [(name: String, tree: StateTree)] = []

    public init() {}

    public subscript(attribute name: String) -> Attribute? { attributes.first { $0.name == name }?.value }
    public subscript(array name: String) -> Tensor? { arrays.first { $0.name == name }?.tensor }
    public subscript(child name: String) -> StateTree? { children.first { $0.name == name }?.tree }

    public func integer(_ name: String) -> Int64? { self[attribute: name]?.integer }
    /// A number of either kind.
    public func real(_ name: String) -> Double? { self[attribute: name]?.real }
    public func text(_ name: String) -> String? { self[attribute: name]?.text }
    public func flag(_ name: String) -> Bool? { self[attribute: name]?.flag }
    public func list(_ name: String) -> [Value]? { self[attribute: name]?.list }
}
