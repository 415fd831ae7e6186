"""How a layer is called: inputs become tensors of its dtype, it is built for their shapes, masks and the mode find
their way into `call`, and what comes back has masks and losses again.

The mode. A call with training=True or False opens a block of the engine's in which all modules train or evaluate;
without it holds what holds around the call, and at the outermost the module's own mode, which is evaluation for Keras'
layers. So the engine's own trainer, which sets that, trains Keras' models too.
"""

from __future__ import annotations

import functools
import inspect
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _abi
from .._modes import Block
from .._tensor import Tensor as Base
from .._tree import flatten, unflatten
from ..tf import _recording
from ..tf._tensor import convert, wrap
from . import _masks, _names
from ._symbolic import KerasTensor, has_symbolic

if TYPE_CHECKING:
    from .._typing import Shape

_TRAINING, _EVALUATION = Block(_abi.WB_BLOCK_TRAINING), Block(_abi.WB_BLOCK_EVALUATION)
_AUTOCAST = {"bfloat16": Block(_abi.WB_BLOCK_BFLOAT16), "float16": Block(_abi.WB_BLOCK_FLOAT16)}
_FULL = Block(_abi.WB_BLOCK_FLOAT32)


class _State(threading.local):
    # How many calls of layers are around this one.
    depth = 0
    # The batch of the tensors that stand for symbolic ones, while such a call is recorded.
    probed: int | None = None


state = _State()


class Signature:
    """The parameters of a `call` method."""

    def __init__(self, call: Any) -> None:
        self.signature = inspect.signature(call)
        parameters = list(self.signature.parameters.values())[1:]
        self.names = [parameter.name for parameter in parameters]
        self.takes_several = any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters)
        takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
        self.has_training = "training" in self.names
        self.has_mask = "mask" in self.names
        self.takes_all = takes_all
        self.positional = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        self.first = self.positional[0] if self.positional else "inputs"

    def bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """The arguments by their names."""
        names = self.positional
        if self.takes_several:
            names = [*names, *[f"inputs_{place}" if place else "inputs" for place in range(len(args) - len(names))]]
        found = dict(zip(names, args))
        return {**found, **kwargs}


@functools.cache
def signature_of(call: Any) -> Signature:
    """The parameters of a function that is a class's `call`."""
    return Signature(call)


