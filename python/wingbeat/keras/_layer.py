"""Layer: the base of Keras' layers and models, over a module of the engine.

Variables are the module's parameters (trainable) and buffers, under the variables' names; sub-layers are its children.
What Keras knows besides (name, policy, losses, how it was called) lies in `_keras`, one plain object, so that captured
programs see it as one thing that stays the same.
"""

from __future__ import annotations

import functools
import inspect
import re
from typing import TYPE_CHECKING, Any, ClassVar

from .. import _modules
from .._library import check, lib
from .._tensor import Tensor as Base
from .._tensor import as_tensor
from .._tree import flatten
from ..nn.module import Module, Parameter
from ..tf import _recording
from ..tf._variable import Variable as _TFVariable
from . import _names, _policies
from ._calling import Calling
from ._configured import Configured, part
from ._holding import Holding
from ._tracking import is_metric, tracked
from ._variable import Variable, first_value

if TYPE_CHECKING:
    from typing_extensions import Self

    from .._typing import Handle


class Facts:
    """What Keras knows of a layer besides its module."""

    def __init__(self, arguments: tuple[Any, Any] = ((), {})) -> None:
        # What the constructor was called with.
        self.arguments = arguments
        self.name = ""
        self.policy: Any = None
        self.trainable = True
        self.autocast = True
        self.built = False
        self.building = 0
        self.build_shapes: dict[str, Any] | None = None
        self.path: str | None = None
        self.supports_masking: bool | None = None
        self.input_spec: Any = None
        self.activity_regularizer: Any = None
        # The engine's name -> variable, in the order in which they were made.
        self.variables: dict[str, Variable] = {}
        self.metrics: list[Any] = []
        self.losses: list[Any] = []
        # Calls on symbolic tensors.
        self.nodes: list[Any] = []
        self.input_shape: Any = None

    def __deepcopy__(self, memo: dict[int, Any]) -> Facts:
        import copy

        twin = Facts()
        memo[id(self)] = twin
        for name, value in self.__dict__.items():
            if name in ("nodes", "losses"):
                value = []
            elif name not in ("arguments", "policy"):
                value = copy.deepcopy(value, memo)
            setattr(twin, name, value)
        return twin

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "nodes": [], "losses": []}


def _fact(name: str, documentation: str) -> Any:
    def get(layer: Any) -> Any:
        return getattr(layer._keras, name)

    def put(layer: Any, value: Any) -> None:
        setattr(layer._keras, name, value)

    return property(get, put, doc=documentation)


