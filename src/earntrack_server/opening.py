"""How the server and the command line open EarnTrack: by their settings."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from attrs import evolve

from earntrack_adapters.auth.keys import load_keys
from earntrack_adapters.auth.passwords import Argon2Hasher
from earntrack_adapters.auth.tokens import JwtSigner
from earntrack_adapters.email.writer import JinjaWriter
from earntrack_adapters.memory.clock import system_clock
from earntrack_core.app import EarnTrack
from earntrack_core.identity.mail import Later, at_once
from earntrack_core.identity.means import Policy
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.parts import Options
from earntrack_server.config import PREFIX, Settings, SettingsError


MEMORY = "memory://"
NAMES: Final[Mapping[str, str]] = {
    "cache": "redis",
    "connections": "database",
    "notifier": "smtp",
    "rates": "rates_url",
    "relay": "redis",
    "sender": "mail_from",
    "storage": "database",
}
"""Which setting holds what adapters are opened with."""


def database_of(settings: Settings) -> str:
    """Return the URL of the database."""
    if settings.database is not None:
        return settings.database
    return sqlite_url(settings.data_dir / "earntrack.db")


def sqlite_url(file: Path) -> str:
    """Return the URL of a database in a file."""
    return f"sqlite:///{file.absolute()}"


def files_of(settings: Settings) -> str:
    """Return the URL of the folder where uploads are kept."""
    folder = settings.data_dir.absolute() / "files"
    return folder.as_uri()


def options_of(settings: Settings, later: Later = at_once) -> Options:
    """Return what goes with the storage."""
    shared = settings.redis or MEMORY
    return Options(
        cache=shared,
        files=files_of(settings),
        relay=shared,
        notifier=settings.smtp or "console:",
        sender=settings.mail_from,
        rates=() if settings.rates_url is None else (settings.rates_url,),
        hasher=Argon2Hasher(),
        signer=JwtSigner(keys=load_keys(settings.keys), now=system_clock),
        writer=JinjaWriter(),
        policy=policy_of(settings),
        site=settings.origin,
        later=later,
    )


def policy_of(settings: Settings) -> Policy:
    """Return how people are received.

    Where mail only goes to a log, nobody can be asked to read it first.
    """
    return Policy(
        registration=settings.registration == "open",
        verify_first=settings.smtp is not None,
        plan=settings.default_plan,
    )


def open_served(settings: Settings, later: Later = at_once) -> EarnTrack:
    """Open EarnTrack for a server.

    Raises:
        EarnTrackError: Something cannot be reached.
        SettingsError: A URL is wrong.
    """
    make_folder(settings.data_dir)
    with settings_named():
        return EarnTrack.open(
            database_of(settings), options_of(settings, later)
        )


def open_local(settings: Settings, *, prepare: bool = True) -> EarnTrack:
    """Open EarnTrack for one user at a command line; no sign-in is needed.

    Raises:
        EarnTrackError: Something cannot be reached.
        SettingsError: A URL is wrong.
    """
    make_folder(settings.data_dir)
    plain = Options(
        files=files_of(settings),
        rates=() if settings.rates_url is None else (settings.rates_url,),
        hasher=Argon2Hasher(),
        relay=settings.redis or MEMORY,
        cache=settings.redis or MEMORY,
    )
    with settings_named():
        return EarnTrack.open(database_of(settings), plain, prepare=prepare)


@contextmanager
def settings_named() -> Iterator[None]:
    """Let an error about a URL name the setting that it is from.

    Raises:
        SettingsError: Instead of an InvalidError.
    """
    try:
        yield
    except InvalidError as error:
        name = PREFIX + NAMES.get(error.field, error.field).upper()
        raise SettingsError(f"{name}: {error.problem}") from error


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner may enter, if there is none."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def at(settings: Settings, database: str | None) -> Settings:
    """Return the settings with another database, if one is named."""
    if database is None:
        return settings
    url = database if "://" in database else sqlite_url(Path(database))
    return evolve(settings, database=url)
