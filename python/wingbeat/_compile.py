"""wingbeat.compile: a function that is recorded once and then runs as one call.

The first call with arguments of given shapes and dtypes captures what the function does (forward, loss, backward, update)
into a program; later calls run the program. What the program depends on besides tensors and arrays is in the key under which
it is kept: the structure of the arguments, arguments that are not arrays (by value), the gradient mode, autocast, and whether the
modules that the function uses are training.
"""

from __future__ import annotations

import functools
from ctypes import addressof, byref, c_char, c_char_p, c_int32, c_void_p
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import numpy as np

from . import _abi, _modules
from ._arrays import borrow, extents, handle_array
from ._dtypes import BY_NUMPY, as_dtype, native
from ._errors import ArgumentError, StateError
from ._library import check, freed_by, handle_property, lib, library, unguarded
from ._modes import UNCHANGED, recording_flags
from ._owner import Owner
from ._tensor import Tensor, wrap
from ._transforms import handles
from ._tree import LEAF, flatten, unflatten

if TYPE_CHECKING:
    import ctypes
    from collections.abc import Callable, Iterable, Sequence
    from typing import Literal

    from typing_extensions import Concatenate, ParamSpec, Self

    from ._typing import Array, Handle, Shape, Structure

    S = TypeVar("S")
    Q = ParamSpec("Q")

_run = unguarded("wb_program_run")
# Without declared arguments: those of _Call are converted once, not at each call.
_run_if_matching = library["wb_program_run_if_matching"]
_run_pointers_again = library["wb_program_run_pointers"]
_grad_flags = library["wb_grad_flags"]
_run_pointers = unguarded("wb_program_run_pointers")

CACHED_PROGRAMS = 64


# A generic class needs its variables when a program runs, and Python 3.9 has no ParamSpec.
if TYPE_CHECKING:
    P = ParamSpec("P")
else:
    P = TypeVar("P")
R = TypeVar("R")


def is_capturing() -> bool:
    """Whether this thread records the function of wingbeat.compile, where nothing has a value."""
    return recording_flags() & _abi.WB_GRAD_CAPTURE != 0


class _Call:
    """The C arguments of a run, made once for many runs. It serves one thread at a time."""

    __slots__ = ("inputs", "memory", "results", "flag", "flag_argument", "handles_arguments", "memory_arguments")

    def __init__(self, program: _Program) -> None:
        self.inputs, self.memory, self.results, self.flag = program.arguments(), program.arguments(), program.results(), c_int32()
        self.flag_argument = byref(self.flag)
        handle, width, count = c_void_p(program._handle), c_int32(program.width), c_int32(program.count)
        self.handles_arguments = (handle, self.inputs, self.memory, width, self.results, count, self.flag_argument)
        self.memory_arguments = (handle, self.memory, width, self.results, count)


