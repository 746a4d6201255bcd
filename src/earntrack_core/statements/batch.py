"""Batches: imports of one file each, and how far they got."""

from datetime import date
from enum import StrEnum
from typing import Any, Final

from attrs import field, frozen

from earntrack_core.earnings.model import BatchId
from earntrack_core.kernel.entity import Entity
from earntrack_core.kernel.texts import text_of
from earntrack_core.platforms.model import PlatformId


class BatchState(StrEnum):
    """How far an import got."""

    READING = "reading"
    """Some of its records are booked; it can go on where it stopped."""
    DONE = "done"
    UNDONE = "undone"


@frozen(kw_only=True)
class Counts:
    """What became of the data records of a file.

    data_rows = imported + duplicates + updated + skipped + errors.
    """

    data_rows: int = 0
    imported: int = 0
    duplicates: int = 0
    updated: int = 0
    skipped: int = 0
    errors: int = 0

    @property
    def conserved(self) -> bool:
        """Say whether every data record is accounted for."""
        return self.data_rows == (
            self.imported
            + self.duplicates
            + self.updated
            + self.skipped
            + self.errors
        )


NO_COUNTS: Final = Counts()


@frozen(kw_only=True)
class Batch(Entity):
    """An import of one file."""

    id: BatchId
    file_name: str = field(validator=text_of(1, 255))
    digest: str
    """SHA-256 of the file, in hex."""
    size: int
    format_id: str
    platform_key: str
    kind: str
    """A `StatementKind`."""
    platform_id: PlatformId | None = None
    """Where its earnings are booked; None for bank and time files."""
    account: str = ""
    file_key: str | None = None
    """Where the file is kept until the batch is done."""
    answers: dict[str, Any] = field(factory=dict)
    """What the user said about the file, as JSON."""
    exported_on: date | None = None
    state: BatchState = BatchState.READING
    offset: int = 0
    """How many items of the reading are booked."""
    counts: Counts = NO_COUNTS
    report: dict[str, Any] = field(factory=dict)
    """The import report, as JSON, once it is done."""


@frozen(kw_only=True)
class BatchFilter:
    """Which batches; an unset field does not narrow the choice."""

    digest: str | None = None
    state: BatchState | None = None
    platform_id: PlatformId | None = None

    def matches(self, batch: Batch) -> bool:
        """Say whether *batch* is one of them."""
        return (
            self.digest in {None, batch.digest}
            and self.state in {None, batch.state}
            and self.platform_id in {None, batch.platform_id}
        )
