"""Tables for people."""

from collections.abc import Iterable
from typing import Final

from rich.table import Table


WHOLE: Final = frozenset({"Day", "Id"})
"""Columns that are never cut."""


def table_of(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Table:
    """Return a table; a heading that ends in `>` is above numbers."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for head in heads:
        right = head.endswith(">")
        table.add_column(
            head.removesuffix(">"),
            justify="right" if right else "left",
            no_wrap=head in WHOLE,
        )
    for row in rows:
        table.add_row(*row)
    return table
