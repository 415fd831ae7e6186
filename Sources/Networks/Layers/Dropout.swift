import Engine

public final class Dropout: Module, Registered {
    public static let signature = Signature(
        "Dropout",
        [
            Parameter("p", .real, .real(0.5), "the share of elements that become 0, from 0 to 1"),
            Parameter("inplace", .flag, .flag(false), "taken as PyTorch takes it; nothing is done in place"),
        ],
        """
        In training, each element is 0 with probability p and else divided by 1 - p; in evaluation, the input itself.

        Srivastava et al. 2014. The draws come from the default generator (manual_seed).
        """)
    private let p: Double

    public init(_ arguments: Arguments) throws(Failure) {
        p = try arguments.real("p")
        guard (0...1).contains(p) else { throw .argument(operation: "Dropout", "p must be from 0 to 1, but is \(p)") }
        super.init(arguments)
    }

    public override func forward(_ x: Tensor) throws(Failure) -> Tensor {
        guard isTraining, p > 0 else { return x }
        guard x.dtype.isFloat else {
            throw .dtype(operation: "Dropout", "float32 or float64 is expected, but the input is \(x.dtype.name)")
        }
        // All draws are below p = 1, and 0 times infinity would be NaN.
        guard p < 1 else { return try x * 0 }
        let draw = try Generator.standard().draw(.uniform, x.dtype, x.shape, 0, 1)
        let kept = try draw.applying(.greaterEqual, p).cast(x.dtype)
        return try x * (kept * (1 / (1 - p)))
    }
}
