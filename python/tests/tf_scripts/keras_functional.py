"""A graph of layers: two inputs, a block with a bypass, a shared layer, two outputs, and a model of inner results."""

import tensorflow as tf
from formulas import labels, set_weights, show, show_history, values

keras = tf.keras
layers = keras.layers

image = keras.Input(shape=(8, 8, 3), name="image")
notes = keras.Input(shape=(5,), name="notes")
x = layers.Conv2D(4, 3, activation="relu", padding="same")(image)
block = layers.Conv2D(4, 3, activation="relu", padding="same")(x)
x = layers.add([x, block])
x = layers.MaxPooling2D(2)(x)
x = layers.GlobalAveragePooling2D()(x)
dense = layers.Dense(4, activation="tanh", name="shared")
joined = layers.concatenate([dense(x), dense(layers.Dense(4)(notes))])
kind = layers.Dense(3, name="kind")(joined)
size = layers.Dense(1, name="size")(layers.Dropout(0.0)(joined))
model = keras.Model(inputs=[image, notes], outputs=[kind, size], name="two_heads")
set_weights(model)
model.summary(line_length=76)

model.compile(
    optimizer=keras.optimizers.RMSprop(1e-2),
    loss=[keras.losses.SparseCategoricalCrossentropy(from_logits=True), keras.losses.MeanSquaredError()],
    loss_weights=[1.0, 0.2],
)
data = {"image": values(24, 8, 8, 3), "notes": values(24, 5, seed=5)}
history = model.fit(data, [labels(24, 3), values(24, 1, seed=7)], epochs=3, batch_size=8, shuffle=False, verbose=0)
show_history(history)
first, second = model.predict(data, verbose=0, batch_size=10)
show("kind", first[:2])
show("size", second[:4])

inner = keras.Model(inputs=model.input, outputs=[layer.output for layer in model.layers if "conv2d" in layer.name])
for number, result in enumerate(inner([data["image"][:1], data["notes"][:1]])):
    show(f"inner {number}", result.numpy()[0, 0, 0])

encoder_in = keras.Input(shape=(6,))
encoder = keras.Model(encoder_in, layers.Dense(2, activation="relu")(encoder_in), name="encoder")
decoder_in = keras.Input(shape=(2,))
decoder = keras.Model(decoder_in, layers.Dense(6)(decoder_in), name="decoder")
whole_in = keras.Input(shape=(6,))
whole = keras.Model(whole_in, decoder(encoder(whole_in)), name="whole")
set_weights(whole)
show("nested", whole(values(2, 6)).numpy())
