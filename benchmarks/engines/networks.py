"""The networks that are more than linear layers, in what PyTorch and Wingbeat have in common.

build(library, workload) with torch or wingbeat: a module whose parameters have the workload's values.
data(workload): x and y as arrays.
"""

import numpy as np

STEPS, CHARACTERS, WIDTH = 128, 65, 128  # of the Transformer


def lstm(library):
    """The rows of an image, one after the other."""
    nn = library.nn

    class Rows(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(28, 128, 2, batch_first=True)
            self.scores = nn.Linear(128, 10)

        def forward(self, x):
            return self.scores(self.lstm(x)[0][:, -1])

    return Rows()


def transformer(library):
    """Four pre-norm blocks that look back only."""
    nn = library.nn

    class Characters(nn.Module):
        def __init__(self):
            super().__init__()
            self.characters, self.places = nn.Embedding(CHARACTERS, WIDTH), nn.Embedding(STEPS, WIDTH)
            block = nn.TransformerEncoderLayer(
                WIDTH, 4, 4 * WIDTH, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
            )
            self.blocks = nn.TransformerEncoder(block, 4, norm=nn.LayerNorm(WIDTH), enable_nested_tensor=False)
            self.scores = nn.Linear(WIDTH, CHARACTERS)
            self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(STEPS), persistent=False)

        def forward(self, x):
            h = self.characters(x) + self.places.weight
            return self.scores(self.blocks(h, mask=self.mask, is_causal=True)).flatten(0, 1)

    return Characters()


def normalization(library):
    """Twice, so that one of the two has a gradient for its input."""
    return library.nn.Sequential(library.nn.BatchNorm2d(64), library.nn.BatchNorm2d(64))


def convolution(library):
    nn = library.nn
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(64 * 12 * 12, 10),
    )  # fmt: skip


NETWORKS = {"lstm": lstm, "transformer": transformer, "normalization": normalization, "convolution": convolution}


def build(library, workload):
    model = NETWORKS[workload.network](library)
    rng = np.random.default_rng(7)
    with library.no_grad():
        for parameter in model.parameters():
            shape = tuple(parameter.shape)
            bound = 1 / np.sqrt(np.prod(shape[1:])) if len(shape) > 1 else 0.1
            values = rng.uniform(-bound, bound, shape).astype(np.float32)
            parameter.copy_(library.tensor(values))
    return model


def data(workload):
    rng, n = np.random.default_rng(11), workload.batch
    if workload.network == "transformer":
        return rng.integers(0, CHARACTERS, (n, STEPS)), rng.integers(0, CHARACTERS, n * STEPS)
    if workload.network == "normalization":
        x, y = rng.standard_normal((2, n, 64, 28, 28)).astype(np.float32)
        return x, y
    shape = (n, 28, 28) if workload.network == "lstm" else (n, 1, 28, 28)
    return rng.uniform(-1, 1, shape).astype(np.float32), rng.integers(0, 10, n)
