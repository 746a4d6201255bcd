"""Access tokens: JSON web tokens, signed with RSA and SHA-256."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import jwt
from attrs import define, field

from earntrack_adapters.auth.keys import Keys
from earntrack_core.kernel.errors import UnauthenticatedError
from earntrack_core.kernel.ids import UserId, WorkspaceId
from earntrack_core.ports.auth import Claims
from earntrack_core.ports.clock import Clock


ALGORITHM: Final = "RS256"
REQUIRED: Final = ("iss", "aud", "sub", "iat", "exp", "wsp", "sid")
SKEW: Final = timedelta(minutes=1)
"""By how much the clock of the instance that signed may be ahead."""
LONGEST: Final = 4096
"""How many characters a token of ours never has."""
REMEMBERED: Final = 4096
"""How many tokens are not verified again when they come back."""


@define
class JwtSigner:
    """Signs and reads tokens; times are whole seconds."""

    keys: Keys
    now: Clock
    issuer: str = "earntrack"
    audience: str = "earntrack"
    _verified: Callable[[str], Claims] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._verified = lru_cache(REMEMBERED)(self._verify)

    def sign(self, claims: Claims) -> str:
        """Return the token that says *claims*."""
        payload = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": str(claims.user_id),
            "wsp": str(claims.workspace_id),
            "sid": str(claims.session_id),
            "iat": int(claims.issued_at.timestamp()),
            "exp": int(claims.expires_at.timestamp()),
        }
        key = self.keys.signing
        return jwt.encode(
            payload,
            key.private,
            algorithm=ALGORITHM,
            headers={"kid": key.id, "typ": "at+jwt"},
        )

    def read(self, token: str) -> Claims:
        """Return what a token says, if it is ours and has not expired."""
        if len(token) > LONGEST:
            raise UnauthenticatedError("The access token is not valid.")
        claims = self._verified(token)
        now = self.now()
        if now >= claims.expires_at:
            raise UnauthenticatedError("The access token has expired.")
        if claims.issued_at > now + SKEW:
            raise UnauthenticatedError("The access token is not valid yet.")
        return claims

    def _verify(self, token: str) -> Claims:
        """Return what a token says, whenever; an LRU cache is around it."""
        try:
            name = jwt.get_unverified_header(token).get("kid", "")
            payload = jwt.decode(
                token,
                self.keys.verifying[name].private.public_key(),
                algorithms=[ALGORITHM],
                issuer=self.issuer,
                audience=self.audience,
                options={
                    "require": list(REQUIRED),
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
            return _claims(payload)
        except (
            jwt.PyJWTError,
            KeyError,
            TypeError,
            ValueError,
            OverflowError,
            RecursionError,
        ) as error:
            raise UnauthenticatedError(
                "The access token is not valid."
            ) from error


def _claims(payload: dict[str, Any]) -> Claims:
    return Claims(
        user_id=UserId(UUID(str(payload["sub"]))),
        workspace_id=WorkspaceId(UUID(str(payload["wsp"]))),
        session_id=UUID(str(payload["sid"])),
        issued_at=_instant(payload["iat"]),
        expires_at=_instant(payload["exp"]),
    )


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
