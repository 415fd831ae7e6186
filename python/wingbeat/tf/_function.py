"""tf.function: a Python function that is traced once for each kind of arguments, and then runs as one program.

The trace is a capture of the engine's (docs/design/capture.md). What TensorFlow keeps apart, this does too: tensors and
arrays are told apart by dtype and shape, Python's numbers and texts by value, all else by identity; what the function
reads of Python (global names, attributes) counts as it was when it was traced; variables go in and out of each run.

Where the function needs a value in the middle, for an `if` or a `while` of Python on a tensor, or to go through a data
set, there is no program: it runs line by line, as if it had no decorator.
"""

from __future__ import annotations

import functools
import inspect
import weakref
from ctypes import c_void_p
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _modules
from .._arrays import extents, handles
from .._errors import StateError
from .._library import check, lib
from .._modes import UNCHANGED
from .._programs import Program, Uncapturable
from .._tensor import Tensor as Base
from .._tensor import wrap as base_wrap
from .._tree import flatten, unflatten
from .._watch import Same, depend_on
from . import _recording
from ._shapes import TensorSpec
from ._tensor import convert, op, wrap

if TYPE_CHECKING:
    from collections.abc import Callable

CACHED_PROGRAMS = 64
MOST_UNROLLED = 1000
_ASKED = "a value was asked for inside a capture block"
_EAGER = object()
_settings = {"eager": False}


class _GivesUp(Exception):
    """There is no program for the function: it runs line by line."""


class _MakesVariable(Exception):
    """The first call makes variables: it runs line by line."""


class _Capture:
    """What is known while a function is traced."""

    def __init__(self, function: Function) -> None:
        self._function = function
        self.names: dict[int, str] = {}
        # What is printed, or looked at, after each run: (what to do with the values, the tensors).
        self.after: list[tuple[Callable[[list[Any]], None], list[Base]]] = []

    def makes_variable(self) -> None:
        """Called before a variable is made."""
        if self._function._made:
            raise ValueError(
                "tf.function only supports singleton tf.Variables created on the first call. Make sure the tf.Variable "
                "is only created once or created outside tf.function."
            )
        raise _MakesVariable

    def give_up(self) -> None:
        """Called where the trace cannot go on."""
        raise _GivesUp

    def unrolls(self, count: int) -> None:
        """Called before a loop over the rows of a tensor."""
        if count > MOST_UNROLLED:
            raise _GivesUp

    def name_of(self, tensor: Base) -> str | None:
        """The name of an argument."""
        return self.names.get(id(tensor))

    def later(self, action: Callable[[list[Any]], None], tensors: list[Base]) -> None:
        """Has each run call action(values of the tensors) at its end."""
        self.after.append((action, tensors))


