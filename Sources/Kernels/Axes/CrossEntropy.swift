import Steps
import Machine

// Cross-entropy of rows of logits [rows, classes] with the classes that are right. All labels are checked before
// anything is written; the result is -1 or the first row whose label is outside 0 ..< classes.

extension AxisKernels {
    /// loss[r] = log(sum of exp(logits[r])) - logits[r][label[r]]
    public static func crossEntropy(
        _ dtype: DType, logits: UnsafeRawPointer, labelDType: DType, labels: UnsafeRawPointer,
        loss: UnsafeMutableRawPointer,
        rows: Int, classes: Int
    ) -> Int {
        let labels = Indices(labelDType, labels)
        let bad = labels.firstOutside(0..<classes, count: rows)
        guard bad < 0 else { return bad }
        if dtype == .float32 {
            losses(Float.self, logits, labels, loss, rows, classes)
        } else {
            losses(Double.self, logits, labels, loss, rows, classes)
        }
        return -1
    }

    /// gradient[r][c] = (softmax(logits[r])[c] - (c == label[r])) * upstream[r * upstreamStride]
    public static func crossEntropyGradient(
        _ dtype: DType, logits: UnsafeRawPointer, labelDType: DType, labels: UnsafeRawPointer,
        upstream: UnsafeRawPointer,
        upstreamStride: Int, gradient: UnsafeMutableRawPointer, rows: Int, classes: Int
    ) -> Int {
        let labels = Indices(labelDType, labels)
        let bad = labels.firstOutside(0..<classes, count: rows)
        guard bad < 0 else { return bad }
        if dtype == .float32 {
            gradients(Float.self, logits, labels, upstream, upstreamStride, gradient, rows, classes)
        } else {
            gradients(Double.self, logits, labels, upstream, upstreamStride, gradient, rows, classes)
        }
        return -1
    }

    private static func losses<T: RowScalar>(
        _ type: T.Type, _ logits: UnsafeRawPointer, _ labels: Indices, _ loss: UnsafeMutableRawPointer, _ rows: Int,
        _ classes: Int
    ) {
        let logits = logits.assumingMemoryBound(to: T.self)
        let loss = loss.assumingMemoryBound(to: T.self)
        inPieces(rows, grain: Swift.max(1, pieceElements / Swift.max(1, classes))) { part in
            let first = logits + part.lowerBound * classes
            ContiguousRows(x: first, count: part.count, n: classes).logSums { row, shift, logarithm in
                // The shift first: near a large logit the logarithm has digits that the logit has not.
                loss[part.lowerBound + row] = (shift - first[row * classes + labels[part.lowerBound + row]]) + logarithm
            }
        }
    }

    private static func gradients<T: RowScalar>(
        _ type: T.Type, _ logits: UnsafeRawPointer, _ labels: Indices, _ upstream: UnsafeRawPointer, _ stride: Int,
        _ gradient: UnsafeMutableRawPointer, _ rows: Int, _ classes: Int
    ) {
        let logits = logits.assumingMemoryBound(to: T.self)
        let upstream = upstream.assumingMemoryBound(to: T.self)
        let gradient = gradient.assumingMemoryBound(to: T.self)
        inPieces(rows, grain: Swift.max(1, pieceElements / Swift.max(1, classes))) { part in
            let first = part.lowerBound * classes
            ContiguousRows(x: logits + first, count: part.count, n: classes)
                .softmax(gradient + first, scale: upstream + part.lowerBound * stride, stride: stride)
            for row in part { gradient[row * classes + labels[row]] -= upstream[row * stride] }
        }
    }
}
