/// A function of tensors under the name that docs/operations.md has for it. C calls it by `wb_call`, a graph's body by a line.
public struct Function {
    public let signature: Signature
    private let body: (Arguments) throws(Failure) -> [Tensor]

    public init(_ signature: Signature, _ body: @escaping (Arguments) throws(Failure) -> [Tensor]) {
        (self.signature, self.body) = (signature, body)
    }

    public func callAsFunction(_ arguments: Arguments) throws(Failure) -> [Tensor] { try body(arguments) }
}

/// The table of functions of tensors.
public enum Functions {
    /// In the order of the families' files.
    public static let all: [Function] = []

    private static let byName = Dictionary(all.map { ($0.signature.name, $0) }, uniquingKeysWith: { first, _ in first })

    public static func named(_ name: String) -> Function? { byName[name] }
}
