"""How people get an account, prove their address, and get back in."""

from datetime import datetime

from attrs import evolve, frozen

from earntrack_core.identity import mail, rules
from earntrack_core.identity.events import (
    PasswordChanged,
    UserRegistered,
    UserUpdated,
)
from earntrack_core.identity.homes import home_of, settle
from earntrack_core.identity.mail import Letter
from earntrack_core.identity.means import Means, find_user, lock_email
from earntrack_core.identity.model import NewUser, Purpose, User
from earntrack_core.identity.passwords import check_password
from earntrack_core.identity.ports import DirectoryUnit
from earntrack_core.identity.tickets import invite, may_mail, notice, redeem
from earntrack_core.kernel.actor import Role
from earntrack_core.kernel.errors import ForbiddenError


@frozen
class AccountService:
    """How people get an account, prove their address, and get back in.

    Nobody learns here whether an address has an account: the answers are
    the same, and as fast if mails are sent later. The owner of the mailbox
    does learn it.
    """

    means: Means

    def register(self, new: NewUser) -> None:
        """Give somebody an account and a workspace, and mail a ticket.

        Who has an account already is told so by mail.

        Raises:
            InvalidError: The password is not good enough.
            ForbiddenError: Strangers cannot register here.
        """
        if not self.means.policy.registration:
            raise ForbiddenError("Nobody can register here.")
        plain = check_password(new.password, new.email, new.name)
        hashed = self.means.hasher.hash(plain)
        now = self.means.now()
        came: list[UserRegistered] = []
        with self.means.directory.open() as unit:
            lock_email(unit, new.email)
            template = mail.ACCOUNT_EXISTS
            if unit.user_by_email(new.email) is None:
                template = mail.VERIFY
                came.append(self._enrol(unit, new, hashed, now))
            letters = _letters(unit, template, new.email, now)
        self.means.tell(came)
        self.means.post.send(*letters)

    def verify_email(self, token: str) -> None:
        """Note that the owner of an address has read the mail to it.

        Raises:
            InvalidError: The token is not valid, or no longer.
        """
        now = self.means.now()
        with self.means.directory.open() as unit:
            user, _ticket = redeem(unit, token, Purpose.VERIFY, now)
            unit.drop_tickets(user.id, Purpose.VERIFY)
            unit.replace_user(
                evolve(user, email_verified_at=now, updated_at=now)
            )
            actor = home_of(unit, user)
        self.means.tell([UserUpdated.by(actor)])

    def resend(self, email: str) -> None:
        """Mail the ticket for an address anew, if it still needs one."""
        self._mail(mail.VERIFY, email)

    def request_reset(self, email: str) -> None:
        """Mail a ticket for a new password, if there is an account."""
        self._mail(mail.RESET, email)

    def reset(self, token: str, password: str) -> None:
        """Set a new password with a ticket, and end all sessions.

        It proves the address as well.

        Raises:
            InvalidError: The token is not valid, or no longer; or the
                password is not good enough, and then the token stays valid.
        """
        hashed = self.means.hasher.hash(check_password(password))
        now = self.means.now()
        with self.means.directory.open() as unit:
            user, _ticket = redeem(unit, token, Purpose.RESET, now)
            check_password(password, user.email, user.name)
            unit.drop_tickets(user.id, Purpose.RESET)
            unit.drop_tickets(user.id, Purpose.VERIFY)
            unit.replace_user(
                evolve(
                    user,
                    password_hash=hashed,
                    email_verified_at=user.email_verified_at or now,
                    updated_at=now,
                )
            )
            ended = unit.revoke_all(user.id, now)
            actor = home_of(unit, user)
        self.means.end(actor, ended)
        self.means.tell([PasswordChanged.by(actor)])
        self.means.post.send(notice(mail.PASSWORD_CHANGED, user))

    def _enrol(
        self, unit: DirectoryUnit, new: NewUser, hashed: str, now: datetime
    ) -> UserRegistered:
        user = rules.enrol(new, hashed, now)
        workspace = evolve(
            rules.furnish(user, new, now), plan=self.means.policy.plan
        )
        return UserRegistered.by(settle(unit, user, workspace, Role.OWNER))

    def _mail(self, template: str, email: str) -> None:
        now = self.means.now()
        with self.means.directory.open() as unit:
            letters = _letters(unit, template, email, now)
        self.means.post.send(*letters)


def _letters(
    unit: DirectoryUnit, template: str, email: str, now: datetime
) -> tuple[Letter, ...]:
    """Return the letter to an address, if there is somebody to write to."""
    may = may_mail(unit, email, now)
    user = find_user(unit, email)
    if not may or user is None or not _needs(user, template):
        return ()
    if template == mail.ACCOUNT_EXISTS:
        return (notice(template, user),)
    return (invite(unit, template, user, now),)


def _needs(user: User, template: str) -> bool:
    if template == mail.VERIFY:
        return user.email_verified_at is None
    return user.password_hash is not None
