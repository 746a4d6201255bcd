from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from attrs import evolve

from earntrack_core.exchange.model import (
    ExchangeRate,
    ExchangeRateFilter,
    ExchangeRatePatch,
    NewExchangeRate,
)
from earntrack_core.exchange.rules import note
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.ids import UserId, WorkspaceId
from earntrack_core.kernel.patch import changes


ADA = Actor(user_id=UserId(UUID(int=1)), workspace_id=WorkspaceId(UUID(int=2)))
NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
TODAY = date(2026, 1, 15)


def a_rate(**more) -> ExchangeRate:
    told = {"base": "EUR", "quote": "USD", "on": TODAY, "value": Decimal(2)}
    return note(NewExchangeRate(**{**told, **more}), ADA, NOON)


class TestNote:
    def test_makes_a_rate_of_what_was_said(self):
        """A rate belongs to the actor's workspace and is the user's own."""
        rate = a_rate()

        assert (rate.base, rate.quote, rate.on) == ("EUR", "USD", TODAY)
        assert (rate.value, rate.source) == (Decimal(2), "manual")
        assert (rate.workspace_id, rate.created_at) == (
            ADA.workspace_id,
            NOON,
        )
        assert rate.id.version == 7


class TestExchangeRate:
    @pytest.mark.parametrize("field", ["base", "quote"])
    def test_is_between_currencies(self, field):
        """Both sides are currencies of ISO 4217."""
        with pytest.raises(InvalidError, match=f"{field}: 'ABC' is not an"):
            a_rate(**{field: "ABC"})

    def test_is_between_two_of_them(self):
        """A currency has no rate to itself."""
        with pytest.raises(InvalidError, match="quote: must differ from base"):
            a_rate(quote="EUR")

    @pytest.mark.parametrize("value", ["0", "-1", "NaN", "sNaN", "Infinity"])
    def test_is_a_positive_number(self, value):
        """Nothing is worth nothing, less, or no number."""
        with pytest.raises(InvalidError, match="value: must be a positive"):
            a_rate(value=Decimal(value))

    @pytest.mark.parametrize(
        "value", ["1e12", "9e-13", "1e9999999", "1e-9999999"]
    )
    def test_is_of_a_sane_size(self, value):
        """A rate can be calculated with, and so can its inverse."""
        with pytest.raises(InvalidError, match="value: must be 1E-12 to 1,00"):
            a_rate(value=Decimal(value))

    @pytest.mark.parametrize("value", ["1e-12", "999999999999.99999999"])
    def test_may_be_very_small_or_large(self, value):
        """The bounds leave room for any currency there was."""
        assert a_rate(value=Decimal(value)).value == Decimal(value)

    def test_has_bounded_digits(self):
        """Nobody quotes more than twenty digits."""
        with pytest.raises(InvalidError, match="value: has more than 20 dig"):
            a_rate(value=Decimal("1.00000000000000000001"))

    def test_is_of_a_sane_day(self):
        """A rate of the year 26 is a slip of the pen."""
        with pytest.raises(InvalidError, match="on: must be in the years"):
            a_rate(on=date(26, 1, 15))

    @pytest.mark.parametrize("source", ["", "x" * 61, "a\nb"])
    def test_has_a_short_source(self, source):
        """Whose rate it is is said in a few words."""
        with pytest.raises(InvalidError, match="source: must"):
            a_rate(source=source)


class TestPatch:
    def test_changes_the_value_only(self):
        """Another pair or day would be another rate."""
        patch = ExchangeRatePatch(value=Decimal(3))

        assert evolve(a_rate(), **changes(patch)).value == Decimal(3)


class TestFilter:
    @pytest.mark.parametrize(
        ("where", "matches"),
        [
            ({}, True),
            ({"base": "EUR"}, True),
            ({"base": "USD"}, False),
            ({"quote": "USD"}, True),
            ({"quote": "EUR"}, False),
            ({"since": TODAY}, True),
            ({"since": date(2026, 1, 16)}, False),
            ({"until": TODAY}, True),
            ({"until": date(2026, 1, 14)}, False),
            ({"base": "EUR", "quote": "JPY"}, False),
        ],
        ids=repr,
    )
    def test_an_unset_field_does_not_narrow(self, where, matches):
        """What is set must fit; both days are included."""
        assert ExchangeRateFilter(**where).matches(a_rate()) is matches
