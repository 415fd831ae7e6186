"""Muon: which variables Adam steps is said by their paths, which the engine does not know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ._kinds import Muon as _Muon

if TYPE_CHECKING:
    from collections.abc import Sequence


class Muon(_Muon):
    __doc__ = f"""{(_Muon.__doc__ or "").rstrip()}
    exclude_layers: regular expressions; Adam steps the variables whose paths have one.
    exclude_embeddings: whether Adam steps those whose paths have the word "embedding".
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7,
        weight_decay: float | None = 0.004,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        exclude_layers: Sequence[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.7750,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        **kwargs: Any,
    ) -> None:
        words = [exclude_layers] if isinstance(exclude_layers, str) else list(exclude_layers or ())
        object.__setattr__(self, "exclude_layers", words)
        object.__setattr__(self, "exclude_embeddings", bool(exclude_embeddings))
        super().__init__(
            learning_rate, adam_beta_1, adam_beta_2, adam_weight_decay, epsilon, weight_decay, clipnorm, clipvalue,
            global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor,
            gradient_accumulation_steps, muon_a, muon_b, muon_c, adam_lr_ratio, momentum, ns_steps, nesterov,
            rms_rate, name=name, **kwargs,
        )  # fmt: skip

    def _settings_of(self, variable: Any) -> dict[str, Any]:
        found = super()._settings_of(variable)
        if "weight_decay" in found:
            found["adam_weight_decay"] = None
        path = str(getattr(variable, "path", getattr(variable, "name", "")))
        is_embedding = self.exclude_embeddings and "embedding" in path.lower()
        if is_embedding or any(re.search(word, path) for word in self.exclude_layers):
            found["adam"] = True
        return found

    def get_config(self) -> dict[str, Any]:
        """What makes such an optimiser again."""
        config = super().get_config()
        config.pop("adam")
        return {**config, "exclude_layers": self.exclude_layers, "exclude_embeddings": self.exclude_embeddings}


__all__ = ["Muon"]
