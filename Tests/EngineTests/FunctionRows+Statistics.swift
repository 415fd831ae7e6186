@testable import Engine

private let x = noise([2, 3], seed: 3)
private let y = noise([3], seed: 5)
private let line = noise([5], seed: 17)
private let rising = Values([3], [0, 0.5, 2])
private let ties = Values([2, 3], [1, 2, 2, 0, 0, 3])
private let labels = Values([4], [2, 0, 1, 2])

/// Statistics, what goes along an axis, and what searches.
extension FunctionRow {
    static let statistics: [FunctionRow] = [
        FunctionRow("nansum(dim=1)", [f64(x)]) { [try $0[0].sumWithoutNaN([1])] },
        FunctionRow("nansum(dtype=float64)", [f32(x)]) { [try $0[0].cast(.float64).sumWithoutNaN()] },
        FunctionRow("nanmean((0, 1), True)", [f64(x)]) { [try $0[0].meanWithoutNaN(keepdims: true)] },
        FunctionRow("var_mean(1, unbiased=False)", [f64(x)]) {
            [try $0[0].variance([1], correction: 0), try $0[0].mean([1])]
        },
        FunctionRow("std_mean(correction=0)", [f64(x)]) {
            [try $0[0].standardDeviation(correction: 0), try $0[0].mean()]
        },
        FunctionRow("aminmax", [f64(x)]) { [try $0[0].reduce(.minimum), try $0[0].reduce(.maximum)] },
        FunctionRow("aminmax(dim=0, keepdim=True)", [f64(x)]) {
            [try $0[0].reduce(.minimum, [0], keepdims: true), try $0[0].reduce(.maximum, [0], keepdims: true)]
        },
        FunctionRow("count_nonzero(dim=1)", [f64(ties)]) { [try $0[0].countNonzero([1])] },
        FunctionRow("median", [f64(x)]) { [try $0[0].median()] },
        FunctionRow("median(keepdim=True)", [f64(x)]) { [try $0[0].median().reshape([1, 1])] },
        FunctionRow("median(dim=1)", [f64(x)]) { both(try $0[0].median(1)) },
        FunctionRow("nanmedian(0, True)", [f64(x)]) { both(try $0[0].median(0, keepdims: true, ignoresNaN: true)) },
        FunctionRow("kthvalue(k=2)", [f64(x)]) { both(try $0[0].kthValue(2, -1)) },
        FunctionRow("mode(dim=-1)", [f64(ties)]) { both(try $0[0].mode(-1)) },
        FunctionRow("quantile(0.3, dim=1)", [f64(x)]) { [try $0[0].quantile(.full([], 0.3, .float64), 1)] },
        FunctionRow("quantile(interpolation='nearest')", [f64(x), f64(Values([2], [0.2, 0.7]))]) {
            [try $0[0].quantile($0[1], nil, .nearest)]
        },
        FunctionRow("nanquantile(q=0.5, keepdim=True)", [f64(x)]) {
            [try $0[0].quantile(.full([], 0.5, .float64), keepdims: true, ignoresNaN: true)]
        },
        FunctionRow("cov", [f64(x)]) { [try $0[0].covariance()] },
        FunctionRow("cov(correction=0, aweights=None)", [f64(x), i64(Values([3], [1, 2, 1]))]) {
            [try $0[0].covariance(correction: 0, counts: $0[1])]
        },
        FunctionRow("corrcoef", [f64(x)]) { [try $0[0].correlation()] },
        FunctionRow("dist(p=3)", [f64(x), f64(y)]) { [try $0[0].distance($0[1], 3)] },
        FunctionRow("renorm(2, 0, 0.5)", [f64(x)]) { [try $0[0].renormalized(2, 0, 0.5)] },
        FunctionRow("histc(4, min=-1, max=1)", [f64(x)]) { [try $0[0].histogram(4, -1, 1)] },
        FunctionRow("histogram(4, range=(-1, 1))", [f64(x)]) {
            let found = try $0[0].histogram(4, range: (-1, 1))
            return [found.counts, found.edges]
        },
        FunctionRow("histogram(density=True, weight=None)", [f64(x), f64(rising)]) {
            [try $0[0].histogram(edges: $0[1], density: true), $0[1]]
        },
        FunctionRow("bincount(minlength=5)", [i64(labels)]) { [try $0[0].bincount(least: 5)] },
        FunctionRow("bincount", [i64(labels), f64(noise([4]))]) { [try $0[0].bincount($0[1])] },
    ]

