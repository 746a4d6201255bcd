from datetime import timedelta

import pytest
from attrs import asdict

from earntrack_core.identity.events import (
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
