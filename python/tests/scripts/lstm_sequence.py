"""An LSTM that classifies sequences by their last output."""

import numpy as np
import torch
from seeded import seed_parameters
from torch import nn

rng = np.random.default_rng(0)
steps, features, hidden_size, num_layers, classes = 10, 6, 16, 2, 3
labels = rng.integers(0, classes, 96)
waves = np.sin(np.arange(steps)[None, :, None] * (labels[:, None, None] + 1) * 0.5)
data = (waves + rng.normal(0, 0.1, (96, steps, features))).astype(np.float32)
x, y = torch.tensor(data), torch.tensor(labels, dtype=torch.long)


class RNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes):
        super().__init__()
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        h0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size).to(x.device)
        c0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size).to(x.device)
        out, _ = self.lstm(x, (h0, c0))
        return self.fc(out[:, -1, :])


model = seed_parameters(RNN(features, hidden_size, num_layers, classes))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
total_step = 3
for epoch in range(4):
    for i in range(total_step):
        sequences, targets = x[i * 32 : (i + 1) * 32], y[i * 32 : (i + 1) * 32]
        outputs = model(sequences)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("Epoch [{}/{}], Loss: {:.5f}".format(epoch + 1, 4, loss.item()))
with torch.no_grad():
    _, predicted = torch.max(model(x).data, 1)
    print("accuracy", (predicted == y).sum().item() / y.size(0))
