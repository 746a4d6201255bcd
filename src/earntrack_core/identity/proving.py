"""How somebody proves who they are when they sign in."""

from datetime import datetime
from typing import Final

from attrs import evolve, frozen

from earntrack_core.identity.checks import plain_email
from earntrack_core.identity.means import Means, find_user
from earntrack_core.identity.model import Client, Credentials, User
from earntrack_core.identity.passwords import plain_password
from earntrack_core.identity.ports import DirectoryUnit
from earntrack_core.identity.rules import ACCOUNT, ADDRESS, digest, network_of
from earntrack_core.identity.trying import admit, take_back
from earntrack_core.kernel.errors import ForbiddenError, UnauthenticatedError


WRONG: Final = "The e-mail address or the password is wrong."


@frozen(kw_only=True)
class Proof:
    """That somebody knew a password, and what is to be noted with it."""

    user: User
    account_key: str
    address_key: str | None
    renewed_hash: str | None
    """Their password, hashed as it is done today, if it was not."""

    def settle(self, unit: DirectoryUnit, now: datetime) -> User:
        """Take back the attempts; return the user as they are now.

        Raises:
            UnauthenticatedError: They have changed in the meantime.
        """
        unit.drop_attempts(self.account_key)
        if self.address_key is not None:
            take_back(unit, self.address_key)
        user = unit.user(self.user.id)
        if user.version != self.user.version:
            raise UnauthenticatedError(WRONG)
        if self.renewed_hash is None:
            return user
        return unit.replace_user(
            evolve(user, password_hash=self.renewed_hash, updated_at=now)
        )


def prove(means: Means, said: Credentials, client: Client) -> Proof:
    """Find out whether somebody is who they say.

    Attempts are counted for the account as seen from one network, so that
    nobody can lock somebody else out, and for the network, so that nobody
    can try one password on all accounts.

    Raises:
        UnauthenticatedError: They are not, or there is no such user.
        LockedOutError: They were not too often.
        ForbiddenError: They are, but have not proved their address.
    """
    account, address = _keys(said, client)
    now = means.now()
    with means.directory.open() as unit:
        admit(unit, account, ACCOUNT, now)
        if address is not None:
            admit(unit, address, ADDRESS, now)
        user = find_user(unit, said.email)
    plain = plain_password(said.password)
    if not means.verify(plain, user) or user is None:
        raise UnauthenticatedError(WRONG)
    if means.policy.verify_first and user.email_verified_at is None:
        raise ForbiddenError("Confirm your e-mail address first.")
    renewed = None
    if means.hasher.outdated(user.password_hash or ""):
        renewed = means.hasher.hash(plain)
    return Proof(
        user=user,
        account_key=account,
        address_key=address,
        renewed_hash=renewed,
    )


def _keys(said: Credentials, client: Client) -> tuple[str, str | None]:
    """Return under what attempts count: account and network, network."""
    network = network_of(client.address)
    account = digest(f"sign in {network} {plain_email(said.email)}")
    return account, digest(f"sign in {network}") if network else None
