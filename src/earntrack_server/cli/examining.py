"""What `earntrack doctor` looks at: all that a server talks to."""

import socket
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Final

from earntrack_adapters.email.smtp import server_of
from earntrack_core.kernel.errors import EarnTrackError, UnavailableError
from earntrack_server.cli.outcome import Exit, code_of
from earntrack_server.config import Settings, SettingsError
from earntrack_server.opening import open_local, open_served
from earntrack_server.safety import dangers


Finding = tuple[str, str, Exit]
"""What was looked at, what is wrong with it, and how bad that is."""

PATIENCE: Final = 5.0
"""Seconds to wait for a mail server."""
MARK: Final = b"here"
KEPT: Final = timedelta(minutes=1)


def examined(settings: Settings) -> Iterator[Finding]:
    """Look at everything, and yield what was found."""
    found = "; ".join(dangers(settings))
    yield "settings", found, Exit.REFUSED if found else Exit.DONE
    for what, probe in _probes(settings).items():
        try:
            probe()
        except (EarnTrackError, SettingsError) as error:
            yield what, str(error), code_of(error)
        else:
            yield what, "", Exit.DONE


def _probes(settings: Settings) -> Mapping[str, Callable[[], None]]:
    probes = {"database": lambda: _database(settings)}
    if settings.redis is not None:
        probes["redis"] = lambda: _redis(settings)
    if settings.smtp is not None:
        url = settings.smtp
        probes["mail"] = lambda: _mail(url)
    return probes | {"server": lambda: open_served(settings).close()}


def _database(settings: Settings) -> None:
    with open_local(settings) as et:
        et.parts.storage.ping()


def _redis(settings: Settings) -> None:
    with open_local(settings) as et:
        et.parts.cache.put("doctor", MARK, KEPT)
        if et.parts.cache.get("doctor") != MARK:
            raise UnavailableError("Redis", "it does not answer")


def _mail(url: str) -> None:
    server = server_of(url)
    place = (server.host, server.port)
    try:
        socket.create_connection(place, PATIENCE).close()
    except OSError as error:
        raise UnavailableError("mail server", str(error)) from error
