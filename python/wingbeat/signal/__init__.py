"""torch.signal's names."""

from .._naming import listing
from . import windows

__all__ = ["windows"]
__dir__ = listing(__name__)
