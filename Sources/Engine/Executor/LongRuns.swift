import Machine
import Steps

/// Runs that may take long, which the host may end before their time. The host is asked without the lock of the room
/// above, at places where nothing of the call is half done: in front of a run, and after one that was stopped and
/// dropped.
public enum LongRuns {
    /// Raw values are those of wb_run_event.
    public enum Event: Int32 {
        case begins, asked, ended
    }

    /// Tells the host; it throws where the call is to end. Nil if the host does not want to know.
    nonisolated(unsafe) public static var tell: ((Event) throws(Failure) -> Void)?
    /// How many runs are open, one inside another. Behind the lock, as everything here.
    nonisolated(unsafe) private static var depth = 0

    /// Whether a run is open, so that the host need not be told of one more.
    static var isOpen: Bool { depth > 0 }

    /// Runs `body`, in which `pause` may end the call.
    public static func during<Result>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        depth += 1
        let result: Result
        do throws(Failure) {
            if depth == 1 { try tell?(.begins) }
            result = try body()
        } catch {
            depth -= 1
            // What has failed already says more.
            if depth == 0 { try? tell?(.ended) }
            throw error
        }
        depth -= 1
        if depth == 0 { try tell?(.ended) }
        return result
    }

    /// Where a run can end, and nothing is half done: ends the call if the host has asked for it.
    public static func pause() throws(Failure) {
        if Interruption.isAsked() { try ask() }
    }

    private static func ask() throws(Failure) {
        Interruption.forget()
        guard let tell else { throw .interrupted(operation: "run", "the host has asked for the end of the call") }
        try tell(.asked)
    }

    /// Runs `body`, which gets whether the host knows of a long run. Where it throws `Stop`, it has changed nothing and
    /// is run again, if the host likes.
    static func repeating(_ body: (Bool) throws(Failure) -> Stop?) throws(Failure) {
        guard let first = try body(isOpen) else { return }
        try during { () throws(Failure) in
            var tries = 0
            var stop = first == .isLong ? try body(true) : first
            while stop != nil {
                try ask()
                // What comes again and again ends nothing for ever: each try is left alone for twice as long as the one
                // before.
                Interruption.rest(tries)
                tries += 1
                stop = try body(true)
            }
        }
    }

    /// Why a run has not come to its end.
    enum Stop {
        case isLong, isStopped
    }
}
