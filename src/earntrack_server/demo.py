"""A believable year of a freelancer on six platforms, for a first look."""

import secrets
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from attrs import frozen

from earntrack_core.app import EarnTrack
from earntrack_core.earnings.model import NewEarning
from earntrack_core.earnings.payouts import NewPayout
from earntrack_core.exchange.model import NewExchangeRate
from earntrack_core.identity.model import NewUser
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.money import money, round_amount
from earntrack_core.platforms.model import FeeRule, NewPlatform, PlatformId


EMAIL: Final = "demo@earntrack.invalid"
SEED: Final = 20
DAYS: Final = 365
PAYDAY: Final = 28
RATE: Final = Decimal("1.0850")


@frozen(kw_only=True)
class Credentials:
    """Who looks at a demo, and the password that nobody needs to type."""

    email: str
    password: str


@frozen(kw_only=True)
class Work:
    """What somebody does on one platform, and what it brings."""

    platform: NewPlatform
    weekdays: tuple[int, ...]
    chance: Decimal
    """How often it happens on such a day."""
    least: int
    most: int
    hours: tuple[int, int] | None
    """In quarters of an hour; None for income without hours."""
    notes: tuple[str, ...]
    currency: str = "USD"
    tips: bool = False


def _platform(
    key: str,
    name: str,
    category: str,
    colour: str,
    percent: str,
    fixed: str = "0",
) -> NewPlatform:
    return NewPlatform(
        name=name,
        key=key,
        category=category,
        colour=colour,
        fee=FeeRule(percent=Decimal(percent), fixed=Decimal(fixed)),
    )


WORKS: Final = (
    Work(
        platform=_platform("upwork", "Upwork", "freelance", "#3f8f3f", "10"),
        weekdays=(0, 1, 2, 3, 4),
        chance=Decimal("0.42"),
        least=140,
        most=520,
        hours=(8, 30),
        notes=(
            "Shop backend, week",
            "API review",
            "Landing page",
            "Data cleaning",
        ),
    ),
    Work(
        platform=_platform(
            "stripe", "Stripe", "payments", "#6a5acd", "2.9", "0.30"
        ),
        weekdays=(0, 2, 4),
        chance=Decimal("0.22"),
        least=300,
        most=1400,
        hours=(12, 48),
        notes=("Retainer Hellström AB", "Workshop", "Website maintenance"),
        currency="EUR",
    ),
    Work(
        platform=_platform("etsy", "Etsy", "shops", "#d2691e", "6.5", "0.20"),
        weekdays=(0, 1, 2, 3, 4, 5, 6),
        chance=Decimal("0.34"),
        least=18,
        most=95,
        hours=None,
        notes=("Poster set", "Icon pack", "Printed planner"),
    ),
    Work(
        platform=_platform("youtube", "YouTube", "creators", "#c23b3b", "0"),
        weekdays=(5,),
        chance=Decimal("0.9"),
        least=35,
        most=160,
        hours=(16, 28),
        notes=("Ad revenue of the week",),
    ),
    Work(
        platform=_platform("uber", "Uber", "gigs", "#374151", "25"),
        weekdays=(4, 5),
        chance=Decimal("0.5"),
        least=60,
        most=190,
        hours=(12, 24),
        notes=("Evening shift", "Airport runs"),
        tips=True,
    ),
    Work(
        platform=_platform(
            "gumroad", "Gumroad", "creators", "#c2447f", "10", "0.50"
        ),
        weekdays=(0, 1, 2, 3, 4, 5, 6),
        chance=Decimal("0.15"),
        least=19,
        most=49,
        hours=None,
        notes=("Template: pricing sheet", "Course: first client"),
    ),
)


def fill(et: EarnTrack) -> Credentials:
    """Fill a fresh database; return who may look at it."""
    who = Credentials(email=EMAIL, password=secrets.token_urlsafe(24))
    me = et.identity.people.add(
        NewUser(email=who.email, password=who.password, name="Sam Rivera"),
        plan="pro",
    )
    today = et.parts.now().date()
    dice = Random(SEED)  # noqa: S311 -- the same year for everybody
    with et.together(me):
        for work in WORKS:
            platform = et.platforms.create(me, work.platform)
            for new in _year(work, platform.id, today, dice):
                et.earnings.create(me, new)
            _payouts(et, me, platform.id, work, today)
        _rates(et, me, today)
    return who


def _year(
    work: Work, platform_id: PlatformId, today: date, dice: Random
) -> Iterator[NewEarning]:
    for back in range(DAYS, 0, -1):
        day = today - timedelta(days=back)
        if day.weekday() in work.weekdays and dice.random() < work.chance:
            yield _earning(work, platform_id, day, dice)


def _earning(
    work: Work, platform_id: PlatformId, day: date, dice: Random
) -> NewEarning:
    season = Decimal(
        100 + 25 * (day.month in {3, 10, 11}) - 30 * (day.month == 8)
    )
    cents = Decimal(dice.randint(work.least * 100, work.most * 100))
    gross = round_amount(cents * season / 10_000, work.currency)
    tip = round_amount(gross * dice.randint(0, 15) / 100, work.currency)
    worked = None
    if work.hours is not None:
        worked = timedelta(minutes=15 * dice.randint(*work.hours))
    return NewEarning(
        platform_id=platform_id,
        earned_on=day,
        gross=money(gross, work.currency),
        tip=money(tip, work.currency) if work.tips else None,
        worked=worked,
        category=work.platform.category,
        notes=dice.choice(work.notes),
    )


def _payouts(
    et: EarnTrack, me: Actor, platform_id: PlatformId, work: Work, today: date
) -> None:
    """Pay out once a month what was earned until then."""
    first = today - timedelta(days=DAYS)
    days = (first + timedelta(days=one) for one in range(DAYS))
    for day in days:
        if day.day == PAYDAY:
            _payout(et, me, platform_id, work.currency, day)


def _payout(
    et: EarnTrack, me: Actor, platform_id: PlatformId, currency: str, day: date
) -> None:
    nothing = money(0, currency)
    made = et.payouts.create(
        me, NewPayout(platform_id=platform_id, paid_on=day, amount=nothing)
    )
    settled = et.payouts.link_until(me, made.payout.id, day)
    et.payouts.remove(me, made.payout.id)
    if settled.linked.net.amount <= 0:
        return
    paid = NewPayout(
        platform_id=platform_id, paid_on=day, amount=settled.linked.net
    )
    done = et.payouts.create(me, paid)
    et.payouts.link_until(me, done.payout.id, day)


def _rates(et: EarnTrack, me: Actor, today: date) -> None:
    """Note a rate for every week, so that euros can be converted."""
    for back in range(0, DAYS + 7, 7):
        on = today - timedelta(days=back)
        drift = Decimal((back * 37) % 41 - 20) / 1000
        et.rates.create(
            me,
            NewExchangeRate(
                base="EUR",
                quote="USD",
                on=on,
                value=RATE + drift,
                source="demo",
            ),
        )
