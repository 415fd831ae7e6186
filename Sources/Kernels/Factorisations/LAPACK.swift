import Steps
import Machine
import Glibc

/// LAPACK from OpenBLAS, loaded at first use and never linked: the library starts on a machine without it, and says
/// what is missing. It is told to stay on one thread: the engine's threads share out the matrices of a batch, so a
/// matrix has the same bits whatever their number.
public enum LAPACK {
    public enum Loading {
        case done
        /// Why it could not be loaded.
        case missing(String)
        /// The process cannot have so many bytes now.
        case noMemory(bytes: Int)
    }

    /// Loads OpenBLAS if it is not loaded yet.
    public static func load() -> Loading {
        state.withLock { state in
            if state.outcome == nil {
                guard canMap(imageBytes) else { return .noMemory(bytes: imageBytes) }
                state.outcome = open(&state)
            }
            if case .missing(let sentence)? = state.outcome { return .missing(sentence) }
            return .done
        }
    }

    /// Sees to it that so many threads can be in OpenBLAS at once. Each takes a block of memory there, which stays for
    /// the next; where the system gives none, OpenBLAS asks again and again, for ever. Returns 0, or the bytes that
    /// could not be had.
    public static func reserve(threads: Int) -> Int {
        state.withLock { state in
            guard state.blocks < threads, let take = state.takeBlock, let giveBack = state.giveBlockBack else {
                return 0
            }
            var taken: [UnsafeMutableRawPointer?] = []
            defer { for block in taken { giveBack(block) } }
            while taken.count < threads {
                // One that is there already takes no memory, but which ones are is not told.
                if taken.count >= state.blocks, !canMap(blockBytes) { return blockBytes }
                taken.append(take(0))
                state.blocks = Swift.max(state.blocks, taken.count)
            }
            return 0
        }
    }

    /// A block of OpenBLAS is 128 MiB where processors are chosen at run time, and less elsewhere.
    private static let blockBytes = 129 << 20
    /// The library itself, and what its loading takes.
    private static let imageBytes = 64 << 20

    /// Whether the process may have so much more address space.
    private static func canMap(_ bytes: Int) -> Bool {
        guard let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            memory != MAP_FAILED
        else { return false }
        munmap(memory, bytes)
        return true
    }

    private struct State {
        var outcome: Outcome?
        /// How many threads have been provided for.
        var blocks = 0
        var takeBlock: (@convention(c) (Int32) -> UnsafeMutableRawPointer?)?
        var giveBlockBack: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?
    }

    private static let state = Locked(State())

    /// The routines of one dtype. Fortran takes everything by address, so those of both have one signature; texts pass
    /// their lengths behind the arguments. Names and argument orders are those of LAPACK:
    /// https://www.netlib.org/lapack/explore-html
    struct Routines {
        typealias Number = UnsafePointer<Int32>
        typealias Memory = UnsafeMutableRawPointer
        typealias Letter = UnsafePointer<UInt8>
        typealias Notes = UnsafeMutablePointer<Int32>

        /// m, n, a, lda, pivots, info
        typealias Factor = @convention(c) (Number, Number, Memory, Number, Notes, Notes) -> Void
        /// n, a, lda, pivots, work, lwork, info
        typealias Invert = @convention(c) (Number, Memory, Number, Notes, Memory, Number, Notes) -> Void
        /// trans, n, nrhs, a, lda, pivots, b, ldb, info
        typealias Solve =
            @convention(c) (Letter, Number, Number, Memory, Number, Notes, Memory, Number, Notes, Int) -> Void
        /// uplo, n, a, lda, info
        typealias Cholesky = @convention(c) (Letter, Number, Memory, Number, Notes, Int) -> Void
        /// uplo, trans, diag, n, nrhs, a, lda, b, ldb, info
        typealias SolveTriangular =
            @convention(c) (
                Letter, Letter, Letter, Number, Number, UnsafeRawPointer, Number, Memory, Number, Notes, Int, Int, Int
            ) -> Void
        /// m, n, a, lda, tau, work, lwork, info
        typealias FactorQR = @convention(c) (Number, Number, Memory, Number, Memory, Memory, Number, Notes) -> Void
        /// m, n, k, a, lda, tau, work, lwork, info
        typealias FormQ = @convention(c) (Number, Number, Number, Memory, Number, Memory, Memory, Number, Notes) -> Void
        /// jobz, uplo, n, a, lda, w, work, lwork, iwork, liwork, info
        typealias Eigen =
            @convention(c) (
                Letter, Letter, Number, Memory, Number, Memory, Memory, Number, Notes, Number, Notes, Int, Int
            ) -> Void
        /// jobz, m, n, a, lda, s, u, ldu, vt, ldvt, work, lwork, iwork, info
        typealias Singular =
            @convention(c) (
                Letter, Number, Number, Memory, Number, Memory, Memory, Number, Memory, Number, Memory, Number, Notes,
                Notes, Int
            ) -> Void

