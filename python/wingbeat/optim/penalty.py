"""penalty: what large parameters cost, group by group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._creation import zeros
from .._tensor import Tensor
from .optimizer import Optimizer, groups_of, parameters_of


def penalty(params: Optimizer | Iterable[Any], l1: float = 0.0, l2: float = 0.0) -> Tensor:
    """The sum over all parameters of l1 |p| + l2 p^2: a 0-d tensor to add to the loss.

    params: an optimizer, or what its constructor takes. l1, l2: of groups that have no "l1" or "l2" of their own:

        optimizer = optim.SGD([{"params": weights, "l1": 1e-4}, {"params": biases}], lr=0.1)
        (loss + optim.penalty(optimizer)).backward()

    weight_decay=w of SGD adds the gradient of l2 = w / 2; that of AdamW adds none.
    """
    groups: Iterable[Mapping[str, Any]]
    groups = params.param_groups if isinstance(params, Optimizer) else groups_of(params, "penalty")
    total: Any = None
    for group in groups:
        one, two = group.get("l1", l1), group.get("l2", l2)
        for parameter in parameters_of(group, "penalty"):
            for factor, term in ((one, parameter.abs().sum), (two, (parameter**2).sum)):
                if factor:
                    total = factor * term() if total is None else total + factor * term()
    return zeros(()) if total is None else total