class _Program(Owner):
    """A captured program, and how its results are put together."""

    _handle: Handle = None
    arguments: type[ctypes.Array[c_void_p]]
    results: type[ctypes.Array[c_void_p]]
    flags: int
    count: int
    width: int
    leaves: list[Any]
    structure: Structure
    types: list[tuple[Shape, np.dtype[Any]]]
    inputs: list[tuple[Shape, np.dtype[Any]]]
    is_single: bool
    calls: list[_Call]

    _as_parameter_ = handle_property

    __del__ = freed_by("wb_program_free")

    def explain(self, time: bool, arrays: Sequence[Tensor | Array] | None = None) -> str:
        """The plan as text; with time, as it runs on some arguments, or else on zeros."""
        text = c_char_p()
        if time:
            lent = _lent(arrays or ())
            check(lib.wb_program_profile(self._handle, None if arrays is None else handles(lent), len(lent), text))
        else:
            check(lib.wb_program_explain(self._handle, text))
        return (text.value or b"").decode()

    def run(self, arrays: Sequence[Tensor | Array]) -> Any:
        """Runs on tensors and arrays."""
        results = self.results()
        lent = _lent(arrays)
        check(_run(self._handle, handles(lent), len(lent), results, self.count))
        return self.assemble([wrap(handle) for handle in results])

    def run_if_matching(self, arguments: Sequence[Any]) -> Any:
        """Runs if the arguments are tensors or arrays, and all is as it was at capture; else the result is NotImplemented."""
        if len(arguments) != self.width:
            return NotImplemented
        call = self._take_call()
        inputs, memory = call.inputs, call.memory
        try:
            place = 0
            for argument in arguments:
                if type(argument) is Tensor:
                    inputs[place] = argument._handle
                    memory[place] = None
                elif self._fits(argument, place):
                    memory[place] = _address(argument)
                else:
                    return NotImplemented
                place += 1
            status = _run_if_matching(*call.handles_arguments)
            if status:
                check(status)
            if not call.flag.value:
                return NotImplemented
            if self.is_single:
                return wrap(call.results[0])
            return self.assemble([wrap(handle) for handle in call.results])
        finally:
            self.calls.append(call)

    def run_arrays_if_matching(self, arrays: Sequence[Any]) -> Any:
        """The same for arrays alone, with arrays as results."""
        if len(arrays) != self.width:
            return NotImplemented
        call = self._take_call()
        memory, outputs = call.memory, call.results
        try:
            _grad_flags(None, 0, call.flag_argument)
            if call.flag.value != self.flags:
                return NotImplemented
            place = 0
            for array in arrays:
                if not self._fits(array, place):
                    return NotImplemented
                memory[place] = _address(array)
                place += 1
            results = []
            place = 0
            for shape, dtype in self.types:
                array = np.empty(shape, dtype)
                results.append(array)
                outputs[place] = _address(array)
                place += 1
            status = _run_pointers_again(*call.memory_arguments)
            if status:
                check(status)
            return self.assemble(results)
        finally:
            self.calls.append(call)

    def _take_call(self) -> _Call:
        try:
            return self.calls.pop()  # nobody else has it until it is back
        except IndexError:
            return _Call(self)

    def _fits(self, array: Any, place: int) -> bool:
        """Whether the program can read this argument where it lies."""
        if type(array) is not np.ndarray:
            return False
        shape, dtype = self.inputs[place]
        return array.dtype is dtype and array.shape == shape and array.flags.carray

    def assemble(self, computed: Sequence[Any]) -> Any:
        """The function's result, from the values of the tensors in it."""
        if self.is_single:
            return computed[0]
        rest = iter(computed)
        return unflatten(self.structure, [next(rest) if leaf is Tensor else leaf for leaf in self.leaves])


def _lent(arrays: Iterable[Tensor | Array]) -> list[Tensor]:
    """Tensors for tensors and arrays."""
    return [array if isinstance(array, Tensor) else wrap(borrow(array)) for array in arrays]


