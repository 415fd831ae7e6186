"""A generative adversarial network on points of a ring: two models, two optimisers, detach."""

import numpy as np
import torch
import torch.nn as nn
from seeded import seed_parameters
from torch.autograd import Variable

rng = np.random.default_rng(1)
latent_dim = 4

generator = nn.Sequential(nn.Linear(latent_dim, 16), nn.LeakyReLU(0.2, inplace=True), nn.Linear(16, 2))
discriminator = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2, inplace=True), nn.Linear(16, 1), nn.Sigmoid())
seed_parameters(generator, 1)
seed_parameters(discriminator, 2)
adversarial_loss = torch.nn.BCELoss()
optimizer_G = torch.optim.Adam(generator.parameters(), lr=2e-3, betas=(0.5, 0.999))
optimizer_D = torch.optim.Adam(discriminator.parameters(), lr=2e-3, betas=(0.5, 0.999))
Tensor = torch.cuda.FloatTensor if torch.cuda.is_available() else torch.FloatTensor

for i in range(30):
    angle = rng.uniform(0, 2 * np.pi, 64)
    real_imgs = Variable(Tensor(np.stack([np.cos(angle), np.sin(angle)], 1).tolist()))
    valid = Variable(Tensor(64, 1).fill_(1.0), requires_grad=False)
    fake = Variable(Tensor(64, 1).fill_(0.0), requires_grad=False)

    optimizer_G.zero_grad()
    z = Variable(Tensor(rng.normal(0, 1, (64, latent_dim))))
    gen_imgs = generator(z)
    g_loss = adversarial_loss(discriminator(gen_imgs), valid)
    g_loss.backward()
    optimizer_G.step()

    optimizer_D.zero_grad()
    real_loss = adversarial_loss(discriminator(real_imgs), valid)
    fake_loss = adversarial_loss(discriminator(gen_imgs.detach()), fake)
    d_loss = (real_loss + fake_loss) / 2
    d_loss.backward()
    optimizer_D.step()
    if i % 10 == 9:
        print("[Batch %d/%d] [D loss: %f] [G loss: %f]" % (i + 1, 30, d_loss.item(), g_loss.item()))
