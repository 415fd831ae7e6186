"""wingbeat.compile: a function that is recorded once and then runs as one call.

The first call with arguments of given shapes and dtypes captures what the function does (forward, loss, backward,
update) into a program; later calls run the program. What the program depends on besides tensors and arrays is in the
key under which it is kept: the structure of the arguments, arguments that are not arrays (by value), the gradient mode,
autocast, and what the function sees of Python (_watch.py). The engine says whether a program is still right as to
tensors, optimisers and hooks.
"""

from __future__ import annotations

import copy
import functools
import linecache
import os
import sys
from ctypes import c_void_p
from operator import is_
from types import FunctionType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import numpy as np

from . import _abi, _html, _modules
from ._arrays import extents, handles
from ._bindings import Bindings
from ._dtypes import as_dtype, native, of_numpy
from ._errors import ArgumentError, Error, StateError
from ._library import check, lib
from ._log import note
from ._modes import UNCHANGED, is_grad_enabled, recording_flags
from ._programs import Argument, Carried, Effect, Program, Result, Twins, Uncapturable
from ._tensor import Tensor, wrap
from ._tree import flatten, unflatten
from ._watch import Place, Same, Watch, holds_tensors, is_registered, places_of, trait

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal

    from typing_extensions import Concatenate, ParamSpec, Self

    from ._dtypes import DType
    from ._typing import Array, Shape, Structure

    S = TypeVar("S")
    Q = ParamSpec("Q")

CACHED_PROGRAMS = 64
# Modes in which a function runs as it is.
_AS_IT_IS = _abi.WB_GRAD_CAPTURE | _abi.WB_GRAD_TRANSFORM | _abi.WB_GRAD_WATCHED
# Of how many states of Python programs are kept.
CACHED_WORLDS = 8


# A generic class needs its variables when a program runs, and Python 3.9 has no ParamSpec.
if TYPE_CHECKING:
    P = ParamSpec("P")
else:
    P = TypeVar("P")
R = TypeVar("R")


def is_capturing() -> bool:
    """Whether this thread records the function of wingbeat.compile, where nothing has a value."""
    return recording_flags() & _abi.WB_GRAD_CAPTURE != 0


