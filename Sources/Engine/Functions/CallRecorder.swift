/// Who is told of the calls of functions of tensors on a thread, while somebody watches: an export writes them down.
public protocol CallRecorder: AnyObject {
    /// A function was called and gave `results`.
    func record(_ function: String, _ items: [Arguments.Item], _ results: [Tensor]) throws(Failure)
    /// The host handed over values, which no call computes.
    func recordConstant(_ tensor: Tensor)
    /// A box takes over the values of another by `write`, which runs unless no call of a function says such a thing.
    func recordAssignment(of box: Tensor, to source: Tensor, _ write: () throws(Failure) -> Void) throws(Failure)
    /// A box takes on values of the host's.
    func recordValues(of box: Tensor) throws(Failure)
    /// A box stands for the value of another.
    func recordAlias(of box: Tensor, to source: Tensor) throws(Failure)
    /// Whether a tensor's value depends on what is being recorded.
    func isTraced(_ tensor: Tensor) -> Bool
    /// Something was asked for that no call of a function says: a value, a derivative, a callback.
    func refuse(_ what: String) throws(Failure)
}
