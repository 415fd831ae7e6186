"""The workloads: what every engine computes, with which initial weights and inputs.

Each is one training step (forward, loss, backward, update). A workload with a `network` has one of
engines/networks.py; the others are linear layers. Kinds:

    train     the step as one captured or jitted program, where the engine has such a thing
    dynamic   the same step, its graph recorded anew each time from Python
    infer     one row through the network, NumPy in and out
    hvp       a Hessian-vector product of the loss, with respect to all parameters
    pinn      residual of Burgers' equation, u_t + u u_x - (0.01 / pi) u_xx, at all points; mean square; Adam
    lbfgs     one step of L-BFGS (20 directions, strong Wolfe line search) on the loss of pinn, from the same parameters
    each time
    deep      the n-th derivative of the network along x, at all points; by nested forward mode, or where an engine has
              it also by Taylor mode
    cold      a whole process, from the start of Python to the end of the first step
    stream    an epoch in shuffled batches over an HDF5 file of 512 MiB, from opening it on; the file is in the system's
              cache. A step is one batch. The
              losses that must agree are those of the first batches in the order of the file; shuffled are chunks, and
              rows inside windows of chunks, but for "exact", where Wingbeat keeps the file in memory and shuffles all
              rows
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import stream_file


@dataclass(frozen=True)
class Workload:
    name: str
    layers: tuple
    activations: tuple
    loss: str  # "cross_entropy" (targets: class numbers) or "mse"
    optimizer: str  # "sgd", "adam", "adamw" or "lbfgs"
    batch: int
    dtype: str = "float32"
    kind: str = "train"
    order: int = 0
    mode: str = "nested"
    compression: str = ""
    shuffle: str = "chunks"
    peers: tuple = ("torch", "compile", "jax", "numpy")
    learning_rate: float = 0.01
    products: str = ""  # the dtype that matrix products round their operands to, where it is another one
    momentum: float = 0.0  # of SGD
    network: str = ""  # one of engines/networks.py, where it is more than linear layers

    @property
    def flops(self):
        """Of the matrix products of one step: forward, both gradients, but no gradient of the input."""
        if self.network:
            return None
        products = [2 * self.batch * a * b for a, b in zip(self.layers, self.layers[1:])]
        if self.kind == "infer":
            return sum(products)
        return 3 * sum(products) - products[0] if self.kind in ("train", "dynamic", "stream") else None

    def file(self):
        """The HDF5 file of a stream workload."""
        return stream_file.path(self.compression)

    @property
    def cache_bytes(self):
        """How much of the file Wingbeat may keep: all for an exact shuffle, else less than the file, so that it is
        streamed."""
        return 1 << 30 if self.shuffle == "exact" else 256 << 20

    @property
    def steps(self):
        """Batches of an epoch."""
        return stream_file.CHUNKS * stream_file.CHUNK // self.batch

    def parameters(self):
        """[W [out, in], b [out], ...], drawn as PyTorch does."""
        rng = np.random.default_rng(7)
        result = []
        for inputs, outputs in zip(self.layers, self.layers[1:]):
            bound = 1 / np.sqrt(inputs)
            result += [
                rng.uniform(-bound, bound, (outputs, inputs)).astype(self.dtype),
                rng.uniform(-bound, bound, outputs).astype(self.dtype),
            ]
        return result

    def data(self):
        """x [batch, in] and y: [batch] class numbers, or [batch, out]."""
        rng = np.random.default_rng(11)
        x = rng.uniform(-1, 1, (self.batch, self.layers[0])).astype(self.dtype)
        if self.loss == "cross_entropy":
            return x, rng.integers(0, self.layers[-1], self.batch)
        return x, rng.uniform(0, 1, (self.batch, self.layers[-1])).astype(self.dtype)

    def vectors(self):
        """A direction for each parameter."""
        rng = np.random.default_rng(13)
        return [rng.standard_normal(p.shape).astype(self.dtype) for p in self.parameters()]


def _mlp(name, layers, batch, activation="relu", loss="cross_entropy", optimizer="sgd", **more):
    hidden = len(layers) - 2
    activations = activation if isinstance(activation, tuple) else (activation,) * hidden + ("identity",)
    return Workload(name, layers, activations, loss, optimizer, batch, **more)


_OTHERS = ("torch", "compile", "jax", "tf", "xla")


def _network(name, network, loss, optimizer, batch, peers=_OTHERS, learning_rate=0.001, **more):
    return Workload(
        name, (), (), loss, optimizer, batch, network=network, peers=peers, learning_rate=learning_rate, **more
    )


def _infer(name, network):
    return _network(name, network, "cross_entropy", "sgd", 1, (*_OTHERS, "ort"), kind="infer")


_MNIST, _TINY = (784, 500, 10), (3, 64, 64, 1)
_PINN = (2, 50, 50, 50, 1)
_DERIVATIVES = ("torch", "jax")
# Where the processor does not multiply bfloat16, PyTorch takes 40 s a step.
_BFLOAT16 = (
    ("torch", "compile", "jax") if "avx512_bf16" in Path("/proc/cpuinfo").read_text(encoding="utf-8") else ("jax",)
)

WORKLOADS = [
    _mlp("mlp_mnist 64", _MNIST, 64),
    _mlp("mlp_mnist 1024", _MNIST, 1024),
    _mlp("mlp3 128", (784, 128, 64, 10), 128),
    _mlp("tiny 32", _TINY, 32, "tanh", "mse", "adam"),
    _mlp("tiny 1024", _TINY, 1024, "tanh", "mse", "adam"),
    _mlp("tiny 32 float64", _TINY, 32, "tanh", "mse", "adam", dtype="float64"),
    _mlp("wide 256", (1024, 4096, 4096, 1024), 256, "relu", "mse"),
    _mlp("wide 256 bfloat16", (1024, 4096, 4096, 1024), 256, "relu", "mse", products="bfloat16", peers=_BFLOAT16),
    _mlp("autoencoder 128", (784, 128, 784), 128, ("relu", "sigmoid"), "mse", "adam"),
    _mlp("pinn 1024", _PINN, 1024, "tanh", "mse", "adam", kind="pinn", learning_rate=1e-4, peers=_DERIVATIVES),
    _mlp(
        "pinn 1024 float64",
        _PINN,
        1024,
        "tanh",
        "mse",
        "adam",
        kind="pinn",
        dtype="float64",
        learning_rate=1e-4,
        peers=_DERIVATIVES,
    ),
    _network("cnn_mnist 64", "cnn_mnist", "cross_entropy", "sgd", 64, momentum=0.9, learning_rate=0.01),
    _network(
        "cnn_mnist 64 bfloat16",
        "cnn_mnist",
        "cross_entropy",
        "sgd",
        64,
        _BFLOAT16[:2] if "torch" in _BFLOAT16 else (),
        momentum=0.9,
        learning_rate=0.01,
        products="bfloat16",
    ),
    _network("resnet 32", "resnet", "cross_entropy", "sgd", 32, momentum=0.9, learning_rate=0.01),
    _network("unet 8", "unet", "mse", "adam", 8),
    _network("conv1d 64", "conv1d", "mse", "adam", 8),
    _network("lstm 64", "lstm", "cross_entropy", "adam", 64),
    _network("gru 64", "gru", "cross_entropy", "adam", 64),
    _network("transformer 8", "transformer", "cross_entropy", "adamw", 8),
    _network("attention 1x4096", "attention", "mse", "sgd", 1),
    _network("batchnorm 32", "normalization", "mse", "sgd", 32, ("torch", "compile")),
    _network("conv_mnist 64", "convolution", "cross_entropy", "sgd", 64, ("torch", "compile")),
    _infer("infer_cnn 1", "cnn_mnist"),
    _infer("infer_lstm 1", "lstm"),
    _mlp("lbfgs 1024 float64", _PINN, 1024, "tanh", "mse", "lbfgs", kind="lbfgs", dtype="float64", peers=("torch",)),
    _mlp("adamw tiny 32", _TINY, 32, "tanh", "mse", "adamw", peers=("torch",)),
    _mlp("hvp mlp3 128", (784, 128, 64, 10), 128, kind="hvp", peers=_DERIVATIVES),
    _mlp("infer_mlp 1", _MNIST, 1, kind="infer", peers=("torch", "jax", "numpy", "ort")),
    _mlp("dynamic tiny 32", _TINY, 32, "tanh", "mse", "adam", kind="dynamic", peers=("torch",)),
    _mlp("dynamic mlp_mnist 64", _MNIST, 64, kind="dynamic", peers=("torch",)),
    _mlp("stream", _MNIST, 256, kind="stream", peers=("torch", "jax")),
    _mlp("stream gzip", _MNIST, 256, kind="stream", compression="gzip", peers=("torch", "jax")),
    _mlp("stream exact", _MNIST, 256, kind="stream", shuffle="exact", peers=("torch", "jax")),
    _mlp("cold tiny 32", _TINY, 32, "tanh", "mse", "adam", kind="cold", peers=("torch", "compile", "jax")),
    *[
        _mlp(f"deep order {n}", (1, 50, 50, 50, 1), 1024, "tanh", "mse", kind="deep", order=n, peers=_DERIVATIVES)
        for n in (1, 2, 3, 4)
    ],
    *[
        _mlp(
            f"deep order {n} taylor",
            (1, 50, 50, 50, 1),
            1024,
            "tanh",
            "mse",
            kind="deep",
            order=n,
            mode="taylor",
            peers=(*_DERIVATIVES, "jet"),
        )
        for n in (1, 2, 3, 4)
    ],
]

BY_NAME = {workload.name: workload for workload in WORKLOADS}
