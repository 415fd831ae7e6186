"""The handwritten digits of the examples, and what their command lines share.

A file of digits has train/images, train/labels, test/images and test/labels, images uint8 [rows, side, side].
"""

import argparse
import sys
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np

import wingbeat as wb
from wingbeat.vision.utils import save_image

OUTPUT = Path("demo-output")
SCALE = 1 / 255
QUICK_ROWS = 256
DRAWN_SIDE = 56


def scikit_learn_digits(path):
    """Writes scikit-learn's digits the way MNIST files are laid out: uint8 images, every fifth one held out for the
    test."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = np.round(digits.images * (255 / 16)).astype(np.uint8)  # pixels are 0 ... 16 there
    held_out = np.arange(len(images)) % 5 == 0
    with h5py.File(path, "w") as file:
        for part, rows in (("train", ~held_out), ("test", held_out)):
            file[f"{part}/images"] = images[rows]
            file[f"{part}/labels"] = digits.target[rows].astype(np.uint8)
    return path


def options(description, epochs, small_epochs):
    """The command line: epochs is the default for a file, small_epochs for scikit-learn's digits."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="an HDF5 file laid out like MNIST (default: scikit-learn's digits)")
    parser.add_argument("--epochs", type=int, help=f"default: {epochs}, for scikit-learn's digits {small_epochs}")
    parser.add_argument("--quick", action="store_true", help=f"one epoch of {QUICK_ROWS} images, in seconds")
    found = parser.parse_args()
    if found.epochs is not None and found.epochs < 1:
        parser.error(f"expected at least 1 epoch, found {found.epochs}")
    if found.epochs is None:
        found.epochs = 1 if found.quick else epochs if found.data else small_epochs
    return found


def load(found):
    """(training, test): data sets of (image [side, side] in [0, 1], label). Ends the program with a sentence if the
    file has no such images."""
    OUTPUT.mkdir(exist_ok=True)
    path = found.data or scikit_learn_digits(OUTPUT / "digits.h5")
    try:
        parts = [wb.data.HDF5Dataset(path, f"{part}/images", f"{part}/labels", SCALE) for part in ("train", "test")]
    except wb.Error as error:
        sys.exit(f"{Path(sys.argv[0]).name}: {error}")
    for part in parts:
        if len(part.x_shape) != 2 or part.x_shape[0] != part.x_shape[1] or part.x_shape[0] % 4:
            sys.exit(
                f"{Path(sys.argv[0]).name}: {path}: expected images [rows, side, side] with sides that 4 divides, "
                f"found [{len(part)}, {', '.join(map(str, part.x_shape))}]"
            )
    if found.quick:
        parts = [wb.data.TensorDataset(*part[:QUICK_ROWS]) for part in parts]
    return parts


def draw(images, path, columns):
    """Writes images [rows, 1, side, side] in [0, 1] as one picture, each with larger pixels."""
    save_image(wb.nn.functional.interpolate(images, size=DRAWN_SIDE), path, nrow=columns, pad_value=0.5)


@contextmanager
def stoppable():
    """Ctrl-C ends the block and not the program: the model is as after the last whole step."""
    try:
        yield
    except KeyboardInterrupt:
        print("\nstopped; what follows is of the model as it is now")
