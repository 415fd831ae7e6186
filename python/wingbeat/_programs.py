"""Captured programs: how one is run on tensors and arrays, and how what the function gave is put together of its
results.

Program   a captured program; it owns the engine's
Carried   a name whose tensors go into each run
Effect    what a run leaves under a name
Twins     which of several tensors are one and the same
"""

from __future__ import annotations

from ctypes import addressof, byref, c_char, c_char_p, c_int32, c_void_p
from typing import TYPE_CHECKING, Any

import numpy as np

from ._arrays import borrow, handle_array, handles
from ._library import check, freed_by, handle_property, lib, library, text_of, unguarded
from ._owner import Owner
from ._tensor import Tensor, wrap
from ._tree import LEAF, flatten, unflatten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ._typing import Array, Handle, Structure
    from ._watch import Place

_run = unguarded("wb_program_run")
_run_matching = unguarded("wb_program_run_if_matching")
# Without declared arguments: those of Call are converted once, not at each call.
_run_if_matching = library["wb_program_run_if_matching"]
_run_pointers_if_matching = library["wb_program_run_pointers_if_matching"]
_renew = unguarded("wb_program_renew")


class Uncapturable(Exception):
    """What the function does no program can do: it runs as it is."""


class Call:
    """The C arguments of a run, made once for many runs. It serves one thread at a time."""

    __slots__ = ("inputs", "memory", "results", "flag", "flag_argument", "handles_arguments", "memory_arguments")

    def __init__(self, program: Program) -> None:
        self.inputs, self.memory, self.results, self.flag = (
            program.arguments(),
            program.arguments(),
            program.results(),
            c_int32(),
        )
        self.flag_argument = byref(self.flag)
        handle, width, count = c_void_p(program._handle), c_int32(program.width), c_int32(program.count)
        self.handles_arguments = (handle, self.inputs, self.memory, width, self.results, count, self.flag_argument)
        self.memory_arguments = (handle, self.memory, width, self.results, count, self.flag_argument)


class Effect:
    """What a call leaves under a name: a value in whose structure there may be results of the program, and arguments of
    the call."""

    __slots__ = ("place", "leaves", "structure")

    def __init__(self, place: Place, leaves: list[Any], structure: Structure) -> None:
        self.place, self.leaves, self.structure = place, leaves, structure

    def happen(self, arguments: Sequence[Any], results: Sequence[Tensor]) -> None:
        leaves = []
        for leaf in self.leaves:
            if isinstance(leaf, Result):
                leaf = results[leaf.number]
            elif isinstance(leaf, Argument):
                leaf = arguments[leaf.number]
            leaves.append(leaf)
        self.place.put(unflatten(self.structure, leaves))


class Numbered:
    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number


class Result(Numbered):
    """Stands for a result of the program."""


class Argument(Numbered):
    """Stands for an argument, or for a tensor that is carried in, behind the arguments."""


class Carried:
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


class Twins:
    """Which of several tensors are one and the same: what is written to one shows in the others, so a program takes
    them as one input."""

    __slots__ = ("pattern", "tensors")

    def __init__(self, tensors: Iterable[Tensor]) -> None:
        numbers: dict[int, int] = {}
        self.tensors: list[Tensor] = []
        pattern = []
        for tensor in tensors:
            number = numbers.setdefault(id(tensor), len(self.tensors))
            if number == len(self.tensors):
                self.tensors.append(tensor)
            pattern.append(number)
        # For each tensor its place among those that differ.
        self.pattern = tuple(pattern)


