from datetime import timedelta

import pytest
from attrs import asdict

from earntrack_core.identity.events import (
    PasswordChanged,
    SessionEnded,
    UserRegistered,
    UserUpdated,
)
from earntrack_core.identity.means import Policy
from earntrack_core.identity.model import NewUser
from earntrack_core.identity.people import LOCAL
from earntrack_core.kernel.errors import (
    ForbiddenError,
    InvalidError,
    UnauthenticatedError,
)
from tests.unit.identity.people import (
    ADA,
    BOB,
    OTHER,
    PASSWORD,
    SITE,
    Town,
)


HOUR = timedelta(hours=1)
NEW = NewUser(
    email=ADA, password=PASSWORD, name="Ada", currency="EUR", zone="Asia/Tokyo"
)


def nothing_stored(town):
    return town.user() is None


class TestRegister:
    def test_gives_a_user_a_workspace_of_their_own(self, town):
        """Whoever registers owns a workspace with their own settings."""
        town.accounts.register(NEW)

        actor = town.identity.actor(ADA)
        assert (actor.role, actor.plan) == ("owner", "free")
        assert (actor.currency, actor.zone) == ("EUR", "Asia/Tokyo")
        assert town.identity.profiles.workspace(actor).name == "Ada"

    def test_names_the_workspace_by_the_address_without_a_name(self, town):
        """A workspace has a name even if its user tells none."""
        town.accounts.register(NewUser(email=ADA, password=PASSWORD))

        actor = town.identity.actor(ADA)
        assert town.identity.profiles.workspace(actor).name == "ada"

    def test_mails_a_ticket(self, town):
        """The address is proved by reading its mail."""
        town.accounts.register(NEW)

        assert town.mailbox.messages[0].to == ADA
        assert f"{SITE}/verify?token=" in town.mailbox.messages[0].text
        assert town.user().email_verified_at is None

    def test_tells(self, town):
        """Others hear of the new user, with nothing secret."""
        town.accounts.register(NEW)

        actor = town.identity.actor(ADA)
        assert town.facts == [UserRegistered.by(actor)]

    def test_stores_no_password(self, town):
        """A password is hashed, with salt, and kept nowhere else."""
        town.accounts.register(NEW)
        town.accounts.register(NewUser(email=BOB, password=PASSWORD))

        assert PASSWORD not in str(asdict(town.user()))
        assert town.user().password_hash != town.user(BOB).password_hash
        assert town.user().password_hash.startswith("$argon2id$")

    def test_never_says_that_there_is_one(self, town):
        """Whether an address has an account is told to its mailbox only."""
        first = town.accounts.register(NEW)
        again = town.accounts.register(
            NewUser(email=ADA.upper(), password=OTHER, name="Eve")
        )

        assert first == again
        assert town.mailbox.subjects() == [
            "Confirm your e-mail address",
            "You already have an account",
        ]
        assert town.user().name == "Ada"

    def test_changes_nothing_of_an_account(self, town):
        """Registering again does not change the password."""
        town.settled()
        before = town.user()

        town.accounts.register(NewUser(email=ADA, password=OTHER))

        assert town.user() == before

    def test_works_as_hard_for_a_known_address(self, town):
        """The password is hashed in any case, so that time tells nothing."""
        town.accounts.register(NEW)
        town.accounts.register(NEW)

        assert town.hasher.hashed == 2
        assert town.hasher.verified == 0

    def test_refuses_a_bad_password(self, town):
        """A password that others guess is refused before anything is done."""
        with pytest.raises(InvalidError) as caught:
            town.accounts.register(
                NewUser(email=ADA, password="ada.example.1")
            )

        assert caught.value.field == "password"
        assert nothing_stored(town)

    def test_only_where_it_is_open(self):
        """An installation can be closed to strangers."""
        town = Town(policy=Policy(registration=False))

        with pytest.raises(ForbiddenError):
            town.accounts.register(NEW)

        assert nothing_stored(town)

    def test_gives_the_plan_of_the_house(self):
        """Whoever runs an installation decides which plan is given."""
        town = Town(policy=Policy(plan="business"))

        town.accounts.register(NEW)

        assert town.identity.actor(ADA).plan == "business"

    def test_survives_a_broken_mail_server(self, town, caplog):
        """What is stored is stored; another mail can be asked for."""
        town.mailbox.broken = True

        town.accounts.register(NEW)
        town.mailbox.broken = False
        town.accounts.resend(ADA)

        assert "No verify mail was sent: unavailable" in caplog.text
        assert ADA not in caplog.text
        town.accounts.verify_email(town.mailbox.token())

    def test_is_patient_with_one_mailbox(self, town):
        """Nobody can flood a mailbox, and the answer stays the same."""
        for _ in range(9):
            town.accounts.register(NEW)

        assert len(town.mailbox.messages) == 3

    def test_can_mail_later(self, town):
        """The mails can wait until the request is answered."""
        waiting = []
        object.__setattr__(town.identity.means.post, "later", waiting.append)

        town.accounts.register(NEW)

        assert town.mailbox.messages == []
        waiting.pop()()
        assert town.mailbox.subjects() == ["Confirm your e-mail address"]

    def test_of_the_local_user_mails_nothing(self, town):
        """Nobody can take over the user who has no password."""
        town.identity.local_actor()

        town.accounts.register(NewUser(email=LOCAL, password=PASSWORD))
        town.accounts.request_reset(LOCAL)

        assert town.mailbox.messages == []


