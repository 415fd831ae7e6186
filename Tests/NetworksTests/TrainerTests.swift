import Engine
import Foundation
import XCTest

@testable import Networks

final class BatchesTests: XCTestCase {
    /// Rows that are numbered; best read in runs, as a file's are.
    private final class Rows: RowSource {
        let count: Int
        let preferredRun: Int
        let isRandomAccess: Bool
        let columns = [RowLayout(dtype: .float64, shape: [])]
        let roles = RowRoles(inputs: 1, targets: 0)
        init(_ count: Int, run: Int, isRandomAccess: Bool) {
            (self.count, preferredRun, self.isRandomAccess) = (count, run, isRandomAccess)
        }
        func read(rows: [Int], into memory: [UnsafeMutableRawPointer?]) throws(Failure) {}
    }

    private func order(
        _ source: Rows, _ shuffle: Shuffle, size: Int = 7, seed: UInt64 = 1, epoch: Int = 0, dropLast: Bool = false
    ) throws -> [[Int]] {
        let batches = try Batches(
            source, batchSize: size, shuffle: shuffle, seed: seed, epoch: epoch, dropLast: dropLast)
        var result: [[Int]] = []
        while let rows = try batches.next() {
            XCTAssertEqual(rows.count, batches.rows(in: result.count))
            result.append(rows)
        }
        XCTAssertEqual(result.count, batches.count)
        return result
    }

    func testEachRowComesExactlyOnceInEveryOrder() throws {
        for count in [1, 6, 7, 8, 100, 1003] {
            for run in [1, 3, 10, 64, 2000] {
                for shuffle in Shuffle.allCases {
                    for isRandomAccess in [true, false] {
                        let source = Rows(count, run: run, isRandomAccess: isRandomAccess)
                        let rows = try order(source, shuffle).flatMap { $0 }
                        XCTAssertEqual(rows.sorted(), Array(0..<count), "\(count) rows, \(shuffle), runs of \(run)")
                        if shuffle == .none {
                            XCTAssertEqual(rows, Array(0..<count))
                        } else if count >= 100, run < count {
                            XCTAssertNotEqual(rows, Array(0..<count))
                        }
                    }
                }
            }
        }
    }

    func testTheLastBatchIsSmallerOrDropped() throws {
        let source = Rows(23, run: 4, isRandomAccess: true)
        XCTAssertEqual(try order(source, .exact).map { $0.count }, [7, 7, 7, 2])
        XCTAssertEqual(try order(source, .exact, dropLast: true).map { $0.count }, [7, 7, 7])
        XCTAssertEqual(Set(try order(source, .chunks, dropLast: true).flatMap { $0 }).count, 21)
        XCTAssertEqual(failure { try order(source, .none, size: 24, dropLast: true) }?.kind, "argument")
        XCTAssertEqual(failure { try order(source, .none, size: 0) }?.kind, "argument")
        XCTAssertEqual(failure { try order(Rows(0, run: 1, isRandomAccess: true), .none) }?.kind, "argument")
    }

    func testTheOrderDependsOnSeedAndEpochAlone() throws {
        for shuffle in [Shuffle.exact, .chunks] {
            let source = Rows(500, run: 8, isRandomAccess: false)
            let first = try order(source, shuffle, seed: 3, epoch: 2)
            XCTAssertEqual(try order(source, shuffle, seed: 3, epoch: 2), first)
            XCTAssertNotEqual(try order(source, shuffle, seed: 3, epoch: 3), first)
            XCTAssertNotEqual(try order(source, shuffle, seed: 4, epoch: 2), first)
            XCTAssertEqual(
                try order(source, shuffle, size: 50, seed: 3, epoch: 2).flatMap { $0 }, first.flatMap { $0 },
                "whatever the batch size")
        }
    }

    func testAPassIsTakenUpInItsMiddle() throws {
        for shuffle in Shuffle.allCases {
            let source = Rows(1003, run: 5, isRandomAccess: false)
            let whole = try order(source, shuffle)
            for place in [0, 1, 77, 143, whole.count] {
                let batches = try Batches(source, batchSize: 7, shuffle: shuffle, seed: 1, epoch: 0, dropLast: false)
                batches.seek(place)
                XCTAssertEqual(try batches.next(), place < whole.count ? whole[place] : nil)
            }
            let batches = try Batches(source, batchSize: 7, shuffle: shuffle, seed: 1, epoch: 0, dropLast: false)
            batches.seek(140)
            _ = try batches.next()
            batches.seek(2)
            XCTAssertEqual(try batches.next(), whole[2], "also backwards")
        }
    }

