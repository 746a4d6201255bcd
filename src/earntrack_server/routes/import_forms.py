"""Forms of imports: a file, and what the user says beside it."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from attrs import frozen

from earntrack_core.kernel.currencies import currency_info
from earntrack_core.kernel.errors import FieldProblem, InvalidError
from earntrack_core.kernel.periods import zone_info
from earntrack_core.platforms.model import PlatformId
from earntrack_core.statements.answers import PERIOD, period_from
from earntrack_core.statements.importer import Order
from earntrack_core.statements.model import Answers
from earntrack_server.uploads import Upload


TRUTHS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("true", "1", "on", "yes"), True),
    **dict.fromkeys(("false", "0", "off", "no"), False),
}
DATE_ORDERS: Final = ("dmy", "mdy", "ymd")
MARKS: Final = (".", ",")

Reader = Callable[[str], Any]


@frozen(kw_only=True)
class Wanted:
    """What the form says beside its file."""

    order: Order
    dry_run: bool


def _id(text: str) -> PlatformId:
    try:
        return PlatformId(UUID(text))
    except ValueError as error:
        raise InvalidError("platformId", "is not an id") from error


def _currency(text: str) -> str:
    return currency_info(text).code


def _zone(text: str) -> str:
    zone_info(text)
    return text


def _one_of(*words: str) -> Reader:
    def read(text: str) -> str:
        if text not in words:
            raise InvalidError("", f"must be one of {' '.join(words)}")
        return text

    return read


def _mapping(text: str) -> Mapping[str, Any]:
    try:
        mapping = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidError("mapping", "is not JSON") from error
    if not isinstance(mapping, dict):
        raise InvalidError("mapping", "must be an object")
    return mapping


def _truth(text: str) -> bool:
    truth = TRUTHS.get(text.lower())
    if truth is None:
        raise InvalidError("", "must be true or false")
    return truth


READERS: Final[Mapping[str, Reader]] = {
    "platformId": _id,
    "format": str,
    "currency": _currency,
    "timezone": _zone,
    "dateOrder": _one_of(*DATE_ORDERS),
    "numberForm": _one_of(*MARKS),
    "period": period_from,
    "encoding": str,
    "account": str,
    "mapping": _mapping,
    "strict": _truth,
    "force": _truth,
    "dryRun": _truth,
}
"""What each field of the form is read with; an empty one says nothing."""


def read_fields(fields: Mapping[str, str]) -> Mapping[str, Any]:
    """Return what the fields of a form say.

    Raises:
        InvalidError: Some are unknown, or wrong; all of them are named.
    """
    values: dict[str, Any] = {}
    problems: list[FieldProblem] = []
    for name, text in fields.items():
        reader = READERS.get(name)
        if reader is None:
            problems.append(FieldProblem(name, "is no field of this form"))
        elif text:
            try:
                values[name] = reader(text)
            except InvalidError as error:
                problems.append(FieldProblem(name, error.problem))
    if problems:
        first, *more = problems
        raise InvalidError(first.field, first.problem, *more)
    return values


def wanted_of(upload: Upload) -> Wanted:
    """Return what a form says beside its file.

    Raises:
        InvalidError: Some fields are unknown, or wrong.
    """
    said = read_fields(upload.fields)
    order = Order(
        name=upload.name,
        answers=Answers(
            currency=said.get("currency"),
            zone=said.get("timezone"),
            date_order=said.get("dateOrder"),
            number_form=said.get("numberForm"),
            period=said.get("period"),
            encoding=said.get("encoding"),
            account=said.get("account", ""),
            mapping=said.get("mapping"),
        ),
        format_id=said.get("format"),
        platform_id=said.get("platformId"),
        strict=said.get("strict", False),
        force=said.get("force", False),
    )
    return Wanted(order=order, dry_run=said.get("dryRun", False))


TEXT: Final = {"type": "string"}
TRUTH: Final = {"type": "boolean", "default": False}
SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {
        "file": {
            "type": "string",
            "format": "binary",
            "description": "A statement, or an archive of some.",
        },
        "platformId": {"type": "string", "format": "uuid"},
        "format": TEXT | {"description": "Id of the format."},
        "currency": TEXT | {"pattern": "^[A-Z]{3}$"},
        "timezone": TEXT | {"examples": ["Europe/Berlin"]},
        "dateOrder": {"enum": list(DATE_ORDERS)},
        "numberForm": {"enum": list(MARKS)},
        "period": TEXT | {"examples": [PERIOD]},
        "encoding": TEXT | {"examples": ["utf-8"]},
        "account": TEXT,
        "mapping": TEXT | {"description": "JSON: which column is what."},
        "strict": TRUTH,
        "force": TRUTH,
        "dryRun": TRUTH,
    },
    "required": ["file"],
    "additionalProperties": False,
}
"""The form as the OpenAPI document describes it."""
