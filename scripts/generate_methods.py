#!/usr/bin/env python3
"""Writes python/wingbeat/_methods.pyi: the methods that other modules give Tensor, declared for type checkers.

A function of an operation becomes a method by an assignment to the class, which a type checker does not see. Here the
functions are asked for their own signatures, so a method is declared nowhere by hand. Of a function with overloads
those are taken, from its source.

    scripts/generate_methods.py            writes the file
    scripts/generate_methods.py --check    fails if the file on disk is not what the package says
"""

import ast
import builtins
import collections.abc
import inspect
import re
import sys
import textwrap
import typing
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "python" / "wingbeat" / "_methods.pyi"
sys.path.insert(0, str(ROOT / "python"))

import wingbeat  # noqa: E402
from wingbeat import _device, _typing  # noqa: E402

# Methods of Tensor have these names, so that in the class they no longer name the types.
SHADOWED = ("bool", "float", "int")
# Comparisons give tensors, where object promises a bool.
INCOMPATIBLE = ("__eq__", "__ne__")
# What the module of aliases only imports.
NOT_ALIASES = ("Tensor", "DType")
HEADER = '''\
"""The methods that other modules give Tensor: declarations for type checkers and editors, and nothing that runs.

Written by scripts/generate_methods.py; do not edit.
"""
'''


def given_methods():
    """(name, function, or property) of what is not in the class's own body, in order of their names."""
    for name, value in sorted(vars(wingbeat.Tensor).items()):
        function = value.fget if isinstance(value, property) else value
        if inspect.isfunction(function) and not function.__qualname__.startswith("Tensor."):
            yield name, value


def overloads(function):
    """The definitions that overload a function, as its source has them."""
    for node in ast.parse(inspect.getsource(sys.modules[function.__module__])).body:
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__:
            if "overload" in map(ast.unparse, node.decorator_list):
                yield node


def definition(function):
    """A function's own signature as a definition. Annotations are text; a default that has a name is a dtype."""
    signature, parameters = inspect.signature(function), []
    for parameter in signature.parameters.values():
        text = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "") + parameter.name
        if parameter.kind is parameter.KEYWORD_ONLY and not any(other.startswith("*") for other in parameters):
            parameters.append("*")
        if parameter.annotation is not parameter.empty:
            text += f": {parameter.annotation}"
        if parameter.default is not parameter.empty:
            text += f" = {getattr(parameter.default, 'name', None) or repr(parameter.default)}"
        parameters.append(text)
    return ast.parse(f"def _({', '.join(parameters)}) -> {signature.return_annotation}: ...").body[0]


def head(name, node):
    """The first line of a method, from its function's definition, whose first argument is the tensor itself."""
    arguments = node.args
    owner, *others = arguments.args
    defaults = [*[None] * len(others), *arguments.defaults][-len(others) :] if others else []
    parts = ["self", *map(parameter, others, defaults)]
    if arguments.vararg is not None:
        parts.append("*" + parameter(arguments.vararg))
    elif arguments.kwonlyargs:
        parts.append("*")
    parts += map(parameter, arguments.kwonlyargs, arguments.kw_defaults)
    if arguments.kwarg is not None:
        parts.append("**" + parameter(arguments.kwarg))
    in_place = name.endswith("_") and not name.endswith("__")
    gives_itself = in_place or ast.unparse(node.returns) == ast.unparse(owner.annotation) == "TensorT"
    return wrapped(f"def {name}(", parts, f") -> {'Self' if gives_itself else kind(node.returns)}:")


def parameter(argument, default=None):
    text = argument.arg + (f": {kind(argument.annotation)}" if argument.annotation else "")
    return text if default is None else f"{text} = {ast.unparse(default)}"


def kind(annotation):
    """An annotation as it stands in the class."""
    return re.sub(rf"(?<![\w.'])({'|'.join(SHADOWED)})(?![\w'])", r"builtins.\1", ast.unparse(annotation))


def wrapped(start, parts, end):
    """The parts between start and end, in lines of 110 columns."""
    lines, line = [], start
    for place, part in enumerate(parts):
        part += end if place == len(parts) - 1 else ","
        if len(line) + len(part) > 110 and place:
            lines.append(line.rstrip())
            line = " " * len(start)
        line += part + " "
    return "\n".join([*lines, line.rstrip()])


