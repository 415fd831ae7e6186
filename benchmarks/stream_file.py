"""The files of the stream workloads: float32 rows in the order of a generator, made when they are first needed and kept
under build/."""

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent.parent / "build/benchmarks"
CHUNK = 256
CHUNKS = 669  # 512 MiB of rows of 784
WIDTH = 784


def rows(chunk):
    """x [256, 784], a quarter of it multiples of 1/255 and the rest 0, as scanned digits are, and y [256] class
    numbers."""
    rng = np.random.default_rng([17, chunk])
    x = rng.integers(0, 256, (CHUNK, WIDTH)).astype(np.float32) / np.float32(255)
    x[rng.random(x.shape) < 0.75] = 0
    return x, rng.integers(0, 10, CHUNK)


def path(compression):
    """The file with data sets "x" and "y", written with h5py if it is not there yet."""
    target = FOLDER / f"stream-{compression or 'plain'}.h5"
    if not target.exists():
        import h5py

        FOLDER.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_suffix(".part")
        options = {"compression": compression, "compression_opts": 4} if compression else {}
        with h5py.File(unfinished, "w") as file:
            x = file.create_dataset("x", (CHUNKS * CHUNK, WIDTH), np.float32, chunks=(CHUNK, WIDTH), **options)
            y = file.create_dataset("y", (CHUNKS * CHUNK,), np.int64)
            for chunk in range(CHUNKS):
                x[chunk * CHUNK : (chunk + 1) * CHUNK], y[chunk * CHUNK : (chunk + 1) * CHUNK] = rows(chunk)
        unfinished.rename(target)
    return target
