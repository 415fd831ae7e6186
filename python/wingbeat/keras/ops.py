"""keras.ops: functions of tensors under NumPy's and Keras' names, also of symbolic tensors.

A line of the table: name, Keras' class (which configs of models name), what computes it, and the parameters. "tf." is
the function of wingbeat.tf, "wb." that of wingbeat, which promotes operands of different dtypes as Keras does.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
from typing import TYPE_CHECKING, Any

import numpy as np

from .._tensor import Tensor as Base
from ..tf._tensor import convert, op, wrap
from ._symbolic import KerasTensor, apply, has_symbolic

if TYPE_CHECKING:
    from collections.abc import Callable

_TABLE = """
abs Absolute wb.abs x
absolute Absolute wb.abs x
add Add wb.add x1 x2
all All tf.reduce_all x axis=None keepdims=False
amax Amax tf.reduce_max x axis=None keepdims=False
amin Amin tf.reduce_min x axis=None keepdims=False
any Any tf.reduce_any x axis=None keepdims=False
arccos Arccos tf.acos x
arccosh Arccosh tf.acosh x
arcsin Arcsin tf.asin x
arcsinh Arcsinh tf.asinh x
arctan Arctan tf.atan x
arctan2 Arctan2 tf.atan2 x1 x2
arctanh Arctanh tf.atanh x
argsort Argsort tf.argsort x axis=-1
bitwise_and BitwiseAnd tf.bitwise.bitwise_and x y
bitwise_or BitwiseOr tf.bitwise.bitwise_or x y
bitwise_xor BitwiseXor tf.bitwise.bitwise_xor x y
broadcast_to BroadcastTo tf.broadcast_to x shape
ceil Ceil tf.math.ceil x
cos Cos tf.cos x
cosh Cosh tf.cosh x
count_nonzero CountNonzero tf.math.count_nonzero x axis=None
cross Cross tf.linalg.cross x1 x2
cumprod Cumprod tf.math.cumprod x axis=0
cumsum Cumsum tf.cumsum x axis=0
divide Divide wb.divide x1 x2
equal Equal wb.eq x1 x2
exp Exp tf.exp x
expand_dims ExpandDims tf.expand_dims x axis
expm1 Expm1 tf.math.expm1 x
floor Floor tf.floor x
floor_divide FloorDivide wb.floor_divide x1 x2
greater Greater wb.gt x1 x2
greater_equal GreaterEqual wb.ge x1 x2
isfinite Isfinite tf.math.is_finite x
isinf Isinf tf.math.is_inf x
isnan Isnan tf.math.is_nan x
less Less wb.lt x1 x2
less_equal LessEqual wb.le x1 x2
log Log tf.math.log x
log1p Log1p tf.math.log1p x
logaddexp Logaddexp wb.logaddexp x1 x2
logical_and LogicalAnd tf.logical_and x1 x2
logical_not LogicalNot tf.logical_not x
logical_or LogicalOr tf.logical_or x1 x2
logical_xor LogicalXor tf.math.logical_xor x1 x2
logsumexp Logsumexp tf.reduce_logsumexp x axis=None keepdims=False
matmul Matmul wb.matmul x1 x2
max Max tf.reduce_max x axis=None keepdims=False
maximum Maximum wb.maximum x1 x2
mean Mean tf.reduce_mean x axis=None keepdims=False
min Min tf.reduce_min x axis=None keepdims=False
minimum Minimum wb.minimum x1 x2
mod Mod wb.remainder x1 x2
multiply Multiply wb.multiply x1 x2
negative Negative tf.negative x
not_equal NotEqual wb.ne x1 x2
power Power wb.pow x1 x2
prod Prod tf.reduce_prod x axis=None keepdims=False
reciprocal Reciprocal tf.math.reciprocal x
repeat Repeat tf.repeat x repeats axis=None
reshape Reshape tf.reshape x newshape
rsqrt Rsqrt tf.math.rsqrt x
sign Sign tf.sign x
sin Sin tf.sin x
sinh Sinh tf.sinh x
sort Sort tf.sort x axis=-1
sqrt Sqrt tf.sqrt x
square Square tf.square x
squeeze Squeeze tf.squeeze x axis=None
std Std tf.math.reduce_std x axis=None keepdims=False
subtract Subtract wb.subtract x1 x2
sum Sum tf.reduce_sum x axis=None keepdims=False
tan Tan tf.tan x
tanh Tanh tf.tanh x
tile Tile tf.tile x repeats
trace Trace tf.linalg.trace x
true_divide TrueDivide wb.divide x1 x2
var Var tf.math.reduce_variance x axis=None keepdims=False
cholesky Cholesky tf.linalg.cholesky x
det Det tf.linalg.det x
erf Erf tf.math.erf x
erfinv Erfinv tf.math.erfinv x
inv Inv tf.linalg.inv x
qr Qr tf.linalg.qr x
solve Solve tf.linalg.solve a b
svd SVD tf.linalg.svd x
top_k TopK tf.math.top_k x k sorted=True
in_top_k InTopK tf.math.in_top_k targets predictions k
segment_sum SegmentSum tf.math.unsorted_segment_sum data segment_ids num_segments
segment_max SegmentMax tf.math.unsorted_segment_max data segment_ids num_segments
elu Elu keras.elu x alpha=1.0
gelu Gelu keras.gelu x approximate=True
hard_sigmoid HardSigmoid keras.hard_sigmoid x
hard_silu HardSilu keras.hard_silu x
leaky_relu LeakyRelu keras.leaky_relu x negative_slope=0.2
log_sigmoid LogSigmoid keras.log_sigmoid x
log_softmax LogSoftmax tf.nn.log_softmax x axis=-1
relu Relu keras.relu x
relu6 Relu6 keras.relu6 x
selu Selu keras.selu x
sigmoid Sigmoid keras.sigmoid x
silu Silu keras.silu x
swish Silu keras.silu x
softmax Softmax tf.nn.softmax x axis=-1
softplus Softplus keras.softplus x
softsign Softsign keras.softsign x
"""


def _target(name: str) -> Callable[..., Any]:
    """What computes a function of the table."""
    home, _, rest = name.partition(".")
    path, _, last = rest.rpartition(".")
    root = {"tf": "wingbeat.tf", "wb": "wingbeat", "keras": "wingbeat.keras.activations"}[home]
    module: Any = importlib.import_module(root)
    for part in path.split(".") if path else ():
        module = getattr(module, part)
    found: Callable[..., Any] = getattr(module, last)
    if home != "wb":
        return found

    @op
    def promoting(*args: Any) -> Any:
        return found(*[value if isinstance(value, (bool, int, float)) else convert(value) for value in args])

    return promoting


_classes: dict[str, Callable[..., Any]] = {}


def _written(name: str, kind: str, target: str, words: list[str]) -> Callable[..., Any]:
    """A function of the table."""
    parameters = []
    for word in words:
        key, _, initial = word.partition("=")
        default = ast.literal_eval(initial) if initial else inspect.Parameter.empty
        parameters.append(inspect.Parameter(key, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default))
    signature = inspect.Signature(parameters)

    def function(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        if has_symbolic(args) or has_symbolic(kwargs):
            return apply(name, kind, function, args, kwargs)
        bound.apply_defaults()
        return _of(target)(*bound.args)

    made: Any = function
    made.__name__ = made.__qualname__ = name
    made.__signature__ = signature
    made.__doc__ = f"As {target.replace('wb.', 'wingbeat.')}, also of symbolic tensors."
    _classes.setdefault(kind, made)
    return made  # type: ignore[no-any-return]


@functools.cache
def _of(target: str) -> Callable[..., Any]:
    return _target(target)


for _line in _TABLE.split("\n"):
    if _line:
        _name, _kind, _from, *_words = _line.split()
        globals()[_name] = _written(_name, _kind, _from, _words)


def symbolic(kind: str) -> Callable[[Any], Any]:
    """Decorates a function of tensors, which symbolic ones may be among."""

    def decorate(function: Any) -> Any:
        computed = op(function)

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if has_symbolic(args) or has_symbolic(kwargs):
                return apply(function.__name__, kind, wrapper, args, kwargs)
            return computed(*args, **kwargs)

        _classes.setdefault(kind, wrapper)
        return wrapper

    return decorate


def by_class(kind: str) -> Callable[..., Any]:
    """The function that Keras' class stands for in configs."""
    if kind not in _classes:
        raise ValueError(f"the operation '{kind:.80}' of a config is not known: keras.ops has {sorted(_classes)}")
    return _classes[kind]


