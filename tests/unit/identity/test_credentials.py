from datetime import timedelta

import pytest

from earntrack_core.identity.events import PasswordChanged, UserUpdated
from earntrack_core.identity.model import NewEmail, NewPassword
from earntrack_core.kernel.errors import (
    InvalidError,
    LockedOutError,
    StaleError,
    UnauthenticatedError,
)
from tests.unit.identity.people import ADA, BOB, OTHER, PASSWORD


NEW = "ada@new.example"
THIRD = "tulips.in.the.rain"


@pytest.fixture(name="ada")
def _ada(town):
    """A user who may sign in."""
    return town.settled()


@pytest.fixture(name="credentials")
def _credentials(town):
    return town.identity.credentials


def passwords(old=PASSWORD, new=OTHER):
    return NewPassword(old_password=old, new_password=new)


def address(email=NEW, password=PASSWORD):
    return NewEmail(email=email, password=password)


class TestChangePassword:
    def test_replaces_the_old_one(self, town, ada, credentials):
        """From now on only the new password is good."""
        credentials.change_password(ada, None, passwords())

        assert town.sign_in(OTHER)
        with pytest.raises(UnauthenticatedError):
            town.sign_in(PASSWORD)

    def test_ends_all_other_sessions(self, town, ada, credentials):
        """Who changes the password stays signed in, and nobody else."""
        mine, other = town.sign_in_browser(), town.sign_in()

        credentials.change_password(ada, mine.session_id, passwords())

        assert town.identity.authenticate(mine.cookie)
        with pytest.raises(UnauthenticatedError):
            town.identity.authenticate(other.access_token)
        with pytest.raises(UnauthenticatedError):
            town.sessions.refresh(other.refresh_token)

    def test_tells(self, town, ada, credentials):
        """Others hear of it, and the user gets a mail."""
        credentials.change_password(ada, None, passwords())

        assert town.facts[-1] == PasswordChanged.by(ada)
        assert town.mailbox.subjects() == ["Your password was changed"]

    def test_makes_older_tickets_worthless(self, town, ada, credentials):
        """A mail that a thief asked for is worth nothing afterwards."""
        town.accounts.request_reset(ADA)
        token = town.mailbox.token()

        credentials.change_password(ada, None, passwords())

        with pytest.raises(InvalidError):
            town.accounts.reset(token, THIRD)

    def test_needs_the_old_one(self, town, ada, credentials):
        """A stolen session is not enough."""
        with pytest.raises(InvalidError) as caught:
            credentials.change_password(ada, None, passwords(old=OTHER))

        assert caught.value.field == "old_password"
        assert town.sign_in(PASSWORD)

    def test_is_patient_with_five(self, town, ada, credentials):
        """A stolen session cannot guess the password."""
        for _ in range(5):
            with pytest.raises(InvalidError):
                credentials.change_password(ada, None, passwords(old=OTHER))

        with pytest.raises(LockedOutError):
            credentials.change_password(ada, None, passwords())
        town.clock.move(timedelta(seconds=1))
        credentials.change_password(ada, None, passwords())

    @pytest.mark.parametrize("new", ["short", "password123", "ada.example.99"])
    def test_needs_a_good_one(self, ada, credentials, new):
        """The new password must be as good as at first."""
        with pytest.raises(InvalidError) as caught:
            credentials.change_password(ada, None, passwords(new=new))

        assert caught.value.field == "new_password"

    def test_not_without_a_password(self, town, credentials):
        """The local user has none that could be changed."""
        local = town.identity.local_actor()

        with pytest.raises(InvalidError):
            credentials.change_password(local, None, passwords(old=""))

    def test_not_twice_at_once(self, town, ada, credentials):
        """Of two changes at the same moment the second is told to retry."""

        def change():
            town.hasher.meanwhile = int
            credentials.change_password(ada, None, passwords())

        town.hasher.meanwhile = change

        with pytest.raises(StaleError):
            credentials.change_password(ada, None, passwords(new=THIRD))

        assert town.sign_in(OTHER)


class TestChangeEmail:
    def test_by_mail_to_the_new_address(self, town, ada, credentials):
        """The new address is used once its mail was read."""
        credentials.request_email(ada, address())
        assert town.mailbox.messages[-1].to == NEW
        assert town.user().email == ADA

        credentials.confirm_email(town.mailbox.token())

        assert town.user(ADA) is None
        assert town.user(NEW).id == ada.user_id
        assert town.sign_in(email=NEW)

    def test_tells_the_old_address(self, town, ada, credentials):
        """A thief cannot take an account away in silence."""
        credentials.request_email(ada, address())
        credentials.confirm_email(town.mailbox.token())

        assert town.mailbox.messages[-1].to == ADA
        assert town.mailbox.subjects()[-1] == "Your e-mail address was changed"
        assert town.facts[-1] == UserUpdated.by(ada)

    def test_ends_all_sessions(self, town, ada, credentials):
        """Everybody signs in again with the new address."""
        pair = town.sign_in()
        credentials.request_email(ada, address())

        credentials.confirm_email(town.mailbox.token())

        with pytest.raises(UnauthenticatedError):
            town.identity.authenticate(pair.access_token)

    def test_makes_older_tickets_worthless(self, town, ada, credentials):
        """A reset that was mailed to the old address is worth nothing."""
        town.accounts.request_reset(ADA)
        reset = town.mailbox.token()
        credentials.request_email(ada, address())
        confirm = town.mailbox.token()
        credentials.confirm_email(confirm)

        with pytest.raises(InvalidError):
            town.accounts.reset(reset, OTHER)
        with pytest.raises(InvalidError):
            credentials.confirm_email(confirm)

    def test_a_ticket_to_an_address_that_was_left(
        self, town, ada, credentials
    ):
        """Whoever reads a mailbox that was given up gets nothing."""
        credentials.request_email(ada, address())
        confirm = town.mailbox.token()
        town.mailbox.messages.clear()
        town.clock.move(timedelta(minutes=10))
        credentials.confirm_email(confirm)
        town.accounts.request_reset(ADA)

        assert "?token=" not in town.mailbox.messages[-1].text

    def test_needs_the_password(self, town, ada, credentials):
        """A stolen session is not enough."""
        with pytest.raises(InvalidError) as caught:
            credentials.request_email(ada, address(password=OTHER))

        assert caught.value.field == "password"
        assert town.mailbox.messages == []

    def test_never_says_that_it_is_taken(self, town, ada, credentials):
        """The owner of a taken address is told, the asker is not."""
        town.settled(BOB)

        assert credentials.request_email(ada, address(BOB)) is None

        assert town.mailbox.messages[-1].to == BOB
        assert "?token=" not in town.mailbox.messages[-1].text

    def test_to_the_same_address_is_nothing(self, town, ada, credentials):
        """Who has the address already gets no mail."""
        credentials.request_email(ada, address(ADA))

        assert town.mailbox.messages == []

    def test_is_patient_with_one_mailbox(self, town, ada, credentials):
        """A user cannot flood the mailbox of a stranger."""
        for _ in range(9):
            credentials.request_email(ada, address())

        assert len(town.mailbox.messages) == 3

    def test_not_to_who_came_first(self, town, ada, credentials):
        """An address that was taken meanwhile stays with its user."""
        credentials.request_email(ada, address())
        town.settled(NEW)

        with pytest.raises(InvalidError) as caught:
            credentials.confirm_email(town.mailbox.token())

        assert caught.value.field == "token"
        assert town.user().id == ada.user_id
