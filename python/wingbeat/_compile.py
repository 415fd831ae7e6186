"""wingbeat.compile: a function that is recorded once and then runs as one call.

The first call with arguments of given shapes and dtypes captures what the function does (forward, loss, backward, update)
into a program; later calls run the program. What the program depends on besides tensors and arrays is in the key under which
it is kept: the structure of the arguments, arguments that are not arrays (by value), the gradient mode, autocast, and what the
function sees of Python (_watch.py). The engine says whether a program is still right as to tensors, optimisers and hooks.
"""

from __future__ import annotations

import copy
import functools
import linecache
import os
import sys
from ctypes import addressof, byref, c_char, c_char_p, c_int32, c_void_p
from operator import is_
from types import FunctionType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import numpy as np

from . import _abi, _html, _modules
from ._arrays import borrow, extents, handle_array
from ._dtypes import BY_NUMPY, as_dtype, native
from ._errors import ArgumentError, Error, StateError
from ._library import check, freed_by, handle_property, lib, library, unguarded
from ._modes import UNCHANGED, recording_flags
from ._owner import Owner
from ._tensor import Tensor, wrap
from ._tree import LEAF, flatten, unflatten
from ._transforms import handles
from ._watch import MISSING, Place, Same, Watch, holds_tensors, places_of, trait

if TYPE_CHECKING:
    import ctypes
    from collections.abc import Callable, Iterable, Sequence
    from typing import Literal

    from typing_extensions import Concatenate, ParamSpec, Self

    from ._dtypes import DType
    from ._typing import Array, Handle, Shape, Structure

    S = TypeVar("S")
    Q = ParamSpec("Q")

_run = unguarded("wb_program_run")
_run_matching = unguarded("wb_program_run_if_matching")
# Without declared arguments: those of _Call are converted once, not at each call.
_run_if_matching = library["wb_program_run_if_matching"]
_run_pointers_if_matching = library["wb_program_run_pointers_if_matching"]
_renew = unguarded("wb_program_renew")

CACHED_PROGRAMS = 64
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


class _Call:
    """The C arguments of a run, made once for many runs. It serves one thread at a time."""

    __slots__ = ("inputs", "memory", "results", "flag", "flag_argument", "handles_arguments", "memory_arguments")

    def __init__(self, program: _Program) -> None:
        self.inputs, self.memory, self.results, self.flag = program.arguments(), program.arguments(), program.results(), c_int32()
        self.flag_argument = byref(self.flag)
        handle, width, count = c_void_p(program._handle), c_int32(program.width), c_int32(program.count)
        self.handles_arguments = (handle, self.inputs, self.memory, width, self.results, count, self.flag_argument)
        self.memory_arguments = (handle, self.memory, width, self.results, count, self.flag_argument)


class _Uncapturable(Exception):
    """What the function does no program can do: it runs as it is."""


class _Effect:
    """What a call leaves under a name: a value in whose structure there may be results of the program, and arguments of the call."""

    __slots__ = ("place", "leaves", "structure")

    def __init__(self, place: Place, leaves: list[Any], structure: Structure) -> None:
        self.place, self.leaves, self.structure = place, leaves, structure

    def happen(self, arguments: Sequence[Any], results: Sequence[Tensor]) -> None:
        leaves = []
        for leaf in self.leaves:
            if isinstance(leaf, _Result):
                leaf = results[leaf.number]
            elif isinstance(leaf, _Argument):
                leaf = arguments[leaf.number]
            leaves.append(leaf)
        self.place.put(unflatten(self.structure, leaves))


class _Numbered:
    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number


class _Result(_Numbered):
    """Stands for a result of the program."""


class _Argument(_Numbered):
    """Stands for an argument, or for a tensor that is carried in, behind the arguments."""


class _Carried:
    """A name whose tensors go into each run of a program."""

    __slots__ = ("place", "structure", "count")

    def __init__(self, place: Place) -> None:
        self.place = place
        leaves, self.structure = flatten(place.get())
        self.count = len(leaves)

    def tensors(self) -> list[Tensor] | None:
        """Those that it holds now; None if it holds something else."""
        leaves, structure = flatten(self.place.get())
        return leaves if structure == self.structure and all(isinstance(leaf, Tensor) for leaf in leaves) else None


