"""Modules that PyTorch spreads over devices. There is one here, whose threads the engine uses by itself."""

from __future__ import annotations

from typing import Any

from .._errors import UnsupportedError
from .._naming import listing
from .module import Module

__all__ = ["DataParallel", "DistributedDataParallel", "data_parallel"]
__dir__ = listing(__name__)


class DataParallel(Module):
    """module(*inputs): with one device, what PyTorch's does too. The module is the attribute `module`, and so are the
    names in the state_dict: module.weight.

    device_ids, output_device, dim: PyTorch's; they change nothing.
    """

    def __init__(self, module: Module, device_ids: Any = None, output_device: Any = None, dim: int = 0) -> None:
        super().__init__()
        self.module = module

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """The module's result."""
        return self.module(*inputs, **kwargs)


class DistributedDataParallel(Module):
    """Raises UnsupportedError when it is made: this build trains in one process."""

    def __init__(self, module: Module, *_: Any, **__: Any) -> None:
        raise UnsupportedError(
            "DistributedDataParallel: this build trains in one process; use the model itself, whose computations run "
            "on all threads"
        )


def data_parallel(
    module: Module,
    inputs: Any,
    device_ids: Any = None,
    output_device: Any = None,
    dim: int = 0,
    module_kwargs: dict[str, Any] | None = None,
) -> Any:
    """module(*inputs): with one device, what PyTorch's does too."""
    given = inputs if isinstance(inputs, tuple) else (inputs,)
    return module(*given, **(module_kwargs or {}))
