"""EarnTrack in one object: what a host application holds on to."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO, Final, Self, TypeVar

from attrs import define, field, frozen

from earntrack_core.earnings.bulk import BulkService
from earntrack_core.earnings.service import EarningService
from earntrack_core.earnings.settling import PayoutService
from earntrack_core.earnings.totals import Totals
from earntrack_core.exchange.events import rate_changed
from earntrack_core.exchange.rules import note
from earntrack_core.exchange.service import ExchangeService
from earntrack_core.identity.known import Known
from earntrack_core.identity.mail import Post
from earntrack_core.identity.means import Means as IdentityMeans
from earntrack_core.identity.plans import PLANS
from earntrack_core.identity.service import IdentityService
from earntrack_core.joining import JoinedUnits
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.events import Event
from earntrack_core.kernel.ids import WorkspaceId
from earntrack_core.kernel.paging import MOST, Part
from earntrack_core.parts import DEFAULT, Options, Parts, assemble
from earntrack_core.platforms.events import platform_changed
from earntrack_core.platforms.model import (
    NewPlatform,
    Platform,
    PlatformFilter,
    PlatformId,
    PlatformPatch,
)
from earntrack_core.platforms.ports import PlatformsUnit
from earntrack_core.platforms.rules import list_platform, unused, within_plan
from earntrack_core.plugins import Plugins
from earntrack_core.ports.clock import Clock
from earntrack_core.ports.crud import CrudService
from earntrack_core.ports.rates import RateSource
from earntrack_core.statements.importer import Order
from earntrack_core.statements.ports import StatementsUnit
from earntrack_core.statements.report import ImportReport
from earntrack_core.statements.service import StatementService


V = TypeVar("V", bound=Event)

PlatformService = CrudService[
    Platform,
    PlatformId,
    PlatformFilter,
    NewPlatform,
    PlatformPatch,
    StatementsUnit,
]


EVERY: Final = Part(limit=MOST)


@frozen(kw_only=True)
class PlatformNet:
    """What is left on one platform, in one currency."""

    platform: Platform
    totals: Totals

    def __str__(self) -> str:
        """Return it as a line to read."""
        net = self.totals.net
        line = f"{self.platform.name}: {net.amount} {net.currency.code}"
        rate = self.totals.hourly_rate
        return line if rate is None else f"{line} ({rate.amount} an hour)"


@define(eq=False)
class EarnTrack:
    """All use cases, on one storage; close it, or use it with `with`.

    Every use case takes the actor first: `et.local()` in a program of one
    user, else whom `et.identity` recognises.
    """

    parts: Parts
    plugins: Plugins
    units: JoinedUnits[StatementsUnit] = field(init=False)
    identity: IdentityService = field(init=False)
    platforms: PlatformService = field(init=False)
    rates: ExchangeService[StatementsUnit] = field(init=False)
    earnings: EarningService = field(init=False)
    bulk: BulkService = field(init=False)
    payouts: PayoutService = field(init=False)
    statements: StatementService = field(init=False)

    def __attrs_post_init__(self) -> None:
        parts = self.parts
        self.units = JoinedUnits(parts.storage)
        units, now = self.units, parts.now
        self.identity = _identity(parts)
        self.platforms = _platforms(units, now)
        self.rates = _rates(units, now, parts.sources)
        self.earnings = EarningService(
            units=units, now=now, sources=parts.sources
        )
        self.bulk = BulkService(units=units, now=now)
        self.payouts = PayoutService(units=units, now=now)
        self.statements = StatementService(
            units=units,
            now=now,
            files=parts.files,
            formats=parts.formats,
            admit=admit_platform,
            known=parts.platforms,
        )
        parts.bus.on(Event, self._remember)
        parts.bus.on(Event, self.plugins.tell)

    @classmethod
    def open(
        cls,
        url: str = DEFAULT,
        options: Options | None = None,
        *,
        plugins: Iterable[object] = (),
        discover: bool = True,
        prepare: bool = True,
    ) -> Self:
        """Open the storage that *url* names, and all that goes with it.

        With `discover` the installed plugins are loaded, EarnTrack's own
        adapters among them; *plugins* come on top. With `prepare` the schema
        is brought up to date.

        Raises:
            InvalidError: No plugin opens one of the URLs.
            PluginError: One of *plugins* does not fit, or two contradict
                each other.
            UnavailableError: The storage cannot be reached.
        """
        loaded = Plugins()
        if discover:
            loaded.discover()
        for plugin in plugins:
            loaded.add(plugin)
        parts = assemble(url, options or Options(), loaded)
        if prepare:
            parts.storage.prepare()
        return cls(parts, loaded)

    def on(self, kind: type[V], handler: Callable[[V], None]) -> None:
        """Call *handler* for every *kind* of event, after it is stored."""
        self.parts.bus.on(kind, handler)

    def together(self, actor: Actor) -> AbstractContextManager[StatementsUnit]:
        """Open a unit that all use cases of the actor inside it share.

        They are stored together when it is left, or not at all.
        """
        return self.units.begin(actor)

    def local(self, *, currency: str = "USD", zone: str = "UTC") -> Actor:
        """Return the user of a program of one user, made at first use."""
        return self.identity.local_actor(currency=currency, zone=zone)

    def import_file(
        self,
        source: BinaryIO,
        name: str | None = None,
        *,
        actor: Actor | None = None,
    ) -> ImportReport:
        """Import an open file for the local user, or another one.

        Raises:
            StatementError: The file as a whole cannot be read.
        """
        title = name or str(getattr(source, "name", "statement"))
        order = Order(name=title.replace("\\", "/").rpartition("/")[2])
        return self.statements.book(actor or self.local(), source, order)

    def net_by_platform(self, actor: Actor | None = None) -> list[PlatformNet]:
        """Return what is left on each platform, per currency, of all time."""
        who = actor or self.local()
        found = self.earnings.summary(who, step=None)
        with self.units.view(who) as unit:
            return [
                PlatformNet(
                    platform=unit.platforms.get(one.platform_id),
                    totals=one.totals,
                )
                for one in found
                if one.platform_id is not None
            ]

    def _remember(self, event: Event) -> None:
        """Outdate what is cached of the workspace."""
        self.parts.cache.bump(generation_key(event.workspace_id))

    def close(self) -> None:
        """Let go of everything that is open."""
        self.identity.close()
        parts = self.parts
        parts.relay.close()
        parts.notifier.close()
        for source in parts.sources:
            source.close()
        parts.cache.close()
        parts.storage.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()


def generation_key(workspace_id: WorkspaceId) -> str:
    """Return the cache key of a workspace's generation."""
    return f"{workspace_id}:generation"


