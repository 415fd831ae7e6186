"""Sequences of different lengths: padded batches, masks by an embedding, LSTM and GRU, attention to one vector."""

import numpy as np
import tensorflow as tf
from formulas import labels, set_weights, show, show_history, values

keras = tf.keras
layers = keras.layers

rows = [np.arange(1, 3 + place % 5) % 9 + 1 for place in range(24)]
padded = keras.utils.pad_sequences(rows, maxlen=6, padding="post")
y = labels(24, 2)

embedding = layers.Embedding(input_dim=11, output_dim=4, mask_zero=True)
print(embedding.compute_mask(padded[:3]).numpy().astype(int).tolist())

inputs = keras.Input(shape=(None,), dtype="int32")
x = embedding(inputs)
x = layers.LSTM(5, return_sequences=True)(x)
x = layers.Bidirectional(layers.GRU(3))(x)
model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
set_weights(model)
model.compile(keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["accuracy"])
show("before", model.predict(padded[:4], verbose=0))
show_history(model.fit(padded, y, epochs=2, batch_size=8, shuffle=False, verbose=0))
show("shorter", model.predict(padded[:2, :4], verbose=0))

data = tf.data.Dataset.from_generator(
    lambda: zip(rows, y), output_signature=(tf.TensorSpec((None,), tf.int32), tf.TensorSpec((), tf.int32))
).padded_batch(6)
show("data", model.evaluate(data, verbose=0))


class Pooled(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.score = layers.Dense(1)

    def call(self, inputs, mask=None):
        scores = self.score(inputs)
        if mask is not None:
            scores = tf.where(mask[..., None], scores, -1e9)
        return tf.reduce_sum(tf.nn.softmax(scores, axis=1) * inputs, axis=1)

    def compute_mask(self, inputs, mask=None):
        return None


pooled = keras.Sequential([layers.Embedding(11, 4, mask_zero=True), Pooled(), layers.Dense(2)])
pooled(padded[:1])
set_weights(pooled)
show("pooled", pooled(padded[:3]).numpy())
signal = layers.Masking(0.0)(values(2, 4, 3) * np.array([1, 1, 0, 0])[None, :, None].astype("float32"))
rnn = layers.SimpleRNN(2, return_state=True)
rnn(signal)
rnn.set_weights([values(*weight.shape, seed=place + 3) for place, weight in enumerate(rnn.get_weights())])
show("states", [part.numpy() for part in rnn(signal)])
