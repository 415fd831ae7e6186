"""A convolutional network reads handwritten digits: 99.2 % of MNIST's test images after five epochs.

--data FILE.h5 reads a file laid out like MNIST, else the digits are scikit-learn's; --quick takes seconds.
"""

import sys
import time
from pathlib import Path

import wingbeat as wb
from wingbeat import nn, optim

sys.path.append(str(Path(__file__).resolve().parents[1]))
import digits

BATCH_SIZE, RATE = 64, 0.004


def network(side):
    """Images [rows, side, side] to scores [rows, 10]. mnist_cnn.c makes the same from a text."""
    return nn.Sequential(
        nn.Unflatten(1, (1, side)),
        *(nn.Conv2d(1, 16, 5, padding=2), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU()),
        *(nn.Flatten(), nn.Dropout(0.4), nn.Linear(64 * (side // 4) ** 2, 10)),
    )


def training(side, steps):
    """(model, loss, optimizer, schedule) for so many steps."""
    model = network(side)
    optimizer = optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01)
    schedule = optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    return model, nn.CrossEntropyLoss(), optimizer, schedule


def main():
    options = digits.options(__doc__, epochs=5, small_epochs=30)
    train, test = digits.load(options)
    wb.manual_seed(0)
    steps = options.epochs * -(-len(train) // BATCH_SIZE)
    model, loss_fn, optimizer, schedule = training(train.x_shape[0], steps)
    print(wb.summary(model, (BATCH_SIZE, *train.x_shape)))
    began = time.perf_counter()

    def report(progress):
        if progress.epoch_ended:
            print(
                f"epoch {progress.epoch + 1}/{progress.epochs}: loss {progress.loss:.4f}, "
                f"test accuracy {progress.validation_accuracy:.2%}, {progress.seconds:.1f} s",
                flush=True,
            )

    trainer = wb.Trainer(model, loss_fn, optimizer)
    with digits.stoppable():
        trainer.fit(
            train, options.epochs, BATCH_SIZE, validation=test, callback=report, schedule=schedule, schedule_each="step"
        )
    seconds = time.perf_counter() - began
    loss, accuracy = wb.evaluate(model, loss_fn, test)
    print(f"Python: test accuracy {accuracy:.4%}, test loss {loss:.6f}; {seconds:.1f} s")
    trainer.save(digits.OUTPUT / "mnist-cnn.h5")
    if trainer.history:
        trainer.history.plot().savefig(digits.OUTPUT / "mnist-cnn.png", dpi=120)
    print(f"Written to {digits.OUTPUT}/: mnist-cnn.h5, mnist-cnn.png")


if __name__ == "__main__":
    main()
