from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from attrs import asdict, define, evolve, field

from earntrack_adapters.memory.directory import (
    MemoryDirectory,
    MemoryDirectoryUnit,
)
from earntrack_core.identity.events import SessionEnded, SignedIn
from earntrack_core.identity.model import Client, SessionKind
from earntrack_core.kernel.errors import (
    LockedOutError,
    NotFoundError,
    UnauthenticatedError,
)
from earntrack_core.kernel.ids import uuid7
from tests.unit.identity.people import (
    ADA,
    BOB,
    CAFE,
    HOME,
    OTHER,
    PASSWORD,
    Town,
)


SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
OLD = "$2b$04$5n3U6bp51MntqHZtxGAQcOekjs6JMCI1Ml66ynDfMFT/oyC71OTLq"


@define
class RacingUnit(MemoryDirectoryUnit):
    """A unit in which a rival writes between reading and writing."""

    rivals: list

    def replace_session(self, session):
        while self.rivals:
            self.rivals.pop()(self)
        super().replace_session(session)


@define(slots=False)
class RacingDirectory(MemoryDirectory):
    """A directory where units run at the same time."""

    rivals: list = field(factory=list)

    @contextmanager
    def open(self):
        with super().open() as unit:
            yield RacingUnit(unit.registers, self.rivals)

    def race(self, actor, now):
        """Let a rival sign *actor* out before the next session is stored."""

        def rival(unit):
            for registers in (unit.registers, self._registers):
                MemoryDirectoryUnit(registers).revoke_all(actor.user_id, now)

        self.rivals.append(rival)


@pytest.fixture(name="ada")
def _ada(town):
    """A user who may sign in."""
    return town.settled()


def fail(town, times, client=HOME, email=ADA):
    """Sign in with a wrong password, however long that takes."""
    for _ in range(times):
        with pytest.raises(UnauthenticatedError):
            town.sign_in(OTHER, client, email)


class TestSignIn:
    def test_gives_tokens(self, town, ada):
        """Who knows the password gets tokens for an hour and for a week."""
        pair = town.sign_in()

        assert town.identity.authenticate(pair.access_token) == (
            ada,
            pair.session_id,
        )
        assert pair.expires_at == town.clock() + timedelta(hours=1)
        assert pair.refresh_expires_at == town.clock() + 7 * DAY

    def test_gives_a_cookie(self, town, ada):
        """A browser gets a cookie that means nothing by itself."""
        ticket = town.sign_in_browser()

        known = town.identity.authenticate(ticket.cookie)
        assert known == (ada, ticket.session_id)
        assert ticket.expires_at == town.clock() + 7 * DAY

    def test_tells(self, town, ada):
        """Others hear of the session."""
        pair = town.sign_in()

        assert town.facts[-1] == SignedIn(
            workspace_id=ada.workspace_id,
            user_id=ada.user_id,
            session_id=pair.session_id,
        )

    def test_stores_no_secret(self, town, ada):
        """A stolen database signs nobody in."""
        pair = town.sign_in()
        cookie = town.sign_in_browser().cookie

        with town.directory.view() as unit:
            stored = str(list(map(asdict, unit.sessions(ada.user_id))))
        assert cookie not in stored
        for part in pair.refresh_token.split(".")[::2]:
            assert part not in stored

    @pytest.mark.parametrize("email", [ADA.upper(), f"  {ADA} "])
    def test_however_the_address_is_typed(self, town, ada, email):
        """Capitals and blanks around an address do not matter."""
        assert town.sign_in(email=email)

    @pytest.mark.parametrize(
        "password", ["", OTHER, PASSWORD.upper(), PASSWORD + " ", "\ud800\0"]
    )
    def test_not_with_another_password(self, town, ada, password):
        """Close is not enough."""
        with pytest.raises(UnauthenticatedError, match="is wrong"):
            town.sign_in(password)

    @pytest.mark.parametrize(
        "email", [BOB, "", "\0", "\ud800@x.de", "a" * 999]
    )
    def test_not_with_another_address(self, town, ada, email):
        """Whatever somebody types as an address, the answer is the same."""
        with pytest.raises(UnauthenticatedError, match="is wrong"):
            town.sign_in(email=email)

    def test_not_when_shut_out(self, town, ada):
        """An inactive user looks like a wrong password."""
        town.shut_out()

        with pytest.raises(UnauthenticatedError, match="is wrong"):
            town.sign_in()

    def test_not_without_a_password(self, town):
        """The local user cannot sign in at all."""
        town.identity.local_actor()

        with pytest.raises(UnauthenticatedError, match="is wrong"):
            town.sign_in("", email="local@earntrack.invalid")

    def test_renews_an_old_hash(self, town, ada):
        """A hash of old days is made anew when its password is known."""
        with town.directory.open() as unit:
            user = unit.user_by_email(ADA)
            unit.replace_user(evolve(user, password_hash=OLD))

        town.sign_in("correct horse old")

        assert town.user().password_hash.startswith("$argon2id$")
        assert town.sign_in("correct horse old")

    def test_not_if_the_password_changes_meanwhile(self, town, ada):
        """A password that was just replaced opens no session any more."""
        changed = []

        def change():
            if not changed:
                changed.append(1)
                with town.directory.open() as unit:
                    user = unit.user_by_email(ADA)
                    unit.replace_user(evolve(user, password_hash=OLD))

        town.hasher.meanwhile = change

        with pytest.raises(UnauthenticatedError):
            town.sign_in()

    def test_warns_of_a_new_device(self, town, ada):
        """Who signs in from an unknown device gets a mail; not at first."""
        town.sign_in()
        town.sign_in()
        town.sign_in(client=CAFE)

        assert town.mailbox.subjects() == ["A new device has signed in"]
        assert "Browser 2" in town.mailbox.messages[0].text
        assert "2026-01-01 00:00 UTC" in town.mailbox.messages[0].text

    def test_makes_room(self, town, ada):
        """Of more than a hundred sessions the oldest ends."""
        first = town.sign_in_browser()
        for _ in range(99):
            town.clock.move(SECOND)
            town.sign_in_browser()
        assert len(town.sessions.find(ada)) == 100
        town.clock.move(SECOND)

        town.sign_in_browser()

        assert len(town.sessions.find(ada)) == 100
        with pytest.raises(UnauthenticatedError):
            town.identity.authenticate(first.cookie)

    def test_always_begins_a_session_of_its_own(self, town, ada):
        """Nothing that was known before the sign-in is used after it."""
        first, second = town.sign_in_browser(), town.sign_in_browser()

        assert first.cookie != second.cookie
        assert first.session_id != second.session_id


