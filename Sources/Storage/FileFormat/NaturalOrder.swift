/// The order of names in which "2" comes before "10": layers of a Sequential are called by their numbers, and where a
/// file does not keep the order in which they were made, their names are all there is to tell it.
enum NaturalOrder {
    static func precedes(_ one: String, _ two: String) -> Bool {
        func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
        var (first, second) = (Array(one.utf8)[...], Array(two.utf8)[...])
        while let a = first.first, let b = second.first {
            if isDigit(a), isDigit(b) {
                // Without zeros in front the longer number is the larger.
                let (x, y) = (first.prefix(while: isDigit), second.prefix(while: isDigit))
                let (p, q) = (x.drop { $0 == UInt8(ascii: "0") }, y.drop { $0 == UInt8(ascii: "0") })
                if p.count != q.count { return p.count < q.count }
                if !p.elementsEqual(q) { return p.lexicographicallyPrecedes(q) }
                first = first.dropFirst(x.count)
                second = second.dropFirst(y.count)
            } else {
                if a != b { return a < b }
                first = first.dropFirst()
                second = second.dropFirst()
            }
        }
        if first.isEmpty != second.isEmpty { return first.isEmpty }
        return one.utf8.lexicographicallyPrecedes(two.utf8)
    }
}
