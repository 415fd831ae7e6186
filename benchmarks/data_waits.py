"""Whether training waits for its data: an epoch of the stream workload, 512 MiB of HDF5 streamed in shuffled batches,
beside as many steps on one batch in memory.

    .venv/bin/python benchmarks/data_waits.py [ROUNDS]

Each round times both, for the plain and the compressed file, with one thread that computes and with two. "asking" is
what the training thread spends in asking for batches: the wait, if there is one, and handing over 256 rows. The first
batch, before which nothing can be read ahead, and the last, which gives the memory of the pass back, are told apart.
The reader is a thread of its own, so one processor of two is free for it where one thread computes; the files are in
the system's cache.
"""

import statistics
import sys
import time

import numpy as np
from engines import wingbeat as engine
from workloads import WORKLOADS

import wingbeat as wb
from wingbeat import data


def epoch(step, batches):
    """Seconds of an epoch, and of each request for a batch."""
    asking, iterator, loss = [], iter(batches), None
    began = time.perf_counter()
    while True:
        asked = time.perf_counter()
        batch = next(iterator, None)
        asking.append(time.perf_counter() - asked)
        if batch is None:
            if loss is not None:
                loss.item()
            return time.perf_counter() - began, asking[:-1]
        loss = step(*batch)


def main(rounds=5):
    print(
        f"{'':16}{'threads':>8}{'epoch, s':>10}{'in memory, s':>14}{'ratio':>8}"
        f"{'asking, µs: median':>20}{'99 %':>8}{'most':>8}{'first':>8}{'last':>8}{'of the epoch':>14}"
    )
    for name in ("stream", "stream gzip"):
        workload = next(workload for workload in WORKLOADS if workload.name == name)
        data.set_cache(workload.cache_bytes)
        for threads in (1, 2):
            wb.set_num_threads(threads)
            train, _ = engine.training_step(workload)
            step = wb.compile(train)
            dataset = data.HDF5Dataset(workload.file(), "x", "y")
            batches = dataset.batches(workload.batch, shuffle=workload.shuffle)
            same = [next(iter(batches))] * len(batches)
            epoch(step, same[:50])
            ratios, streamed, kept, asking = [], [], [], []
            for _ in range(rounds):
                seconds, requests = epoch(step, batches)
                beside, _ = epoch(step, same)
                streamed.append(seconds)
                kept.append(beside)
                ratios.append(seconds / beside)
                asking.append(requests)
            first, last = (1e6 * statistics.median(requests[place] for requests in asking) for place in (0, -1))
            rest = 1e6 * np.array([requests[1:-1] for requests in asking])
            share = statistics.median(sum(requests) / seconds for requests, seconds in zip(asking, streamed))
            print(
                f"{name:16}{threads:>8}{statistics.median(streamed):>10.2f}"
                f"{statistics.median(kept):>14.2f}{statistics.median(ratios):>8.3f}"
                f"{np.median(rest):>20.0f}{np.percentile(rest, 99):>8.0f}{rest.max():>8.0f}"
                f"{first:>8.0f}{last:>8.0f}{100 * share:>13.1f}%",
                flush=True,
            )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
