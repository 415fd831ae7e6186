"""A small Transformer encoder as a language model: positional encoding as a buffer, a causal mask, generation."""

import math

import numpy as np
import torch
import torch.nn as nn
from seeded import seed_parameters


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, dropout=0.0, max_len=64):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        position = torch.arange(max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(max_len, 1, d_model)
        pe[:, 0, 0::2] = torch.sin(position * div_term)
        pe[:, 0, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe)

    def forward(self, x):
        x = x + self.pe[: x.size(0)]
        return self.dropout(x)


class TransformerModel(nn.Module):
    def __init__(self, ntoken, d_model, nhead, d_hid, nlayers, dropout=0.0):
        super().__init__()
        self.pos_encoder = PositionalEncoding(d_model, dropout)
        encoder_layer = nn.TransformerEncoderLayer(d_model, nhead, d_hid, dropout)
        self.transformer_encoder = nn.TransformerEncoder(encoder_layer, nlayers)
        self.embedding = nn.Embedding(ntoken, d_model)
        self.d_model = d_model
        self.linear = nn.Linear(d_model, ntoken)

    def forward(self, src, src_mask):
        src = self.embedding(src) * math.sqrt(self.d_model)
        src = self.pos_encoder(src)
        output = self.transformer_encoder(src, src_mask)
        return self.linear(output)


rng = np.random.default_rng(0)
starts = rng.integers(0, 11, (1, 16))
tokens = torch.from_numpy((starts + 3 * np.arange(13)[:, None]) % 11)  # [steps, batch]
model = seed_parameters(TransformerModel(11, 16, 2, 32, 2))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
mask = torch.triu(torch.ones(12, 12) * float("-inf"), diagonal=1)
model.train()
for step in range(12):
    output = model(tokens[:-1], mask)
    loss = criterion(output.view(-1, 11), tokens[1:].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
    optimizer.step()
    if step % 3 == 2:
        print(f"step {step + 1:3d} | loss {loss.item():5.5f} | ppl {math.exp(loss.item()):8.4f}")
