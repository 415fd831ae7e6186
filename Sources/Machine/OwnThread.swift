import Glibc

/// A thread of the library's own. It works inside `ForkGate` where it touches what a fork must find in order.
public enum OwnThread {
    /// nil if the system gives none. Signals are for the host's own threads.
    public static func start(_ work: @escaping () -> Void) -> pthread_t? {
        ForkGate.open()
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Work(work))
        let status = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
                return nil
            }, context.toOpaque())
        if status == 0 { return thread }
        context.release()
        return nil
    }

    private final class Work {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }
}
