from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from attrs import evolve

from earntrack_core.identity.events import SessionEnded
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


class TestRefresh:
    def test_gives_new_tokens(self, town, ada):
        """Each refresh gives new tokens of the same session."""
        first = town.sign_in()
        town.clock.move(DAY)

        second = town.sessions.refresh(first.refresh_token)

        assert second.session_id == first.session_id
        assert second.refresh_token != first.refresh_token
        assert second.refresh_expires_at == town.clock() + 7 * DAY
        assert town.identity.authenticate(second.access_token)

    def test_goes_on_for_ever(self, town, ada):
        """A client that comes every six days stays signed in."""
        pair = town.sign_in()
        for _ in range(20):
            town.clock.move(6 * DAY)
            pair = town.sessions.refresh(pair.refresh_token)

        assert town.identity.authenticate(pair.access_token)

    def test_not_after_a_week(self, town, ada):
        """A client that stays away for seven days signs in again."""
        pair = town.sign_in()
        town.clock.move(7 * DAY)

        with pytest.raises(UnauthenticatedError):
            town.sessions.refresh(pair.refresh_token)

    def test_two_tabs_get_the_same(self, town, ada):
        """Two that ask at once both go on with the same token."""
        pair = town.sign_in()
        first = town.sessions.refresh(pair.refresh_token)
        town.clock.move(20 * SECOND)

        second = town.sessions.refresh(pair.refresh_token)

        assert second.refresh_token == first.refresh_token
        assert town.sessions.refresh(first.refresh_token)

    def test_many_tabs_at_once(self, town, ada):
        """However many ask at once, the token rotates once, nobody is out."""
        pair = town.sign_in()

        with ThreadPoolExecutor(8) as pool:
            pairs = list(
                pool.map(town.sessions.refresh, [pair.refresh_token] * 40)
            )

        assert len({one.refresh_token for one in pairs}) == 1
        with town.directory.view() as unit:
            assert unit.session(pair.session_id).generation == 1

    def test_a_token_that_comes_back_ends_the_session(self, town, ada):
        """Whether thief or victim comes second: both are out."""
        stolen = town.sign_in()
        mine = town.sessions.refresh(stolen.refresh_token)
        town.clock.move(20 * SECOND + timedelta(microseconds=1))

        with pytest.raises(UnauthenticatedError):
            town.sessions.refresh(stolen.refresh_token)

        with pytest.raises(UnauthenticatedError):
            town.sessions.refresh(mine.refresh_token)
        with pytest.raises(UnauthenticatedError):
            town.identity.authenticate(mine.access_token)
        assert town.facts[-1] == SessionEnded(
            workspace_id=ada.workspace_id,
            user_id=ada.user_id,
            session_id=mine.session_id,
        )

    def test_an_older_token_has_no_grace(self, town, ada):
        """Two tokens back is never a race of two tabs."""
        oldest = town.sign_in()
        old = town.sessions.refresh(oldest.refresh_token)
        town.sessions.refresh(old.refresh_token)

        with pytest.raises(UnauthenticatedError):
            town.sessions.refresh(oldest.refresh_token)

        assert town.sessions.find(ada) == ()

    def test_other_sessions_go_on(self, town, ada):
        """Only the family of the stolen token ends."""
        stolen, other = town.sign_in(), town.sign_in()
        town.sessions.refresh(stolen.refresh_token)
        town.clock.move(DAY)
        with pytest.raises(UnauthenticatedError):
            town.sessions.refresh(stolen.refresh_token)

        assert town.sessions.refresh(other.refresh_token)

    def test_a_forged_token_ends_nothing(self, town, ada):
        """Who cannot make the mark cannot sign others out."""
        pair = town.sign_in()
        secret, _, mark = pair.refresh_token.split(".")

        for forged in (
            f"{secret}.1.{mark}",
            f"{secret}.0.{'0' * 64}",
            pair.access_token,
            "",
            "\ud800",
        ):
            with pytest.raises(UnauthenticatedError):
                town.sessions.refresh(forged)

        assert town.sessions.refresh(pair.refresh_token)

    def test_not_after_signing_out(self, town, ada):
        """A session that was ended gives no new tokens."""
        pair = town.sign_in()
        town.sessions.sign_out(ada, pair.session_id)

        with pytest.raises(UnauthenticatedError):
            town.sessions.refresh(pair.refresh_token)

    def test_not_for_who_was_shut_out(self, town, ada):
        """An inactive user gets no new tokens."""
        pair = town.sign_in()
        town.shut_out()

        with pytest.raises(UnauthenticatedError):
            town.sessions.refresh(pair.refresh_token)

    def test_not_with_a_cookie(self, town, ada):
        """A browser session cannot be turned into tokens."""
        cookie = town.sign_in_browser().cookie
        token = f"{cookie}.0.{'0' * 64}"

        with pytest.raises(UnauthenticatedError):
            town.sessions.refresh(token)

    def test_takes_up_a_changed_role(self, town, ada):
        """New tokens are for what the user may do now."""
        pair = town.sign_in()
        change_role(town, ada, "viewer")

        pair = town.sessions.refresh(pair.refresh_token)

        actor, _ = town.identity.authenticate(pair.access_token)
        assert actor.role == "viewer"

    def test_loses_against_signing_out_at_once(self):
        """What is ended at the same moment stays ended."""
        town = Town(directory=RacingDirectory())
        ada = town.settled()
        pair = town.sign_in()
        town.directory.race(ada, town.clock())

        with pytest.raises(UnauthenticatedError):
            town.sessions.refresh(pair.refresh_token)

        assert town.sessions.find(ada) == ()


def change_role(town, actor, role):
    with town.directory.open() as unit:
        seat = actor.user_id, actor.workspace_id
        membership = unit.membership(*seat)
        unit.registers.memberships[seat] = evolve(membership, role=role)
