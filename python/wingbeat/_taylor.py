"""Taylor mode: all derivatives along a curve in one pass (see _transforms for what transforms have in common)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex

from ._arguments import whole
from ._arrays import handle_array, handles
from ._errors import ArgumentError
from ._library import check, lib
from ._tensor import wrap
from ._transforms import DERIVATIVES, Recorded, argument_tuple, direction_leaves, settled
from ._tree import unflatten

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ._tensor import Tensor
    from ._typing import Argnums, Tree


def taylor(
    function: Callable[..., Any],
    primals: Sequence[Tree],
    directions: Sequence[Tree],
    order: SupportsIndex,
    argnums: Argnums | None = None,
    has_aux: bool = False,
    series: Sequence[Sequence[Tree] | None] = (),
) -> Any:
    """(result, [d1, ..., dn]): the derivatives d_k = d^k/dt^k function(primals + t directions) at t = 0 up to order n,
    which is at most 100.

    They are derivatives, not the coefficients d_k / k! of the Taylor series. One pass computes all; nested jvp is the
    same, but doubles with each order. primals, directions: tuples with one entry for each argument, of equal structure
    and shapes. argnums: then directions has one entry for each of these arguments. has_aux: `function` returns (result,
    anything else), and (result, derivatives, anything else) is returned. series: the second, third, ... derivatives of
    the arguments by t, each a tuple like directions, or None for zero; then the path is no straight line but primals +
    t directions + t^2/2 series[0] + ... (Griewank and Walther 2008, Evaluating Derivatives, chapter 13).
    """
    highest = whole(order, "order", "taylor")
    if not 0 <= highest <= 100:
        raise ArgumentError(f"taylor: expected an order in 0 ... 100, found {highest}")
    if not isinstance(series, (tuple, list)):
        raise TypeError(f"taylor: expected series as a list of tuples like directions, found {type(series).__name__}")
    with DERIVATIVES:
        recorded = Recorded("taylor", function, argument_tuple(primals, "taylor"), {}, argnums, has_aux)
        variables, outputs = recorded.variables, recorded.outputs
        curve: list[Sequence[Tensor | None]] = [direction_leaves(recorded, directions)]
        curve += [[None] * len(variables) if along is None else direction_leaves(recorded, along) for along in series]
        given = [None if leaf is None else leaf._handle for leaves in zip(*curve) for leaf in leaves]
        found = handle_array(len(outputs) * highest)()
        check(
            lib.wb_taylor(
                handles(outputs),
                len(outputs),
                handles(variables),
                len(variables),
                handle_array(len(given))(*given),
                len(curve),
                highest,
                found,
            )
        )
        derivatives = [wrap(handle) for handle in found]
    handed_out = settled(derivatives)
    by_order = [unflatten(recorded.output_structure, handed_out[k::highest]) for k in range(highest)]
    return recorded.with_aux(recorded.result(), by_order)
