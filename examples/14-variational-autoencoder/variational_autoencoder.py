"""A variational autoencoder learns to write digits: it draws digits again from their codes, and new ones from noise.

--data FILE.h5 reads a file laid out like MNIST, else the digits are scikit-learn's; --quick takes seconds.
"""

import sys
import time
from pathlib import Path

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat.nn import functional as F
from wingbeat.utils.data import DataLoader

sys.path.append(str(Path(__file__).resolve().parents[1]))
import digits

BATCH_SIZE, HIDDEN, CODE, RATE, SHOWN = 128, 400, 20, 0.001, 10


class VAE(nn.Module):
    """Kingma and Welling, "Auto-Encoding Variational Bayes" (2014), for rows of pixels in [0, 1]."""

    def __init__(self, pixels):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(pixels, HIDDEN), nn.ReLU())
        self.mean, self.log_variance = nn.Linear(HIDDEN, CODE), nn.Linear(HIDDEN, CODE)
        self.decoder = nn.Sequential(nn.Linear(CODE, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, pixels))

    def forward(self, x):
        """(scores of pixels [rows, pixels], mean and log variance of the code [rows, CODE])."""
        h = self.encoder(x)
        mean, log_variance = self.mean(h), self.log_variance(h)
        z = mean + wb.randn_like(mean) * (0.5 * log_variance).exp()
        return self.decoder(z), mean, log_variance


def negative_elbo(model, x):
    """The bound on -log p(x), in nats, summed over the rows: cross entropy of the pixels, and the code's divergence
    from a standard normal distribution."""
    scores, mean, log_variance = model(x)
    cross_entropy = F.binary_cross_entropy_with_logits(scores, x, reduction="sum")
    return cross_entropy - 0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum()


def training(side):
    """(model, optimizer, step)."""
    model = VAE(side * side)
    optimizer = optim.Adam(model.parameters(), lr=RATE)

    def step(x, _):
        optimizer.zero_grad()
        loss = negative_elbo(model, x.flatten(1)) / len(x)
        loss.backward()
        optimizer.step()
        return loss

    return model, optimizer, step


def main():
    options = digits.options(__doc__, epochs=10, small_epochs=60)
    train, test = digits.load(options)
    side = train.x_shape[0]
    wb.manual_seed(0)
    model, _, step = training(side)
    print(model)
    loader = DataLoader(train, batch_size=BATCH_SIZE, shuffle=True)
    step = wb.compile(step)
    with digits.stoppable():
        for epoch in range(options.epochs):
            began, total = time.perf_counter(), 0.0
            for x, y in loader:
                total += step(x, y).item()
            seconds = time.perf_counter() - began
            print(f"epoch {epoch + 1}/{options.epochs}: {total / len(loader):.2f} nats, {seconds:.1f} s", flush=True)

    model.eval()
    with wb.no_grad():
        bound = sum(negative_elbo(model, x.flatten(1)).item() for x, _ in DataLoader(test, batch_size=500)) / len(test)
        given = test[:SHOWN][0].flatten(1)
        again = model(given)[0].sigmoid()
        new = model.decoder(wb.randn(3 * SHOWN, CODE)).sigmoid()
    print(f"test: {bound:.2f} nats an image at most")
    path = digits.OUTPUT / "variational.png"
    digits.draw(wb.cat([given, again, new]).reshape(-1, 1, side, side), path, SHOWN)
    print(f"Written to {path}: test digits, the same drawn again from their codes, and three rows of new ones")


if __name__ == "__main__":
    main()
