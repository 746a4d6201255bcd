"""What lines are booked as."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from earntrack_core.earnings.model import EarningId, EarningKind
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.money import money
from earntrack_core.statements.booking import (
    Book,
    dated,
    earning_of,
    earns,
    pays,
)
from earntrack_core.statements.line import Shadow
from earntrack_core.statements.model import RowKind
from earntrack_core.testing.makers import (
    DAY,
    NOON,
    a_batch,
    a_line,
    a_platform,
    an_actor,
)


ADA = an_actor()
BATCH = a_batch(ADA)
HOME = a_platform(ADA).id
EARNING = EarningId(UUID(int=1))


def line(**fields):
    given = {"platform_id": HOME, "local_date": DAY, "currency": "USD"}
    return a_line(BATCH, **given | fields)


BOOK = Book(workspace_id=ADA.workspace_id, currency="EUR", now=NOON)


class TestEarningOf:
    def test_line_that_points_to_none(self):
        """What is not an earning is booked as none."""
        assert earning_of(line(), BOOK) is None

    def test_hours_without_money(self):
        """Hours are kept in the workspace's currency, with no money."""
        hours = line(
            earning_id=EARNING, currency=None, kind=RowKind.TIME, seconds=5400
        )

        earning = earning_of(hours, BOOK)

        assert earning.kind is EarningKind.TIME
        assert earning.worked == timedelta(minutes=90)
        assert earning.net == money(0, "EUR")

    def test_arrival_keeps_only_what_was_kept_of_it(self):
        """Money that arrived is no income; the fee of its arrival counts."""
        arrival = line(
            earning_id=EARNING,
            shadow=Shadow.ARRIVAL,
            amounts={"gross": Decimal(100), "fee": Decimal("-1.50")},
            earnings=1,
        )

        earning = earning_of(arrival, BOOK)

        assert (earning.kind, earning.count) == (EarningKind.FEE, 0)
        assert earning.net == money("-1.50", "USD")

    def test_finer_than_a_coin(self):
        """Royalties of many decimals are rounded half up, once."""
        royalty = line(
            earning_id=EARNING, amounts={"gross": Decimal("0.004999999999")}
        )

        assert earning_of(royalty, BOOK).gross == money(0, "USD")

    def test_out_of_bounds(self):
        """An amount that nobody earns is refused."""
        odd = line(earning_id=EARNING, amounts={"gross": Decimal(10) ** 13})

        with pytest.raises(InvalidError, match="must be below"):
            earning_of(odd, BOOK)


class TestWhatIsBooked:
    def test_a_line_without_platform_is_not(self):
        """Bank statements tell of no earnings."""
        bank = line(platform_id=None, amounts={"gross": Decimal(1)})

        assert not earns(bank)
        assert not pays(bank)
        dated(bank)

    def test_an_order_report_beside_a_ledger_is_not(self):
        """A sale is booked once."""
        sale = line(shadow=Shadow.ORDER_REPORT, amounts={"gross": Decimal(1)})

        assert not earns(sale)

    def test_a_line_needs_a_day(self):
        """Money of no day cannot be booked."""
        with pytest.raises(InvalidError, match="date: is missing"):
            dated(line(local_date=None, amounts={"gross": Decimal(1)}))

        dated(line(local_date=None))
