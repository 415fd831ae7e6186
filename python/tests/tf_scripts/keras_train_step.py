"""fit with steps of one's own: train_step and test_step, metrics that are attributes, sample weights."""

import tensorflow as tf
from formulas import set_weights, show, show_history, values

keras = tf.keras


class CustomModel(keras.Model):
    def train_step(self, data):
        if len(data) == 3:
            x, y, sample_weight = data
        else:
            sample_weight = None
            x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred, sample_weight=sample_weight)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred, sample_weight=sample_weight)
        return {m.name: m.result() for m in self.metrics}


class Tracked(keras.Model):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.mae_metric = keras.metrics.MeanAbsoluteError(name="mae")
        self.loss_fn = keras.losses.MeanSquaredError()

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.loss_fn(y, y_pred)
        trainable = self.trainable_variables
        self.optimizer.apply(tape.gradient(loss, trainable), trainable)
        self.loss_tracker.update_state(loss)
        self.mae_metric.update_state(y, y_pred)
        return {"loss": self.loss_tracker.result(), "mae": self.mae_metric.result()}

    def test_step(self, data):
        x, y = data
        self.mae_metric.update_state(y, self(x, training=False))
        return {"mae": self.mae_metric.result()}

    @property
    def metrics(self):
        return [self.loss_tracker, self.mae_metric]


def pieces():
    inputs = keras.Input(shape=(6,))
    return inputs, keras.layers.Dense(1)(keras.layers.Dense(4, activation="tanh")(inputs))


x, y = values(40, 6), values(40, 1, seed=9)
for kind in (CustomModel, Tracked):
    model = kind(*pieces())
    set_weights(model)
    model.compile(optimizer=keras.optimizers.Adam(0.02), loss="mse", metrics=["mae"])
    show_history(model.fit(x, y, epochs=3, batch_size=8, shuffle=False, verbose=0))
    if kind is CustomModel:
        weights = abs(values(40, 1, seed=3))
        show_history(model.fit(x, y, sample_weight=weights, epochs=2, batch_size=8, shuffle=False, verbose=0))
    else:
        show("test", model.evaluate(x, y, verbose=0, return_dict=True)["mae"])
