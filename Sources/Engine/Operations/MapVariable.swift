/// What stands for one example of its input, along whose first axis the examples lie, while a mapped function is
/// recorded. It has no value; derivatives that are taken inside the function stop at it.
struct MapVariable: Operation {
    let function: MappedFunction
    var name: String { "vmap" }
    var role: Role { .mapped }
    var mapLevel: Int { function.level }
    func encode(into key: inout KeyBuilder) { key.append(function.level) }
    func infer(_ inputs: [TensorType]) throws(Failure) -> TensorType {
        TensorType(Array(inputs[0].shape.dropFirst()), inputs[0].dtype)
    }
    func reverse(_ cotangent: Node, of node: Node, _ wanted: Wanted) throws(Failure) -> [Node?] { [nil] }
    func forward(_ tangents: [Node?], of node: Node) throws(Failure) -> Node? { nil }
    func lower(_ index: Int, into lowering: inout Lowering) throws(Failure) {}

    /// What asking for the value of something that depends on an example gives.
    static var noValue: Failure {
        .state(
            operation: "vmap",
            "the value of a mapped tensor was asked for; it stands for one example of many, and has none while the "
                + "function is recorded. Choose by where(condition, a, b) instead of if, and avoid shapes that depend "
                + "on values"
        )
    }

    static var ended: Failure {
        .state(
            operation: "vmap",
            "a tensor of a mapped function was used after the function had ended; return it from the function instead")
    }

    /// Of another function than the one that is being rebuilt: its examples got out.
    func batch(_ batch: Mapped, of node: Node) throws(Failure) -> Node { throw MapVariable.ended }
}
