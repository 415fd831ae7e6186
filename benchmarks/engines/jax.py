"""JAX: every kind one jitted function, parameters donated; steps are not waited for one by one."""

import itertools
import os

if os.environ.get("OMP_NUM_THREADS") == "1":
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

os.environ["KERAS_BACKEND"] = "jax"

import jax
import jax.numpy as jnp

from . import buffered, networks

ACTIVATIONS = {"relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid, "identity": lambda z: z}


def steps(workload, threads):
    jax.config.update("jax_enable_x64", workload.dtype == "float64" or workload.loss == "cross_entropy")
    if workload.kind == "stream":
        return stream(workload, threads)
    return KINDS[workload.kind](workload)


def rounded_product(a, b):
    """a @ b in bfloat16: on a CPU, XLA has no such product with a float32 result."""
    return jnp.matmul(a.astype(jnp.bfloat16), b.astype(jnp.bfloat16)).astype(jnp.float32)


# JAX's own rule would multiply the cotangent in float32.
bfloat16_product = jax.custom_vjp(rounded_product)
bfloat16_product.defvjp(
    lambda a, b: (rounded_product(a, b), (a, b)),
    lambda saved, cotangent: (rounded_product(cotangent, saved[1].T), rounded_product(saved[0].T, cotangent)),
)


def forward(workload, parameters, x):
    if workload.network:
        return functional().FORWARD[workload.network](parameters, x)
    product = bfloat16_product if workload.products == "bfloat16" else jnp.matmul
    for w, b, activation in zip(parameters[0::2], parameters[1::2], workload.activations):
        x = ACTIVATIONS[activation](product(x, w.T) + b)
    return x


def functional():
    """Imported where it is used: it brings Keras."""
    from . import functional

    return functional


def arrays_of(workload):
    return networks.data(workload) if workload.network else workload.data()


def parameters_of(workload):
    return [jnp.asarray(p) for p in (functional().parameters(workload) if workload.network else workload.parameters())]


def loss_of(workload, parameters, x, y):
    z = forward(workload, parameters, x)
    if workload.loss == "cross_entropy":
        return -jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], 1).mean()
    return ((z - y) ** 2).mean()


def descend(workload, loss):
    """run(count) for a step that lowers loss(parameters)."""
    lr = workload.learning_rate

    def step(state):
        parameters, means, squares, time = state
        value, gradients = jax.value_and_grad(loss)(parameters)
        if workload.optimizer == "sgd" and workload.momentum:
            means = [workload.momentum * m + g for m, g in zip(means, gradients)]
            return ([p - lr * m for p, m in zip(parameters, means)], means, squares, time), value
        if workload.optimizer == "sgd":
            return ([p - lr * g for p, g in zip(parameters, gradients)], means, squares, time), value
        time = time + 1
        means = [m + 0.1 * (g - m) for m, g in zip(means, gradients)]
        squares = [0.999 * v + 0.001 * g * g for v, g in zip(squares, gradients)]
        rate = lr / (1 - 0.9**time)
        correction = jnp.sqrt(1 - 0.999**time)
        if workload.optimizer == "adamw":
            parameters = [p * (1 - lr * 0.01) for p in parameters]
        parameters = [p - rate * m / (jnp.sqrt(v) / correction + 1e-8) for p, m, v in zip(parameters, means, squares)]
        return (parameters, means, squares, time), value

    compiled = jax.jit(step, donate_argnums=0)
    parameters = parameters_of(workload)
    zeros = lambda: [jnp.zeros_like(p) for p in parameters]  # noqa: E731
    if workload.optimizer == "sgd" and not workload.momentum:
        zeros = list
    state = (parameters, zeros(), zeros(), jnp.zeros((), workload.dtype))

    def run(count):
        nonlocal state
        for _ in range(count):
            state, value = compiled(state)
        return float(value)

    return run


def train(workload):
    x, y = (jnp.asarray(a) for a in arrays_of(workload))
    return descend(workload, lambda parameters: loss_of(workload, parameters, x, y))


def stream(workload, threads):
    def step(parameters, x, y):
        value, gradients = jax.value_and_grad(lambda parameters: loss_of(workload, parameters, x, y))(parameters)
        return [p - workload.learning_rate * g for p, g in zip(parameters, gradients)], value

    compiled = jax.jit(step, donate_argnums=0)
    state = [jnp.asarray(p) for p in workload.parameters()]
    checked = [jnp.asarray(p) for p in workload.parameters()]
    in_order = buffered.batches(workload.file(), workload.batch, threads)
    seeds = itertools.count()

    def first(count):
        nonlocal checked
        for _ in range(count):
            checked, value = compiled(checked, *next(in_order))
        return float(value)

    def epoch(count):
        nonlocal state
        for x, y in buffered.batches(workload.file(), workload.batch, threads, seed=next(seeds)):
            state, value = compiled(state, x, y)
        return float(value)

    return first, epoch


def pinn(workload):
    points = jnp.asarray(workload.data()[0])

    def loss(parameters):
        def u(x, t):
            return forward(workload, parameters, jnp.concatenate([x, t], 1))

        x, t = points[:, :1], points[:, 1:]
        ones = jnp.ones_like(x)

        def along_x(x):
            return jax.jvp(lambda x: u(x, t), (x,), (ones,))

        (value, u_x), (_, u_xx) = jax.jvp(along_x, (x,), (ones,))
        u_t = jax.jvp(lambda t: u(x, t), (t,), (ones,))[1]
        return ((u_t + value * u_x - (0.01 / jnp.pi) * u_xx) ** 2).mean()

    return descend(workload, loss)


def infer(workload):
    parameters = parameters_of(workload)
    x, _ = arrays_of(workload)
    predict = jax.jit(lambda x: forward(workload, parameters, x))

    def run(count):
        for _ in range(count):
            y = jax.device_get(predict(x))
        return float(y.sum())

    return run


def hvp(workload):
    parameters = [jnp.asarray(p) for p in workload.parameters()]
    vectors = [jnp.asarray(v) for v in workload.vectors()]
    x, y = (jnp.asarray(a) for a in workload.data())
    gradient = jax.grad(lambda parameters: loss_of(workload, parameters, x, y))
    product = jax.jit(lambda parameters, vectors: jax.jvp(gradient, (parameters,), (vectors,))[1])

    def run(count):
        for _ in range(count):
            products = product(parameters, vectors)
        return float(sum(jnp.vdot(p, p) for p in products))

    return run


def deep(workload):
    parameters = [jnp.asarray(p) for p in workload.parameters()]

    def derivative(f):
        return lambda x: jax.jvp(f, (x,), (jnp.ones_like(x),))[1]

    function = lambda x: forward(workload, parameters, x)  # noqa: E731
    for _ in range(workload.order):
        function = derivative(function)
    return repeat(jax.jit(lambda x: function(x).sum()), jnp.asarray(workload.data()[0]))


def repeat(compiled, x):
    """run(count) for a function of x that returns a number."""

    def run(count):
        for _ in range(count):
            value = compiled(x)
        return float(value)

    return run


KINDS = {"train": train, "cold": train, "pinn": pinn, "infer": infer, "hvp": hvp, "deep": deep}
