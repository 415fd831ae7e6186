/// What a step of a plan does, as a value: shapes, strides, numbers of slots and attributes, and nothing that belongs
/// to one processor. A backend turns it into a call (`Backend`). A slot is a place in the plan's table of memory.
///
/// Values can be printed, compared and written to a file.
public enum StepKind: Hashable, Codable, Sendable {
    // Numbers from nothing
    case fill(FillStep)
    case arange(ArangeStep)
    case linspace(LinspaceStep)

    // Movement
    case move(MoveStep)
    case gather(GatherStep)
    case concatenate(ConcatenateStep)
    case assign(AssignStep)

    // Fused loops and matrix products
    case loop(LoopStep)
    case product(ProductStep)
    case strips(StripsStep)

    // Over windows
    case convolution(ConvolutionStep)
    case windowArgMax(WindowArgMaxStep)

    // Attention
    case attention(AttentionStep)
    case attentionGradient(AttentionGradientStep)

    // Recurrent layers
    case recurrence(RecurrentStep)
    case recurrenceGradient(RecurrentGradientStep)

    // Along an axis
    case softmax(SoftmaxStep)
    case argExtremum(ArgExtremumStep)
    case crossEntropy(CrossEntropyStep)
    case crossEntropyGradient(CrossEntropyGradientStep)
    case cumulativeSum(CumulativeSumStep)
    case linearRecurrence(LinearRecurrenceStep)
    case fourierSum(FourierSumStep)

    // By index
    case pick(PickStep)
    case put(PutStep)
    case oneHot(OneHotStep)
    case ravel(RavelStep)
    case countTrue(CountTrueStep)
    case truePositions(TruePositionsStep)
    case unravel(UnravelStep)

    // In order
    case argSort(ArgSortStep)
    case countBelow(CountBelowStep)
    case rowOrder(RowOrderStep)
    case runsOfEquals(RunsOfEqualsStep)
    case exchanges(ExchangesStep)

    // Random numbers
    case draw(DrawStep)
    case permutation(PermutationStep)
    case advance(AdvanceStep)

    case check(CheckStep)

    // Factorisations
    case inverse(InverseStep)
    case determinant(DeterminantStep)
    case cofactors(CofactorsStep)
    case solve(SolveStep)
    case triangularSolve(TriangularSolveStep)
    case cholesky(CholeskyStep)
    case decomposition(DecompositionStep)

    /// The description of the step.
    public var step: any StepDescription {
        switch self {
        case .fill(let step): step
        case .arange(let step): step
        case .linspace(let step): step
        case .move(let step): step
        case .gather(let step): step
        case .concatenate(let step): step
        case .assign(let step): step
        case .loop(let step): step
        case .product(let step): step
        case .strips(let step): step
        case .convolution(let step): step
        case .windowArgMax(let step): step
        case .attention(let step): step
        case .attentionGradient(let step): step
        case .recurrence(let step): step
        case .recurrenceGradient(let step): step
        case .softmax(let step): step
        case .argExtremum(let step): step
        case .crossEntropy(let step): step
        case .crossEntropyGradient(let step): step
        case .cumulativeSum(let step): step
        case .linearRecurrence(let step): step
        case .fourierSum(let step): step
        case .pick(let step): step
        case .put(let step): step
        case .oneHot(let step): step
        case .ravel(let step): step
        case .countTrue(let step): step
        case .truePositions(let step): step
        case .unravel(let step): step
        case .argSort(let step): step
        case .countBelow(let step): step
        case .rowOrder(let step): step
        case .runsOfEquals(let step): step
        case .exchanges(let step): step
        case .draw(let step): step
        case .permutation(let step): step
        case .advance(let step): step
        case .check(let step): step
        case .inverse(let step): step
        case .determinant(let step): step
        case .cofactors(let step): step
        case .solve(let step): step
        case .triangularSolve(let step): step
        case .cholesky(let step): step
        case .decomposition(let step): step
        }
    }
}

/// What a plan knows of every step.
public protocol StepDescription: Hashable, Codable, Sendable {
    /// Slots whose memory it reads.
    var reads: [Int] { get }
    /// Slots whose memory it writes; empty for a check alone.
    var writes: [Int] { get }
    /// The slot of which the result is a changed copy. The step writes over it where both have one memory.
    var updates: Int? { get }
    /// Whether it can throw, because it checks what only values show.
    var mayFail: Bool { get }
    /// Floating-point operations of matrix products.
    var operations: Double { get }
}

extension StepDescription {
    public var updates: Int? { nil }
    public var mayFail: Bool { false }
    public var operations: Double { 0 }
}
