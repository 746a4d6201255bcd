from datetime import timedelta

import pytest

from earntrack_core.identity.events import (
    PasswordChanged,
    SessionEnded,
)
from earntrack_core.identity.model import NewUser
from earntrack_core.kernel.errors import (
    InvalidError,
    UnauthenticatedError,
)
from tests.unit.identity.people import (
    ADA,
    BOB,
    OTHER,
    PASSWORD,
)


HOUR = timedelta(hours=1)
NEW = NewUser(
    email=ADA, password=PASSWORD, name="Ada", currency="EUR", zone="Asia/Tokyo"
)


class TestReset:
    def test_sets_a_new_password(self, town):
        """Who reads the mailbox can set a new password."""
        town.settled()
        town.accounts.request_reset(ADA)

        town.accounts.reset(town.mailbox.token(), OTHER)

        assert town.sign_in(OTHER)
        with pytest.raises(UnauthenticatedError):
            town.sign_in(PASSWORD)

    def test_ends_all_sessions(self, town):
        """Whoever was signed in, a thief maybe, is not any more."""
        actor = town.settled()
        pair = town.sign_in()
        cookie = town.sign_in_browser().cookie
        town.accounts.request_reset(ADA)

        town.accounts.reset(town.mailbox.token(), OTHER)

        for secret in (pair.access_token, cookie):
            with pytest.raises(UnauthenticatedError):
                town.identity.authenticate(secret)
        with pytest.raises(UnauthenticatedError):
            town.sessions.refresh(pair.refresh_token)
        ended = [one for one in town.facts if isinstance(one, SessionEnded)]
        assert len(ended) == 2
        assert town.facts[-1] == PasswordChanged.by(actor)

    def test_tells_the_user(self, town):
        """A mail warns who did not do it."""
        town.settled()
        town.accounts.request_reset(ADA)

        town.accounts.reset(town.mailbox.token(), OTHER)

        assert town.mailbox.subjects()[-1] == "Your password was changed"

    def test_proves_the_address(self, town):
        """The ticket came by mail, as that for the address would."""
        town.accounts.register(NEW)
        town.accounts.request_reset(ADA)

        town.accounts.reset(town.mailbox.token(), OTHER)

        assert town.sign_in(OTHER)

    def test_keeps_when_the_address_was_proved(self, town):
        """What was proved before stays as it was."""
        town.settled()
        proved = town.user().email_verified_at
        town.clock.move(HOUR)
        town.accounts.request_reset(ADA)

        town.accounts.reset(town.mailbox.token(), OTHER)

        assert town.user().email_verified_at == proved

    def test_takes_the_account_from_who_registered_it_first(self, town):
        """A stranger's password does not survive the owner's reset."""
        town.accounts.register(NewUser(email=ADA, password=OTHER))
        town.accounts.register(NEW)
        town.accounts.request_reset(ADA)

        town.accounts.reset(town.mailbox.token(), PASSWORD)

        assert town.sign_in(PASSWORD)
        with pytest.raises(UnauthenticatedError):
            town.sign_in(OTHER)

    def test_only_once(self, town):
        """The second use of a ticket changes nothing."""
        town.settled()
        town.accounts.request_reset(ADA)
        token = town.mailbox.token()
        town.accounts.reset(token, OTHER)

        with pytest.raises(InvalidError):
            town.accounts.reset(token, "another-good-one-77")

        assert town.sign_in(OTHER)

    def test_uses_up_all_its_tickets(self, town):
        """An older mail in a stolen mailbox is worth nothing."""
        town.settled()
        town.accounts.request_reset(ADA)
        first = town.mailbox.token()
        town.accounts.request_reset(ADA)
        town.accounts.reset(town.mailbox.token(), OTHER)

        with pytest.raises(InvalidError):
            town.accounts.reset(first, "another-good-one-77")

    def test_within_an_hour(self, town):
        """After an hour the ticket is worth nothing."""
        town.settled()
        town.accounts.request_reset(ADA)
        town.clock.move(HOUR)

        with pytest.raises(InvalidError):
            town.accounts.reset(town.mailbox.token(), OTHER)

    @pytest.mark.parametrize("password", ["short", "ada.example.2026"])
    def test_a_bad_password_does_not_use_it_up(self, town, password):
        """Who chose badly may choose again."""
        town.settled()
        town.accounts.request_reset(ADA)

        with pytest.raises(InvalidError) as caught:
            town.accounts.reset(town.mailbox.token(), password)
        town.accounts.reset(town.mailbox.token(), OTHER)

        assert caught.value.field == "password"

    @pytest.mark.parametrize("email", [BOB, "nobody", "", "\0", "\ud800@x.de"])
    def test_says_the_same_to_everybody(self, town, email):
        """Nobody learns who has an account."""
        assert town.accounts.request_reset(email) is None
        assert town.mailbox.messages == []

    def test_leaves_the_same_trace_for_everybody(self, town):
        """A stranger's address is counted as a user's: so much is written."""
        town.settled()
        town.accounts.request_reset(ADA)
        town.accounts.request_reset(BOB)

        with town.directory.view() as unit:
            assert len(unit.registers.attempts) == 2

    def test_is_patient_with_one_mailbox(self, town):
        """Nobody can flood a mailbox; a minute later one more is sent."""
        town.settled()
        for _ in range(5):
            town.accounts.request_reset(ADA)
        town.clock.move(timedelta(minutes=1))
        town.accounts.request_reset(ADA)

        assert len(town.mailbox.messages) == 4

    def test_not_for_who_was_shut_out(self, town):
        """An inactive user gets no ticket, and an old one is worth nothing."""
        town.settled()
        town.accounts.request_reset(ADA)
        town.shut_out()

        town.accounts.request_reset(ADA)

        assert len(town.mailbox.messages) == 1
        with pytest.raises(InvalidError):
            town.accounts.reset(town.mailbox.token(), OTHER)

    def test_not_for_who_is_gone(self, town):
        """The ticket of a user who is no more is worth nothing."""
        town.settled()
        town.accounts.request_reset(ADA)
        with town.directory.open() as unit:
            unit.registers.users.clear()

        with pytest.raises(InvalidError):
            town.accounts.reset(town.mailbox.token(), OTHER)

    def test_signing_in_says_the_same_about_everybody(self, town):
        """A wrong password and an unknown address look and cost the same."""
        town.settled()
        said = []
        for email in (ADA, BOB):
            before = town.hasher.verified
            with pytest.raises(UnauthenticatedError) as caught:
                town.sign_in(OTHER, email=email)
            said.append((str(caught.value), town.hasher.verified - before))

        assert said[0] == said[1]
        assert said[0][1] == 1
