"""What you can do with statements."""

from collections.abc import Mapping, Sequence
from typing import BinaryIO, Final

from attrs import evolve, field, frozen

from earntrack_core.earnings.model import BatchId
from earntrack_core.kernel.actor import Actor, Role
from earntrack_core.kernel.errors import WrongStateError
from earntrack_core.kernel.paging import FIRST, Page, Part
from earntrack_core.platforms.model import PlatformInfo
from earntrack_core.platforms.ports import Admit
from earntrack_core.ports.clock import Clock
from earntrack_core.ports.crud import page_of
from earntrack_core.ports.files import FileStore
from earntrack_core.ports.storage import Units
from earntrack_core.statements.batch import Batch, BatchFilter, BatchState
from earntrack_core.statements.bookkeeping import (
    Bookkeeper,
    Progress,
    file_key,
    unheard,
)
from earntrack_core.statements.homes import Homes
from earntrack_core.statements.importer import (
    Importer,
    Order,
    carries_out,
    fingerprint,
)
from earntrack_core.statements.model import Sniff
from earntrack_core.statements.ports import StatementFormat, StatementsUnit
from earntrack_core.statements.recognition import claims, head_of
from earntrack_core.statements.report import ImportReport


ANY_BATCH: Final = BatchFilter()


@frozen(kw_only=True)
class StatementService:
    """What you can do with statements."""

    units: Units[StatementsUnit]
    now: Clock
    files: FileStore
    formats: Sequence[StatementFormat]
    admit: Admit
    known: Mapping[str, PlatformInfo] = field(factory=dict)
    """What is known of the platforms that formats are of, by key."""

    def recognise(self, name: str, source: BinaryIO) -> list[Sniff]:
        """Return which formats claim a file, the surest first."""
        found = claims(self.formats, head_of(name, source))
        return [sniff for sniff, _ in found]

    def preview(
        self, actor: Actor, source: BinaryIO, order: Order
    ) -> ImportReport:
        """Return what importing a file would do, and do nothing.

        Raises:
            StatementError: The file as a whole cannot be read.
        """
        return self._importer().weighed(actor, source, order)

    def book(
        self, actor: Actor, source: BinaryIO, order: Order
    ) -> ImportReport:
        """Import a file: what is new is booked, nothing twice.

        A file with open questions, and with `strict` one with a bad record,
        is only reported about. If the file turns out to be unreadable in the
        middle, what was booked of it is taken back. An import of it that was
        cut off goes on, if it was to do the same, and else begins anew.

        Raises:
            StatementError: The file as a whole cannot be read.
            PlanLimitError: It is of one platform more than the plan has.
            ForbiddenError: The actor may only look.
        """
        actor.must(Role.MEMBER)
        importer = self._importer()
        digest = fingerprint(source)
        earlier = importer.earlier(actor, digest)
        if earlier is not None and earlier.state is BatchState.READING:
            if carries_out(earlier, order):
                return importer.resumed(actor, earlier, source, order.progress)
            importer.reading(source, order)  # or it cannot be done anyhow
            importer.keeper.take_back(actor, earlier.id)
        elif earlier is not None and not order.force:
            self.files.remove(file_key(actor, digest))
            report = importer.weighed(actor, source, order)
            return evolve(report, repeats=earlier.id)
        if order.strict:
            report = importer.weighed(actor, source, order)
            if report.errors:
                return report
        return importer.booked(actor, source, order, digest)

    def resume(
        self, actor: Actor, key: BatchId, progress: Progress = unheard
    ) -> ImportReport:
        """Go on with an import that was cut off.

        Raises:
            NotFoundError: There is no such import of yours, or its file is
                gone.
            WrongStateError: It is finished.
        """
        actor.must(Role.MEMBER)
        batch = self.batch(actor, key)
        if batch.state is not BatchState.READING or batch.file_key is None:
            raise WrongStateError(f"The import is {batch.state}.")
        with self.files.open(batch.file_key) as source:
            return self._importer().resumed(actor, batch, source, progress)

    def undo(self, actor: Actor, key: BatchId) -> Batch:
        """Take an import back; what other imports tell too stays.

        Raises:
            NotFoundError: There is no such import of yours.
            WrongStateError: It is undone already.
        """
        actor.must(Role.MEMBER)
        return self._importer().keeper.take_back(actor, key)

    def batch(self, actor: Actor, key: BatchId) -> Batch:
        """Return an import.

        Raises:
            NotFoundError: There is no such import of yours.
        """
        with self.units.view(actor) as unit:
            return unit.batches.get(key)

    def batches(
        self,
        actor: Actor,
        where: BatchFilter = ANY_BATCH,
        part: Part = FIRST,
    ) -> Page[Batch]:
        """Return a page of the imports, the newest first."""
        more = evolve(part, limit=part.limit + 1)
        with self.units.view(actor) as unit:
            return page_of(list(unit.batches.find(where, more)), part)

    def _importer(self) -> Importer:
        return Importer(
            keeper=Bookkeeper(
                units=self.units, now=self.now, files=self.files
            ),
            formats=self.formats,
            homes=Homes(self.known, self.admit),
        )
