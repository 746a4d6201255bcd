from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from earntrack_adapters.memory.storage import MemoryStorage
from earntrack_adapters.rates.fixed import FixedRates
from earntrack_core.exchange.events import RateChanged, rate_changed
from earntrack_core.exchange.lookup import RateBook
from earntrack_core.exchange.model import (
    ExchangeRateFilter,
    ExchangeRatePatch,
    NewExchangeRate,
)
from earntrack_core.exchange.rules import note
from earntrack_core.exchange.service import ExchangeService
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import DuplicateError, MissingRateError
from earntrack_core.kernel.ids import UserId, WorkspaceId
from earntrack_core.kernel.money import money
from earntrack_core.ports.rates import Quote


ADA = Actor(user_id=UserId(UUID(int=1)), workspace_id=WorkspaceId(UUID(int=2)))
BOB = Actor(user_id=UserId(UUID(int=3)), workspace_id=WorkspaceId(UUID(int=4)))
NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
TODAY = date(2026, 1, 15)
YESTERDAY = TODAY - timedelta(days=1)
ALL = ExchangeRateFilter()


class Bank:
    """A source that knows one rate, and counts how often it is asked."""

    def __init__(self, quote):
        self.quote = quote
        self.asked = []

    def latest(self, base, quote, on):
        self.asked.append((base, quote, on))
        pair = (self.quote.base, self.quote.quote)
        known = pair == (base, quote) and self.quote.on <= on
        return self.quote if known else None

    def close(self):
        """Nothing is open."""


def a_quote(value, on=TODAY):
    return Quote(
        base="EUR", quote="USD", on=on, value=Decimal(value), source="bank"
    )


def told(value, on=TODAY, base="EUR", quote="USD"):
    return NewExchangeRate(base=base, quote=quote, on=on, value=Decimal(value))


@pytest.fixture(name="heard")
def _heard():
    return []


@pytest.fixture(name="storage")
def _storage(heard):
    return MemoryStorage(lambda: NOON, repr, heard.extend)


@pytest.fixture(name="rates")
def _rates(storage):
    """The use cases of exchange, without any source."""
    return a_service(storage)


def a_service(storage, *sources):
    return ExchangeService(
        units=storage,
        now=lambda: NOON,
        records=lambda unit: unit.rates,
        born=note,
        events=rate_changed,
        admit=lambda *_: None,
        release=lambda *_: None,
        sources=sources,
    )


class TestOwnRates:
    def test_are_used_and_named(self, rates):
        """What the user says is a rate like any other."""
        rates.create(ADA, told("1.1"))

        assert rates.rate(ADA, "EUR", "USD", TODAY) == Quote(
            base="EUR",
            quote="USD",
            on=TODAY,
            value=Decimal("1.1"),
            source="manual",
        )

    def test_are_nobody_elses(self, rates):
        """Another workspace does not know them."""
        rates.create(ADA, told("1.1"))

        assert rates.find(BOB, ALL).items == ()
        with pytest.raises(MissingRateError):
            rates.rate(BOB, "EUR", "USD", TODAY)

    def test_there_is_one_per_pair_and_day(self, rates):
        """Two rates of one day would contradict each other."""
        rates.create(ADA, told("1.1"))

        with pytest.raises(DuplicateError):
            rates.create(ADA, told("1.2"))

    def test_can_be_mended(self, rates):
        """A corrected rate is used from now on."""
        rate = rates.create(ADA, told("1.1"))

        rates.update(ADA, rate.id, ExchangeRatePatch(value=Decimal("1.2")))

        found = rates.rate(ADA, "EUR", "USD", TODAY)
        assert found.value == Decimal("1.2")

    def test_tell_what_happened_to_them(self, rates, heard):
        """Every change is an event with the rate in it."""
        rate = rates.create(ADA, told("1.1"))
        rates.remove(ADA, rate.id)

        assert heard == [
            RateChanged(workspace_id=ADA.workspace_id, verb=verb, rate=rate)
            for verb in ("created", "deleted")
        ]


class TestSources:
    def test_are_asked(self, storage):
        """What a source knows can be used by everybody."""
        source = FixedRates({("EUR", "USD"): "1.1"})

        rate = a_service(storage, source).rate(BOB, "USD", "EUR", TODAY)

        assert (rate.value, rate.source) == (
            Decimal("0.909090909091"),
            "fixed",
        )

    def test_an_own_rate_beats_that_of_a_source(self, storage):
        """Of one day, what the user says counts."""
        rates = a_service(storage, Bank(a_quote("1.1")))
        rates.create(ADA, told("1.2"))

        found = rates.rate(ADA, "EUR", "USD", TODAY)

        assert found.source == "manual"

    def test_a_later_rate_beats_an_own_one(self, storage):
        """Yesterday's own rate does not hold against today's of a bank."""
        rates = a_service(storage, Bank(a_quote("1.1")))
        rates.create(ADA, told("1.2", YESTERDAY))

        found = rates.rate(ADA, "EUR", "USD", TODAY)

        assert found == a_quote("1.1")


class TestConvert:
    def test_explains_the_number(self, rates):
        """The converted amount comes with the rate, its day and source."""
        rates.create(ADA, told("1.1", YESTERDAY))

        converted = rates.convert(ADA, money(10, "EUR"), "USD", TODAY)

        assert converted.amount == money(11, "USD")
        assert (converted.on, converted.source) == (YESTERDAY, "manual")

    def test_never_guesses(self, rates):
        """Without a rate there is no converted amount."""
        with pytest.raises(MissingRateError, match="no EUR/USD rate"):
            rates.convert(ADA, money(10, "EUR"), "USD", TODAY)


class TestRateBook:
    def test_asks_once_for_each_pair_and_day(self, storage):
        """A thousand amounts of one day need one look-up."""
        bank = Bank(a_quote("1.1", YESTERDAY))

        with storage.view(ADA) as unit:
            book = RateBook(unit.rates, [bank])
            rates = {book.rate("EUR", "USD", TODAY).value for _ in range(9)}
            book.rate("EUR", "USD", YESTERDAY)

        assert rates == {Decimal("1.1")}
        assert bank.asked == [
            ("EUR", "USD", TODAY),
            ("EUR", "USD", YESTERDAY),
        ]
