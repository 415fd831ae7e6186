"""A residual network with batch normalisation reads handwritten digits, trained in float32 and in bfloat16.

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

BATCH_SIZE, RATE = 64, 0.01


class Block(nn.Module):
    """relu(x + two convolutions of x); where the number of channels or the stride changes, x goes through a third."""

    def __init__(self, channels, out, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.shortcut = nn.Sequential()
        if stride != 1 or channels != out:
            self.shortcut = nn.Sequential(nn.Conv2d(channels, out, 1, stride=stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        h = self.bn1(self.conv1(x)).relu()
        return (self.bn2(self.conv2(h)) + self.shortcut(x)).relu()


def network():
    """Images [rows, side, side] to scores [rows, 10]."""
    return nn.Sequential(
        *(
            nn.Unflatten(0, (-1, 1)),
            nn.Conv2d(1, 16, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(),
        ),
        *(Block(16, 16), Block(16, 32, stride=2), Block(32, 64, stride=2)),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)),
    )


def training(side, dtype=wb.bfloat16):
    """(model, optimizer, step): the model's parameters are float32; products are of dtype."""
    model, loss_fn = network(), nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=RATE, momentum=0.9, nesterov=True, weight_decay=5e-4)

    def step(x, y):
        optimizer.zero_grad()
        with wb.autocast("cpu", dtype=dtype, enabled=dtype != wb.float32):
            loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return model, optimizer, step


def train_and_test(options, train, test, dtype):
    """Test accuracy of a network trained in dtype, from the same random numbers for each."""
    wb.manual_seed(0)
    model, optimizer, step = training(train.x_shape[0], dtype)
    loader = DataLoader(train, batch_size=BATCH_SIZE, shuffle=True)
    schedule = optim.lr_scheduler.OneCycleLR(optimizer, 0.1, epochs=options.epochs, steps_per_epoch=len(loader))
    step = wb.compile(step)
    name = str(dtype).split(".")[-1]
    with digits.stoppable():
        for epoch in range(options.epochs):
            began, total = time.perf_counter(), 0.0
            for x, y in loader:
                total += step(x, y).item()
                schedule.step()
            seconds = time.perf_counter() - began
            print(
                f"{name} epoch {epoch + 1}/{options.epochs}: loss {total / len(loader):.4f}, {seconds:.1f} s",
                flush=True,
            )
    accuracy = wb.evaluate(model, nn.CrossEntropyLoss(), test)[1]
    print(f"{name}: test accuracy {accuracy:.4%}")
    return model


def main():
    options = digits.options(__doc__, epochs=3, small_epochs=20)
    train, test = digits.load(options)
    print(network())
    for dtype in (wb.float32, wb.bfloat16):
        model = train_and_test(options, train, test, dtype)
    path = digits.OUTPUT / "residual-network.h5"
    wb.save(model.state_dict(), path)
    print(f"Written to {path}")


if __name__ == "__main__":
    main()