class Calling:
    """What happens around `call`."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of that shape; to be defined by subclasses that have any."""
        self._keras.built = True

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Computes the layer's result; to be defined by subclasses."""
        raise NotImplementedError(f"Layer {type(self).__name__} does not have a `call()` method implemented.")

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask of the result: that of the input."""
        return previous_mask

    @property
    def supports_masking(self) -> bool:
        """Whether a mask of the input is the result's too."""
        known = self._keras.supports_masking
        return type(self).compute_mask is not Calling.compute_mask if known is None else bool(known)

    @supports_masking.setter
    def supports_masking(self, value: bool) -> None:
        self._keras.supports_masking = bool(value)

    @property
    def _call_signature(self) -> Signature:
        call = self.__dict__.get("call")
        return signature_of(type(self).call) if call is None else Signature(lambda self, *a, **k: None)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What a call of the layer does."""
        if has_symbolic(args) or has_symbolic(kwargs):
            from ._symbolic import called

            return called(self, args, kwargs)
        signature = self._call_signature
        if not state.depth and _has_plain(args, kwargs):
            return self._forward_plain(signature, args, kwargs)
        training = self._asked_mode(signature, args, kwargs)
        with ExitStack() as blocks:
            if training is not None:
                blocks.enter_context(_TRAINING if training else _EVALUATION)
            if not _recording.is_recorded():
                blocks.enter_context(_recording.CONSTANT)
            return self._forward(signature, args, kwargs, self._mixed(blocks))

    def _forward_plain(self, signature: Signature, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The same on the engine's own tensors, as the engine and programs of wingbeat's call it: recorded as they
        record, and the results are such tensors too."""
        training = self._asked_mode(signature, args, kwargs)
        _recording.state.depth += 1
        try:
            with ExitStack() as blocks:
                if training is not None:
                    blocks.enter_context(_TRAINING if training else _EVALUATION)
                result = self._forward(signature, args, kwargs, None)
        finally:
            _recording.state.depth -= 1
        return _unwrapped(result)

    def _asked_mode(self, signature: Signature, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool | None:
        """What the caller says of `training`; it is taken from the keywords."""
        if "training" in kwargs:
            training = kwargs.pop("training")
        elif signature.has_training and "training" in signature.positional[: len(args)]:
            training = args[signature.positional.index("training")]
        else:
            return None
        if isinstance(training, Base) or hasattr(training, "_cell"):
            training = bool(training)
        return None if training is None else bool(training)

    def _mixed(self, blocks: ExitStack) -> Any:
        policy = self.dtype_policy
        if policy.is_mixed:
            blocks.enter_context(_AUTOCAST[policy.compute_dtype])
        elif state.depth and policy.compute_dtype in ("float32", "float64"):
            from .._autocast import get_autocast_dtype, is_autocast_enabled

            if is_autocast_enabled() and get_autocast_dtype().name in ("bfloat16", "float16"):
                blocks.enter_context(_FULL)
        return policy

    def _forward(self, signature: Signature, args: Any, kwargs: dict[str, Any], policy: Any) -> Any:
        facts = self._keras
        outermost = state.depth == 0
        state.depth += 1
        try:
            if outermost and facts.losses:
                self._clear_losses()
            elif outermost:
                for layer in self._layers:
                    layer._clear_losses()
            given = args, kwargs
            args, kwargs = self._converted(args, policy), self._converted(kwargs, policy)
            self._maybe_build(signature, args, kwargs)
            mask = self._put_masks(signature, args, kwargs, given)
            if signature.has_training and "training" not in signature.positional[: len(args)]:
                kwargs["training"] = self.training
            elif signature.takes_all and not signature.has_training and self._wants_training():
                kwargs["training"] = self.training
            with _names.scope(self.name):
                if facts.path is None:
                    facts.path = _names.path()
                outputs = wrap(self.call(*args, **kwargs))
            return self._finished(args, outputs, mask)
        finally:
            state.depth -= 1

    def _wants_training(self) -> bool:
        return False

    def _finished(self, args: Any, outputs: Any, mask: Any) -> Any:
        """Masks and losses of what `call` gave."""
        facts = self._keras
        if facts.activity_regularizer is not None:
            for leaf in flatten(outputs)[0]:
                if isinstance(leaf, Base):
                    # The mean over the batch.
                    facts.losses.append(facts.activity_regularizer(leaf) / max(int(leaf.shape[0]), 1))
        if mask is not None or type(self).compute_mask is not Calling.compute_mask:
            if self.supports_masking:
                found = self.compute_mask(args[0] if args else None, mask)
                _masks.put(outputs, found)
        return outputs

    # ---------------------------------------------------------------- inputs

    def _converted(self, given: Any, policy: Any) -> Any:
        """Arrays and numbers as tensors, floats as the compute dtype."""
        if isinstance(given, dict):
            return {name: self._input(value, policy) for name, value in given.items()}
        return tuple([self._input(value, policy) for value in given])

    def _input(self, value: Any, policy: Any) -> Any:
        kind = type(value)
        if kind is dict:
            return {name: self._input(part, policy) for name, part in value.items()}
        if kind in (list, tuple):
            if kind is list and _is_numbers(value):
                return self._input(np.asarray(value), policy)
            return kind([self._input(part, policy) for part in value])
        if policy is None:
            return wrap(value.clone()) if kind is Base else value
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
            if value.dtype.kind == "f" and self._keras.autocast:
                return wrap(convert(value).to(policy.compute_dtype))
            return wrap(convert(_narrow(value)))
        if hasattr(value, "_cell"):
            value = convert(value)
            value = value if not isinstance(value, Base) else wrap(value.clone())
        if isinstance(value, Base):
            if self._keras.autocast and value.dtype.is_floating_point and value.dtype != policy.compute_dtype:
                cast = wrap(value.to(policy.compute_dtype))
                _masks.copy(value, cast)
                return cast
            if kind is Base:  # of the engine's: the caller keeps his object
                return wrap(value.clone())
        return value

    # ---------------------------------------------------------------- building

    def _maybe_build(self, signature: Signature, args: Any, kwargs: dict[str, Any]) -> None:
        if self._keras.built:
            return
        self._build_for(signature, signature.bound(args, kwargs))

    def _build_for(self, signature: Signature, arguments: dict[str, Any]) -> None:
        """Builds the layer for the shapes of the tensors among the arguments."""
        shapes = {name: built_shape(value) for name, value in arguments.items() if _has_tensors(value)}
        if type(self).build is Calling.build:
            self._keras.build_shapes = {"input_shape": next(iter(shapes.values()), None)}
            self._build_parts(arguments)
            self._keras.built = True
            return
        parameters = list(inspect.signature(self.build).parameters.values())
        names = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        if len(names) == 1 or not names:
            self.build(next(iter(shapes.values()), None))
        else:
            found = {f"{name}_shape": shape for name, shape in shapes.items()}
            if names[0] not in found and shapes:
                found[names[0]] = next(iter(shapes.values()))
            self.build(**{name: found[name] for name in names if name in found})
        self._keras.built = True

    def _build_parts(self, arguments: dict[str, Any]) -> None:
        """What a layer without a build method of its own needs before its first call: nothing."""

    # ---------------------------------------------------------------- masks

    def _put_masks(self, signature: Signature, args: Any, kwargs: dict[str, Any], given: Any) -> Any:
        """Masks of the inputs, put into the keywords where `call` takes them; returns the first input's."""
        if not _masks.any_known():
            explicit = kwargs.get("mask") if signature.has_mask else None
            return explicit
        arguments = signature.bound(args, kwargs)
        first = arguments.get(signature.first)
        mask = _masks.of(first)
        if signature.has_mask:
            if kwargs.get("mask") is None and "mask" not in signature.positional[: len(args)] and mask is not None:
                kwargs["mask"] = mask
            mask = kwargs.get("mask", mask)
        for name in signature.names:
            if name.endswith("_mask") and kwargs.get(name) is None and name[:-5] in arguments:
                found = _masks.of(arguments[name[:-5]])
                if found is not None and name not in signature.positional[: len(args)]:
                    kwargs[name] = found
        return mask

    # ---------------------------------------------------------------- shapes

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """The shape of the result for inputs of that shape: extents, None for any."""
        from ._symbolic import output_shape

        return output_shape(self, args[0] if args else next(iter(kwargs.values())))

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbolic tensors like the results for such inputs."""
        from ._symbolic import outputs_of

        return outputs_of(self, args, kwargs)


def _has_plain(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    return any(type(leaf) is Base for leaf in flatten([args, kwargs])[0])


def _unwrapped(result: Any) -> Any:
    """Tensors of this face as the engine's."""
    leaves, structure = flatten(result)
    for leaf in leaves:
        if isinstance(leaf, Base) and type(leaf) is not Base:
            leaf.__class__ = Base
    return unflatten(structure, leaves)


def shape_of(value: Any) -> Any:
    """The shape of a tensor; shapes for several."""
    if isinstance(value, dict):
        return {name: shape_of(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([shape_of(part) for part in value])
    shape = getattr(value, "shape", None)
    return None if shape is None else tuple(shape)


def built_shape(value: Any) -> Any:
    """The shape of a tensor that a layer is built for; shapes for several. A batch that stands for any is None."""
    shape = shape_of(value)
    if state.probed is None:
        return shape

    def opened(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: opened(own) for name, own in part.items()}
        if isinstance(part, tuple) and all(extent is None or isinstance(extent, int) for extent in part):
            return (None, *part[1:]) if part and part[0] == state.probed else part
        return type(part)([opened(own) for own in part]) if isinstance(part, (list, tuple)) else part

    return opened(shape)


def _has_tensors(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_tensors(part) for part in value.values())
    if isinstance(value, (list, tuple)):
        return any(_has_tensors(part) for part in value)
    return isinstance(value, (Base, KerasTensor))


def _is_numbers(value: Any) -> bool:
    while isinstance(value, list) and value:
        value = value[0]
    return isinstance(value, (int, float, np.generic))


_WIDER = {"int8": "int32", "int16": "int32", "uint16": "int32", "uint32": "int64", "uint64": "int64", "float16": None}


def _narrow(array: Any) -> Any:
    """An array of a dtype that the engine has."""
    wanted = _WIDER.get(array.dtype.name)
    return array.astype(wanted) if wanted else array


__all__ = ["Calling", "Shape", "shape_of", "signature_of", "unflatten"]
