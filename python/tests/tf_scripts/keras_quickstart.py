"""A first network: flattened images, two dense layers, dropout at training time alone."""

import numpy as np
import tensorflow as tf
from formulas import labels, set_weights, show, show_history, values

x_train, y_train = np.abs(values(128, 12, 12)), labels(128, 10)
x_test, y_test = np.abs(values(32, 12, 12, seed=3)), labels(32, 10, seed=4)

model = tf.keras.models.Sequential(
    [
        tf.keras.layers.Input(shape=(12, 12)),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(32, activation="relu"),
        tf.keras.layers.Dropout(0.0),
        tf.keras.layers.Dense(10),
    ]
)
set_weights(model, 0.2)
predictions = model(x_train[:1]).numpy()
show("logits", predictions)
show("probabilities", tf.nn.softmax(predictions).numpy())

loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
show("first loss", loss_fn(y_train[:1], predictions).numpy())
model.compile(optimizer="adam", loss=loss_fn, metrics=["accuracy"])
history = model.fit(x_train, y_train, epochs=4, batch_size=32, shuffle=False, verbose=0)
show_history(history)
show("test", model.evaluate(x_test, y_test, verbose=0))
probability_model = tf.keras.Sequential([model, tf.keras.layers.Softmax()])
show("classes", np.argmax(probability_model(x_test[:5]), axis=1))
model.summary(line_length=76)
