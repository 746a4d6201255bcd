"""A believable year of a freelancer on six platforms, for a first look."""

import io
import secrets
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from earntrack_core.app import EarnTrack
from earntrack_core.earnings.filters import EarningFilter, EarningOrder
from earntrack_core.earnings.model import Earning
from earntrack_core.earnings.payouts import NewPayout
from earntrack_core.exchange.model import NewExchangeRate
from earntrack_core.identity.model import Credentials, NewUser
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.money import total
from earntrack_core.kernel.paging import MOST, Part
from earntrack_core.kernel.periods import Step, period_of, shift
from earntrack_core.platforms.model import NewPlatform, PlatformId
from earntrack_core.statements.importer import Order
from earntrack_server.demo.papers import Paper, etsy_month, gumroad_sales
from earntrack_server.demo.works import (
    ETSY,
    GUMROAD,
    STRIPE,
    UBER,
    UPWORK,
    YOUTUBE,
    Work,
)


EMAIL: Final = "demo@earntrack.invalid"
NAME: Final = "Sam Rivera"
SEED: Final = 19
DAYS: Final = 365
PAYDAY: Final = 28
WEEK: Final = 7
RATE: Final = Decimal("1.0850")
BY_HAND: Final = (UPWORK, STRIPE, YOUTUBE, UBER)
STATEMENTS: Final = 2
"""Months that Etsy's statements tell of; earlier ones were typed in."""


def fill(et: EarnTrack) -> Credentials:
    """Fill a fresh database; return who may look at it."""
    who = Credentials(email=EMAIL, password=secrets.token_urlsafe(24))
    me = et.identity.people.add(
        NewUser(email=who.email, password=who.password, name=NAME),
        plan="pro",
    )
    today = et.parts.now().date()
    first = today - timedelta(days=DAYS)
    dice = Random(SEED)  # noqa: S311 -- the same year for everybody
    _rates(et, me, today)
    for work in BY_HAND:
        key = _platform(et, me, work.platform)
        _type_in(et, me, key, work, (first, today, dice))
        _pay_out(et, me, key, today)
    _sell(et, me, first, today, dice)
    return who


def _platform(et: EarnTrack, me: Actor, new: NewPlatform) -> PlatformId:
    return et.platforms.create(me, new).id


def _type_in(
    et: EarnTrack,
    me: Actor,
    key: PlatformId,
    work: Work,
    when: tuple[date, date, Random],
) -> None:
    """Enter what one kind of work brought, from a day up to another."""
    first, until, dice = when
    with et.together(me):
        for day in work.days(first, until, dice):
            et.earnings.create(me, work.earning(key, day, dice))


def _sell(
    et: EarnTrack, me: Actor, first: date, today: date, dice: Random
) -> None:
    """Enter what the two shops sold: with their statements, if possible."""
    etsy = _platform(et, me, ETSY.platform)
    gumroad = _platform(et, me, GUMROAD.platform)
    this = period_of(Step.MONTH, today).start
    told = shift(this, Step.MONTH, -STATEMENTS)
    _type_in(et, me, etsy, ETSY, (first, told, dice))
    _pay_out(et, me, etsy, told)
    _import(et, me, gumroad_sales(first, today, dice))
    for back in range(STATEMENTS, 0, -1):
        month = period_of(Step.MONTH, shift(this, Step.MONTH, -back))
        _import(et, me, etsy_month(month.start, month.end, dice))
    _type_in(et, me, etsy, ETSY, (this, today, dice))
    _pay_out(et, me, gumroad, today)


def _import(et: EarnTrack, me: Actor, paper: Paper) -> None:
    order = Order(name=paper.name)
    et.statements.book(me, io.BytesIO(paper.content), order)


def _pay_out(et: EarnTrack, me: Actor, key: PlatformId, today: date) -> None:
    """Pay out once a month what was earned until then."""
    waiting = list(_earned(et, me, key))
    if not waiting:
        return
    currency = waiting[0].currency
    with et.together(me):
        for day in _paydays(waiting[0].earned_on, today):
            paid = [one for one in waiting if one.earned_on <= day]
            waiting = waiting[len(paid) :]
            amount = total(currency, (one.net for one in paid))
            if amount.amount > 0:
                et.payouts.create(
                    me,
                    NewPayout(
                        platform_id=key,
                        paid_on=day,
                        amount=amount,
                        earnings=tuple(one.id for one in paid),
                    ),
                )


def _earned(et: EarnTrack, me: Actor, key: PlatformId) -> Iterator[Earning]:
    """Yield all earnings of a platform, the earliest first."""
    where = EarningFilter(platform_id=(key,))
    found = et.earnings.find(me, where, Part(limit=MOST), EarningOrder.OLDEST)
    yield from found.items


def _paydays(first: date, until: date) -> Iterator[date]:
    day = first.replace(day=PAYDAY)
    while day < until:
        yield day
        day = shift(day, Step.MONTH, 1)


def _rates(et: EarnTrack, me: Actor, today: date) -> None:
    """Note a rate for every week, so that euros can be converted."""
    with et.together(me):
        for back in range(0, DAYS + 2 * WEEK, WEEK):
            drift = Decimal((back * 37) % 41 - 20) / 1000
            et.rates.create(
                me,
                NewExchangeRate(
                    base="EUR",
                    quote="USD",
                    on=today - timedelta(days=back),
                    value=RATE + drift,
                    source="demo",
                ),
            )