class _Program(Owner):
    """A captured program, and how its results are put together."""

    _handle: Handle = None
    arguments: type[ctypes.Array[c_void_p]]
    results: type[ctypes.Array[c_void_p]]
    count: int
    width: int
    leaves: list[Any]
    structure: Structure
    types: list[tuple[Shape, np.dtype[Any]]]
    inputs: list[tuple[Shape, np.dtype[Any]]]
    is_single: bool
    calls: list[_Call]
    # Beyond arguments and results: tensors under names that go in, what is left under names, arguments that are written. A plain one has none of the first two.
    carried: list[_Carried]
    effects: list[_Effect]
    written: list[int]
    is_plain: bool

    _as_parameter_ = handle_property

    __del__ = freed_by("wb_program_free")

    def _recipe(self) -> tuple[Any, ...]:
        raise TypeError("compile: a captured program cannot be copied or pickled; copy the compiled function, which captures anew")

    def __repr__(self) -> str:
        taken = ", ".join(f"{dtype}{list(shape)}" for shape, dtype in self.inputs)
        given = ", ".join(f"{dtype}{list(shape)}" for shape, dtype in self.types)
        return f"({taken}) -> ({given})"

    def explain(self, time: bool, arrays: Sequence[Tensor | Array] | None = None) -> str:
        """The plan as text; with time, as it runs on some arguments, or else on zeros."""
        text = c_char_p()
        if time:
            lent = _lent(() if arrays is None else [*arrays, *(self._carried_in() or ())])
            check(lib.wb_program_profile(self._handle, None if arrays is None else handles(lent), len(lent), text))
        else:
            check(lib.wb_program_explain(self._handle, text))
        return (text.value or b"").decode()

    def _carried_in(self) -> list[Tensor] | None:
        found: list[Tensor] = []
        for carried in self.carried:
            tensors = carried.tensors()
            if tensors is None:
                return None
            found += tensors
        return found

    def run(self, arrays: Sequence[Tensor | Array], is_new: bool) -> Any:
        """Runs on tensors and arrays; NotImplemented if something is not as it was at capture. One that is new runs whatever the capture itself has changed."""
        carried = self._carried_in()
        if carried is None or len(carried) + len(arrays) != self.width:
            return NotImplemented
        given = [*arrays, *carried]
        for place in self.written:
            array = given[place]
            if isinstance(array, np.ndarray) and not array.flags.writeable:
                raise ValueError(f"assignment destination is read-only: argument {place} is an array that the function writes to")
        results, lent = self.results(), _lent(given)
        if not is_new:
            check(_renew(self._handle))
        flag = c_int32()
        check(_run_matching(self._handle, handles(lent), None, len(lent), results, self.count, flag))
        if not flag.value:
            if not is_new or self.written:
                return NotImplemented
            check(_run(self._handle, handles(lent), len(lent), results, self.count))
        for place in self.written:
            if not isinstance(given[place], Tensor):
                given[place][...] = lent[place].numpy()
        computed = [wrap(handle) for handle in results]
        for effect in self.effects:
            effect.happen(given, computed)
        return self.assemble(computed)

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
            status = _run_pointers_if_matching(*call.memory_arguments)
            if status:
                check(status)
            return self.assemble(results) if call.flag.value else NotImplemented
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


