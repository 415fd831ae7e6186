import Steps

// Places as numbers: several indices as one, and the places of the true elements of a mask.

/// Takes one axis more into flat indices: flat[c] = flat[c] * n + indices[c], or with `isFirst` indices[c] alone. The
/// indices have been checked; negative ones count from the end of the axis.
public func ravel(
    isFirst: Bool, n: Int, _ indexDType: DType, _ indices: UnsafeRawPointer, count: Int,
    _ flat: UnsafeMutablePointer<Int64>
) {
    let indices = Indices(indexDType, indices)
    for c in 0..<count { flat[c] = (isFirst ? 0 : flat[c] &* Int64(n)) &+ Int64(indices.wrapped(c, n)) }
}

/// How many of `count` bools are true.
public func countTrue(_ mask: UnsafeRawPointer, _ count: Int) -> Int {
    let mask = mask.assumingMemoryBound(to: UInt8.self)
    var sum = 0
    for position in 0..<count { sum &+= Int(mask[position]) }
    return sum
}

/// Writes the positions of the true elements among `count` bools, ascending; there is room for `countTrue` of them.
public func truePositions(_ mask: UnsafeRawPointer, _ count: Int, _ positions: UnsafeMutablePointer<Int64>) {
    let mask = mask.assumingMemoryBound(to: UInt8.self)
    var next = 0
    for position in 0..<count where mask[position] != 0 {
        positions[next] = Int64(position)
        next += 1
    }
}

/// Row r of `places` [count, rank] becomes the index along each axis of the element at flat position positions[r] of a
/// dense array.
public func unravel(
    _ positions: UnsafePointer<Int64>, _ count: Int, extents: [Int], _ places: UnsafeMutablePointer<Int64>
) {
    let rank = extents.count
    for row in 0..<count {
        var rest = Int(positions[row])
        for axis in stride(from: rank - 1, through: 0, by: -1) {
            let (above, index) = rest.quotientAndRemainder(dividingBy: extents[axis])
            places[row * rank + axis] = Int64(index)
            rest = above
        }
    }
}