class CompiledFunction(Generic[P, R]):
    """What wingbeat.compile returns: call it like the function."""

    __name__: str

    def __init__(self, function: Callable[P, Any], numpy: bool) -> None:
        # Of a module or another callable object, names alone.
        functools.update_wrapper(self, function, updated=("__dict__",) if isinstance(function, FunctionType) else ())
        self.__name__ = getattr(function, "__name__", type(function).__name__)
        self._function: Any = function
        self._numpy = numpy
        # The last in the dict is the one used last.
        self._programs: dict[Any, Program] = {}
        # The programs for plain calls, with tensors and arrays as positional arguments, by their signatures: what else
        # they depend on is as it was when they were found. And the one that ran last, which is tried first.
        self._plain: dict[Any, Program] = {}
        self._last: Program | None = None
        self._watch: Watch | None = None
        self._world: tuple[Any, ...] = ()
        # Tensors under names, at the last capture.
        self._met: dict[Any, Any] = {}

    @property
    def _watched_function(self) -> Any:
        """What another compiled function that calls this one looks at."""
        return self._function

    @overload
    def __get__(self, instance: None, owner: Any = None) -> Self: ...
    @overload
    def __get__(
        self: CompiledFunction[Concatenate[S, Q], R], instance: S, owner: Any = None
    ) -> CompiledFunction[Q, R]: ...
    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """As a method: each instance has programs of its own."""
        if instance is None:
            return self
        bound: CompiledFunction[..., Any] = CompiledFunction(self._function.__get__(instance, owner), self._numpy)
        name = self._function.__name__
        if getattr(type(instance), name, None) is self:
            object.__setattr__(instance, name, bound)
        return bound

    # ---------------------------------------------------------------- how it looks, and copies

    def __repr__(self) -> str:
        programs = "".join(f"\n  {program!r}" for program in self._programs.values())
        return f"<compiled function {self.__name__}, {len(self._programs)} programs{':' if programs else ''}{programs}>"

    def _repr_html_(self) -> str:
        return _html.text(repr(self))

    def __copy__(self) -> CompiledFunction[P, R]:
        """A function that captures for itself."""
        return CompiledFunction(self._function, self._numpy)

    def __deepcopy__(self, memo: dict[int, Any]) -> CompiledFunction[P, R]:
        return CompiledFunction(copy.deepcopy(self._function, memo), self._numpy)

    def __reduce_ex__(self, protocol: Any) -> Any:
        """By the function's name, as Python pickles functions: the copy captures for itself."""
        function = self._function
        name, module = getattr(function, "__qualname__", None), sys.modules.get(getattr(function, "__module__", ""))
        found: Any = module
        try:
            for part in (name or "").split("."):
                found = getattr(found, part)
        except AttributeError:
            found = None
        if found is self:
            return name  # a decorated function, which its module has in its place
        if isinstance(function, FunctionType) and found is not function:
            raise TypeError(
                f"compile: {self.__name__} cannot be pickled, as its module has no function {name!r}; "
                "define it at the top of a module, or compile it again there"
            )
        return compile, (function,), {"_numpy": self._numpy}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    # ---------------------------------------------------------------- calling

    # Arrays may stand for tensors, which a function's own annotations do not say: hence the second.
    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...
    @overload
    def __call__(self, *args: Any, **kwargs: Any) -> R: ...
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        program = self._last
        # In a capture block or a transform, which the engine knows of, no program matches.
        if program is not None and not kwargs:
            watch: Any = self._watch
            try:
                is_seen = watch.read() == watch.values if watch.is_simple else all(map(is_, watch.read(), watch.values))
            except (KeyError, ValueError, TypeError, AttributeError, Error):
                # There is a name no more, or what it means now is compared in a way of its own. What a signal's handler
                # raises is none of these.
                is_seen = False
            if is_seen:
                result = program.run_arrays_if_matching(args) if self._numpy else program.run_if_matching(args)
                if result is not NotImplemented:
                    return result
                program = self._plain.get(_signatures(args))
                if program is not None:
                    result = (
                        program.run_arrays_if_matching([_dense(array) for array in args])
                        if self._numpy
                        else program.run_if_matching(args)
                    )
                    if result is not NotImplemented:
                        self._last = program
                        return result
        leaves, structure = flatten([args, kwargs] if kwargs else args)
        arrays = [leaf for leaf in leaves if isinstance(leaf, (Tensor, np.ndarray))]
        if recording_flags() & _AS_IT_IS or any(isinstance(leaf, Tensor) and leaf.requires_grad for leaf in arrays):
            return self._function(*args, **kwargs)  # part of a larger record, or derivatives are to pass through
        try:
            return self._run(leaves, structure, arrays, None if kwargs else _signatures(args))
        except Uncapturable:
            return self._results(self._function(*args, **kwargs))

    def _run(self, leaves: list[Any], structure: Structure, arrays: list[Any], signature: Any) -> Any:
        """Runs the program for such arguments; it is captured where there is none, or it is not right any more."""
        watch = self._look()
        key = self._key(leaves, structure)
        program = self._programs.pop(key, None)
        result = NotImplemented if program is None else self._results(program.run(arrays, False))
        if result is NotImplemented:
            program = self._capture(leaves, structure)
            key = self._key(leaves, structure)  # the capture has met modules that were not known
            self._keep(key, program)
            result = self._results(program.run(arrays, True))
            if result is NotImplemented:
                raise Uncapturable
        else:
            assert program is not None
            self._programs[key] = program
        if key[0] != self._world:
            self._world = key[0]
            self._plain.clear()
            self._last = None
        # A call with other arguments is not told from one without them; and what a run binds itself may be in the key.
        if signature is not None and program.is_plain:
            self._last = self._plain[signature] = program
        if program.effects:
            watch.settle()
        return result

    def _results(self, result: Any) -> Any:
        if not self._numpy or result is NotImplemented:
            return result
        leaves, structure = flatten(result)
        return unflatten(
            structure, [np.array(leaf.detach().numpy()) if isinstance(leaf, Tensor) else leaf for leaf in leaves]
        )

    # ---------------------------------------------------------------- capturing

    def _look(self) -> Watch:
        """The watch, with names as they are now."""
        if self._watch is None:
            self._watch = Watch(self._function)
        elif not self._watch.unchanged():
            self._watch.look()
        return self._watch

    def _key(self, leaves: list[Any], structure: Structure) -> tuple[Any, ...]:
        """What the program for such arguments depends on: first all that is not about the arguments."""
        watch: Any = self._watch
        parts: list[Any] = [watch.fingerprint(), structure, recording_flags()]
        for leaf in leaves:
            if isinstance(leaf, (Tensor, np.ndarray)):
                parts.append((leaf.shape, leaf.dtype))
            elif isinstance(leaf, _modules.Base):
                module: Any = leaf
                parts.append(
                    (
                        Same(leaf),
                        tuple(
                            (place.name, trait(place.get())) for part in module.modules() for place in places_of(part)
                        ),
                    )
                )
            else:
                parts.append((float, repr(leaf)) if type(leaf) is float else (type(leaf), leaf))
        key = tuple(parts)
        try:
            hash(key)
        except TypeError:
            raise ArgumentError(
                f"compile: arguments of {self.__name__} other than tensors and arrays must be hashable"
            ) from None
        return key

    def _program(self, leaves: list[Any], structure: Structure) -> Program:
        """The program for such arguments, captured if it is not among those kept."""
        self._look()
        program = self._programs.get(self._key(leaves, structure))
        if program is None:
            program = self._capture(leaves, structure)
            self._keep(self._key(leaves, structure), program)
        return program

    def _keep(self, key: tuple[Any, ...], program: Program) -> None:
        self._programs[key] = program
        worlds = dict.fromkeys(known[0] for known in self._programs)
        oldest = next(iter(worlds))
        if len(worlds) > CACHED_WORLDS:
            for known in [known for known in self._programs if known[0] == oldest]:
                del self._programs[known]
        if len(self._programs) > CACHED_PROGRAMS:
            gone = self._programs.pop(next(iter(self._programs)))
            self._plain = {signature: known for signature, known in self._plain.items() if known is not gone}

    def _capture(self, leaves: list[Any], structure: Structure) -> Program:
        """The program of the function for such arguments.

        Names stay as they are: what the function does to them is done by each run.
        """
        watch: Any = self._watch
        if self._programs:
            note(f"{self.__name__} is captured again, as its arguments or what it reads are others than before")
        self._carry_what_is_replaced(watch)
        carried = [Carried(place) for place in watch.carried.values() if holds_tensors(place.get())]
        while True:
            program, found = self._record(leaves, structure, carried)
            if program is not None:
                return program
            # The function has bound a name whose tensor it may also read: the next recording takes it from outside.
            watch.carry(found)
            carried += [Carried(place) for place in found]

    def _carry_what_is_replaced(self, watch: Watch) -> None:
        """A name that holds another tensor than at the last capture may do so at each call: from now on it is taken
        from outside."""
        found = {place.identity: (place, place.get()) for place in watch.places()}
        for identity, (place, value) in found.items():
            before = self._met.get(identity)
            if (
                before is not None
                and before is not value
                and holds_tensors(value)
                and not any(leaf.requires_grad for leaf in flatten(value)[0])
            ):
                watch.carry([place])
        self._met = {identity: value for identity, (_, value) in found.items() if holds_tensors(value)}

    def _record(
        self, leaves: list[Any], structure: Structure, carried: list[Carried]
    ) -> tuple[Program | None, list[Place]]:
        watch: Any = self._watch
        # The function gets tensors of its own in the place of its arguments, so that an argument that it also sees as a
        # global or an attribute stays two things.
        inputs: list[Tensor] = []
        inner: list[Any] = []
        for leaf in leaves:
            if isinstance(leaf, (Tensor, np.ndarray)):
                dtype = (
                    leaf.dtype if isinstance(leaf, Tensor) else as_dtype(native(leaf[:0] if leaf.ndim else leaf).dtype)
                )
                leaf = _stand_in(dtype, leaf.shape)
                inputs.append(leaf)
            inner.append(leaf)
        found_under = [taken.tensors() or [] for taken in carried]
        twins = Twins(tensor for tensors in found_under for tensor in tensors)
        carried_in = [_stand_in(tensor.dtype, tensor.shape) for tensor in twins.tensors]
        each = iter(twins.pattern)
        stand_ins = [
            unflatten(taken.structure, [carried_in[next(each)] for _ in tensors])
            for taken, tensors in zip(carried, found_under)
        ]
        inputs += carried_in
        arguments = unflatten(structure, inner)
        args, kwargs = arguments if structure[0] is list else (arguments, {})
        names = Bindings(watch)
        out, effects = c_void_p(), []
        try:
            with UNCHANGED:  # its end closes the capture block where anything fails
                check(lib.wb_capture_begin(handles(inputs), len(inputs)))
                for leaf in inner:
                    if isinstance(leaf, _modules.Base):
                        names.note_tree(leaf)
                for taken, value in zip(carried, stand_ins):
                    names.stand_in(taken.place, value)
                for module in watch.modules():
                    names.note(module)
                with _modules.noting(names.note):
                    result = _modules.deferring_buffers(self._function, *args, **kwargs)
                changed = names.changes()
                found = [
                    place
                    for place, before, now in changed
                    if place.identity not in watch.carried
                    and holds_tensors(before)
                    and any(isinstance(leaf, Tensor) for leaf in flatten(now)[0])
                ]
                if found:
                    return None, found
                if any(is_registered(value) for _, before, now in changed for value in (before, now)):
                    raise Uncapturable
                leaves_given, form_given = flatten(result)
                outputs = [leaf for leaf in leaves_given if isinstance(leaf, Tensor)]
                numbers = {id(tensor): place for place, tensor in enumerate(inputs)}
                for name, _, now in changed:
                    parts, form = flatten(now)
                    for number, part in enumerate(parts):
                        if not isinstance(part, Tensor) or id(part) in names.outside:
                            continue
                        if id(part) in numbers:
                            parts[number] = Argument(numbers[id(part)])
                        else:
                            outputs.append(part)
                            parts[number] = Result(len(outputs) - 1)
                    effects.append(Effect(name, parts, form))
                check(lib.wb_capture_end(handles(outputs), len(outputs), out))
        except StateError as error:
            raise _explained(error, self._function) from None
        finally:
            names.restore()
        return Program(out.value, inputs, outputs, leaves_given, form_given, carried, twins.pattern, effects), []

    def explain(self, *args: Any, time: bool = False, **kwargs: Any) -> str:
        """The plan for such arguments (captured, but not run); without any, the plans of all programs captured so far.

        The text has a line for each step: floating-point operations (flop) of matrix products, bytes read and written,
        the operations that are one fused loop, the shape, and the memory that is read and written (docs/architecture.md
        shows how to read one). The line "all" has the sums. time: True adds microseconds, share of the whole, GFLOP/s
        and GB/s of each step, as medians of several runs on the arguments, or on zeros where none are given. They run
        over copies: no parameter, gradient or random state changes. An argument of the function that has this name is
        given by its place.
        """
        if args or kwargs:
            leaves, structure = flatten([args, kwargs] if kwargs else args)
            arrays = [leaf for leaf in leaves if isinstance(leaf, (Tensor, np.ndarray))]
            return self._program(leaves, structure).explain(time, arrays)
        if not self._programs:
            raise StateError(
                f"explain: {self.__name__} has not been called yet, so that there is no plan; give it arguments"
            )
        return "\n\n".join(program.explain(time) for program in self._programs.values())