    func testShufflingByChunksKeepsRunsWithinTheirWindow() throws {
        let rows = try order(Rows(6400, run: 10, isRandomAccess: false), .chunks).flatMap { $0 }
        // 64 runs of 10 rows are a window.
        for window in 0..<10 { XCTAssertEqual(Set(rows[window * 640..<(window + 1) * 640].map { $0 / 10 }).count, 64) }
    }
}

final class TrainerTests: XCTestCase {
    private func problem(_ dtype: DType = .float32) throws -> TensorRows {
        let x = noise(50 * 4, seed: 21)
        let y = (0..<50).map { row in x[4 * row] + x[4 * row + 1] > 0 ? (x[4 * row + 2] > 0 ? 2.0 : 1) : 0 }
        return try TensorRows(tensor([50, 4], x, dtype), tensor([50], y, .int64))
    }

    private func trainer(_ epochs: Int, seed: UInt64 = 1) throws -> Trainer {
        try Generator.standard().seed(9)
        let model = try make("Sequential(Linear(4, 8), ReLU(), Linear(8, 3))", .float32)
        let adam = try Optimizer.make("Adam(lr=0.02)", model.allParameters.map { $0.tensor })
        let trainer = Trainer(model, try make("CrossEntropyLoss()"), adam)
        trainer.options.epochs = epochs
        trainer.options.batchSize = 8
        trainer.options.seed = seed
        return trainer
    }

    private func weights(_ trainer: Trainer) throws -> [[UInt8]] {
        try trainer.model.allParameters.map { try $0.tensor.bytes() }
    }

    func testTrainingLearnsAndReportsEveryStepAndEpoch() throws {
        let trainer = try trainer(12)
        var reports: [Networks.Progress] = []
        let reason = try trainer.fit(problem()) { progress in
            reports.append(progress)
            return false
        }
        XCTAssertEqual(reason, .epochs)
        XCTAssertEqual(trainer.position.epoch, 12)
        XCTAssertEqual(trainer.position.totalSteps, 12 * 7)
        XCTAssertEqual(reports.count, 12 * 7, "one a step, the last of an epoch for the epoch")
        XCTAssertEqual(reports.filter { $0.epochEnded }.map { $0.epoch }, Array(0..<12))
        let epochs = reports.filter { $0.epochEnded }
        XCTAssertLessThan(epochs[11].loss, 0.6 * epochs[0].loss)
        XCTAssertGreaterThan(epochs[11].accuracy, 0.8)
        let found = try evaluate(trainer.model, trainer.loss, problem(), batchSize: 13)
        XCTAssertLessThan(found.loss, epochs[11].loss * 1.1)
        XCTAssertGreaterThan(found.accuracy, 0.8)
    }

    func testEvaluationIsTheMeanOverRowsWhateverTheBatchSize() throws {
        let trainer = try trainer(1)
        let data = try problem()
        let x = try tensor([50, 4], noise(200, seed: 21), .float32)
        let logits = try trainer.model(x).numbers()
        let whole = try evaluate(trainer.model, trainer.loss, data, batchSize: 50)
        for size in [1, 7, 49, 64] {
            let parts = try evaluate(trainer.model, trainer.loss, data, batchSize: size)
            XCTAssertEqual(parts.loss, whole.loss, accuracy: 1e-6)
            XCTAssertEqual(parts.accuracy, whole.accuracy)
        }
        let inputs = noise(200, seed: 21)
        let right = (0..<50).filter { row in
            let label = inputs[4 * row] + inputs[4 * row + 1] > 0 ? (inputs[4 * row + 2] > 0 ? 2 : 1) : 0
            let scores = logits[3 * row..<3 * row + 3]
            return scores.firstIndex(of: scores.max()!)! - 3 * row == label
        }
        XCTAssertEqual(whole.accuracy, Double(right.count) / 50)
    }

    func testResumingInTheMiddleOfAnEpochGivesTheBitsOfNeverStopping() throws {
        for shuffle in [Shuffle.exact, .chunks] {
            for stop in [1, 7, 10, 20] {
                let (straight, first) = (try trainer(4), try trainer(4))
                for trainer in [straight, first] {
                    trainer.validation = try problem()
                    trainer.options.shuffle = shuffle
                }
                _ = try straight.fit(problem(), report: nil)
                first.options.maxSteps = stop
                XCTAssertEqual(try first.fit(problem(), report: nil), .steps)
                XCTAssertEqual(first.position.totalSteps, stop)

                // Everything goes through trees, as through a checkpoint, into objects that were never trained.
                let (trees, second) = ((first.tree, first.optimizer.tree, first.model.parameterTree), try trainer(4))
                second.validation = try problem()
                try second.check(trees.0)
                try second.load(trees.0)
                try second.optimizer.check(trees.1)
                try second.optimizer.load(trees.1)
                for (tensor, value) in try second.model.matching(parameters: trees.2, buffers: StateTree()) {
                    try tensor.become(value)
                }
                XCTAssertEqual(try second.fit(problem(), report: nil), .epochs)
                XCTAssertEqual(try weights(second), try weights(straight), "\(shuffle), stopped after \(stop)")
                XCTAssertEqual(second.position.totalSteps, straight.position.totalSteps)
                XCTAssertEqual(second.position.bestLoss, straight.position.bestLoss)
                XCTAssertEqual(second.position.validationLoss, straight.position.validationLoss)
            }
        }
    }

