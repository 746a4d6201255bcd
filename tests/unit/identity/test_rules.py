from datetime import timedelta

import pytest
from attrs import evolve

from earntrack_adapters.memory.clock import MIDNIGHT
from earntrack_core.identity import rules
from earntrack_core.identity.model import Attempts, SessionKind
from tests.unit.identity.test_model import a_session


SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def failed(times, at=MIDNIGHT):
    return Attempts(key="k", failures=times, last_at=at)


class TestPatience:
    @pytest.mark.parametrize(
        ("failures", "seconds"),
        [
            (0, 0),
            (4, 0),
            (5, 1),
            (6, 2),
            (7, 4),
            (14, 512),
            (15, 900),
            (16, 900),
            (10**9, 900),
        ],
    )
    def test_wears_thin(self, failures, seconds):
        """Five are free; then each wait is twice the last, up to 15 min."""
        assert rules.ACCOUNT.wait(failures) == timedelta(seconds=seconds)

    def test_never_shrinks(self):
        """One more failure never makes the wait shorter."""
        for patience in (rules.ACCOUNT, rules.ADDRESS, rules.MAILS):
            waits = [patience.wait(failures) for failures in range(60)]

            assert waits == sorted(waits)
            assert waits[-1] == patience.longest


class TestLockedUntil:
    def test_nothing_was_tried(self):
        """Who never failed need not wait."""
        assert rules.locked_until(None, rules.ACCOUNT, MIDNIGHT) is None

    def test_after_the_free_ones(self):
        """The wait counts from the last failure."""
        until = rules.locked_until(failed(7), rules.ACCOUNT, MIDNIGHT)

        assert until == MIDNIGHT + 4 * SECOND

    def test_the_wait_is_over(self):
        """When the moment has come, it may be tried."""
        now = MIDNIGHT + 4 * SECOND

        assert rules.locked_until(failed(7), rules.ACCOUNT, now) is None

    def test_a_day_forgives(self):
        """What is a day old does not count."""
        late = MIDNIGHT + DAY
        patience = evolve(rules.ACCOUNT, longest=3 * DAY)

        assert rules.locked_until(failed(99), patience, late) is None
        assert rules.locked_until(failed(99), patience, late - SECOND)


class TestOneMore:
    def test_begins_with_one(self):
        """The first failure is the first."""
        assert rules.one_more(None, "k", MIDNIGHT) == failed(1)

    def test_counts_on(self):
        """The next one counts on, from now."""
        later = MIDNIGHT + SECOND

        assert rules.one_more(failed(3), "k", later) == failed(4, later)

    def test_begins_anew_after_a_day(self):
        """Old failures are not held against anybody."""
        later = MIDNIGHT + DAY

        assert rules.one_more(failed(30), "k", later) == failed(1, later)


class TestNetworkOf:
    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::1%eth0", "2001:db8:1:2::/64"),
            ("", ""),
            ("unix", "unix"),
        ],
    )
    def test_is_what_one_customer_has(self, address, network):
        """Who has a whole IPv6 network cannot hide in its addresses."""
        assert rules.network_of(address) == network


class TestLifetime:
    def test_refresh_rolls(self):
        """An API session lasts seven days from its last refresh."""
        late = MIDNIGHT + 300 * DAY

        until = rules.lifetime(SessionKind.API, MIDNIGHT, late)

        assert until == late + 7 * DAY

    @pytest.mark.parametrize(
        ("used", "until"), [(0, 7), (10, 17), (23, 30), (29, 30)]
    )
    def test_browsers_roll_for_a_month(self, used, until):
        """A browser session lasts seven idle days, thirty in all."""
        now = MIDNIGHT + used * DAY

        found = rules.lifetime(SessionKind.BROWSER, MIDNIGHT, now)

        assert found == MIDNIGHT + until * DAY


class TestInGrace:
    @pytest.mark.parametrize(
        ("generation", "seconds", "good"),
        [
            (2, 20, True),
            (2, 20.001, False),
            (1, 0, False),
            (3, 0, False),
            (4, 0, False),
        ],
    )
    def test_only_the_last_token_for_a_moment(self, generation, seconds, good):
        """Only the token before the present one, and only for 20 s."""
        session = a_session(generation=3, rotated_at=MIDNIGHT)
        now = MIDNIGHT + timedelta(seconds=seconds)

        assert rules.in_grace(session, generation, now) is good

    def test_none_before_the_first(self):
        """Before the first rotation there is no token to be lenient with."""
        assert not rules.in_grace(a_session(), -1, MIDNIGHT)


class TestDigest:
    def test_takes_any_text(self):
        """Even half a character is digested, since anybody may send it."""
        assert rules.digest("\ud800") != rules.digest("?")
