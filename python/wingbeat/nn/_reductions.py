"""How losses become one number, as PyTorch spelled it before there was `reduction`."""

from __future__ import annotations

from typing import Any

from .._errors import ArgumentError


def reduction_of(name: str, size_average: Any, reduce: Any, reduction: Any) -> Any:
    """What size_average and reduce mean as a reduction; without them, `reduction` itself."""
    for argument, given in (("size_average", size_average), ("reduce", reduce)):
        if given is not None and not isinstance(given, bool):
            raise ArgumentError(
                f"{name}: expected True, False or None as {argument}, found {given!r:.80}; "
                "a reduction is given by its name, reduction='sum'"
            )
    if size_average is None and reduce is None:
        return reduction
    if reduce is False:
        return "none"
    return "sum" if size_average is False else "mean"
