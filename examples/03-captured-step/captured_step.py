"""A training step captured once and run many times, against the known answer. Exits with 1 if it is missed."""

import sys

import numpy as np

import wingbeat as wb
from wingbeat import nn, optim

ROWS, STEPS = 32, 2000
rows = np.arange(ROWS)
x = np.stack([np.sin(rows), np.cos(2 * rows)], axis=1).astype(np.float32)
y = (x @ np.array([[3], [-2]], np.float32) + 0.5).astype(np.float32)

wb.manual_seed(7)
model = nn.Linear(2, 1)
loss_fn, optimizer = nn.MSELoss(), optim.Adam(model.parameters(), lr=0.02)


@wb.compile
def step(x, y):
    loss = loss_fn(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


def main():
    first = step(x, y).item()  # captured here
    print(step.explain())
    for number in range(1, STEPS):
        if number == STEPS // 2:
            optimizer.param_groups[0]["lr"] = 0.002  # no new capture: the rate is read at each run
        loss = step(x, y)
    weight, bias = model.weight.detach().numpy().ravel(), model.bias.detach().numpy()
    print(f"loss {first:.4f} -> {loss.item():.2e}; weights {weight[0]:.4f} {weight[1]:.4f}, bias {bias[0]:.4f}")

    # With a rate of 0 a step changes nothing.
    optimizer.param_groups[0]["lr"] = 0.0
    step(x, y)
    is_still = np.array_equal(weight, model.weight.detach().numpy().ravel())
    return 0 if is_still and np.abs([weight[0] - 3, weight[1] + 2, bias[0] - 0.5]).max() < 1e-3 else 1


sys.exit(main())
