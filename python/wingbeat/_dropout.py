"""Dropout in its kinds, under PyTorch's names. The draws come from the default generator (manual_seed)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._calls import result
from ._naming import named
from ._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from ._typing import Dropout, Real, TensorLike


def _dropping(name: str, drops: bool, what: str) -> Dropout:
    def function(input: TensorLike, p: Real = 0.5, training: bool = drops, inplace: bool = False) -> Tensor:
        input = as_tensor(input)
        output = result(name, input=input, p=p, training=training)
        return input._assign(output) if inplace else output

    return named(
        function, name, f"{what} Without training the input's values. inplace: the result is written to the input."
    )


_DIVIDED = "and what is kept is divided by 1 - p."
dropout = _dropping("dropout", True, f"Each element is 0 with probability p, {_DIVIDED}")
dropout1d = _dropping(
    "dropout1d", True, f"[n, channels, length], or without n: channels are 0 together with probability p, {_DIVIDED}"
)
dropout2d = _dropping(
    "dropout2d", True, f"[n, channels, ...]: whole channels are 0 together with probability p, {_DIVIDED}"
)
dropout3d = _dropping(
    "dropout3d",
    True,
    f"[n, channels, depth, height, width], or without n: channels are 0 together with probability p, {_DIVIDED}",
)
alpha_dropout = _dropping(
    "alpha_dropout",
    False,
    "Each element becomes SELU's limit with probability p; all is scaled so that mean and variance stay.",
)
feature_alpha_dropout = _dropping(
    "feature_alpha_dropout", False, "alpha_dropout of whole channels together, [n, channels, ...]."
)
