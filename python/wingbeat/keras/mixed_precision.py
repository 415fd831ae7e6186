"""Policies of dtypes: what all layers take that name none."""

from ._policies import DTypePolicy, dtype_policy, set_dtype_policy

Policy = DTypePolicy
global_policy = dtype_policy
set_global_policy = set_dtype_policy


def __getattr__(name: str) -> object:
    from ._absent import sentence

    if name == "LossScaleOptimizer":
        from .optimizers import LossScaleOptimizer

        return LossScaleOptimizer
    raise AttributeError(sentence(__name__, name))


__all__ = ["DTypePolicy", "Policy", "dtype_policy", "global_policy", "set_dtype_policy", "set_global_policy"]
