"""Derivatives of one's own, recomputed ones, and derivatives in forward mode."""

import tensorflow as tf


@tf.custom_gradient
def clip_gradients(y):
    def backward(dy):
        return tf.clip_by_norm(dy, 0.5)

    return y, backward


v = tf.Variable(2.0)
with tf.GradientTape() as t:
    output = clip_gradients(v * v)
print(t.gradient(output, v))


@tf.custom_gradient
def relu(x):
    def grad(upstream):
        return upstream * tf.cast(x > 0, tf.float32)

    return tf.maximum(x, 0.0), grad


x = tf.constant([-1.0, 0.0, 2.0])
with tf.GradientTape() as tape:
    tape.watch(x)
    y = tf.reduce_sum(relu(x) * tf.constant([1.0, 2.0, 3.0]))
print(y.numpy(), tape.gradient(y, x).numpy())


@tf.custom_gradient
def log1pexp(x):
    e = tf.exp(x)

    def grad(upstream):
        return upstream * (1 - 1 / (1 + e))

    return tf.math.log(1 + e), grad


x = tf.constant(100.0)
with tf.GradientTape() as g:
    g.watch(x)
    y = log1pexp(x)
print(g.gradient(y, x).numpy())

x = tf.constant(0.7)
with tf.GradientTape() as t2:
    t2.watch(x)
    with tf.GradientTape() as t1:
        t1.watch(x)
        y = log1pexp(x)
    first = t1.gradient(y, x)
print(first.numpy(), t2.gradient(first, x).numpy())


@tf.custom_gradient
def product(a, b):
    def grad(upstream):
        return upstream * b, upstream * a * 10.0

    return a * b, grad


a, b = tf.Variable(3.0), tf.Variable(4.0)
with tf.GradientTape() as tape:
    y = product(a, b) ** 2
print([gradient.numpy() for gradient in tape.gradient(y, [a, b])])


@tf.custom_gradient
def power(x, n):
    # The rule is a function with a rule of its own.
    @tf.custom_gradient
    def first(dy, x):
        def second(ddy):
            return ddy * n * x ** (n - 1), ddy * dy * n * (n - 1) * x ** (n - 2)

        return dy * n * x ** (n - 1), second

    def grad(dy):
        return first(dy, x), None

    return x**n, grad


x = tf.Variable(2.0)
with tf.GradientTape() as t2:
    with tf.GradientTape() as t1:
        y = power(x, tf.constant(3.0))
    first = t1.gradient(y, x)
print(y.numpy(), first.numpy(), t2.gradient(first, x).numpy())

scale = tf.Variable(1.5)


@tf.custom_gradient
def scaled(x):
    y = scale * x

    def grad(dy, variables=None):
        return dy * 2.0, [tf.reduce_sum(dy * x) * 3.0 for _ in variables]

    return y, grad


x = tf.constant([1.0, 2.0])
with tf.GradientTape() as tape:
    tape.watch(x)
    y = tf.reduce_sum(scaled(x))
gradients = tape.gradient(y, [x, scale])
print(gradients[0].numpy(), gradients[1].numpy())

w = tf.Variable([[0.5, -0.3], [0.2, 0.8]])
block = tf.recompute_grad(lambda x: tf.nn.tanh(tf.matmul(x, w)))
data = tf.constant([[1.0, 2.0]])
with tf.GradientTape() as tape:
    tape.watch(data)
    y = tf.reduce_sum(block(block(data)))
for gradient in tape.gradient(y, [data, w]):
    print(gradient.numpy())

with tf.autodiff.ForwardAccumulator(primals=x, tangents=tf.constant([1.0, 0.0])) as acc:
    y = tf.reduce_sum(x**3)
print(acc.jvp(y).numpy())
v = tf.Variable(2.0)
with tf.autodiff.ForwardAccumulator(v, tf.constant(1.0)) as acc:
    with tf.GradientTape() as tape:
        y = v**3
    backward = tape.gradient(y, v)
print(backward.numpy(), acc.jvp(backward).numpy())


@tf.function
def step(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(relu(x) ** 2)
    return tape.gradient(y, x)


print(step(tf.constant([-1.0, 3.0])).numpy())
x = tf.constant([1.0, 2.0, 3.0])
with tf.GradientTape() as tape:
    tape.watch(x)
    rounded = x + tf.stop_gradient(tf.round(x * 1.3) - x)
    y = tf.reduce_sum(rounded**2)
print(tape.gradient(y, x).numpy())
