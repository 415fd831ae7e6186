import Kernels
import Machine
import Steps

/// Loads LAPACK at first use.
func loadLAPACK(_ operation: String) throws(Failure) {
    switch LAPACK.load() {
    case .done: return
    case .missing(let sentence): throw .unsupported(operation: operation, sentence)
    case .noMemory(let bytes): throw .memory(operation: operation, bytes: bytes)
    }
}

/// Sees to it that LAPACK has its own memory for that many matrices, on as many threads as there are: it has no way to
/// say that it cannot get any.
private func reserveLAPACK(for matrices: Int, _ operation: String) throws(Failure) {
    let bytes = LAPACK.reserve(threads: min(matrices, ThreadPool.count))
    guard bytes == 0 else { throw .memory(operation: operation, bytes: bytes) }
}

extension SquareMatrices {
    init(_ batch: SquareBatch, _ operation: String) throws(Failure) {
        try loadLAPACK(operation)
        try reserveLAPACK(for: batch.count, operation)
        guard let matrices = SquareMatrices(dtype: batch.dtype, count: batch.count, n: batch.n) else {
            throw .internal(operation: operation, "LAPACK is loaded, but lacks a function")
        }
        self = matrices
    }

    /// The sentence for matrix `place`, which is -1 where none failed.
    func check(_ place: Int, _ operation: String, _ what: String) throws(Failure) {
        guard place >= 0 else { return }
        throw .argument(
            operation: operation, count == 1 ? "the matrix \(what)" : "matrix \(place) of the batch \(what)")
    }
}

/// Bytes up to the next multiple of a cache line.
private func lacksScratch(_ operation: String) -> Failure {
    .internal(operation: operation, "a step that works in memory was given none")
}

extension InverseStep {
    func scratchBytes() throws(Failure) -> Int { try SquareMatrices(matrices, operation).noteBytes }

    func call(_ scratch: Int?) throws(Failure) -> StepCall {
        let (step, matrices) = (self, try SquareMatrices(matrices, operation))
        guard let scratch else { throw lacksScratch(operation) }
        return { slots throws(Failure) in
            slots[step.result].copyMemory(from: slots[step.source], byteCount: matrices.bytes)
            let failed = matrices.invert(
                slots[step.result], notes: slots[scratch], fillsSingular: step.fillsSingular)
            if !step.fillsSingular { try matrices.check(failed, step.operation, "is singular") }
        }
    }
}

extension DeterminantStep {
    func scratchBytes() throws(Failure) -> Int {
        wholeLines(matrices.bytes) + (try SquareMatrices(matrices, operation).noteBytes)
    }

    func call(_ scratch: Int?) throws(Failure) -> StepCall {
        let (step, matrices) = (self, try SquareMatrices(matrices, operation))
        guard let scratch else { throw lacksScratch(operation) }
        let copyBytes = wholeLines(matrices.bytes)
        return { slots throws(Failure) in
            slots[scratch].copyMemory(from: slots[step.source], byteCount: matrices.bytes)
            matrices.determinants(slots[scratch], slots[step.result], notes: slots[scratch] + copyBytes)
        }
    }
}

extension CofactorsStep {
    func scratchBytes() throws(Failure) -> Int {
        let matrices = try SquareMatrices(matrices, operation)
        return matrices.noteBytes + matrices.cofactorBytes
    }

    func call(_ scratch: Int?) throws(Failure) -> StepCall {
        let (step, matrices) = (self, try SquareMatrices(matrices, operation))
        guard let scratch else { throw lacksScratch(operation) }
        return { slots throws(Failure) in
            slots[step.result].copyMemory(from: slots[step.source], byteCount: matrices.bytes)
            matrices.cofactors(
                of: slots[step.source], slots[step.result], notes: slots[scratch] + matrices.cofactorBytes,
                scratch: slots[scratch])
        }
    }
}

extension SolveStep {
    func scratchBytes() throws(Failure) -> Int {
        wholeLines(matrices.bytes) + (try SquareMatrices(matrices, operation).noteBytes)
    }

    func call(_ scratch: Int?) throws(Failure) -> StepCall {
        let (step, matrices) = (self, try SquareMatrices(matrices, operation))
        guard let scratch else { throw lacksScratch(operation) }
        let copyBytes = wholeLines(matrices.bytes)
        return { slots throws(Failure) in
            slots[scratch].copyMemory(from: slots[step.source], byteCount: matrices.bytes)
            slots[step.result].copyMemory(from: slots[step.rows], byteCount: step.rowBytes)
            let failed = matrices.solve(
                slots[scratch], slots[step.result], k: step.k, transposed: step.transposed,
                notes: slots[scratch] + copyBytes)
            try matrices.check(failed, step.operation, "is singular")
        }
    }

