"""Safety: with which settings a server must not face the network."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from earntrack_server.checks import is_loopback
from earntrack_server.config import Settings, SettingsError


SHORTEST: Final = 32
DIFFERENT: Final = 8
"""How many different characters a secret has at least."""

SAMPLES: Final = (
    "change",
    "default",
    "dummy",
    "earntrack",
    "example",
    "password",
    "replace",
    "sample",
    "secret",
    "test",
    "your",
)
"""Words of secrets that were copied from an example."""

COMMON: Final = frozenset({"", "admin", "postgres", "redis", "root", "123456"})
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def is_sample(secret: str) -> bool:
    """Say whether a secret looks like one of an example."""
    small = secret.lower()
    return any(word in small for word in SAMPLES)


def _secret_problem(secret: str) -> str | None:
    if len(secret) < SHORTEST or len(set(secret)) < DIFFERENT:
        return f"must have at least {SHORTEST} random characters"
    if is_sample(secret):
        return "is from an example; make your own"
    return None


def _secrets(settings: Settings) -> Iterator[str]:
    given: Mapping[str, str | None] = {
        "secret": settings.secret,
        "metrics_token": settings.metrics_token,
    }
    for name, secret in given.items():
        problem = None if secret is None else _secret_problem(str(secret))
        if problem is not None:
            yield f"{name} {problem}"


def _passwords(settings: Settings) -> Iterator[str]:
    urls: Mapping[str, str | None] = {
        "database": settings.database,
        "redis": settings.redis,
        "smtp": settings.smtp,
    }
    for name, url in urls.items():
        password = None if url is None else urlsplit(str(url)).password
        if password is None:
            continue
        plain = unquote(password)
        if plain.lower() in COMMON or is_sample(plain):
            yield f"{name} has a password that everybody knows"


def _keys(folder: Path) -> Iterator[str]:
    if not folder.exists():
        parent = next(one for one in folder.parents if one.exists())
        if not os.access(parent, os.W_OK | os.X_OK):
            yield f"keys_dir: keys are missing and {parent} is read-only"
        return
    for path in (folder, *folder.iterdir()):
        if path.stat().st_mode & OTHERS:
            yield f"keys_dir: others may read {path.name}; chmod it to 0600"


def _exposure(settings: Settings) -> Iterator[str]:
    if settings.public_url is None:
        yield "public_url must say where visitors find the server"
    elif not settings.https:
        yield "public_url must be https"
    if settings.debug:
        yield "debug must be off"


def dangers(settings: Settings) -> tuple[str, ...]:
    """Return why a server with these settings must not face the network.

    A server that only this machine can reach has none.
    """
    if is_loopback(settings.host):
        return ()
    return (
        *_exposure(settings),
        *_secrets(settings),
        *_passwords(settings),
        *_keys(settings.keys),
    )


def insist_on_safety(settings: Settings) -> None:
    """Refuse to face the network with settings of an example.

    Raises:
        SettingsError: The message says what to change.
    """
    found = dangers(settings)
    if found:
        raise SettingsError(
            f"not safe on {settings.host}: " + "; ".join(found)
        )
