"""StockLayer: the base of the layers whose forward pass the engine has, as kinds of the registry named `keras.*`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, ClassVar, Union

from ... import _modules
from ..._library import check, lib
from ..._literals import literal
from ..._tensor import Tensor as Base
from ...nn.layer import Layer as EngineLayer
from ...nn.module import Module, arrays_of, own_tensor
from ...tf import _recording
from ...tf._tensor import convert, wrap
from .. import _masks, _policies
from .._calling import built_shape
from .._layer import Layer
from .._variable import Variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Self

# What an activation may be: a layer, or a function of the engine's by its name.
Function = Union[Module, Callable[..., Any]]
# What Keras' Layer takes, and no layer of the engine's.
_COMMON = ("name", "autocast", "input_dim", "batch_input_shape", "batch_shape")
# Layers that give on the mask of their input.
_PASSING = frozenset(
    "Activation ActivityRegularization AlphaDropout BatchNormalization Dense Dropout ELU GaussianDropout GaussianNoise "
    "GroupNormalization Identity LayerNormalization LeakyReLU MultiHeadAttention Normalization PReLU ReLU Rescaling "
    "Softmax SpatialDropout1D SpatialDropout2D SpatialDropout3D UnitNormalization TimeDistributed".split()
)
_MERGING = frozenset("Add Average Maximum Minimum Multiply Subtract".split())
# Layers that train unless they are told to evaluate.
_AUGMENTING = "keras.Random"
_RECURRENT = frozenset("RNN SimpleRNN LSTM GRU ConvLSTM1D ConvLSTM2D ConvLSTM3D Bidirectional".split())


class StockLayer(Layer, EngineLayer):
    """A layer of the engine's with Keras' interface.

    Generated classes hand `_make` the arguments of the engine's kind, with those of Keras' Layer. Objects (functions,
    initialisers, regularisers, constraints) become the names or calls that the engine reads, where it knows them; what
    it does not know, Python does: a function as activation behind the engine's layer, an initialiser once the
    parameters are there.
    """

    # Arguments that may be modules, which the layer holds as children of those names.
    _parts: ClassVar[tuple[str, ...]] = ()
    # The argument that is a list of modules, which the layer holds in a child of that name.
    _list: ClassVar[str] = ""
    # The tensors that it takes, where there are several; the last one may stand for any number, "*initial_state".
    _inputs: ClassVar[tuple[str, ...]] = ()
    _own_attributes = Layer._own_attributes | EngineLayer._own_attributes | {"_objects"}

    def _make(self, dtype: Any = None, **arguments: Any) -> None:  # type: ignore[override]
        """Makes the engine's layer from its arguments."""
        common = {
            name: arguments.pop(name) for name in tuple(arguments) if name in _COMMON and name not in self._arguments
        }
        width = common.pop("input_dim", None)
        shape = common.pop("batch_input_shape", common.pop("batch_shape", None))
        if width is not None:
            arguments["input_shape"] = (width,)
        elif shape is not None:
            arguments["input_shape"] = tuple(shape)[1:]
        items = list(arguments.pop(self._list)) if self._list else []
        unknown = set(arguments) - set(self._arguments)
        if unknown:
            raise ValueError(
                f"Unrecognized keyword arguments passed to {type(self).__name__}: "
                f"{ {name: arguments[name] for name in sorted(unknown)} }"
            )
        policy = _policies.get(dtype)
        given_shape = arguments.pop("input_shape", None)
        objects: dict[str, Any] = {}
        self.__dict__["_objects"] = objects
        items = [layer_of(item) for item in items]
        for part in self._parts:
            arguments[part] = layer_of(arguments.get(part))
            if isinstance(arguments.get(part), (list, tuple)):  # cells on each other
                from .rnn import StackedRNNCells

                arguments[part] = StackedRNNCells(arguments[part])
        parts = {part: arguments[part] for part in self._parts if isinstance(arguments.get(part), Module)}
        trainable = bool(arguments.get("trainable", True))
        texts = {name: self._text(name, given, objects) for name, given in arguments.items()}
        if given_shape is not None and not parts:
            texts["input_shape"] = literal(tuple(given_shape), "input_shape")
        self._make_from(texts, policy.variable_dtype, [self._text(self._list, item, objects) for item in items])
        for place, module in enumerate(items):
            self._modules[self._list].add_module(str(place), module)
        for part, module in parts.items():
            if part in self._modules:
                self.add_module(part, module)
        if given_shape is not None and parts:
            EngineLayer._set_argument(self, "input_shape", tuple(given_shape))
        regularizer = self._keras.activity_regularizer
        self._start(regularizer, trainable, policy, common.pop("autocast", True), common.pop("name", None), common)
        self._keras.input_shape = None if given_shape is None else tuple(given_shape)
        self._learn()

    def _set_mode(self) -> None:
        check(lib.wb_module_set_training(self._handle, int(self._kind.startswith(_AUGMENTING))))

    def _text(self, name: str, given: Any, objects: dict[str, Any]) -> str:
        """An argument as an expression writes it."""
        from ._objects import text_of

        given = layer_of(given) if name.endswith("activation") else given
        if isinstance(given, Module):
            return given.expression()
        text, kept = text_of(name, given)
        if kept is not None:
            objects[name] = kept
        return literal(text, f"{type(self).__name__}: {name}")

    def _object(self, name: str) -> Any:
        """An argument as an object, or None."""
        from ._objects import object_of

        known = self.__dict__.get("_objects", {}).get(name)
        if known is not None:
            return known
        return object_of(name, self.__dict__.get(name))

    # ---------------------------------------------------------------- variables

    def _learn(self) -> None:
        """Takes over the parameters and buffers that the engine has made."""
        facts = self._keras
        if facts.variables or facts.built and not self._modules:
            return
        if not self._parameters and not self._buffers:
            for kind, known in (("parameter", self._parameters), ("buffer", self._buffers)):
                for name, tensor in arrays_of(self._handle, kind, own_tensor):
                    known[name] = tensor
        for child in self._modules.values():
            learn = getattr(child, "_learn", None)
            if learn is not None:
                learn()
        if not self._parameters and not self._buffers:
            return
        path = facts.path or self.name
        for known, trainable in ((self._parameters, True), (self._buffers, False)):
            for name, box in known.items():
                variable = Variable.of(box, name, trainable and facts.trainable, f"{path}/{name}")
                facts.variables[name] = variable
                object.__setattr__(self, name, variable)
        facts.built = True
        _modules.changed()
        self._apply_objects()

    def _apply_objects(self) -> None:
        """Regularisers and constraints of the variables, and the values of initialisers that Python has."""
        for name, variable in self._keras.variables.items():
            regularizer = self._object(f"{name}_regularizer")
            if regularizer is not None:
                variable.regularizer = regularizer
            constraint = self._object(f"{name}_constraint")
            if constraint is not None:
                variable.constraint = constraint
            initializer = self.__dict__.get("_objects", {}).get(f"{name}_initializer")
            if initializer is not None:
                from .._variable import first_value

                variable.assign(first_value(initializer, variable.shape, variable.dtype))

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of that shape."""
        from .._symbolic import probe

        if not self._keras.variables:
            probe(self, input_shape)
        self._learn()

    @classmethod
    def _shell(cls, *recipe: Any) -> Any:
        return EngineLayer._shell.__func__(cls, *recipe)  # type: ignore[attr-defined]

    def _maybe_build(self, signature: Any, args: Any, kwargs: dict[str, Any]) -> None:
        if self._keras.build_shapes is None and args:
            shapes = [built_shape(value) for value in args]
            self._keras.build_shapes = {"input_shape": shapes[0] if len(shapes) == 1 else shapes}
        capture = _recording.state.capture
        if capture is not None and not self._keras.built and not self._parameters:
            self._learn()
            if not self._keras.built and self._has_arrays:
                capture.makes_variable()

    @property
    def _has_arrays(self) -> bool:
        return any(name.endswith("_initializer") for name in self._arguments) or bool(self._modules)

    def _build_for(self, signature: Any, arguments: dict[str, Any]) -> None:
        """Nothing: the engine's layer makes its parameters when it is first run."""

    @property
    def _layers(self) -> list[Layer]:
        self._learn()
        return super()._layers

    def named_modules(
        self, memo: set[int] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """(dotted path, module) of this module and all in it."""
        self._learn()
        return super().named_modules(memo, prefix, remove_duplicate)

    def __getattr__(self, name: str) -> Any:
        if "_keras" in self.__dict__ and "_handle" in self.__dict__ and not name.startswith("_"):
            self._learn()
            for known in (self.__dict__, self._parameters, self._buffers, self._modules):
                if name in known:
                    return known[name]
            # A variable that this layer goes without.
            if f"{name}_initializer" in self._arguments:
                return None
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, (Base, Variable, Module)) or isinstance(getattr(type(self), name, None), property):
            Layer.__setattr__(self, name, value)
        elif name in self._arguments and name in self.__dict__:
            objects: dict[str, Any] = {}
            text = self._text(name, value, objects)
            if text != self._argument(name):
                EngineLayer._set_argument(self, name, value)
            self.__dict__["_objects"].update(objects)
            object.__setattr__(self, name, value)
        else:
            Layer.__setattr__(self, name, value)

    def _trainable_changed(self) -> None:
        # Where the engine says the same, as of a layer that is taken over, its own children stay as they are.
        text = str(self.trainable)
        known = self.__dict__.get("_handle") is not None and "trainable" in self._arguments
        if known and self._argument("trainable") != text:
            check(lib.wb_module_set_attribute(self._handle, b"trainable", text.encode()))
        super()._trainable_changed()

    def _own_variables(self) -> list[Variable]:
        self._learn()
        return super()._own_variables()

    # ---------------------------------------------------------------- calling

    def _has_own_code(self) -> bool:
        """A subclass with a call of its own computes something else, and the engine's layer by super()."""
        own: Any = next(kind for kind in type(self).__mro__ if "_kind" in kind.__dict__)
        return type(self).call is not own.call or bool(self.__dict__.get("_objects", {}).get("activation"))

    def call(self, *inputs: Any, mask: Any = None, training: Any = None, **options: Any) -> Any:
        """The engine's layer. A list of tensors is several; tensors may be given by their names."""
        given = [tensor for entry in inputs for tensor in (entry if isinstance(entry, (list, tuple)) else [entry])]
        result: Any
        if len(given) == 1 and not options and not self._inputs:
            result = self._run(given[0])
        else:
            self._place(given, mask, options)
            text = ", ".join(f"{name}={literal(found, name)}" for name, found in options.items() if found is not None)
            result = self._several(*given, options=text or None)
        if not self._keras.built:
            if not self._modules:
                self._adopt_children()
            self._learn()
            self._keras.built = True
        function = self.__dict__.get("_objects", {}).get("activation")
        return result if function is None else function(result)

    def _place(self, given: list[Any], mask: Any, options: dict[str, Any]) -> None:
        """Puts tensors that are given by name, and masks, where the engine's layer takes them."""
        if isinstance(mask, (list, tuple)):  # of query and value
            for name, one in zip(self._inputs, mask):
                options.setdefault(f"{name}_mask", one)
        elif mask is not None:
            options["mask"] = mask
        if _masks.any_known():
            for name, tensor in zip(self._inputs, tuple(given)):
                if f"{name}_mask" in self._inputs and options.get(f"{name}_mask") is None:
                    options[f"{name}_mask"] = _masks.of(tensor)
        for place, name in enumerate(self._inputs):
            tensors = options.pop(name.lstrip("*"), None)
            if tensors is None:
                continue
            given += [None] * (place - len(given))
            given[place : place + 1] = tensors if isinstance(tensors, (list, tuple)) else [tensors]
        # A mask that the layer does not take goes by.
        for name in [
            name for name in options if name == "mask" or name.endswith("_mask") and name[:-5] in self._inputs
        ]:
            del options[name]

    @property
    def supports_masking(self) -> bool:
        """Whether the result has a mask where the input has one."""
        known = self._keras.supports_masking
        if known is not None:
            return bool(known)
        kind = self._kind.removeprefix("keras.")
        return kind in _PASSING or kind in _MERGING or kind in _RECURRENT or kind in ("Embedding", "Masking")

    @supports_masking.setter
    def supports_masking(self, value: bool) -> None:
        self._keras.supports_masking = bool(value)

    def compute_mask(self, inputs: Any, previous_mask: Any = None, mask: Any = None) -> Any:
        """The mask of the result."""
        kind = self._kind.removeprefix("keras.")
        previous_mask = mask if previous_mask is None else previous_mask
        if kind in ("Embedding", "Masking") and not isinstance(inputs, Base):
            inputs = wrap(convert(inputs))
        if kind == "Embedding":
            return wrapped(inputs != 0) if self.mask_zero else None
        if kind == "Masking":
            return wrapped((inputs != self.mask_value).any(-1))
        if kind in _RECURRENT:
            mask = previous_mask[0] if isinstance(previous_mask, (list, tuple)) else previous_mask
            layer = self.__dict__.get("forward_layer", self)
            return mask if getattr(layer, "return_sequences", False) else None
        if kind in _MERGING and isinstance(previous_mask, (list, tuple)):
            return _any_of(previous_mask)
        return previous_mask if kind in _PASSING and not isinstance(previous_mask, (list, tuple)) else None

    def _finished(self, args: Any, outputs: Any, mask: Any) -> Any:
        kind = self._kind
        if mask is None and kind not in ("keras.Embedding", "keras.Masking"):
            regularizer = self._keras.activity_regularizer
            return outputs if regularizer is None else super()._finished(args, outputs, None)
        return super()._finished(args, outputs, mask)

    def extra_repr(self) -> str:
        """What the engine's layer was made from."""
        return EngineLayer.extra_repr(self)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        from ._objects import config_of

        config = Layer.get_config(self)
        config.pop("activity_regularizer", None)
        for name in self._arguments:
            if name not in ("trainable", "input_shape"):
                given = self.__dict__.get(name)
                if given is None and name in self._parts:
                    # Of two directions the forward one is the layer.
                    given = self._modules.get(name, self._modules.get("forward_layer") if name == "layer" else None)
                found = config_of(name, self.__dict__.get("_objects", {}).get(name), given)
                if found is not None or name != "activity_regularizer":
                    config[name] = found
        if self._list:
            config[self._list] = config_of(self._list, None, list(self._modules[self._list]._modules.values()))
        return config

    def build_from_config(self, config: dict[str, Any] | None) -> None:
        """Builds it for the shape of a config; a layer of several inputs is built by its first call."""
        if config and "input_shape" in config:
            super().build_from_config(config)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The layer of a config. What Keras' other versions say besides, and this one does not know, is left out."""
        if "_kind" in cls.__dict__:
            known = {*cls._arguments, *_COMMON, cls._list, "name", "dtype"}
            config = {name: value for name, value in config.items() if name in known}
        return super().from_config(config)


def layer_of(given: Any) -> Any:
    """The layer of a config, or the layers of a list of such; everything else as it is."""
    from .. import saving
    from ._objects import is_hard_sigmoid

    if isinstance(given, (list, tuple)):
        return [layer_of(part) for part in given]
    if not isinstance(given, dict) or "class_name" not in given:
        return given
    if is_hard_sigmoid(given):
        return "hard_sigmoid_v2"
    kind = str(given["class_name"]).rpartition(">")[2]
    is_layer = kind in saving.known_classes() or saving.get_registered_object(given.get("registered_name") or kind)
    return saving.deserialize_keras_object(given) if is_layer else given


def wrapped(mask: Any) -> Any:
    """A mask, which no derivative passes."""
    return wrap(mask.detach())


def _any_of(masks: Any) -> Any:
    """A step is there where it is in any input; there is no mask where an input has none."""
    found = [mask for mask in masks if mask is not None]
    if len(found) < len(masks) or not found:
        return None
    result = found[0]
    for mask in found[1:]:
        result = result | mask
    return result


__all__ = ["Function", "StockLayer", "_masks"]
