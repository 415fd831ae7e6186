import Glibc

/// OpenBLAS, loaded at first use and never linked: the library starts, and says what is missing, on a machine without it.
/// It is told to stay on one thread, because the engine cuts products by their size and runs the pieces on its own pool,
/// so that the same program gives the same bits on any number of threads.
public enum BLAS {
    /// Loads OpenBLAS if it is not loaded yet. Returns nil, or a sentence that says why it could not be loaded.
    public static func load() -> String? {
        switch outcome {
        case .loaded: return nil
        case .missing(let sentence): return sentence
        }
    }

    // The values of CBLAS_ORDER and CBLAS_TRANSPOSE in cblas.h.
    static let rowMajor: Int32 = 101
    static let plain: Int32 = 111
    static let transposed: Int32 = 112

    /// The routines that the kernels call; in cblas.h, `?gemm` is (order, transA, transB, m, n, k, alpha, A, lda, B, ldb,
    /// beta, C, ldc) and `?gemv` is (order, transA, m, n, alpha, A, lda, x, incx, beta, y, incy).
    struct Routines {
        typealias SGEMM = @convention(c) (
            Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafeRawPointer, Int32, UnsafeRawPointer, Int32, Float,
            UnsafeMutableRawPointer, Int32
        ) -> Void
        typealias DGEMM = @convention(c) (
            Int32, Int32, Int32, Int32, Int32, Int32, Double, UnsafeRawPointer, Int32, UnsafeRawPointer, Int32, Double,
            UnsafeMutableRawPointer, Int32
        ) -> Void
        typealias SGEMV = @convention(c) (
            Int32, Int32, Int32, Int32, Float, UnsafeRawPointer, Int32, UnsafeRawPointer, Int32, Float, UnsafeMutableRawPointer,
            Int32
        ) -> Void
        typealias DGEMV = @convention(c) (
            Int32, Int32, Int32, Int32, Double, UnsafeRawPointer, Int32, UnsafeRawPointer, Int32, Double, UnsafeMutableRawPointer,
            Int32
        ) -> Void

        let sgemm: SGEMM
        let dgemm: DGEMM
        let sgemv: SGEMV
        let dgemv: DGEMV
    }

    /// The routines of the loaded library; nil when it could not be loaded.
    static let routines: Routines? = {
        if case .loaded(let routines) = outcome { return routines }
        return nil
    }()

    private enum Outcome {
        case loaded(Routines)
        case missing(String)
    }

    private static let outcome: Outcome = open()

    private static func open() -> Outcome {
        // An environment variable is the only way to choose OpenBLAS's kernels and to keep it from starting threads, and it is
        // read while the library loads.
        var settings = [("OPENBLAS_NUM_THREADS", "1")]
        if getenv("OPENBLAS_CORETYPE") == nil, let core = preferredCore() { settings.append(("OPENBLAS_CORETYPE", core)) }
        let saved = settings.map { name, _ in getenv(name).map { String(cString: $0) } }
        for (name, value) in settings { setenv(name, value, 1) }
        defer {
            for ((name, _), value) in zip(settings, saved) {
                if let value { setenv(name, value, 1) } else { unsetenv(name) }
            }
        }

        var reason = ""
        for name in ["libopenblas.so.0", "libopenblas.so"] {
            guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
                if reason.isEmpty { reason = dlerror().map { String(cString: $0) } ?? name }
                continue
            }
            guard let sgemm = dlsym(library, "cblas_sgemm"), let dgemm = dlsym(library, "cblas_dgemm"),
                let sgemv = dlsym(library, "cblas_sgemv"), let dgemv = dlsym(library, "cblas_dgemv")
            else {
                reason = "\(name) has no cblas functions"
                continue
            }
            if let setThreads = dlsym(library, "openblas_set_num_threads") {
                unsafeBitCast(setThreads, to: (@convention(c) (Int32) -> Void).self)(1)
            }
            return .loaded(
                Routines(
                    sgemm: unsafeBitCast(sgemm, to: Routines.SGEMM.self), dgemm: unsafeBitCast(dgemm, to: Routines.DGEMM.self),
                    sgemv: unsafeBitCast(sgemv, to: Routines.SGEMV.self), dgemv: unsafeBitCast(dgemv, to: Routines.DGEMV.self)))
        }
        return .missing("OpenBLAS could not be loaded: \(reason); install libopenblas0")
    }

    /// The name of the kernels to ask OpenBLAS for where its own choice is known to be wrong; nil where it is left alone.
    ///
    /// Releases up to 0.3.21 take an AMD core newer than family 25 for a Haswell and leave half of its speed unused; with
    /// AVX-512 the SkylakeX kernels are right. Valgrind's processor has no AVX-512, whatever /proc/cpuinfo says.
    private static func preferredCore() -> String? {
        if let preloaded = getenv("LD_PRELOAD"), strstr(preloaded, "vgpreload") != nil { return nil }
        guard let file = fopen("/proc/cpuinfo", "r") else { return nil }
        defer { fclose(file) }
        // The first processor's entry fits: its longest line, the flags, has about 2,000 characters.
        let text = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 8192) { buffer in
            String(decoding: buffer.prefix(fread(buffer.baseAddress, 1, buffer.count, file)), as: UTF8.self)
        }
        var fields: [Substring: Substring] = [:]
        for line in text.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            if fields[name[...]] == nil { fields[name[...]] = value }
        }
        guard fields["vendor_id"] == "AuthenticAMD", let family = fields["cpu family"].flatMap({ Int($0) }), family >= 26,
            let flags = fields["flags"]?.split(separator: " ")
        else { return nil }
        let needed: [Substring] = ["avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"]
        return needed.allSatisfy(flags.contains) ? "SKYLAKEX" : nil
    }
}
