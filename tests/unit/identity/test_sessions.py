from datetime import timedelta

import pytest

from earntrack_core.identity.events import SessionEnded
from earntrack_core.identity.model import SessionKind
from earntrack_core.kernel.errors import (
    NotFoundError,
    UnauthenticatedError,
)
from earntrack_core.kernel.ids import uuid7
from tests.unit.identity.people import (
    BOB,
    CAFE,
    HOME,
    RacingDirectory,
    Town,
)


DAY = timedelta(days=1)


@pytest.fixture(name="ada")
def _ada(town):
    """A user who may sign in."""
    return town.settled()


class TestSignOut:
    def test_ends_a_session_at_once(self, town, ada):
        """Tokens that were good a moment ago are not any more."""
        pair, other = town.sign_in(), town.sign_in()
        town.identity.authenticate(pair.access_token)

        town.sessions.sign_out(ada, pair.session_id)

        with pytest.raises(UnauthenticatedError):
            town.identity.authenticate(pair.access_token)
        assert town.identity.authenticate(other.access_token)

    def test_tells(self, town, ada):
        """Others hear of the end, so that they hang up."""
        ended = []
        town.identity.on_revoked(ended.append)
        pair = town.sign_in()

        town.sessions.sign_out(ada, pair.session_id)

        assert set(ended) == {pair.session_id}
        assert isinstance(town.facts[-1], SessionEnded)

    def test_only_once(self, town, ada):
        """What has ended is not there any more."""
        pair = town.sign_in()
        town.sessions.sign_out(ada, pair.session_id)

        with pytest.raises(NotFoundError):
            town.sessions.sign_out(ada, pair.session_id)

    def test_not_of_others(self, town, ada):
        """The session of somebody else does not exist for you."""
        bob = town.settled(BOB)
        pair = town.sign_in()

        for key in (pair.session_id, uuid7(town.clock())):
            with pytest.raises(NotFoundError):
                town.sessions.sign_out(bob, key)

        assert town.identity.authenticate(pair.access_token)

    def test_everywhere(self, town, ada):
        """One call ends all sessions, or all others."""
        pairs = [town.sign_in() for _ in range(3)]
        kept = pairs[1].session_id

        assert town.sessions.sign_out_all(ada, keep=kept) == 2
        assert [one.id for one in town.sessions.find(ada)] == [kept]
        assert town.sessions.sign_out_all(ada) == 1
        assert town.sessions.sign_out_all(ada) == 0

    def test_at_the_same_moment(self):
        """Two that end the same session both have their way."""
        town = Town(directory=RacingDirectory())
        ada = town.settled()
        pair = town.sign_in()
        town.directory.race(ada, town.clock())

        town.sessions.sign_out(ada, pair.session_id)

        assert town.sessions.find(ada) == ()


class TestFind:
    def test_shows_the_live_ones(self, town, ada):
        """Users see where they are signed in, the newest first."""
        old = town.sign_in()
        town.clock.move(6 * DAY)
        mine = town.sign_in_browser(client=CAFE)
        town.clock.move(DAY)
        town.settled(BOB)
        town.sign_in(email=BOB)

        (only,) = town.sessions.find(ada, mine.session_id)

        assert (only.id, only.kind) == (mine.session_id, SessionKind.BROWSER)
        assert (only.address, only.user_agent) == ("198.51.100.9", "Browser 2")
        assert only.current
        assert only.id != old.session_id


class TestOpen:
    def test_for_whom_the_host_vouches(self, town):
        """A host that knows its user needs no password."""
        actor = town.identity.local_actor()

        pair = town.sessions.open_api(actor, HOME)
        ticket = town.sessions.open_browser(actor, HOME)

        for secret in (pair.access_token, ticket.cookie):
            assert town.identity.authenticate(secret)[0] == actor
        assert town.mailbox.messages == []
