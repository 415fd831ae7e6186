"""Which module of this library a name of TensorFlow's stands for."""

from __future__ import annotations

from .._finder import Finder
from ..keras._absent import sentence as keras_sentence
from ._absent import sentence

_ROOTS = {"tensorflow": "wingbeat.tf", "keras": "wingbeat.keras", "tf_keras": "wingbeat.keras"}
# Packages of TensorFlow's own that programs import though they need not.
_ELSEWHERE = {
    "tensorflow.keras": "wingbeat.keras",
    "tensorflow.python.keras": "wingbeat.keras",
    "tensorflow.python.framework.ops": "wingbeat.tf",
    "tensorflow.python.framework": "wingbeat.tf",
    "tensorflow.python": "wingbeat.tf",
}


def _sentence(name: str, here: str) -> str:
    parent, _, last = here.rpartition(".")
    known = keras_sentence if parent.startswith("wingbeat.keras") else sentence
    return known(parent, last).partition(": ")[2]


_finder = Finder("wingbeat.tf", "TensorFlow", _ROOTS, _ELSEWHERE, _sentence)


def install() -> None:
    """From now on `import tensorflow` and `import keras` give this library's modules.

    Raises ImportError where TensorFlow itself has been imported already.
    """
    _finder.install()


def uninstall() -> None:
    """From now on the names are again what is installed under them."""
    _finder.uninstall()
