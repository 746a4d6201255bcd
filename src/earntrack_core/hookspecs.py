"""Hooks: where plugins give EarnTrack platforms, formats and adapters.

A plugin is a module or an object with functions of these names, marked with
`hookimpl` and named in the entry-point group `earntrack`. EarnTrack's own
adapters come in through the same door.
"""

from collections.abc import Callable, Iterable
from typing import Final, Protocol

from attrs import frozen
from pluggy import HookimplMarker, HookspecMarker

from earntrack_core.identity.ports import Directory
from earntrack_core.kernel.events import Event
from earntrack_core.platforms.model import PlatformInfo
from earntrack_core.ports.cache import Cache
from earntrack_core.ports.clock import Clock
from earntrack_core.ports.files import FileStore
from earntrack_core.ports.limits import RateLimiter
from earntrack_core.ports.notifier import Notifier
from earntrack_core.ports.presence import Presence
from earntrack_core.ports.rates import RateSource
from earntrack_core.ports.relay import Relay
from earntrack_core.ports.storage import Units, Upkeep
from earntrack_core.statements.ports import StatementFormat, StatementsUnit


PROJECT: Final = "earntrack"

hookspec = HookspecMarker(PROJECT)
hookimpl = HookimplMarker(PROJECT)


class Storage(Units[StatementsUnit], Upkeep, Protocol):
    """Keeps everything: units of work, and the directory of people."""

    @property
    def directory(self) -> Directory:
        """Users, workspaces and sessions."""
        ...


@frozen(kw_only=True)
class Means:
    """What a storage needs to keep and tell events."""

    now: Clock
    encode: Callable[[Event], str]
    """Returns an event as the JSON text that is stored and sent."""
    publish: Callable[[Iterable[Event]], None]
    """Tells events; called after their unit is stored, never before."""


@hookspec
def platforms() -> Iterable[PlatformInfo]:
    """Tell of platforms: name, colour, category and usual fee.

    A key that two plugins tell of stops EarnTrack with a `PluginError`.
    """
    return ()


@hookspec
def statement_formats() -> Iterable[StatementFormat]:
    """Give formats that read what platforms, banks and timers export.

    A format id that two plugins give stops EarnTrack with a `PluginError`.
    """
    return ()


@hookspec(firstresult=True)
def open_storage(url: str, means: Means) -> Storage | None:
    """Open the storage that *url* names, as `sqlite:///earn.db`.

    Return None if the scheme is not yours. The schema is brought up to date
    by `Storage.prepare`, not here.
    """


@hookspec(firstresult=True)
def open_cache(url: str, now: Clock) -> Cache | None:
    """Open the cache that *url* names, as `memory://` or `redis://host`."""


@hookspec(firstresult=True)
def open_files(url: str) -> FileStore | None:
    """Open the file store that *url* names, as `file:///var/earntrack`."""


@hookspec(firstresult=True)
def open_rates(url: str) -> RateSource | None:
    """Open a source of exchange rates, as `ecb:eurofxref-hist.zip`."""


@hookspec(firstresult=True)
def open_notifier(url: str, sender: str, now: Clock) -> Notifier | None:
    """Open a channel for messages, as `console:` or `smtp://host`."""


@hookspec(firstresult=True)
def open_limiter(url: str, now: Clock) -> RateLimiter | None:
    """Open what counts requests, as `memory://` or `redis://host`."""


@hookspec(firstresult=True)
def open_relay(url: str) -> Relay | None:
    """Open the bell between processes, as `memory://` or `redis://host`."""


@hookspec(firstresult=True)
def open_presence(url: str) -> Presence | None:
    """Open who is online, as `memory://` or `redis://host`."""


@hookspec(firstresult=True)
def system_clock() -> Clock | None:
    """Give the clock that everything goes by."""


@hookspec
def event_happened(event: Event) -> None:
    """Hear of everything that happened, after it is stored.

    Called in the thread that did it; be quick, or hand it on. What you
    raise is logged and stops nobody.
    """
