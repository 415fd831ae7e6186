#!/usr/bin/env python3
"""Writes python/wingbeat/_abi.py, the ctypes declarations, from include/wingbeat.h.

The header is the one source of truth; a declaration written twice by hand would drift. The header is regular enough
(no macros in declarations, one style of enum, struct and prototype) that a small parser serves, and anything it does
not understand is an error rather than a silent omission.

    scripts/generate_abi.py            writes the file
    scripts/generate_abi.py --check    fails if the file on disk is not what the header says
"""

import re
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = ROOT / "include" / "wingbeat.h"
OUTPUT = ROOT / "python" / "wingbeat" / "_abi.py"

SCALARS = {
    "char": "c_char", "int32_t": "c_int32", "int64_t": "c_int64", "uint64_t": "c_uint64", "size_t": "c_size_t",
    "double": "c_double", "void": "None",
}


@dataclass
class Header:
    """What a header declares, in its order."""
    abi_version: int
    enums: dict        # name -> [(constant, value)]
    handles: list      # names of opaque structs
    structs: dict      # name -> [(field, ctypes expression)]
    callbacks: dict    # name -> [result, argument, ...]
    functions: dict    # name -> (result, [argument, ...], [its name, ...])


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)


def take(pattern, text):
    """All matches of a pattern, and the text without them."""
    return list(re.finditer(pattern, text, flags=re.S)), re.sub(pattern, " ", text, flags=re.S)


def ctype(declaration, known):
    """The ctypes expression for a C type such as `const wb_tensor *` (the name of a parameter may follow)."""
    words = re.findall(r"\w+|\*", declaration.replace("const", " "))
    base, stars = words[0], words.count("*")
    if base in SCALARS:
        expression = SCALARS[base]
    elif base in known:
        expression = base
    else:
        raise ValueError(f"unknown type in '{declaration.strip()}'")
    # Levels of pointers that ctypes has a type of its own for: void *, char *, and a handle, which is a name, not an address to follow.
    if stars and (expression == "None" or known.get(base) == "handle"):
        expression, stars = ("c_void_p" if expression == "None" else base), stars - 1
    elif stars and expression == "c_char":
        expression, stars = "c_char_p", stars - 1
    elif not stars and expression == "c_char":
        raise ValueError(f"plain char in '{declaration.strip()}'")
    for _ in range(stars):
        expression = f"POINTER({expression})"
    return expression


def arguments(text, known):
    text = text.strip()
    return [] if text == "void" else [ctype(part, known) for part in text.split(",")]


def names(text):
    return [] if text.strip() == "void" else [re.findall(r"\w+", part)[-1] for part in text.split(",")]


def enum_values(body):
    values, following = [], 0
    for entry in filter(None, (part.strip() for part in body.split(","))):
        name, _, value = (part.strip() for part in entry.partition("="))
        following = int(value, 0) if value else following
        values.append((name, following))
        following += 1
    return values


def parse(text):
    text = without_comments(text)
    abi_version = int(re.search(r"#define\s+WB_ABI_VERSION\s+(\d+)", text).group(1))
    text = re.sub(r"^[ \t]*#.*$", " ", text, flags=re.M).replace('extern "C" {', " ")

    enums, text = take(r"typedef\s+enum\s+\w+\s*\{(.*?)\}\s*(\w+)\s*;", text)
    structs, text = take(r"typedef\s+struct\s+\w+\s*\{(.*?)\}\s*(\w+)\s*;", text)
    handles, text = take(r"typedef\s+struct\s+(\w+)\s+\1\s*;", text)
    callbacks, text = take(r"typedef\s+([\w\s]+?[\s*])\(\s*\*\s*(\w+)\s*\)\s*\(([^)]*)\)\s*;", text)
    functions, text = take(r"([a-z][\w\s]*?[\s*])(wb_\w+)\s*\(([^)]*)\)\s*;", text)
    if rest := text.replace("}", " ").strip():
        raise ValueError(f"not understood in {HEADER.name}: {rest[:200]}")

    known = {m[2]: "enum" for m in enums} | {m[1]: "handle" for m in handles} | {m[2]: "struct" for m in structs}
    known |= {m[2]: "callback" for m in callbacks}
    fields = {m[2]: [(f.split()[-1], ctype(f, known)) for f in m[1].split(";") if f.strip()] for m in structs}
    return Header(
        abi_version,
        {m[2]: enum_values(m[1]) for m in enums},
        [m[1] for m in handles],
        fields,
        {m[2]: [ctype(m[1], known), *arguments(m[3], known)] for m in callbacks},
        {m[2]: (ctype(m[1], known), arguments(m[3], known), names(m[3])) for m in functions},
    )


def render(header):
    lines = [
        '"""The C ABI for ctypes: constants, types and functions of include/wingbeat.h.',
        "",
        "Written by scripts/generate_abi.py; do not edit. A handle (wb_tensor and its like) is an int or None. An argument that is",
        "a callback takes an instance of the callback's type or None.",
        '"""',
        "",
        "from ctypes import (CFUNCTYPE, POINTER, Structure, c_char_p, c_double, c_int, c_int32, c_int64, c_size_t, c_uint64,",
        "                    c_void_p)",
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
        lines += [f'        ("{field}", {expression}),' for field, expression in fields]
        lines += ["    ]", "", ""]
    for name, (result, *rest) in header.callbacks.items():
        lines += [f"{name} = CFUNCTYPE({', '.join([result, *rest])})"]
    lines += ["", "# name: (result, arguments, their names)", "FUNCTIONS = {"]
    for name, (result, argument_types, argument_names) in header.functions.items():
        # ctypes refuses None for a CFUNCTYPE argument but takes None and any callback for c_void_p.
        shown = ["c_void_p" if argument in header.callbacks else argument for argument in argument_types]
        quoted = ", ".join(f'"{argument}"' for argument in argument_names)
        entry = f'"{name}": ({result}, [{", ".join(shown)}], [{quoted}]),'
        lines += textwrap.wrap(entry, 120, initial_indent="    ", subsequent_indent="        ")
    lines += ["}"]
    return "\n".join(lines) + "\n"


def main(options):
    if options not in ([], ["--check"]):
        return __doc__
    text = render(parse(HEADER.read_text(encoding="utf-8")))
    if not options:
        OUTPUT.write_text(text, encoding="utf-8")
    elif not OUTPUT.exists() or OUTPUT.read_text(encoding="utf-8") != text:
        return f"{OUTPUT.relative_to(ROOT)} is not what {HEADER.relative_to(ROOT)} says; run scripts/generate_abi.py"
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
