"""A network learns which points lie in a ring. Exits with 1 if it, or what is saved of it, errs."""

import sys

import wingbeat as wb
from wingbeat import nn, optim

wb.manual_seed(0)
points = wb.uniform(-1, 1, (4096, 2))
ring = nn.Graph("x", "y = to(lt(abs(sub(norm(x, 2, 1), 0.6)), 0.2), int64)", "y")
labels = ring(points)
model = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 2))
loss_fn, optimizer = nn.CrossEntropyLoss(), optim.Adam(model.parameters(), lr=0.01)
wb.Trainer(model, loss_fn, optimizer).fit((points, labels), epochs=30)
_, trained = wb.evaluate(model, loss_fn, (points, labels), batch_size=1024)
model.save("ring.h5")
_, loaded = wb.evaluate(wb.load("ring.h5"), loss_fn, (points, labels), batch_size=1024)
print(f"{trained:.4f} of the points are told right, {loaded:.4f} after loading")
sys.exit(0 if trained > 0.95 and loaded == trained else 1)
