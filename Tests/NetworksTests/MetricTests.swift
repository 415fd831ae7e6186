import Engine
import Foundation
import XCTest

@testable import Networks

/// What a trainer measures besides the loss.
final class MetricTests: XCTestCase {
    private let (x, y) = (noise(200, seed: 5), noise(150, seed: 6))

    private func data() throws -> TensorRows { try TensorRows(tensor([50, 4], x), tensor([50, 3], y)) }

    /// A model that a rate of 0 keeps as it is.
    private func trainer(_ optimizer: String = "SGD(lr=0)", _ loss: String = "MSELoss()") throws -> Trainer {
        try Generator.standard().seed(9)
        let model = try linear(4, 3)
        let made = try Optimizer.make(optimizer, model.allParameters.map(\.tensor))
        let trainer = Trainer(model, try make(loss), made)
        (trainer.options.batchSize, trainer.options.shuffle) = (8, Shuffle.none)
        return trainer
    }

    /// A metric that a function of the differences computes.
    private func metric(_ name: String, _ body: @escaping (Tensor) throws(Failure) -> Tensor) throws -> Metric {
        try Metric(
            name,
            HostModule(
                className: "Measure",
                HostFunction { (inputs, _) throws(Failure) in
                    guard inputs.count == 2, let prediction = inputs[0], let target = inputs[1] else { return [] }
                    return [try body(prediction - target)]
                }))
    }

    /// One number for a batch, its mean; one for each row; one that is no mean.
    private func metrics() throws -> [Metric] {
        [
            try Metric("square", make("MSELoss()")),
            try metric("absolute") { difference throws(Failure) in
                try difference.applying(.absolute).reduce(.mean, [1])
            },
            try metric("largest") { difference throws(Failure) in try difference.applying(.absolute).reduce(.maximum) },
        ]
    }

    /// The same in plain loops, over the first rows in batches of 8.
    private func expected(_ model: Module, rows: Int) throws -> [Double] {
        let prediction = try model(tensor([50, 4], x)).numbers()
        let difference = zip(prediction, y).map { $0 - $1 }
        var sums = [0.0, 0, 0]
        for begin in stride(from: 0, to: rows, by: 8) {
            let batch = difference[3 * begin..<3 * min(begin + 8, rows)]
            sums[0] += batch.reduce(0) { $0 + $1 * $1 } / 3
            sums[1] += batch.reduce(0) { $0 + abs($1) } / 3
            sums[2] += batch.reduce(0) { max($0, abs($1)) } * Double(batch.count / 3)
        }
        return sums.map { $0 / Double(rows) }
    }

    // MARK: Means

    func testMetricsAreMeansOverTheRowsOfTheEpochSoFar() throws {
        let trainer = try trainer()
        for metric in try metrics() { try trainer.add(metric) }
        trainer.options.epochs = 2
        var reports = 0
        _ = try trainer.fit(data()) { progress in
            let rows = min(8 * (reports % 7 + 1), 50)
            let want = (try? self.expected(trainer.model, rows: rows)) ?? []
            assertClose(progress.metrics, want, 1e-12, "report \(reports)")
            XCTAssertEqual(progress.loss, progress.metrics[0], accuracy: 1e-12)
            XCTAssertEqual(progress.validationMetrics.count, 3)
            XCTAssertTrue(progress.validationMetrics.allSatisfy(\.isNaN), "nothing was validated")
            reports += 1
            return false
        }
        XCTAssertEqual(reports, 14)
    }

    func testEvaluationGivesTheSameMeans() throws {
        let trainer = try trainer()
        let found = try evaluate(trainer.model, trainer.loss, data(), metrics: metrics(), batchSize: 8)
        assertClose(found.metrics, try expected(trainer.model, rows: 50), 1e-12)
        for size in [1, 7, 50, 64] {
            let other = try evaluate(trainer.model, trainer.loss, data(), metrics: metrics(), batchSize: size)
            assertClose(Array(other.metrics[..<2]), Array(found.metrics[..<2]), 1e-12, "batches of \(size)")
        }
        XCTAssertEqual(try evaluate(trainer.model, trainer.loss, data(), batchSize: 8).metrics, [])
    }

    func testValidationMetricsAreThoseOfEvaluationAtTheEndOfTheEpoch() throws {
        let trainer = try trainer("SGD(lr=0.1)")
        for metric in try metrics() { try trainer.add(metric) }
        trainer.validation = try data()
        trainer.options.epochs = 3
        var last: [Double]?
        _ = try trainer.fit(data()) { progress in
            if progress.epochEnded {
                let found = try? evaluate(
                    trainer.model, trainer.loss, self.data(), metrics: self.metrics(), batchSize: 256)
                XCTAssertEqual(progress.validationMetrics, found?.metrics)
                XCTAssertEqual(progress.validationLoss, found?.loss)
                last = progress.validationMetrics
            } else if let last {
                XCTAssertEqual(progress.validationMetrics, last)
            } else {
                XCTAssertTrue(progress.validationMetrics.allSatisfy(\.isNaN))
            }
            return false
        }
        XCTAssertNotNil(last)
    }

