"""What is worth a line and no error goes to Python's logger "wingbeat", at level INFO.

    import logging
    logging.basicConfig(level=logging.INFO)

A line is written where something works in another way than usual: a function or a training step is captured again,
OpenBLAS is missing, loops are interpreted, what a killed process left has been removed.
"""

from __future__ import annotations

import atexit
import sys

from . import _abi
from ._arrays import lasting
from ._library import check, lib, on_failure, unguarded

# The library calls list.insert(END, line), which is no byte code: an interrupt that comes meanwhile is not lost in it.
_END = sys.maxsize
_lines: list[bytes] = []


def note(line: str) -> None:
    # Few programs log, and importing it takes a millisecond.
    import logging

    logging.getLogger("wingbeat").info(line)


def pass_on() -> None:
    """Writes the lines that the library's calls have left."""
    while _lines:
        note(_lines.pop(0).decode(errors="replace"))


check(lib.wb_set_log_callback(lasting(_abi.wb_log_callback)(_lines.insert), _END))
on_failure(pass_on)
# A process that embeds Python may go on without it.
atexit.register(unguarded("wb_set_log_callback"), _abi.wb_log_callback(), None)
