"""Listings in the form of TensorFlow's first tutorials, word for word but for where the data come from."""

import contextlib
import io
import re

import numpy as np
import pytest

import wingbeat.tf as tf

QUICKSTART = """
model = tf.keras.models.Sequential([
  tf.keras.layers.Flatten(input_shape=(28, 28)),
  tf.keras.layers.Dense(128, activation='relu'),
  tf.keras.layers.Dropout(0.2),
  tf.keras.layers.Dense(10)
])
predictions = model(x_train[:1]).numpy()
probabilities = tf.nn.softmax(predictions).numpy()
loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
first_loss = loss_fn(y_train[:1], predictions).numpy()
model.compile(optimizer='adam',
              loss=loss_fn,
              metrics=['accuracy'])
history = model.fit(x_train, y_train, epochs=5)
evaluation = model.evaluate(x_test,  y_test, verbose=2)
probability_model = tf.keras.Sequential([
  model,
  tf.keras.layers.Softmax()
])
answer = probability_model(x_test[:5])
"""

TWO_DENSE_LAYERS = """
model = tf.keras.models.Sequential([
  tf.keras.layers.Dense(32, activation='relu', input_shape=(20,)),
  tf.keras.layers.Dense(4)
])
loss_object = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = tf.keras.optimizers.Adam()
train_loss = tf.keras.metrics.Mean(name='train_loss')
train_accuracy = tf.keras.metrics.SparseCategoricalAccuracy(name='train_accuracy')

@tf.function
def train_step(images, labels):
  traces.append(1)
  with tf.GradientTape() as tape:
    predictions = model(images, training=True)
    loss = loss_object(labels, predictions)
  gradients = tape.gradient(loss, model.trainable_variables)
  optimizer.apply_gradients(zip(gradients, model.trainable_variables))

  train_loss(loss)
  train_accuracy(labels, predictions)

@tf.function
def test_step(images, labels):
  predictions = model(images, training=False)
  return loss_object(labels, predictions)

for epoch in range(EPOCHS):
  train_loss.reset_state()
  train_accuracy.reset_state()

  for images, labels in train_ds:
    train_step(images, labels)
  print(
    f'Epoch {epoch + 1}, '
    f'Loss: {train_loss.result():0.2f}, '
    f'Accuracy: {train_accuracy.result() * 100:0.2f}'
  )
"""

GRADIENT = """
x = tf.Variable(3.0)

with tf.GradientTape() as tape:
  y = x**2
dy_dx = tape.gradient(y, x)
print(dy_dx.numpy())
print(dy_dx)
"""

RELU = """
@tf.custom_gradient
def relu(x):
  def grad(upstream):
    return upstream * tf.cast(x > 0, tf.float32)
  return tf.maximum(x, 0.), grad

x = tf.Variable([-2., -0.5, 0.5, 2.])
with tf.GradientTape() as tape:
  y = tf.reduce_sum(relu(x) * [1., 2., 3., 4.])
print(y)
print(tape.gradient(y, x))
"""


def run(listing, **names):
    """The names that a listing leaves, and what it prints."""
    found = {"tf": tf, "np": np, **names}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(listing, "listing", "exec"), found)
    return found, printed.getvalue()


def test_dy_dx_of_x_squared_at_3():
    assert run(GRADIENT)[1] == "6.0\ntf.Tensor(6.0, shape=(), dtype=float32)\n"


def test_a_relu_with_a_gradient_of_its_own():
    expected = "tf.Tensor(9.5, shape=(), dtype=float32)\ntf.Tensor([0. 0. 3. 4.], shape=(4,), dtype=float32)\n"
    assert run(RELU)[1] == expected


def test_the_quickstart_learns():
    tf.random.set_seed(0)
    random = np.random.RandomState(0)
    y = random.randint(0, 10, 320)
    x = (random.rand(320, 28, 28) * 0.2).astype(np.float32)
    for image, label in zip(x, y):
        image[2 * label : 2 * label + 4] += 0.5  # a stripe where the label says
    found, printed = run(QUICKSTART, x_train=x[:256], y_train=y[:256], x_test=x[256:], y_test=y[256:])
    assert found["predictions"].shape == (1, 10) and found["probabilities"].sum() == pytest.approx(1.0, abs=1e-5)
    assert 0.5 < found["first_loss"] < 6.0
    losses = found["history"].history["loss"]
    assert len(losses) == 5 and losses[-1] < losses[0]
    assert list(found["history"].history) == ["accuracy", "loss"] and len(found["evaluation"]) == 2
    assert re.search(r"Epoch 5/5\n.*8/8 .* - accuracy: [\d.]+ - loss: [\d.]+", printed, re.DOTALL)
    assert found["answer"].shape == (5, 10)
    np.testing.assert_allclose(found["answer"].numpy().sum(1), 1.0, rtol=1e-5)


def test_a_loop_of_ones_own_is_traced_once_and_learns():
    tf.random.set_seed(1)
    random = np.random.RandomState(1)
    x = random.randn(256, 20).astype(np.float32)
    y = np.argmax(x @ random.randn(20, 4), 1)
    data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(256).batch(32)
    traces = []
    found, printed = run(TWO_DENSE_LAYERS, train_ds=data, EPOCHS=40, traces=traces)
    lines = printed.splitlines()
    assert len(lines) == 40 and all(re.fullmatch(r"Epoch \d+, Loss: [\d.]+, Accuracy: [\d.]+", line) for line in lines)
    first, last = (float(line.split("Accuracy: ")[1]) for line in (lines[0], lines[-1]))
    assert last > first and last > 60
    # The trace that makes variables is given up, and the first call runs line by line. The next one is traced.
    assert len(traces) == 3
    step_loss = found["test_step"](x, y)
    eager = found["loss_object"](y, found["model"](x, training=False))
    assert float(step_loss) == pytest.approx(float(eager), rel=1e-5)
