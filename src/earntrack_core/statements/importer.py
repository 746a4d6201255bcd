"""Imports from their first byte to their report."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO, Final
from uuid import UUID

from attrs import evolve, field, frozen

from earntrack_core.earnings.model import BatchId
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.entity import stamp
from earntrack_core.kernel.errors import UnavailableError
from earntrack_core.kernel.ids import uuid7
from earntrack_core.kernel.paging import Part
from earntrack_core.platforms.model import PlatformId
from earntrack_core.statements.answers import (
    answers_from,
    answers_to,
    sane_answers,
)
from earntrack_core.statements.batch import Batch, BatchFilter, BatchState
from earntrack_core.statements.bookkeeping import (
    LOCK,
    Bookkeeper,
    Progress,
    book_of,
    file_key,
    unheard,
)
from earntrack_core.statements.homes import Homes, needs_home
from earntrack_core.statements.importing import Import
from earntrack_core.statements.model import Answers, Facts, Reading
from earntrack_core.statements.ports import StatementFormat
from earntrack_core.statements.recognition import chosen, head_of
from earntrack_core.statements.report import ImportReport
from earntrack_core.statements.reporting import report_of
from earntrack_core.statements.writing import Origin


BLOCK: Final = 1 << 20
ONE: Final = Part(limit=1)
STANDING: Final = (BatchState.READING, BatchState.DONE)
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


@frozen(kw_only=True)
class Order:
    """What the user wants done with a file."""

    name: str
    answers: Answers = field(factory=Answers, validator=sane_answers)
    format_id: str | None = None
    platform_id: PlatformId | None = None
    """Where to book it; else the platform with the key of the format."""
    strict: bool = False
    """All of it or nothing: one bad record, and nothing is booked."""
    force: bool = False
    """Read the very same file again."""
    progress: Progress = unheard


def order_of(batch: Batch, progress: Progress = unheard) -> Order:
    """Return the order that a batch carries out."""
    return Order(
        name=batch.file_name,
        answers=answers_from(batch.answers),
        format_id=batch.format_id,
        platform_id=batch.platform_id,
        progress=progress,
    )


def carries_out(batch: Batch, order: Order) -> bool:
    """Say whether going on with a batch does what an order asks for."""
    return (
        not order.strict
        and answers_to(order.answers) == batch.answers
        and order.format_id in {None, batch.format_id}
        and order.platform_id in {None, batch.platform_id}
    )


@frozen(kw_only=True)
class Importer:
    """What imports need, and the steps they are made of."""

    keeper: Bookkeeper
    formats: Sequence[StatementFormat]
    homes: Homes

    def reading(self, source: BinaryIO, order: Order) -> Reading:
        """Open a file with the format that claims it.

        Raises:
            StatementError: No format does, or it cannot be read.
        """
        head = head_of(order.name, source)
        one = chosen(self.formats, head, order.answers, order.format_id)
        source.seek(0)
        return one.read(source, head, order.answers)

    def earlier(self, actor: Actor, digest: str) -> Batch | None:
        """Return the import of the very same file that still stands."""
        with self.keeper.units.view(actor) as unit:
            for state in STANDING:
                where = BatchFilter(digest=digest, state=state)
                for found in unit.batches.find(where, ONE):
                    return found
        return None

    def weighed(
        self, actor: Actor, source: BinaryIO, order: Order
    ) -> ImportReport:
        """Return what importing a file would do, and do nothing.

        Raises:
            StatementError: No format claims it, or it cannot be read.
        """
        return self._weighed(actor, self.reading(source, order), order)

    def _weighed(
        self, actor: Actor, reading: Reading, order: Order
    ) -> ImportReport:
        facts = reading.facts
        books = needs_home(facts) and not reading.questions
        origin = Origin(
            book=book_of(actor, self.keeper.now()),
            batch_id=NO_BATCH,
            facts=facts,
            platform_id=NO_PLATFORM if books else None,
        )
        work = Import(reading, origin, preview=True)
        for chunk in work.chunks():
            with self.keeper.units.view(actor) as unit:
                work.weigh(unit, chunk)
            order.progress(work.offset)
        return report_of(order.name, work)

    def booked(
        self, actor: Actor, source: BinaryIO, order: Order, digest: str
    ) -> ImportReport:
        """Import a file, unless something must be asked first.

        Raises:
            StatementError: No format claims it, or it cannot be read.
            PlanLimitError: It is of one platform more than the plan has.
            NotFoundError: The wanted platform is not one of the actor's.
        """
        files, name = self.keeper.files, file_key(actor, digest)
        with ExitStack() as otherwise:
            otherwise.callback(files.remove, name)
            source.seek(0)
            size = files.save(name, source)
            reading = self.reading(source, order)
            if reading.questions:
                return self._weighed(actor, reading, order)
            facts = reading.facts
            batch = evolve(
                _batch(actor, facts, order, self.keeper.now()),
                digest=digest,
                size=size,
                file_key=name,
            )
            try:
                batch = self._begun(actor, batch, facts, order.platform_id)
            except UnavailableError:  # it may be stored all the same
                otherwise.pop_all()
                raise
            otherwise.pop_all()
        return self.keeper.go_on(actor, batch, reading, order.progress)

    def _begun(
        self,
        actor: Actor,
        batch: Batch,
        facts: Facts,
        wanted: PlatformId | None,
    ) -> Batch:
        """Store that an import has begun."""
        with self.keeper.units.begin(actor) as unit:
            unit.lock(LOCK)
            if needs_home(facts):
                if wanted is None:
                    home = self.homes.home(unit, actor, facts.platform, batch)
                else:
                    home = unit.platforms.get(wanted)
                batch = evolve(batch, platform_id=home.id)
            unit.batches.add(batch)
        return batch

    def resumed(
        self,
        actor: Actor,
        batch: Batch,
        source: BinaryIO,
        progress: Progress = unheard,
    ) -> ImportReport:
        """Book a file from where its batch stopped to its end."""
        reading = self.reading(source, order_of(batch))
        return self.keeper.go_on(actor, batch, reading, progress)


def _batch(actor: Actor, facts: Facts, order: Order, now: datetime) -> Batch:
    """Return an import that has just begun, of a file not stored yet."""
    return Batch(
        **stamp(actor.workspace_id, now),
        id=BatchId(uuid7(now)),
        file_name=order.name,
        digest="",
        size=0,
        format_id=facts.format_id,
        platform_key=facts.platform,
        kind=facts.kind,
        account=facts.account,
        answers=answers_to(order.answers),
        exported_on=facts.exported_on,
    )
