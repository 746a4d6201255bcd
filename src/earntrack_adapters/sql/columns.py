"""Column types: what our values look like in each database.

Each knows how to write a value for the driver (`sqlite`, `postgres`) and how
to read what the driver returns. SQLAlchemy uses them through the usual
methods of a type; hot paths use the functions alone.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Dialect,
    Integer,
    LargeBinary,
    Text,
    TypeDecorator,
    Uuid,
)
from sqlalchemy.types import TypeEngine

from earntrack_core.kernel.ids import uuid_of


Codec = Callable[[Any], Any]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


def same(value: Any) -> Any:
    """Return *value* as it is."""
    return value


class Written(TypeDecorator[Any]):
    """A type that looks different in the database."""

    cache_ok = True

    sqlite: ClassVar[Any]
    """Writes a value for SQLite."""
    postgres: ClassVar[Any]
    """Writes a value for PostgreSQL, where its driver does not."""
    read_sqlite: ClassVar[Any]
    read_postgres: ClassVar[Any]

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Write a value."""
        write = getattr(type(self), _family(dialect))
        return None if value is None else write(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Read a value."""
        read = getattr(type(self), f"read_{_family(dialect)}")
        return None if value is None else read(value)


def _family(dialect: Dialect) -> str:
    return "sqlite" if dialect.name == "sqlite" else "postgres"


def write_instant(value: datetime) -> int:
    """Return the microseconds since 1970."""
    return (value - EPOCH) // MICROSECOND


def read_instant(value: int) -> datetime:
    """Return the instant so many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=value)


def write_key(value: UUID) -> bytes:
    """Return the 16 bytes of an identity."""
    return value.bytes


@lru_cache(maxsize=4_096)
def read_key(value: bytes) -> UUID:
    """Return the identity of 16 bytes; the same few come again and again."""
    return uuid_of(int.from_bytes(value))


def write_span(value: timedelta) -> int:
    """Return how many microseconds a span has."""
    return value // MICROSECOND


def read_span(value: int) -> timedelta:
    """Return a span of so many microseconds."""
    return timedelta(microseconds=value)


def write_exact(value: Decimal) -> str:
    """Return a decimal number as it is."""
    return format(value, "f")


def write_document(value: Any) -> str:
    """Return a value as JSON text."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


class Key(Written):
    """An identity: a uuid where there is such a type, else 16 bytes."""

    impl = Uuid
    cache_ok = True
    sqlite = staticmethod(write_key)
    postgres = staticmethod(same)
    read_sqlite = staticmethod(read_key)
    read_postgres = staticmethod(same)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the database has for it."""
        small = LargeBinary(16) if dialect.name == "sqlite" else Uuid()
        return dialect.type_descriptor(small)


class Instant(Written):
    """A UTC datetime; SQLite, which has none, counts microseconds."""

    impl = DateTime(timezone=True)
    cache_ok = True
    sqlite = staticmethod(write_instant)
    postgres = staticmethod(same)
    read_sqlite = staticmethod(read_instant)
    read_postgres = staticmethod(same)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the database has for it."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))


class Span(Written):
    """A length of time, in microseconds."""

    impl = BigInteger
    cache_ok = True
    sqlite = postgres = staticmethod(write_span)
    read_sqlite = read_postgres = staticmethod(read_span)


class Exact(Written):
    """A decimal number as text, so that no digit is lost."""

    impl = Text
    cache_ok = True
    sqlite = postgres = staticmethod(write_exact)
    read_sqlite = read_postgres = staticmethod(Decimal)


class Document(Written):
    """A value as JSON text, which can say what a text may not."""

    impl = Text
    cache_ok = True
    sqlite = postgres = staticmethod(write_document)
    read_sqlite = read_postgres = staticmethod(json.loads)


def sqlite_codecs(kind: TypeEngine[Any]) -> tuple[Codec, Codec]:
    """Return how to write for sqlite3 and how to read what it returns."""
    if isinstance(kind, Written):
        return type(kind).sqlite, type(kind).read_sqlite
    if isinstance(kind, Date):
        return date.isoformat, date.fromisoformat
    if isinstance(kind, Boolean):
        return same, bool
    return same, same


def postgres_codecs(kind: TypeEngine[Any]) -> tuple[Codec, Codec, int]:
    """Return how to write bytes for libpq, read, and the bytes' format.

    What comes back was read by psycopg's own binary loaders before.
    """
    write: Codec = same
    read: Codec = same
    if isinstance(kind, Written):
        write, read = type(kind).postgres, type(kind).read_postgres
        kind = kind.impl_instance
    encode, binary = _encoder(kind)
    if write is same:
        return encode, read, binary
    return (lambda value: encode(write(value))), read, binary


def _encoder(kind: TypeEngine[Any]) -> tuple[Codec, int]:
    for kinds, encode, binary in ENCODERS:
        if isinstance(kind, kinds):
            return encode, binary
    return str.encode, 0


def _number(value: int) -> bytes:
    return b"%d" % value


def _boolean(value: bool) -> bytes:
    return b"t" if value else b"f"


def _isoformat(value: date) -> bytes:
    return value.isoformat().encode()


ENCODERS: Final = (
    (Uuid, write_key, 1),
    (LargeBinary, bytes, 1),
    (Boolean, _boolean, 0),
    ((Date, DateTime), _isoformat, 0),
    (Integer, _number, 0),
)
"""How values of these types are written, and whether that is binary."""
