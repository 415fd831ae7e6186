"""Dtype policies: the dtype of variables and the dtype of arithmetic; and what holds where a layer names none."""

from __future__ import annotations

from typing import Any

_FLOATS = ("float16", "float32", "float64", "bfloat16")
_MIXED = {"mixed_bfloat16": "bfloat16", "mixed_float16": "float16"}


class _State:
    floatx = "float32"
    policy: Any = None


def dtype_name(dtype: Any) -> str:
    """The name of a dtype, as "float32"; of none that of floats."""
    if dtype is None:
        return _State.floatx
    if isinstance(dtype, DTypePolicy):
        return dtype.variable_dtype
    name = getattr(dtype, "name", None)
    if name is None and isinstance(dtype, type):
        name = {float: "float32", int: "int32", bool: "bool"}.get(dtype) or getattr(dtype, "__name__", None)
    if name is None:
        name = str(dtype)
    name = name.rpartition(".")[2]
    return {"float": "float32", "half": "float16", "double": "float64", "int": "int32", "long": "int64"}.get(name, name)


def floatx() -> str:
    """The dtype of floats that have none of their own: "float32" at first."""
    return _State.floatx


def set_floatx(value: str) -> None:
    """Sets that dtype: "float16", "bfloat16", "float32" or "float64"."""
    if value not in _FLOATS:
        raise ValueError(f"Unknown `floatx` value: {value}. Expected one of {set(_FLOATS)}")
    _State.floatx = value


class DTypePolicy:
    """The dtypes of a layer.

    name: a dtype for both; or "mixed_bfloat16" or "mixed_float16", which keep variables in float32 and compute products
    in 16 bits.
    """

    def __init__(self, name: str | None = None) -> None:
        name = _State.floatx if name is None else dtype_name(name)
        if name not in _MIXED and name not in (*_FLOATS, "int32", "int64", "uint8", "bool"):
            raise ValueError(
                f"Cannot convert '{name}' to a mixed precision DTypePolicy. Valid policies include 'mixed_float16', "
                "'mixed_bfloat16', and the name of any dtype such as 'float32'."
            )
        self._name = name

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    @property
    def compute_dtype(self) -> str:
        """The dtype of arithmetic and of results."""
        return _MIXED.get(self._name, self._name)

    @property
    def variable_dtype(self) -> str:
        """The dtype of variables."""
        return "float32" if self._name in _MIXED else self._name

    @property
    def is_mixed(self) -> bool:
        """Whether the two differ."""
        return self._name in _MIXED

    quantization_mode = None

    def get_config(self) -> dict[str, Any]:
        """What makes the policy again."""
        return {"name": self._name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> DTypePolicy:
        """The policy of such a config."""
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other._name == self._name

    def __hash__(self) -> int:
        return hash(self._name)

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self._name}">'


FloatDTypePolicy = DTypePolicy


def get(value: Any) -> DTypePolicy:
    """The policy for a name, a dtype, a config or a policy; for None the one that holds for all."""
    if value is None:
        return dtype_policy()
    if isinstance(value, DTypePolicy):
        return value
    if isinstance(value, dict):
        config = value.get("config", value)
        return DTypePolicy(config.get("name"))
    return DTypePolicy(dtype_name(value))


def dtype_policy() -> DTypePolicy:
    """The policy of layers that name none."""
    return DTypePolicy() if _State.policy is None else _State.policy


def set_dtype_policy(policy: Any) -> None:
    """Sets the policy of layers that name none: a name such as "mixed_bfloat16", or a DTypePolicy."""
    _State.policy = policy if isinstance(policy, DTypePolicy) else DTypePolicy(policy)