def admit_platform(
    unit: PlatformsUnit, actor: Actor, platform: Platform
) -> None:
    """Refuse one active platform more than the actor's plan has.

    Raises:
        PlanLimitError: The plan includes no more.
    """
    unit.lock("platforms")
    active = unit.platforms.find(PlatformFilter(active=True), EVERY)
    plan = PLANS[actor.plan]
    within_plan(platform, active, plan.name, plan.platforms)


def _release(unit: PlatformsUnit, platform: Platform) -> None:
    unused(platform, used=unit.platforms.used(platform.id))


def _platforms(
    units: JoinedUnits[StatementsUnit], now: Clock
) -> PlatformService:
    return CrudService(
        units=units,
        now=now,
        records=lambda unit: unit.platforms,
        born=list_platform,
        events=platform_changed,
        admit=admit_platform,
        release=_release,
    )


def _rates(
    units: JoinedUnits[StatementsUnit],
    now: Clock,
    sources: Sequence[RateSource],
) -> ExchangeService[StatementsUnit]:
    return ExchangeService(
        units=units,
        now=now,
        records=lambda unit: unit.rates,
        born=note,
        events=rate_changed,
        admit=lambda *_: None,
        release=lambda *_: None,
        sources=sources,
    )


def _identity(parts: Parts) -> IdentityService:
    post = Post(
        writer=parts.writer,
        notifier=parts.notifier,
        site=parts.site,
        later=parts.later,
    )
    return IdentityService(
        IdentityMeans(
            directory=parts.storage.directory,
            now=parts.now,
            hasher=parts.hasher,
            signer=parts.signer,
            post=post,
            known=Known(parts.relay),
            tell=parts.bus.publish,
            policy=parts.policy,
        )
    )
