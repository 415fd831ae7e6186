"""Values of arguments as the engine's expressions write them, and back."""

from __future__ import annotations

import ast
import math
import operator
import re
from typing import Any

import numpy as np

from ._dtypes import DType
from ._errors import ArgumentError, ArgumentTypeError, Error
from ._library import check
from ._tensor import Tensor, plain


def literal(value: Any, what: str) -> str:
    """A value as an expression writes it. `what` names the argument, for the sentence of a TypeError."""
    value = value.item() if isinstance(value, (Tensor, np.ndarray)) and not value.shape else value
    value = plain(value)
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, float):
        return repr(value)  # inf and nan are the grammar's own words
    if isinstance(value, DType):
        return value.name
    if isinstance(value, (tuple, list)):
        try:
            inner = [literal(element, what) for element in value]
        except RecursionError:
            raise TypeError(
                f"{what}: expected nested tuples, found one that contains itself, or is nested too deep: {value!r:.80}"
            ) from None
        return f"({', '.join(inner)}{',' if len(inner) == 1 else ''})"
    try:
        whole = operator.index(value)
    except (TypeError, Error):
        raise TypeError(
            f"{what}: expected a number, a text, a tuple, True, False or None, found {value!r:.80}"
        ) from None
    if not -1 << 63 <= whole < 1 << 63:
        raise ArgumentError(f"{what}: expected a whole number of 64 bits, found {whole}")
    return repr(whole)


def quoted(text: str) -> str:
    """A text in quotes, with the escapes that the grammar has."""
    for character, escape in (("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        text = text.replace(character, escape)
    return f"'{text}'"


def value(text: str) -> Any:
    """The value that a literal of the engine's spells."""
    words = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}
    if text in words:
        return words[text]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):  # a tuple with infinities in it
        return tuple(value(part.strip()) for part in text.strip("()").split(",") if part.strip())


def arguments(text: str) -> dict[str, Any]:
    """The values of a text of the engine's such as "lr=0.1, betas=(0.9, 0.95)", by name."""
    call: Any = ast.parse(f"_({text})", mode="eval").body
    return {keyword.arg: _term(keyword.value) for keyword in call.keywords}


def _term(node: Any) -> Any:
    if isinstance(node, ast.Tuple):
        return tuple(_term(element) for element in node.elts)
    if isinstance(node, ast.Name):  # inf and nan
        return float(node.id)
    if isinstance(node, ast.UnaryOp):
        return -_term(node.operand)
    return node.value


def check_call(status: int) -> None:
    """As check, for a call whose text Python has written: no column of it means anything to a user, and a wrong type is
    a TypeError."""
    try:
        check(status)
    except ArgumentError as error:
        sentence = re.sub(r"column \d+: ", "", str(error))
        kind = ArgumentTypeError if re.search(r" takes .* but found ", sentence) else ArgumentError
        raise kind(sentence) from None