class Program(Owner):
    """A captured program, and how its results are put together."""

    _handle: Handle = None

    def __init__(
        self,
        handle: Handle,
        inputs: Sequence[Tensor],
        outputs: Sequence[Tensor],
        leaves: list[Any],
        structure: Structure,
        carried: list[Carried],
        twins: tuple[int, ...],
        effects: list[Effect],
    ) -> None:
        """Takes over the handle. inputs: stand-ins for the arguments and, behind them, what is carried in, each tensor
        once, as `twins` says (the pattern of Twins). outputs: the tensors in `leaves`, of which with `structure` the
        function's result is put together, and behind them those of the effects."""
        self._handle = handle
        self.inputs = [(tensor.shape, tensor.dtype.dtype) for tensor in inputs]
        self.types = [(leaf.shape, leaf.dtype.dtype) for leaf in leaves if isinstance(leaf, Tensor)]
        self.width, self.count = len(inputs), len(outputs)
        self.arguments, self.results = handle_array(self.width), handle_array(self.count)
        self.leaves = [Tensor if isinstance(leaf, Tensor) else leaf for leaf in leaves]
        self.structure = structure
        self.is_single = structure is LEAF and self.count == 1 and bool(self.types)
        # Beyond arguments and results: tensors under names that go in, and what is left under names. A plain one has
        # neither.
        self.carried, self.twins, self.effects = carried, twins, effects
        self.is_plain = not carried and not effects
        # Inputs that are written, and those of them that are arguments.
        self.rewritten = [place for place in range(self.width) if self._writes(place)]
        arguments = self.width - (max(twins) + 1 if twins else 0)
        self.written = [place for place in self.rewritten if place < arguments]
        self.calls: list[Call] = []

    def _writes(self, place: int) -> bool:
        flag = c_int32()
        check(lib.wb_program_writes_input(self._handle, place, flag))
        return bool(flag.value)

    _as_parameter_ = handle_property

    __del__ = freed_by("wb_program_free")

    def _recipe(self) -> tuple[Any, ...]:
        raise TypeError(
            "compile: a captured program cannot be copied or pickled; copy the compiled function, which captures anew"
        )

    def __repr__(self) -> str:
        taken = ", ".join(f"{dtype}{list(shape)}" for shape, dtype in self.inputs)
        given = ", ".join(f"{dtype}{list(shape)}" for shape, dtype in self.types)
        return f"({taken}) -> ({given})"

    def explain(self, time: bool, arrays: Sequence[Tensor | Array] | None = None) -> str:
        """The plan as text; with time, as it runs on some arguments, or else on zeros."""
        text = c_char_p()
        if time:
            given = lent(() if arrays is None else [*arrays, *(self._carried_in() or ())])
            check(lib.wb_program_profile(self._handle, None if arrays is None else handles(given), len(given), text))
        else:
            check(lib.wb_program_explain(self._handle, text))
        return text_of(text)

    def _carried_in(self) -> list[Tensor] | None:
        """The tensors under the carried names, each once; None if there is something else, or others are the same."""
        found: list[Tensor] = []
        for carried in self.carried:
            tensors = carried.tensors()
            if tensors is None:
                return None
            found += tensors
        twins = Twins(found)
        return twins.tensors if twins.pattern == self.twins else None

    def run(self, arrays: Sequence[Tensor | Array], is_new: bool) -> Any:
        """Runs on tensors and arrays; NotImplemented if something is not as it was at capture. Uncapturable where one
        shares memory with another tensor, and what is written to one of them would not show in the other.

        One that is new runs whatever the capture itself has changed.
        """
        carried = self._carried_in()
        if carried is None or len(carried) + len(arrays) != self.width:
            return NotImplemented
        given = [*arrays, *carried]
        for place in self.written:
            array = given[place]
            if isinstance(array, np.ndarray) and not array.flags.writeable:
                raise ValueError(
                    f"assignment destination is read-only: argument {place} is an array that the function writes to"
                )
        results, borrowed = self.results(), lent(given)
        if not is_new:
            check(_renew(self._handle))
        flag = c_int32()
        check(_run_matching(self._handle, handles(borrowed), None, len(borrowed), results, self.count, flag))
        if not flag.value:
            check(lib.wb_program_collides(self._handle, handles(borrowed), len(borrowed), flag))
            if flag.value:
                raise Uncapturable
            if not is_new or self.rewritten:
                return NotImplemented
            check(_run(self._handle, handles(borrowed), len(borrowed), results, self.count))
        for place in self.written:
            if not isinstance(given[place], Tensor):
                given[place][...] = borrowed[place].numpy()
        computed = [wrap(handle) for handle in results]
        for effect in self.effects:
            effect.happen(given, computed)
        return self.assemble(computed)

    def run_if_matching(self, arguments: Sequence[Any]) -> Any:
        """Runs if the arguments are tensors or arrays, and all is as it was at capture; else the result is
        NotImplemented."""
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
                    memory[place] = address_of(argument)
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
                memory[place] = address_of(array)
                place += 1
            results = []
            place = 0
            for shape, dtype in self.types:
                array = np.empty(shape, dtype)
                results.append(array)
                outputs[place] = address_of(array)
                place += 1
            status = _run_pointers_if_matching(*call.memory_arguments)
            if status:
                check(status)
            return self.assemble(results) if call.flag.value else NotImplemented
        finally:
            self.calls.append(call)

    def _take_call(self) -> Call:
        try:
            return self.calls.pop()  # nobody else has it until it is back
        except IndexError:
            return Call(self)

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


def lent(arrays: Iterable[Tensor | Array]) -> list[Tensor]:
    """Tensors for tensors and arrays."""
    return [array if isinstance(array, Tensor) else wrap(borrow(array)) for array in arrays]


def address_of(array: Array) -> int:
    try:
        # A third of the time that the array's own attribute takes.
        return addressof(c_char.from_buffer(array))  # type: ignore[arg-type]
    except (TypeError, ValueError):  # read-only, or empty
        return array.__array_interface__["data"][0]  # type: ignore[no-any-return]
