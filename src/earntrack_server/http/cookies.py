"""The session cookie: set at sign-in, taken away at sign-out."""

from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Final

from aiohttp import hdrs
from attrs import frozen


KEEP: Final = timedelta(days=30)
"""How long a browser keeps it; the session may end before."""
HOST: Final = "__Host-"
"""A cookie of such a name belongs to one host, and needs https."""

Header = tuple[str, str]


@frozen
class SessionCookie:
    """Writes the header that sets the cookie, or takes it away."""

    name: str

    def set(self, value: str) -> Header:
        """Return the header that gives a browser its cookie."""
        return self._header(value, KEEP)

    def drop(self) -> Header:
        """Return the header that takes it away."""
        return self._header("", timedelta(0))

    def _header(self, value: str, keep: timedelta) -> Header:
        cookie: SimpleCookie = SimpleCookie()
        cookie[self.name] = value
        morsel = cookie[self.name]
        morsel["path"] = "/"
        morsel["max-age"] = str(int(keep.total_seconds()))
        morsel["httponly"] = True
        morsel["samesite"] = "Lax"
        if self.name.startswith(HOST):
            morsel["secure"] = True
        return hdrs.SET_COOKIE, morsel.OutputString()
