"""An LSTM reads handwritten digits row by row, as a sequence: 98 % of MNIST's test images.

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

BATCH_SIZE, HIDDEN, RATE = 100, 128, 0.005


class RowReader(nn.Module):
    """Images [rows, side, side] to scores [rows, 10], by the state that the LSTM has after the last row of pixels."""

    def __init__(self, side):
        super().__init__()
        self.lstm = nn.LSTM(side, HIDDEN, batch_first=True)
        self.dropout = nn.Dropout(0.2)
        self.out = nn.Linear(HIDDEN, 10)

    def forward(self, x):
        _, (h, _) = self.lstm(x)  # h [1, rows, HIDDEN]
        return self.out(self.dropout(h[-1]))


def training(side):
    """(model, optimizer, step)."""
    model, loss_fn = RowReader(side), nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=RATE)

    def step(x, y):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return loss

    return model, optimizer, step


def main():
    options = digits.options(__doc__, epochs=5, small_epochs=30)
    train, test = digits.load(options)
    wb.manual_seed(0)
    model, optimizer, step = training(train.x_shape[0])
    print(model)
    loader = DataLoader(train, batch_size=BATCH_SIZE, shuffle=True)
    schedule = optim.lr_scheduler.OneCycleLR(optimizer, RATE, epochs=options.epochs, steps_per_epoch=len(loader))
    step = wb.compile(step)
    with digits.stoppable():
        for epoch in range(options.epochs):
            began, total = time.perf_counter(), 0.0
            for x, y in loader:
                total += step(x, y).item()
                schedule.step()
            seconds = time.perf_counter() - began
            accuracy = wb.evaluate(model, nn.CrossEntropyLoss(), test)[1]
            model.train()
            print(
                f"epoch {epoch + 1}/{options.epochs}: loss {total / len(loader):.4f}, "
                f"test accuracy {accuracy:.2%}, {seconds:.1f} s",
                flush=True,
            )
    loss, accuracy = wb.evaluate(model, nn.CrossEntropyLoss(), test)
    print(f"test accuracy {accuracy:.4%}, test loss {loss:.6f}")
    path = digits.OUTPUT / "lstm-rows.h5"
    wb.save(model.state_dict(), path)
    print(f"Written to {path}")


if __name__ == "__main__":
    main()
