"""Forward methods of attention: tensors and options as PyTorch orders them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._tensor import Tensor, as_tensor
from .layer import Layer

if TYPE_CHECKING:
    from .._typing import TensorLike


def flags(**given: tuple[Any, bool]) -> str | None:
    """The text of a call's own arguments that are not what they are anyway: each with its value and its default."""
    return ", ".join(f"{name}={bool(value)}" for name, (value, usual) in given.items() if bool(value) != usual) or None


class AttentionLayer(Layer):
    """Attention with several heads."""

    def _adopt(self, handle: Any, *args: Any) -> None:
        super()._adopt(handle, *args)
        for name in ("kdim", "vdim"):
            if self.__dict__[name] is None:
                object.__setattr__(self, name, self.embed_dim)
        for name in (
            "in_proj_weight",
            "q_proj_weight",
            "k_proj_weight",
            "v_proj_weight",
            "in_proj_bias",
            "bias_k",
            "bias_v",
        ):
            if name not in self._parameters:
                object.__setattr__(self, name, None)

    @property
    def head_dim(self) -> int:
        """The width of a head."""
        return int(self.embed_dim // self.num_heads)

    @property
    def _qkv_same_embed_dim(self) -> bool:
        return bool(self.kdim == self.vdim == self.embed_dim)

    def forward(
        self,
        query: TensorLike,
        key: TensorLike,
        value: TensorLike,
        key_padding_mask: TensorLike | None = None,
        need_weights: bool = True,
        attn_mask: TensorLike | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """(output, weights); the weights are None without need_weights."""
        query_tensor = as_tensor(query)
        key_tensor = query_tensor if key is query else as_tensor(key)
        value_tensor = query_tensor if value is query else key_tensor if value is key else as_tensor(value)
        found = self._several(
            query_tensor,
            key_tensor,
            value_tensor,
            key_padding_mask,
            attn_mask,
            options=flags(
                need_weights=(need_weights, True),
                average_attn_weights=(average_attn_weights, True),
                is_causal=(is_causal, False),
            ),
        )
        return found if isinstance(found, tuple) else (found, None)
