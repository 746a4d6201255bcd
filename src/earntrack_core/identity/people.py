"""What the operator of an installation does with users."""

from typing import Final

from attrs import evolve, frozen

from earntrack_core.identity import rules
from earntrack_core.identity.checks import plain_email
from earntrack_core.identity.events import UserRegistered
from earntrack_core.identity.homes import home_of, settle
from earntrack_core.identity.means import Means, find_user, lock_email
from earntrack_core.identity.model import NewUser
from earntrack_core.identity.passwords import check_password
from earntrack_core.identity.ports import DirectoryUnit
from earntrack_core.kernel.actor import Actor, Role
from earntrack_core.kernel.errors import DuplicateError, NotFoundError


LOCAL: Final = "local@earntrack.invalid"
"""The address of the local user; no mail can ever arrive there."""


@frozen
class PeopleService:
    """What the operator of an installation does with users.

    There is no actor: whoever can call this owns the machine.
    """

    means: Means

    def add(
        self, new: NewUser, *, plan: str = "free", role: Role = Role.OWNER
    ) -> Actor:
        """Add a user whose address is taken as proved.

        Raises:
            InvalidError: The password is not good enough, or a field breaks
                a rule.
            DuplicateError: There is one with that address.
        """
        plain = check_password(new.password, new.email, new.name)
        hashed = self.means.hasher.hash(plain)
        with self.means.directory.open() as unit:
            lock_email(unit, new.email)
            if unit.user_by_email(new.email) is not None:
                raise DuplicateError("user", "email", new.email)
            actor = self._settle(unit, new, hashed, plan, role)
        self.means.tell([UserRegistered.by(actor)])
        return actor

    def actor_of(self, email: str) -> Actor:
        """Return a user at work in their own workspace.

        Raises:
            NotFoundError: There is no active user with that address.
        """
        with self.means.directory.view() as unit:
            user = find_user(unit, email)
            if user is None:
                raise NotFoundError("user", plain_email(email))
            return home_of(unit, user)

    def local_actor(
        self, *, currency: str = "USD", zone: str = "UTC"
    ) -> Actor:
        """Return the user of a program without sign-in.

        They own their workspace, in *currency* and *zone* if it is made now,
        and have no password.
        """
        with self.means.directory.view() as unit:
            user = unit.user_by_email(LOCAL)
            if user is not None:
                return home_of(unit, user)
        new = NewUser(
            email=LOCAL,
            password="",
            name="Local user",
            currency=currency,
            zone=zone,
        )
        with self.means.directory.open() as unit:
            lock_email(unit, LOCAL)
            user = unit.user_by_email(LOCAL)
            if user is not None:
                return home_of(unit, user)
            return self._settle(unit, new, None, "business", Role.OWNER)

    def purge(self) -> int:
        """Forget sessions, tickets and attempts that are over; count them."""
        with self.means.directory.open() as unit:
            return unit.purge(self.means.now())

    def _settle(
        self,
        unit: DirectoryUnit,
        new: NewUser,
        hashed: str | None,
        plan: str,
        role: Role,
    ) -> Actor:
        now = self.means.now()
        user = rules.enrol(new, hashed, now)
        workspace = evolve(rules.furnish(user, new, now), plan=plan)
        proved = evolve(user, email_verified_at=now)
        return settle(unit, proved, workspace, role)
