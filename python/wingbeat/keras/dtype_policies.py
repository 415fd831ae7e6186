"""Policies of dtypes."""

from ._policies import DTypePolicy, FloatDTypePolicy, get

__all__ = ["DTypePolicy", "FloatDTypePolicy", "get"]