        let getrf: Factor
        let getri: Invert
        let getrs: Solve
        let potrf: Cholesky
        let trtrs: SolveTriangular
        let geqrf: FactorQR
        let orgqr: FormQ
        let syevd: Eigen
        let gesdd: Singular

        /// nil where `library` lacks one of them. `prefix` is LAPACK's letter for the dtype.
        init?(_ library: UnsafeMutableRawPointer, prefix: String) {
            func symbol<Function>(_ name: String, _ type: Function.Type) -> Function? {
                dlsym(library, "\(prefix)\(name)_").map { unsafeBitCast($0, to: type) }
            }
            guard let getrf = symbol("getrf", Factor.self), let getri = symbol("getri", Invert.self),
                let getrs = symbol("getrs", Solve.self),
                let potrf = symbol("potrf", Cholesky.self), let trtrs = symbol("trtrs", SolveTriangular.self),
                let geqrf = symbol("geqrf", FactorQR.self),
                let orgqr = symbol("orgqr", FormQ.self), let syevd = symbol("syevd", Eigen.self),
                let gesdd = symbol("gesdd", Singular.self)
            else { return nil }
            (self.getrf, self.getri, self.getrs, self.potrf, self.trtrs) = (getrf, getri, getrs, potrf, trtrs)
            (self.geqrf, self.orgqr, self.syevd, self.gesdd) = (geqrf, orgqr, syevd, gesdd)
        }
    }

    /// nil where `load` does not say `.done`.
    static func routines(_ dtype: DType) -> Routines? {
        state.withLock { state in
            guard case .loaded(let single, let double)? = state.outcome else { return nil }
            return dtype == .float32 ? single : double
        }
    }

    private enum Outcome {
        case loaded(Routines, Routines)
        case missing(String)
    }

    private static func open(_ state: inout State) -> Outcome {
        // The variable is the only way to keep OpenBLAS from starting threads while it loads.
        let variable = "OPENBLAS_NUM_THREADS"
        let saved = getenv(variable).map { String(cString: $0) }
        setenv(variable, "1", 1)
        defer {
            if let saved { setenv(variable, saved, 1) } else { unsetenv(variable) }
        }
        guard let library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL) else {
            let reason = dlerror().map { String(cString: $0) } ?? "libopenblas.so.0"
            return .missing("OpenBLAS, which factors matrices, could not be loaded (\(reason)); install libopenblas0")
        }
        guard let single = Routines(library, prefix: "s"), let double = Routines(library, prefix: "d") else {
            return .missing("libopenblas.so.0 was built without LAPACK; install libopenblas0")
        }
        if let setThreads = dlsym(library, "openblas_set_num_threads") {
            unsafeBitCast(setThreads, to: (@convention(c) (Int32) -> Void).self)(1)
        }
        if let take = dlsym(library, "blas_memory_alloc"), let giveBack = dlsym(library, "blas_memory_free") {
            state.takeBlock = unsafeBitCast(take, to: (@convention(c) (Int32) -> UnsafeMutableRawPointer?).self)
            state.giveBlockBack = unsafeBitCast(giveBack, to: (@convention(c) (UnsafeMutableRawPointer?) -> Void).self)
        }
        return .loaded(single, double)
    }
}
