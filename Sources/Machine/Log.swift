/// Events that are worth a line and no error: something works in another way than usual, and whoever looks for a reason
/// finds it here.
public enum Log {
    private static let receiver = Locked<((String) -> Void)?>(nil)

    /// Who gets the lines; nil: nobody. It is called in the middle of things, so it only takes note.
    public static func send(to receiver: ((String) -> Void)?) { Log.receiver.withLock { $0 = receiver } }

    public static func note(_ line: @autoclosure () -> String) {
        guard let receiver = receiver.withLock({ $0 }) else { return }
        receiver(line())
    }
}
