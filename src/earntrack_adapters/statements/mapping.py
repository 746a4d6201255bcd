"""Which columns of a bank's table are what, as its owner says it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from attrs import frozen

from earntrack_adapters.statements.dates import FormatError, compiled
from earntrack_adapters.statements.names import nearest
from earntrack_adapters.statements.table import DELIMITERS
from earntrack_core.kernel.currencies import TABLE
from earntrack_core.statements.errors import StatementError


Place = str | int
"""A column by its heading, or by its number from 0."""

COLUMNS: Final = (
    "date",
    "description",
    "amount",
    "debit",
    "credit",
    "direction",
    "currency_column",
    "balance",
    "balance_before",
    "balance_after",
    "external_id",
)
LANGUAGES: Final = ("en", "de", "fr", "es", "it", "nl", "pt", "da", "sv", "pl")
"""Languages in which the names of months are read."""

USUAL: Final = (
    "YYYY-MM-DD",
    "D.M.YYYY",
    "D/M/YYYY",
    "M/D/YYYY",
    "D-M-YYYY",
    "M-D-YYYY",
    "YYYY/MM/DD",
    "YYYYMMDD",
    "D MMM YYYY",
    "MMM D, YYYY",
    "D.M.YY",
    "D/M/YY",
    "M/D/YY",
    "YYYY-MM-DD HH:mm:ss",
    "YYYY-MM-DD HH:mm",
)
"""How dates are read if the mapping does not say."""


@frozen(kw_only=True)
class BankMapping:
    """The columns of a bank's table."""

    header: bool
    header_line: int | None
    delimiter: str | None
    encoding: str | None
    decimal: str | None
    currency: str | None
    date_formats: tuple[str, ...]
    columns: Mapping[str, Place]
    signed: bool
    """Debit and credit carry their own signs."""
    directions: Mapping[str, int]
    skips: Mapping[Place, tuple[str, ...]]

    def places(self) -> Iterator[tuple[str, Place]]:
        """Yield every column that is named, by its key."""
        yield from self.columns.items()
        yield from (("skip_when", place) for place in self.skips)


def bad(message: str, hint: str = "") -> StatementError:
    """Return the error of a mapping that does not fit."""
    return StatementError("bad_mapping", message, hint)


KEYS: Final = (
    *COLUMNS,
    "header",
    "header_line",
    "delimiter",
    "encoding",
    "date_format",
    "signed_in_columns",
    "direction_values",
    "decimal",
    "currency",
    "skip_when",
)


def mapping_of(data: Mapping[str, Any]) -> BankMapping:
    """Return a mapping out of the JSON that a user gave.

    Raises:
        StatementError: A key is unknown, wrong or missing; the message names
            it (`bad_mapping`).
    """
    for key in data:
        if key not in KEYS:
            raise bad(
                f"mapping: there is no key {key!r}{nearest(key, KEYS)}.",
                f"The keys are {', '.join(KEYS)}.",
            )
    columns = {
        key: _place(data[key], key)
        for key in COLUMNS
        if data.get(key) is not None
    }
    _complete(columns, data)
    line = _kind(data, "header_line", int)
    named = any(isinstance(place, str) for place in columns.values())
    header = _kind(data, "header", bool)
    return BankMapping(
        header=named or line is not None if header is None else header,
        header_line=line,
        delimiter=_choice(data, "delimiter", DELIMITERS),
        encoding=_kind(data, "encoding", str),
        decimal=_choice(data, "decimal", (".", ",")),
        currency=_currency(data),
        date_formats=_formats(data),
        columns=columns,
        signed=bool(_kind(data, "signed_in_columns", bool)),
        directions=_directions(data),
        skips=_skips(data),
    )


def _kind(data: Mapping[str, Any], key: str, kind: type) -> Any:
    value = data.get(key)
    if value is None:
        return None
    if not isinstance(value, kind) or (
        kind is int and isinstance(value, bool)
    ):
        raise bad(f"mapping.{key}: must be {KINDS[kind]}.")
    return value


KINDS: Final = {
    bool: "true or false",
    int: "a whole number",
    str: "a text",
    dict: "an object",
}


def _place(value: object, key: str) -> Place:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise bad(
            f"mapping.{key}: must be a heading or the number of a column,"
            " from 0."
        )
    if isinstance(value, int) and value < 0:
        raise bad(f"mapping.{key}: columns are counted from 0.")
    return value


def _complete(columns: Mapping[str, Place], data: Mapping[str, Any]) -> None:
    if "date" not in columns:
        raise bad("mapping.date: is missing.")
    ways = (
        ("amount",),
        ("debit",),
        ("credit",),
        ("balance_before", "balance_after"),
    )
    if not any(all(key in columns for key in way) for way in ways):
        raise bad(
            "mapping.amount: is missing, and neither debit and credit nor"
            " balance_before and balance_after are there."
        )
    if ("direction" in columns) is not ("direction_values" in data):
        raise bad(
            "mapping.direction: direction and direction_values need each"
            " other."
        )
    if "direction" in columns and "amount" not in columns:
        raise bad("mapping.amount: is missing beside direction.")


def _choice(
    data: Mapping[str, Any], key: str, choices: tuple[str, ...]
) -> str | None:
    value: str | None = _kind(data, key, str)
    if value is not None and value not in choices:
        raise bad(f"mapping.{key}: must be one of {' '.join(choices)!r}.")
    return value


def _currency(data: Mapping[str, Any]) -> str | None:
    code: str | None = _kind(data, "currency", str)
    if code is not None and code.upper() not in TABLE:
        raise bad(f"mapping.currency: {code[:8]!r} is not of ISO 4217.")
    return None if code is None else code.upper()


def _formats(data: Mapping[str, Any]) -> tuple[str, ...]:
    text: str | None = _kind(data, "date_format", str)
    if text is None:
        return USUAL
    try:
        compiled(text, LANGUAGES)
    except FormatError as error:
        raise bad(
            f"mapping.date_format: {text[:40]!r} {error}.",
            "A date format looks like DD.MM.YYYY.",
        ) from error
    return (text,)


def _directions(data: Mapping[str, Any]) -> dict[str, int]:
    values = _kind(data, "direction_values", dict) or {}
    for word, sign in values.items():
        if sign not in {1, -1} or isinstance(sign, bool):
            raise bad(f"mapping.direction_values: {word!r} must be 1 or -1.")
    return dict(values)


def _skips(data: Mapping[str, Any]) -> dict[Place, tuple[str, ...]]:
    skips: dict[Place, tuple[str, ...]] = {}
    for column, words in (_kind(data, "skip_when", dict) or {}).items():
        listed = [words] if isinstance(words, str) else words
        if not isinstance(listed, list) or not all(
            isinstance(word, str) for word in listed
        ):
            raise bad(
                f"mapping.skip_when: {column!r} must be a list of texts."
            )
        skips[column] = tuple(listed)
    return skips
