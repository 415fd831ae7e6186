"""A physics-informed network: u'' = -u with u(0) = 0 and u'(0) = 1, by automatic derivatives of the network."""

import numpy as np
import torch
import torch.nn as nn
from seeded import seed_parameters

torch.set_default_dtype(torch.float64)


class PINN(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.activation = nn.Tanh()
        self.linears = nn.ModuleList([nn.Linear(layers[i], layers[i + 1]) for i in range(len(layers) - 1)])
        for linear in self.linears:
            nn.init.xavier_normal_(linear.weight.data, gain=1.0)
            nn.init.zeros_(linear.bias.data)

    def forward(self, t):
        a = t
        for linear in self.linears[:-1]:
            a = self.activation(linear(a))
        return self.linears[-1](a)


model = seed_parameters(PINN([1, 16, 16, 1]), scale=0.5)
t_physics = torch.linspace(0, 3, 30).view(-1, 1).requires_grad_(True)
t_boundary = torch.tensor(0.0).view(-1, 1).requires_grad_(True)
t_test = torch.linspace(0, 3, 50).view(-1, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for i in range(60):
    optimizer.zero_grad()
    u = model(t_boundary)
    loss1 = (torch.squeeze(u) - 0) ** 2
    dudt = torch.autograd.grad(u, t_boundary, torch.ones_like(u), create_graph=True)[0]
    loss2 = (torch.squeeze(dudt) - 1) ** 2
    u = model(t_physics)
    dudt = torch.autograd.grad(u, t_physics, torch.ones_like(u), create_graph=True)[0]
    d2udt2 = torch.autograd.grad(dudt, t_physics, torch.ones_like(dudt), create_graph=True)[0]
    loss3 = torch.mean((d2udt2 + u) ** 2)
    loss = loss1 + 1e-1 * loss2 + 1e-1 * loss3
    loss.backward()
    optimizer.step()
    if i % 20 == 19:
        u = model(t_test).detach()
        error = np.abs(u.numpy() - np.sin(t_test.numpy())).max()
        print(f"iteration {i + 1} loss {loss.item():.8f} error {error:.6f}")
