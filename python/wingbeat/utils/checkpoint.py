"""Functions that compute their inside again for derivatives instead of keeping it, under PyTorch's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import _checkpoint
from .._naming import listing

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["checkpoint", "checkpoint_sequential"]
__dir__ = listing(__name__)


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    preserve_rng_state: bool = True,
    **kwargs: Any,
) -> Any:
    """function(*args, **kwargs), whose inside is computed again when derivatives ask for it (wingbeat.checkpoint).

    use_reentrant, preserve_rng_state: PyTorch's; both of its ways are this one, and what is drawn is drawn again.
    """
    if not callable(function):
        raise TypeError(f"checkpoint: expected a function, found {function!r:.80}")
    return _checkpoint.checkpoint(function, *args, **kwargs)


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, preserve_rng_state: bool = True
) -> Any:
    """The functions one after the other, in so many segments of which only the inputs are kept
    (wingbeat.checkpoint_sequential)."""
    return _checkpoint.checkpoint_sequential(functions, segments, input)
