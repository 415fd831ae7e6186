import Engine

/// Keras's optimisers and losses, for the registry.
enum KerasKinds {
    static let optimizers = [
        OptimizerKind(KerasSGD.self), OptimizerKind(KerasAdam.self), OptimizerKind(KerasAdamW.self),
        OptimizerKind(KerasNadam.self), OptimizerKind(KerasRMSprop.self), OptimizerKind(KerasAdagrad.self),
        OptimizerKind(KerasAdadelta.self), OptimizerKind(KerasAdamax.self), OptimizerKind(KerasFtrl.self),
        OptimizerKind(KerasLion.self), OptimizerKind(KerasLamb.self), OptimizerKind(KerasAdafactor.self),
    ]

    static let losses = KerasRegressionLosses.kinds + KerasClassLosses.kinds + KerasOverlapLosses.kinds
}
