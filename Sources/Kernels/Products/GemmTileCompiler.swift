/// Makes machine code of the tiles of `GemmTile`, for registers of 32 bytes: what a processor shared with others runs
/// out of first is instructions, and a compiler's loop has a third more of them than a step's loads and
/// multiplications. Here four steps are one round, addressed from two pointers, and a function goes on from tile to
/// tile by itself:
///
///     for each tile { zero or load the sums; for each round { step, step, step, step }; for each step left { step };
///     store the sums; on to the next }
///     step: load the vectors of y; for each row { broadcast its number of x; multiply and add }
///
/// The sums are the same chains of fused multiply-adds, hence so are the bits.
///
/// A step of 6 rows of 16 floats has 12 multiplications in 21 instructions here, and 28 in a compiler's loop. Tiles of
/// 4 rows of 24 are as fast; 12 rows for narrow panels are no faster.
struct GemmTileCompiler {
    typealias Function = @convention(c) (UnsafeRawPointer) -> Void

    private var assembler: Assembler
    private let elementBytes: Int
    private let height: Int
    /// Vectors of a row, and the bytes that are loaded and stored of the last one.
    private let vectors: Int
    private let lastBytes: Int
    /// Whether a step of x lies beside the one before, so that a row is some distance away; else a row lies beside its
    /// neighbour.
    private let stepsAreAdjacent: Bool

    /// rdi has the operands, and these what a tile is about, from its beginning.
    private static let x = Assembler.General.rsi
    private static let y = Assembler.General.rdx
    private static let result = Assembler.General.rax
    private static let resultRow = Assembler.General.r14
    private static let count = Assembler.General.r8
    /// Distances: of x one, three and five times from row to row, or one and three times from step to step; of y one
    /// and three times from step to step.
    private static let xDistances: [Assembler.General] = [.r9, .r10, .r11]
    private static let yDistances: [Assembler.General] = [.rbx, .rbp]
    /// The present step, how many are left, and a row of the result.
    private static let xNow = Assembler.General.r12
    private static let yNow = Assembler.General.r13
    private static let left = Assembler.General.rcx
    private static let rowNow = Assembler.General.r15
    private static let preserved: [Assembler.General] = [.rbx, .rbp, .r12, .r13, .r14, .r15]
    private static let stepsOfARound = 4

    private static let registers = 16

    /// Whether there are registers for the sums, a row of y and a number of x.
    static func fits(height: Int, vectors: Int) -> Bool { (height + 1) * vectors < registers }

    /// The code of a function that is given `TileOperands`.
    static func code(
        height: Int, vectors: Int, vectorBytes: Int, lastBytes: Int, elementBytes: Int, stepsAreAdjacent: Bool
    ) -> [UInt8] {
        var compiler = GemmTileCompiler(
            assembler: Assembler(width: vectorBytes, elementBytes: elementBytes), elementBytes: elementBytes,
            height: height, vectors: vectors,
            lastBytes: lastBytes, stepsAreAdjacent: stepsAreAdjacent)
        compiler.function()
        return compiler.assembler.finished()
    }

    private typealias Me = GemmTileCompiler