class TestVerifyEmail:
    def test_proves_the_address(self, town):
        """Who can read the mailbox can use the account."""
        town.accounts.register(NEW)

        town.accounts.verify_email(town.mailbox.token())

        assert town.user().email_verified_at == town.clock()
        assert town.facts[-1] == UserUpdated.by(town.identity.actor(ADA))
        assert town.sign_in()

    def test_only_once(self, town):
        """A ticket is gone once it was used."""
        town.accounts.register(NEW)
        token = town.mailbox.token()
        town.accounts.verify_email(token)

        with pytest.raises(InvalidError) as caught:
            town.accounts.verify_email(token)

        assert caught.value.field == "token"

    def test_uses_up_all_its_tickets(self, town):
        """With one of several tickets the others are gone too."""
        town.accounts.register(NEW)
        first = town.mailbox.token()
        town.accounts.resend(ADA)
        town.accounts.verify_email(town.mailbox.token())

        with pytest.raises(InvalidError):
            town.accounts.verify_email(first)

    @pytest.mark.parametrize(
        ("late", "good"),
        [(timedelta(microseconds=1), True), (HOUR * 0, False)],
    )
    def test_within_a_day(self, town, late, good):
        """A ticket is good for 24 hours, and not a moment longer."""
        town.accounts.register(NEW)
        town.clock.move(24 * HOUR - late)

        try:
            town.accounts.verify_email(town.mailbox.token())
        except InvalidError:
            assert not good

        assert (town.user().email_verified_at is not None) is good

    @pytest.mark.parametrize("token", ["", "x", "\0", "\ud800", "é" * 9_999])
    def test_nothing_else_does(self, town, token):
        """A token that was never given out is refused quietly."""
        town.accounts.register(NEW)

        with pytest.raises(InvalidError):
            town.accounts.verify_email(token)

    def test_not_with_a_ticket_for_something_else(self, town):
        """A ticket is for one purpose, and stays good for that."""
        town.accounts.register(NEW)
        verify = town.mailbox.token()
        town.accounts.request_reset(ADA)

        with pytest.raises(InvalidError):
            town.accounts.verify_email(town.mailbox.token())
        with pytest.raises(InvalidError):
            town.accounts.reset(verify, OTHER)

        town.accounts.verify_email(verify)

    def test_is_needed_to_sign_in(self, town):
        """Who has not proved the address is told so, if the password fits."""
        town.accounts.register(NEW)

        with pytest.raises(ForbiddenError, match="Confirm"):
            town.sign_in()
        with pytest.raises(UnauthenticatedError):
            town.sign_in(OTHER)

    def test_is_not_needed_where_nobody_asks(self):
        """An installation without mail can do without."""
        town = Town(policy=Policy(verify_first=False))
        town.accounts.register(NEW)

        assert town.sign_in()


class TestResend:
    def test_mails_anew(self, town):
        """A lost mail can be asked for again."""
        town.accounts.register(NEW)

        town.accounts.resend(" ADA@example.org")

        assert len(set(town.mailbox.subjects())) == 1
        assert len({one.text for one in town.mailbox.messages}) == 2

    @pytest.mark.parametrize("email", [BOB, "nobody", "", "\0", "\ud800@x.de"])
    def test_says_the_same_to_everybody(self, town, email):
        """Nobody learns who has an account."""
        assert town.accounts.resend(email) is None
        assert town.mailbox.messages == []

    def test_not_to_who_has_proved_it(self, town):
        """A proved address needs no ticket."""
        town.settled()

        town.accounts.resend(ADA)

        assert town.mailbox.messages == []


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