    static let scans: [FunctionRow] = [
        FunctionRow("cummax(dim=1)", [f64(ties)]) { both(try $0[0].cumulativeExtreme(1, isMaximum: true)) },
        FunctionRow("cummin(0)", [f64(ties)]) { both(try $0[0].cumulativeExtreme(0, isMaximum: false)) },
        FunctionRow("logcumsumexp(-1)", [f64(x)]) { [try $0[0].logCumulativeSumExp(-1)] },
        FunctionRow("diff", [f64(x)]) { [try $0[0].difference()] },
        FunctionRow("diff(n=2, dim=0, prepend=None)", [f64(x), f64(x)]) {
            [try $0[0].difference(2, 0, after: $0[1])]
        },
        FunctionRow("trapezoid(dx=0.5, dim=0)", [f64(x)]) { [try $0[0].trapezoid(dx: 0.5, 0)] },
        FunctionRow("trapz", [f64(x), f64(rising)]) { [try $0[0].trapezoid($0[1])] },
        FunctionRow("cumulative_trapezoid", [f64(x), f64(rising)]) { [try $0[0].trapezoid($0[1], cumulative: true)] },
        FunctionRow("gradient(spacing=(0.5, 2))", [f64(x)]) { try $0[0].gradient(nil, spacing: [0.5, 2]) },
        FunctionRow("gradient(dim=1, edge_order=2)", [f64(x), f64(rising)]) {
            try $0[0].gradient([1], spacing: [], coordinates: [$0[1]], edgeOrder: 2)
        },
    ]

    static let searching: [FunctionRow] = [
        FunctionRow("searchsorted(right=True)", [f64(rising), f64(x)]) {
            [try $0[0].searchSorted($0[1], right: true, "searchsorted")]
        },
        FunctionRow("searchsorted(input=1, side='left', out_int32=True)", [f64(rising)]) {
            [try $0[0].searchSorted(.full([], 1, .float64), "searchsorted").cast(.int32)]
        },
        FunctionRow("searchsorted", [f64(y), f64(x), i64(Values([3], [2, 0, 1]))]) {
            [try $0[0].searchSorted($0[1], order: $0[2], "searchsorted")]
        },
        FunctionRow("bucketize", [f64(x), f64(rising)]) { [try $0[1].searchSorted($0[0], "bucketize")] },
        FunctionRow("isin(invert=True)", [f64(ties), f64(rising)]) {
            [try $0[0].isIn($0[1]).applying(.logicalNot)]
        },
        FunctionRow("isin(test_elements=2)", [i64(labels)]) { [try $0[0].applying(.equal, 2)] },
        FunctionRow("unique_consecutive(True, True)", [f64(ties)]) {
            let found = try $0[0].uniqueConsecutive()
            return [found.values, found.inverse, found.counts]
        },
        FunctionRow("unique_consecutive(dim=1)", [f64(ties)]) { [try $0[0].uniqueConsecutive(1).values] },
        FunctionRow("msort", [f64(x)]) { [try $0[0].sorted(0, descending: false).values] },
        FunctionRow("argwhere", [f64(ties)]) { [try $0[0].nonzero()] },
    ]

    private static func both(_ found: (values: Tensor, indices: Tensor)) -> [Tensor] { [found.values, found.indices] }
}
