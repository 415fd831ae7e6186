"""Hand-written NumPy: forward and backward passes spelled out, every array allocated once."""

import numpy as np


def steps(workload, threads):
    return infer(workload) if workload.kind == "infer" else train(workload)


def infer(workload):
    parameters = workload.parameters()
    weights = [np.ascontiguousarray(w.T) for w in parameters[0::2]]
    biases = parameters[1::2]
    x, _ = workload.data()

    def run(count):
        for _ in range(count):
            a = x
            for w, b, activation in zip(weights, biases, workload.activations):
                a = a @ w
                a += b
                if activation == "relu":
                    np.maximum(a, 0, out=a)
        return float(a.sum())

    return run


def train(workload):
    parameters = workload.parameters()
    weights, biases = parameters[0::2], parameters[1::2]
    x, y = workload.data()
    rows = np.arange(workload.batch)
    sizes = workload.layers[1:]
    outputs = [np.empty((workload.batch, n), workload.dtype) for n in sizes]
    gradients = [np.empty_like(p) for p in parameters]
    deltas = [np.empty_like(z) for z in outputs]
    moments = [(np.zeros_like(p), np.zeros_like(p)) for p in parameters]
    scratch = [np.empty_like(p) for p in parameters]
    lr = np.dtype(workload.dtype).type(workload.learning_rate)
    time = 0

    def activate(kind, z):
        if kind == "relu":
            np.maximum(z, 0, out=z)
        elif kind == "tanh":
            np.tanh(z, out=z)
        elif kind == "sigmoid":
            np.negative(z, out=z)
            np.exp(z, out=z)
            z += 1
            np.reciprocal(z, out=z)

    def through(kind, a, d):
        """d times the activation's derivative, from its value a."""
        if kind == "relu":
            d *= a > 0
        elif kind == "tanh":
            d *= 1 - a * a
        elif kind == "sigmoid":
            d *= a * (1 - a)

    def update():
        nonlocal time
        time += 1
        for p, g, (m, v), s in zip(parameters, gradients, moments, scratch):
            if workload.optimizer == "sgd":
                np.multiply(g, lr, out=s)
                p -= s
                continue
            np.subtract(g, m, out=s)
            s *= 0.1
            m += s
            v *= 0.999
            np.multiply(g, g, out=s)
            s *= 0.001
            v += s
            np.sqrt(v, out=s)
            s /= np.sqrt(1 - 0.999**time)
            s += 1e-8
            np.divide(m, s, out=s)
            s *= lr / (1 - 0.9**time)
            p -= s

    def step():
        a = x
        for w, b, z, kind in zip(weights, biases, outputs, workload.activations):
            np.matmul(a, w.T, out=z)
            z += b
            activate(kind, z)
            a = z
        d = deltas[-1]
        if workload.loss == "cross_entropy":
            z = a - a.max(axis=1, keepdims=True)
            e = np.exp(z)
            total = e.sum(axis=1, keepdims=True)
            loss = (np.log(total[:, 0]) - z[rows, y]).mean()
            np.divide(e, total, out=d)
            d[rows, y] -= 1
            d /= workload.batch
        else:
            np.subtract(a, y, out=d)
            loss = np.vdot(d, d) / d.size
            d *= 2 / d.size
        for place in reversed(range(len(weights))):
            through(workload.activations[place], outputs[place], deltas[place])
            below = outputs[place - 1] if place else x
            np.matmul(deltas[place].T, below, out=gradients[2 * place])
            np.sum(deltas[place], axis=0, out=gradients[2 * place + 1])
            if place:
                np.matmul(deltas[place], weights[place], out=deltas[place - 1])
        update()
        return loss

    def run(count):
        for _ in range(count):
            loss = step()
        return float(loss)

    return run
