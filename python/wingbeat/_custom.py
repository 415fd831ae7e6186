"""Operations with derivatives of one's own: autograd.Function as PyTorch's, custom_vjp and custom_jvp as JAX's,
custom_gradient as both know it.

Their values are computed by ordinary operations. The rules run while a derivative is recorded, and record more ordinary
operations; so derivatives of any order pass through them, and a compiled function runs the rules once. Where one of the
two modes has no rule, it is the transpose of the other.
"""

from __future__ import annotations

from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._callbacks import custom
from ._creation import zeros, zeros_like
from ._errors import ArgumentError, StateError
from ._modes import is_grad_enabled, no_grad
from ._tensor import Tensor, as_tensor
from ._transforms import same_structure
from ._tree import flatten, unflatten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from typing_extensions import Self

    from ._typing import F, Structure, Tree


R = TypeVar("R")


def _differentiable(leaf: Any) -> bool:
    return isinstance(leaf, Tensor) and leaf.dtype.is_floating_point


def _recorded(leaves: Iterable[Any]) -> bool:
    """Whether derivatives by these may be asked for."""
    return is_grad_enabled() and any(isinstance(leaf, Tensor) and leaf.requires_grad for leaf in leaves)


def _kept(tree: Tree) -> Any:
    """The same tensors, whatever is written to these in place later."""
    leaves, structure = flatten(tree)
    return unflatten(structure, [leaf.clone() if isinstance(leaf, Tensor) else leaf for leaf in leaves])


def _tensors(tree: Tree, name: str) -> tuple[list[Tensor], Structure]:
    """Leaves and structure of a function's result."""
    leaves, structure = flatten(tree)
    for leaf in leaves:
        if not isinstance(leaf, Tensor):
            raise TypeError(f"{name}: expected tensors as the result, found {type(leaf).__name__}")
    return leaves, structure


def _or_zeros(derivatives: Iterable[Tensor | None], like: Iterable[Tensor]) -> list[Tensor]:
    return [zeros_like(tensor) if derivative is None else derivative for derivative, tensor in zip(derivatives, like)]


# -------------------------------------------------------------------- Function


