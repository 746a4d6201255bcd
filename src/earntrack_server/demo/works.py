"""What the freelancer of the demo does, and what it brings."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from attrs import frozen

from earntrack_core.earnings.model import NewEarning
from earntrack_core.kernel.money import money, round_amount
from earntrack_core.platforms.model import FeeRule, NewPlatform, PlatformId


SEASONS: Final = {3: 122, 8: 70, 10: 118, 11: 126, 12: 92}
"""How good a month is, in per cent of the usual."""

MOST_TIP: Final = 15
"""Per cent."""


@frozen(kw_only=True)
class Work:
    """What somebody does on one platform, and what it brings."""

    platform: NewPlatform
    weekdays: tuple[int, ...]
    chance: int
    """In per cent of such days."""
    least: int
    most: int
    hours: tuple[int, int] | None
    """In quarters of an hour; None for income without hours."""
    notes: tuple[str, ...]
    currency: str = "USD"
    tips: bool = False

    def days(self, first: date, until: date, dice: Random) -> Iterator[date]:
        """Yield the days, up to one, on which something comes in."""
        for ahead in range((until - first).days):
            day = first + timedelta(days=ahead)
            works = day.weekday() in self.weekdays
            if works and dice.randint(1, 100) <= self.chance:
                yield day

    def gross(self, day: date, dice: Random) -> Decimal:
        """Return what comes in on a day."""
        cents = Decimal(dice.randint(self.least * 100, self.most * 100))
        season = SEASONS.get(day.month, 100)
        return round_amount(cents * season / 10_000, self.currency)

    def fee(self, gross: Decimal) -> Decimal:
        """Return what the platform keeps of it."""
        rule = self.platform.fee or FeeRule()
        exact = gross * rule.percent / 100 + rule.fixed
        return min(gross, round_amount(exact, self.currency))

    def earning(
        self, platform_id: PlatformId, day: date, dice: Random
    ) -> NewEarning:
        """Return what comes in on a day as it is entered by hand."""
        gross = self.gross(day, dice)
        percent = dice.randint(0, MOST_TIP)
        tip = round_amount(gross * percent / 100, self.currency)
        worked = None
        if self.hours is not None:
            worked = timedelta(minutes=15 * dice.randint(*self.hours))
        return NewEarning(
            platform_id=platform_id,
            earned_on=day,
            gross=money(gross, self.currency),
            tip=money(tip, self.currency) if self.tips else None,
            worked=worked,
            category=self.platform.category,
            notes=dice.choice(self.notes),
        )


def _platform(
    key: str, name: str, category: str, colour: str, fee: tuple[str, str]
) -> NewPlatform:
    percent, fixed = map(Decimal, fee)
    return NewPlatform(
        name=name,
        key=key,
        category=category,
        colour=colour,
        fee=FeeRule(percent=percent, fixed=fixed),
    )


EVERY_DAY: Final = (0, 1, 2, 3, 4, 5, 6)

UPWORK: Final = Work(
    platform=_platform(
        "upwork", "Upwork", "freelance", "#3f8f3f", ("10", "0")
    ),
    weekdays=(0, 1, 2, 3, 4),
    chance=42,
    least=140,
    most=520,
    hours=(8, 30),
    notes=("Shop backend", "API review", "Landing page", "Data cleaning"),
)
STRIPE: Final = Work(
    platform=_platform(
        "stripe", "Stripe", "payments", "#6a5acd", ("2.9", "0.30")
    ),
    weekdays=(0, 2, 4),
    chance=22,
    least=300,
    most=1400,
    hours=(20, 60),
    notes=("Retainer Hellström AB", "Workshop", "Website maintenance"),
    currency="EUR",
)
YOUTUBE: Final = Work(
    platform=_platform(
        "youtube", "YouTube", "creators", "#c23b3b", ("0", "0")
    ),
    weekdays=(5,),
    chance=90,
    least=60,
    most=260,
    hours=(12, 24),
    notes=("Advertisements of the week",),
)
UBER: Final = Work(
    platform=_platform("uber", "Uber", "gigs", "#374151", ("25", "0")),
    weekdays=(4, 5),
    chance=50,
    least=90,
    most=240,
    hours=(14, 28),
    notes=("Evening shift", "Airport runs"),
    tips=True,
)
ETSY: Final = Work(
    platform=_platform("etsy", "Etsy", "shops", "#d2691e", ("9.5", "0.45")),
    weekdays=EVERY_DAY,
    chance=38,
    least=18,
    most=95,
    hours=None,
    notes=("Poster set", "Icon pack", "Printed planner"),
)
GUMROAD: Final = Work(
    platform=_platform(
        "gumroad", "Gumroad", "creators", "#c2447f", ("10", "0.50")
    ),
    weekdays=EVERY_DAY,
    chance=30,
    least=19,
    most=79,
    hours=None,
    notes=("Template: pricing sheet", "Course: first customers"),
)
