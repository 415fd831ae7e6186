"""How tensors are printed: set_printoptions, under PyTorch's name and with its defaults."""

from __future__ import annotations

from typing import Any

from ._errors import ArgumentError

_DEFAULTS: dict[str, Any] = {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80, "sci_mode": None}
_PROFILES: dict[str, dict[str, Any]] = {
    "default": {},
    "short": {"precision": 2, "edgeitems": 2},
    "full": {"threshold": float("inf")},
}
# Until someone sets options, NumPy's own hold for what is not said here.
_options: dict[str, Any] = {"precision": 4}


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """How tensors are printed: digits after the point, the number of elements from which some are left out, how many
    are shown then at each end, and characters of a line. profile: "default", "short" or "full" sets them all.

    sci_mode: True writes numbers as 1.0e+00, False never does, None where it is shorter.
    """
    if profile is not None:
        if profile not in _PROFILES:
            raise ArgumentError(f"set_printoptions: expected profile 'default', 'short' or 'full', found {profile!r}")
        _options.clear()
        _options.update(_DEFAULTS, **_PROFILES[profile])
    for name, value in (
        ("precision", precision), ("threshold", threshold), ("edgeitems", edgeitems), ("linewidth", linewidth)
    ):  # fmt: skip
        if value is not None:
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
                raise ArgumentError(f"set_printoptions: expected {name} of at least 0, found {value!r:.80}")
            _options[name] = value
    if sci_mode is not None:
        _options["sci_mode"] = bool(sci_mode)


def numpy_options() -> dict[str, Any]:
    """The options as numpy.array2string takes them."""
    found: dict[str, Any] = {"precision": int(_options["precision"])}
    if "threshold" in _options:
        found["threshold"] = int(min(_options["threshold"], 1 << 62))
    if "edgeitems" in _options:
        found["edgeitems"] = int(_options["edgeitems"])
    if "linewidth" in _options:
        found["max_line_width"] = int(_options["linewidth"])
    if _options.get("sci_mode") is True:
        digits = found["precision"]
        found["formatter"] = {"float_kind": lambda value: f"{value:.{digits}e}"}
    elif _options.get("sci_mode") is False:
        found["suppress_small"] = True
    return found
