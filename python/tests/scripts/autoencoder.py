"""A denoising autoencoder of two Sequentials, trained with weight decay; the codes of some inputs are printed."""

import numpy as np
import torch
from seeded import blobs, seed_parameters
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 24), nn.ReLU(True), nn.Linear(24, 3))
        self.decoder = nn.Sequential(nn.Linear(3, 24), nn.ReLU(True), nn.Linear(24, 64), nn.Tanh())

    def forward(self, x):
        x = self.encoder(x)
        x = self.decoder(x)
        return x


images, _ = blobs(160, (8, 8), 10)
images = images.reshape(160, 64)
rng = np.random.default_rng(5)
clean = torch.as_tensor(images)
noisy = clean + 0.2 * torch.as_tensor(rng.normal(size=images.shape).astype("float32"))
loader = DataLoader(TensorDataset(noisy, clean), batch_size=40, shuffle=False, num_workers=0, drop_last=True)
model = seed_parameters(Autoencoder())
criterion = nn.MSELoss()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-5)
print(model)
for epoch in range(5):
    losses = []
    for img, target in loader:
        img = img.view(img.size(0), -1)
        output = model(img)
        loss = criterion(output, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print("epoch [{}/{}], loss:{:.5f}".format(epoch + 1, 5, np.mean(losses)))
codes = model.encoder(clean[:2]).detach().cpu().numpy()
print(" ".join(f"{value:.4f}" for value in codes.ravel()))