def _tf() -> Any:
    return importlib.import_module("wingbeat.tf")


# -------------------------------------------------------------------- the rest


def convert_to_tensor(x: Any, dtype: Any = None, sparse: Any = None, ragged: Any = None) -> Any:
    """The tensor of a value."""
    if isinstance(x, KerasTensor):
        return x
    found = wrap(convert(x))
    return found if dtype is None else cast(found, dtype)


def convert_to_numpy(x: Any) -> Any:
    """The values as a NumPy array."""
    return np.asarray(x)


@symbolic("Cast")
def cast(x: Any, dtype: Any) -> Any:
    """The tensor in a dtype."""
    from ._policies import dtype_name

    return convert(x).to(dtype_name(dtype))


def is_tensor(x: Any) -> bool:
    """Whether a value is a tensor."""
    return isinstance(x, Base)


def shape(x: Any) -> Any:
    """The extents, a tuple."""
    return tuple(x.shape)


def ndim(x: Any) -> int:
    """Number of axes."""
    return len(x.shape)


def size(x: Any) -> Any:
    """How many elements there are."""
    return _tf().size(x)


def dtype(x: Any) -> str:
    """The name of the dtype."""
    from ._policies import dtype_name

    return dtype_name(x.dtype)


@symbolic("GetItem")
def get_item(x: Any, key: Any) -> Any:
    """x[key]."""
    return wrap(convert(x))[key]


