import CWingbeat
import Engine
import Networks
import Storage

/// Trainers, evaluation.

func trainer(_ handle: OpaquePointer?, _ operation: String) throws(Failure) -> Trainer {
    try Handles.object(handle, .trainer, operation)
}

@implementation @_cdecl("wb_trainer_create") public func wb_trainer_create(
    _ model: OpaquePointer?, _ loss: OpaquePointer?, _ optimizer: OpaquePointer?,
    _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "trainer_create"
        let target = try out(result, operation)
        let optimizer: Optimizer = try Handles.object(optimizer, .optimizer, operation)
        try publish(Trainer(module(model, operation), module(loss, operation), optimizer), .trainer, target)
    }
}

@implementation @_cdecl("wb_trainer_add_metric") public func wb_trainer_add_metric(
    _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ metric: OpaquePointer?
) -> wb_status {
    call { () throws(Failure) in
        let operation = "trainer_add_metric"
        try trainer(handle, operation).add(Metric(text(name, "the name", operation), module(metric, operation)))
    }
}

@implementation @_cdecl("wb_trainer_free") public func wb_trainer_free(_ handle: OpaquePointer?) -> wb_status {
    call { () throws(Failure) in try Handles.release(handle, .trainer, "trainer_free") }
}

@implementation @_cdecl("wb_trainer_set") public func wb_trainer_set(
    _ handle: OpaquePointer?, _ option: wb_trainer_option, _ value: Double
) -> wb_status {
    call { () throws(Failure) in
        let operation = "trainer_set"
        let trainer = try trainer(handle, operation)
        switch option {
        case WB_TRAINER_MIN_DELTA:
            guard value.isFinite, value >= 0 else {
                throw .argument(operation: operation, "min_delta must be finite and not negative, but is \(value)")
            }
            trainer.options.minDelta = value
        case WB_TRAINER_CHECK_FINITE: trainer.options.checksFinite = value != 0
        case WB_TRAINER_RESTORE_BEST: trainer.options.restoresBest = value != 0
        case WB_TRAINER_DROP_LAST: trainer.options.dropLast = value != 0
        default: try trainer.options.set(option, Int64(exactly: value), "\(value)")
        }
    }
}

@implementation @_cdecl("wb_trainer_set_int64") public func wb_trainer_set_int64(
    _ handle: OpaquePointer?, _ option: wb_trainer_option, _ value: Int64
) -> wb_status {
    call { () throws(Failure) in
        let trainer = try trainer(handle, "trainer_set")
        switch option {
        case WB_TRAINER_MIN_DELTA, WB_TRAINER_CHECK_FINITE, WB_TRAINER_RESTORE_BEST, WB_TRAINER_DROP_LAST:
            throw .argument(
                operation: "trainer_set", "option number \(option.rawValue) is no count; use wb_trainer_set")
        default: try trainer.options.set(option, value, "\(value)")
        }
    }
}

extension TrainingOptions {
    /// An option that counts something, and what was given for it; nil: no whole number.
    fileprivate mutating func set(_ option: wb_trainer_option, _ value: Int64?, _ given: String) throws(Failure) {
        func whole(from least: Int) throws(Failure) -> Int {
            guard let value, value >= least else {
                throw .argument(
                    operation: "trainer_set", "a whole number from \(least) on is expected, but \(given) was given")
            }
            return Int(value)
        }
        switch option {
        case WB_TRAINER_EPOCHS: epochs = try whole(from: 0)
        case WB_TRAINER_BATCH_SIZE: batchSize = try whole(from: 1)
        case WB_TRAINER_SHUFFLE:
            shuffle = try decode(UInt32(exactly: whole(from: 0)) ?? .max, "shuffle", "trainer_set")
        case WB_TRAINER_SEED: seed = UInt64(try whole(from: 0))
        case WB_TRAINER_PATIENCE: patience = try whole(from: 0)
        case WB_TRAINER_REPORT_EVERY: reportEvery = try whole(from: 1)
        case WB_TRAINER_MAX_STEPS: maxSteps = try whole(from: 0)
        default: throw .argument(operation: "trainer_set", "there is no option number \(option.rawValue)")
        }
    }

    /// An option that counts something; nil for others.
    fileprivate func count(_ option: wb_trainer_option) -> Int64? {
        switch option {
        case WB_TRAINER_EPOCHS: Int64(epochs)
        case WB_TRAINER_BATCH_SIZE: Int64(batchSize)
        case WB_TRAINER_SHUFFLE: Int64(shuffle.rawValue)
        case WB_TRAINER_SEED: Int64(bitPattern: seed)
        case WB_TRAINER_PATIENCE: Int64(patience)
        case WB_TRAINER_REPORT_EVERY: Int64(reportEvery)
        case WB_TRAINER_MAX_STEPS: Int64(maxSteps)
        default: nil
        }
    }
}