    func testACallbackStopsTrainingAndItGoesOnFromThere() throws {
        let (straight, stopped) = (try trainer(3), try trainer(3))
        _ = try straight.fit(problem(), report: nil)
        XCTAssertEqual(try stopped.fit(problem()) { $0.totalSteps == 10 }, .callback)
        XCTAssertEqual(stopped.position.totalSteps, 10)
        XCTAssertEqual(try stopped.fit(problem()) { $0.epochEnded && $0.epoch == 1 }, .callback)
        XCTAssertEqual(stopped.position.totalSteps, 14)
        XCTAssertEqual(try stopped.fit(problem(), report: nil), .epochs)
        XCTAssertEqual(try weights(stopped), try weights(straight))
        XCTAssertEqual(try stopped.fit(problem(), report: nil), .epochs, "there is nothing left to do")
        XCTAssertEqual(try weights(stopped), try weights(straight))
    }

    func testPatienceEndsTrainingAndTheBestParametersComeBack() throws {
        let trainer = try trainer(100)
        trainer.validation = try problem()
        trainer.options.patience = 3
        trainer.options.restoresBest = true
        var (best, bestLoss, improvements) = ([[UInt8]](), Double.infinity, 0)
        var steps = 0
        let reason = try trainer.fit(problem()) { progress in
            guard progress.epochEnded else { return false }
            XCTAssertEqual(progress.improved, progress.validationLoss < bestLoss)
            if progress.validationLoss < bestLoss {
                bestLoss = progress.validationLoss
                improvements += 1
                best = (try? self.weights(trainer)) ?? []
            }
            steps += 1
            // From here on training makes things worse.
            if steps == 4 { try? trainer.optimizer.set("lr", .real(3), of: nil) }
            return false
        }
        XCTAssertEqual(reason, .patience)
        XCTAssertGreaterThanOrEqual(improvements, 1)
        XCTAssertLessThan(trainer.position.epoch, 100)
        XCTAssertEqual(try weights(trainer), best)
        XCTAssertEqual(try evaluate(trainer.model, trainer.loss, problem(), batchSize: 256).loss, bestLoss)
    }

    func testABadLabelEndsTrainingAndLeavesTheParametersOfTheLastGoodStep() throws {
        let trainer = try trainer(1)
        trainer.options.shuffle = Shuffle.none
        let x = try tensor([16, 4], noise(64), .float32)
        let data = try TensorRows(x, tensor([16], (0..<16).map { $0 == 12 ? 3 : 0 }, .int64))
        XCTAssertEqual(failure { try trainer.fit(data, report: nil) }?.kind, "index")
        XCTAssertEqual(trainer.position.totalSteps, 1)
        let good = try self.trainer(1)
        good.options.shuffle = Shuffle.none
        good.options.maxSteps = 1
        _ = try good.fit(TensorRows(x, tensor([16], [Double](repeating: 0, count: 16), .int64)), report: nil)
        XCTAssertEqual(try weights(trainer), try weights(good))
    }

    func testALossThatIsNotFiniteEndsTrainingBeforeTheUpdate() throws {
        let trainer = try trainer(1)
        trainer.options.checksFinite = true
        let before = try weights(trainer)
        let data = try TensorRows(
            tensor([8, 4], [Double](repeating: .infinity, count: 32), .float32),
            tensor([8], noise(8).map { _ in 1 }, .int64))
        XCTAssertEqual(failure { try trainer.fit(data, report: nil) }?.kind, "notFinite")
        XCTAssertEqual(try weights(trainer), before)
        XCTAssertFalse(Tensor.checksFinite)
    }

    func testATreeOfAnotherTrainerIsRefused() throws {
        let trainer = try trainer(1)
        XCTAssertEqual(failure { try trainer.check(StateTree()) }?.kind, "structure")
        XCTAssertEqual(
            failure { try trainer.check(Trainer(trainer.model, make("MSELoss()"), trainer.optimizer).tree) }?.kind,
            "structure")
        let sgd = try Optimizer.make("SGD(lr=1)", trainer.model.allParameters.map { $0.tensor })
        XCTAssertEqual(failure { try sgd.check(trainer.optimizer.tree) }?.kind, "structure")
    }
}
