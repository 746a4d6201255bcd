"""What statements need from the outside."""

from collections.abc import Sequence
from typing import BinaryIO, Protocol

from earntrack_core.earnings.model import BatchId
from earntrack_core.earnings.ports import EarningsUnit
from earntrack_core.ports.storage import Repository
from earntrack_core.statements.batch import Batch, BatchFilter
from earntrack_core.statements.line import Line, LineFilter, LineId
from earntrack_core.statements.model import Answers, FileHead, Reading, Sniff


class StatementFormat(Protocol):
    """One kind of file, and how to read it.

    A format is pure: bytes go in, data comes out; it opens no file, asks no
    clock and no network.
    """

    @property
    def format_id(self) -> str:
        """Stable id, `platform.report`, third parties prefix theirs."""
        ...

    @property
    def platform(self) -> str:
        """Key of the platform whose files these are."""
        ...

    @property
    def label(self) -> str:
        """What the platform calls this export."""
        ...

    @property
    def verified(self) -> str:
        """real-sample, header-seen, docs or unverified."""
        ...

    def sniff(self, head: FileHead) -> Sniff | None:
        """Say how sure it is that the file is of this format; never raise."""
        ...

    def read(
        self, source: BinaryIO, head: FileHead, answers: Answers
    ) -> Reading:
        """Open a seekable *source* and stream what it says.

        Raises:
            StatementError: The file as a whole cannot be read.
        """
        ...


class Lines(Protocol):
    """Where the imported lines of a workspace are kept."""

    def known(self, keys: Sequence[str]) -> dict[str, Line]:
        """Return the lines that exist, by their key."""
        ...

    def find(
        self, where: LineFilter, after: LineId | None = None, limit: int = 500
    ) -> Sequence[Line]:
        """Return the lines that match, by id, the oldest first."""
        ...

    def add_all(self, lines: Sequence[Line]) -> None:
        """Store new lines, each claimed by its batch.

        Raises:
            DuplicateError: A key is stored already.
        """
        ...

    def replace_all(self, lines: Sequence[Line]) -> None:
        """Store lines anew; claims stay as they are."""
        ...

    def keep(self, lines: Sequence[Line]) -> None:
        """Keep what `line.batch_id` says of each line, and claim it.

        That is beside what the line says now, for the day when the batch
        that said so is undone. What the batch said before is forgotten.
        """
        ...

    def kept(self, keys: Sequence[LineId]) -> dict[LineId, Sequence[Line]]:
        """Return what was kept of the lines by batches that claim them.

        In no order; lines of which nothing was kept are left out.
        """
        ...

    def unclaim(self, batch_id: BatchId, limit: int) -> Sequence[Line]:
        """Drop up to *limit* claims of a batch and return their lines.

        What the batch said of them is forgotten.
        """
        ...

    def claimed(self, keys: Sequence[LineId]) -> dict[LineId, BatchId]:
        """Return those of the lines that a batch claims, with the latest."""
        ...

    def remove_all(self, keys: Sequence[LineId]) -> None:
        """Forget lines, with their claims."""
        ...


class Batches(Repository[Batch, BatchId, BatchFilter], Protocol):
    """Where imports are kept."""


class StatementsUnit(EarningsUnit, Protocol):
    """What a transaction on statements can reach."""

    @property
    def lines(self) -> Lines:
        """The workspace's imported lines."""
        ...

    @property
    def batches(self) -> Batches:
        """The workspace's imports."""
        ...