    func testMetricsChangeNothingAboutTraining() throws {
        let (plain, measured) = (try trainer("Adam(lr=0.01)"), try trainer("Adam(lr=0.01)"))
        for metric in try metrics() { try measured.add(metric) }
        for trainer in [plain, measured] {
            trainer.options.epochs = 3
            _ = try trainer.fit(data(), report: nil)
        }
        for (mine, other) in zip(measured.model.allParameters, plain.model.allParameters) {
            XCTAssertEqual(try mine.tensor.bytes(), try other.tensor.bytes())
        }
    }

    // MARK: In the middle of an epoch

    private func copied(_ trainer: Trainer, _ metrics: [Metric]) throws -> Trainer {
        let other = try self.trainer()
        for metric in metrics { try other.add(metric) }
        let tree = trainer.tree
        try other.check(tree)
        try other.load(tree)
        return other
    }

    func testResumingInTheMiddleOfAnEpochKeepsTheMeansOfMetrics() throws {
        let first = try trainer()
        for metric in try metrics() { try first.add(metric) }
        first.validation = try data()
        (first.options.epochs, first.options.maxSteps) = (2, 10)
        var before: [Networks.Progress] = []
        XCTAssertEqual(
            try first.fit(data()) {
                before.append($0)
                return false
            }, .steps)
        let second = try copied(first, metrics())
        second.validation = try data()
        XCTAssertEqual(second.position.means, first.position.means)
        (second.options.epochs, second.options.maxSteps) = (2, 0)
        var after: [Networks.Progress] = []
        XCTAssertEqual(
            try second.fit(data()) {
                after.append($0)
                return false
            }, .epochs)
        XCTAssertEqual(after.count, 4)
        XCTAssertEqual(after[0].validationMetrics, before[9].validationMetrics)
        for (report, rows) in zip(after, [32, 40, 48, 50]) {
            assertClose(report.metrics, try expected(first.model, rows: rows), 1e-12, "after \(rows) rows")
        }
    }

    func testAMetricThatIsAddedLaterIsTheMeanOfWhatItHasSeen() throws {
        let one = { try self.metric("one") { difference throws(Failure) in try difference.sum() * 0 + 1 } }
        let first = try trainer()
        first.options.maxSteps = 3
        _ = try first.fit(data(), report: nil)
        try first.add(one())
        _ = try first.fit(data()) { progress in
            XCTAssertEqual(progress.metrics, [1])
            return false
        }
        XCTAssertEqual(first.position.step, 6)
        // After a checkpoint with other metrics they begin anew, too; the loss goes on.
        let second = try copied(first, [metric("two") { difference throws(Failure) in try difference.sum() * 0 + 2 }])
        second.options.maxSteps = 0
        var reports: [Networks.Progress] = []
        _ = try second.fit(data()) {
            reports.append($0)
            return false
        }
        XCTAssertEqual(reports.map(\.metrics), [[2]])
        assertClose(reports.map(\.loss), [try expected(first.model, rows: 50)[0]], 1e-12)
    }

    // MARK: What is no metric, and what is no loss

    func testAMetricGivesOneNumberOrOneForEachRow() throws {
        for (what, body) in [
            ("a number for each element", { difference throws(Failure) in difference }),
            ("too few", { difference throws(Failure) in try difference.reduce(.mean, [0]) }),
        ] as [(String, (Tensor) throws(Failure) -> Tensor)] {
            let trainer = try trainer()
            try trainer.add(metric("wrong", body))
            let sentence = failure { try trainer.fit(data(), report: nil) }?.description
            XCTAssertEqual(
                sentence?.hasPrefix(
                    "wrong: a metric must give one number for a batch, or one for each row, but gives ["),
                true, what)
            XCTAssertNotNil(
                failure { try evaluate(trainer.model, trainer.loss, data(), metrics: trainer.metrics, batchSize: 8) })
            XCTAssertEqual(trainer.position.totalSteps, 0)
        }
        let nothing = try Metric(
            "nothing", HostModule(className: "Nothing", HostFunction { (_, _) throws(Failure) in [] }))
        XCTAssertEqual(
            failure { try evaluate(trainer().model, trainer().loss, data(), metrics: [nothing], batchSize: 8) }?.kind,
            "argument")
    }