@symbolic("Concatenate")
def concatenate(xs: Any, axis: int = 0) -> Any:
    """Tensors one behind the other along an axis."""
    from .._shaping import cat

    return cat([convert(x) for x in xs], axis)


@symbolic("Stack")
def stack(x: Any, axis: int = 0) -> Any:
    """Tensors along a new axis."""
    from .._shaping import stack as stacked

    return stacked([convert(part) for part in x], axis)


def hstack(xs: Any) -> Any:
    """Tensors beside each other."""
    return concatenate(xs, axis=0 if ndim(xs[0]) == 1 else 1)


def vstack(xs: Any) -> Any:
    """Tensors below each other."""
    return concatenate([_tf().expand_dims(x, 0) if ndim(x) == 1 else x for x in xs], axis=0)


@symbolic("Transpose")
def transpose(x: Any, axes: Any = None) -> Any:
    """The tensor with its axes in another order."""
    return _tf().transpose(x, axes)


@symbolic("Swapaxes")
def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """The tensor with two axes exchanged."""
    return convert(x).transpose(axis1, axis2)


@symbolic("Moveaxis")
def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    """The tensor with axes at other places."""
    from .._shaping import movedim

    return movedim(convert(x), source, destination)


@symbolic("Flip")
def flip(x: Any, axis: Any = None) -> Any:
    """The tensor with axes reversed."""
    axes = list(range(len(x.shape))) if axis is None else [axis] if isinstance(axis, int) else list(axis)
    return _tf().reverse(x, axes)


@symbolic("Ravel")
def ravel(x: Any) -> Any:
    """All elements along one axis."""
    return convert(x).reshape((-1,))


@symbolic("Where")
def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """x1 where condition, else x2; without these the places where it holds."""
    if x1 is None and x2 is None:
        return _tf().where(condition)
    import wingbeat

    return wingbeat.where(convert(condition).to("bool"), convert(x1), convert(x2))


@symbolic("Clip")
def clip(x: Any, x_min: Any, x_max: Any) -> Any:
    """Elements held between two bounds."""
    return convert(x).clamp(x_min, x_max)


