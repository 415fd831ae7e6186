"""Settings under tf.config's names."""

from __future__ import annotations

from typing import Any, NamedTuple

from .._modes import get_num_threads, set_num_threads
from .._naming import listing
from ._absent import refusing
from ._function import functions_run_eagerly, run_functions_eagerly


class PhysicalDevice(NamedTuple):
    """A device of this machine."""

    name: str
    device_type: str


class LogicalDevice(NamedTuple):
    """A device as programs see it."""

    name: str
    device_type: str


_PROCESSOR = PhysicalDevice("/physical_device:CPU:0", "CPU")


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The devices of a type: the processor is the one that there is."""
    return [_PROCESSOR] if device_type in (None, "CPU") else []


def list_logical_devices(device_type: str | None = None) -> list[LogicalDevice]:
    """The devices of a type, as programs see them."""
    return [LogicalDevice("/device:CPU:0", "CPU")] if device_type in (None, "CPU") else []


get_visible_devices = list_physical_devices


def set_visible_devices(devices: Any, device_type: str | None = None) -> None:
    """Changes nothing: the processor is the one device."""


def set_soft_device_placement(enabled: bool) -> None:
    """Changes nothing: the processor is the one device."""


def get_soft_device_placement() -> bool:
    """True."""
    return True


def experimental_run_functions_eagerly(run_eagerly: bool) -> None:
    """run_functions_eagerly, by its older name."""
    run_functions_eagerly(run_eagerly)


class _Threads:
    """Numbers of threads."""

    def set_intra_op_parallelism_threads(self, num_threads: int) -> None:
        """How many threads compute."""
        if num_threads:
            set_num_threads(num_threads)

    def get_intra_op_parallelism_threads(self) -> int:
        """How many threads compute."""
        return get_num_threads()

    def set_inter_op_parallelism_threads(self, num_threads: int) -> None:
        """Changes nothing: operations run one after the other, each on all threads."""

    def get_inter_op_parallelism_threads(self) -> int:
        """1."""
        return 1


threading = _Threads()


class _Experimental:
    """What is under tf.config.experimental."""

    @staticmethod
    def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
        """The devices of a type."""
        return list_physical_devices(device_type)

    @staticmethod
    def set_memory_growth(device: Any, enable: bool) -> None:
        """Changes nothing: memory is taken as it is needed."""

    @staticmethod
    def enable_op_determinism() -> None:
        """Changes nothing: results are the same bits on any number of threads."""

    @staticmethod
    def get_memory_info(device: str) -> dict[str, int]:
        """Bytes that tensors have now ("current"), and had at most ("peak")."""
        from .._modes import memory_usage

        found = memory_usage()
        return {"current": found["in_use"], "peak": found["peak"]}


experimental = _Experimental()


class _Optimizer:
    """Settings of the planner."""

    @staticmethod
    def set_jit(enabled: Any) -> None:
        """Changes nothing: programs are always planned as a whole."""

    @staticmethod
    def get_jit() -> str:
        """ "": XLA is not there."""
        return ""


optimizer = _Optimizer()

__all__ = [
    "LogicalDevice", "PhysicalDevice", "experimental", "experimental_run_functions_eagerly", "functions_run_eagerly",
    "get_soft_device_placement", "get_visible_devices", "list_logical_devices", "list_physical_devices", "optimizer",
    "run_functions_eagerly", "set_soft_device_placement", "set_visible_devices", "threading",
]  # fmt: skip
__dir__ = listing(__name__)
__getattr__ = refusing(__name__)
