"""What compiled functions need to know of modules, without importing them."""

revision = 0


class Base:
    """The base class of nn.Module, by which a module is known."""


def changed():
    """Notes that a module has another child, parameter or mode: what was derived from any module's state is to be looked up anew."""
    global revision
    revision += 1


def used_by(function):
    """The modules that a function sees: in its closure, by a global name, as the object it is a method of, or as that object's attribute."""
    seen = []
    owner = getattr(function, "__self__", None)
    if owner is not None:
        seen += [owner, *getattr(owner, "__dict__", {}).values()]
        function = function.__func__
    for cell in getattr(function, "__closure__", None) or ():
        try:
            seen.append(cell.cell_contents)
        except ValueError:
            pass  # a variable that is not bound yet
    code = getattr(function, "__code__", None)
    if code is not None:
        seen += [function.__globals__.get(name) for name in _names(code)]
    modules = []
    for value in seen:
        if isinstance(value, Base) and value not in modules:
            modules.append(value)
    return modules


def _names(code):
    """Names that code may look up among the globals, also in functions defined inside it."""
    yield from code.co_names
    for constant in code.co_consts:
        if hasattr(constant, "co_names"):
            yield from _names(constant)
