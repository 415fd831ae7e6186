"""Models: Model, Sequential, Functional, and how they are written and read."""

from ._cloning import clone_model
from ._functional import Functional
from ._input import Input, InputLayer
from ._model import Model
from ._saving import load_model, model_from_json, save_model
from ._sequential import Sequential

__all__ = [
    "Functional", "Input", "InputLayer", "Model", "Sequential", "clone_model", "load_model", "model_from_json",
    "save_model",
]  # fmt: skip
