"""The import hook: which module of this library a name of PyTorch's stands for."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from typing import TYPE_CHECKING, Any

from .._absent import ABSENT

if TYPE_CHECKING:
    from types import ModuleType

_ROOTS = {"torch": "wingbeat", "torchvision": "wingbeat.vision"}
# Names that are elsewhere here. What is below them is there too.
_ELSEWHERE = {
    "torch.nn.modules": "wingbeat.nn",
    "torch.nn.parameter": "wingbeat.nn",
    "torch.nn.parallel": "wingbeat.nn.parallel",
    "torch.optim.sgd": "wingbeat.optim",
    "torch.optim.adam": "wingbeat.optim",
    "torch.optim.adamw": "wingbeat.optim",
    "torch.utils.data.dataset": "wingbeat.utils.data",
    "torch.utils.data.dataloader": "wingbeat.utils.data",
    "torch.utils.data.sampler": "wingbeat.utils.data",
    "torch.utils.data.distributed": "wingbeat.utils.data",
    "torch.autograd.function": "wingbeat.autograd",
    "torch.autograd.variable": "wingbeat.autograd",
    "torch.autograd.grad_mode": "wingbeat.autograd",
    "torchvision.transforms.functional": "wingbeat.vision.transforms.functional",
}


def counterpart(name: str) -> str:
    """The module here for a module of PyTorch's."""
    for known, here in _ELSEWHERE.items():
        if name == known or name.startswith(f"{known}."):
            return here if here in ("wingbeat.nn", "wingbeat.optim") else here + name[len(known) :]
    root, dot, rest = name.partition(".")
    return _ROOTS[root] + dot + rest


class _Alias(importlib.abc.Loader):
    """Gives a module that is there already, and leaves what it says of itself as it is."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.own = {name: module.__dict__.get(name) for name in ("__spec__", "__loader__", "__package__", "__path__")}

    def create_module(self, spec: Any) -> ModuleType:
        return self.module

    def exec_module(self, module: ModuleType) -> None:
        for name, value in self.own.items():
            if value is None:
                module.__dict__.pop(name, None)
            else:
                setattr(module, name, value)


class Finder(importlib.abc.MetaPathFinder):
    """Finds torch and torchvision, before anything that is installed under these names."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname.partition(".")[0] not in _ROOTS:
            return None
        here = counterpart(fullname)
        try:
            module = importlib.import_module(here)
        except ModuleNotFoundError as error:
            if error.name is None or not (here == error.name or here.startswith(f"{error.name}.")):
                raise
            raise ModuleNotFoundError(_sentence(fullname), name=fullname) from None
        return importlib.machinery.ModuleSpec(fullname, _Alias(module), origin=here, is_package=True)


def _sentence(name: str) -> str:
    path = name.partition(".")[2]
    known = ABSENT.get(path) or ABSENT.get(path.partition(".")[0], "")
    return f"No module named {name!r} in wingbeat" + (f": {known}" if known else "")


_finder = Finder()


def install() -> None:
    """From now on `import torch` and `import torchvision` give this library's modules.

    Raises ImportError where PyTorch itself has been imported already.
    """
    import wingbeat

    there = sys.modules.get("torch")
    if there is not None and there is not wingbeat:
        raise ImportError("wingbeat.torch: PyTorch itself has been imported already; install() comes before that")
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
    for name in ("torch", "torchvision"):
        sys.modules.pop(name, None)


def uninstall() -> None:
    """From now on the names are again what is installed under them."""
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
    for name in [name for name in sys.modules if name.partition(".")[0] in _ROOTS]:
        del sys.modules[name]