class Function:
    """What tf.function returns: call it like the function."""

    def __init__(
        self, python_function: Callable[..., Any], name: str | None = None, input_signature: Any = None
    ) -> None:
        self._python_function = python_function
        functools.update_wrapper(self, python_function, updated=())
        self.__name__: str = str(name or getattr(python_function, "__name__", type(python_function).__name__))
        self._input_signature = None if input_signature is None else tuple(input_signature)
        self._programs: dict[Any, Any] = {}
        self._bound: dict[int, tuple[Any, Function]] = {}
        self._traces, self._made = 0, False
        try:
            self._parameters: inspect.Signature | None = inspect.signature(python_function)
        except (TypeError, ValueError):
            self._parameters = None
        given = self._parameters.parameters.values() if self._parameters is not None else ()
        self._has_defaults = any(one.default is not one.empty for one in given)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """As a method: each instance has programs of its own."""
        if instance is None:
            return self
        known = self._bound.get(id(instance))
        if known is not None and known[0]() is instance:
            return known[1]
        bound = Function(self._python_function.__get__(instance, owner), self.__name__, self._input_signature)
        key = id(instance)
        try:
            self._bound[key] = weakref.ref(instance, lambda _: self._bound.pop(key, None)), bound
        except TypeError:  # it knows no weak references
            self._bound[key] = (lambda: instance), bound
        return bound

    def __repr__(self) -> str:
        return f"<tf.function {self.__name__}, {len(self._programs)} programs>"

    @property
    def python_function(self) -> Callable[..., Any]:
        """The function that was given."""
        return self._python_function

    @property
    def input_signature(self) -> Any:
        """The TensorSpecs that the arguments are to fit, or None."""
        return self._input_signature

    @property
    def _watched_function(self) -> Any:
        return self._python_function

    def experimental_get_tracing_count(self) -> int:
        """How often the function has been traced."""
        return self._traces

    # ---------------------------------------------------------------- calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        args, kwargs = self._canonical(args, kwargs)
        if _settings["eager"] or _recording.state.capture is not None or _recording.is_recorded():
            # Part of a larger record.
            leaves, structure = flatten([args, kwargs])
            args, kwargs = unflatten(structure, [_tensor_of(leaf) for leaf in leaves])
            return _given(self._python_function(*args, **kwargs))
        leaves, structure = flatten([args, kwargs])
        leaves = [_tensor_of(leaf) for leaf in leaves]
        key = (structure, *[_trait(leaf) for leaf in leaves])
        try:
            program = self._programs.get(key)
        except TypeError:
            raise TypeError(
                f"{self.__name__}: arguments of a tf.function other than tensors and arrays must be hashable, found "
                f"{[type(leaf).__name__ for leaf in leaves if not isinstance(leaf, Base)]}"
            ) from None
        tensors = [leaf for leaf in leaves if isinstance(leaf, Base)]
        try:
            if program is not None and program is not _EAGER:
                result = program.run(tensors, False)
                if result is not NotImplemented:
                    return self._finish(program, result)
            if program is not _EAGER:
                program = self._trace(leaves, structure)
                self._keep(key, program)
                if program is not _EAGER:
                    result = program.run(tensors, True)
                    if result is not NotImplemented:
                        return self._finish(program, result)
                    self._programs[key] = _EAGER
        except Uncapturable:
            self._programs[key] = _EAGER
        except _MakesVariable:
            args, kwargs = unflatten(structure, leaves)
            result = _given(self._python_function(*args, **kwargs))
            self._made = True
            return result
        args, kwargs = unflatten(structure, leaves)
        return _given(self._python_function(*args, **kwargs))

    def _canonical(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
        """The arguments, those given by name in their places where that is possible."""
        if (kwargs or self._has_defaults) and self._parameters is not None:
            try:
                bound = self._parameters.bind(*args, **kwargs)
            except TypeError as error:
                raise TypeError(f"Binding inputs to tf.function failed due to `{error}`.") from None
            if self._input_signature is None:
                bound.apply_defaults()
            args, kwargs = bound.args, bound.kwargs
        if self._input_signature is not None:
            if len(args) > len(self._input_signature):
                raise TypeError(
                    f"Binding inputs to tf.function failed due to `too many positional arguments`: {self.__name__} has "
                    f"an input_signature of {len(self._input_signature)}, and got {len(args)}."
                )
            args = tuple([_fitting(self.__name__, spec, given) for spec, given in zip(self._input_signature, args)])
        return args, kwargs

    def _keep(self, key: Any, program: Any) -> None:
        self._programs.pop(key, None)
        self._programs[key] = program
        if len(self._programs) > CACHED_PROGRAMS:
            self._programs.pop(next(iter(self._programs)))

    def _finish(self, program: Any, result: Any) -> Any:
        returned, after = result
        for (action, _), values in zip(program.later, after):
            action([wrap(value) for value in values])
        return wrap_tree(returned)

    # ---------------------------------------------------------------- tracing

    def _trace(self, leaves: list[Any], structure: Any) -> Any:
        """The program for such arguments; _EAGER where there is none."""
        capture = _Capture(self)
        inputs: list[Base] = []
        inner: list[Any] = []
        for leaf in leaves:
            if isinstance(leaf, Base):
                leaf = wrap(_stand_in(leaf))
                inputs.append(leaf)
            inner.append(leaf)
        args, kwargs = unflatten(structure, inner)
        self._name(capture, args, kwargs)
        out = c_void_p()
        self._traces += 1
        try:
            with UNCHANGED:  # its end closes the capture block where anything fails
                check(lib.wb_capture_begin(handles(inputs), len(inputs)))
                _recording.state.capture = capture
                with _modules.noting(depend_on):
                    result = _modules.deferring_buffers(self._python_function, *args, **kwargs)
                returned = [_given(result), [tensors for _, tensors in capture.after]]
                result_leaves, form = flatten(returned)
                outputs = [leaf for leaf in result_leaves if isinstance(leaf, Base)]
                check(lib.wb_capture_end(handles(outputs), len(outputs), out))
        except StateError as error:
            if _ASKED not in str(error):
                raise
            return _EAGER
        except _GivesUp:
            return _EAGER
        finally:
            _recording.state.capture = None
        return _Traced(out.value, inputs, outputs, result_leaves, form, capture)

    def _name(self, capture: _Capture, args: Any, kwargs: Any) -> None:
        names = list(self._parameters.parameters) if self._parameters is not None else []
        for name, given in [*zip(names, args), *kwargs.items()]:
            for place, leaf in enumerate(flatten(given)[0]):
                if isinstance(leaf, Base):
                    capture.names[id(leaf)] = f"{name}:0" if place == 0 else f"{name}_{place}:0"

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> ConcreteFunction:
        """The function for arguments of one kind, which tensors, values or TensorSpecs say."""
        if not args and not kwargs and self._input_signature is not None:
            args = self._input_signature
        return ConcreteFunction(self, args, kwargs)


class _Traced(Program):
    """A program, and what happens after each run."""

    def __init__(
        self, handle: Any, inputs: Any, outputs: Any, leaves: list[Any], structure: Any, capture: _Capture
    ) -> None:
        super().__init__(handle, inputs, outputs, leaves, structure, [], (), [])
        self.later = capture.after
        self.later = [(action, []) for action, _ in capture.after]
        self.is_single = False


class ConcreteFunction:
    """A tf.function for arguments of one kind."""

    def __init__(self, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._function = function
        self.structured_input_signature = args, kwargs
        self.name = f"__inference_{function.__name__}"

    @property
    def inputs(self) -> list[Any]:
        """The TensorSpecs of the arguments."""
        return [leaf for leaf in flatten(list(self.structured_input_signature))[0] if isinstance(leaf, TensorSpec)]

    @property
    def graph(self) -> Any:
        """Raises AttributeError: there are no graphs of TensorFlow's."""
        raise AttributeError("ConcreteFunction.graph: there is no tf.Graph; explain() of wingbeat.compile shows a plan")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        given = list(self.structured_input_signature[0])
        if len(args) < len(given):  # Python's values are part of the function
            rest = iter(args)
            args = tuple([next(rest, part) if isinstance(part, TensorSpec) else part for part in given])
        args = tuple(
            [
                _fitting(self.name, spec, part) if isinstance(spec, TensorSpec) else part
                for spec, part in zip(given, args)
            ]
        )
        return self._function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<ConcreteFunction {self._function.__name__}>"


def _stand_in(tensor: Base) -> Base:
    out = c_void_p()
    check(lib.wb_tensor_full(tensor.dtype.code, len(tensor.shape), extents(tensor.shape), 0, out))
    return base_wrap(out.value)


def _tensor_of(leaf: Any) -> Any:
    """An array as a tensor; anything else as it is."""
    if isinstance(leaf, (np.ndarray, np.generic)):
        return wrap(convert(leaf))
    return wrap(leaf) if type(leaf) is Base else leaf


def _trait(leaf: Any) -> Any:
    """What a program depends on of an argument."""
    if isinstance(leaf, Base):
        return tuple(leaf.shape), leaf.dtype.code
    if leaf is None or isinstance(leaf, (int, str, bytes)):
        return type(leaf), leaf
    if isinstance(leaf, float):
        return float, repr(leaf)
    cell = getattr(leaf, "_cell", None)
    return Same(leaf if cell is None else cell)


@op
def _value(value: Any) -> Any:
    return convert(value)


def _given(result: Any) -> Any:
    """What a function returns, with numbers and variables as tensors."""
    leaves, structure = flatten(result)
    return unflatten(
        structure,
        [
            _value(leaf)
            if isinstance(leaf, (int, float, np.ndarray, np.generic, Base)) or hasattr(leaf, "_cell")
            else leaf
            for leaf in leaves
        ],
    )


def wrap_tree(result: Any) -> Any:
    """The engine's tensors in any structure as tf.Tensors."""
    leaves, structure = flatten(result)
    return unflatten(structure, [wrap(leaf) if isinstance(leaf, Base) else leaf for leaf in leaves])


def _fitting(name: str, spec: Any, given: Any) -> Any:
    """An argument in the dtype that a signature says. Raises TypeError where it does not fit."""
    if not isinstance(spec, TensorSpec):
        return given
    try:
        tensor = wrap(convert(given)) if isinstance(given, Base) else wrap(convert(given, spec.dtype))
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name}: cannot convert {given!r:.80} to {spec}: {error}") from None
    if not spec.is_compatible_with(tensor):
        raise TypeError(
            f"Binding inputs to tf.function failed due to `Can not cast TensorSpec(shape={tensor.shape}, "
            f"dtype={tensor.dtype!r}, name=None) to {spec}`."
        )
    return tensor


def function(
    func: Callable[..., Any] | None = None,
    input_signature: Any = None,
    autograph: bool = True,
    jit_compile: bool | None = None,
    reduce_retracing: bool = False,
    experimental_implements: str | None = None,
    experimental_autograph_options: Any = None,
    experimental_attributes: Any = None,
    experimental_relax_shapes: bool | None = None,
    experimental_compile: bool | None = None,
    experimental_follow_type_hints: bool | None = None,
) -> Any:
    """A function that is traced at its first call with arguments of each kind, and runs as one program from then on;
    also as a decorator.

    input_signature: TensorSpecs that the arguments are to fit. A program is for extents that are known: where one of a
    TensorSpec is None, there is one for each that occurs. autograph, jit_compile, reduce_retracing and the experimental
    ones change nothing.

    While a tape is open around the call, the function runs line by line, so that derivatives pass through it.
    """
    if func is None:
        return functools.partial(function, input_signature=input_signature)
    if isinstance(func, Function):
        return func
    return Function(func, None, input_signature)


def run_functions_eagerly(run_eagerly: bool) -> None:
    """True: from now on functions of tf.function run line by line."""
    _settings["eager"] = bool(run_eagerly)


def functions_run_eagerly() -> bool:
    """Whether functions of tf.function run line by line."""
    return _settings["eager"]


def executing_eagerly() -> bool:
    """Whether values are there: not while a tf.function is traced."""
    return _recording.state.capture is None


def inside_function() -> bool:
    """Whether a tf.function is being traced."""
    return _recording.state.capture is not None
