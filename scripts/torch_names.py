#!/usr/bin/env python3
"""How many of the uses of PyTorch's names in public scripts exist here.

    torch_names.py NAMES.tsv [--least PERCENT]

A line of the file is a count and a name: `torch.nn.Linear`, or `.backward` for an attribute of some object. It says
which part of all uses has a name here, lists the names that are missing with their counts, and what is said to who
asks for them. With --least it fails below that part.
"""

import argparse
import importlib
import sys
from pathlib import Path

import wingbeat
import wingbeat.torch


def objects():
    """What an attribute without a module may belong to."""
    from wingbeat import nn, optim
    from wingbeat.utils import data

    parameter = nn.Parameter(wingbeat.zeros(1))
    return [
        wingbeat.zeros(1, 1),
        nn.Linear(1, 1),
        optim.SGD([parameter], lr=0.1),
        data.DataLoader([0]),
        wingbeat.autograd.FunctionCtx(()),
    ]


def found(name):
    """None where a name exists, else what is said of it."""
    if name.startswith("."):
        return None if any(hasattr(owner, name[1:]) for owner in objects()) else "no object has it"
    parts = name.split(".")
    value = wingbeat
    for at, part in enumerate(parts[1:], start=1):
        try:
            value = getattr(value, part)
        except AttributeError as error:
            try:
                value = importlib.import_module(".".join(parts[: at + 1]))
            except ImportError:
                return str(error)
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", type=Path)
    parser.add_argument("--least", type=float, default=0, metavar="PERCENT")
    options = parser.parse_args()
    wingbeat.torch.install()
    rows = [line.split("\t") for line in options.names.read_text(encoding="utf-8").splitlines() if line.strip()]
    uses = {name: int(count) for count, name in rows}
    missing = {name: sentence for name in uses if (sentence := found(name)) is not None}
    total, lost = sum(uses.values()), sum(uses[name] for name in missing)
    for name, sentence in missing.items():
        print(f"{uses[name]:5}  {name}: {sentence}")
    part = 100 * (total - lost) / total
    print(f"{part:.2f} % of {total} uses, {len(uses) - len(missing)} of {len(uses)} names")
    return 0 if part >= options.least else 1


if __name__ == "__main__":
    sys.exit(main())
