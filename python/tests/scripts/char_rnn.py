"""A recurrent language model of characters with truncated backpropagation: the state is detached between pieces."""

import torch
import torch.nn as nn
from seeded import seed_parameters

text = "the quick brown fox jumps over the lazy dog and runs away from the quick brown dog. " * 4
chars = sorted(set(text))
char_to_ix = {ch: i for i, ch in enumerate(chars)}
ix_to_char = {i: ch for i, ch in enumerate(chars)}
data = torch.tensor([char_to_ix[ch] for ch in text], dtype=torch.long)


class CharRNN(nn.Module):
    def __init__(self, vocab_size, embed_size, hidden_size):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embed_size)
        self.gru = nn.GRU(embed_size, hidden_size, batch_first=True)
        self.linear = nn.Linear(hidden_size, vocab_size)

    def forward(self, x, h):
        x = self.embed(x)
        out, h = self.gru(x, h)
        out = out.reshape(out.size(0) * out.size(1), out.size(2))
        return self.linear(out), h


seq_length, batch_size, hidden = 12, 4, 24
columns = data.size(0) // batch_size
ids = data[: columns * batch_size].view(batch_size, -1)
model = seed_parameters(CharRNN(len(chars), 12, hidden))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(3):
    h = torch.zeros(1, batch_size, hidden)
    for i in range(0, ids.size(1) - seq_length, seq_length):
        inputs = ids[:, i : i + seq_length]
        targets = ids[:, (i + 1) : (i + 1) + seq_length]
        h = h.detach()
        outputs, h = model(inputs, h)
        loss = criterion(outputs, targets.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
    perplexity = torch.exp(loss).item()
    print(f"Epoch {epoch + 1} loss {loss.item():.5f} perplexity {perplexity:.4f}")

with torch.no_grad():
    state, token, written = torch.zeros(1, 1, hidden), data[:1].unsqueeze(0), ""
    for _ in range(20):
        output, state = model(token, state)
        token = output.argmax(dim=-1, keepdim=True)
        written += ix_to_char[token.item()]
print(repr(written))
