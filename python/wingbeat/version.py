"""The version of the library, and of what PyTorch may be built with: there is none of it here."""

from . import __version__
from ._naming import listing as _listing

cuda = None
hip = None
xpu = None
debug = False
git_version = __version__

__all__ = ["cuda", "hip", "xpu", "debug", "git_version"]
__dir__ = _listing(__name__)
