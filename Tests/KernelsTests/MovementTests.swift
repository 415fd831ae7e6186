import Steps
import XCTest

@testable import Kernels
@testable import References

/// Strided copies against loops over single elements, for all sizes of elements.
final class MovementTests: XCTestCase {
    private static let dtypes: [DType] = [.uint8, .float32, .int64]

    private struct View {
        var shape: [Int]
        var strides: [Int]
        var offset = 0
        /// Elements of the memory that it looks at.
        var size: Int

        var count: Int { shape.reduce(1, *) }
        /// The places of its elements, row-major.
        var places: [Int] {
            var places = [offset]
            for (extent, stride) in zip(shape, strides) {
                places = places.flatMap { place in (0..<extent).map { place + $0 * stride } }
            }
            return places
        }
    }

    /// Dense memory with its axes in another order.
    private func transposed(_ shape: [Int], _ order: [Int]) -> View {
        var strides = shape.map { _ in 0 }
        var size = 1
        for axis in order.reversed() {
            strides[axis] = size
            size *= shape[axis]
        }
        return View(shape: shape, strides: strides, size: size)
    }

    /// Some axes backwards, with gaps, and if it is only read, standing still.
    private func disturbed(_ view: View, isRead: Bool, _ noise: inout Noise) -> View {
        var view = view
        let scale = noise.pick([1, 1, 2, 3])
        view.strides = view.strides.map { $0 * scale }
        view.size *= scale
        for axis in view.shape.indices where view.shape[axis] > 0 {
            if noise.chance(25) {
                view.offset += view.strides[axis] * (view.shape[axis] - 1)
                view.strides[axis] *= -1
            } else if isRead, noise.chance(20) {
                view.strides[axis] = 0
            }
        }
        return view
    }

    private func check(_ view: View, _ dtype: DType, gathers: Bool = true, scatters: Bool, _ noise: inout Noise) {
        let copy = StridedCopy(
            StridedLayout(elementBytes: dtype.size, shape: view.shape, strides: view.strides, offset: view.offset))
        let places = view.places
        if gathers {
            let source = Memory.noise(dtype, Swift.max(1, view.size), &noise)
            let found = sameOnAnyThreads { () -> [UInt8] in
                let y = Memory(dtype, view.count)
                copy.gather(from: source.pointer, to: y.pointer)
                XCTAssertTrue(y.isWallIntact)
                return y.bytes
            }
            let wanted = Memory(dtype, view.count)
            for (place, at) in places.enumerated() { wanted[place] = source[at] }
            XCTAssertTrue(found == wanted.bytes, "gather \(dtype) \(view.shape) \(view.strides)")
        }
        if scatters {
            let source = Memory.noise(dtype, view.count, &noise)
            let found = sameOnAnyThreads { () -> [UInt8] in
                let y = Memory(dtype, Swift.max(1, view.size))
                copy.scatter(from: source.pointer, to: y.pointer)
                XCTAssertTrue(y.isWallIntact)
                return y.bytes
            }
            // Gaps stay as they are.
            let wanted = Memory(dtype, Swift.max(1, view.size))
            for (place, at) in places.enumerated() { wanted[at] = source[place] }
            XCTAssertTrue(found == wanted.bytes, "scatter \(dtype) \(view.shape) \(view.strides)")
        }
    }

    func testMatricesOfAnySizeAreTransposed() {
        var noise = Noise(1)
        for dtype in MovementTests.dtypes {
            for (rows, columns) in [
                (1, 1), (1, 9), (3, 5), (4, 4), (15, 17), (16, 16), (16, 32), (31, 33), (48, 5), (5, 48), (100, 129),
                (3, 1000), (1000, 3),
            ] {
                check(transposed([rows, columns], [1, 0]), dtype, scatters: true, &noise)
            }
        }
    }

    func testBatchesOfMatricesAreTransposedInEveryOrderOfTheirAxes() {
        var noise = Noise(2)
        for dtype in MovementTests.dtypes {
            for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
                for shape in [[2, 3, 4], [5, 16, 20], [17, 4, 33], [1, 7, 9], [3, 0, 4]] {
                    check(transposed(shape, order), dtype, scatters: true, &noise)
                }
            }
        }
    }

    func testLargeCopiesInPiecesAreTheSame() {
        var noise = Noise(3)
        for (shape, order) in [
            ([1000, 1003], [1, 0]), ([7, 300, 500], [0, 2, 1]), ([300, 7, 500], [2, 1, 0]), ([1_500_000], [0]),
            ([2, 700_000], [1, 0]),
        ] {
            check(transposed(shape, order), .float32, scatters: true, &noise)
        }
        check(
            View(shape: [600_000], strides: [-2], offset: 1_199_998, size: 1_200_000), .float32, scatters: true, &noise)
        check(View(shape: [1000, 900], strides: [0, 1], size: 900), .int64, scatters: false, &noise)
        check(View(shape: [900, 1000], strides: [1, 0], size: 900), .int64, scatters: false, &noise)
    }

    func testRandomViewsAreReadAndWrittenElementByElement() {
        var noise = Noise(4)
        for _ in 0..<1500 {
            let shape = (0..<noise.below(6)).map { _ in noise.chance(2) ? 0 : noise.pick([1, 2, 3, 4, 5, 16, 18]) }
            guard shape.reduce(1, *) < 20_000 else { continue }
            var order = Array(shape.indices)
            for place in order.indices { order.swapAt(place, noise.below(order.count)) }
            let view = transposed(shape, order)
            let dtype = noise.pick(MovementTests.dtypes)
            check(disturbed(view, isRead: true, &noise), dtype, scatters: false, &noise)
            check(disturbed(view, isRead: false, &noise), dtype, gathers: false, scatters: true, &noise)
        }
    }
}
