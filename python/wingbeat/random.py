"""The default generator's state, under the names of torch.random."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ._generator import default_generator, get_rng_state, initial_seed, seed, set_rng_state
from ._modes import manual_seed
from ._naming import listing

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["default_generator", "fork_rng", "get_rng_state", "initial_seed", "manual_seed", "seed", "set_rng_state"]
__dir__ = listing(__name__)


@contextmanager
def fork_rng(devices: Any = None, enabled: bool = True, **_: Any) -> Iterator[None]:
    """A block after which the default generator goes on from where it was before."""
    state = get_rng_state()
    try:
        yield
    finally:
        if enabled:
            set_rng_state(state)
