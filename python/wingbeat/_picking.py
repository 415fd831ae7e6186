"""Elements picked and written by index tensors and masks, under PyTorch's names. Brackets are in _indexing.

Index tensors hold integers of any dtype; negative ones count from the end. Masks are bool.
"""

from ctypes import c_void_p

from ._arguments import assigned
from ._dtypes import as_dtype
from ._errors import ArgumentError
from ._library import check, lib
from ._naming import named
from ._shaping import reshape, unbind
from ._tensor import Tensor, as_tensor, wrap

__all__ = ["gather", "index_select", "masked_fill", "masked_select", "nonzero", "one_hot", "scatter", "scatter_add", "take_along_dim"]


def _result(function, *arguments):
    out = c_void_p()
    check(function(*arguments, out))
    return wrap(out.value)


def index_select(input, dim, index):
    """Rows along axis `dim` picked by integers of any shape, which takes the axis' place."""
    return _result(lib.wb_index_select, as_tensor(input), dim, as_tensor(index))


def take_along_dim(input, indices, dim=None, *, axis=None):
    """One element for each of `indices` along an axis; along the others the two broadcast. Without an axis, of the flattened input."""
    input, dim = as_tensor(input), axis if dim is None else dim
    if dim is None:
        input, indices, dim = reshape(input, -1), reshape(indices, -1), 0
    return _result(lib.wb_take_along_axis, input, dim, as_tensor(indices))


def gather(input, dim, index):
    """input[i][index[i][j][k]][k] for dim 1: of the shape of `index`, which may be smaller than input along the other axes."""
    return _result(lib.wb_gather, as_tensor(input), dim, as_tensor(index))


def scatter(input, dim, index, src=None, *, value=None):
    """input with [i][index[i][j][k]][k] = src[i][j][k] for dim 1; of two values for one place the last stays. src may be a number (or value=)."""
    return _scattered(lib.wb_scatter, "scatter", input, dim, index, src, value)


def scatter_add(input, dim, index, src):
    """As scatter, with += ; sums are taken in the order of the index."""
    return _scattered(lib.wb_scatter_add, "scatter_add", input, dim, index, src, None)


def _scattered(function, name, input, dim, index, src, value):
    if (src is None) == (value is None):
        raise ArgumentError(f"{name}: expected either src or value")
    input = as_tensor(input)
    return _result(function, input, dim, as_tensor(index), assigned(value if src is None else src, input, name))


def masked_fill(input, mask, value):
    """`value` where mask is true, else input; the three broadcast."""
    input = as_tensor(input)
    return _result(lib.wb_masked_fill, input, as_tensor(mask), assigned(value, input, "masked_fill"))


def masked_select(input, mask):
    """The elements where mask is true, of the two broadcast together: 1-D. Computes the mask at once."""
    return _result(lib.wb_masked_select, as_tensor(input), as_tensor(mask))


def nonzero(input, *, as_tuple=False):
    """The places of the elements that are not 0: int64 [count, ndim], or with as_tuple the index along each axis. Computed at once."""
    places = _result(lib.wb_nonzero, as_tensor(input))
    return unbind(places, 1) if as_tuple else places


def one_hot(tensor, num_classes=-1, dtype="int64"):
    """1 where the label says and 0 elsewhere, along a new last axis. num_classes -1: one more than the largest label, which is computed at once."""
    return _result(lib.wb_one_hot, as_tensor(tensor), num_classes, as_dtype(dtype).code)


# -------------------------------------------------------------------- methods

def in_place(function):
    """The method that writes what a function gives into its tensor."""
    def method(self, *args, **kwargs):
        return self._assign(function(self, *args, **kwargs))
    return named(method, function.__name__ + "_", f"{function.__name__}, in place.")


for _function in (index_select, take_along_dim, gather, scatter, scatter_add, masked_fill, masked_select, nonzero):
    setattr(Tensor, _function.__name__, _function)
for _function in (scatter, scatter_add, masked_fill):
    setattr(Tensor, _function.__name__ + "_", in_place(_function))
