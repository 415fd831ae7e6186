"""Skip-gram word vectors with negative samples: embeddings, batched products, logsigmoid, Adagrad."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

sentence = "we are about to study the idea of a computational process and the study of programs that direct a process"
words = sentence.split()
vocab = sorted(set(words))
word_to_ix = {word: i for i, word in enumerate(vocab)}
pairs = [
    (word_to_ix[words[i]], word_to_ix[words[j]])
    for i in range(len(words))
    for j in range(max(0, i - 2), min(len(words), i + 3))
    if i != j
]
rng = np.random.default_rng(0)


class SkipGram(nn.Module):
    def __init__(self, vocab_size, embedding_dim):
        super().__init__()
        self.u_embeddings = nn.Embedding(vocab_size, embedding_dim)
        self.v_embeddings = nn.Embedding(vocab_size, embedding_dim)
        init = rng.uniform(-0.5, 0.5, (vocab_size, embedding_dim)).astype(np.float32)
        self.u_embeddings.weight.data.copy_(torch.from_numpy(init))
        self.v_embeddings.weight.data.zero_()

    def forward(self, pos_u, pos_v, neg_v):
        emb_u = self.u_embeddings(pos_u)
        emb_v = self.v_embeddings(pos_v)
        score = F.logsigmoid(torch.sum(torch.mul(emb_u, emb_v), dim=1))
        neg_emb_v = self.v_embeddings(neg_v)
        neg_score = torch.bmm(neg_emb_v, emb_u.unsqueeze(2)).squeeze(2)
        neg_score = torch.sum(F.logsigmoid(-1 * neg_score), dim=1)
        return -torch.mean(score + neg_score)


model = SkipGram(len(vocab), 6)
optimizer = torch.optim.Adagrad(model.parameters(), lr=0.2)
for epoch in range(5):
    total = torch.zeros(1)
    for i in range(0, len(pairs), 16):
        batch = torch.LongTensor(pairs[i : i + 16])
        negatives = torch.from_numpy(rng.integers(0, len(vocab), (len(batch), 3)))
        optimizer.zero_grad()
        loss = model(batch[:, 0], batch[:, 1], negatives)
        loss.backward()
        optimizer.step()
        total += loss.data
    print(epoch, "%.5f" % total.item())
vectors = model.u_embeddings.weight.data
norms = vectors / vectors.norm(dim=1, keepdim=True)
similar = torch.matmul(norms, norms[word_to_ix["process"]])
values, indices = torch.topk(similar, k=3)
print([vocab[i] for i in indices], [round(v, 3) for v in values.tolist()])
