/// The layers of Keras. Their names begin with "keras.", because Keras' rules are not PyTorch's.
enum KerasLayers {
    /// The Python modules of wingbeat.keras.layers behind "keras.".
    static let families = [
        Registry.Family(name: "keras.core", kinds: KerasCore.kinds),
        Registry.Family(name: "keras.activations", kinds: KerasActivationLayers.kinds),
        Registry.Family(name: "keras.merging", kinds: KerasMerging.kinds),
        Registry.Family(name: "keras.preprocessing", kinds: KerasPreprocessing.kinds),
        Registry.Family(name: "keras.augmentation", kinds: KerasRandomImages.kinds),
        Registry.Family(name: "keras.attention", kinds: KerasAttention.kinds),
        Registry.Family(name: "keras.rnn", kinds: KerasRecurrents.kinds),
        Registry.Family(
            name: "keras.wrappers",
            kinds: [
                Kind(KerasTimeDistributed.self), Kind(KerasBidirectional.self), Kind(KerasSpectralNormalization.self),
            ]),
        Registry.Family(name: "keras.convolution", kinds: KerasConvolutions.kinds),
        Registry.Family(name: "keras.pooling", kinds: KerasPooling.kinds),
        Registry.Family(name: "keras.normalization", kinds: KerasNorms.kinds),
        Registry.Family(name: "keras.regularization", kinds: KerasDropout.kinds),
        Registry.Family(name: "keras.reshaping", kinds: KerasReshaping.kinds),
    ]
}
