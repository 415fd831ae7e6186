"""A layer that takes its buffers from a data set."""

from __future__ import annotations

import operator
from ctypes import c_double, c_int32
from typing import TYPE_CHECKING, SupportsIndex

from .._library import check, lib
from .layer import Layer

if TYPE_CHECKING:
    from typing_extensions import Self

    from .._tensor import Tensor
    from .._typing import Real, TensorLike
    from ..data import Dataset


class AdaptingLayer(Layer):
    """A layer with adapt."""

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)

    def adapt(
        self,
        data: Dataset[object],
        column: SupportsIndex = 0,
        axis: SupportsIndex | None = None,
        fill: Real | None = None,
    ) -> Self:
        """Takes mean and std from a column of a data set, in one pass (Dataset.statistics); the layer itself.

        A std of 0 becomes 1. Raises ShapeError where the features are not as many as mean has elements.
        """
        given = None if axis is None else c_int32(operator.index(axis)), None if fill is None else c_double(float(fill))
        check(lib.wb_module_adapt(self, data._handle, column, *given))
        return self
