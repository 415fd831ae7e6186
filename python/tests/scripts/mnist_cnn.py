"""A convolutional network with Adadelta and StepLR, in the style of PyTorch's MNIST example."""

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from seeded import blobs, seed_parameters
from torch.optim.lr_scheduler import StepLR


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, 1)
        self.conv2 = nn.Conv2d(8, 16, kernel_size=3, padding=1)
        self.dropout1 = nn.Dropout(0.0)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(16 * 7 * 7, 32)
        self.fc2 = nn.Linear(32, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = self.pool(x)
        x = self.dropout1(x)
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        return F.log_softmax(self.fc2(x), dim=1)


device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
images, labels = blobs(256, (1, 16, 16), 10)
x, y = torch.from_numpy(images), torch.from_numpy(labels)
dataset = torch.utils.data.TensorDataset(x[:192], y[:192])
loader = torch.utils.data.DataLoader(dataset, batch_size=32)

model = seed_parameters(Net(), scale=0.1).to(device)
print(sum(p.numel() for p in model.parameters() if p.requires_grad), "parameters")
optimizer = optim.Adadelta(model.parameters(), lr=1.0)
scheduler = StepLR(optimizer, step_size=1, gamma=0.7)
for epoch in range(1, 3):
    model.train()
    running_loss = 0.0
    for i, (data, target) in enumerate(loader, 0):
        data, target = data.to(device), target.to(device)
        optimizer.zero_grad()
        loss = F.nll_loss(model(data), target)
        loss.backward()
        optimizer.step()
        running_loss += loss.item()
    print(f"epoch {epoch} loss {running_loss / len(loader):.5f} lr {scheduler.get_last_lr()[0]:.4f}")
    scheduler.step()

model.eval()
with torch.no_grad():
    output = model(x[192:].to(device))
    loss = F.nll_loss(output, y[192:]).item()
    accuracy = (output.argmax(1) == y[192:]).float().mean().item()
print(f"test loss {loss:.5f} accuracy {accuracy:.3f}")
