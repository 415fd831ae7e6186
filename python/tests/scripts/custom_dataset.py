"""Texts of different lengths: a Dataset, a collate function that pads them, worker processes, averaged embeddings."""

import numpy as np
import torch
from seeded import seed_parameters
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset

WORDS = ["good", "great", "fine", "bad", "awful", "poor", "movie", "film", "the", "a"]


class Reviews(Dataset):
    def __init__(self, rows):
        rng = np.random.default_rng(2)
        self.samples = []
        for _ in range(rows):
            label = int(rng.integers(2))
            words = rng.choice(WORDS[:3] if label else WORDS[3:6], int(rng.integers(1, 4))).tolist()
            words += rng.choice(WORDS[6:], int(rng.integers(1, 5))).tolist()
            self.samples.append((" ".join(words), label))

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, idx):
        if torch.is_tensor(idx):
            idx = idx.tolist()
        text, label = self.samples[idx]
        return {"text": text, "label": label}


vocabulary = {word: number + 1 for number, word in enumerate(WORDS)}


def collate_batch(batch):
    texts = [torch.tensor([vocabulary[word] for word in sample["text"].split()]) for sample in batch]
    lengths = torch.LongTensor([len(text) for text in texts])
    labels = torch.FloatTensor([sample["label"] for sample in batch])
    return pad_sequence(texts, batch_first=True, padding_value=0), lengths, labels


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(len(vocabulary) + 1, 8, padding_idx=0)
        self.fc = nn.Linear(8, 1)

    def forward(self, text, lengths):
        mask = (text != 0).unsqueeze(-1).float()
        summed = (self.embedding(text) * mask).sum(dim=1)
        return self.fc(summed / lengths.unsqueeze(1).type_as(summed)).squeeze(-1)


reviews = Reviews(96)
for workers in (0, 2):
    dataloader = DataLoader(reviews, batch_size=16, collate_fn=collate_batch, num_workers=workers)
    model = seed_parameters(Classifier())
    criterion = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.01)
    for epoch in range(3):
        total_acc, total_count = 0, 0
        for text, lengths, label in dataloader:
            predicted = model(text, lengths)
            loss = criterion(predicted, label)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 0.1)
            optimizer.step()
            total_acc += ((predicted > 0).float() == label).sum().item()
            total_count += label.size(0)
        print(f"| workers {workers} | epoch {epoch} | loss {loss.item():.5f} | accuracy {total_acc / total_count:.3f}")