    fileprivate var rowBytes: Int { matrices.count * k * matrices.n * matrices.dtype.size }
}

extension TriangularSolveStep {
    func scratchBytes() throws(Failure) -> Int { try SquareMatrices(matrices, operation).noteBytes }

    func call(_ scratch: Int?) throws(Failure) -> StepCall {
        let (step, matrices) = (self, try SquareMatrices(matrices, operation))
        guard let scratch else { throw lacksScratch(operation) }
        let rowBytes = step.matrices.count * k * step.matrices.n * step.matrices.dtype.size
        return { slots throws(Failure) in
            slots[step.result].copyMemory(from: slots[step.rows], byteCount: rowBytes)
            let failed = matrices.solveTriangular(
                slots[step.source], slots[step.result], k: step.k, upper: step.upper, transposed: step.transposed,
                unit: step.unit, notes: slots[scratch])
            try matrices.check(failed, step.operation, "is singular: its diagonal has a 0")
        }
    }
}

extension CholeskyStep {
    func scratchBytes() throws(Failure) -> Int { try SquareMatrices(matrices, operation).noteBytes }

    func call(_ scratch: Int?) throws(Failure) -> StepCall {
        let (step, matrices) = (self, try SquareMatrices(matrices, operation))
        guard let scratch else { throw lacksScratch(operation) }
        return { slots throws(Failure) in
            slots[step.result].copyMemory(from: slots[step.source], byteCount: matrices.bytes)
            let failed = matrices.cholesky(
                slots[step.result], notes: slots[scratch], fillsFailed: step.fillsFailed)
            if !step.fillsFailed { try matrices.check(failed, step.operation, "is not positive definite") }
        }
    }
}

extension DecompositionStep {
    private func decompositions() throws(Failure) -> Decompositions {
        try loadLAPACK(operation)
        try reserveLAPACK(for: count, operation)
        let kind: Decompositions.Kind =
            switch kind {
            case .qr: .qr
            case .lu: .lu
            case .eigh: .eigh
            case .svd: .svd
            }
        guard let matrices = Decompositions(kind, dtype: dtype, count: count, m: m, n: n) else {
            throw .internal(operation: operation, "LAPACK is loaded, but lacks a function")
        }
        return matrices
    }

    func scratchBytes() throws(Failure) -> Int {
        let matrices = try decompositions()
        return kind == .eigh ? matrices.noteBytes : wholeLines(count * matrices.bytes) + matrices.noteBytes
    }

    func call(_ scratch: Int?) throws(Failure) -> StepCall {
        let (step, matrices) = (self, try decompositions())
        guard let scratch else { throw lacksScratch(operation) }
        let copyBytes = wholeLines(count * matrices.bytes)
        switch kind {
        case .qr:
            let columns = StridedCopy(layout)
            return { slots throws(Failure) in
                columns.gather(from: slots[step.source], to: slots[scratch])
                matrices.qr(slots[scratch], slots[step.result], notes: slots[scratch] + copyBytes)
            }
        case .lu:
            let columns = StridedCopy(layout)
            return { slots throws(Failure) in
                columns.gather(from: slots[step.source], to: slots[scratch])
                matrices.lu(slots[scratch], slots[step.result], notes: slots[scratch] + copyBytes)
            }
        case .eigh:
            return { slots throws(Failure) in
                try step.checkFinite(slots[step.source])
                try step.check(matrices.eigh(slots[step.source], slots[step.result], notes: slots[scratch]))
            }
        case .svd:
            return { slots throws(Failure) in
                try step.checkFinite(slots[step.source])
                slots[scratch].copyMemory(from: slots[step.source], byteCount: step.count * matrices.bytes)
                try step.check(matrices.svd(slots[scratch], slots[step.result], notes: slots[scratch] + copyBytes))
            }
        }
    }

    private func check(_ place: Int) throws(Failure) {
        guard place >= 0 else { return }
        throw .notFinite(operation: operation, "the iteration for matrix \(place) of the batch did not converge")
    }

    /// LAPACK may never end where a number is not finite.
    private func checkFinite(_ data: UnsafeRawPointer) throws(Failure) {
        guard let place = firstNotFinite(dtype, data, count: count * m * n) else { return }
        throw .notFinite(operation: operation, "the element at position \(place) is not finite")
    }
}
