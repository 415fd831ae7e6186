"""Whether the memory of a training run grows: prints the resident MiB after 10,000 and after 100,000 more steps, of a
captured step and of one that is recorded anew each time.

    memory.py [STEPS]
"""

import sys

import numpy as np

import wingbeat as wb
from wingbeat import nn, optim


def resident():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096 / 2**20


count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
x, y = wb.tensor(np.ones((32, 3), np.float32)), wb.tensor(np.ones((32, 1), np.float32))
model = nn.Sequential(nn.Linear(3, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1))
optimizer = optim.Adam(model.parameters(), lr=1e-4)
loss_fn = nn.MSELoss()


def step(x, y):
    loss = loss_fn(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


for name, run in (("captured", wb.compile(step)), ("recorded", step)):
    for _ in range(count // 10):
        run(x, y)
    before = resident()
    for _ in range(count):
        run(x, y)
    print(f"{name}: {before:.1f} MiB after {count // 10} steps, {resident():.1f} MiB after {count} more")
