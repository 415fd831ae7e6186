import Foundation
import XCTest

@testable import Engine

/// Random graphs, computed as one plan and node by node: one loop over many nodes must see what many loops over one
/// node see, and no group of nodes may have to wait for itself.
final class FusionFuzzTests: XCTestCase {
    private struct Random {
        var state: UInt64
        mutating func below(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(count))
        }
        mutating func element<T>(_ list: [T]) -> T { list[below(list.count)] }
    }

    /// One more tensor made from those there are. Values stay bounded, so that no NaN hides a difference.
    private func grow(_ made: [Tensor], _ random: inout Random) throws -> Tensor {
        let x = random.element(made)
        let rank = x.shape.count
        switch random.below(14) {
        case 0: return try x.applying(random.element([.tanh, .sin, .sigmoid, .relu, .gelu, .negative]))
        case 1:
            return try x.applying(random.element([.absolute, .sign, .cos, .erf, .leakyRelu, .softplus])).applying(.tanh)
        case 2: return try x.permute()
        case 3: return try x.reshape([x.count])
        case 4: return try x.count % 2 == 0 ? x.reshape([2, x.count / 2]) : x * 0.5
        case 5: return rank > 0 ? try x.sum([random.below(rank)], keepdims: true).applying(.tanh) : x
        case 6: return rank > 0 ? try x.reduce(.maximum, [random.below(rank)], keepdims: random.below(2) == 0) : x
        case 7:
            return rank > 0 && x.shape[0] > 1
                ? try x.slice(0, start: random.below(2), stop: nil, step: 1 + random.below(2)) : x
        case 8: return rank > 0 && x.shape[rank - 1] > 0 ? try x.softmax(-1) : x
        case 9: return try x.cast(random.element([.float32, .float64]))
        default:
            let partners = made.filter {
                broadcastShape($0.shape, x.shape) != nil && broadcastShape($0.shape, x.shape)!.reduce(1, *) <= 64
            }
            let y = random.element(partners)
            switch random.below(5) {
            case 0: return try x + y * 0.25
            case 1: return try (x * y).applying(.tanh)
            case 2: return try Tensor.apply(.maximum, x, y)
            case 3: return try Tensor.choose(Tensor.apply(.less, x, y), x, y - x).applying(.tanh)
            default: return try x - y
            }
        }
    }

    func testRandomGraphsComputedAtOnceGiveTheBitsOfOneNodeAfterTheOther() throws {
        for seed in 0..<150 {
            func build(evaluating: Bool) throws -> [Tensor] {
                var random = Random(state: UInt64(seed) &* 7919 &+ 17)
                var made = [
                    try tensor(noise([3, 4], seed: 5)), try tensor(noise([4], seed: 6), .float32),
                    try tensor(noise([3, 1], seed: 7)), try scalar(0.3),
                    try tensor(noise([2, 3, 4], seed: 8), .float32),
                ]
                for _ in 0..<30 {
                    let next = try grow(made, &random)
                    if evaluating { try Tensor.evaluate([next]) }
                    made.append(next)
                }
                return made
            }
            let single = try build(evaluating: true)
            let whole = try build(evaluating: false)
            var random = Random(state: UInt64(seed) + 99)
            let asked = (0..<4).map { _ in random.below(whole.count) } + [whole.count - 1]
            let wanted = try asked.map { try whole[$0].node() }
            let want = try asked.map { try single[$0].bytes() }
            for passes in [Set(Pass.allCases), [.fuse], [.fuse, .inplace], [.schedule, .fuse], []] {
                let got = try PlanRun(wanted, passes: passes).outputs()
                XCTAssertEqual(got, want, "seed \(seed), passes \(passes.map { $0.rawValue })")
            }
        }
    }
}
