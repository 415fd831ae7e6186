"""PyTorch's import names for this library: programs written for PyTorch run without a change.

    python -m wingbeat.torch script.py arguments ...
    python -m wingbeat.torch -m package.module arguments ...

There `import torch`, `torch.nn`, `torch.utils.data` and so on are wingbeat's modules, and torchvision is
wingbeat.vision. PyTorch itself is never imported, whether it is installed or not. What is missing says what can be done
instead. install() does the same inside a program of one's own, before it imports torch.
"""

from ._finder import install, uninstall

__all__ = ["install", "uninstall"]
