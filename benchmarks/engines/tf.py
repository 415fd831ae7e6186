"""TensorFlow: a step as one graph (tf.function), all in one call from Python. xla.py has the same by XLA."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import tensorflow as tf

from . import functional, networks


def steps(workload, threads, jit_compile=False):
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    if not workload.network:
        raise SystemExit("only networks")
    return (infer if workload.kind == "infer" else train)(workload, jit_compile)


def loss_of(workload, parameters, x, y):
    z = functional.FORWARD[workload.network](parameters, x)
    if workload.loss == "cross_entropy":
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, z))
    return tf.reduce_mean(tf.square(z - y))


def train(workload, jit_compile):
    parameters = [tf.Variable(value) for value in functional.parameters(workload)]
    x, y = (tf.constant(a) for a in networks.data(workload))
    lr = workload.learning_rate
    first = [tf.Variable(tf.zeros_like(p)) for p in parameters]
    second = [tf.Variable(tf.zeros_like(p)) for p in parameters]
    time = tf.Variable(0.0)

    @tf.function(jit_compile=jit_compile)
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_of(workload, [tf.convert_to_tensor(p) for p in parameters], x, y)
        gradients = tape.gradient(loss, parameters)
        if workload.optimizer == "sgd":
            for p, m, g in zip(parameters, first, gradients):
                g = tf.convert_to_tensor(g)
                p.assign_sub(lr * (m.assign(workload.momentum * m + g) if workload.momentum else g))
            return loss
        time.assign_add(1.0)
        correction = tf.sqrt(1 - tf.pow(0.999, time))
        rate = lr / (1 - tf.pow(0.9, time))
        for p, m, v, g in zip(parameters, first, second, gradients):
            g = tf.convert_to_tensor(g)
            m.assign_add(0.1 * (g - m))
            v.assign_add(0.001 * (g * g - v))
            if workload.optimizer == "adamw":
                p.assign(p * (1 - lr * 0.01))
            p.assign_sub(rate * m / (tf.sqrt(v) / correction + 1e-8))
        return loss

    def run(count):
        for _ in range(count):
            loss = step(x, y)
        return float(loss)

    return run


def infer(workload, jit_compile):
    parameters = [tf.constant(value) for value in functional.parameters(workload)]
    x, _ = networks.data(workload)
    predict = tf.function(lambda x: functional.FORWARD[workload.network](parameters, x), jit_compile=jit_compile)

    def run(count):
        for _ in range(count):
            y = predict(tf.convert_to_tensor(x)).numpy()
        return float(y.sum())

    return run
