"""How alike images are: SSIM (Wang, Bovik, Sheikh and Simoncelli 2004) and its form over several scales."""

from __future__ import annotations

import math
from typing import Any

from .. import _creation, _functions
from .._tensor import Tensor as Base
from ._reshaping import pad
from ._tensor import convert
from ._windows import convolved, pooled
from .errors import InvalidArgumentError


def alike(
    x: Base, y: Base, filter_size: int, filter_sigma: float, k1: float, k2: float, name: str
) -> tuple[Base, Base]:
    """SSIM at each place of images [n, h, w, c] in [0, 1], and its part of contrast and structure alone."""
    n, h, w, c = tuple(x.shape)
    if min(h, w) < filter_size:
        raise InvalidArgumentError(
            f"{name}: expected images of {filter_size} x {filter_size} at least, found {h} x {w}"
        )
    places = [place - (filter_size - 1) / 2 for place in range(filter_size)]
    line = [math.exp(-(place**2) / (2 * filter_sigma**2)) for place in places]
    total = sum(line) ** 2
    window = _creation.tensor([[a * b / total for b in line] for a in line], dtype=x.dtype)
    window = window.reshape((filter_size, filter_size, 1, 1)).expand((filter_size, filter_size, 1, c))

    def weighed(values: Base) -> Base:
        return convolved(name, 2, values, window, 1, "VALID", None, None)

    mean_x, mean_y = weighed(x), weighed(y)
    product, squares = mean_x * mean_y * 2, _functions.square(mean_x) + _functions.square(mean_y)
    mixed = weighed(x * y) * 2 - product
    spread = weighed(_functions.square(x) + _functions.square(y)) - squares
    structure = (mixed + k2**2) / (spread + k2**2)
    return (product + k1**2) / (squares + k1**2) * structure, structure


def over_scales(
    x: Base, y: Base, factors: Any, filter_size: int, filter_sigma: float, k1: float, k2: float, name: str
) -> Base:
    """The product over scales, each half as large as the one before, to the powers `factors`: [n]."""
    powers = [float(factor) for factor in convert(factors).reshape((-1,)).tolist()]
    found = None
    for level, power in enumerate(powers):
        if level:
            x, y = halved(x, name), halved(y, name)
        both, structure = alike(x, y, filter_size, filter_sigma, k1, k2, name)
        part = both if level + 1 == len(powers) else structure
        share = _functions.relu(_functions.mean(part, (1, 2))) ** power
        found = share if found is None else found * share
    if found is None:
        raise ValueError(f"{name}: expected one power factor at least, found none")
    return _functions.mean(found, (-1,))


def halved(images: Base, name: str) -> Base:
    """Means of 2 x 2 elements; a last row or column without a partner counts twice."""
    _, h, w, _ = tuple(images.shape)
    if h % 2 or w % 2:
        images = convert(pad(images, [[0, 0], [0, h % 2], [0, w % 2], [0, 0]], "SYMMETRIC"))
    return pooled(name, 2, False, images, 2, 2, "VALID", None)
