"""How users change what they sign in with."""

from attrs import evolve, frozen

from earntrack_core.identity import mail
from earntrack_core.identity.events import PasswordChanged, UserUpdated
from earntrack_core.identity.homes import home_of
from earntrack_core.identity.means import Means, lock_email
from earntrack_core.identity.model import (
    NewEmail,
    NewPassword,
    Purpose,
    SessionId,
    User,
)
from earntrack_core.identity.passwords import check_password, plain_password
from earntrack_core.identity.rules import ACCOUNT, digest
from earntrack_core.identity.tickets import (
    NO_GOOD,
    invite,
    may_mail,
    notice,
    redeem,
)
from earntrack_core.identity.trying import admit, take_back
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import InvalidError


@frozen
class CredentialService:
    """How users change what they sign in with; they need the old password.

    A stolen session alone is not enough for any of it.
    """

    means: Means

    def change_password(
        self, actor: Actor, session: SessionId | None, new: NewPassword
    ) -> None:
        """Set a new password, and end all other sessions of the user.

        Raises:
            InvalidError: The old one is wrong, or the new one not good
                enough.
            LockedOutError: The old one was wrong too often.
            StaleError: The user was changed at the same moment.
        """
        user = self._prove(actor, new.old_password)
        plain = _good(new.new_password, user)
        hashed = self.means.hasher.hash(plain)
        now = self.means.now()
        with self.means.directory.open() as unit:
            unit.replace_user(
                evolve(user, password_hash=hashed, updated_at=now)
            )
            unit.drop_tickets(user.id, Purpose.RESET)
            ended = unit.revoke_all(user.id, now, keep=session)
        self.means.end(actor, ended)
        self.means.tell([PasswordChanged.by(actor)])
        self.means.post.send(notice(mail.PASSWORD_CHANGED, user))

    def request_email(self, actor: Actor, new: NewEmail) -> None:
        """Mail a ticket to a new address; the old one stays until it is used.

        Whoever has that address already gets another mail, and the answer
        is the same.

        Raises:
            InvalidError: The password is wrong.
            LockedOutError: It was wrong too often.
        """
        user = self._prove(actor, new.password, "password")
        now = self.means.now()
        letters = []
        with self.means.directory.open() as unit:
            may = may_mail(unit, new.email, now)
            taken = unit.user_by_email(new.email)
            if may and taken is None:
                letters.append(
                    invite(unit, mail.EMAIL_CHANGE, user, now, new.email)
                )
            elif may and taken is not None and taken.id != user.id:
                letters.append(notice(mail.ACCOUNT_EXISTS, taken))
        self.means.post.send(*letters)

    def confirm_email(self, token: str) -> None:
        """Give a user the address that a ticket was mailed to.

        It ends all sessions, and the old address is told.

        Raises:
            InvalidError: The token is not valid, or no longer.
        """
        now = self.means.now()
        with self.means.directory.open() as unit:
            user, ticket = redeem(unit, token, Purpose.EMAIL_CHANGE, now)
            lock_email(unit, ticket.email)
            if unit.user_by_email(ticket.email) is not None:
                raise InvalidError("token", NO_GOOD)
            for purpose in Purpose:
                unit.drop_tickets(user.id, purpose)
            unit.replace_user(
                evolve(
                    user,
                    email=ticket.email,
                    email_verified_at=now,
                    updated_at=now,
                )
            )
            ended = unit.revoke_all(user.id, now)
            actor = home_of(unit, user)
        self.means.end(actor, ended)
        self.means.tell([UserUpdated.by(actor)])
        self.means.post.send(notice(mail.EMAIL_CHANGED, user))

    def _prove(
        self, actor: Actor, password: str, field: str = "old_password"
    ) -> User:
        """Return the user, whose password this must be."""
        key = digest(f"password {actor.user_id}")
        now = self.means.now()
        with self.means.directory.open() as unit:
            admit(unit, key, ACCOUNT, now)
            user = unit.user(actor.user_id)
        if not self.means.verify(plain_password(password), user):
            raise InvalidError(field, "is wrong")
        with self.means.directory.open() as unit:
            take_back(unit, key)
        return user


def _good(password: str, user: User) -> str:
    try:
        return check_password(password, user.email, user.name)
    except InvalidError as error:
        raise InvalidError("new_password", error.problem) from error
