"""The auth ports: passwords and tokens."""

from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from attrs import frozen

from earntrack_core.kernel.ids import UserId, WorkspaceId


class PasswordHasher(Protocol):
    """Makes and verifies slow hashes."""

    def hash(self, password: str) -> str:
        """Return a salted hash that names its own method."""
        ...

    def verify(self, password: str, hashed: str) -> bool:
        """Say whether *hashed* was made from this password."""
        ...

    def outdated(self, hashed: str) -> bool:
        """Say whether a hash should be made anew with today's method."""
        ...


@frozen(kw_only=True)
class Claims:
    """What an access token says."""

    user_id: UserId
    workspace_id: WorkspaceId
    session_id: UUID
    issued_at: datetime
    expires_at: datetime


class TokenSigner(Protocol):
    """Makes and reads signed access tokens."""

    def sign(self, claims: Claims) -> str:
        """Return the token that says *claims*."""
        ...

    def read(self, token: str) -> Claims:
        """Return what a token says, if it is ours and has not expired.

        Raises:
            UnauthenticatedError: It is not, or it has.
        """
        ...


ACCESS: Final = timedelta(hours=1)
"""How long an access token lives."""
