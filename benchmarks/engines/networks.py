"""The networks that are more than linear layers, in what PyTorch and Wingbeat have in common.

build(library, workload) with torch or wingbeat: a module whose parameters have the workload's values.
values(shapes), data(workload): initial parameters, x and y as arrays, for engines that spell networks otherwise.
"""

import numpy as np

STEPS, CHARACTERS, WIDTH = 128, 256, 128  # of the Transformer


def recurrent(kind, batch_first=True):
    """The rows of an image, one after the other; the last one's state to the scores."""

    def network(library):
        nn = library.nn

        class Rows(nn.Module):
            def __init__(self):
                super().__init__()
                self.rows = getattr(nn, kind)(28, 128, 2, batch_first=batch_first)
                self.scores = nn.Linear(128, 10)

            def forward(self, x):
                return self.scores(self.rows(x)[0][:, -1])

        return Rows()

    return network


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


def cnn_mnist(library):
    nn = library.nn
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10),
    )  # fmt: skip


def resnet(library):
    """A stem and three residual blocks of two convolutions; the second and third halve the image."""
    nn = library.nn

    class Block(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
            self.first_norm = nn.BatchNorm2d(outputs)
            self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
            self.second_norm = nn.BatchNorm2d(outputs)
            self.has_shortcut = inputs != outputs
            if self.has_shortcut:
                self.shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
                self.shortcut_norm = nn.BatchNorm2d(outputs)

        def forward(self, x):
            y = self.first_norm(self.first(x)).relu()
            y = self.second_norm(self.second(y))
            return (y + (self.shortcut_norm(self.shortcut(x)) if self.has_shortcut else x)).relu()

    class ResNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem, self.norm = nn.Conv2d(3, 32, 3, 1, 1, bias=False), nn.BatchNorm2d(32)
            self.blocks = nn.Sequential(Block(32, 32, 1), Block(32, 64, 2), Block(64, 128, 2))
            self.scores = nn.Linear(128, 10)

        def forward(self, x):
            return self.scores(self.blocks(self.norm(self.stem(x)).relu()).mean((2, 3)))

    return ResNet()


def unet(library):
    """Two levels down and up, with skips."""
    nn = library.nn

    def pair(inputs, outputs):
        return nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(), nn.Conv2d(outputs, outputs, 3, padding=1), nn.ReLU()
        )

    class UNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.down1, self.down2, self.bottom = pair(1, 16), pair(16, 32), pair(32, 64)
            self.up2, self.right2 = nn.ConvTranspose2d(64, 32, 2, 2), pair(64, 32)
            self.up1, self.right1 = nn.ConvTranspose2d(32, 16, 2, 2), pair(32, 16)
            self.last, self.pool = nn.Conv2d(16, 1, 1), nn.MaxPool2d(2)

        def forward(self, x):
            first = self.down1(x)
            second = self.down2(self.pool(first))
            y = self.up2(self.bottom(self.pool(second)))
            y = self.up1(self.right2(library.cat([second, y], 1)))
            return self.last(self.right1(library.cat([first, y], 1)))

    return UNet()


def conv1d(library):
    """Three dilated convolutions over a signal."""
    nn = library.nn
    layers = []
    for dilation in (1, 2, 4):
        layers += [nn.Conv1d(64, 64, 11, padding=5 * dilation, dilation=dilation), nn.BatchNorm1d(64), nn.ReLU()]
    return nn.Sequential(*layers)


def attention(library):
    """Causal attention alone; queries, keys and values are parameters, so that all have gradients."""
    nn = library.nn

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.heads = nn.ParameterList([nn.Parameter(library.zeros(1, 8, 4096, 64)) for _ in range(3)])

        def forward(self, x):
            return nn.functional.scaled_dot_product_attention(*self.heads, is_causal=True)

    return Attention()


NETWORKS = {
    "lstm": recurrent("LSTM"), "gru": recurrent("GRU"), "transformer": transformer, "normalization": normalization,
    "convolution": convolution, "cnn_mnist": cnn_mnist, "resnet": resnet, "unet": unet, "conv1d": conv1d,
    "attention": attention,
}  # fmt: skip


def build(library, workload):
    model = NETWORKS[workload.network](library)
    with library.no_grad():
        for parameter, value in zip(model.parameters(), values([tuple(p.shape) for p in model.parameters()])):
            parameter.copy_(library.tensor(value))
    return model


def values(shapes):
    """Initial values of parameters of those shapes, in PyTorch's order."""
    rng = np.random.default_rng(7)
    bounds = [1 / np.sqrt(np.prod(shape[1:])) if len(shape) > 1 else 0.1 for shape in shapes]
    return [rng.uniform(-bound, bound, shape).astype(np.float32) for bound, shape in zip(bounds, shapes)]


def data(workload):
    rng, n = np.random.default_rng(11), workload.batch
    if workload.network == "transformer":
        return rng.integers(0, CHARACTERS, (n, STEPS)), rng.integers(0, CHARACTERS, n * STEPS)
    if workload.network == "normalization":
        x, y = rng.standard_normal((2, n, 64, 28, 28)).astype(np.float32)
        return x, y
    if workload.network == "unet":
        return rng.uniform(-1, 1, (n, 1, 64, 64)).astype(np.float32), rng.uniform(0, 1, (n, 1, 64, 64)).astype(
            np.float32
        )
    if workload.network == "conv1d":
        x, y = rng.standard_normal((2, n, 64, 1024)).astype(np.float32)
        return x, y
    if workload.network == "attention":
        return np.zeros(1, np.float32), rng.standard_normal((1, 8, 4096, 64)).astype(np.float32)
    shapes = {"lstm": (n, 28, 28), "gru": (n, 28, 28), "resnet": (n, 3, 32, 32)}
    shape = shapes.get(workload.network, (n, 1, 28, 28))
    return rng.uniform(-1, 1, shape).astype(np.float32), rng.integers(0, 10, n)