@implementation @_cdecl("wb_trainer_get") public func wb_trainer_get(
    _ handle: OpaquePointer?, _ option: wb_trainer_option, _ value: UnsafeMutablePointer<Double>?
) -> wb_status {
    call { () throws(Failure) in
        let options = try trainer(handle, "trainer_get").options
        let number: Double
        switch option {
        case WB_TRAINER_MIN_DELTA: number = options.minDelta
        case WB_TRAINER_CHECK_FINITE: number = options.checksFinite ? 1 : 0
        case WB_TRAINER_RESTORE_BEST: number = options.restoresBest ? 1 : 0
        case WB_TRAINER_DROP_LAST: number = options.dropLast ? 1 : 0
        default:
            guard let count = options.count(option) else {
                throw .argument(operation: "trainer_get", "there is no option number \(option.rawValue)")
            }
            number = Double(count)
        }
        try out(value, "trainer_get").pointee = number
    }
}

@implementation @_cdecl("wb_trainer_get_int64") public func wb_trainer_get_int64(
    _ handle: OpaquePointer?, _ option: wb_trainer_option, _ value: UnsafeMutablePointer<Int64>?
) -> wb_status {
    call { () throws(Failure) in
        guard let count = try trainer(handle, "trainer_get").options.count(option) else {
            throw .argument(
                operation: "trainer_get", "option number \(option.rawValue) is no count; use wb_trainer_get")
        }
        try out(value, "trainer_get").pointee = count
    }
}

@implementation @_cdecl("wb_trainer_set_validation") public func wb_trainer_set_validation(
    _ handle: OpaquePointer?, _ data: OpaquePointer?
) -> wb_status {
    call { () throws(Failure) in
        let trainer = try trainer(handle, "trainer_set_validation")
        trainer.validation = data == nil ? nil : try dataset(data, "trainer_set_validation").rows
    }
}

/// A host's progress callback, as the trainer calls it.
private func reporting(
    _ callback: wb_progress_callback?, _ context: UnsafeMutableRawPointer?
) -> ((Progress) throws(Failure) -> Bool)? {
    guard let callback else { return nil }
    let confirms = Callbacks.confirms(callback)
    return { (progress: Progress) throws(Failure) -> Bool in
        var numbers = wb_progress(progress)
        func call() -> Int32 {
            progress.metrics.withUnsafeBufferPointer { metrics in
                progress.validationMetrics.withUnsafeBufferPointer { validation in
                    (numbers.metrics, numbers.validation_metrics) = (metrics.baseAddress, validation.baseAddress)
                    return callback(context, &numbers)
                }
            }
        }
        return try callHost("trainer_fit", confirms: confirms, call) != 0
    }
}

@implementation @_cdecl("wb_trainer_fit") public func wb_trainer_fit(
    _ handle: OpaquePointer?, _ data: OpaquePointer?, _ callback: wb_progress_callback?,
    _ context: UnsafeMutableRawPointer?,
    _ reason: UnsafeMutablePointer<wb_stop_reason>?
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("a model is trained in the middle of the forward pass")
        let trainer = try trainer(handle, "trainer_fit")
        let rows = try dataset(data, "trainer_fit").rows
        let stop = try trainer.fit(rows, report: reporting(callback, context))
        reason?.pointee = wb_stop_reason(rawValue: UInt32(stop.rawValue))
    }
}

extension wb_progress {
    fileprivate init(_ p: Progress) {
        self.init(
            epoch: Int64(p.epoch), epochs: Int64(p.epochs), step: Int64(p.step),
            steps_per_epoch: Int64(p.stepsPerEpoch),
            total_steps: Int64(p.totalSteps), loss: p.loss, accuracy: p.accuracy, validation_loss: p.validationLoss,
            validation_accuracy: p.validationAccuracy, seconds: p.seconds, epoch_ended: p.epochEnded ? 1 : 0,
            improved: p.improved ? 1 : 0,
            metric_count: Int32(p.metrics.count), metrics: nil, validation_metrics: nil)
    }
}

@implementation @_cdecl("wb_trainer_history_count") public func wb_trainer_history_count(
    _ handle: OpaquePointer?, _ count: UnsafeMutablePointer<Int64>?
) -> wb_status {
    call { () throws(Failure) in
        try out(count, "trainer_history_count").pointee = Int64(trainer(handle, "trainer_history_count").history.count)
    }
}

