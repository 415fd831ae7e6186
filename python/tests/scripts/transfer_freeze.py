"""Transfer learning: a backbone is trained, frozen, given a new head, and later fine-tuned with a smaller rate."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from seeded import blobs, seed_parameters


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, 3, padding=1, bias=False), nn.BatchNorm2d(6), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten()
        )
        self.fc = nn.Linear(6 * 4 * 4, 10)

    def forward(self, x):
        return self.fc(self.features(x))


def accuracy(output, target):
    return (output.argmax(dim=1) == target).sum().item() / len(target)


images, labels = blobs(128, (1, 8, 8), 10)
x, y = torch.from_numpy(images), torch.from_numpy(labels)
model = seed_parameters(Backbone(), scale=0.3)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(3):
    for xb, yb in zip(x.chunk(4), y.chunk(4)):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(xb), yb)
        loss.backward()
        optimizer.step()
    print(f"pretraining {epoch}: {loss.item():.4f}")

for param in model.parameters():
    param.requires_grad = False
num_ftrs = model.fc.in_features
model.fc = nn.Linear(num_ftrs, 2)
seed_parameters(model.fc, seed=4)
binary = (y >= 5).long()
trained = [name for name, param in model.named_parameters() if param.requires_grad]
print("trained:", trained)
before = model.features[0].weight.clone()
optimizer = torch.optim.SGD(filter(lambda p: p.requires_grad, model.parameters()), lr=0.05, momentum=0.9)
for _epoch in range(4):
    model.features.eval()
    optimizer.zero_grad()
    output = model(x)
    loss = F.cross_entropy(output, binary)
    loss.backward()
    optimizer.step()
print(f"head: {loss.item():.4f} accuracy {accuracy(output, binary):.3f}")
print("backbone unchanged:", torch.equal(before, model.features[0].weight))

model.features.requires_grad_(True)
optimizer = torch.optim.SGD(
    [{"params": model.features.parameters(), "lr": 1e-3}, {"params": model.fc.parameters()}], lr=1e-2
)
for _ in range(2):
    model.train()
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), binary)
    loss.backward()
    optimizer.step()
print(f"fine-tuned: {loss.item():.4f}")
