"""Answers as people write them, and as they are kept with an import."""

from datetime import date
from typing import Any, Final

from attrs import asdict, evolve

from earntrack_core.kernel.currencies import currency_info
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.periods import zone_info
from earntrack_core.statements.model import Answers


PERIOD: Final = "2026-09-01/2026-09-30"


def answers_to(answers: Answers) -> dict[str, Any]:
    """Return answers as JSON; what was not answered is left out."""
    tree = {
        name: value
        for name, value in asdict(answers, recurse=False).items()
        if value not in (None, "")
    }
    if answers.period is not None:
        tree["period"] = [day.isoformat() for day in answers.period]
    if answers.mapping is not None:
        tree["mapping"] = dict(answers.mapping)
    return tree


def answers_from(tree: dict[str, Any]) -> Answers:
    """Return the answers that `answers_to` wrote."""
    period = tree.get("period")
    if period is None:
        return Answers(**tree)
    first, last = (date.fromisoformat(day) for day in period)
    return evolve(Answers(**{**tree, "period": None}), period=(first, last))


def sane_answers(_: object, __: object, value: Answers) -> None:
    """Refuse answers that cannot be true of any file."""
    if value.currency is not None:
        currency_info(value.currency)
    if value.zone is not None:
        zone_info(value.zone)


def period_from(text: str) -> tuple[date, date]:
    """Return the first and the last day of a period like `PERIOD`.

    Raises:
        InvalidError: It is none, or ends before it begins.
    """
    begin, _, end = text.partition("/")
    try:
        first, last = date.fromisoformat(begin), date.fromisoformat(end)
    except ValueError as error:
        raise InvalidError("period", f"must look like {PERIOD}") from error
    if last < first:
        raise InvalidError("period", "ends before it begins")
    return first, last
