"""Names: of functions that a factory makes, and of the operation that a sentence of an error is about."""

import sys


def named(function, name, doc):
    """A factory's function under its own name, also in tracebacks and in `operation`."""
    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    function.__code__ = function.__code__.replace(co_name=name)
    return function


def operation(default, methods=True):
    """The operation whose arguments a helper of this package looks at: the innermost public function (or method) that is being called. Asked for only where
    something is wrong."""
    package = sys.modules[__package__]
    public, tensor = {*package.__all__, "_repeat"}.difference(package._LATER), package.Tensor if methods else None
    frame = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").startswith(__package__):
        name = frame.f_code.co_name
        if name in public or not name.startswith("_") and hasattr(tensor, name):
            return name.lstrip("_")
        frame = frame.f_back
    return default
