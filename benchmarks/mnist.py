"""Trains 784-500-10 on MNIST from Python, exactly as mnist.c does from C.

    mnist.py FILE.h5 CHECKPOINT.h5

Prints the test accuracy, and writes a checkpoint whose parameters can be compared with those from C.
"""

import sys

import wingbeat as wb
from wingbeat import nn, optim

path, checkpoint = sys.argv[1:]
wb.manual_seed(0)
model = nn.Sequential(nn.Linear(784, 500), nn.ReLU(), nn.Linear(500, 10))
training = wb.data.HDF5Dataset(path, "train/images", "train/labels", scale=1 / 255, flatten=True)
test = wb.data.HDF5Dataset(path, "test/images", "test/labels", scale=1 / 255, flatten=True)
trainer = wb.Trainer(model, nn.CrossEntropyLoss(), optim.SGD(model.parameters(), lr=0.5))
trainer.fit(training, epochs=5, batch_size=64, seed=0)
_, accuracy = wb.evaluate(model, nn.CrossEntropyLoss(), test, batch_size=256)
trainer.save(checkpoint)
print(f"{accuracy:.4f}")
