"""Keras's names for this library."""
