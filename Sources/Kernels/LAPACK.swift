import Glibc

/// LAPACK from OpenBLAS, loaded at first use and never linked: the library starts on a machine without it, and says what is missing. It is told to stay on one
/// thread: the engine's threads share out the matrices of a batch, so a matrix has the same bits whatever their number.
public enum LAPACK {
    /// Loads OpenBLAS if it is not loaded yet. Returns nil, or a sentence that says why it could not be loaded.
    public static func load() -> String? {
        switch outcome {
        case .loaded: return nil
        case .missing(let sentence): return sentence
        }
    }

    /// The routines of one dtype. Fortran takes everything by address, so those of both have one signature; texts pass their lengths behind the arguments.
    /// Names and argument orders are those of LAPACK: https://www.netlib.org/lapack/explore-html
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
        typealias Solve = @convention(c) (Letter, Number, Number, Memory, Number, Notes, Memory, Number, Notes, Int) -> Void
        /// uplo, n, a, lda, info
        typealias Cholesky = @convention(c) (Letter, Number, Memory, Number, Notes, Int) -> Void
        /// uplo, trans, diag, n, nrhs, a, lda, b, ldb, info
        typealias SolveTriangular = @convention(c) (Letter, Letter, Letter, Number, Number, UnsafeRawPointer, Number, Memory, Number, Notes, Int, Int, Int) -> Void
        /// m, n, a, lda, tau, work, lwork, info
        typealias FactorQR = @convention(c) (Number, Number, Memory, Number, Memory, Memory, Number, Notes) -> Void
        /// m, n, k, a, lda, tau, work, lwork, info
        typealias FormQ = @convention(c) (Number, Number, Number, Memory, Number, Memory, Memory, Number, Notes) -> Void
        /// jobz, uplo, n, a, lda, w, work, lwork, iwork, liwork, info
        typealias Eigen = @convention(c) (Letter, Letter, Number, Memory, Number, Memory, Memory, Number, Notes, Number, Notes, Int, Int) -> Void
        /// jobz, m, n, a, lda, s, u, ldu, vt, ldvt, work, lwork, iwork, info
        typealias Singular = @convention(c) (Letter, Number, Number, Memory, Number, Memory, Memory, Number, Memory, Number, Memory, Number, Notes, Notes, Int) -> Void

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
            guard let getrf = symbol("getrf", Factor.self), let getri = symbol("getri", Invert.self), let getrs = symbol("getrs", Solve.self),
                let potrf = symbol("potrf", Cholesky.self), let trtrs = symbol("trtrs", SolveTriangular.self), let geqrf = symbol("geqrf", FactorQR.self),
                let orgqr = symbol("orgqr", FormQ.self), let syevd = symbol("syevd", Eigen.self), let gesdd = symbol("gesdd", Singular.self)
            else { return nil }
            (self.getrf, self.getri, self.getrs, self.potrf, self.trtrs) = (getrf, getri, getrs, potrf, trtrs)
            (self.geqrf, self.orgqr, self.syevd, self.gesdd) = (geqrf, orgqr, syevd, gesdd)
        }
    }

    /// nil where `load` gives a sentence.
    static func routines(_ dtype: DType) -> Routines? {
        guard case .loaded(let single, let double) = outcome else { return nil }
        return dtype == .float32 ? single : double
    }

    private enum Outcome {
        case loaded(Routines, Routines)
        case missing(String)
    }

    private static let outcome: Outcome = open()

    private static func open() -> Outcome {
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
        return .loaded(single, double)
    }
}
