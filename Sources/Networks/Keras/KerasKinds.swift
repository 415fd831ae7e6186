import Engine

/// Keras's optimisers and losses, for the registry.
enum KerasKinds {
    static let optimizers = [
        OptimizerKind(KerasSGD.self), OptimizerKind(KerasAdam.self), OptimizerKind(KerasAdamW.self),
        OptimizerKind(KerasNadam.self), OptimizerKind(KerasRMSprop.self), OptimizerKind(KerasAdagrad.self),
        OptimizerKind(KerasAdadelta.self), OptimizerKind(KerasAdamax.self), OptimizerKind(KerasFtrl.self),
        OptimizerKind(KerasLion.self), OptimizerKind(KerasLamb.self), OptimizerKind(KerasAdafactor.self),
        OptimizerKind(KerasMuon.self), OptimizerKind(KerasScheduleFreeAdamW.self),
    ]

    /// Weights and reduction alone, for losses that the host has computed.
    private static let reduction = KerasLoss.kind(
        "Loss", "The input as it is: losses of examples; the target is not looked at."
    ) { (_, x, _) throws(Failure) in KerasLoss.Values(x) }

    static let losses = [reduction] + KerasRegressionLosses.kinds + KerasClassLosses.kinds + KerasOverlapLosses.kinds
}
