"""Forms of imports: a file, and what the user says beside it."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from attrs import frozen

from earntrack_core.kernel.errors import InvalidError
from earntrack_core.platforms.model import PlatformId
from earntrack_core.statements.importer import Order
from earntrack_core.statements.model import Answers
from earntrack_server.uploads import Upload


TRUE: Final = frozenset({"true", "1", "on", "yes"})
FIELDS: Final = frozenset(
    {
        "platformId",
        "format",
        "currency",
        "timezone",
        "dateOrder",
        "numberForm",
        "period",
        "account",
        "mapping",
        "strict",
        "force",
        "dryRun",
    }
)
ORDERS: Final = frozenset({"dmy", "mdy", "ymd"})


@frozen(kw_only=True)
class Wanted:
    """What the form says beside its file."""

    order: Order
    dry_run: bool


def wanted_of(upload: Upload) -> Wanted:
    """Read the fields of a form.

    Raises:
        InvalidError: One of them is unknown, or wrong.
    """
    fields = {name: text for name, text in upload.fields.items() if text}
    for name in fields:
        if name not in FIELDS:
            raise InvalidError(name, "is not a field of this form")
    order = Order(
        name=upload.name,
        answers=answers_of(fields),
        format_id=fields.get("format"),
        platform_id=_platform(fields.get("platformId")),
        strict=_truth(fields, "strict"),
        force=_truth(fields, "force"),
    )
    return Wanted(order=order, dry_run=_truth(fields, "dryRun"))


def answers_of(fields: Mapping[str, str]) -> Answers:
    """Return what the user said about a file.

    Raises:
        InvalidError: An answer is none of the possible ones.
    """
    order = fields.get("dateOrder")
    if order not in {None, *ORDERS}:
        raise InvalidError("dateOrder", "must be dmy, mdy or ymd")
    mark = fields.get("numberForm")
    if mark not in {None, ".", ","}:
        raise InvalidError("numberForm", "must be . or ,")
    return Answers(
        currency=fields.get("currency"),
        zone=fields.get("timezone"),
        date_order=order,
        number_form=mark,
        account=fields.get("account", ""),
        period=_period(fields.get("period")),
        mapping=_mapping(fields.get("mapping")),
    )


def _truth(fields: Mapping[str, str], name: str) -> bool:
    return fields.get(name, "").lower() in TRUE


def _platform(text: str | None) -> PlatformId | None:
    if text is None:
        return None
    try:
        return PlatformId(UUID(text))
    except ValueError as error:
        raise InvalidError("platformId", "is not an id") from error


def _period(text: str | None) -> Any:
    if text is None:
        return None
    from_text, _, to_text = text.partition("/")
    try:
        return date.fromisoformat(from_text), date.fromisoformat(to_text)
    except ValueError as error:
        raise InvalidError(
            "period", "must look like 2026-09-01/2026-09-30"
        ) from error


def _mapping(text: str | None) -> Mapping[str, Any] | None:
    if text is None:
        return None
    try:
        mapping = json.loads(text)
    except ValueError as error:
        raise InvalidError("mapping", "is not JSON") from error
    if not isinstance(mapping, dict):
        raise InvalidError("mapping", "must be an object")
    return mapping
