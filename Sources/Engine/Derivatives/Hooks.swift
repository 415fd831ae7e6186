/// Functions that see, and may replace, a tensor's gradient while reverse mode walks past it.
public final class Hooks {
    public typealias Hook = (Tensor) throws(Failure) -> Tensor?
    private var hooks: [Hook] = []
    var count: Int { hooks.count }
    /// How often a host has said that its hooks do something else from now on.
    nonisolated(unsafe) private static var changes = 0

    func add(_ hook: @escaping Hook) {
        hooks.append(hook)
        Conditions.changed()
    }

    /// Notes that a hook does something else from now on, such as nothing: programs in which hooks ran are not current
    /// any more.
    public static func changed() {
        changes &+= 1
        Conditions.changed()
    }

    /// The gradient after all hooks, in the order in which they were registered.
    func applied(to gradient: Node) throws(Failure) -> Node {
        var gradient = gradient
        Capture.note(self) { Hooks.changes }
        for hook in hooks {
            guard let replacement = try hook(Tensor(gradient))?.node() else { continue }
            guard replacement.shape == gradient.shape else {
                throw .shape(
                    operation: "register_hook",
                    "the hook must return a gradient of shape \(gradient.shape.text), but returned "
                        + "\(replacement.shape.text)"
                )
            }
            let cast = try replacement.cast(gradient.dtype)
            gradient = ThreadState.current.isGradEnabled ? cast : try cast.detached()
        }
        return gradient
    }
}

extension Node {
    /// A leaf's hooks are those of its box, whichever node that points to.
    var hooksInForce: Hooks? { gradientSlot?.hooks ?? hooks }
}

extension Tensor {
    /// Calls `hook` with the gradient of this tensor whenever reverse mode has computed it, before it goes on; what the
    /// hook returns takes its place.
    public func registerHook(_ hook: @escaping Hooks.Hook) throws(Failure) {
        let node = try node()
        guard node.requiresGrad else {
            throw .state(
                operation: "register_hook",
                "the tensor does not require gradients, so no gradient of it will be computed")
        }
        let hooks = node.hooksInForce ?? Hooks()
        hooks.add(hook)
        if let slot = node.gradientSlot { slot.hooks = hooks } else { node.hooks = hooks }
    }
}
