"""Learning rates over time: several schedules on one small model, warm-up by LambdaLR, and parameter groups."""

import torch
from seeded import seed_parameters
from torch import nn, optim
from torch.optim import lr_scheduler

x = torch.linspace(-1, 1, 32).reshape(-1, 1)
y = x.abs()


def build():
    return seed_parameters(nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1)), scale=0.5)


def run(name, make, steps=8, metric=False):
    model = build()
    optimizer = optim.SGD(
        [{"params": model[0].parameters()}, {"params": model[2].parameters(), "lr": 0.05}], lr=0.1, momentum=0.9
    )
    scheduler = make(optimizer)
    rates = []
    for _ in range(steps):
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step(loss.item()) if metric else scheduler.step()
        rates.append(optimizer.param_groups[1]["lr"])
    print(f"{name}: loss {loss.item():.5f}", " ".join(f"{rate:.5f}" for rate in rates))


run("StepLR", lambda o: lr_scheduler.StepLR(o, step_size=3, gamma=0.5))
run("MultiStepLR", lambda o: lr_scheduler.MultiStepLR(o, milestones=[2, 5], gamma=0.1))
run("ExponentialLR", lambda o: lr_scheduler.ExponentialLR(o, gamma=0.9))
run("CosineAnnealingLR", lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=8, eta_min=0.001))
run("CosineAnnealingWarmRestarts", lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=3))
run("OneCycleLR", lambda o: lr_scheduler.OneCycleLR(o, max_lr=[0.1, 0.2], total_steps=10))
run("CyclicLR", lambda o: lr_scheduler.CyclicLR(o, base_lr=0.01, max_lr=0.1, step_size_up=3))
run("LinearLR", lambda o: lr_scheduler.LinearLR(o, start_factor=0.3, total_iters=4))
run("LambdaLR", lambda o: lr_scheduler.LambdaLR(o, lr_lambda=lambda epoch: min(1.0, (epoch + 1) / 4)))
run("PolynomialLR", lambda o: lr_scheduler.PolynomialLR(o, total_iters=6, power=2.0))
run(
    "SequentialLR",
    lambda o: lr_scheduler.SequentialLR(
        o,
        [lr_scheduler.ConstantLR(o, factor=0.1, total_iters=2), lr_scheduler.ExponentialLR(o, gamma=0.8)],
        milestones=[3],
    ),
)
run("ReduceLROnPlateau", lambda o: lr_scheduler.ReduceLROnPlateau(o, "min", factor=0.5, patience=0), metric=True)
