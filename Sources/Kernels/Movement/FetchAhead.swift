import CVectors

/// Asks for elements that are read soon, where no processor expects that.
@inline(__always)
func fetchAhead<Scalar>(_ source: UnsafePointer<Scalar>, _ count: Int) {
    for place in stride(from: 0, to: count, by: 64 / MemoryLayout<Scalar>.size) { shim_prefetch(source + place) }
}
