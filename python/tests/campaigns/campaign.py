"""What the campaigns share: the long form or the short one, and the line of figures that each prints at its end.

A campaign tries a kind of accident many times, at random places that a seed fixes. `make test` runs each in its short
form (below a minute), `make campaign` in its long form, with the counts that docs/reliability.md gives.
"""

from __future__ import annotations

import os
from pathlib import Path

from support import ROOT

LONG = bool(os.environ.get("WINGBEAT_CAMPAIGN"))


def times(short: int, long: int) -> int:
    """How often to try: `short` in `make test`, `long` in `make campaign`."""
    return long if LONG else short


def report(name: str, figures: str) -> None:
    """Prints the campaign's line, which `make campaign` shows: `campaign: NAME: FIGURES`."""
    print(f"\ncampaign: {name}: {figures}", flush=True)


def library_folder() -> Path:
    """Where the library lies that Python loads, for C programs to be linked with it."""
    path = os.environ.get("WINGBEAT_LIBRARY")
    return Path(path).resolve().parent if path else ROOT / "build" / "lib"
