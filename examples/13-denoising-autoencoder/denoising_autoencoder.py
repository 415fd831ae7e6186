"""A convolutional autoencoder takes the noise from handwritten digits, and draws what it was given and what it made.

--data FILE.h5 reads a file laid out like MNIST, else the digits are scikit-learn's; --quick takes seconds.
"""

import sys
import time
from pathlib import Path

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat.utils.data import DataLoader

sys.path.append(str(Path(__file__).resolve().parents[1]))
import digits

BATCH_SIZE, RATE, NOISE, SHOWN = 64, 0.003, 0.4, 10


def network():
    """Images [rows, 1, side, side] to images: two halvings of the sides, and two doublings."""
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU()),
        *(nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU()),
        *(nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1), nn.ReLU()),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )


def noisy(x):
    return (x + NOISE * wb.randn_like(x)).clamp(0, 1)


def training(side):
    """(model, optimizer, step): each step draws noise anew."""
    model = network()
    optimizer = optim.Adam(model.parameters(), lr=RATE)

    def step(x, _):
        clean = x.unsqueeze(1)
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(noisy(clean)), clean)
        loss.backward()
        optimizer.step()
        return loss

    return model, optimizer, step


def main():
    options = digits.options(__doc__, epochs=3, small_epochs=40)
    train, test = digits.load(options)
    wb.manual_seed(0)
    model, optimizer, step = training(train.x_shape[0])
    print(model)
    loader = DataLoader(train, batch_size=BATCH_SIZE, shuffle=True)
    schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, options.epochs * len(loader))
    step = wb.compile(step)
    with digits.stoppable():
        for epoch in range(options.epochs):
            began, total = time.perf_counter(), 0.0
            for x, y in loader:
                total += step(x, y).item()
                schedule.step()
            seconds = time.perf_counter() - began
            print(f"epoch {epoch + 1}/{options.epochs}: loss {total / len(loader):.5f}, {seconds:.1f} s", flush=True)

    model.eval()
    before, after = 0.0, 0.0
    with wb.no_grad():
        for x, _ in DataLoader(test, batch_size=500):
            clean = x.unsqueeze(1)
            given = noisy(clean)
            before += ((given - clean) ** 2).sum().item()
            after += ((model(given).clamp(0, 1) - clean) ** 2).sum().item()
        clean = test[:SHOWN][0].unsqueeze(1)
        given = noisy(clean)
        made = model(given).clamp(0, 1)
    pixels = len(test) * clean.shape[2] * clean.shape[3]
    print(f"mean squared error of a test pixel: {before / pixels:.4f} with noise, {after / pixels:.4f} without")
    path = digits.OUTPUT / "denoised.png"
    digits.draw(wb.cat([given, made, clean]), path, SHOWN)
    print(f"Written to {path}: what the network was given, what it made of it, and the originals")


if __name__ == "__main__":
    main()
