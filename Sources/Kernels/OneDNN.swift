import Glibc

/// oneDNN's matrix product of float32, a tenth faster than OpenBLAS's on the products that large layers are made of. Loaded when the first such product
/// is planned, and never needed: without it OpenBLAS does all.
enum OneDNN {
    /// dnnl_sgemm (transA, transB, m, n, k, alpha, A, lda, B, ldb, beta, C, ldc), row-major, in one thread; returns whether it worked.
    struct Routine {
        fileprivate typealias SGEMM = @convention(c) (
            CChar, CChar, Int, Int, Int, Float, UnsafeRawPointer, Int, UnsafeRawPointer, Int, Float, UnsafeMutableRawPointer, Int
        ) -> Int32

        fileprivate let sgemm: SGEMM
        fileprivate let getThreads: @convention(c) () -> Int32
        fileprivate let setThreads: @convention(c) (Int32) -> Void

        func callAsFunction(
            transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, _ a: UnsafeRawPointer, lda: Int, _ b: UnsafeRawPointer, ldb: Int,
            _ c: UnsafeMutableRawPointer, ldc: Int
        ) -> Bool {
            // OpenMP's number of threads is each thread's own, and the host's where the host is calling.
            let threads = getThreads()
            if threads != 1 { setThreads(1) }
            defer { if threads != 1 { setThreads(threads) } }
            return sgemm(transposeA ? OneDNN.transposed : OneDNN.plain, transposeB ? OneDNN.transposed : OneDNN.plain, m, n, k, 1, a, lda, b, ldb, 0, c, ldc)
                == 0
        }
    }

    private static let plain = CChar(UInt8(ascii: "N"))
    private static let transposed = CChar(UInt8(ascii: "T"))

    static let routine: Routine? = {
        for name in ["libdnnl.so.2", "libdnnl.so.3"] {
            guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { continue }
            // Builds without OpenMP, whose threads cannot be told apart from here, are left alone.
            guard let sgemm = dlsym(library, "dnnl_sgemm"), let get = dlsym(library, "omp_get_max_threads"),
                let set = dlsym(library, "omp_set_num_threads")
            else { continue }
            return Routine(
                sgemm: unsafeBitCast(sgemm, to: Routine.SGEMM.self),
                getThreads: unsafeBitCast(get, to: (@convention(c) () -> Int32).self),
                setThreads: unsafeBitCast(set, to: (@convention(c) (Int32) -> Void).self))
        }
        return nil
    }()

    /// Whether a product of this size is faster there: large enough for its overhead, and no side narrower than its blocks.
    static func isFaster(m: Int, n: Int, k: Int) -> Bool {
        Swift.min(m, n) >= 64 && 2 * Double(m) * Double(n) * Double(k) >= 4e6
    }
}
