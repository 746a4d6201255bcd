"""Imports on their way: to their end, or back."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from attrs import evolve, frozen

from earntrack_core.earnings.model import BatchId
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import WrongStateError
from earntrack_core.ports.clock import Clock
from earntrack_core.ports.files import FileStore
from earntrack_core.ports.storage import Units
from earntrack_core.statements import undoing
from earntrack_core.statements.batch import Batch, BatchState
from earntrack_core.statements.booking import Book
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.events import ImportUndone, StatementImported
from earntrack_core.statements.homes import give_up, made_here
from earntrack_core.statements.importing import Import
from earntrack_core.statements.model import Item, Reading
from earntrack_core.statements.ports import StatementsUnit
from earntrack_core.statements.report import ImportReport
from earntrack_core.statements.reporting import report_of, stored_report
from earntrack_core.statements.settle import settle
from earntrack_core.statements.writing import Origin


Progress = Callable[[int], None]
"""Told how many records are done."""

LOCK: Final = "imports"


def unheard(_: int) -> None:
    """Tell nobody."""


def file_key(actor: Actor, digest: str) -> str:
    """Return under which key a file is kept while it is imported."""
    return f"imports/{actor.workspace_id}/{digest}"


def book_of(actor: Actor, now: datetime) -> Book:
    """Return for whom, and when, an actor books lines."""
    return Book(
        workspace_id=actor.workspace_id, currency=actor.currency, now=now
    )


@frozen(kw_only=True)
class Bookkeeper:
    """Carries imports that have begun to their end, or takes them back."""

    units: Units[StatementsUnit]
    now: Clock
    files: FileStore

    def go_on(
        self,
        actor: Actor,
        batch: Batch,
        reading: Reading,
        progress: Progress,
    ) -> ImportReport:
        """Book a file from where its batch stopped to its end.

        If it cannot be read to its end, all of it is taken back; on any
        other failure the import can be gone on with.

        Raises:
            StatementError: The file as a whole cannot be read.
        """
        origin = Origin(
            book=book_of(actor, self.now()),
            batch_id=batch.id,
            facts=reading.facts,
            platform_id=batch.platform_id,
        )
        work = Import(reading, origin)
        try:
            self._passed(actor, batch, work)
            for chunk in work.chunks():
                batch = self._stored(actor, batch, work, chunk)
                progress(work.offset)
        except StatementError:
            self.take_back(actor, batch.id)
            raise
        report = self._finished(actor, batch, work)
        self.files.remove(file_key(actor, batch.digest))
        return report

    def _passed(self, actor: Actor, batch: Batch, work: Import) -> None:
        """Read again what was booked before the import was cut off."""
        for chunk in work.chunks(until=batch.offset):
            with self.units.view(actor) as unit:
                work.weigh(unit, chunk)
        work.findings.restore(batch.counts)

    def _stored(
        self, actor: Actor, batch: Batch, work: Import, chunk: list[Item]
    ) -> Batch:
        with self.units.begin(actor) as unit:
            unit.lock(LOCK)
            work.weigh(unit, chunk).store(unit)
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
            settle(unit, work.touched, work.origin.book)
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
            book = book_of(actor, self.now())
            undoing.take_back(unit, key, batch.platform_id, book)
            undone = self._undone(unit, batch)
            unit.emit(
                ImportUndone(workspace_id=actor.workspace_id, batch=undone)
            )
        self.files.remove(file_key(actor, undone.digest))
        return undone

    def _undone(self, unit: StatementsUnit, batch: Batch) -> Batch:
        """Note that an import was taken back, and its platform with it."""
        made = made_here(unit, batch.platform_id)
        undone = unit.batches.replace(
            evolve(
                batch,
                state=BatchState.UNDONE,
                platform_id=None if made else batch.platform_id,
                file_key=None,
                updated_at=self.now(),
            )
        )
        if made is not None:
            give_up(unit, made)
        return undone
