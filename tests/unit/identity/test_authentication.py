from datetime import timedelta

import pytest

from earntrack_core.identity.model import SessionKind
from earntrack_core.kernel.errors import (
    UnauthenticatedError,
)
from tests.unit.identity.people import (
    RacingDirectory,
    Town,
)


SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.fixture(name="ada")
def _ada(town):
    """A user who may sign in."""
    return town.settled()


class TestAuthenticate:
    def test_remembers_for_a_moment(self, town, ada):
        """What was found out is believed for ten seconds, without asking."""
        pair = town.sign_in()
        town.identity.authenticate(pair.access_token)
        town.shut_out()

        town.clock.move(timedelta(seconds=9.9))
        assert town.identity.authenticate(pair.access_token)
        town.clock.move(timedelta(seconds=0.1))
        with pytest.raises(UnauthenticatedError):
            town.identity.authenticate(pair.access_token)

    def test_never_longer_than_the_token(self, town, ada):
        """Memory does not lengthen the hour of an access token."""
        pair = town.sign_in()
        town.clock.move(timedelta(minutes=59, seconds=59))
        assert town.identity.authenticate(pair.access_token)
        town.clock.move(SECOND)

        with pytest.raises(UnauthenticatedError):
            town.identity.authenticate(pair.access_token)

    def test_says_until_when(self, town, ada):
        """A host that remembers as well knows when to forget."""
        pair = town.sign_in()

        who = town.identity.recognise(pair.access_token)

        assert who.expires_at == pair.expires_at
        assert who.kind is SessionKind.API

    @pytest.mark.parametrize("secret", ["", "x", "a.b.c", "\ud800", "é.é.é"])
    def test_nothing_else_does(self, town, ada, secret):
        """A text that is no token of ours is nobody's."""
        with pytest.raises(UnauthenticatedError):
            town.identity.authenticate(secret)

    def test_a_refresh_token_opens_no_door(self, town, ada):
        """The token that gives tokens is good for nothing else."""
        pair = town.sign_in()
        lasting = pair.refresh_token.partition(".")[0]

        for secret in (pair.refresh_token, lasting):
            with pytest.raises(UnauthenticatedError):
                town.identity.authenticate(secret)

    def test_in_all_processes(self, town, ada):
        """What ends in one process ends in the others."""
        other = town.another()
        ended = []
        other.on_revoked(ended.append)
        pair = town.sign_in()
        other.authenticate(pair.access_token)

        town.sessions.sign_out(ada, pair.session_id)

        assert ended == [pair.session_id]
        with pytest.raises(UnauthenticatedError):
            other.authenticate(pair.access_token)

    def test_a_deaf_process_learns_it_soon(self, town, ada):
        """A process that the bell does not reach is ten seconds behind."""
        other = town.another()
        pair = town.sign_in()
        other.authenticate(pair.access_token)
        other.close()
        town.sessions.sign_out(ada, pair.session_id)
        assert other.authenticate(pair.access_token)

        town.clock.move(10 * SECOND)

        with pytest.raises(UnauthenticatedError):
            other.authenticate(pair.access_token)

    def test_not_without_a_membership(self, town, ada):
        """Who was taken out of the workspace is out."""
        pair = town.sign_in()
        with town.directory.open() as unit:
            unit.registers.memberships.clear()

        with pytest.raises(UnauthenticatedError):
            town.identity.authenticate(pair.access_token)

    def test_a_browser_in_use_stays_signed_in(self, town, ada):
        """Using a browser session lengthens it, for thirty days in all."""
        cookie = town.sign_in_browser().cookie
        for _ in range(5):
            town.clock.move(6 * DAY - SECOND)
            assert town.identity.authenticate(cookie)
        town.clock.move(5 * SECOND)

        with pytest.raises(UnauthenticatedError):
            town.identity.authenticate(cookie)

    def test_an_idle_browser_is_signed_out(self, town, ada):
        """After seven idle days the cookie is worth nothing."""
        cookie = town.sign_in_browser().cookie
        town.clock.move(7 * DAY)

        with pytest.raises(UnauthenticatedError):
            town.identity.authenticate(cookie)

    def test_use_is_noted_by_the_hour(self, town, ada):
        """Reading pages does not write to the database all the time."""
        ticket = town.sign_in_browser()
        begun = town.clock()
        town.clock.move(timedelta(minutes=59))
        town.identity.authenticate(ticket.cookie)
        assert used(town, ticket) == begun

        town.clock.move(timedelta(minutes=1))
        town.identity.authenticate(ticket.cookie)

        assert used(town, ticket) == town.clock()

    def test_use_loses_against_signing_out_at_once(self):
        """A session that ends at the same moment is not lengthened."""
        town = Town(directory=RacingDirectory())
        ada = town.settled()
        cookie = town.sign_in_browser().cookie
        town.clock.move(DAY)
        town.directory.race(ada, town.clock())

        with pytest.raises(UnauthenticatedError):
            town.identity.authenticate(cookie)

        assert town.sessions.find(ada) == ()


def used(town, ticket):
    with town.directory.view() as unit:
        return unit.session(ticket.session_id).last_used_at