    func testNamesOfMetricsAreUniqueAndNamesOfAnAttribute() throws {
        let trainer = try trainer()
        try trainer.add(Metric("a", make("MSELoss()")))
        XCTAssertEqual(
            failure { try trainer.add(Metric("a", make("BCELoss()"))) }?.description,
            "metric: there is a metric 'a' already")
        for name in ["", "a.b", "a/b"] {
            XCTAssertEqual(failure { try Metric(name, make("MSELoss()")) }?.kind, "argument", name)
        }
        XCTAssertEqual(trainer.metrics.map(\.name), ["a"])
        // Not while it trains.
        _ = try trainer.fit(data()) { _ in
            XCTAssertEqual(failure { try trainer.add(Metric("b", make("MSELoss()"))) }?.kind, "state")
            return true
        }
    }

    func testALossGivesOneNumber() throws {
        for (loss, shape) in [("MSELoss('none')", "[8, 3]"), ("Container()", nil), ("Linear(3, 1)", nil)] {
            let trainer = try trainer("SGD()", loss)
            let found = failure { try trainer.fit(data(), report: nil) }
            XCTAssertNotNil(found, loss)
            guard let shape else { continue }
            XCTAssertEqual(
                found?.description,
                "MSELoss: as a loss it must give one number for a batch (reduction 'mean' or 'sum'), but gives \(shape)"
            )
        }
        // One element is one number.
        let trainer = try trainer("SGD()", "MSELoss()")
        let whole = HostModule(
            className: "Whole",
            HostFunction { (inputs, _) throws(Failure) in
                guard let prediction = inputs[0] else { return [] }
                return [try prediction.sum().reshape([1, 1])]
            })
        XCTAssertEqual(try Trainer(trainer.model, whole, trainer.optimizer).fit(data(), report: nil), .epochs)
    }

    func testACheckpointOfAnotherLossIsRefused() throws {
        let mine = HostModule(className: "Mine", nil)
        let trainer = try trainer()
        let other = Trainer(trainer.model, mine, trainer.optimizer)
        XCTAssertEqual(
            failure { try trainer.check(other.tree) }?.description,
            "load: the trainer's loss is MSELoss(), but the checkpoint's is Mine")
        XCTAssertEqual(
            failure { try other.check(self.trainer("SGD()", "MSELoss('sum')").tree) }?.description,
            "load: the trainer's loss is Mine, but the checkpoint's is MSELoss(reduction='sum')")
        try other.check(Trainer(trainer.model, HostModule(className: "Mine", nil), trainer.optimizer).tree)
    }

    // MARK: Modes

    func testEvaluationPutsEveryModuleIntoItsModeAgain() throws {
        var seen: [Bool] = []
        var isBad = false
        let inner = try make("Sequential(Linear(4, 3), Dropout(0.5), Graph('x', 'y = drop(x)', 'y', drop=Dropout()))")
        weak var weakModel: Module?
        let witness = host { x throws(Failure) in
            weakModel?.visit { _, module in seen.append(module.isTraining) }
            if isBad { throw .argument(operation: "witness", "bad") }
            return x
        }
        let model = try Sequential([inner, witness, inner])
        try model.add(make("Identity()"), as: "2")
        weakModel = model
        model.setTraining(true)
        // Some of the tree are kept in evaluation mode.
        inner.children[1].module.setTraining(false)
        inner.children[2].module.children[0].module.setTraining(false)
        let modes = model.modes
        XCTAssertEqual(modes, [true, true, true, false, true, false, true, true])
        for _ in 0..<2 {
            let loss = try make("MSELoss()")
            if isBad {
                XCTAssertNotNil(failure { try evaluate(model, loss, data(), batchSize: 50) })
            } else {
                XCTAssertFalse(try evaluate(model, loss, data(), batchSize: 50).loss.isNaN)
            }
            XCTAssertEqual(model.modes, modes)
            isBad = true
        }
        XCTAssertEqual(seen, Array(repeating: false, count: 16))
    }

    func testTheBestBuffersComeBackWithTheBestParameters() throws {
        let model = try graph(
            "x", "y = fc(x)", "y", "fc=Linear(4, 3), steps=Buffer(), training_body='y = fc(x)\\nsteps = add(steps, 1)'")
        let trainer = Trainer(
            model, try make("MSELoss()"), try Optimizer.make("SGD(lr=0.1)", model.allParameters.map(\.tensor)))
        trainer.validation = try data()
        (trainer.options.epochs, trainer.options.batchSize, trainer.options.restoresBest) = (5, 10, true)
        var best = 0.0
        _ = try trainer.fit(data()) { progress in
            if progress.improved { best = Double(progress.totalSteps) }
            // From here on training makes things worse.
            if progress.totalSteps == 10 { try? trainer.optimizer.set("lr", .real(50), of: nil) }
            return false
        }
        XCTAssertEqual(best, 10)
        XCTAssertEqual(try model.buffers[0].tensor.numbers(), [best])
    }
}
