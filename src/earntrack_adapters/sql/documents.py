"""Rows as JSON, for rows that are kept inside of others."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table

from earntrack_adapters.sql.columns import Codec, Key, sqlite_codecs


def as_document(table: Table, values: Mapping[str, Any]) -> list[Any]:
    """Return the values of a row as JSON knows them, in column order."""
    return [
        None if (value := values[column.name]) is None else write(value)
        for column in table.columns
        for write, _ in (_codecs(column),)
    ]


def from_document(table: Table, written: Sequence[Any]) -> tuple[Any, ...]:
    """Return a row from what `as_document` made of it."""
    pairs = zip(table.columns, written, strict=True)
    return tuple(
        None if value is None else _codecs(column)[1](value)
        for column, value in pairs
    )


def _codecs(column: Column[Any]) -> tuple[Codec, Codec]:
    """Return how SQLite has values, but for identities: JSON has no bytes."""
    kind = column.type
    return (str, UUID) if isinstance(kind, Key) else sqlite_codecs(kind)
