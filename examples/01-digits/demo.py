"""Trains a multilayer perceptron on handwritten digits and leaves in demo-output/: training curves and digits with
their predictions as pictures, and a checkpoint that evaluate.c reads from C.

    demo.py                    the digits that scikit-learn ships (1,797 images of 8 x 8)
    demo.py --data FILE.h5     a file with train/images, train/labels, test/images, test/labels; images uint8
"""

import argparse
import sys
from pathlib import Path

import h5py
import matplotlib
import numpy as np
from tqdm import tqdm

import wingbeat as wb
from wingbeat import nn, optim

matplotlib.use("Agg")
import matplotlib.pyplot as plt

sys.path.append(str(Path(__file__).resolve().parents[1]))
from digits import OUTPUT, SCALE, scikit_learn_digits

BATCH_SIZE = 64


def train(trainer, training, test, epochs):
    """Runs fit with a progress bar; returns the numbers of each epoch for the curves."""
    history = []
    steps = epochs * -(-len(training) // BATCH_SIZE)
    with tqdm(total=steps, unit=" steps", dynamic_ncols=True) as bar:

        def report(progress):
            bar.set_description(f"epoch {progress.epoch + 1}/{progress.epochs}", refresh=False)
            bar.set_postfix_str(f"loss {progress.loss:.4f}, accuracy {progress.accuracy:.2%}", refresh=False)
            bar.update(progress.total_steps - bar.n)
            if progress.epoch_ended:
                history.append(
                    (progress.loss, progress.validation_loss, progress.accuracy, progress.validation_accuracy)
                )

        trainer.fit(training, epochs=epochs, batch_size=BATCH_SIZE, seed=0, validation=test, callback=report)
    return np.array(history)


def draw_curves(history, path):
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    epochs = np.arange(1, len(history) + 1)
    for axes, columns, title in ((left, (0, 1), "loss"), (right, (2, 3), "accuracy")):
        for column, label in zip(columns, ("training", "test")):
            axes.plot(epochs, history[:, column], marker=".", label=label)
        axes.set(xlabel="epoch", title=title)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend()
    figure.savefig(path, dpi=120)


def draw_digits(model, data, path, rows=4, columns=8):
    """The first test digits, each with what the network takes it for; mistakes in red."""
    with h5py.File(data, "r") as file:
        images, labels = file["test/images"][: rows * columns], file["test/labels"][: rows * columns]
    with wb.no_grad():
        scores = model(wb.tensor(images.reshape(len(images), -1).astype(np.float32) * SCALE))
    predictions = scores.numpy().argmax(axis=1)
    figure, grid = plt.subplots(rows, columns, figsize=(columns, rows * 1.25), layout="constrained")
    for axes in grid.flat:
        axes.axis("off")
    for axes, image, label, prediction in zip(grid.flat, images, labels, predictions):
        axes.imshow(image, cmap="gray_r")
        axes.set_title(str(prediction), color="black" if prediction == label else "red")
    figure.savefig(path, dpi=120)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="an HDF5 file laid out like MNIST")
    parser.add_argument("--epochs", type=int, help="default: 40 for scikit-learn's digits, 5 for a file")
    options = parser.parse_args()

    OUTPUT.mkdir(exist_ok=True)
    data = options.data or scikit_learn_digits(OUTPUT / "digits.h5")
    epochs = options.epochs or (5 if options.data else 40)
    training = wb.data.HDF5Dataset(str(data), "train/images", "train/labels", scale=SCALE, flatten=True)
    test = wb.data.HDF5Dataset(str(data), "test/images", "test/labels", scale=SCALE, flatten=True)
    with h5py.File(data, "r") as file:
        pixels = int(np.prod(file["train/images"].shape[1:]))
        classes = int(file["train/labels"][:].max()) + 1

    wb.manual_seed(0)
    model = nn.Sequential(nn.Linear(pixels, 500), nn.ReLU(), nn.Linear(500, classes))
    optimizer = optim.SGD(model.parameters(), lr=0.5)
    trainer = wb.training.Trainer(model, nn.CrossEntropyLoss(), optimizer)
    print(model)

    history = train(trainer, training, test, epochs)
    loss, accuracy = wb.evaluate(model, nn.CrossEntropyLoss(), test)
    print(f"Python: test accuracy {accuracy:.4%}, test loss {loss:.6f}")

    draw_curves(history, OUTPUT / "curves.png")
    draw_digits(model, data, OUTPUT / "digits.png")
    trainer.save(str(OUTPUT / "digits-model.h5"))
    print(f"Written to {OUTPUT}/: curves.png, digits.png, digits-model.h5")


if __name__ == "__main__":
    main()
