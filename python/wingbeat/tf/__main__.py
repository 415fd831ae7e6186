"""Runs a TensorFlow program with this library in TensorFlow's place: python -m wingbeat.tf [-m] PROGRAM ARGUMENT ...

The program finds itself as `python PROGRAM` would run it: sys.argv, sys.path, __main__, the exit code, and tracebacks
that begin in it.
"""

from __future__ import annotations

import sys

from .._runner import main
from ._finder import install

if __name__ == "__main__":
    sys.exit(main("wingbeat.tf", __doc__, install))
