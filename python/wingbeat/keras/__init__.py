"""Keras' face of the engine: layers with Keras' names, arguments and rules."""

from . import layers

__all__ = ["layers"]
