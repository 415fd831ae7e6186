"""A residual network as a Graph: it learns to tell two spirals apart, and is saved half way. Exits with 1 if what is
loaded ends with other bits, or if a point is told wrong."""

import sys

import numpy as np

import wingbeat as wb
from wingbeat import nn, optim

ROWS, BLOCKS, EPOCHS = 1024, 6, 60


def spirals():
    """Two arms of one turn and a half, of points [2]; the class is the arm."""
    rows = np.arange(ROWS)
    angle, sign = 3 * np.pi * np.sqrt((rows // 2 + 1) / (ROWS // 2)), np.where(rows % 2, -1, 1)
    points = np.stack([sign * angle / 9 * np.cos(angle), sign * angle / 9 * np.sin(angle)], axis=1)
    return points.astype(np.float32), rows % 2


def residual_network():
    """h = h + block(h), six times: the body is a text, and the layers that it names are children."""
    body = ["h = tanh(first(x))"] + [f"h = add(h, block{i}(h))" for i in range(BLOCKS)] + ["y = last(h)"]
    children = {"first": nn.Linear(2, 32), "last": nn.Linear(32, 2)}
    for i in range(BLOCKS):
        children[f"block{i}"] = nn.Sequential(nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 32))
    return nn.Graph("x", "\n".join(body), "y", **children)


def main():
    data, loss_fn = spirals(), nn.CrossEntropyLoss()
    wb.manual_seed(3)
    model = residual_network()
    print("the body:", repr(model.code()))
    trainer = wb.Trainer(model, loss_fn, optim.AdamW(model.parameters(), lr=0.003))
    trainer.fit(data, epochs=EPOCHS // 2)
    trainer.save("spirals.h5")
    trainer.fit(data, epochs=EPOCHS)

    # The file describes the graph, so that nobody else has to.
    loaded = wb.load("spirals.h5")
    resumed = wb.Trainer(loaded, loss_fn, optim.AdamW(loaded.parameters(), lr=0.003))
    resumed.load("spirals.h5")
    resumed.fit(data, epochs=EPOCHS)

    results = [wb.evaluate(m, loss_fn, data, batch_size=ROWS) for m in (model, loaded)]
    for name, (loss, accuracy) in zip(("trained at once", "loaded half way"), results):
        print(f"{name}: {100 * accuracy:.2f} % of the points are told right, loss {loss:.6f}")
    return 0 if results[0][1] == 1 and results[0][0] == results[1][0] else 1


sys.exit(main())
