"""Small worlds of platforms and banks, and the files that they export.

A world is what really happened. A file shows some days of it, as it was
known on the day of the export: what is not settled yet is pending, sums of
a month grow. So files of one world overlap, but never contradict each other.
"""

from datetime import date, timedelta

from attrs import frozen
from hypothesis import strategies as st

from tests.unit.statements.slips import slips


START = date(2026, 1, 1)
SPAN = 40
SOON = st.integers(0, 12)

numbers = st.integers(0, SPAN - 1)
halves = st.integers(0, SPAN // 2)
amounts = st.sampled_from(["10.00", "10.00", "20.00", "7.50"])


@frozen
class Happened:
    """Something that happened on a platform, and what came of it."""

    number: int
    day: date
    amount: str
    settles: int
    """So many days later it is final."""
    order: int
    arrives: int
    """So many days later a payout of it comes in."""
    named: bool


def at(number):
    return START + timedelta(days=number)


@st.composite
def worlds(draw):
    """Return what happened."""
    days = sorted(draw(st.lists(numbers, min_size=3, max_size=12)))
    return [
        Happened(
            number,
            at(day),
            draw(amounts),
            draw(st.integers(0, SPAN // 2)),
            draw(st.integers(1, 4)),
            draw(SOON),
            draw(st.booleans()),
        )
        for number, day in enumerate(days)
    ]


def ledger(world, shown, exported):
    """Sales with ids, pending until they settle; every third is paid out."""
    rows = []
    for one in shown:
        final = one.day + timedelta(days=one.settles) <= exported
        status = "final" if final else "pending"
        gross = one.amount if final else "9.99"
        rows.append(
            f"tx{one.number} earning {one.day} gross={gross} fee=-1.00"
            f" status={status} order=#{one.order} text=Sale"
        )
        if one.number % 3 == 0 and final:
            rows.append(f"po{one.number} payout {one.day} payout=-{gross}")
    return slips(*rows)


def orders(world, shown, exported):
    """The sales of a ledger, told once more by order."""
    return slips(
        *(
            f"o{one.number} earning {one.day} gross={one.amount}"
            f" order=#{one.order}"
            for one in shown
            if one.number % 2
        ),
        report="orders",
        family="orders",
    )


def gigs(world, shown, exported):
    """Trips without ids: equal ones are different trips."""
    return slips(
        *(
            f"- earning {one.day} gross={one.amount} text=Trip"
            for one in shown
        ),
        platform="gigs",
    )


def months(world, shown, exported):
    """Sums of each month, as far as it was known."""
    rows = []
    for month in sorted({one.day.replace(day=1) for one in shown}):
        known = [
            float(one.amount)
            for one in world
            if one.day.replace(day=1) == month and one.day <= exported
        ]
        end = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        rows.append(f"- earning {end} from={month} gross={sum(known):.2f}")
    return slips(*rows, platform="fans", exported=exported, family="months")


def fans(world, shown, exported):
    """The single records of the same platform as the sums."""
    return slips(
        *(
            f"fan{one.number} earning {one.day} gross={one.amount}"
            for one in shown
            if one.number % 4 == 0
        ),
        platform="fans",
    )


def bank(world, shown, exported):
    """What came in on a bank account, payouts among it."""
    return slips(
        *(
            f"- transaction {one.day + timedelta(days=one.arrives)}"
            f" amount={one.amount} text=transfer_{one.number}"
            f"{'_of_shop' if one.named else ''}"
            for one in shown
        ),
        platform="bank",
        kind="bank_transactions",
    )


def wallet(world, shown, exported):
    """What came in on a wallet, with a fee that was kept of it."""
    return slips(
        *(
            f"pp{one.number} earning {one.day + timedelta(days=one.arrives)}"
            f" gross={one.amount} fee=-0.30"
            f" text={'from_shop' if one.named else 'from_somebody'}"
            for one in shown
        ),
        platform="paypal",
    )


def days(world, shown, exported):
    """Sums of each day of the platform that has sums of months, too."""
    return slips(
        *(
            f"- earning {day} from={day} gross={len(str(day))}"
            for day in sorted({one.day for one in shown})
        ),
        platform="fans",
        exported=exported,
        family="days",
    )


GROUPS = [
    [ledger],
    [ledger, orders],
    [ledger, bank],
    [ledger, bank, wallet],
    [gigs],
    [months],
    [months, fans, days],
    [ledger, orders, gigs, months, fans, days, bank, wallet],
]
"""Reports that have to do with each other; and all of them."""


@st.composite
def files(draw, groups=GROUPS, least=1, most=4):
    """Return files of one world, different from each other.

    Each shows the middle of the time, and some of what is around it.
    """
    world, reports = draw(worlds()), draw(st.sampled_from(groups))
    made = {}
    for _ in range(draw(st.integers(least, most))):
        report = draw(st.sampled_from(reports))
        first, last = draw(halves), SPAN - draw(halves)
        exported = at(last)
        shown = [one for one in world if at(first) <= one.day <= at(last)]
        made[report(world, shown, exported)] = None
    return list(made)
