/// What a recording depends on besides values: which modules there are and in which mode, which parameters an optimiser
/// steps, which hooks run. A capture block notes a condition for each such thing that it meets; a program is current
/// while they hold. They are looked at again only after something has changed at all, so that a run pays for one
/// comparison.
public struct Conditions {
    private struct Condition {
        /// Keeps alive what `holds` looks at.
        let object: AnyObject
        let holds: () -> Bool
        let renew: (() -> () -> Bool)?
    }

    /// Goes on with each change of anything that a condition may be about.
    nonisolated(unsafe) private static var clock = 0

    /// Notes that something has changed which recordings depend on.
    public static func changed() { clock &+= 1 }

    private var entries: [Condition] = []
    private var known: Set<ObjectIdentifier> = []
    private var lookedAt = Conditions.clock

    /// `state` gives what recording depends on of `object`. `isRenewable`: see `renew`.
    mutating func note<State: Equatable>(_ object: AnyObject, isRenewable: Bool, _ state: @escaping () -> State) {
        guard known.insert(ObjectIdentifier(object)).inserted else { return }
        let make: () -> () -> Bool = {
            let before = state()
            return { state() == before }
        }
        entries.append(Condition(object: object, holds: make(), renew: isRenewable ? make : nil))
    }

    /// Whether all is as it was when it was noted.
    mutating func hold() -> Bool {
        if lookedAt == Conditions.clock { return true }
        for place in entries.indices where !entries[place].holds() { return false }
        lookedAt = Conditions.clock
        return true
    }

    /// Takes modules as they are now for what was noted: whoever asks for it knows that recording would give the same.
    mutating func renew() {
        for place in entries.indices {
            guard let renew = entries[place].renew else { continue }
            entries[place] = Condition(object: entries[place].object, holds: renew(), renew: renew)
        }
        lookedAt &-= 1
    }
}

extension Capture {
    /// In a capture block, notes what recording depends on of `object`, which the block has met.
    public static func note<State: Equatable>(
        _ object: AnyObject, isRenewable: Bool = false, _ state: @escaping () -> State
    ) {
        guard let capture = ThreadState.current.capture else { return }
        capture.conditions.note(object, isRenewable: isRenewable, state)
    }
}
