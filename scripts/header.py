"""What include/wingbeat.h declares, for the scripts that write other languages' declarations from it.

The header is regular enough (no macros in declarations, one style of enum, struct and prototype) that a small parser
serves, and anything it does not understand is an error rather than a silent omission.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = ROOT / "include" / "wingbeat.h"

# What a type is built on, beside what the header itself declares.
NUMBERS = ("int32_t", "int64_t", "uint64_t", "size_t", "double")
BASES = {"void": "void", "char": "char"} | dict.fromkeys(NUMBERS, "number")


@dataclass(frozen=True)
class Type:
    """A C type: a base, and for the base and each pointer to it, from the inside out, whether it is const."""

    base: str  # int32_t, wb_tensor, ...
    kind: str  # void, char, number, enum, handle, struct or callback
    constant: tuple  # (base, first pointer, second pointer, ...)

    @property
    def stars(self):
        return len(self.constant) - 1


@dataclass
class Function:
    """A function, or the type of one that is called back."""

    name: str
    result: Type
    parameters: list  # of (name, Type)
    comment: str  # the text right in front of it; "" if there is none
    place: int  # in the header's text


@dataclass
class Header:
    """What a header declares, in its order."""

    abi_version: int
    enums: dict  # name -> [(constant, value)]
    handles: list  # names of opaque structs
    structs: dict  # name -> [(field, Type)]
    callbacks: dict  # name -> Function
    functions: dict  # name -> Function
    sections: list  # of (place, title)


def blank(text):
    """Spaces in its place, so that what follows keeps its place."""
    return re.sub(r"\S", " ", text)


def take(pattern, text):
    """All matches of a pattern, and the text without them."""
    matches = list(re.finditer(pattern, text, flags=re.S))
    return matches, re.sub(pattern, lambda match: blank(match[0]), text, flags=re.S)


def parse_type(declaration, known):
    """The type in a declaration such as `const wb_tensor *x` (a name may follow the type)."""
    tokens = re.findall(r"\w+|\*", declaration)
    base = next(token for token in tokens if token != "const")
    if base not in known:
        raise ValueError(f"unknown type in '{declaration.strip()}'")
    stars = [place for place, token in enumerate(tokens) if token == "*"]
    inner = tokens[: stars[0]] if stars else tokens
    return Type(base, known[base], ("const" in inner, *(tokens[place + 1 : place + 2] == ["const"] for place in stars)))


def parse_parameters(text, known):
    if text.strip() == "void":
        return []
    return [(re.findall(r"\w+", part)[-1], parse_type(part, known)) for part in text.split(",")]


def enum_values(body):
    values, following = [], 0
    for entry in filter(None, (part.strip() for part in body.split(","))):
        name, _, value = (part.strip() for part in entry.partition("="))
        following = int(value, 0) if value else following
        values.append((name, following))
        following += 1
    return values


def comment_text(comment):
    """The words of a comment, in one line; an empty line in it stays a line break."""
    lines = [re.sub(r"^\s*\*? ?", "", line).strip() for line in comment[2:].removesuffix("*/").splitlines()]
    return "\n".join(" ".join(paragraph.split()) for paragraph in re.split(r"\n\n+", "\n".join(lines)))


def parse(text):
    comments, text = take(r"/\*.*?\*/|//[^\n]*", text)
    abi_version = int(re.search(r"#define\s+WB_ABI_VERSION\s+(\d+)", text).group(1))
    _, text = take(r"#[^\n]*|extern \"C\" \{", text)

    enums, text = take(r"typedef\s+enum\s+\w+\s*\{(.*?)\}\s*(\w+)\s*;", text)
    structs, text = take(r"typedef\s+struct\s+\w+\s*\{(.*?)\}\s*(\w+)\s*;", text)
    handles, text = take(r"typedef\s+struct\s+(\w+)\s+\1\s*;", text)
    callbacks, text = take(r"typedef\s+([\w\s]+?[\s*])\(\s*\*\s*(\w+)\s*\)\s*\(([^)]*)\)\s*;", text)
    functions, text = take(r"([a-z][\w\s]*?[\s*])(wb_\w+)\s*\(([^)]*)\)\s*;", text)
    if rest := text.replace("}", " ").strip():
        raise ValueError(f"not understood in {HEADER.name}: {rest[:200]}")

    known = BASES | {m[2]: "enum" for m in enums} | {m[1]: "handle" for m in handles}
    known |= {m[2]: "struct" for m in structs} | {m[2]: "callback" for m in callbacks}

    # A comment belongs to what begins after it, with nothing but spaces between. A row of dashes opens a section.
    section, spaces = re.compile(r"/\* -{10,} ([^\n*]*)"), re.compile(r"\s*")
    sections = [(comment.start(), title[1].strip()) for comment in comments if (title := section.match(comment[0]))]
    belonging = {
        spaces.match(comment.string, comment.end()).end(): comment_text(comment[0])
        for comment in comments
        if not section.match(comment[0])
    }

    def function(match):
        return Function(
            match[2],
            parse_type(match[1], known),
            parse_parameters(match[3], known),
            belonging.get(match.start(), ""),
            match.start(),
        )

    return Header(
        abi_version,
        {m[2]: enum_values(m[1]) for m in enums},
        [m[1] for m in handles],
        {
            m[2]: [
                (re.findall(r"\w+", field)[-1], parse_type(field, known)) for field in m[1].split(";") if field.strip()
            ]
            for m in structs
        },
        {m[2]: function(m) for m in callbacks},
        {m[2]: function(m) for m in functions},
        sections,
    )


def write(output, render, options, usage):
    """Writes what the header gives to a file, or with --check compares. Returns 0, or the sentence of an error."""
    if options not in ([], ["--check"]):
        return usage
    text = render(parse(HEADER.read_text(encoding="utf-8")))
    if not options:
        output.parent.mkdir(exist_ok=True)
        output.write_text(text, encoding="utf-8")
    elif not output.exists() or output.read_text(encoding="utf-8") != text:
        return f"{output.relative_to(ROOT)} is not what {HEADER.relative_to(ROOT)} says; run the script without --check"
    return 0
