"""The import hook: which module of this library a name of TensorFlow's stands for."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from typing import Any

from ..torch._finder import _Alias
from ._absent import sentence

_ROOTS = {"tensorflow": "wingbeat.tf", "keras": "wingbeat.keras"}
# Packages of TensorFlow's own that programs import though they need not.
_ELSEWHERE = {
    "tensorflow.keras": "wingbeat.keras",
    "tensorflow.python.keras": "wingbeat.keras",
    "tensorflow.python.framework.ops": "wingbeat.tf",
    "tf_keras": "wingbeat.keras",
}


def counterpart(name: str) -> str:
    """The module here for a module of TensorFlow's."""
    for known, here in _ELSEWHERE.items():
        if name == known or name.startswith(f"{known}."):
            return here + name[len(known) :]
    root, dot, rest = name.partition(".")
    return _ROOTS[root] + dot + rest


class Finder(importlib.abc.MetaPathFinder):
    """Finds tensorflow and keras, before anything that is installed under these names."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname.partition(".")[0] not in (*_ROOTS, "tf_keras"):
            return None
        here = counterpart(fullname)
        try:
            module = importlib.import_module(here)
        except ModuleNotFoundError as error:
            if error.name is None or not (here == error.name or here.startswith(f"{error.name}.")):
                raise
            parent, _, last = here.rpartition(".")
            found = getattr(sys.modules.get(parent), last, None) if parent in sys.modules else None
            if found is None:
                known = sentence(parent, last).partition(": ")[2] if parent.startswith("wingbeat.tf") else ""
                raise ModuleNotFoundError(
                    f"No module named {fullname!r} in wingbeat" + (f": {known}" if known else ""), name=fullname
                ) from None
            module = found
        return importlib.machinery.ModuleSpec(fullname, _Alias(module), origin=here, is_package=True)


_finder = Finder()


def install() -> None:
    """From now on `import tensorflow` and `import keras` give this library's modules.

    Raises ImportError where TensorFlow itself has been imported already.
    """
    import wingbeat.tf

    there = sys.modules.get("tensorflow")
    if there is not None and there is not wingbeat.tf:
        raise ImportError("wingbeat.tf: TensorFlow itself has been imported already; install() comes before that")
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
    for name in _ROOTS:
        sys.modules.pop(name, None)


def uninstall() -> None:
    """From now on the names are again what is installed under them."""
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
    for name in [name for name in sys.modules if name.partition(".")[0] in (*_ROOTS, "tf_keras")]:
        del sys.modules[name]
