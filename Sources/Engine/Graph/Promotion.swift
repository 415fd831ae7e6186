import Steps
import Synchronization

/// Where dtypes meet: PyTorch's rules. Truth values, whole numbers and floats are three categories. The highest
/// category decides, and within it the wider dtype. Tensors without axes widen nothing within the category of those
/// with axes, and Python's numbers nothing within that of any tensor.

extension DType {
    enum Category: Int, Comparable {
        case truth, whole, float
        static func < (a: Category, b: Category) -> Bool { a.rawValue < b.rawValue }
    }

    var category: Category { isFloat ? .float : isInteger ? .whole : .truth }

    /// What floats are where nothing says what they are to be, and what functions of floats make of whole numbers:
    /// float32, or what the process has set.
    public static var standard: DType { isStandardDouble.load(ordering: .relaxed) ? .float64 : .float32 }

    /// Sets it for the process.
    public static func setStandard(_ dtype: DType) throws(Failure) {
        guard dtype == .float32 || dtype == .float64 else {
            throw .dtype(
                operation: "set_default_dtype", "float32 or float64 is expected, but \(dtype.name) was given")
        }
        isStandardDouble.store(dtype == .float64, ordering: .relaxed)
    }
}

private let isStandardDouble = Atomic(false)

/// The dtype in which `a` and `b` meet.
public func promote(_ a: DType, _ b: DType) -> DType {
    if a == b { return a }
    if a.category != b.category { return a.category > b.category ? a : b }
    // Of equal width are bfloat16 and float16 alone, and neither holds the other's numbers.
    return a.size == b.size ? .float32 : a.size > b.size ? a : b
}

/// Whether PyTorch takes values of `a` for a result of `b`: categories may rise and not fall.
public func canCast(_ a: DType, to b: DType) -> Bool { a.category <= b.category }

/// The dtype in which values meet; bool for none.
func resultType(_ types: [TensorType]) -> DType {
    func common(_ types: [TensorType]) -> DType? {
        types.isEmpty ? nil : types.dropFirst().reduce(types[0].dtype) { promote($0, $1.dtype) }
    }
    let wide = common(types.filter { !$0.shape.isEmpty })
    let single = common(types.filter { $0.shape.isEmpty })
    guard let wide, let single else { return wide ?? single ?? .bool }
    return wide.category >= single.category ? wide : single
}

/// The dtype in which tensors meet.
public func resultType(of tensors: [Tensor]) -> DType {
    resultType(tensors.map { TensorType($0.shape, $0.dtype) })
}
