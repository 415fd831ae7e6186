"""What a user sees of the package: dir() and __all__ of the public modules, and the names of public classes."""

import importlib
import inspect
import types

import pytest

import wingbeat as wb

MODULES = (
    "wingbeat",
    "wingbeat.accelerator",
    "wingbeat.amp",
    "wingbeat.autograd",
    "wingbeat.autograd.functional",
    "wingbeat.backends",
    "wingbeat.cuda",
    "wingbeat.cuda.amp",
    "wingbeat.data",
    "wingbeat.distributed",
    "wingbeat.distributions",
    "wingbeat.fft",
    "wingbeat.func",
    "wingbeat.h5",
    "wingbeat.implicit",
    "wingbeat.jit",
    "wingbeat.linalg",
    "wingbeat.nn",
    "wingbeat.nn.functional",
    "wingbeat.nn.init",
    "wingbeat.nn.modules",
    "wingbeat.nn.parallel",
    "wingbeat.nn.utils",
    "wingbeat.nn.utils.parametrizations",
    "wingbeat.nn.utils.parametrize",
    "wingbeat.nn.utils.rnn",
    "wingbeat.nn.utils.stateless",
    "wingbeat.optim",
    "wingbeat.optim.lr_scheduler",
    "wingbeat.optim.swa_utils",
    "wingbeat.random",
    "wingbeat.serialization",
    "wingbeat.signal",
    "wingbeat.signal.windows",
    "wingbeat.special",
    "wingbeat.storage",
    "wingbeat.testing",
    "wingbeat.training",
    "wingbeat.utils",
    "wingbeat.utils.checkpoint",
    "wingbeat.utils.data",
    "wingbeat.version",
    "wingbeat.vision",
    "wingbeat.vision.datasets",
    "wingbeat.vision.transforms",
    "wingbeat.vision.transforms.functional",
    "wingbeat.vision.utils",
)
# What training takes from data, until it is elsewhere.
HELPERS = {"wingbeat.data": {"as_dataset", "loader_order", "shuffle_code"}}


def modules():
    return [pytest.param(importlib.import_module(name), id=name) for name in MODULES]


def public_classes():
    return [
        pytest.param(value, id=f"{name}.{public}")
        for name in MODULES
        for public in importlib.import_module(name).__all__
        if inspect.isclass(value := getattr(importlib.import_module(name), public))
    ]


def defined_in(module):
    """Names without an underscore of functions and classes that are a module's own, and of all else in it that is
    neither a module nor imported from one."""
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and not isinstance(value, types.ModuleType)
        and getattr(value, "__module__", "").split(".")[0] == "wingbeat"
        and (module is wb or value.__module__ == module.__name__)
    }


def test_every_module_that_is_reached_from_the_package_is_looked_at():
    found, todo = set(), ["wingbeat"]
    while todo:
        name = todo.pop()
        found.add(name)
        module = importlib.import_module(name)
        todo += [
            f"{name}.{public}"
            for public in getattr(module, "__all__", ())
            if isinstance(getattr(module, public), types.ModuleType)
        ]
    assert found == set(MODULES)


@pytest.mark.parametrize("module", modules())
def test_dir_shows_what_is_public_and_nothing_else(module):
    names = dir(module)
    assert names == sorted(set(names))
    assert {name for name in names if not (name.startswith("__") and name.endswith("__"))} == set(module.__all__)
    assert {"__all__", "__doc__", "__name__"} <= set(names)


@pytest.mark.parametrize("module", modules())
def test_all_is_right_and_complete(module):
    assert len(set(module.__all__)) == len(module.__all__)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    assert defined_in(module) - set(module.__all__) - HELPERS.get(module.__name__, set()) == set()


def test_what_is_imported_late_is_public():
    assert set(wb._LATER) <= set(wb.__all__)


@pytest.mark.parametrize("kind", public_classes())
def test_public_methods_and_properties_of_public_classes_are_documented(kind):
    for name in dir(kind):
        value = inspect.getattr_static(kind, name)
        if not name.startswith("_") and isinstance(value, (types.FunctionType, property, staticmethod, classmethod)):
            assert inspect.getdoc(getattr(kind, name)), f"{kind.__name__}.{name}"