def declaration(name, value):
    """The lines that declare a method or a property."""
    function = inspect.unwrap(value.fget if isinstance(value, property) else value)
    heads = list(dict.fromkeys(head(name, node) for node in [*overloads(function)] or [definition(function)]))
    doc, lines = inspect.getdoc(value), []
    for place, text in enumerate(heads):
        if len(heads) > 1:
            lines.append("@overload")
        if isinstance(value, property):
            lines.append("@property")
        if doc is None or place:
            lines.append(text + " ..." + ("  # type: ignore[override]" if name in INCOMPATIBLE else ""))
        else:
            lines += [text, textwrap.indent(quoted(doc, 112), "    ")]
    return "\n".join(lines)


def quoted(doc, width):
    """A docstring in lines of at most `width` columns: a paragraph with a longer line is wrapped anew."""
    paragraphs, before = [], ""
    for line in f'"""{doc}'.splitlines():
        if not before or not line or line.startswith(" ") or re.match(r"[\w*]+: ", line):
            paragraphs.append([])
        paragraphs[-1].append(line)
        before = line
    lines = []
    for paragraph in paragraphs:
        fits = all(len(line) <= width for line in paragraph)
        lines += paragraph if fits else textwrap.wrap(" ".join(paragraph), width)
    if len(lines) == 1 and len(lines[0]) + 3 <= width:
        return lines[0] + '"""'
    return "\n".join([*lines, '"""'])


def names_in(text):
    """The names that declarations use."""
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    parts = [part for function in functions for part in (function.args, function.returns, *function.decorator_list)]
    return {name.id for part in parts for name in ast.walk(part) if isinstance(name, ast.Name)}


def home(name, functions):
    """The module to import a name from; None for one that is always there."""
    if name == "Self":
        return "typing_extensions"
    if name == "Generator":  # of random numbers, and not collections.abc's
        return "._generator"
    for module in (collections.abc, typing):
        if hasattr(module, name):
            return module.__name__
    if hasattr(_typing, name) and name not in NOT_ALIASES:
        return "._typing"
    if hasattr(_device, name):
        return "._device"
    if hasattr(builtins, name) or name == "builtins":
        return None
    for function in functions:
        found = function.__globals__.get(name)
        if isinstance(found, type(wingbeat.float32)):
            return "._dtypes"
        if found is not None:
            return found.__module__.replace("wingbeat", "", 1)
    raise SystemExit(f"scripts/generate_methods.py: no module has the name {name}, which an annotation uses")


def document():
    found = list(given_methods())
    methods = "\n\n".join(declaration(name, value) for name, value in found)
    body = "class Methods:\n" + textwrap.indent(methods, "    ") + "\n"
    functions = [value.fget if isinstance(value, property) else value for _, value in found]
    imports = {}
    for name in sorted(names_in(body)):
        imports.setdefault(home(name, functions), []).append(name)
    imports.pop(None)
    lines, before = ["import builtins"], 0
    for module in sorted(imports, key=lambda module: (rank(module), module)):
        line = f"from {module} import {', '.join(imports[module])}"
        if len(line) > 120:
            line = "\n    ".join([f"from {module} import (", *(f"{name}," for name in imports[module])]) + "\n)"
        lines += [""] * (rank(module) > before) + [line]
        before = rank(module)
    return HEADER + "\n" + "\n".join(lines) + "\n\n" + body


def rank(module):
    """Python's own modules come first, then other packages', then this package's."""
    return 2 if module.startswith(".") else 1 if module == "typing_extensions" else 0


def main():
    text = document()
    if "--check" in sys.argv[1:]:
        if not OUTPUT.exists() or OUTPUT.read_text(encoding="utf-8") != text:
            raise SystemExit(f"{OUTPUT.relative_to(ROOT)} is not what the package says: run `make docs`")
        return
    OUTPUT.write_text(text, encoding="utf-8")
    print(f"{OUTPUT.relative_to(ROOT)}: {text.count(chr(10))} lines")


if __name__ == "__main__":
    main()