@implementation @_cdecl("wb_trainer_history") public func wb_trainer_history(
    _ handle: OpaquePointer?, _ index: Int64, _ progress: UnsafeMutablePointer<wb_progress>?,
    _ metrics: UnsafeMutablePointer<Double>?,
    _ validation_metrics: UnsafeMutablePointer<Double>?
) -> wb_status {
    call { () throws(Failure) in
        let trainer = try trainer(handle, "trainer_history")
        guard trainer.history.indices.contains(Int(index)) else {
            throw .index(
                operation: "trainer_history", "there is no epoch number \(index); there are \(trainer.history.count)")
        }
        let row = trainer.history[Int(index)]
        var numbers = wb_progress(row)
        numbers.metric_count = Int32(trainer.metrics.count)
        // A metric that was added later has no value here.
        for (target, values) in [(metrics, row.metrics), (validation_metrics, row.validationMetrics)] {
            for place in trainer.metrics.indices { target?[place] = place < values.count ? values[place] : .nan }
        }
        (numbers.metrics, numbers.validation_metrics) = (UnsafePointer(metrics), UnsafePointer(validation_metrics))
        try out(progress, "trainer_history").pointee = numbers
    }
}

@implementation @_cdecl("wb_trainer_state") public func wb_trainer_state(
    _ handle: OpaquePointer?, _ result: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        try out(result, "trainer_state").pointee = lasting(trainer(handle, "trainer_state").text)
    }
}

@implementation @_cdecl("wb_trainer_best_count") public func wb_trainer_best_count(
    _ handle: OpaquePointer?, _ count: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        try out(count, "trainer_best_count").pointee = Int32(trainer(handle, "trainer_best_count").best.count)
    }
}

@implementation @_cdecl("wb_trainer_best") public func wb_trainer_best(
    _ handle: OpaquePointer?, _ index: Int32, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ best: UnsafeMutablePointer<OpaquePointer?>?
) -> wb_status {
    call { () throws(Failure) in try pick(trainer(handle, "trainer_best").best, index, "array", name, best) }
}

@implementation @_cdecl("wb_trainer_load_state") public func wb_trainer_load_state(
    _ handle: OpaquePointer?, _ state: UnsafePointer<CChar>?, _ names: UnsafePointer<UnsafePointer<CChar>?>?,
    _ best: UnsafePointer<OpaquePointer?>?, _ count: Int32
) -> wb_status {
    call { () throws(Failure) in
        let operation = "trainer_load_state"
        let trainer = try trainer(handle, operation)
        let arrays = try named(names, best, count, operation).map { (entry) throws(Failure) in
            (name: entry.name, tensor: try entry.tensor.detach())
        }
        try trainer.load(text(state, "the state", operation), best: arrays)
    }
}

@implementation @_cdecl("wb_trainer_position") public func wb_trainer_position(
    _ handle: OpaquePointer?, _ epoch: UnsafeMutablePointer<Int64>?, _ step: UnsafeMutablePointer<Int64>?,
    _ total_steps: UnsafeMutablePointer<Int64>?
) -> wb_status {
    call { () throws(Failure) in
        let position = try trainer(handle, "trainer_position").position
        epoch?.pointee = Int64(position.epoch)
        step?.pointee = Int64(position.step)
        total_steps?.pointee = Int64(position.totalSteps)
    }
}

@implementation @_cdecl("wb_evaluate") public func wb_evaluate(
    _ model: OpaquePointer?, _ loss: OpaquePointer?, _ metrics: UnsafePointer<OpaquePointer?>?, _ metric_count: Int32,
    _ data: OpaquePointer?, _ batch_size: Int64, _ mean_loss: UnsafeMutablePointer<Double>?,
    _ accuracy: UnsafeMutablePointer<Double>?,
    _ metric_values: UnsafeMutablePointer<Double>?
) -> wb_status {
    call { () throws(Failure) in
        try refuseInRecording("a model is evaluated in the middle of the forward pass")
        let measured = try modules(metrics, metric_count, "evaluate").enumerated().map {
            (place, module) throws(Failure) in
            try Metric("metric \(place)", module)
        }
        let result = try evaluate(
            module(model, "evaluate"), module(loss, "evaluate"), dataset(data, "evaluate").rows, metrics: measured,
            batchSize: Int(batch_size))
        mean_loss?.pointee = result.loss
        accuracy?.pointee = result.accuracy
        for (place, value) in result.metrics.enumerated() { metric_values?[place] = value }
    }
}