class TestPatience:
    def test_locks_after_five(self, town, ada):
        """The sixth try in a row has to wait, even with the password."""
        fail(town, 5)

        with pytest.raises(LockedOutError) as caught:
            town.sign_in()

        assert caught.value.until == town.clock() + SECOND

    def test_a_refused_try_does_not_count(self, town, ada):
        """Trying while locked out does not make it longer."""
        fail(town, 5)
        for _ in range(50):
            with pytest.raises(LockedOutError):
                town.sign_in(OTHER)
        town.clock.move(SECOND)

        assert town.sign_in()

    def test_waits_grow(self, town, ada):
        """Each failure after the wait makes the next one twice as long."""
        fail(town, 5)
        waits = []
        for _ in range(12):
            with pytest.raises(LockedOutError) as caught:
                town.sign_in()
            waits.append((caught.value.until - town.clock()).seconds)
            town.clock.move(caught.value.until - town.clock())
            fail(town, 1)

        assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]

    def test_success_forgives(self, town, ada):
        """Who knew the password in the end begins with five again."""
        fail(town, 4)
        town.sign_in()

        fail(town, 5)

    def test_nobody_locks_somebody_else_out(self, town, ada):
        """Failures from one place do not count elsewhere."""
        for _ in range(3):
            fail(town, 5, client=CAFE)
            town.clock.move(timedelta(minutes=16))

        assert town.sign_in(client=HOME)

    def test_one_password_on_all_accounts(self, town, ada):
        """One place cannot spray guesses over many addresses."""
        for number in range(20):
            fail(town, 1, client=CAFE, email=f"user{number}@example.org")

        with pytest.raises(LockedOutError):
            town.sign_in(client=CAFE)
        assert town.sign_in(client=HOME)

    def test_success_elsewhere_does_not_reset_a_place(self, town, ada):
        """An own account does not make guesses at others free."""
        town.settled(BOB)
        for number in range(20):
            town.sign_in(client=CAFE, email=BOB)
            fail(town, 1, client=CAFE, email=f"user{number}@example.org")

        with pytest.raises(LockedOutError):
            town.sign_in(client=CAFE, email=BOB)

    def test_who_never_fails_never_waits(self, town, ada):
        """A whole office behind one address can sign in."""
        for _ in range(30):
            assert town.sign_in()

    def test_a_network_is_one_place(self, town, ada):
        """The many addresses of one IPv6 customer count as one."""
        for number in range(5):
            place = Client(address=f"2001:db8::{number:x}")
            fail(town, 1, client=place)

        with pytest.raises(LockedOutError):
            town.sign_in(client=Client(address="2001:db8::ffff"))

    def test_without_an_address_only_the_account_counts(self, town, ada):
        """A host that tells no addresses does not lock everybody out."""
        for number in range(25):
            fail(town, 1, client=Client(), email=f"user{number}@example.org")

        assert town.sign_in(client=Client())

    def test_counts_unknown_users_as_well(self, town):
        """The lock does not tell whether there is an account."""
        fail(town, 5, email=BOB)

        with pytest.raises(LockedOutError):
            town.sign_in(email=BOB)

    def test_tries_at_once_do_not_slip_through(self, town, ada):
        """Of forty guesses at the same moment only five are looked at."""

        def guess(_):
            try:
                town.sign_in(OTHER)
            except LockedOutError:
                return "locked"
            except UnauthenticatedError:
                return "wrong"

        with ThreadPoolExecutor(8) as pool:
            said = list(pool.map(guess, range(40)))

        assert said.count("wrong") == 5
        assert town.hasher.verified == 5

    def test_keeps_no_addresses(self, town):
        """What strangers type is not stored, it may be a password."""
        fail(town, 1, email="my-secret-password")

        with town.directory.view() as unit:
            keys = "".join(unit.registers.attempts)
        assert "secret" not in keys


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
