"""Taylor mode: all derivatives along a curve in one pass (see _transforms for what transforms have in common)."""

from ._arguments import whole
from ._arrays import handle_array
from ._errors import ArgumentError
from ._library import check, lib
from ._transforms import Recorded, Transform, argument_tuple, direction_leaves, handles, settled
from ._tensor import wrap
from ._tree import unflatten


def taylor(function, primals, directions, order, argnums=None, has_aux=False, series=()):
    """(result, [d1, ..., dn]): the derivatives d_k = d^k/dt^k function(primals + t directions) at t = 0 up to order n, which is at most 100.

    They are derivatives, not the coefficients d_k / k! of the Taylor series. One pass computes all; nested jvp is the same, but doubles with each order.
    primals, directions: tuples with one entry for each argument, of equal structure and shapes. argnums: then directions has one entry for each of these
    arguments. has_aux: `function` returns (result, anything else), and (result, derivatives, anything else) is returned.
    series: the second, third, ... derivatives of the arguments by t, each a tuple like directions, or None for zero; then the path is no straight line but
    primals + t directions + t^2/2 series[0] + ... (Griewank and Walther 2008, Evaluating Derivatives, chapter 13).
    """
    order = whole(order, "order", "taylor")
    if not 0 <= order <= 100:
        raise ArgumentError(f"taylor: expected an order in 0 ... 100, found {order}")
    if not isinstance(series, (tuple, list)):
        raise TypeError(f"taylor: expected series as a list of tuples like directions, found {type(series).__name__}")
    with Transform():
        recorded = Recorded("taylor", function, argument_tuple(primals, "taylor"), {}, argnums, has_aux)
        variables, outputs = recorded.variables, recorded.outputs
        curve = [direction_leaves(recorded, directions)]
        curve += [[None] * len(variables) if along is None else direction_leaves(recorded, along) for along in series]
        given = [None if leaf is None else leaf._handle for leaves in zip(*curve) for leaf in leaves]
        found = handle_array(len(outputs) * order)()
        check(lib.wb_taylor(handles(outputs), len(outputs), handles(variables), len(variables), handle_array(len(given))(*given), len(curve), order, found))
        derivatives = [wrap(handle) for handle in found]
    derivatives = settled(derivatives)
    by_order = [unflatten(recorded.output_structure, derivatives[k::order]) for k in range(order)]
    return recorded.with_aux(recorded.result(), by_order)
