import CWingbeat
import Engine

/// Products of given ranks, einsum, factorisations.

@implementation @_cdecl("wb_product") public func wb_product(
    _ op: wb_product_op, _ a: OpaquePointer?, _ b: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(
        y, "product",
        try Written(decode(op.rawValue, "product", "product", as: Tensor.Product.self).function, .tensor(a), .tensor(b))
    ) { () throws(Failure) in
        let kind: Tensor.Product = try decode(op.rawValue, "product", "product")
        return try Tensor.product(kind, tensor(a, kind.name), tensor(b, kind.name))
    }
}

@implementation @_cdecl("wb_einsum") public func wb_einsum(
    _ equation: UnsafePointer<CChar>?, _ handles: UnsafePointer<OpaquePointer?>?, _ count: Int32,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(
        y, "einsum", try Written("einsum", .text(text(equation, "the equation", "einsum")), .tensors(handles, count))
    ) { () throws(Failure) in
        try Tensor.einsum(text(equation, "the equation", "einsum"), tensors(handles, count, "einsum"))
    }
}

@implementation @_cdecl("wb_trace") public func wb_trace(
    _ x: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "trace", Written("trace", .tensor(x))) { () throws(Failure) in try tensor(x, "trace").trace() }
}

@implementation @_cdecl("wb_inverse") public func wb_inverse(
    _ a: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "inverse", Written("inverse", .tensor(a))) { () throws(Failure) in try tensor(a, "inverse").inverse() }
}

@implementation @_cdecl("wb_det") public func wb_det(
    _ a: OpaquePointer?, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "det", Written("det", .tensor(a))) { () throws(Failure) in try tensor(a, "det").determinant() }
}

@implementation @_cdecl("wb_slogdet") public func wb_slogdet(
    _ a: OpaquePointer?, _ sign: UnsafeMutablePointer<OpaquePointer?>?,
    _ logarithm: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning([sign, logarithm], Written("slogdet", .tensor(a))) { () throws(Failure) in
        try checkOuts([sign, logarithm], "slogdet")
        let found = try tensor(a, "slogdet").signAndLogDeterminant()
        return [found.sign, found.logarithm]
    }
}

@implementation @_cdecl("wb_solve") public func wb_solve(
    _ a: OpaquePointer?, _ b: OpaquePointer?, _ left: Int32, _ x: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(x, "solve", Written("solve", .tensor(a), .tensor(b), .named("left", .flag(left)))) { () throws(Failure) in
        try tensor(a, "solve").solve(tensor(b, "solve"), left: left != 0)
    }
}

@implementation @_cdecl("wb_triangular_solve") public func wb_triangular_solve(
    _ a: OpaquePointer?, _ b: OpaquePointer?, _ upper: Int32, _ left: Int32, _ unitriangular: Int32,
    _ x: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(
        x, "triangular_solve",
        Written(
            "solve_triangular", .tensor(a), .tensor(b), .named("upper", .flag(upper)), .named("left", .flag(left)),
            .named("unitriangular", .flag(unitriangular)))
    ) { () throws(Failure) in
        try tensor(a, "triangular_solve").solveTriangular(
            tensor(b, "triangular_solve"), upper: upper != 0, left: left != 0, unitriangular: unitriangular != 0)
    }
}

@implementation @_cdecl("wb_cholesky") public func wb_cholesky(
    _ a: OpaquePointer?, _ upper: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "cholesky", Written("cholesky", .tensor(a), .flag(upper))) { () throws(Failure) in
        try tensor(a, "cholesky").cholesky(upper: upper != 0)
    }
}

@implementation @_cdecl("wb_qr") public func wb_qr(
    _ a: OpaquePointer?, _ q: UnsafeMutablePointer<OpaquePointer?>?, _ r: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning([q, r], Written("qr", .tensor(a))) { () throws(Failure) in
        try checkOuts([q, r], "qr")
        let found = try tensor(a, "qr").qr()
        return [found.q, found.r]
    }
}

@implementation @_cdecl("wb_eigh") public func wb_eigh(
    _ a: OpaquePointer?, _ upper: Int32, _ values: UnsafeMutablePointer<OpaquePointer?>?,
    _ vectors: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning([values, vectors], Written("eigh", .tensor(a), .text(upper != 0 ? "U" : "L"))) { () throws(Failure) in
        try checkOuts([values, vectors], "eigh")
        let found = try tensor(a, "eigh").eigh(upper: upper != 0)
        return [found.values, found.vectors]
    }
}

@implementation @_cdecl("wb_svd") public func wb_svd(
    _ a: OpaquePointer?, _ u: UnsafeMutablePointer<OpaquePointer?>?, _ values: UnsafeMutablePointer<OpaquePointer?>?,
    _ vt: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning([u, values, vt], Written("svd", .tensor(a), .flag(0))) { () throws(Failure) in
        try checkOuts([u, values, vt], "svd")
        let found = try tensor(a, "svd").svd()
        return [found.u, found.values, found.v]
    }
}
