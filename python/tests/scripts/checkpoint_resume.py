"""A checkpoint in the middle: model, optimiser, epoch and loss in one dict, saved, loaded, and gone on from."""

import os
import tempfile

import torch
import torch.nn as nn
import torch.optim as optim
from seeded import blobs, seed_parameters


class TheModelClass(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 16)
        self.fc2 = nn.Linear(16, 10)

    def forward(self, x):
        return self.fc2(nn.functional.relu(self.fc1(x)))


images, labels = blobs(96, (8, 8), 10)
x, y = torch.tensor(images).flatten(1), torch.tensor(labels)
criterion = nn.CrossEntropyLoss(label_smoothing=0.1)


def train(model, optimizer, epochs, start=0):
    for epoch in range(start, epochs):
        for i in range(0, 96, 32):
            optimizer.zero_grad()
            loss = criterion(model(x[i : i + 32]), y[i : i + 32])
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch} loss {loss.item():.6f}")
    return loss.item()


model = seed_parameters(TheModelClass())
optimizer = optim.Adam(model.parameters(), lr=0.01)
for param_tensor in model.state_dict():
    print(param_tensor, "\t", tuple(model.state_dict()[param_tensor].size()))
loss = train(model, optimizer, 3)

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "checkpoint.pt")
    torch.save(
        {
            "epoch": 3,
            "model_state_dict": model.state_dict(),
            "optimizer_state_dict": optimizer.state_dict(),
            "loss": loss,
            "config": {"hidden": 16, "name": "small", "betas": (0.9, 0.999)},
        },
        path,
    )
    straight = train(model, optimizer, 6, start=3)

    model = TheModelClass()
    optimizer = optim.Adam(model.parameters(), lr=0.5)
    checkpoint = torch.load(path, map_location=torch.device("cpu"))
    model.load_state_dict(checkpoint["model_state_dict"])
    optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    print(checkpoint["epoch"], checkpoint["config"], optimizer.param_groups[0]["lr"])
    model.train()
    resumed = train(model, optimizer, 6, start=checkpoint["epoch"])
    print("the same:", straight == resumed)

    torch.save(model.state_dict(), os.path.join(folder, "weights.pth"))
    other = TheModelClass()
    print(other.load_state_dict(torch.load(os.path.join(folder, "weights.pth"), weights_only=True)))
    other.eval()
    print(torch.equal(other(x), model(x)))
