"""EarnTrack in one object."""

import io
from datetime import date, timedelta

import pytest
from moneyed import Money

import earntrack_adapters.builtin
from earntrack_core import (
    EarnTrack,
    NewEarning,
    NewPlatform,
    Options,
    hookspecs,
)
from earntrack_core.kernel.currencies import currency_info
from earntrack_core.kernel.errors import InvalidError, UnavailableError
from earntrack_core.kernel.making import maker
from earntrack_core.parts import NoSignIn
from earntrack_core.platforms.model import FeeRule
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.importer import Order
from earntrack_core.statements.model import Answers


class Source:
    """A source of rates that knows none, and whether it was closed."""

    closed = False

    @hookspecs.hookimpl
    def open_rates(self, url):
        """Open `recorded:`."""
        return self if url == "recorded:" else None

    def latest(self, base, quote, on):
        """Know nothing."""

    def close(self):
        """Note it."""
        self.closed = True


class TestOpen:
    def test_installed_plugins_are_found(self):
        """By default what is installed is loaded, our adapters among it."""
        with EarnTrack.open() as et:
            names = [one.name for one in et.plugins.infos]

        assert "builtin" in names

    def test_schema_can_wait(self, tmp_path):
        """An operator may prepare the database at another time."""
        with EarnTrack.open(
            f"sqlite:///{tmp_path}/book.db",
            plugins=[earntrack_adapters.builtin],
            discover=False,
            prepare=False,
        ) as et:
            et.parts.storage.prepare()

            assert et.net_by_platform() == []

    def test_without_sign_in(self):
        """A program of one user needs no passwords, and has none."""
        nobody = NoSignIn()
        uses = (
            lambda: nobody.hash("password"),
            lambda: nobody.verify("password", "hash"),
            lambda: nobody.outdated("hash"),
            lambda: nobody.sign(None),
            lambda: nobody.read("token"),
            lambda: nobody.write("verify", "ada@example.org", "en", {}),
        )

        for use in uses:
            with pytest.raises(UnavailableError, match="extra `server`"):
                use()


class TestImportFile:
    def test_name_of_the_file(self):
        """A file is called what it is called, without its folder."""
        source = io.BytesIO(b"a,b\n")
        source.name = "/somewhere/strange.csv"

        with (
            EarnTrack.open(discover=True) as et,
            pytest.raises(StatementError, match=r"claims strange\.csv"),
        ):
            et.import_file(source)


class TestPlatformNet:
    def test_says_what_is_left(self):
        """On one line: the platform, what is left, and that per hour."""
        with EarnTrack.open() as et:
            me = et.local(currency="EUR")
            upwork = et.platforms.create(me, NewPlatform(name="Upwork"))
            day = date(2026, 1, 15)
            gross, fee = Money("90.00", "EUR"), Money("10.00", "EUR")
            et.earnings.create(
                me,
                NewEarning(
                    platform_id=upwork.id, earned_on=day, gross=gross, fee=fee
                ),
            )
            (without,) = map(str, et.net_by_platform(me))
            et.earnings.create(
                me,
                NewEarning(
                    platform_id=upwork.id,
                    earned_on=day,
                    gross=gross,
                    fee=fee,
                    worked=timedelta(hours=4),
                ),
            )
            (with_hours,) = map(str, et.net_by_platform(me))

        assert without == "Upwork: 80.00 EUR"
        assert with_hours.startswith("Upwork: 160.00 EUR (")
        assert with_hours.endswith(" an hour)")


class TestClose:
    def test_sources_of_rates_are_closed(self):
        """What was opened for an EarnTrack is let go of with it."""
        source = Source()
        options = Options(rates=("recorded:",))

        with EarnTrack.open(options=options, plugins=[source]):
            assert not source.closed

        assert source.closed


class TestHookspecs:
    def test_give_nothing_themselves(self):
        """A hook that nobody implements gives nothing."""
        assert hookspecs.platforms() == ()
        assert hookspecs.statement_formats() == ()


class TestOrder:
    def test_answers_must_be_possible(self):
        """A currency or zone that does not exist is refused at once."""
        with pytest.raises(InvalidError, match="currency"):
            Order(name="x.csv", answers=Answers(currency="XXQ"))
        with pytest.raises(InvalidError, match="zone"):
            Order(name="x.csv", answers=Answers(zone="Mars/Phobos"))


class TestMaker:
    def test_needs_all_fields(self):
        """Who makes things without checks must at least name them all."""
        with pytest.raises(TypeError, match="made of other fields: fixed"):
            maker(FeeRule, ("percent",))


class TestCurrencyInfo:
    def test_unknown(self):
        """A currency is one of ISO 4217."""
        with pytest.raises(InvalidError, match="'XXQ' is not an ISO 4217"):
            currency_info("XXQ")
