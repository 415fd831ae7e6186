"""Which module of this library a name of PyTorch's stands for."""

from __future__ import annotations

from .._absent import ABSENT
from .._finder import Finder

_ROOTS = {"torch": "wingbeat", "torchvision": "wingbeat.vision"}
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


def _sentence(name: str, here: str) -> str:
    path = name.partition(".")[2]
    return ABSENT.get(path) or ABSENT.get(path.partition(".")[0], "")


_finder = Finder("wingbeat.torch", "PyTorch", _ROOTS, _ELSEWHERE, _sentence, ("wingbeat.nn", "wingbeat.optim"))


def install() -> None:
    """From now on `import torch` and `import torchvision` give this library's modules.

    Raises ImportError where PyTorch itself has been imported already.
    """
    _finder.install()


def uninstall() -> None:
    """From now on the names are again what is installed under them."""
    _finder.uninstall()
