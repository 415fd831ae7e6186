/// The plan's table of memory while it runs: one address a slot.
public struct Slots {
    public let base: UnsafePointer<UnsafeMutableRawPointer>
    @inlinable public init(base: UnsafePointer<UnsafeMutableRawPointer>) { self.base = base }
    @inlinable @inline(__always) public subscript(slot: Int) -> UnsafeMutableRawPointer { base[slot] }
}

/// A step made ready: everything that can be decided before it runs has been decided.
public typealias StepCall = (Slots) throws(Failure) -> Void

/// What runs steps: this processor, or another device.
public protocol Backend: Sendable {
    /// A short name for listings: "processor".
    var name: String { get }
    /// Throws a sentence about `operation` where this backend lacks what it needs.
    func require(_ facility: Facility, for operation: String) throws(Failure)
    /// A session for one plan. `compiles`: whether steps may become machine code.
    func preparation(compiles: Bool) -> any Preparation
}

/// What a backend may lack.
public enum Facility: Sendable {
    /// Inverses, solutions and decompositions of matrices.
    case factorisations
}

/// Makes the steps of one plan ready. It may keep what it has found out about a step until that is prepared.
public protocol Preparation: AnyObject {
    /// Bytes of memory that the step works in, and that nobody reads afterwards.
    func scratchBytes(_ kind: StepKind) throws(Failure) -> Int
    /// Whether the product may become part of strips.
    func isDivisible(_ product: ProductStep) -> Bool
    /// Whether the products and the loop behind them run as one step, and not slower for it.
    func joins(_ strips: StripsStep) -> Bool
    /// Whether the pool and its loop run as one step, and not slower for it.
    func joins(_ pool: WindowArgMaxStep) -> Bool
    /// `scratch`: the slot of the memory to work in, if it asked for some.
    func call(_ kind: StepKind, scratch: Int?) throws(Failure) -> StepCall
}
