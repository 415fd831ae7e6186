"""Settings of other engines' libraries. Programs may set them; nothing here depends on them."""

from __future__ import annotations

from types import SimpleNamespace

from ._naming import listing

cudnn = SimpleNamespace(
    enabled=False,
    benchmark=False,
    deterministic=True,
    allow_tf32=False,
    is_available=lambda: False,
    version=lambda: None,
)
cuda = SimpleNamespace(
    matmul=SimpleNamespace(allow_tf32=False, allow_fp16_reduced_precision_reduction=False), is_built=lambda: False
)
mps = SimpleNamespace(is_available=lambda: False, is_built=lambda: False)
mkldnn = SimpleNamespace(enabled=False, is_available=lambda: False)

__all__ = ["cudnn", "cuda", "mps", "mkldnn"]
__dir__ = listing(__name__)