class _Names:
    """What names meant before a capture, and what the captured function has done to them."""

    def __init__(self, watch: Watch, watcher: int) -> None:
        self._watch, self._watcher = watch, watcher
        self._before: dict[Any, tuple[Place, Any]] = {}
        # What is there after the stand-ins have been put.
        self._given: dict[Any, Any] = {}
        self._noted: set[int] = set()
        # Tensors that were there before.
        self.outside: set[int] = set()
        for place in watch.places():
            self._remember(place)

    def _remember(self, place: Place) -> None:
        if place.identity not in self._before:
            value = place.get()
            self._before[place.identity] = place, value
            self.outside.update(id(leaf) for leaf in flatten(value)[0] if isinstance(leaf, Tensor))

    def note(self, module: Any) -> None:
        """Notes a module that runs. What is in it when it first does was there before, also children that only the engine runs."""
        self._watch.note(module, self._watcher)
        for part in module.modules() if id(module) not in self._noted else ():
            if id(part) not in self._noted:
                self._noted.add(id(part))
                for place in places_of(part):
                    self._remember(place)

    def note_tree(self, module: Any) -> None:
        for part in module.modules():
            self.note(part)

    def stand_in(self, place: Place, value: Any) -> None:
        """Has a name mean a value for the length of the capture."""
        self._remember(place)
        self._given[place.identity] = value
        place.put(value)

    def changes(self) -> list[tuple[Place, Any, Any]]:
        """(name, its value before, its value now) of those that the function has bound anew."""
        for place in self._watch.places():
            if place.identity not in self._before:  # it is new
                self._before[place.identity] = place, MISSING
        found = []
        for identity, (place, before) in self._before.items():
            now, given = place.get(), self._given.get(identity, before)
            if now is not given and not (place.kind == "mode" and now == given):
                found.append((place, before, now))
        return found

    def restore(self) -> None:
        for _, (place, before) in list(self._before.items()):
            now = place.get()
            if now is not before and not (place.kind == "mode" and now == before):
                place.put(before)


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
        self._programs: dict[Any, _Program] = {}
        # The programs for plain calls, with tensors and arrays as positional arguments, by their signatures: what else they depend on is as it was when
        # they were found. And the one that ran last, which is tried first.
        self._plain: dict[Any, _Program] = {}
        self._last: _Program | None = None
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
            raise TypeError(f"compile: {self.__name__} cannot be pickled, as its module has no function {name!r}; define it at the top of a module, or compile it again there")
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
                # There is a name no more, or what it means now is compared in a way of its own. What a signal's handler raises is none of these.
                is_seen = False
            if is_seen:
                result = program.run_arrays_if_matching(args) if self._numpy else program.run_if_matching(args)
                if result is not NotImplemented:
                    return result
                program = self._plain.get(_signatures(args))
                if program is not None:
                    result = program.run_arrays_if_matching([_dense(array) for array in args]) if self._numpy else program.run_if_matching(args)
                    if result is not NotImplemented:
                        self._last = program
                        return result
        leaves, structure = flatten([args, kwargs] if kwargs else args)
        arrays = [leaf for leaf in leaves if isinstance(leaf, (Tensor, np.ndarray))]
        if recording_flags() & (_abi.WB_GRAD_CAPTURE | _abi.WB_GRAD_TRANSFORM) or any(isinstance(leaf, Tensor) and leaf.requires_grad for leaf in arrays):
            return self._function(*args, **kwargs)  # part of a larger record, or derivatives are to pass through
        try:
            return self._run(leaves, structure, arrays, None if kwargs else _signatures(args))
        except _Uncapturable:
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
                raise _Uncapturable
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
        return unflatten(structure, [np.array(leaf.detach().numpy()) if isinstance(leaf, Tensor) else leaf for leaf in leaves])

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
                parts.append((Same(leaf), tuple((place.name, trait(place.get())) for part in module.modules() for place in places_of(part))))
            else:
                parts.append((float, repr(leaf)) if type(leaf) is float else (type(leaf), leaf))
        key = tuple(parts)
        try:
            hash(key)
        except TypeError:
            raise ArgumentError(f"compile: arguments of {self.__name__} other than tensors and arrays must be hashable") from None
        return key

    def _program(self, leaves: list[Any], structure: Structure) -> _Program:
        """The program for such arguments, captured if it is not among those kept."""
        self._look()
        program = self._programs.get(self._key(leaves, structure))
        if program is None:
            program = self._capture(leaves, structure)
            self._keep(self._key(leaves, structure), program)
        return program

    def _keep(self, key: tuple[Any, ...], program: _Program) -> None:
        self._programs[key] = program
        worlds = dict.fromkeys(known[0] for known in self._programs)
        oldest = next(iter(worlds))
        if len(worlds) > CACHED_WORLDS:
            for known in [known for known in self._programs if known[0] == oldest]:
                del self._programs[known]
        if len(self._programs) > CACHED_PROGRAMS:
            gone = self._programs.pop(next(iter(self._programs)))
            self._plain = {signature: known for signature, known in self._plain.items() if known is not gone}

    def _capture(self, leaves: list[Any], structure: Structure) -> _Program:
        """The program of the function for such arguments. Names stay as they are: what the function does to them is done by each run."""
        watch: Any = self._watch
        self._carry_what_is_replaced(watch)
        carried = [_Carried(place) for place in watch.carried.values() if holds_tensors(place.get())]
        while True:
            program, found = self._record(leaves, structure, carried)
            if program is not None:
                return program
            # The function has bound a name whose tensor it may also read: the next recording takes it from outside.
            watch.carry(found)
            carried += [_Carried(place) for place in found]

    def _carry_what_is_replaced(self, watch: Watch) -> None:
        """A name that holds another tensor than at the last capture may do so at each call: from now on it is taken from outside."""
        found = {place.identity: (place, place.get()) for place in watch.places()}
        for identity, (place, value) in found.items():
            before = self._met.get(identity)
            if before is not None and before is not value and holds_tensors(value) and not any(leaf.requires_grad for leaf in flatten(value)[0]):
                watch.carry([place])
        self._met = {identity: value for identity, (_, value) in found.items() if holds_tensors(value)}

    def _record(self, leaves: list[Any], structure: Structure, carried: list[_Carried]) -> tuple[_Program | None, list[Place]]:
        watch: Any = self._watch
        # The function gets tensors of its own in the place of its arguments, so that an argument that it also sees as a
        # global or an attribute stays two things.
        inputs: list[Tensor] = []
        inner: list[Any] = []
        for leaf in leaves:
            if isinstance(leaf, (Tensor, np.ndarray)):
                dtype = leaf.dtype if isinstance(leaf, Tensor) else as_dtype(native(leaf[:0] if leaf.ndim else leaf).dtype)
                leaf = _stand_in(dtype, leaf.shape)
                inputs.append(leaf)
            inner.append(leaf)
        width = len(inputs)
        stand_ins = []
        for taken in carried:
            tensors = [_stand_in(tensor.dtype, tensor.shape) for tensor in taken.tensors() or ()]
            stand_ins.append(unflatten(taken.structure, tensors))
            inputs += tensors
        arguments = unflatten(structure, inner)
        args, kwargs = arguments if structure[0] is list else (arguments, {})
        names = _Names(watch, id(self))
        program, out = _Program(), c_void_p()
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
                found = [place for place, before, now in changed if place.identity not in watch.carried and holds_tensors(before)
                         and any(isinstance(leaf, Tensor) for leaf in flatten(now)[0])]
                if found:
                    return None, found
                if any(_is_registered(value) for _, before, now in changed for value in (before, now)):
                    raise _Uncapturable
                program.leaves, program.structure = flatten(result)
                outputs = [leaf for leaf in program.leaves if isinstance(leaf, Tensor)]
                program.types = [(tensor.shape, tensor.dtype.dtype) for tensor in outputs]
                program.carried, program.effects = carried, []
                numbers = {id(tensor): place for place, tensor in enumerate(inputs)}
                for name, _, now in changed:
                    parts, form = flatten(now)
                    for number, part in enumerate(parts):
                        if not isinstance(part, Tensor) or id(part) in names.outside:
                            continue
                        if id(part) in numbers:
                            parts[number] = _Argument(numbers[id(part)])
                        else:
                            outputs.append(part)
                            parts[number] = _Result(len(outputs) - 1)
                    program.effects.append(_Effect(name, parts, form))
                check(lib.wb_capture_end(handles(outputs), len(outputs), out))
        except StateError as error:
            raise _explained(error, self._function) from None
        finally:
            names.restore()
        program._handle = out.value
        program.inputs = [(tensor.shape, tensor.dtype.dtype) for tensor in inputs]
        program.width = len(inputs)
        program.arguments = handle_array(program.width)
        program.count = len(outputs)
        program.results = handle_array(program.count)
        program.leaves = [Tensor if isinstance(leaf, Tensor) else leaf for leaf in program.leaves]
        flag = c_int32()
        program.written = []
        for place in range(width):
            check(lib.wb_program_writes_input(program._handle, place, flag))
            if flag.value:
                program.written.append(place)
        program.is_plain = not program.carried and not program.effects
        program.is_single = program.structure is LEAF and program.count == 1 and bool(program.types)
        program.calls = []
        return program, []

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
            return self._program(leaves, structure).explain(time, arrays)
        if not self._programs:
            raise StateError(f"explain: {self.__name__} has not been called yet, so that there is no plan; give it arguments")
        return "\n\n".join(program.explain(time) for program in self._programs.values())


