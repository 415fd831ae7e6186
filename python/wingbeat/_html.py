"""How objects look in notebooks: tables and texts as HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# A table is to be looked at; who wants all of it asks for the values.
_MOST_ROWS = 200


def text(value: object) -> str:
    """A printed object, line by line."""
    return f"<pre>{escape(str(value))}</pre>"


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table with a line for each row; numbers have four digits."""
    shown = list(rows)
    lines = ["".join(f"<td>{escape(_cell(cell))}</td>" for cell in row) for row in shown[:_MOST_ROWS]]
    if len(shown) > _MOST_ROWS:
        lines.append(f'<td colspan="{len(columns)}">{len(shown) - _MOST_ROWS} more</td>')
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    return (
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(f'<tr>{line}</tr>' for line in lines)}</tbody></table>"
    )


def _cell(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