class FunctionCtx:
    """What forward leaves for backward and jvp. Any attribute may be set."""

    # These belong to one call of a rule, all other attributes to the application: rules of several threads run at once,
    # and a rule may differentiate its own graph.
    __slots__ = ("needs_input_grad", "_saved", "__dict__")

    needs_input_grad: tuple[bool, ...]
    _saved: tuple[Tensor | None, ...]
    _forward_saved: tuple[Tensor | None, ...] | None
    _materializes: bool
    _constant: tuple[Tensor, ...]

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...

    def __init__(self, needs_input_grad: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs_input_grad
        self._saved, self._forward_saved, self._materializes, self._constant = (), None, True, ()

    def _for_call(self, needs_input_grad: tuple[bool, ...], saved: tuple[Tensor | None, ...]) -> FunctionCtx:
        """The context as one call of a rule sees it."""
        call = FunctionCtx.__new__(FunctionCtx)
        call.__dict__ = self.__dict__
        call.needs_input_grad, call._saved = needs_input_grad, saved
        return call

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keeps inputs, outputs or other tensors (or None) for backward, and for jvp; derivatives of higher order pass
        through inputs and outputs."""
        self._saved = tensors

    def save_for_forward(self, *tensors: Tensor | None) -> None:
        """Keeps other tensors than save_for_backward for jvp."""
        self._forward_saved = tensors

    @property
    def saved_tensors(self) -> tuple[Tensor, ...]:
        """What was kept, a tuple."""
        saved: Any = self._saved  # None where None was kept
        return tuple(saved)

    def mark_non_differentiable(self, *outputs: Tensor) -> None:
        """These outputs are constants to derivatives."""
        self._constant = outputs

    def set_materialize_grads(self, value: bool) -> None:
        """False: backward and jvp get None where there is no derivative, instead of zeros."""
        self._materializes = value


class _Saved:
    """Saved tensors between forward and the rules.

    An output is kept by number: as a tensor, it and what made it would keep each other alive.
    """

    def __init__(self, tensors: Iterable[Tensor | None], outputs: Sequence[Tensor]) -> None:
        self._entries: list[tuple[int | None, Tensor | None]] = []
        for tensor in tensors:
            number = next((number for number, output in enumerate(outputs) if output is tensor), None)
            self._entries.append((number, None if number is not None or tensor is None else _kept(tensor)))

    def restored(self, outputs: Sequence[Tensor]) -> tuple[Tensor | None, ...]:
        return tuple(kept if number is None else outputs[number] for number, kept in self._entries)


def _one_each(found: Any, count: int, what: str) -> list[Tensor | None]:
    found = found if isinstance(found, (tuple, list)) else (found,)
    if len(found) > count and all(extra is None for extra in found[count:]):
        found = found[:count]
    if len(found) != count:
        raise ArgumentError(f"{what}, found {len(found)}")
    return [None if derivative is None else as_tensor(derivative) for derivative in found]


class Function:
    """An operation with derivatives of its own, as PyTorch's: a subclass has static methods, and is used as
    `Subclass.apply(x, ...)`.

    forward(ctx, *args) computes a tensor, or a tuple of tensors, without recording derivatives; or forward(*args) does,
    and setup_context(ctx, inputs, output) keeps what the rules need. backward(ctx, *gradients), one for each output,
    returns one for each argument of forward (None for an argument that is no tensor). jvp(ctx, *tangents), one for each
    argument, returns one for each output. One of the two suffices. Tensors saved with ctx.save_for_backward can be
    differentiated through; other tensors kept on ctx are constants to derivatives of higher order.
    """

    @staticmethod
    def forward(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        """The results for arguments, without ctx where there is a setup_context; to be defined by subclasses."""
        raise NotImplementedError("a subclass of autograd.Function needs a static method forward")

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        """Keeps on ctx what the rules need of forward's arguments and result; may be defined by subclasses."""
        raise NotImplementedError("setup_context")

    @staticmethod
    def backward(ctx: Any, *gradients: Any, **kwargs: Any) -> Any:
        """A gradient for each argument of forward, from one for each output; may be defined by subclasses."""
        raise NotImplementedError("a subclass of autograd.Function needs a static method backward, or jvp")

    @staticmethod
    def jvp(ctx: Any, *tangents: Any, **kwargs: Any) -> Any:
        """A tangent for each output, from one for each argument of forward; may be defined by subclasses."""
        raise NotImplementedError("a subclass of autograd.Function needs a static method jvp, or backward")

    def __init__(self) -> None:
        raise StateError(f"{type(self).__name__}: a Function has no instances; call {type(self).__name__}.apply(...)")

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """The result of forward, with the derivatives of backward and jvp."""
        context = FunctionCtx(tuple(isinstance(arg, Tensor) and arg.requires_grad for arg in args))
        with no_grad():
            if cls.setup_context is Function.setup_context:
                result = cls.forward(context, *args)
            else:
                result = cls.forward(*args)
                cls.setup_context(context, args, result)
        if not _recorded(args):
            return result
        outputs, structure = _tensors(result, cls.__name__)
        found = _Application(cls, context, args, outputs).results(outputs)
        return unflatten(structure, found)


class _Application:
    """One call of a Function, as its rules see it."""

    def __init__(
        self, kind: type[Function], context: FunctionCtx, args: Sequence[Any], outputs: Sequence[Tensor]
    ) -> None:
        self._kind, self._context, self._count = kind, context, len(args)
        self._places = [place for place, arg in enumerate(args) if _differentiable(arg)]
        self._inputs: list[Tensor] = [args[place] for place in self._places]
        self._types = [(tensor.shape, tensor.dtype) for tensor in self._inputs]
        self._backward_saved = _Saved(context._saved, outputs)
        self._forward_saved = (
            self._backward_saved if context._forward_saved is None else _Saved(context._forward_saved, outputs)
        )
        context._saved = context._forward_saved = ()

    def results(self, outputs: Sequence[Tensor]) -> list[Tensor]:
        has_backward, has_jvp = self._kind.backward is not Function.backward, self._kind.jvp is not Function.jvp
        if not has_backward and not has_jvp:
            self._kind.backward(self._context)
        constant = self._context._constant
        self._context._constant = ()
        inputs, self._inputs = self._inputs, []
        found = custom(inputs, outputs, self._reverse if has_backward else None, self._forward if has_jvp else None)
        return [
            output._snapshot() if any(output is one for one in constant) else result
            for output, result in zip(outputs, found)
        ]

    def _reverse(self, outputs: list[Any], cotangents: list[Any], needed: list[bool]) -> list[Tensor | None]:
        flags, name = dict(zip(self._places, needed)), self._kind.__name__
        needs_input_grad = tuple(flags.get(place, False) for place in range(self._count))
        context = self._context._for_call(needs_input_grad, self._backward_saved.restored(outputs))
        found = self._kind.backward(context, *(_or_zeros(cotangents, outputs) if context._materializes else cotangents))
        found = _one_each(
            found, self._count, f"{name}.backward: expected {self._count} gradients, one for each argument of forward"
        )
        return [found[place] for place in self._places]

    def _forward(self, outputs: list[Any], tangents: list[Any]) -> list[Tensor | None]:
        context, name = (
            self._context._for_call(self._context.needs_input_grad, self._forward_saved.restored(outputs)),
            self._kind.__name__,
        )
        given: list[Tensor | None] = [None] * self._count
        for place, tangent, (shape, dtype) in zip(self._places, tangents, self._types):
            given[place] = zeros(shape, dtype=dtype) if tangent is None and context._materializes else tangent
        found = self._kind.jvp(context, *given)
        return _one_each(
            found, len(outputs), f"{name}.jvp: expected {len(outputs)} tangents, one for each output of forward"
        )


# -------------------------------------------------------------------- rules for functions


class _WithRule(Generic[R]):
    """A function with rules. Its arguments and its result are tensors, or nested lists, tuples and dicts of tensors."""

    _function: Callable[..., Any]

    def __init__(self, function: Callable[..., R]) -> None:
        if not callable(function):
            raise TypeError(f"{type(self).__name__}: expected a function, found {function!r:.80}")
        self._function = function
        update_wrapper(self, function)
        self._name = getattr(function, "__name__", type(self).__name__)

    def __call__(self, *args: Any) -> R:
        leaves, structure = flatten(list(args))
        if not _recorded(leaves):
            return self._function(*args)  # type: ignore[no-any-return]
        return self._record(args, leaves, structure)  # type: ignore[no-any-return]

    def _record(self, args: tuple[Any, ...], leaves: list[Any], structure: Structure) -> Any:
        raise NotImplementedError


class custom_vjp(_WithRule[R]):
    """A function whose derivatives in reverse mode are given by defvjp(fwd, bwd), as JAX's.

    fwd(*args) returns (result, residuals), anything that bwd needs; bwd(residuals, cotangent), with a cotangent in the
    result's structure, returns the tuple of cotangents of the arguments (None for zeros). Derivatives of higher order
    pass through bwd, and through how fwd computed the residuals.
    """

    def defvjp(self, fwd: Callable[..., tuple[R, Any]], bwd: Callable[..., Any]) -> Self:
        """Sets the rules; returns the function."""
        self._fwd, self._bwd = fwd, bwd
        return self

    def _run(self, args: tuple[Any, ...]) -> tuple[Any, Callable[[Any], Any]]:
        try:
            fwd, bwd = self._fwd, self._bwd
        except AttributeError:
            raise StateError(
                f"{self._name}: this custom_vjp has no rules yet; give them with defvjp(fwd, bwd)"
            ) from None
        result = fwd(*args)
        if not isinstance(result, tuple) or len(result) != 2:
            raise TypeError(f"{self._name}: fwd must return (result, residuals), found {type(result).__name__}")
        residuals = _kept(result[1])
        return result[0], lambda cotangent: bwd(residuals, cotangent)

    def _record(self, args: tuple[Any, ...], leaves: list[Any], structure: Structure) -> Any:
        result, bwd = self._run(args)
        outputs, result_structure = _tensors(result, self._name)
        places = [place for place, leaf in enumerate(leaves) if _differentiable(leaf)]
        name, count = self._name, len(args)

        def reverse(outputs: list[Any], cotangents: list[Any], needed: list[bool]) -> list[Tensor | None]:
            found = bwd(unflatten(result_structure, _or_zeros(cotangents, outputs)))
            if count == 1 and not isinstance(found, tuple):
                found = (found,)
            if not isinstance(found, (tuple, list)) or len(found) != count:
                raise ArgumentError(
                    f"{name}: expected a tuple of {count} cotangents, one for each argument, found "
                    f"{len(found) if isinstance(found, (tuple, list)) else type(found).__name__}"
                )
            gradients = _by_leaf(found, structure, name)
            return [gradients[place] for place in places]

        return unflatten(result_structure, custom([leaves[place] for place in places], outputs, reverse))


def _by_leaf(found: Sequence[Any], structure: Structure, name: str) -> list[Tensor | None]:
    """A derivative or None for each leaf of the arguments; None for an argument stands for all its leaves."""
    result: list[Tensor | None] = []
    for derivative, expected in zip(found, structure[2]):
        if derivative is None:
            result += [None] * _leaf_count(expected)
            continue
        leaves, found_structure = flatten(derivative)
        same_structure(found_structure, expected, name, "a cotangent")
        result += [None if leaf is None else as_tensor(leaf) for leaf in leaves]
    return result


def _leaf_count(structure: Structure) -> int:
    return 1 if isinstance(structure, str) else sum(map(_leaf_count, structure[2]))


class custom_gradient(custom_vjp[R]):
    """A function that returns (result, gradient function): the latter turns the result's cotangent into those of the
    arguments, a tuple for several.

    Called on what requires no gradients it gives the result alone.
    """

    if TYPE_CHECKING:

        def __init__(self, function: Callable[..., tuple[R, Callable[..., Any]]]) -> None: ...

    def __call__(self, *args: Any) -> R:
        leaves, structure = flatten(list(args))
        result: R = self._record(args, leaves, structure) if _recorded(leaves) else self._run(args)[0]
        return result

    def _run(self, args: tuple[Any, ...]) -> tuple[Any, Callable[[Any], Any]]:
        result = self._function(*args)
        if not isinstance(result, tuple) or len(result) != 2 or not callable(result[1]):
            raise TypeError(f"{self._name}: a custom_gradient returns (result, gradient function)")
        return result


class custom_jvp(_WithRule[R]):
    """A function whose derivatives are given by defjvp(rule), as JAX's: rule(primals, tangents), two tuples with an
    entry for each argument, returns (result, tangent of the result). The rule is linear in the tangents; reverse mode
    is its transpose.
    """

    def defjvp(self, rule: F) -> F:
        """Sets the rule; returns it."""
        self._rule = rule
        return rule

    def _record(self, args: tuple[Any, ...], leaves: list[Any], structure: Structure) -> Any:
        try:
            rule = self._rule
        except AttributeError:
            raise StateError(f"{self._name}: this custom_jvp has no rule yet; give it with defjvp(rule)") from None
        with no_grad():
            outputs, result_structure = _tensors(self._function(*args), self._name)
        primals, name = _kept(leaves), self._name
        places = [place for place, leaf in enumerate(leaves) if _differentiable(leaf)]

        def forward(outputs: list[Any], tangents: list[Any]) -> list[Tensor | None]:
            given: list[Any] = [None] * len(primals)
            for place, tangent in zip(places, tangents):
                given[place] = zeros_like(primals[place]) if tangent is None else tangent
            found = rule(tuple(unflatten(structure, primals)), tuple(unflatten(structure, given)))
            if not isinstance(found, tuple) or len(found) != 2:
                raise TypeError(
                    f"{name}: the rule must return (result, tangent of the result), found {type(found).__name__}"
                )
            along, found_structure = flatten(found[1])
            same_structure(found_structure, result_structure, name, "the tangent")
            return [None if leaf is None else as_tensor(leaf) for leaf in along]

        return unflatten(result_structure, custom([leaves[place] for place in places], outputs, forward=forward))