class CompiledFunction(Generic[P, R]):
    """What wingbeat.compile returns: call it like the function."""

    __name__: str

    def __init__(self, function: Callable[P, Any], numpy: bool) -> None:
        functools.update_wrapper(self, function)
        self._function: Any = function
        self._numpy = numpy
        self._programs: dict[Any, _Program] = {}
        # The programs for plain calls, with tensors and arrays as positional arguments, by their signatures: what the modules' modes do not change
        # between two calls is looked up here. And the one that ran last, which is tried first.
        self._plain: dict[Any, _Program] = {}
        self._last: _Program | None = None
        self._modules: list[Any] | None = None
        self._revision: int | None = None
        self._modes: tuple[Any, ...] = ()

    @overload
    def __get__(self, instance: None, owner: Any = None) -> Self: ...
    @overload
    def __get__(self: CompiledFunction[Concatenate[S, Q], R], instance: S,
                owner: Any = None) -> CompiledFunction[Q, R]: ...
    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """As a method: each instance has programs of its own."""
        if instance is None:
            return self
        bound: CompiledFunction[..., Any] = CompiledFunction(self._function.__get__(instance, owner), self._numpy)
        name = self._function.__name__
        if getattr(type(instance), name, None) is self:
            object.__setattr__(instance, name, bound)
        return bound

    # Arrays may stand for tensors, which a function's own annotations do not say: hence the second.
    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...
    @overload
    def __call__(self, *args: Any, **kwargs: Any) -> R: ...
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        key = None
        if not kwargs and self._revision == _modules.revision:
            program = self._last
            if program is not None:
                result = program.run_arrays_if_matching(args) if self._numpy else program.run_if_matching(args)
                if result is not NotImplemented:
                    return result
            key = _signatures(args)
            program = self._plain.get(key)
            if program is not None:
                result = self._run_plain(program, args)
                if result is not NotImplemented:
                    return result
        leaves, structure = flatten([args, kwargs] if kwargs else args)
        arrays = [leaf for leaf in leaves if isinstance(leaf, (Tensor, np.ndarray))]
        if recording_flags() & (_abi.WB_GRAD_CAPTURE | _abi.WB_GRAD_TRANSFORM) or any(isinstance(leaf, Tensor) and leaf.requires_grad for leaf in arrays):
            return self._function(*args, **kwargs)  # part of a larger record, or derivatives are to pass through
        program = self._program(leaves, structure, bool(kwargs))
        if key is not None:
            self._plain[key] = program
        return self._run_pointers(program, arrays) if self._numpy else program.run(arrays)

    # ---------------------------------------------------------------- capturing

    def _program(self, leaves: list[Any], structure: Structure, has_kwargs: bool) -> _Program:
        """The program for such arguments, captured if it is not among those kept."""
        parts: list[Any] = [structure, recording_flags(), self._training_modes()]
        for leaf in leaves:
            if isinstance(leaf, (Tensor, np.ndarray)):
                parts.append((leaf.shape, leaf.dtype))
            else:
                parts.append((type(leaf), leaf))
                if isinstance(leaf, _modules.Base):
                    module: Any = leaf
                    parts.append(module.modes())
        key = tuple(parts)
        try:
            hash(key)
        except TypeError:
            raise ArgumentError(f"compile: arguments of {self.__name__} other than tensors and arrays must be hashable") from None
        program = self._programs.pop(key, None)
        if program is None:
            program = self._capture(leaves, structure, has_kwargs)
        self._programs[key] = program  # the last in the dict is the one used last
        if len(self._programs) > CACHED_PROGRAMS:
            del self._programs[next(iter(self._programs))]
            self._forget_plain()
        return program

    def _capture(self, leaves: list[Any], structure: Structure, has_kwargs: bool) -> _Program:
        # The function gets tensors of its own in the place of its arguments, so that an argument that it also sees as a
        # global or an attribute stays two things.
        inputs: list[Tensor] = []
        inner: list[Any] = []
        for leaf in leaves:
            if isinstance(leaf, (Tensor, np.ndarray)):
                dtype = leaf.dtype if isinstance(leaf, Tensor) else as_dtype(native(leaf[:0] if leaf.ndim else leaf).dtype)
                out = c_void_p()
                check(lib.wb_tensor_full(dtype.code, len(leaf.shape), extents(leaf.shape), 0, out))
                leaf = wrap(out.value)
                inputs.append(leaf)
            inner.append(leaf)
        arguments = unflatten(structure, inner)
        args, kwargs = arguments if has_kwargs else (arguments, {})
        program, out = _Program(), c_void_p()
        with UNCHANGED:  # its end closes the capture block where anything fails
            check(lib.wb_capture_begin(handle_array(len(inputs))(*[tensor._handle for tensor in inputs]), len(inputs)))
            result = _modules.deferring_buffers(self._function, *args, **kwargs)
            program.leaves, program.structure = flatten(result)
            outputs = [leaf for leaf in program.leaves if isinstance(leaf, Tensor)]
            program.types = [(tensor.shape, tensor.dtype.dtype) for tensor in outputs]
            check(lib.wb_capture_end(handle_array(len(outputs))(*[tensor._handle for tensor in outputs]), len(outputs), out))
        program._handle = out.value
        program.inputs = [(tensor.shape, tensor.dtype.dtype) for tensor in inputs]
        program.width = len(inputs)
        program.arguments = handle_array(program.width)
        program.flags = recording_flags()
        program.count = len(outputs)
        program.results = handle_array(program.count)
        program.leaves = [Tensor if isinstance(leaf, Tensor) else leaf for leaf in program.leaves]
        program.is_single = program.structure is LEAF and program.count == 1
        program.calls = []
        return program

    def _training_modes(self) -> tuple[Any, ...]:
        """Whether each module that the function sees is training; looked up anew only after some module has changed."""
        if self._revision != _modules.revision:
            if self._modules is None:
                self._modules = _modules.used_by(self._function)
            self._modes = tuple([module.modes() for module in self._modules])
            self._revision = _modules.revision
            self._forget_plain()
        return self._modes

    def _forget_plain(self) -> None:
        self._plain.clear()
        self._last = None

    # ---------------------------------------------------------------- running

    def _run_plain(self, program: _Program, arguments: Sequence[Any]) -> Any:
        """The result, or NotImplemented if the thread's modes are not those of the capture, or an argument requires gradients."""
        if not self._numpy:
            result = program.run_if_matching(arguments)
        elif program.flags == recording_flags():
            result = self._run_pointers(program, arguments)
        else:
            result = NotImplemented
        if result is not NotImplemented:
            self._last = program
        return result

    def _run_pointers(self, program: _Program, arrays: Sequence[Any]) -> Any:
        dense = [_dense(array) for array in arrays]
        results = [np.empty(shape, dtype) for shape, dtype in program.types]
        status = _run_pointers(program._handle, _addresses(program.arguments, dense), len(dense), _addresses(program.results, results), len(results))
        if status:
            check(status)
        return program.assemble(results)

    def explain(self, *args: Any, time: bool = False, **kwargs: Any) -> str:
        """The plan for such arguments (captured, but not run); without any, the plans of all programs captured so far.

        The text has a line for each step: floating-point operations (flop) of matrix products, bytes read and written, the operations that are one fused
        loop, the shape, and the memory that is read and written (docs/architecture.md shows how to read one). The line "all" has the sums.
        time: True adds microseconds, share of the whole, GFLOP/s and GB/s of each step, as medians of several runs on the arguments, or on zeros
            where none are given. They run over copies: no parameter, gradient or random state changes. An argument of the function that has this name
            is given by its place.
        """
        if args or kwargs:
            leaves, structure = flatten([args, kwargs] if kwargs else args)
            arrays = [leaf for leaf in leaves if isinstance(leaf, (Tensor, np.ndarray))]
            return self._program(leaves, structure, bool(kwargs)).explain(time, arrays)
        if not self._programs:
            raise StateError(f"explain: {self.__name__} has not been called yet, so that there is no plan; give it arguments")
        return "\n\n".join(program.explain(time) for program in self._programs.values())


