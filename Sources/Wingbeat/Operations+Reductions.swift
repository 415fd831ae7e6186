import CWingbeat
import Engine

/// Reductions with parameters, scans, and what orders elements.

@implementation @_cdecl("wb_var") public func wb_var(
    _ x: OpaquePointer?, _ list: UnsafePointer<Int32>?, _ axis_count: Int32, _ correction: Double, _ keepdims: Int32,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(
        y, "var",
        try Written(reducing: "var", x, axes: list, axis_count, keepdims, .named("correction", .number(correction)))
    ) { () throws(Failure) in
        try tensor(x, "var").variance(axes(list, axis_count, "var"), correction: correction, keepdims: keepdims != 0)
    }
}

@implementation @_cdecl("wb_std") public func wb_std(
    _ x: OpaquePointer?, _ list: UnsafePointer<Int32>?, _ axis_count: Int32, _ correction: Double, _ keepdims: Int32,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(
        y, "std",
        try Written(reducing: "std", x, axes: list, axis_count, keepdims, .named("correction", .number(correction)))
    ) { () throws(Failure) in
        try tensor(x, "std").standardDeviation(
            axes(list, axis_count, "std"), correction: correction, keepdims: keepdims != 0)
    }
}

@implementation @_cdecl("wb_norm") public func wb_norm(
    _ x: OpaquePointer?, _ p: Double, _ list: UnsafePointer<Int32>?, _ axis_count: Int32, _ keepdims: Int32,
    _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "norm", try Written(reducing: "norm", x, .number(p), axes: list, axis_count, keepdims)) {
        () throws(Failure) in
        try tensor(x, "norm").norm(p, axes(list, axis_count, "norm"), keepdims: keepdims != 0)
    }
}

@implementation @_cdecl("wb_cumsum") public func wb_cumsum(
    _ x: OpaquePointer?, _ axis: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "cumsum", Written("cumsum", .tensor(x), .whole(axis))) { () throws(Failure) in
        try tensor(x, "cumsum").cumulativeSum(Int(axis))
    }
}

@implementation @_cdecl("wb_cumprod") public func wb_cumprod(
    _ x: OpaquePointer?, _ axis: Int32, _ y: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning(y, "cumprod", Written("cumprod", .tensor(x), .whole(axis))) { () throws(Failure) in
        try tensor(x, "cumprod").cumulativeProduct(Int(axis))
    }
}

@implementation @_cdecl("wb_sort") public func wb_sort(
    _ x: OpaquePointer?, _ axis: Int32, _ descending: Int32, _ values: UnsafeMutablePointer<OpaquePointer?>?,
    _ indices: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning([values, indices], Written("sort", .tensor(x), .whole(axis), .flag(descending))) { () throws(Failure) in
        try checkOuts([values, indices], "sort")
        let (found, places) = try tensor(x, "sort").sorted(Int(axis), descending: descending != 0)
        return [found, places]
    }
}

@implementation @_cdecl("wb_topk") public func wb_topk(
    _ x: OpaquePointer?, _ k: Int64, _ axis: Int32, _ largest: Int32, _ values: UnsafeMutablePointer<OpaquePointer?>?,
    _ indices: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    returning([values, indices], Written("topk", .tensor(x), .whole(k), .whole(axis), .flag(largest))) {
        () throws(Failure) in
        try checkOuts([values, indices], "topk")
        let (found, places) = try tensor(x, "topk").top(Int(k), Int(axis), largest: largest != 0)
        return [found, places]
    }
}

@implementation @_cdecl("wb_unique") public func wb_unique(
    _ x: OpaquePointer?, _ values: UnsafeMutablePointer<OpaquePointer?>?,
    _ inverse: UnsafeMutablePointer<OpaquePointer?>?,
    _ counts: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    unique(x, nil, values, inverse, counts)
}

@implementation @_cdecl("wb_unique_along") public func wb_unique_along(
    _ x: OpaquePointer?, _ axis: Int32, _ values: UnsafeMutablePointer<OpaquePointer?>?,
    _ inverse: UnsafeMutablePointer<OpaquePointer?>?,
    _ counts: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    unique(x, axis, values, inverse, counts)
}

private func unique(
    _ x: OpaquePointer?, _ axis: Int32?, _ values: UnsafeMutablePointer<OpaquePointer?>?,
    _ inverse: UnsafeMutablePointer<OpaquePointer?>?,
    _ counts: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    let dim: Written.Item = axis.map { .whole($0) } ?? .value(.none)
    return returning(
        [values, inverse, counts],
        Written(
            "unique", .tensor(x), .named("return_inverse", .flag(1)), .named("return_counts", .flag(1)),
            .named("dim", dim))
    ) { () throws(Failure) in
        let found = try tensor(x, "unique").unique(axis.map { Int($0) })
        return [found.values, found.inverse, found.counts]
    }
}
