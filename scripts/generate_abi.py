#!/usr/bin/env python3
"""Writes python/wingbeat/_abi.py, the ctypes declarations, from include/wingbeat.h.

The header is the one source of truth; a declaration written twice by hand would drift.

    scripts/generate_abi.py            writes the file
    scripts/generate_abi.py --check    fails if the file on disk is not what the header says
"""

import sys
import textwrap

from header import ROOT, write

OUTPUT = ROOT / "python" / "wingbeat" / "_abi.py"
FROM_CTYPES = (
    *("CFUNCTYPE", "POINTER", "Structure", "c_char_p", "c_double", "c_int", "c_int32", "c_int64", "c_size_t"),
    *("c_uint64", "c_void_p"),
)


def ctype(c_type):
    """The ctypes expression for a C type."""
    stars = c_type.stars
    if c_type.kind in ("void", "char") and stars:  # void * and char * have types of their own
        expression, stars = f"c_{c_type.base}_p", stars - 1
    elif c_type.kind == "char":
        raise ValueError("a plain char is not known to any binding")
    elif c_type.kind == "void":
        expression = "None"
    elif c_type.kind == "number":
        expression = f"c_{c_type.base.removesuffix('_t')}" if c_type.base != "size_t" else "c_size_t"
    else:
        expression = c_type.base
    if c_type.kind == "handle":  # a name, not an address to follow
        stars -= 1
    return "POINTER(" * stars + expression + ")" * stars


def render(header):
    lines = [
        '"""The C ABI for ctypes: constants, types and functions of include/wingbeat.h.',
        "",
        "Written by scripts/generate_abi.py; do not edit. A handle (wb_tensor and its like) is an int or None. An",
        "argument that is a callback takes an instance of the callback's type or None.",
        '"""',
        "",
        "from ctypes import (",
        *(f"    {name}," for name in FROM_CTYPES),
        ")",
        "",
        f"WB_ABI_VERSION = {header.abi_version}",
    ]
    for name, values in header.enums.items():
        lines += ["", f"{name} = c_int"]
        lines += [f"{constant} = {value}" for constant, value in values]
    lines += [""]
    lines += [f"{name} = c_void_p" for name in header.handles]
    for name, fields in header.structs.items():
        lines += ["", "", f"class {name}(Structure):", "    _fields_ = ["]
        lines += [f'        ("{field}", {ctype(c_type)}),' for field, c_type in fields]
        lines += ["    ]", "", ""]
    for name, callback in header.callbacks.items():
        types = [callback.result, *(c_type for _, c_type in callback.parameters)]
        text = f"{name} = CFUNCTYPE({', '.join(map(ctype, types))})"
        lines += textwrap.wrap(text, 120, subsequent_indent="    ")
    lines += ["", "# name: (result, arguments, their names)", "FUNCTIONS = {"]
    for name, function in header.functions.items():
        # ctypes refuses None for a CFUNCTYPE argument but takes None and any callback for c_void_p.
        shown = ["c_void_p" if c_type.kind == "callback" else ctype(c_type) for _, c_type in function.parameters]
        quoted = ", ".join(f'"{argument}"' for argument, _ in function.parameters)
        entry = f'"{name}": ({ctype(function.result)}, [{", ".join(shown)}], [{quoted}]),'
        lines += textwrap.wrap(entry, 120, initial_indent="    ", subsequent_indent="        ")
    lines += ["}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(write(OUTPUT, render, sys.argv[1:], __doc__))