@symbolic("Argmax")
def argmax(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Where the largest element is, int32."""
    found = convert(x)
    return (found.reshape(-1).argmax(0) if axis is None else found.argmax(axis, keepdims)).to("int32")


@symbolic("Argmin")
def argmin(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Where the smallest element is, int32."""
    found = convert(x)
    return (found.reshape(-1).argmin(0) if axis is None else found.argmin(axis, keepdims)).to("int32")


@symbolic("Dot")
def dot(x1: Any, x2: Any) -> Any:
    """The product of the last axis of x1 and the last but one of x2."""
    return _tf().tensordot(x1, x2, 1) if len(x2.shape) < 3 else _tf().tensordot(x1, x2, [[-1], [-2]])


@symbolic("Tensordot")
def tensordot(x1: Any, x2: Any, axes: Any = 2) -> Any:
    """The product over some axes."""
    return _tf().tensordot(x1, x2, axes)


@symbolic("Einsum")
def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> Any:
    """The sum of products that the letters say."""
    return _tf().einsum(subscripts, *operands)


@symbolic("Norm")
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """A norm: of all elements, or along axes."""
    return _tf().norm(x, "euclidean" if ord is None else ord, axis, keepdims)


@symbolic("Average")
def average(x: Any, axis: Any = None, weights: Any = None) -> Any:
    """The mean, with weights."""
    if weights is None:
        return _tf().reduce_mean(x, axis)
    return _tf().reduce_sum(x * weights, axis) / _tf().reduce_sum(weights, axis)


@symbolic("Take")
def take(x: Any, indices: Any, axis: Any = None) -> Any:
    """Elements at places along an axis."""
    return _tf().gather(convert(x).reshape(-1) if axis is None else x, indices, axis=axis or 0)


@symbolic("TakeAlongAxis")
def take_along_axis(x: Any, indices: Any, axis: Any = None) -> Any:
    """An element for each place along an axis."""
    found = convert(x)
    places = convert(indices).to("int64")
    return found.reshape(-1).gather(0, places.reshape(-1)) if axis is None else found.gather(axis, places)


@symbolic("Split")
def split(x: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """The tensor in parts: as many, or cut at places."""
    import wingbeat

    return list(wingbeat.tensor_split(convert(x), indices_or_sections, axis))


@symbolic("Unstack")
def unstack(x: Any, num: Any = None, axis: int = 0) -> Any:
    """The parts along an axis."""
    return list(_tf().unstack(x, num, axis))


@symbolic("Pad")
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Any:
    """The tensor with a margin."""
    width = [(pad_width, pad_width)] * len(x.shape) if isinstance(pad_width, int) else pad_width
    return _tf().pad(x, width, mode, constant_values or 0)


@symbolic("OneHot")
def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False) -> Any:
    """Ones at the classes' places."""
    from ._policies import dtype_name

    return _tf().one_hot(x, num_classes, axis=axis, dtype=dtype_name(dtype))


@symbolic("Meshgrid")
def meshgrid(*x: Any, indexing: str = "xy") -> Any:
    """Coordinates of a grid."""
    return _tf().meshgrid(*x, indexing=indexing)


@symbolic("Tril")
def tril(x: Any, k: int = 0) -> Any:
    """What is on and below a diagonal."""
    import wingbeat

    return wingbeat.tril(convert(x), k)


@symbolic("Triu")
def triu(x: Any, k: int = 0) -> Any:
    """What is on and above a diagonal."""
    import wingbeat

    return wingbeat.triu(convert(x), k)


@symbolic("Roll")
def roll(x: Any, shift: Any, axis: Any = None) -> Any:
    """Elements moved around along an axis."""
    import wingbeat

    return wingbeat.roll(convert(x), shift, axis)


def _filled(name: str) -> Callable[..., Any]:
    def function(shape: Any, dtype: Any = None) -> Any:
        from ._policies import dtype_name

        return getattr(_tf(), name)(shape, dtype=dtype_name(dtype))

    function.__name__ = name
    function.__doc__ = f"A tensor of {name}."
    return function


zeros, ones = _filled("zeros"), _filled("ones")


@symbolic("ZerosLike")
def zeros_like(x: Any, dtype: Any = None) -> Any:
    """Zeros in a tensor's shape."""
    return _tf().zeros_like(x, dtype=dtype)


@symbolic("OnesLike")
def ones_like(x: Any, dtype: Any = None) -> Any:
    """Ones in a tensor's shape."""
    return _tf().ones_like(x, dtype=dtype)


@symbolic("FullLike")
def full_like(x: Any, fill_value: Any, dtype: Any = None) -> Any:
    """A value in a tensor's shape."""
    found = _tf().zeros_like(x, dtype=dtype)
    return found + convert(fill_value, hint=found.dtype)


def full(shape: Any, fill_value: Any, dtype: Any = None) -> Any:
    """A tensor of one value."""
    from ._policies import dtype_name

    return _tf().fill(shape, convert_to_tensor(fill_value, dtype_name(dtype)))


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Any:
    """Numbers from start up to, not including, stop."""
    given = (0, start, step) if stop is None else (start, stop, step)
    if dtype is None:
        dtype = "int32" if all(isinstance(part, int) for part in given) else "float32"
    return _tf().range(*given, dtype=dtype)


def linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    """Numbers in equal steps."""
    found = _tf().linspace(
        convert_to_tensor(start, "float32"), convert_to_tensor(stop, "float32"), num + (not endpoint)
    )
    found = found if endpoint else found[:-1]
    return found if dtype is None else cast(found, dtype)


def eye(N: int, M: Any = None, k: int = 0, dtype: Any = None) -> Any:
    """Ones on a diagonal."""
    from ._policies import dtype_name

    return _tf().eye(N, M, dtype=dtype_name(dtype))


def array(x: Any, dtype: Any = None) -> Any:
    """The tensor of a value."""
    return convert_to_tensor(x, dtype)


def stop_gradient(variable: Any) -> Any:
    """The tensor as a constant to derivatives."""
    return _tf().stop_gradient(variable)


def cond(pred: Any, true_fn: Any, false_fn: Any) -> Any:
    """true_fn() where pred holds, else false_fn()."""
    return _tf().cond(pred, true_fn, false_fn)


def while_loop(cond: Any, body: Any, loop_vars: Any, maximum_iterations: Any = None) -> Any:
    """body(*variables) as long as cond(*variables) holds."""
    return _tf().while_loop(cond, body, loop_vars, maximum_iterations=maximum_iterations)


def fori_loop(lower: Any, upper: Any, body_fun: Any, init_val: Any) -> Any:
    """body_fun(i, value) for i from lower up to, not including, upper."""
    value = init_val
    for place in range(int(lower), int(upper)):
        value = body_fun(place, value)
    return value


def map(f: Any, xs: Any) -> Any:
    """f of each row."""
    return _tf().map_fn(f, xs)


def vectorized_map(function: Any, elements: Any) -> Any:
    """function of each row, computed for all at once."""
    return _tf().vectorized_map(function, elements)


@symbolic("CategoricalCrossentropy")
def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
    """The crossentropy of probabilities, for each row."""
    from . import losses

    return losses.categorical_crossentropy(target, output, from_logits=from_logits, axis=axis)


@symbolic("SparseCategoricalCrossentropy")
def sparse_categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
    """The crossentropy of numbers of classes, for each row."""
    from . import losses

    return losses.sparse_categorical_crossentropy(target, output, from_logits=from_logits, axis=axis)


@symbolic("BinaryCrossentropy")
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """The crossentropy of two classes, for each element."""
    if from_logits:
        return _tf().nn.sigmoid_cross_entropy_with_logits(convert(target).to(output.dtype), output)
    given, kept = convert(target).to(output.dtype), convert(output).clamp(1e-7, 1 - 1e-7)
    return -(given * kept.log() + (1 - given) * (1 - kept).log())


@symbolic("Moments")
def moments(x: Any, axes: Any, keepdims: bool = False, synchronized: bool = False) -> Any:
    """(mean, variance) over axes."""
    return _tf().nn.moments(x, axes, keepdims=keepdims)


@symbolic("Normalize")
def normalize(x: Any, axis: int = -1, order: int = 2, epsilon: Any = None) -> Any:
    """The tensor divided by its norm along an axis."""
    return importlib.import_module("wingbeat.keras.utils").normalize(x, axis, order)


def __getattr__(name: str) -> Any:
    from ._absent import sentence

    raise AttributeError(
        f"{sentence(__name__, name)}; wingbeat.tf has TensorFlow's functions of tensors, wingbeat those under "
        "PyTorch's names"
    )


__all__ = [name for name in globals() if not name.startswith("_") and callable(globals()[name]) and name not in (
    "Base", "KerasTensor", "apply", "by_class", "convert", "flatten", "has_symbolic", "op", "symbolic", "unflatten",
    "wrap",
)]  # fmt: skip