def _stand_in(dtype: DType, shape: Shape) -> Tensor:
    """A tensor that stands for an argument."""
    out = c_void_p()
    check(lib.wb_tensor_full(dtype.code, len(shape), extents(shape), 0, out))
    return wrap(out.value)


def _is_registered(value: Any) -> bool:
    """Whether a module registers it when it is assigned."""
    return isinstance(value, _modules.Base) or isinstance(value, Tensor) and type(value) is not Tensor


def _explained(error: StateError, function: Any) -> StateError:
    """An error in a capture, with the function's name and the line in the user's file."""
    name = getattr(function, "__qualname__", type(function).__name__)
    place, trace = "", error.__traceback__
    package = os.path.dirname(__file__)
    while trace is not None:
        code = trace.tb_frame.f_code
        if os.path.dirname(code.co_filename) != package and not code.co_filename.startswith((package + os.sep, "<guard of")):
            line = linecache.getline(code.co_filename, trace.tb_lineno).strip()
            place = f" at {code.co_filename}:{trace.tb_lineno}" + (f", `{line}`" if line else "")
        trace = trace.tb_next
    sentence = str(error)
    if "a value was asked for inside a capture block" in sentence:
        sentence = (f"compile: {name} asks for a value{place}, but while it is captured there are none yet; "
                    "choose with wingbeat.where instead of if, or look at what the function returns")
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
    if array.flags.carray and array.dtype in BY_NUMPY:
        return array
    return np.require(native(array), requirements=["C", "A"])


