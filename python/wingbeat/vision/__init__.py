"""Data sets of images from local files, transforms of images, and pictures of them, under torchvision's names."""

from typing import TYPE_CHECKING as _TYPE_CHECKING

from .. import __version__  # noqa: F401  (torchvision's)
from .._naming import listing as _listing
from .._naming import refusing as _refusing
from . import datasets, transforms, utils

__all__ = ["datasets", "transforms", "utils"]
__dir__ = _listing(__name__)
if not _TYPE_CHECKING:
    __getattr__ = _refusing(__name__)
