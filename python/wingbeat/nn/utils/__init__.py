"""What is done with parameters and sequences beside the layers: packing, clipping, parametrisations."""

from ..._naming import listing as _listing
from . import rnn

__all__ = ["rnn"]
__dir__ = _listing(__name__)
