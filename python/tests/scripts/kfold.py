"""Cross-validation in k folds, with SubsetRandomSampler's kin and a model that is made anew in each fold."""

import numpy as np
import torch
import torch.nn as nn
from seeded import seed_parameters
from torch.utils.data import ConcatDataset, DataLoader, Subset, TensorDataset

rng = np.random.default_rng(0)
inputs = rng.normal(size=(90, 5)).astype(np.float32)
targets = (inputs @ np.array([1, -2, 0.5, 0, 3], np.float32) + 0.1 * rng.normal(size=90)).astype(np.float32)
dataset = ConcatDataset(
    [
        TensorDataset(torch.from_numpy(inputs[:50]), torch.from_numpy(targets[:50])),
        TensorDataset(torch.from_numpy(inputs[50:]), torch.from_numpy(targets[50:])),
    ]
)


def reset_weights(m):
    for layer in m.children():
        if hasattr(layer, "reset_parameters"):
            print(f"Reset trainable parameters of layer = {layer}")
            layer.reset_parameters()


k_folds, order, results = 3, rng.permutation(len(dataset)), {}
for fold, test_ids in enumerate(np.array_split(order, k_folds)):
    train_ids = np.setdiff1d(order, test_ids)
    trainloader = DataLoader(Subset(dataset, train_ids.tolist()), batch_size=15)
    testloader = DataLoader(Subset(dataset, test_ids.tolist()), batch_size=10)
    network = nn.Sequential(nn.Linear(5, 8), nn.ELU(), nn.Linear(8, 1))
    if fold == 0:
        network.apply(reset_weights)
    seed_parameters(network, seed=fold)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
    for _epoch in range(4):
        for x, y in trainloader:
            optimizer.zero_grad()
            loss = nn.functional.smooth_l1_loss(network(x).squeeze(1), y)
            loss.backward()
            optimizer.step()
    network.eval()
    with torch.no_grad():
        total = sum(nn.functional.l1_loss(network(x).squeeze(1), y, reduction="sum").item() for x, y in testloader)
    results[fold] = total / len(test_ids)
    print(f"fold {fold}: {results[fold]:.5f}")
print(f"Average: {np.mean(list(results.values())):.5f}")
