"""Imports from their first byte to their report."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import BinaryIO, Final
from uuid import UUID

from attrs import evolve, field, frozen

from earntrack_core.earnings.model import BatchId
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.entity import stamp
from earntrack_core.kernel.errors import WrongStateError
from earntrack_core.kernel.ids import uuid7
from earntrack_core.platforms.events import platform_changed
from earntrack_core.platforms.model import PlatformId, PlatformInfo
from earntrack_core.platforms.ports import Admit
from earntrack_core.ports.clock import Clock
from earntrack_core.ports.files import FileStore
from earntrack_core.ports.storage import Units
from earntrack_core.statements import undoing
from earntrack_core.statements.answers import answers_to
from earntrack_core.statements.batch import Batch, BatchFilter, BatchState
from earntrack_core.statements.booking import Origin
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.events import ImportUndone, StatementImported
from earntrack_core.statements.homes import home_of, needs_home, new_home
from earntrack_core.statements.importing import Import
from earntrack_core.statements.model import (
    Answers,
    Facts,
    Item,
    Reading,
    StatementKind,
)
from earntrack_core.statements.ports import StatementFormat, StatementsUnit
from earntrack_core.statements.recognition import chosen, head_of
from earntrack_core.statements.report import ImportReport
from earntrack_core.statements.reporting import report_of, stored_report
from earntrack_core.statements.settle import settle


Progress = Callable[[int], None]
"""Told how many records are done."""

BLOCK: Final = 1 << 20
LOCK: Final = "imports"
NO_BATCH: Final = BatchId(UUID(int=0))
NO_PLATFORM: Final = PlatformId(UUID(int=0))
"""Stand for what a preview does not make."""


def fingerprint(source: BinaryIO) -> str:
    """Return the SHA-256 of a seekable file, in hex."""
    source.seek(0)
    digest = sha256()
    while block := source.read(BLOCK):
        digest.update(block)
    source.seek(0)
    return digest.hexdigest()


def file_key(key: BatchId) -> str:
    """Return under which key the file of an import is kept."""
    return f"imports/{key}"


def facts_of(batch: Batch) -> Facts:
    """Return what a batch remembers of the facts of its file."""
    return Facts(
        format_id=batch.format_id,
        platform=batch.platform_key,
        kind=StatementKind(batch.kind),
        account=batch.account,
        exported_on=batch.exported_on,
    )


def unheard(_: int) -> None:
    """Tell nobody."""


@frozen(kw_only=True)
class Order:
    """What the user wants done with a file."""

    name: str
    answers: Answers = field(factory=Answers)
    format_id: str | None = None
    platform_id: PlatformId | None = None
    """Where to book it; else the platform with the key of the format."""
    strict: bool = False
    """All of it or nothing: one bad record, and nothing is booked."""
    force: bool = False
    """Read the very same file again."""
    progress: Progress = unheard


@frozen(kw_only=True)
class Importer:
    """What imports need, and the steps they are made of."""

    units: Units[StatementsUnit]
    now: Clock
    files: FileStore
    formats: Sequence[StatementFormat]
    known: Mapping[str, PlatformInfo]
    admit: Admit

    def reading(self, source: BinaryIO, order: Order) -> Reading:
        """Open a file with the format that claims it.

        Raises:
            StatementError: No format does, or it cannot be read.
        """
        head = head_of(order.name, source)
        one = chosen(self.formats, head, order.answers, order.format_id)
        source.seek(0)
        return one.read(source, head, order.answers)

    def weighed(
        self, actor: Actor, source: BinaryIO, order: Order
    ) -> ImportReport:
        """Return what importing a file would do, and do nothing."""
        reading = self.reading(source, order)
        with self.units.view(actor) as unit:
            origin = self._origin(actor, reading.facts, None)
            if needs_home(reading.facts):
                origin = evolve(origin, platform_id=NO_PLATFORM)
            work = Import(reading, origin)
            for chunk in work.chunks():
                work.weigh(unit, chunk)
                order.progress(work.offset)
        return report_of(order.name, work)

    def earlier(self, actor: Actor, digest: str) -> Batch | None:
        """Return the import of the very same file that still stands."""
        with self.units.view(actor) as unit:
            found = unit.batches.find(BatchFilter(digest=digest))
        standing = (one for one in found if one.state is not BatchState.UNDONE)
        return next(standing, None)

    def begun(
        self, actor: Actor, source: BinaryIO, order: Order, digest: str
    ) -> Batch:
        """Store the file, and that its import has begun."""
        facts = self.reading(source, order).facts
        key = BatchId(uuid7(self.now()))
        source.seek(0)
        size = self.files.save(file_key(key), source)
        with self.units.begin(actor) as unit:
            unit.lock(LOCK)
            batch = Batch(
                **stamp(actor.workspace_id, self.now()),
                id=key,
                file_name=order.name,
                digest=digest,
                size=size,
                format_id=facts.format_id,
                platform_key=facts.platform,
                kind=facts.kind,
                platform_id=self._platform(unit, actor, facts, order),
                account=facts.account,
                file_key=file_key(key),
                answers=answers_to(order.answers),
                exported_on=facts.exported_on,
            )
            unit.batches.add(batch)
        return batch

    def _platform(
        self, unit: StatementsUnit, actor: Actor, facts: Facts, order: Order
    ) -> PlatformId | None:
        if not needs_home(facts):
            return None
        home = home_of(unit, facts, order.platform_id)
        if home is None:
            home = new_home(facts, self.known, actor, self.now())
            self.admit(unit, actor, home)
            unit.platforms.add(home)
            unit.emit(platform_changed("created", home))
        return home.id

    def go_on(
        self, actor: Actor, batch: Batch, source: BinaryIO, order: Order
    ) -> ImportReport:
        """Book a file from where its batch stopped to its end."""
        try:
            return self._to_the_end(actor, batch, source, order)
        except StatementError:
            self.take_back(actor, batch.id)
            raise

    def take_back(self, actor: Actor, key: BatchId) -> Batch:
        """Take an import back; what other imports tell too stays.

        Raises:
            NotFoundError: There is no such import of yours.
            WrongStateError: It is undone already.
        """
        with self.units.begin(actor) as unit:
            unit.lock(LOCK)
            batch = unit.batches.get(key)
            if batch.state is BatchState.UNDONE:
                raise WrongStateError("The import is undone already.")
            origin = self._origin(actor, facts_of(batch), batch)
            settle(unit, undoing.take_back(unit, batch, origin), origin)
            undone = unit.batches.replace(
                evolve(batch, state=BatchState.UNDONE, updated_at=self.now())
            )
            unit.emit(
                ImportUndone(workspace_id=actor.workspace_id, batch=undone)
            )
        self.files.remove(file_key(key))
        return undone

    def _to_the_end(
        self, actor: Actor, batch: Batch, source: BinaryIO, order: Order
    ) -> ImportReport:
        source.seek(0)
        reading = self.reading(source, order)
        work = Import(reading, self._origin(actor, reading.facts, batch))
        work.resume(batch)
        for chunk in work.chunks():
            batch = self._booked(actor, batch, work, chunk)
            order.progress(work.offset)
        report = self._finished(actor, batch, work)
        self.files.remove(file_key(batch.id))
        return report

    def _booked(
        self, actor: Actor, batch: Batch, work: Import, chunk: list[Item]
    ) -> Batch:
        with self.units.begin(actor) as unit:
            unit.lock(LOCK)
            outcome = work.weigh(unit, chunk)
            outcome.store(unit)
            work.span(outcome.touched())
            return unit.batches.replace(
                evolve(
                    batch,
                    offset=work.offset,
                    counts=work.findings.counted(),
                    updated_at=self.now(),
                )
            )

    def _finished(
        self, actor: Actor, batch: Batch, work: Import
    ) -> ImportReport:
        report = evolve(report_of(batch.file_name, work), batch_id=batch.id)
        with self.units.begin(actor) as unit:
            unit.lock(LOCK)
            settle(unit, work.touched(), work.origin)
            done = unit.batches.replace(
                evolve(
                    batch,
                    state=BatchState.DONE,
                    file_key=None,
                    counts=report.counts,
                    report=stored_report(report),
                    updated_at=self.now(),
                )
            )
            unit.emit(
                StatementImported(workspace_id=actor.workspace_id, batch=done)
            )
        return report

    def _origin(
        self, actor: Actor, facts: Facts, batch: Batch | None
    ) -> Origin:
        return Origin(
            workspace_id=actor.workspace_id,
            batch_id=NO_BATCH if batch is None else batch.id,
            facts=facts,
            platform_id=None if batch is None else batch.platform_id,
            currency=actor.currency,
            now=self.now(),
        )
