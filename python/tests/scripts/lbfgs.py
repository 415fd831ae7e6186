"""L-BFGS with closures: Rosenbrock's function, and a small network fitted with strong Wolfe line search."""

import torch
from seeded import seed_parameters
from torch import nn


def rosenbrock(p):
    return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2


point = torch.tensor([-1.2, 1.0], dtype=torch.float64, requires_grad=True)
optimizer = torch.optim.LBFGS([point], lr=1, max_iter=10, history_size=5, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    loss = rosenbrock(point)
    loss.backward()
    return loss


for i in range(4):
    loss = optimizer.step(closure)
    print(f"{i} {loss.item():.6e} {point[0].item():.6f} {point[1].item():.6f}")

torch.set_default_dtype(torch.float64)
x = torch.linspace(-2, 2, 40).unsqueeze(1)
y = torch.sin(2 * x)
model = seed_parameters(nn.Sequential(nn.Linear(1, 10), nn.Tanh(), nn.Linear(10, 1)), scale=0.7)
criterion = nn.MSELoss()
optimizer = torch.optim.LBFGS(model.parameters(), lr=0.8, max_iter=5)
for i in range(4):

    def closure():
        optimizer.zero_grad()
        out = model(x)
        loss = criterion(out, y)
        loss.backward()
        return loss

    loss = optimizer.step(closure)
    print("STEP:", i, f"loss: {loss.item():.6f}")
with torch.no_grad():
    print("final", f"{criterion(model(x), y).item():.6f}")