class Layer(Calling, Holding, Configured, Module):
    """Base class of Keras' layers: subclass it, make variables in __init__ or build, compute in call.

    trainable: whether its variables are. dtype: a dtype or policy. name: by default the class's, with a number.
    """

    _keras: Facts
    _own_attributes: ClassVar[frozenset[str]] = Module._own_attributes

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        made: Self = object.__new__(cls)
        made.__dict__["_keras"] = Facts((args, kwargs))
        return made

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if "_handle" not in self.__dict__:
            Module.__init__(self)
        self._start(activity_regularizer, trainable, dtype, autocast, name, kwargs)

    def _start(
        self, activity_regularizer: Any, trainable: bool, dtype: Any, autocast: bool, name: Any, more: dict[str, Any]
    ) -> None:
        """Sets what Keras knows of every layer."""
        self._set_mode()
        if not isinstance(trainable, bool):
            raise ValueError(
                f"Expected `trainable` to be a boolean. Received: trainable={trainable} (of type {type(trainable)})"
            )
        facts = self._keras
        facts.name = _names.automatic(type(self).__name__) if name is None else _checked(name)
        facts.policy = _policies.get(dtype)
        facts.trainable, facts.autocast = trainable, autocast
        if activity_regularizer is not None:
            facts.activity_regularizer = part("regularizers").get(activity_regularizer)
        width = more.pop("input_dim", None)
        facts.input_shape = more.pop("input_shape", None) if width is None else (width,)
        batch_shape = more.pop("batch_input_shape", None)
        if batch_shape is not None:
            facts.input_shape = tuple(batch_shape)[1:]
        if more:
            raise ValueError(f"Unrecognized keyword arguments passed to {type(self).__name__}: {more}")

    def _set_mode(self) -> None:
        """Sets the mode of calls that say none: Keras' layers evaluate unless they are told to train."""
        check(lib.wb_module_set_training(self._handle, 0))

    @property
    def name(self) -> str:
        """The name."""
        facts = self._keras
        if not facts.name:  # of a layer that the engine has made
            facts.name = _names.automatic(type(self).__name__)
        return facts.name

    @name.setter
    def name(self, name: str) -> None:
        self._keras.name = name

    built = _fact("built", "Whether its variables are made.")
    autocast = _fact("autocast", "Whether floats are cast to the compute dtype.")
    input_spec = _fact("input_spec", "What inputs have to be, or None.")

    @property
    def activity_regularizer(self) -> Any:
        """What adds to the losses for each result, or None."""
        return self._keras.activity_regularizer

    @activity_regularizer.setter
    def activity_regularizer(self, value: Any) -> None:
        if isinstance(value, str):  # as the engine spells it
            from .layers._objects import object_of

            value = object_of("activity_regularizer", value)
        self._keras.activity_regularizer = value

    @property
    def path(self) -> str:
        """The names of the layers around it and its own, with strokes between them."""
        return self._keras.path or self.name

    # ---------------------------------------------------------------- dtypes

    @property
    def dtype_policy(self) -> _policies.DTypePolicy:
        """The dtypes of variables and of arithmetic."""
        found: _policies.DTypePolicy = self._keras.policy or _policies.dtype_policy()
        return found

    @dtype_policy.setter
    def dtype_policy(self, value: Any) -> None:
        self._keras.policy = _policies.get(value)

    @property
    def dtype(self) -> str:
        """The dtype of variables."""
        return self.dtype_policy.variable_dtype

    variable_dtype = dtype

    @property
    def compute_dtype(self) -> str:
        """The dtype of arithmetic."""
        return self.dtype_policy.compute_dtype

    @property
    def input_dtype(self) -> str:
        """The dtype that inputs are cast to."""
        return self.compute_dtype

    # ---------------------------------------------------------------- registration

    def _registry(self, name: str) -> dict[str, Any]:
        if "_handle" not in self.__dict__:
            raise RuntimeError(
                f"In layer '{type(self).__name__}', you forgot to call `super().__init__()` as the first statement in "
                "the `__init__()` method. Go add it!"
            )
        return super()._registry(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(getattr(type(self), name, None), property):
            object.__setattr__(self, name, value)
            return
        if isinstance(value, (_TFVariable, Parameter)) or is_metric(value):
            self._registry("_parameters")
            value = self._take(name, value)
            object.__setattr__(self, name, value)
            self._attribute_changed()
            return
        if isinstance(value, Module):
            self._registry("_modules")
            self._take(name, value)
            if self.__dict__.get(name) is not value:
                object.__setattr__(self, name, value)
                self._attribute_changed()
            return
        if isinstance(value, (list, dict, tuple)) and "_handle" in self.__dict__:
            value = tracked(self, name, value)
        super().__setattr__(name, value)

    def _take(self, name: str, value: Any) -> Any:
        """Registers what belongs to the layer, under that name or the next that is free; returns what stands for it."""
        if isinstance(value, Variable) and any(value is known for known in self._keras.variables.values()):
            return value
        if isinstance(value, Parameter):
            return self._register_box(self._free(name), value, value.requires_grad)
        if isinstance(value, _TFVariable):
            return self._register_variable(name, value)
        if isinstance(value, Module):
            modules = self._registry("_modules")
            if not any(value is known for known in modules.values()):
                if name in modules and self.__dict__.get(name) is not modules[name]:
                    name = self._free(name)
                Module.add_module(self, name, value)
            return value
        if is_metric(value):
            if not any(value is known for known in self._keras.metrics):
                self._keras.metrics.append(value)
            return value
        return tracked(self, name, value) if isinstance(value, (list, dict, tuple)) else value

    def _free(self, name: str) -> str:
        """A name that the engine's module does not have yet."""
        name = re.sub(r"[./]", "_", name) or "variable"
        taken = {*self._parameters, *self._buffers, *self._modules}
        if name not in taken:
            return name
        number = 1
        while f"{name}_{number}" in taken:
            number += 1
        return f"{name}_{number}"

    def _register_box(self, name: str, box: Base, trainable: bool) -> Variable:
        """Makes a box a parameter or buffer of the engine's module."""
        variable = Variable.of(box, name, trainable)
        self._register_variable(name, variable)
        return variable

    def _register_variable(self, name: str, variable: Any) -> Any:
        """Makes a variable's box a parameter or buffer of the engine's module."""
        self._registry("_parameters")
        box = variable._cell.box
        name = self._free(name)
        if variable.trainable and box.dtype.is_floating_point:
            if not isinstance(box, Parameter):
                box.__class__ = Parameter
            check(lib.wb_module_set_parameter(self._handle, name.encode(), box._handle))
            box.requires_grad = self._keras.trainable
            self._parameters[name] = box
            if not self._keras.trainable and hasattr(type(variable), "trainable") and isinstance(variable, Variable):
                variable._trainable = False
        else:
            check(lib.wb_module_set_buffer(self._handle, name.encode(), box._handle))
            self._buffers[name] = box
        _modules.changed()
        self._keras.variables[name] = variable
        return variable

    def add_weight(
        self,
        shape: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """A new variable of the layer.

        shape: () at first; initializer: a name, a config or a function of shape and dtype, "glorot_uniform" for floats
        and "zeros" otherwise; dtype: the layer's; trainable: whether optimisers change it; regularizer adds to the
        losses, constraint is applied after each step.
        """
        if isinstance(shape, str):
            raise ValueError(
                f"`name` must be passed as a keyword argument. Received: add_weight('{shape}', ...). "
                f"Use: add_weight(shape=..., name='{shape}')."
            )
        self._registry("_parameters")
        if _recording.state.capture is not None:
            _recording.state.capture.makes_variable()
        shape = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
        kind = self.variable_dtype if dtype is None else _policies.dtype_name(dtype)
        if initializer is None:
            initializer = "glorot_uniform" if "float" in kind else "zeros"
        value = first_value(initializer, shape, kind)
        wanted = _names.automatic("variable") if name is None else name
        with _names.scope(self.name):
            path = _names.path(wanted)
        box = Parameter(value, requires_grad=bool(trainable)) if value.dtype.is_floating_point else as_tensor(value)
        variable = Variable.of(box, wanted, trainable, path)
        if regularizer is not None:
            variable.regularizer = part("regularizers").get(regularizer)
        if constraint is not None:
            variable.constraint = part("constraints").get(constraint)
        variable.overwrite_with_gradient = overwrite_with_gradient
        self._register_variable(wanted, variable)
        return variable

    def add_variable(self, shape: Any, initializer: Any, *args: Any, **kwargs: Any) -> Variable:
        """As add_weight."""
        return self.add_weight(shape, initializer, *args, **kwargs)

    # ---------------------------------------------------------------- losses

    def add_loss(self, loss: Any) -> None:
        """Adds tensors to the losses of this call: to be called in `call`."""
        for leaf in flatten(loss)[0]:
            if not isinstance(leaf, Base):
                raise ValueError(
                    "`add_loss()` can only be called from inside `build()` or `call()`, on a tensor input. Received "
                    f"invalid value: {leaf}"
                )
            self._keras.losses.append(leaf)

    def add_metric(self, *args: Any, **kwargs: Any) -> None:
        """Raises NotImplementedError: metrics are made in __init__ and updated in call."""
        raise NotImplementedError(
            "Layer `add_metric()` method is deprecated. Add your metric in `Model.compile(metrics=[...])`, or create "
            "metric trackers in init() or build() when subclassing the layer or model, then call "
            "`metric.update_state()` whenever necessary."
        )

    @property
    def losses(self) -> list[Any]:
        """What the last call added, and what regularisers add for variables."""
        found = [loss for layer in self._flatten_layers() for loss in layer._keras.losses]
        for variable in self.trainable_weights:
            if getattr(variable, "regularizer", None) is not None:
                found.append(variable.regularizer(variable))
        return found

    def _clear_losses(self) -> None:
        for layer in self._flatten_layers():
            layer._keras.losses.clear()

    # ---------------------------------------------------------------- graphs

    @property
    def input(self) -> Any:
        """The symbolic input of its only call."""
        return self._of_only_node("inputs", "input")

    @property
    def output(self) -> Any:
        """The symbolic result of its only call."""
        return self._of_only_node("outputs", "output")

    def _of_only_node(self, what: str, word: str) -> Any:
        nodes = self._keras.nodes
        if len(nodes) != 1:
            reason = "has never been called and thus has no defined" if not nodes else "has several calls, and no only"
            raise (AttributeError if nodes else ValueError)(f"The layer {self.name} {reason} {word}.")
        found = getattr(nodes[0], what)
        return found[0] if isinstance(found, (list, tuple)) and len(found) == 1 else found

    @property
    def _inbound_nodes(self) -> list[Any]:
        return self._keras.nodes

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    __str__ = __repr__

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "build" in cls.__dict__:
            cls.build = _built(cls.__dict__["build"])  # type: ignore[method-assign]

    @classmethod
    def _shell(cls, *recipe: Any) -> Self:
        made = cls.__new__(cls)
        Module.__init__(made)
        return made

    def _restore(self, contents: dict[str, Any]) -> None:
        super()._restore(contents)
        # Attributes stand for variables, not for the boxes below them.
        for name, variable in self._keras.variables.items():
            box = self._parameters.get(name, self._buffers.get(name))
            if box is not None:
                variable._cell.box = box
                if self.__dict__.get(name) is box:
                    self.__dict__[name] = variable

    def _own(self, handle: Handle) -> None:
        self.__dict__.setdefault("_keras", Facts())
        super()._own(handle)


def _built(build: Any) -> Any:
    """A class's build method, which notes for which shapes it ran, and that the layer is built."""

    @functools.wraps(build)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        facts = self._keras
        facts.building += 1
        try:
            if facts.building > 1:  # super().build(...)
                return build(self, *args, **kwargs)
            with _names.scope(self.name):
                facts.path = _names.path()
            with _recording.CONSTANT:
                result = build(self, *args, **kwargs)
        finally:
            facts.building -= 1
        try:
            facts.build_shapes = dict(list(inspect.signature(build).bind(self, *args, **kwargs).arguments.items())[1:])
        except TypeError:
            pass
        facts.built = True
        return result

    return wrapper


def _checked(name: Any) -> str:
    if not isinstance(name, str) or "/" in name:
        raise ValueError(f"Argument `name` must be a string and cannot contain character `/`. Received: name={name}")
    return name
