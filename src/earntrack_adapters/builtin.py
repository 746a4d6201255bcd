"""EarnTrack's own adapters: which URL opens what.

They come in through the entry point `earntrack`, like those of plugins. What
a program does not use is not imported: that keeps the start short, and lets
the extras be extra.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from earntrack_adapters.memory.cache import MemoryCache
from earntrack_adapters.memory.clock import system_clock as clock
from earntrack_adapters.memory.files import MemoryFiles
from earntrack_adapters.memory.limits import MemoryLimiter
from earntrack_adapters.memory.presence import MemoryPresence
from earntrack_adapters.memory.relay import MemoryRelay
from earntrack_core.hookspecs import Means, Storage, hookimpl
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.platforms.model import PlatformInfo
from earntrack_core.ports.cache import Cache
from earntrack_core.ports.clock import Clock
from earntrack_core.ports.files import FileStore
from earntrack_core.ports.limits import RateLimiter
from earntrack_core.ports.notifier import Notifier
from earntrack_core.ports.presence import Presence
from earntrack_core.ports.rates import RateSource
from earntrack_core.ports.relay import Relay
from earntrack_core.statements.ports import StatementFormat


T = TypeVar("T")

MEMORY = "memory"
REDIS = frozenset({"redis", "rediss", "unix"})
SQL = frozenset({"sqlite", "postgresql", "postgres"})


def scheme_of(url: str) -> str:
    """Return the scheme of a URL, without its driver."""
    return url.partition(":")[0].partition("+")[0].lower()


@hookimpl
def system_clock() -> Clock:
    """Give the clock of the machine."""
    return clock


@hookimpl
def platforms() -> Iterable[PlatformInfo]:
    """Tell of the platforms whose statements are read."""
    from earntrack_adapters.statements.platforms import PLATFORMS

    return PLATFORMS


@hookimpl
def statement_formats() -> Iterable[StatementFormat]:
    """Give the formats of platforms, banks and timers."""
    from earntrack_adapters.statements.bank_formats import bank_formats
    from earntrack_adapters.statements.formats import tabular_formats

    return (*tabular_formats(), *bank_formats())


@hookimpl
def open_storage(url: str, means: Means) -> Storage | None:
    """Open `memory://`, `sqlite:///file` or `postgresql://...`."""
    scheme = scheme_of(url)
    if scheme == MEMORY:
        from earntrack_adapters.memory.storage import MemoryStorage

        return MemoryStorage(  # pyright: ignore[reportReturnType]  -- mypy follows it
            means.now, means.encode, means.publish
        )
    if scheme not in SQL:
        return None
    return _extra("postgres", lambda: _sql(url, means))


def _sql(url: str, means: Means) -> Storage:
    from earntrack_adapters.sql.storage import SqlStorage

    return SqlStorage.open(  # pyright: ignore[reportReturnType]  -- cached properties
        url, now=means.now, encode=means.encode, publish=means.publish
    )


@hookimpl
def open_cache(url: str, now: Clock) -> Cache | None:
    """Open `memory://` or `redis://host`."""
    if scheme_of(url) == MEMORY:
        return MemoryCache()
    if scheme_of(url) not in REDIS:
        return None
    return _extra("redis", lambda: _redis_cache(url, now))


def _redis_cache(url: str, now: Clock) -> Cache:
    from earntrack_adapters.redis.cache import RedisCache
    from earntrack_adapters.redis.link import RedisLink

    return RedisCache(RedisLink.open(url), now)


@hookimpl
def open_limiter(url: str, now: Clock) -> RateLimiter | None:
    """Open `memory://` or `redis://host`."""
    if scheme_of(url) == MEMORY:
        return MemoryLimiter(now)
    if scheme_of(url) not in REDIS:
        return None
    return _extra("redis", lambda: _redis_limiter(url, now))


def _redis_limiter(url: str, now: Clock) -> RateLimiter:
    from earntrack_adapters.redis.limits import RedisLimiter
    from earntrack_adapters.redis.link import RedisLink

    return RedisLimiter(RedisLink.open(url), MemoryLimiter(now), now)


@hookimpl
def open_relay(url: str) -> Relay | None:
    """Open `memory://` or `redis://host`."""
    if scheme_of(url) == MEMORY:
        return MemoryRelay()
    if scheme_of(url) not in REDIS:
        return None
    return _extra("redis", lambda: _redis_relay(url))


def _redis_relay(url: str) -> Relay:
    from earntrack_adapters.redis.link import RedisLink
    from earntrack_adapters.redis.relay import RedisRelay

    return RedisRelay(RedisLink.open(url), MemoryRelay())


@hookimpl
def open_presence(url: str) -> Presence | None:
    """Open `memory://` or `redis://host`."""
    if scheme_of(url) == MEMORY:
        return MemoryPresence()
    if scheme_of(url) not in REDIS:
        return None
    return _extra("redis", lambda: _redis_presence(url))


def _redis_presence(url: str) -> Presence:
    from earntrack_adapters.redis.link import RedisLink
    from earntrack_adapters.redis.presence import RedisPresence

    return RedisPresence(RedisLink.open(url), MemoryPresence())


@hookimpl
def open_files(url: str) -> FileStore | None:
    """Open `memory://` or `file:///folder`."""
    if scheme_of(url) == MEMORY:
        return MemoryFiles()
    if scheme_of(url) != "file":
        return None
    from earntrack_adapters.files.local import LocalFiles

    return LocalFiles(unquote(urlsplit(url).path))


@hookimpl
def open_rates(url: str) -> RateSource | None:
    """Open `fixed:EUR/USD=1.08` or `ecb:eurofxref-hist.zip`."""
    from earntrack_adapters.rates.ecb import EcbRates
    from earntrack_adapters.rates.fixed import FixedRates

    openers: dict[str, Callable[[str], RateSource]] = {
        "ecb": EcbRates.open,
        "fixed": FixedRates.open,
    }
    opener = openers.get(scheme_of(url))
    return None if opener is None else opener(url)


@hookimpl
def open_notifier(url: str, sender: str, now: Clock) -> Notifier | None:
    """Open `console:` or `smtp://host`, `smtps://host`."""
    scheme = scheme_of(url)
    if scheme == "console":
        from earntrack_adapters.email.console import ConsoleNotifier

        return ConsoleNotifier()
    if scheme not in {"smtp", "smtps"}:
        return None
    from earntrack_adapters.email.smtp import SmtpNotifier

    return SmtpNotifier.open(url, sender, now)


def _extra(extra: str, opened: Callable[[], T]) -> T:
    try:
        return opened()
    except ModuleNotFoundError as error:
        raise InvalidError(
            "url", f"needs {error.name}; install earntrack[{extra}]"
        ) from error