class CompiledModule(CompiledFunction[Any, Any]):
    """What wingbeat.compile returns for a module: call it like the module, whose attributes it has."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        trains = is_grad_enabled() and any(parameter.requires_grad for parameter in self._function.parameters())
        if trains and not self._numpy:
            return self._function(*args, **kwargs)
        return super().__call__(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "_function":
            raise AttributeError(name)
        return getattr(self._function, name)


def _stand_in(dtype: DType, shape: Shape) -> Tensor:
    """A tensor that stands for an argument."""
    out = c_void_p()
    check(lib.wb_tensor_full(dtype.code, len(shape), extents(shape), 0, out))
    return wrap(out.value)


def _explained(error: StateError, function: Any) -> StateError:
    """An error in a capture, with the function's name and the line in the user's file."""
    name = getattr(function, "__qualname__", type(function).__name__)
    place, trace = "", error.__traceback__
    package = os.path.dirname(__file__)
    while trace is not None:
        code = trace.tb_frame.f_code
        if os.path.dirname(code.co_filename) != package and not code.co_filename.startswith(
            (package + os.sep, "<guard of")
        ):
            line = linecache.getline(code.co_filename, trace.tb_lineno).strip()
            place = f" at {code.co_filename}:{trace.tb_lineno}" + (f", `{line}`" if line else "")
        trace = trace.tb_next
    sentence = str(error)
    if "a value was asked for inside a capture block" in sentence:
        sentence = (
            f"compile: {name} asks for a value{place}, but while it is captured there are none yet; "
            "choose with wingbeat.where instead of if, or look at what the function returns"
        )
    else:
        sentence = f"{sentence} (while compile captures {name}{place})"
    return StateError(sentence)


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
    if array.flags.carray and of_numpy(array.dtype) is not None:
        return array
    return np.require(native(array), requirements=["C", "A"])


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
def compile(
    function: Callable[..., Any] | None = None,
    *,
    numpy: bool = False,
    fullgraph: bool = False,
    dynamic: bool | None = None,
    backend: Any = None,
    mode: str | None = None,
    options: Any = None,
    disable: bool = False,
) -> Any:
    """Makes one program of what a function does; also as a decorator.

    function: takes tensors, NumPy arrays, and anything hashable, also in nested lists, tuples and dicts; it may
    compute, call
        backward(), zero_grad() and step(), and returns nested tensors. It may not ask for values (item(), numpy(), an
        `if` that depends on one); a printed tensor shows shape and dtype alone.
    numpy: True returns NumPy arrays in the place of tensors.
    disable: True leaves the function as it is. fullgraph, dynamic, backend, mode, options: PyTorch's; they change
    nothing.

    A module may be given too: the result has its attributes. Where gradients are recorded it runs as it is, so that
    derivatives pass through it; elsewhere, as inside no_grad, by programs.

    The function is captured at the first call, and again for other shapes, dtypes or hashable arguments. Up to 64
    programs are kept, those used last.

    Carried through each run: values of tensors from outside (parameters, buffers, gradients, optimiser state, learning
    rates, random state), writes to them and to arguments, and what the function binds to global names, to variables of
    enclosing functions, and to attributes of modules and of the object whose method it is. Seen, and captured again
    for: such names bound to something else between two calls, requires_grad, modules that are added or replaced or
    change their mode, hooks, an optimiser's groups, and settings that become 0. A number that changes at each call
    makes a program for each of its values: a 0-d tensor makes one. Not seen: what is changed inside a list, dict, array
    or other object that stays the same object (a NumPy array written to, a list appended to, an attribute of an object
    in a global name), what functions of other packages look up, and Python's other effects (printing, writing a file),
    which happen when the function is captured.

    Where what the function writes to a tensor is to show in an argument (the same tensor, or a view of it, which it
    also sees otherwise), the function runs as it is. Results are constants to derivatives, and share memory with no
    argument: call backward(), or the transforms, inside the function. With arguments that require gradients, inside a
    transform, inside another compiled function's capture, and where it binds parameters or modules anew, the function
    runs as it is. A copy captures for itself, and so does one that is pickled, which goes by the function's name.
    """
    if function is not None and disable:
        return function
    if function is None:
        return functools.partial(compile, numpy=numpy, disable=disable)
    if isinstance(function, _modules.Base):
        return CompiledModule(function, numpy)
    return CompiledFunction(function, numpy)