def _address(array: Array) -> int:
    try:
        # A third of the time that the array's own attribute takes.
        return addressof(c_char.from_buffer(array))  # type: ignore[arg-type]
    except (TypeError, ValueError):  # read-only, or empty
        return array.__array_interface__["data"][0]  # type: ignore[no-any-return]


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
        backward(), zero_grad() and step(), and returns nested tensors. It may not ask for values (item(), numpy(), an `if` that
        depends on one); a printed tensor shows shape and dtype alone.
    numpy: True returns NumPy arrays in the place of tensors.

    The function is captured at the first call, and again for other shapes, dtypes or hashable arguments. Up to 64 programs are kept, those used last.

    Carried through each run: values of tensors from outside (parameters, buffers, gradients, optimiser state, learning rates, random state), writes to
    them and to arguments, and what the function binds to global names, to variables of enclosing functions, and to attributes of modules and of the object
    whose method it is.
    Seen, and captured again for: such names bound to something else between two calls, requires_grad, modules that are added or replaced or change their
    mode, hooks, an optimiser's groups, and settings that become 0. A number that changes at each call makes a program for each of its values:
    a 0-d tensor makes one.
    Not seen: what is changed inside a list, dict, array or other object that stays the same object (a NumPy array written to, a list appended to, an
    attribute of an object in a global name), what functions of other packages look up, and Python's other effects (printing, writing a file), which happen
    when the function is captured.

    Arguments are values of their own: where two of them share memory (a tensor and a view of it), or one shares it with a tensor from outside,
    what the function writes to one does not show in the other within that call.
    Results are constants to derivatives, and share memory with no argument: call backward(), or the transforms, inside the function. With arguments that require
    gradients, inside a transform, inside another compiled function's capture, and where it binds parameters or modules anew, the function runs as it is.
    A copy captures for itself, and so does one that is pickled, which goes by the function's name.
    """
    if function is None:
        return functools.partial(compile, numpy=numpy)
    return CompiledFunction(function, numpy)
