"""Settings: from defaults, a TOML file, the environment and the command."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import typed_settings as ts
from attrs import frozen
from attrs.validators import and_, ge, in_, le
from platformdirs import user_data_path
from typed_settings.converters import TSConverter
from typed_settings.exceptions import TsError
from typed_settings.loaders import DictLoader

from earntrack_server.checks import (
    Rate,
    is_networks,
    is_origin,
    is_rate,
    read_rate,
)


PREFIX: Final = "EARNTRACK_"
SECTION: Final = "earntrack"
FILE_VARIABLE: Final = "EARNTRACK_SETTINGS"
SEPARATOR: Final = ","

MEGABYTE: Final = 1_000_000

OPTION: Final = re.compile(r"for option '(\w+)'")
RAISED: Final = re.compile(r"""Error\((["'])(.*?)\1[,)]""", re.DOTALL)
"""What an error in the text of another one says."""

NAMED: Final = re.compile(r"'(\w+)'(?= must)")


class SettingsError(Exception):
    """The settings are wrong; the message names each setting and says why."""


def _texts(given: str | Sequence[str]) -> tuple[str, ...]:
    texts = given.split(SEPARATOR) if isinstance(given, str) else given
    return tuple(text.strip() for text in texts if text.strip())


def _default_data() -> Path:
    return user_data_path("earntrack", appauthor=False)


@frozen(kw_only=True)
class Settings:
    """Everything that can be set, each as `EARNTRACK_<NAME>` or in TOML."""

    host: str = ts.option(default="127.0.0.1", help="Address to listen on.")
    port: int = ts.option(
        default=8000, validator=and_(ge(0), le(65535)), help="Port."
    )
    public_url: str | None = ts.option(
        default=None,
        validator=is_origin,
        help="Where visitors find the server: https://earntrack.example.",
    )
    data_dir: Path = ts.option(  # noqa: RUF009 -- of attrs
        factory=_default_data,
        help="Folder for the database, uploaded files and keys.",
    )
    database: str | None = ts.secret(
        default=None,
        help="URL: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME;"
        " by default a file in the data folder.",
    )
    redis: str | None = ts.secret(
        default=None, help="URL of Redis; without it everything is local."
    )
    smtp: str | None = ts.secret(
        default=None,
        help="URL: smtp+starttls://USER:PASSWORD@HOST:587;"
        " without it mail is written to the log.",
    )
    mail_from: str = ts.option(
        default="EarnTrack <earntrack@localhost>",
        help="Sender of all mail.",
    )
    keys_dir: Path | None = ts.option(  # noqa: RUF009 -- of attrs
        default=None,
        help="Folder of the keys; by default `keys` in the data folder.",
    )
    secret: str | None = ts.secret(
        default=None,
        help="Secret shared by all servers of an installation, at least 32"
        " characters; by default one is made in the folder of the keys.",
    )
    registration: str = ts.option(
        default="open",
        validator=in_(("open", "closed")),
        help="Whether strangers may register: open or closed.",
    )
    default_plan: str = ts.option(
        default="free", help="Plan of a new workspace."
    )
    cors_origins: tuple[str, ...] = ts.option(
        default=(),
        converter=_texts,
        validator=is_origin,
        help="Other sites whose scripts may use the API, with commas.",
    )
    trusted_proxies: tuple[str, ...] = ts.option(
        default=(),
        converter=_texts,
        validator=is_networks,
        help="Networks of proxies whose X-Forwarded-For is true.",
    )
    rate_address: str = ts.option(
        default="300/15min",
        validator=is_rate,
        help="Requests of strangers, by address.",
    )
    rate_user: str = ts.option(
        default="3000/h", validator=is_rate, help="Requests by user."
    )
    rate_auth: str = ts.option(
        default="20/15min",
        validator=is_rate,
        help="Attempts to sign in, register or reset, by address.",
    )
    rate_import: str = ts.option(
        default="60/h", validator=is_rate, help="Statement uploads by user."
    )
    max_body: int = ts.option(
        default=MEGABYTE,
        validator=and_(ge(1000), le(100 * MEGABYTE)),
        help="Largest JSON or form body, in bytes.",
    )
    max_upload: int = ts.option(
        default=100 * MEGABYTE,
        validator=ge(1000),
        help="Largest uploaded file, in bytes.",
    )
    max_sockets: int = ts.option(
        default=20, validator=ge(1), help="Websockets of one user."
    )
    workers: int = ts.option(
        default=1, validator=and_(ge(1), le(64)), help="Processes."
    )
    worker_threads: int = ts.option(
        default=8,
        validator=and_(ge(1), le(128)),
        help="Threads for use cases, and database connections, a process.",
    )
    queue: int = ts.option(
        default=256,
        validator=ge(0),
        help="Requests that may wait for a thread; others get a 503.",
    )
    rates_url: str | None = ts.option(
        default=None,
        help="Where to read exchange rates: a URL or file in ECB format.",
    )
    metrics_token: str | None = ts.secret(
        default=None,
        help="Token for /metrics; without it only this machine may look.",
    )
    log_level: str = ts.option(
        default="info",
        validator=in_(("debug", "info", "warning", "error")),
        help="Least serious thing to log: debug, info, warning or error.",
    )
    log_format: str = ts.option(
        default="console",
        validator=in_(("console", "json")),
        help="How logs look: console or json.",
    )
    debug: bool = ts.option(
        default=False, help="Help developers; never in the open."
    )

    @property
    def keys(self) -> Path:
        """The folder of the keys."""
        return (
            self.data_dir / "keys" if self.keys_dir is None else self.keys_dir
        )

    @property
    def origin(self) -> str:
        """Where our pages come from."""
        return self.public_url or f"http://{_in_url(self.host)}:{self.port}"

    @property
    def https(self) -> bool:
        """Whether visitors come over https."""
        return self.origin.startswith("https://")

    @property
    def rates(self) -> Mapping[str, Rate]:
        """The rate limits, by the names that routes use."""
        return {
            "address": read_rate(self.rate_address),
            "api": read_rate(self.rate_user),
            "auth": read_rate(self.rate_auth),
            "import": read_rate(self.rate_import),
        }


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _sentences(error: BaseException) -> list[str]:
    """Return what is wrong, one sentence for each setting."""
    if isinstance(error, BaseExceptionGroup):
        return [one for inner in error.exceptions for one in _sentences(inner)]
    text = str(error)
    raised = RAISED.search(text)
    said = raised[2] if raised else "is not valid"
    option = OPTION.search(text)
    if option is not None:
        return [f"{PREFIX}{option[1].upper()}: {said}"]
    named = NAMED.match(said)
    if named is not None:
        return [f"{PREFIX}{named[1].upper()}{said[named.end() :]}"]
    return [text]


def load_settings(
    given: Mapping[str, Any] | None = None, *, file: Path | None = None
) -> Settings:
    """Return the settings; *given* ones win over environment and *file*.

    Raises:
        SettingsError: A setting is unknown, or its value is wrong.
    """
    files = [] if file is None else [f"!{file}"]
    toml = ts.FileLoader(
        files=files,
        env_var=FILE_VARIABLE,
        formats={"*": ts.TomlFormat(SECTION)},
    )
    given_now = {k: v for k, v in (given or {}).items() if v is not None}
    try:
        return ts.load_settings(
            Settings,
            [toml, ts.EnvLoader(PREFIX), DictLoader(given_now)],
            converter=TSConverter(strlist_sep=SEPARATOR),
        )
    except (TsError, ExceptionGroup, OSError) as error:
        raise SettingsError("; ".join(_sentences(error))) from error
