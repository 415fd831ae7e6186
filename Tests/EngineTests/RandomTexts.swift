import Foundation

@testable import Engine

/// Values, calls and texts with mistakes at random, the same for the same state. The numbers are SplitMix64's (Steele,
/// Lea and Flood 2014).
struct RandomTexts {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }

    private mutating func text() -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "Z", "0", " ", "'", "\"", "\\", "\n", "\r", "\t", ",", "(", ")", "=", "\u{e9}", "\u{301}", "\u{1F600}",
            "\u{7f}",
        ]
        var result = String.UnicodeScalarView()
        for _ in 0..<below(8) { result.append(pick(scalars)) }
        return String(result)
    }

    mutating func value(depth: Int) -> Value {
        switch below(depth > 0 ? 7 : 6) {
        case 0: return .none
        case 1: return .flag(below(2) == 0)
        case 2: return .integer(Int64(bitPattern: next()) >> Int64(below(64)))
        case 3: return .real(Double(bitPattern: next()))
        case 4:
            return .real(
                pick([
                    0, -0.0, 0.1, 1e16, -1e-5, 5e-324, Double.greatestFiniteMagnitude, Double.infinity,
                    -Double.infinity, Double.nan,
                ]))
        case 5: return .text(text())
        default: return .list((0..<below(4)).map { _ in value(depth: depth - 1) })
        }
    }

    private mutating func name() -> String {
        pick(["a", "relu", "x_1", "a.b", "enc.0.w", "_", "float32", "torch.int64", "\u{e9}", "Linear"])
    }

    mutating func call(depth: Int) -> String {
        let arguments = (0..<below(4)).map { _ -> String in
            let keyword = pick(["", "", "dim=", "a_1 = ", "'a b'=", "None="])
            switch below(depth > 0 ? 5 : 2) {
            case 0: return keyword + name()
            case 1: return keyword + value(depth: depth).literal
            case 2: return keyword + call(depth: depth - 1)
            case 3: return keyword + "[\(name()), \(call(depth: depth - 1))]"
            default: return keyword + "(\(value(depth: 1).literal), \(call(depth: depth - 1)),)"
            }
        }
        let (separator, end) = (pick([", ", ",", " ,\n"]), arguments.isEmpty ? "" : pick(["", ",", " "]))
        return "\(name())(\(arguments.joined(separator: separator))\(end))"
    }

    /// With some characters put in, taken out, exchanged or doubled.
    mutating func mutated(_ text: String) -> String {
        let alphabet = Array("()[]=,'\"\\+-._*/ 0123456789eEnaxTrueNone\n\u{e9}\u{0}".unicodeScalars)
        var scalars = Array(text.unicodeScalars)
        for _ in 0...below(3) {
            let place = below(scalars.count + 1)
            switch below(5) {
            case 0: scalars.insert(pick(alphabet), at: place)
            case 1 where place < scalars.count: scalars.remove(at: place)
            case 2 where place < scalars.count: scalars[place] = pick(alphabet)
            case 3 where place < scalars.count:
                scalars.insert(contentsOf: scalars[place...].prefix(1 + below(6)), at: place)
            default: scalars.removeLast(min(scalars.count, below(4)))
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