def _signatures(arguments: Sequence[Any]) -> tuple[Any, ...] | None:
    """What a program depends on of tensors and arrays; None if there is anything else among the arguments."""
    signatures: list[Any] = []
    for argument in arguments:
        kind = type(argument)
        if kind is np.ndarray:
            signatures.append((argument.dtype.str, argument.shape))
        elif kind is Tensor:
            signatures.append(argument._signature())
        else:
            return None
    return tuple(signatures)


def _dense(array: Tensor | Array) -> Array:
    """An array in row-major order, aligned, of one of the engine's types, with the values of an array or a tensor."""
    if isinstance(array, Tensor):
        return array.detach().numpy()
    if array.flags.carray and array.dtype in BY_NUMPY:
        return array
    return np.require(native(array), requirements=["C", "A"])


def _address(array: Array) -> int:
    try:
        # A third of the time that the array's own attribute takes.
        return addressof(c_char.from_buffer(array))  # type: ignore[arg-type]
    except (TypeError, ValueError):  # read-only, or empty
        return array.__array_interface__["data"][0]  # type: ignore[no-any-return]


def _addresses(kind: type[ctypes.Array[c_void_p]], arrays: Iterable[Array]) -> ctypes.Array[c_void_p]:
    return kind(*[_address(array) for array in arrays])


@overload
def compile(function: Callable[P, Tensor], *, numpy: Literal[True]) -> CompiledFunction[P, Array]: ...
@overload
def compile(function: Callable[P, Any], *, numpy: Literal[True]) -> CompiledFunction[P, Any]: ...
@overload
def compile(function: Callable[P, R], *, numpy: Literal[False] = False) -> CompiledFunction[P, R]: ...
@overload
def compile(*, numpy: Literal[True]) -> Callable[[Callable[P, Any]], CompiledFunction[P, Any]]: ...
@overload
def compile(*, numpy: Literal[False] = False) -> Callable[[Callable[P, R]], CompiledFunction[P, R]]: ...
def compile(function: Callable[..., Any] | None = None, *, numpy: bool = False) -> Any:
    """Makes one program of what a function does; also as a decorator.

    function: takes tensors, NumPy arrays, and anything hashable, also in nested lists, tuples and dicts; it may compute, call
        backward(), zero_grad() and step(), and returns nested tensors. It may not ask for values (item(), numpy(), print).
    numpy: True returns NumPy arrays in the place of tensors.

    Tensors from outside (parameters, gradients, optimiser state, learning rates) are read and updated at each call. What else
    the function does (Python's side effects, values of globals that are not tensors) happens when it is captured: at the first
    call, and again for other shapes, dtypes or hashable arguments. Up to 64 programs are kept, those used last.
    Results are constants to derivatives: call backward(), or the transforms, inside the function. With arguments that require
    gradients, inside a transform, and inside another compiled function's capture, the function runs as it is.
    """
    if function is None:
        return functools.partial(compile, numpy=numpy)
    return CompiledFunction(function, numpy)
