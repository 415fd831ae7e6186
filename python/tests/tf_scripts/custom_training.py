"""A line is fitted by hand: a tf.Module, a loss, a tape, and updates by assign_sub."""

import numpy as np
import tensorflow as tf

TRUE_W, TRUE_B, EXAMPLES = 3.0, 2.0, 200
random = np.random.RandomState(0)
x = tf.constant(np.linspace(-2, 2, EXAMPLES), dtype=tf.float32)
noise = tf.constant(random.randn(EXAMPLES), dtype=tf.float32)
y = x * TRUE_W + TRUE_B + 0.3 * noise


class MyModel(tf.Module):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.w = tf.Variable(5.0)
        self.b = tf.Variable(0.0)

    def __call__(self, x):
        return self.w * x + self.b


def loss(target_y, predicted_y):
    return tf.reduce_mean(tf.square(target_y - predicted_y))


def train(model, x, y, learning_rate):
    with tf.GradientTape() as t:
        current_loss = loss(y, model(x))
    dw, db = t.gradient(current_loss, [model.w, model.b])
    model.w.assign_sub(learning_rate * dw)
    model.b.assign_sub(learning_rate * db)


model = MyModel()
print("Variables:", model.variables)
assert model(3.0).numpy() == 15.0
print(f"Untrained loss: {loss(y, model(x)).numpy():1.6f}")
weights, biases = [], []


def report(model, loss):
    return f"W = {model.w.numpy():1.2f}, b = {model.b.numpy():1.2f}, loss={loss:2.5f}"


for epoch in range(10):
    train(model, x, y, learning_rate=0.1)
    weights.append(model.w.numpy())
    biases.append(model.b.numpy())
    print(f"Epoch {epoch:2d}:", report(model, loss(y, model(x))))


class Dense(tf.Module):
    def __init__(self, in_features, out_features, name=None):
        super().__init__(name=name)
        start = np.sin(np.arange(in_features * out_features)).reshape(in_features, out_features)
        self.w = tf.Variable(tf.constant(start, dtype=tf.float32), name="w")
        self.b = tf.Variable(tf.zeros([out_features]), name="b")

    def __call__(self, x):
        return tf.nn.relu(tf.matmul(x, self.w) + self.b)


class Sequential(tf.Module):
    def __init__(self, name=None):
        super().__init__(name=name)
        self.dense_1 = Dense(in_features=1, out_features=8)
        self.dense_2 = Dense(in_features=8, out_features=1)
        self.scale = tf.Variable(1.0, trainable=False, name="scale")

    @tf.function
    def __call__(self, x):
        return self.dense_2(self.dense_1(x)) * self.scale


net = Sequential(name="net")
print([variable.name for variable in net.variables], len(net.trainable_variables), len(net.submodules))
inputs = tf.reshape(x, [-1, 1])
targets = tf.reshape(tf.square(x), [-1, 1])


@tf.function
def step(rate):
    with tf.GradientTape() as tape:
        value = loss(targets, net(inputs))
    gradients, norm = tf.clip_by_global_norm(tape.gradient(value, net.trainable_variables), 1.0)
    for variable, gradient in zip(net.trainable_variables, gradients):
        variable.assign_sub(rate * gradient)
    return value, norm


for number in range(60):
    value, norm = step(tf.constant(0.05))
    if number % 15 == 0:
        print(f"step {number}: loss {value:.5f} norm {norm.numpy():.5f}")
print(f"at the end {loss(targets, net(inputs)):.5f}")
