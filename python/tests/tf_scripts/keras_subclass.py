"""Layers and models as classes: build, add_weight, add_loss, get_config, layers in lists, frozen layers."""

import numpy as np
import tensorflow as tf
from formulas import set_weights, show, show_history, values


class Linear(tf.keras.layers.Layer):
    def __init__(self, units=4, penalty=0.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.penalty = penalty

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True)
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=True)
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False, name="calls")

    def call(self, inputs):
        if self.penalty:
            self.add_loss(self.penalty * tf.reduce_sum(tf.abs(self.w)))
        self.calls.assign_add(1.0)
        return tf.matmul(inputs, self.w) + self.b

    def get_config(self):
        return {**super().get_config(), "units": self.units, "penalty": self.penalty}


class Blocks(tf.keras.Model):
    def __init__(self, widths, **kwargs):
        super().__init__(**kwargs)
        self.blocks = [Linear(width, 0.01, name=f"block_{place}") for place, width in enumerate(widths)]
        self.out = tf.keras.layers.Dense(1)

    def call(self, inputs, training=None):
        x = inputs
        for block in self.blocks:
            x = tf.nn.relu(block(x))
        if training:
            x = x * 0.9
        return self.out(x)


linear = Linear(3, name="alone")
y = linear(tf.ones((2, 2)))
print("weights:", len(linear.weights), "trainable:", len(linear.trainable_weights), y.shape)
again = Linear.from_config(linear.get_config())
print(again.units, again.name, again.built)

model = Blocks([5, 4], name="blocks")
x, target = values(20, 3), values(20, 1, seed=5)
model(x[:1])
set_weights(model)
print([layer.name for layer in model.layers], len(model.trainable_weights), len(model.non_trainable_weights))
show("losses", [loss.numpy() for loss in (model(x), model.losses)[1]])
show("training", model(x[:3], training=True).numpy())
show("inference", model(x[:3]).numpy())
model.compile(optimizer=tf.keras.optimizers.SGD(0.05), loss="mse")
show_history(model.fit(x, target, batch_size=10, epochs=3, shuffle=False, verbose=0))
model.blocks[0].trainable = False
model.compile(optimizer=tf.keras.optimizers.SGD(0.05), loss="mse")
before = model.blocks[0].w.numpy()
show_history(model.fit(x, target, batch_size=10, epochs=1, shuffle=False, verbose=0))
print("frozen:", bool(np.all(before == model.blocks[0].w.numpy())), len(model.trainable_weights))
