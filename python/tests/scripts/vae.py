"""A variational autoencoder: reparameterisation, and the evidence lower bound as a function."""

import numpy as np
import torch
from seeded import blobs, seed_parameters
from torch import nn, optim
from torch.nn import functional as F

noise = np.random.default_rng(3)


class VAE(nn.Module):
    def __init__(self, inputs=64, hidden=32, latent=4):
        super(VAE, self).__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.fc21 = nn.Linear(hidden, latent)
        self.fc22 = nn.Linear(hidden, latent)
        self.fc3 = nn.Linear(latent, hidden)
        self.fc4 = nn.Linear(hidden, inputs)

    def encode(self, x):
        h1 = F.relu(self.fc1(x))
        return self.fc21(h1), self.fc22(h1)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        eps = torch.from_numpy(noise.normal(size=tuple(std.shape)).astype(np.float32))
        return mu + eps * std

    def decode(self, z):
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z))))

    def forward(self, x):
        mu, logvar = self.encode(x.view(-1, 64))
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


def loss_function(recon_x, x, mu, logvar):
    bce = F.binary_cross_entropy(recon_x, x.view(-1, 64), reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return bce + kld


images, _ = blobs(128, (1, 8, 8), 10)
images = torch.from_numpy(images).clamp(0, 1)
model = seed_parameters(VAE())
optimizer = optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(1, 6):
    model.train()
    train_loss = 0
    for data in images.split(32):
        optimizer.zero_grad()
        recon_batch, mu, logvar = model(data)
        loss = loss_function(recon_batch, data, mu, logvar)
        loss.backward()
        train_loss += loss.item()
        optimizer.step()
    print("====> Epoch: {} Average loss: {:.4f}".format(epoch, train_loss / len(images)))
model.eval()
with torch.no_grad():
    sample = model.decode(torch.zeros(2, 4)).view(2, 8, 8)
print("sample", sample.mean().item())
