"""The secrets that clients hold, and how they are made and read.

A cookie is one random text. A refresh token has three parts: the lasting
secret of its session, its generation, and a mark that only the server can
make, with the session's seal, from both. So an old token is known for what
it is, whoever holds it cannot make the next one, and the present one can be
told again to a second tab that asked a moment later.
"""

import hmac
import re
import secrets
from hashlib import sha256
from typing import Final

from attrs import field, frozen

from earntrack_core.identity.model import Session


BYTES: Final = 32
REFRESH: Final = re.compile(
    r"([\w-]{43})\.(0|[1-9][0-9]{0,8})\.([0-9a-f]{64})", re.ASCII
)


def new_secret() -> str:
    """Return a random text that nobody can guess."""
    return secrets.token_urlsafe(BYTES)


def new_seal() -> str:
    """Return a random key of a session."""
    return secrets.token_hex(BYTES)


@frozen
class RefreshToken:
    """A refresh token, taken apart."""

    secret: str = field(repr=False)
    generation: int
    mark: str = field(repr=False)

    def is_of(self, session: Session) -> bool:
        """Say whether it was once given out for *session*."""
        mark = _mark(session, self.secret, self.generation)
        return hmac.compare_digest(self.mark, mark)


def read_refresh_token(text: str) -> RefreshToken | None:
    """Take a refresh token apart; None if it cannot be one."""
    found = REFRESH.fullmatch(text)
    if found is None:
        return None
    secret, generation, mark = found.groups()
    return RefreshToken(secret, int(generation), mark)


def refresh_token(session: Session, secret: str) -> str:
    """Return the present refresh token of a session."""
    mark = _mark(session, secret, session.generation)
    return f"{secret}.{session.generation}.{mark}"


def _mark(session: Session, secret: str, generation: int) -> str:
    text = f"{secret}.{generation}"
    seal = bytes.fromhex(session.seal)
    return hmac.new(seal, text.encode(), sha256).hexdigest()
