from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from attrs import asdict, evolve

from earntrack_core.identity.events import SignedIn
from earntrack_core.identity.model import Client
from earntrack_core.kernel.errors import (
    LockedOutError,
    UnauthenticatedError,
)
from tests.unit.identity.people import (
    ADA,
    BOB,
    CAFE,
    HOME,
    OTHER,
    PASSWORD,
)


SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
OLD = "$2b$04$5n3U6bp51MntqHZtxGAQcOekjs6JMCI1Ml66ynDfMFT/oyC71OTLq"


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