    private mutating func function() {
        assembler.begin()
        for register in Me.preserved { assembler.push(register) }
        move(Me.x, \.x)
        move(Me.y, \.y)
        move(Me.result, \.result)
        move(Me.count, \.count)
        move(Me.resultRow, \.resultRow)
        move(Me.yDistances[0], \.yStep)
        if stepsAreAdjacent { move(Me.xDistances[0], \.xRows) } else { move(Me.xDistances[0], \.xStep) }
        assembler.address(Me.yDistances[1], .memory(Me.yDistances[0], index: Me.yDistances[0], scale: 2))
        assembler.address(Me.xDistances[1], .memory(Me.xDistances[0], index: Me.xDistances[0], scale: 2))
        assembler.address(Me.xDistances[2], .memory(Me.xDistances[0], index: Me.xDistances[0], scale: 4))

        let tile = assembler.bytes.count
        for sum in 0..<height * vectors { assembler.arithmetic(.xor, sum, sum, .register(sum)) }
        move(Me.left, \.accumulates)
        assembler.and(Me.left, -1)
        let isFirst = assembler.jump(if: .equal)
        forEachSum { $0.load($1, $2, bytes: $3, spare: $4) }
        assembler.land(isFirst)

        assembler.move(Me.xNow, Me.x)
        assembler.move(Me.yNow, Me.y)
        move(Me.left, \.depth)
        assembler.add(Me.left, -Me.stepsOfARound)
        let isShort = assembler.jump(if: .less)
        let round = assembler.bytes.count
        for number in 0..<Me.stepsOfARound { step(number) }
        advance(Me.stepsOfARound)
        assembler.add(Me.left, -Me.stepsOfARound)
        assembler.jump(if: .greaterOrEqual, to: round)
        assembler.land(isShort)
        assembler.add(Me.left, Me.stepsOfARound)
        let isDone = assembler.jump(if: .equal)
        let single = assembler.bytes.count
        step(0)
        advance(1)
        assembler.add(Me.left, -1)
        assembler.jump(if: .notEqual, to: single)
        assembler.land(isDone)

        forEachSum { $0.store($1, $2, bytes: $3, spare: $4) }
        assembler.add(Me.x, from: .rdi, TileOperands.offset(\.xAdvance))
        assembler.add(Me.y, from: .rdi, TileOperands.offset(\.yAdvance))
        assembler.add(Me.result, from: .rdi, TileOperands.offset(\.resultAdvance))
        assembler.add(Me.count, -1)
        assembler.jump(if: .notEqual, to: tile)
        for register in Me.preserved.reversed() { assembler.pop(register) }
        assembler.endVectors()
        assembler.ret()
    }

    private mutating func move<Word>(_ to: Assembler.General, _ field: KeyPath<TileOperands, Word>) {
        assembler.move(to, from: .rdi, TileOperands.offset(field))
    }

    /// Each sum with its place in the result, its bytes there, and a register that is free meanwhile.
    private mutating func forEachSum(_ body: (inout Assembler, Int, Assembler.Operand, Int, Int) -> Void) {
        assembler.move(Me.rowNow, Me.result)
        for row in 0..<height {
            for vector in 0..<vectors {
                let bytes = vector == vectors - 1 ? lastBytes : assembler.width
                body(
                    &assembler, row * vectors + vector, .memory(Me.rowNow, displacement: vector * assembler.width),
                    bytes, height * vectors)
            }
            if row < height - 1 { assembler.address(Me.rowNow, .memory(Me.rowNow, index: Me.resultRow)) }
        }
    }

    /// Step `number` of a round: a column of x times a row of y.
    private mutating func step(_ number: Int) {
        let (firstOfY, firstOfX) = (height * vectors, (height + 1) * vectors)
        let numbersAtATime = Swift.min(2, Me.registers - firstOfX)
        for vector in 0..<vectors {
            assembler.load(
                firstOfY + vector, distant(Me.yNow, Me.yDistances, number, displacement: vector * assembler.width))
        }
        for row in 0..<height {
            let numbers = firstOfX + row % numbersAtATime
            assembler.broadcast(
                numbers,
                stepsAreAdjacent
                    ? distant(Me.xNow, Me.xDistances, row, displacement: number * elementBytes)
                    : distant(Me.xNow, Me.xDistances, number, displacement: row * elementBytes))
            for vector in 0..<vectors {
                assembler.addProduct(row * vectors + vector, numbers, .register(firstOfY + vector))
            }
        }
    }

    /// `times` distances from `base`, at most five.
    private func distant(_ base: Assembler.General, _ distances: [Assembler.General], _ times: Int, displacement: Int)
        -> Assembler.Operand
    {
        switch times {
        case 0: .memory(base, displacement: displacement)
        case 1, 2, 4: .memory(base, index: distances[0], scale: times, displacement: displacement)
        default: .memory(base, index: distances[times / 2], displacement: displacement)
        }
    }

    private mutating func advance(_ steps: Int) {
        if stepsAreAdjacent {
            assembler.add(Me.xNow, steps * elementBytes)
        } else {
            assembler.address(Me.xNow, .memory(Me.xNow, index: Me.xDistances[0], scale: steps))
        }
        assembler.address(Me.yNow, .memory(Me.yNow, index: Me.yDistances[0], scale: steps))
    }
}
