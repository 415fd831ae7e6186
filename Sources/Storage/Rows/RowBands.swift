/// The rows of a data set in bands of neighbours that are read together.
struct RowBands {
    /// Rows in all.
    let rowCount: Int
    /// Rows of each band but the last.
    let size: Int

    var count: Int { rowCount == 0 ? 0 : (rowCount - 1) / size + 1 }

    /// The band that has a row.
    func band(of row: Int) -> Int { row / size }

    func rows(of band: Int) -> Range<Int> { band * size..<min((band + 1) * size, rowCount) }
}
