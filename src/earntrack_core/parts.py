"""What an EarnTrack is put together from, and how it is opened."""

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import field, frozen

from earntrack_core.hookspecs import Means, Storage
from earntrack_core.identity.mail import Later, at_once
from earntrack_core.identity.means import Policy
from earntrack_core.kernel.errors import UnavailableError
from earntrack_core.kernel.events import EventBus
from earntrack_core.platforms.model import PlatformInfo
from earntrack_core.plugins import Plugins
from earntrack_core.ports.auth import Claims, PasswordHasher, TokenSigner
from earntrack_core.ports.cache import Cache
from earntrack_core.ports.clock import Clock
from earntrack_core.ports.files import FileStore
from earntrack_core.ports.notifier import Message, MessageWriter, Notifier
from earntrack_core.ports.rates import RateSource
from earntrack_core.ports.relay import Relay
from earntrack_core.statements.ports import StatementFormat
from earntrack_core.wire.converter import Wire, make_wire
from earntrack_core.wire.features import FORMS


DEFAULT: Final = "memory://"
SITE: Final = "http://127.0.0.1:8000"


@frozen
class NoSignIn:
    """Stands for password hasher, signer and mail where there are none.

    A program of one user needs none of them.
    """

    what: str = "sign-in"

    def hash(self, password: str) -> str:
        """Refuse."""
        raise self._missing()

    def verify(self, password: str, hashed: str) -> bool:
        """Refuse."""
        raise self._missing()

    def outdated(self, hashed: str) -> bool:
        """Refuse."""
        raise self._missing()

    def sign(self, claims: Claims) -> str:
        """Refuse."""
        raise self._missing()

    def read(self, token: str) -> Claims:
        """Refuse."""
        raise self._missing()

    def write(
        self, template: str, to: str, locale: str, facts: dict[str, str]
    ) -> Message:
        """Refuse."""
        raise self._missing()

    def _missing(self) -> UnavailableError:
        return UnavailableError(
            self.what, "it needs the extra `server`, and a data directory"
        )


@frozen(kw_only=True)
class Options:
    """What goes with a storage, each by URL; the defaults need nothing."""

    cache: str = DEFAULT
    files: str = DEFAULT
    relay: str = DEFAULT
    notifier: str = "console:"
    sender: str = "earntrack@localhost"
    """Whom mails are from."""
    rates: tuple[str, ...] = ()
    now: Clock | None = None
    """Another clock than the system's."""
    hasher: PasswordHasher | None = None
    signer: TokenSigner | None = None
    writer: MessageWriter | None = None
    policy: Policy = field(factory=Policy)
    site: str = SITE
    later: Later = at_once


@frozen(kw_only=True)
class Parts:
    """What an EarnTrack is put together from."""

    storage: Storage
    now: Clock
    bus: EventBus
    wire: Wire
    cache: Cache
    files: FileStore
    relay: Relay
    notifier: Notifier
    writer: MessageWriter
    hasher: PasswordHasher
    signer: TokenSigner
    formats: Sequence[StatementFormat] = ()
    platforms: Mapping[str, PlatformInfo] = field(factory=dict)
    sources: Sequence[RateSource] = ()
    policy: Policy = field(factory=Policy)
    site: str = SITE
    """The address of the pages, for links in mails."""
    later: Later = at_once


def assemble(url: str, options: Options, plugins: Plugins) -> Parts:
    """Open everything that the URLs name.

    Raises:
        InvalidError: No plugin opens one of them.
        PluginError: Two plugins contradict each other.
    """
    now: Clock = options.now or plugins.first("system_clock")
    bus = EventBus()
    wire = make_wire(FORMS)
    means = Means(now=now, encode=wire.dumps, publish=bus.publish)
    formats = plugins.collect(
        "statement_formats", lambda one: str(one.format_id)
    )
    stranger = NoSignIn()
    return Parts(
        storage=plugins.open("open_storage", url, means=means),
        now=now,
        bus=bus,
        wire=wire,
        cache=plugins.open("open_cache", options.cache, now=now),
        files=plugins.open("open_files", options.files),
        relay=plugins.open("open_relay", options.relay),
        notifier=plugins.open(
            "open_notifier", options.notifier, sender=options.sender, now=now
        ),
        writer=options.writer or stranger,
        hasher=options.hasher or stranger,
        signer=options.signer or stranger,
        formats=tuple(formats.values()),
        platforms=plugins.collect("platforms", lambda one: str(one.key)),
        sources=tuple(
            plugins.open("open_rates", one) for one in options.rates
        ),
        policy=options.policy,
        site=options.site,
        later=options.later,
    )
