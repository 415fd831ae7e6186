"""How the other engines' stream workloads read: h5py, many chunks at a time, shuffled in memory.

One block is read ahead by a thread if there may be two.
"""

from concurrent.futures import ThreadPoolExecutor

import h5py
import numpy as np

BLOCK = 32 * 256  # rows: 32 chunks, 25 MB


def batches(path, batch, threads, seed=None):
    """Pairs (x [batch, 784], y [batch]): blocks in random order, rows shuffled in each; in the file's order without a
    seed."""
    rng = None if seed is None else np.random.default_rng(seed)
    with h5py.File(path, "r") as file, ThreadPoolExecutor(1) as thread:
        x, y = file["x"], file["y"]
        starts = np.arange(0, len(x), BLOCK)
        if rng is not None:
            rng.shuffle(starts)
        spare = [(np.empty((BLOCK, *x.shape[1:]), x.dtype), np.empty(BLOCK, y.dtype)) for _ in range(1 + (threads > 1))]

        def read(place):
            xs, ys = spare[place % len(spare)]
            start = int(starts[place])
            rows = min(BLOCK, len(x) - start)
            x.read_direct(xs, np.s_[start : start + rows], np.s_[:rows])
            y.read_direct(ys, np.s_[start : start + rows], np.s_[:rows])
            return xs[:rows], ys[:rows]

        ahead = thread.submit(read, 0) if threads > 1 else None
        for place in range(len(starts)):
            xs, ys = ahead.result() if ahead else read(place)
            if ahead and place + 1 < len(starts):
                ahead = thread.submit(read, place + 1)
            order = np.arange(len(xs)) if rng is None else rng.permutation(len(xs))
            for first in range(0, len(order), batch):
                some = order[first : first + batch]
                yield xs[some], ys[some]
