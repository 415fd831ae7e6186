"""Memory and time of a training step of deep chains: all values stored, in checkpoints of sqrt(L) segments, and as
reversible blocks. Prints two tables.

    checkpoint.py [BATCH] [ROUNDS]

A chain is L layers Linear(1024, 1024) and Tanh, by default with a batch of 1024, so that a layer's values are as large
as its weights. A reversible chain halves 1024 columns: each of L blocks has F and G of Linear(512, 512) and Tanh. Each
row is a process of its own: arena is the plan's memory for what is neither parameter, gradient nor argument, RSS the
most that the process ever had in memory beyond what it had before the model was made. Times are medians of rounds;
those of the two sides of a ratio alternate, in one process.
"""

import re
import resource
import statistics
import subprocess
import sys
import time

import numpy as np

import wingbeat as wb
from wingbeat import nn, optim

WIDTH = 1024


def chain(depth, checkpoint):
    return nn.Sequential(
        *[nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.Tanh()) for _ in range(depth)], checkpoint=checkpoint
    )


class Plain(nn.Module):
    """The same blocks as a reversible chain's, all values stored."""

    def __init__(self, blocks):
        super().__init__()
        self.blocks = blocks

    def forward(self, x):
        x1, x2 = wb.chunk(x, 2, -1)
        for block in self.blocks:
            x1 = x1 + block.f(x2)
            x2 = x2 + block.g(x1)
        return wb.cat([x1, x2], -1)


def reversible(depth, is_plain):
    def half():
        return nn.Sequential(nn.Linear(WIDTH // 2, WIDTH // 2), nn.Tanh())

    blocks = nn.ReversibleSequential(*[(half(), half()) for _ in range(depth)])
    return Plain(blocks) if is_plain else blocks


MODELS = {
    "stored": lambda depth: chain(depth, False),
    "checkpoints": lambda depth: chain(depth, True),
    "stored blocks": lambda depth: reversible(depth, True),
    "reversible": lambda depth: reversible(depth, False),
}


def step_of(name, depth):
    wb.manual_seed(0)
    model = MODELS[name](depth)
    optimizer = optim.SGD(model.parameters(), lr=1e-3)

    @wb.compile
    def step(x):
        loss = (model(x) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def memory(name, depth, batch):
    """Prints MiB of arena and of peak RSS of one step."""
    before = peak()
    x = np.ones((batch, WIDTH), np.float32)
    step = step_of(name, depth)
    step(x)
    arena = int(re.search(r"([\d,]+) bytes of arena", step.explain())[1].replace(",", "")) / 2**20
    print(arena, peak() - before)


def times(names, depth, batch, rounds):
    """Prints the median seconds of a step for each."""
    x = np.ones((batch, WIDTH), np.float32)
    steps = [step_of(name, depth) for name in names]
    seconds = [[] for _ in steps]
    for number in range(rounds + 1):
        for step, taken in zip(steps, seconds):
            start = time.perf_counter()
            step(x).item()
            if number:
                taken.append(time.perf_counter() - start)
    print(*map(statistics.median, seconds))


def measured(*arguments):
    result = subprocess.run(
        [sys.executable, __file__, *map(str, arguments)], capture_output=True, text=True, check=True
    )
    return [float(word) for word in result.stdout.split()]


def table(plain, other, depths, batch, rounds):
    print(
        f"{'layers' if plain == 'stored' else 'blocks':>6}  {'arena, MiB':>22}  {'peak RSS, MiB':>22}  "
        f"{'seconds a step':>22}  times\n"
        f"{'':6}  " + "  ".join([f"{plain:>10}{other:>12}"] * 3)
    )
    for depth in depths:
        (arena, rss), (less_arena, less_rss) = (
            measured("memory", plain, depth, batch),
            measured("memory", other, depth, batch),
        )
        usual, longer = measured("times", f"{plain},{other}", depth, batch, rounds)
        print(
            f"{depth:6}  {arena:10.1f}{less_arena:12.1f}  {rss:10.0f}{less_rss:12.0f}  {usual:10.3f}{longer:12.3f}  "
            f"{longer / usual:5.2f}",
            flush=True,
        )


def main(arguments):
    if arguments[:1] == ["memory"]:
        memory(arguments[1], int(arguments[2]), int(arguments[3]))
    elif arguments[:1] == ["times"]:
        times(arguments[1].split(","), int(arguments[2]), int(arguments[3]), int(arguments[4]))
    else:
        batch, rounds = [*map(int, arguments), 1024, 5][:2] if len(arguments) != 1 else [int(arguments[0]), 5]
        table("stored", "checkpoints", (16, 32, 64), batch, rounds)
        print()
        table("stored blocks", "reversible", (8, 16, 32, 64), batch, rounds)


main(sys.argv[1:])
