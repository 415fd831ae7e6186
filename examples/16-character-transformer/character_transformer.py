"""A small Transformer that learns to write, one character after the other. Prints the loss on text that it has not
seen, in nats a character, and text of its own.

    character_transformer.py                      a text that the program makes up
    character_transformer.py --data FILE.txt      any text in UTF-8
    character_transformer.py --quick              some seconds

Ctrl-C ends the training; the loss and the text come all the same."""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

import wingbeat as wb
from wingbeat import nn, optim

CONTEXT, WIDTH, HEADS, BLOCKS = 128, 128, 4, 4


class CharacterTransformer(nn.Module):
    """Indices of characters [n, context] -> scores of the characters that follow [n, context, characters]."""

    def __init__(self, characters, context=CONTEXT, width=WIDTH, heads=HEADS, blocks=BLOCKS, dropout=0.0):
        super().__init__()
        self.characters = nn.Embedding(characters, width)
        self.places = nn.Embedding(context, width)
        block = nn.TransformerEncoderLayer(
            width, heads, 4 * width, dropout=dropout, activation="gelu", batch_first=True, norm_first=True
        )
        self.blocks = nn.TransformerEncoder(block, blocks, norm=nn.LayerNorm(width))
        self.scores = nn.Linear(width, characters)
        # No place looks at those behind it.
        self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(context), persistent=False)
        for table in (self.characters, self.places):
            nn.init.normal_(table.weight, std=0.02)

    def forward(self, x):
        h = self.characters(x) + self.places.weight
        return self.scores(self.blocks(h, mask=self.mask, is_causal=True))


def training_step(model, optimizer):
    """One step on windows x [n, context] and the characters behind each of theirs, y [n, context]; gives the loss."""

    def step(x, y):
        loss = nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return loss

    return step


def made_up_text(sentences=12000):
    """Sentences of a small grammar, so that there is something to learn where no file is at hand."""
    rng = np.random.default_rng(1)
    parts = {
        "who": "the king|the queen|a fool|my lord|a soldier|the night|thy brother|a messenger".split("|"),
        "does": "loves|fears|betrays|remembers|follows|forgives|awaits|mocks".split("|"),
        "how": "gladly|in vain|once more|by moonlight|with sorrow|for gold|without a word".split("|"),
    }
    order = ("who", "does", "who", "how")
    lines = [" ".join(rng.choice(parts[part]) for part in order) for _ in range(sentences)]
    return "\n".join(line.capitalize() + rng.choice([".", "!", "?"]) for line in lines)


def windows_at(text, starts, context=CONTEXT):
    """The windows [n, context] of a text [characters] that begin at starts [n]."""
    return text[starts[:, None] + np.arange(context)]


def loss_on(model, text, rows=32):
    """Nats a character over windows that lie side by side."""
    model.eval()

    @wb.compile
    @wb.no_grad()
    def loss(x, y):
        return nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten())

    starts = np.arange(0, len(text) - CONTEXT, CONTEXT)
    batches = np.array_split(starts, -(-len(starts) // rows))
    losses = [loss(windows_at(text, s), windows_at(text, s + 1)).item() for s in batches]
    model.train()
    return float(np.average(losses, weights=[len(s) for s in batches]))


def sample(model, beginning, count, temperature=0.8, seed=0):
    """Draws characters behind a beginning [characters]: one forward pass each, over the last CONTEXT of them."""
    model.eval()

    @wb.compile
    @wb.no_grad()
    def scores(x):
        return model(x)[0]

    rng = np.random.default_rng(seed)
    text = list(beginning)
    for _ in range(count):
        seen = np.array(text[-CONTEXT:])
        x = np.zeros((1, CONTEXT), np.int64)  # what stands behind the text changes nothing before it
        x[0, : len(seen)] = seen
        z = scores(x).numpy()[len(seen) - 1] / temperature
        p = np.exp(z.astype(np.float64) - z.max())
        text.append(rng.choice(len(p), p=p / p.sum()))
    model.train()
    return text


def train(model, text, options):
    optimizer = optim.AdamW(model.parameters(), lr=options.lr, betas=(0.9, 0.98), weight_decay=0.1)
    schedule = optim.lr_scheduler.OneCycleLR(optimizer, options.lr, total_steps=options.steps, pct_start=0.1)
    step = wb.compile(training_step(model, optimizer))
    rng = np.random.default_rng(options.seed)
    began = time.perf_counter()
    for number in range(1, options.steps + 1):
        starts = rng.integers(0, len(text) - CONTEXT, options.batch)
        loss = step(windows_at(text, starts), windows_at(text, starts + 1))
        schedule.step()
        if number % max(1, options.steps // 20) == 0:
            seconds = time.perf_counter() - began
            print(f"step {number:5}: loss {loss.item():.4f}, {seconds:.0f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a text in UTF-8")
    parser.add_argument("--steps", type=int, default=4500)
    parser.add_argument("--batch", type=int, default=8, help="windows in a step (default: 8)")
    parser.add_argument("--lr", type=float, default=3e-3, help="the highest learning rate (default: 0.003)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", type=Path, help="write the trained model to this file")
    parser.add_argument("--quick", action="store_true", help="a few steps of a smaller network")
    options = parser.parse_args()
    try:
        written = options.data.read_text(encoding="utf-8") if options.data else made_up_text()
    except (OSError, UnicodeDecodeError) as error:
        return f"--data: no text could be read: {error}"
    size = {}
    if options.quick:
        options.steps, written, size = min(options.steps, 30), written[:40000], {"width": 32, "blocks": 1}
    if min(options.steps, options.batch) < 1:
        return f"expected at least 1 step and 1 window, found {options.steps} and {options.batch}"
    if len(written) < 20 * CONTEXT:
        return f"--data: expected a text of at least {20 * CONTEXT} characters, found {len(written)}"

    alphabet, text = np.unique(np.array(list(written)), return_inverse=True)
    training, validation = np.split(text, [9 * len(text) // 10])
    wb.manual_seed(options.seed)
    model = CharacterTransformer(len(alphabet), **size)
    print(
        f"{len(text):,} characters, {len(alphabet)} of them distinct; {sum(p.numel() for p in model.parameters()):,} "
        f"parameters"
    )
    try:
        train(model, training, options)
    except KeyboardInterrupt:
        print("stopped")
    print(f"validation loss {loss_on(model, validation):.4f} nats a character")
    if options.save:
        wb.save(model.state_dict(), options.save)
    count = 60 if options.quick else 600
    print("".join(alphabet[sample(model, validation[:CONTEXT], count)[CONTEXT:]]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
