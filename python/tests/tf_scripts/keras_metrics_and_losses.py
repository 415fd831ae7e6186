"""Metrics and losses of one's own, by classes, functions and names; weights of samples and classes."""

import numpy as np
import tensorflow as tf
from formulas import labels, set_weights, show, show_history, values

keras = tf.keras


def huber_like(y_true, y_pred):
    error = y_true - y_pred
    return tf.reduce_mean(tf.where(tf.abs(error) < 0.5, tf.square(error), tf.abs(error)), axis=-1)


class WeightedError(keras.losses.Loss):
    def __init__(self, factor=0.1, name="weighted_error"):
        super().__init__(name=name)
        self.factor = factor

    def call(self, y_true, y_pred):
        return tf.reduce_mean(tf.math.square(y_true - y_pred), axis=-1) + self.factor * tf.reduce_mean(
            y_pred**2, axis=-1
        )


class TruePositives(keras.metrics.Metric):
    def __init__(self, name="true_positives", **kwargs):
        super().__init__(name=name, **kwargs)
        self.found = self.add_weight(name="found", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        classes = tf.cast(tf.argmax(y_pred, axis=1), "int32")
        hits = tf.cast(tf.equal(tf.cast(tf.reshape(y_true, (-1,)), "int32"), classes), "float32")
        if sample_weight is not None:
            hits = hits * tf.cast(tf.reshape(sample_weight, (-1,)), "float32")
        self.found.assign_add(tf.reduce_sum(hits))

    def result(self):
        return self.found

    def reset_state(self):
        self.found.assign(0.0)


x = values(36, 6)
for loss in (huber_like, WeightedError(0.2), "mae", keras.losses.Huber(0.3)):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2)])
    set_weights(model)
    model.compile(keras.optimizers.SGD(0.1), loss=loss, metrics=["mse"])
    show_history(model.fit(x, values(36, 2, seed=4), epochs=2, batch_size=12, shuffle=False, verbose=0))

y = labels(36, 3)
model = keras.Sequential(
    [keras.Input((6,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(3, "softmax")]
)
set_weights(model)
model.compile(
    keras.optimizers.Adam(0.05),
    loss="sparse_categorical_crossentropy",
    metrics=[TruePositives(), keras.metrics.SparseTopKCategoricalAccuracy(2, name="top2")],
    weighted_metrics=["accuracy"],
)
show_history(model.fit(x, y, epochs=2, batch_size=9, shuffle=False, verbose=0, class_weight={0: 1.0, 1: 3.0, 2: 0.5}))
weights = np.where(y == 1, 2.0, 1.0)
show_history(model.fit(x, y, epochs=2, batch_size=9, shuffle=False, verbose=0, sample_weight=weights))
data = tf.data.Dataset.from_tensor_slices((x, y, weights.astype("float32"))).batch(9)
show_history(model.fit(data, epochs=2, verbose=0, validation_data=data))
show("evaluate", model.evaluate(x, y, verbose=0))

metric = keras.metrics.Mean()
for value, weight in ((1.0, 1.0), (3.0, 2.0), (5.0, 0.5)):
    metric.update_state(value, sample_weight=weight)
show("mean", metric.result().numpy())
accuracy = keras.metrics.CategoricalAccuracy()
show("accuracy", accuracy(tf.one_hot(y[:6], 3), model(x[:6])).numpy())
