"""Import reports: what became of every record of a file."""

from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen

from earntrack_core.earnings.model import BatchId
from earntrack_core.statements.batch import Counts
from earntrack_core.statements.model import (
    Check,
    Facts,
    Problem,
    Question,
    Skipped,
)


SHOWN: Final = 1_000
"""Problems and skipped records that a report lists one by one."""


@frozen(kw_only=True)
class ImportReport:
    """What became of every record of a file, and what the file adds up to.

    `counts.data_rows` = imported + duplicates + updated + skipped + errors,
    always. `totals` and `months` are what the file says, booked or not.
    """

    file_name: str
    facts: Facts
    counts: Counts
    row_kinds: Mapping[str, int]
    rows: int
    """How many rows the records had; a record may have several."""
    totals: Mapping[str, Any]
    months: Mapping[str, Any]
    hours: str | None = None
    skipped: tuple[Skipped, ...] = ()
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    checks: tuple[Check, ...] = ()
    questions: tuple[Question, ...] = ()
    """What must be answered before anything is booked."""
    batch_id: BatchId | None = None
    """None if nothing was booked: a preview, a question, strict errors."""
    repeats: BatchId | None = None
    """The earlier import of the very same file."""
