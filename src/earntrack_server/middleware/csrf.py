"""CSRF: a page of another site must not act with our visitor's cookie."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from aiohttp import web

from earntrack_core.kernel.errors import ForbiddenError


HEADER: Final = "X-CSRF-Token"
FIELD: Final = "csrf_token"
FORM: Final = "application/x-www-form-urlencoded"
SIZE: Final = 32
PURPOSE: Final = b"csrf"


def _secret(session: str) -> bytes:
    return hmac.digest(session.encode(), PURPOSE, hashlib.sha256)


def _mix(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def make_token(session: str) -> str:
    """Return a token for the forms of a session.

    It is another one each time, so that the length of a packed page does
    not give it away.
    """
    pad = secrets.token_bytes(SIZE)
    return urlsafe_b64encode(pad + _mix(pad, _secret(session))).decode()


def is_token(session: str, text: str) -> bool:
    """Say whether a token was made for a session."""
    try:
        raw = urlsafe_b64decode(text.encode())
    except ValueError:
        return False
    if len(raw) != 2 * SIZE:
        return False
    made = _mix(raw[:SIZE], raw[SIZE:])
    return hmac.compare_digest(made, _secret(session))


async def check_token(request: web.Request, session: str) -> None:
    """Refuse a request whose page does not know the session's token.

    Raises:
        ForbiddenError: The token is missing or wrong.
    """
    token = request.headers.get(HEADER)
    if token is None and request.content_type == FORM:
        field = (await request.post()).get(FIELD)
        token = field if isinstance(field, str) else None
    if token is None or not is_token(session, token):
        raise ForbiddenError("The page is out of date; load it again.")
