"""Answers as JSON, to be kept with an import that may be resumed."""

from datetime import date
from typing import Any

from attrs import asdict, evolve

from earntrack_core.statements.model import Answers


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
