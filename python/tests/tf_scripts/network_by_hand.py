"""A classifier of two spirals, written with tf.Module, a hand-made Adam, tf.data and one tf.function."""

import numpy as np
import tensorflow as tf

random = np.random.RandomState(1)
angle = np.sqrt(random.rand(200)) * 3 * np.pi
radius = angle / (3 * np.pi)
points = np.stack([np.cos(angle) * radius, np.sin(angle) * radius], 1)
points = np.concatenate([points, -points]).astype(np.float32)
labels = np.repeat([0, 1], 200)
order = random.permutation(400)
points, labels = points[order], labels[order]
train = tf.data.Dataset.from_tensor_slices((points[:320], labels[:320])).batch(64)
test_x, test_y = tf.constant(points[320:]), tf.constant(labels[320:])


def xavier(shape):
    bound = np.sqrt(6.0 / (shape[0] + shape[1]))
    return tf.constant(random.uniform(-bound, bound, shape), dtype=tf.float32)


class DenseLayer(tf.Module):
    def __init__(self, ins, outs, activation=tf.identity):
        super().__init__()
        self.w = tf.Variable(xavier((ins, outs)))
        self.b = tf.Variable(tf.zeros([outs]))
        self.activation = activation

    def __call__(self, x):
        return self.activation(tf.add(tf.matmul(x, self.w), self.b))


class MLP(tf.Module):
    def __init__(self):
        super().__init__()
        self.layers = [DenseLayer(2, 32, tf.nn.relu), DenseLayer(32, 32, tf.nn.relu), DenseLayer(32, 2)]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class Adam:
    def __init__(self, learning_rate=1e-2, beta_1=0.9, beta_2=0.999, ep=1e-7):
        self.beta_1, self.beta_2, self.learning_rate, self.ep = beta_1, beta_2, learning_rate, ep
        self.t = tf.Variable(1.0)
        self.v_dvar, self.s_dvar = [], []
        self.built = False

    def apply_gradients(self, grads, variables):
        if not self.built:
            for var in variables:
                self.v_dvar.append(tf.Variable(tf.zeros(shape=var.shape)))
                self.s_dvar.append(tf.Variable(tf.zeros(shape=var.shape)))
            self.built = True
        for i, (d_var, var) in enumerate(zip(grads, variables)):
            self.v_dvar[i].assign(self.beta_1 * self.v_dvar[i] + (1 - self.beta_1) * d_var)
            self.s_dvar[i].assign(self.beta_2 * self.s_dvar[i] + (1 - self.beta_2) * tf.square(d_var))
            v_bc = self.v_dvar[i] / (1 - (self.beta_1**self.t))
            s_bc = self.s_dvar[i] / (1 - (self.beta_2**self.t))
            var.assign_sub(self.learning_rate * (v_bc / (tf.sqrt(s_bc) + self.ep)))
        self.t.assign_add(1.0)


def cross_entropy(logits, y):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))


def accuracy(logits, y):
    return tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, axis=1), y), tf.float32))


model, optimizer = MLP(), Adam()
print(len(model.trainable_variables), sum(int(tf.size(v)) for v in model.trainable_variables))


@tf.function
def train_step(x, y):
    with tf.GradientTape() as tape:
        logits = model(x)
        loss = cross_entropy(logits, y)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(gradients, model.trainable_variables)
    return loss, accuracy(logits, y)


for epoch in range(12):
    losses, accuracies = [], []
    for x, y in train:
        loss, right = train_step(x, y)
        losses.append(loss)
        accuracies.append(right)
    if epoch % 3 == 2:
        print(f"epoch {epoch}: loss {tf.reduce_mean(losses):.4f}")
logits = model(test_x)
print(f"test loss {cross_entropy(logits, test_y):.4f}")
table = tf.math.confusion_matrix(test_y, tf.argmax(logits, 1), num_classes=2)
print(table.shape, int(tf.reduce_sum(table)))
