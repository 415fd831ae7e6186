"""Derivatives by tapes: of variables and constants, of higher order, as matrices, and where there are none."""

import tensorflow as tf

x = tf.Variable(3.0)
with tf.GradientTape() as tape:
    y = x**2
print(tape.gradient(y, x))

w = tf.Variable(tf.reshape(tf.range(6.0), [3, 2]) / 10.0, name="w")
b = tf.Variable(tf.zeros(2, dtype=tf.float32), name="b")
data = tf.constant([[1.0, 2.0, 3.0]])
with tf.GradientTape(persistent=True) as tape:
    out = data @ w + b
    loss = tf.reduce_mean(out**2)
dl_dw, dl_db = tape.gradient(loss, [w, b])
print(dl_dw)
print(dl_db)
print({name: value.numpy().tolist() for name, value in tape.gradient(loss, {"w": w, "b": b}).items()})
del tape

# Only what is trainable is watched.
x0 = tf.Variable(3.0, name="x0")
x1 = tf.Variable(3.0, name="x1", trainable=False)
x2 = tf.Variable(2.0, name="x2") + 1.0
x3 = tf.constant(3.0, name="x3")
with tf.GradientTape() as tape:
    y = (x0**2) + (x1**2) + (x2**2) + (x3**2)
for gradient in tape.gradient(y, [x0, x1, x2, x3]):
    print(gradient)
print([variable.name for variable in tape.watched_variables()])

x = tf.constant([1.0, 3.0])
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    y = x * x
    z = y * y
print(tape.gradient(z, x).numpy(), tape.gradient(y, x).numpy(), tape.gradient(z, y).numpy())

with tf.GradientTape(watch_accessed_variables=False) as tape:
    tape.watch(x0)
    y = x0 * tf.Variable(5.0)
print(tape.gradient(y, x0).numpy())

# Control flow is what ran.
x = tf.constant(1.0)
v0, v1 = tf.Variable(2.0), tf.Variable(2.0)
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    result = v0 if x > 0.0 else v1**2
print(tape.gradient(result, [v0, v1]), tape.gradient(result, x))

# Where there is no connection.
a = tf.Variable([2.0, 2.0])
c = tf.Variable(3.0)
with tf.GradientTape() as tape:
    z = c * c
print(tape.gradient(z, a, unconnected_gradients=tf.UnconnectedGradients.ZERO))
x = tf.Variable(2.0)
for _ in range(2):
    with tf.GradientTape() as tape:
        y = x + 1
    print(isinstance(x, tf.Variable), tape.gradient(y, x))
    x.assign_add(1.0)
with tf.GradientTape() as tape:
    i = tf.constant(10)
    y = tf.cast(i, tf.float32) * x
print(tape.gradient(y, [x]))

# stop_recording and reset.
x, y = tf.Variable(2.0), tf.Variable(3.0)
with tf.GradientTape() as tape:
    x_sq = x * x
    with tape.stop_recording():
        y_sq = y * y
    z = x_sq + y_sq
print(tape.gradient(z, {"x": x, "y": y}))
with tf.GradientTape() as tape:
    y_sq = y * y
    tape.reset()
    z = x * x + y_sq
print(tape.gradient(z, [x, y]))
with tf.GradientTape() as tape:
    y_sq = y**2
    z = x**2 + tf.stop_gradient(y_sq)
print(tape.gradient(z, [x, y]))

# Higher orders.
x = tf.Variable(1.0)
with tf.GradientTape() as t2:
    with tf.GradientTape() as t1:
        y = x * x * x
    dy_dx = t1.gradient(y, x)
print("dy_dx:", dy_dx.numpy(), "d2y_dx2:", t2.gradient(dy_dx, x).numpy())

x = tf.linspace(-2.0, 2.0, 5)
delta = tf.Variable(0.0)
with tf.GradientTape() as tape:
    y = tf.nn.sigmoid(x + delta)
print(tape.jacobian(y, delta))

kernel = tf.Variable(tf.reshape(tf.sin(tf.range(12.0)), [3, 4]))
inputs = tf.reshape(tf.cos(tf.range(6.0)), [2, 3])
with tf.GradientTape(persistent=True) as t2:
    t2.watch(inputs)
    with tf.GradientTape() as t1:
        t1.watch(inputs)
        out = tf.nn.tanh(inputs @ kernel)
        loss = tf.reduce_mean(out**2)
    g = t1.gradient(loss, kernel)
h = t2.jacobian(g, kernel)
print(h.shape, tf.reduce_sum(h).numpy(), tf.linalg.trace(tf.reshape(h, [12, 12])).numpy())
print(t2.batch_jacobian(out, inputs).shape, tf.reduce_sum(t2.batch_jacobian(out, inputs)).numpy())
print(t2.gradient(tf.norm(out), inputs))

with tf.GradientTape() as tape:
    tape.watch(inputs)
    a, b = inputs * 2.0, inputs**2
weights = [tf.ones_like(a), 3.0 * tf.ones_like(b)]
print(tape.gradient([a, b], inputs, output_gradients=weights).numpy().round(3))

try:
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    tape.gradient(y, x)
except RuntimeError as error:
    print(error)
