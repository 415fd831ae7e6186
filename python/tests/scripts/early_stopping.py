"""Early stopping on a validation loss, with the best parameters kept and brought back, and an average of weights."""

import copy

import numpy as np
import torch
from seeded import seed_parameters
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class EarlyStopping:
    def __init__(self, patience=3, min_delta=0.0):
        self.patience = patience
        self.min_delta = min_delta
        self.counter = 0
        self.best_loss = None
        self.best_state = None
        self.early_stop = False

    def __call__(self, val_loss, model):
        if self.best_loss is None or val_loss < self.best_loss - self.min_delta:
            self.best_loss = val_loss
            self.best_state = copy.deepcopy(model.state_dict())
            self.counter = 0
        else:
            self.counter += 1
            print(f"EarlyStopping counter: {self.counter} out of {self.patience}")
            if self.counter >= self.patience:
                self.early_stop = True


rng = np.random.default_rng(7)
inputs = rng.normal(size=(40, 10)).astype(np.float32)
targets = (inputs[:, :1] + 0.5 * rng.normal(size=(40, 1))).astype(np.float32)
train_loader = DataLoader(TensorDataset(torch.Tensor(inputs[:20]), torch.Tensor(targets[:20])), batch_size=10)
valid_loader = DataLoader(TensorDataset(torch.Tensor(inputs[20:]), torch.Tensor(targets[20:])), batch_size=20)

model = seed_parameters(nn.Sequential(nn.Linear(10, 24), nn.SiLU(), nn.Linear(24, 1)))
average = copy.deepcopy(model)
criterion = nn.HuberLoss(delta=0.8)
optimizer = torch.optim.NAdam(model.parameters(), lr=0.02)
early_stopping = EarlyStopping(patience=3)
for epoch in range(40):
    model.train()
    train_losses = []
    for data, target in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(data), target)
        loss.backward()
        optimizer.step()
        train_losses.append(loss.item())
        with torch.no_grad():
            for kept, parameter in zip(average.parameters(), model.parameters()):
                kept.mul_(0.9).add_(parameter, alpha=0.1)
    model.eval()
    with torch.no_grad():
        valid_loss = sum(criterion(model(data), target).item() for data, target in valid_loader) / len(valid_loader)
    print(f"[{epoch}] train_loss: {np.average(train_losses):.5f} valid_loss: {valid_loss:.5f}")
    early_stopping(valid_loss, model)
    if early_stopping.early_stop:
        print("Early stopping")
        break
model.load_state_dict(early_stopping.best_state)
with torch.no_grad():
    data, target = next(iter(valid_loader))
    print(f"best {criterion(model(data), target).item():.5f} average {criterion(average(data), target).item():.5f}")
