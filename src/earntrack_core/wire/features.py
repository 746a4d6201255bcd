"""How the things of the features look on the wire."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from moneyed import Money

from earntrack_core.earnings.changes import Change
from earntrack_core.earnings.model import (
    LEGS,
    Earning,
    EarningPatch,
    NewEarning,
)
from earntrack_core.earnings.payouts import NewPayout, Payout
from earntrack_core.earnings.totals import Totals, hourly_rate
from earntrack_core.identity.model import Session, User
from earntrack_core.statements.batch import Batch
from earntrack_core.wire.forms import Form, amount_of, plain_form


WORDS: Final[Mapping[str, str]] = {
    "earned_on": "date",
    "gross": "amount",
    "worked": "hours",
}
MONEY: Final = frozenset(LEGS)


def _amount(money: Money | None) -> Decimal | None:
    return None if money is None else amount_of(money)


def _net(earning: Any) -> Decimal:
    return amount_of(earning.net)


def _hourly(earning: Earning) -> Decimal | None:
    return _amount(hourly_rate(earning.net, earning.worked))


def _totals_hourly(totals: Totals) -> Decimal | None:
    return _amount(totals.hourly_rate)


EARNING: Final = plain_form(
    Earning,
    names=WORDS,
    flat=MONEY,
    extra={"net": _net, "hourlyRate": _hourly},
)

FORMS: Final[tuple[Form, ...]] = (
    EARNING,
    plain_form(NewEarning, names=WORDS, flat=MONEY - {"adjustment"}),
    plain_form(EarningPatch, names=WORDS, flat=MONEY - {"adjustment"}),
    plain_form(
        Totals,
        names={"worked": "hours"},
        flat=MONEY,
        extra={"net": _net, "hourlyRate": _totals_hourly},
    ),
    plain_form(Payout, names={"paid_on": "date"}, flat={"amount"}),
    plain_form(NewPayout, names={"paid_on": "date"}, flat={"amount"}),
    plain_form(Change, leave={"workspace_id", "before", "after"}),
    plain_form(Batch, leave={"workspace_id", "file_key", "answers"}),
    plain_form(User, leave={"password_hash"}),
    plain_form(Session, leave={"digest", "seal", "workspace_id"}),
)
