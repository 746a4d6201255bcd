"""One file on its way into the book, a chunk of records at a time.

Each chunk is one transaction: its lines, what they are booked as, and how
far the batch got. So an import that was cut off goes on where it stopped,
and nothing is booked twice or lost.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Final

from attrs import Factory, define, field

from earntrack_core.statements.batch import Batch, Counts
from earntrack_core.statements.booking import (
    Origin,
    line_of,
)
from earntrack_core.statements.keys import Keys
from earntrack_core.statements.line import Line
from earntrack_core.statements.model import (
    Check,
    Item,
    Problem,
    Reading,
    Record,
    Severity,
    Skipped,
)
from earntrack_core.statements.outcome import Outcome, Verdict
from earntrack_core.statements.ports import StatementsUnit
from earntrack_core.statements.report import SHOWN
from earntrack_core.statements.settle import Touched
from earntrack_core.statements.totals import Tally


CHUNK: Final = 2_000
"""Records of one transaction."""


@define
class Findings:
    """What was found out about the records so far."""

    tally: Tally
    counts: Counter[str] = Factory(Counter)
    skipped: list[Skipped] = Factory(list)
    errors: list[Problem] = Factory(list)
    warnings: list[Problem] = Factory(list)
    checks: list[Check] = Factory(list)

    def warn(self, problem: Problem) -> None:
        """Note something that costs no record."""
        self.counts["warnings"] += 1
        if len(self.warnings) < SHOWN:
            self.warnings.append(problem)

    def fail(self, problem: Problem) -> None:
        """Note a record that cannot be read or booked."""
        self.counts["errors"] += 1
        if len(self.errors) < SHOWN:
            self.errors.append(problem)

    def skip(self, skipped: Skipped) -> None:
        """Note a record that was left out on purpose."""
        self.counts["skipped"] += 1
        if len(self.skipped) < SHOWN:
            self.skipped.append(skipped)

    def take(self, item: Item) -> Record | None:
        """Note an item; return it if it is a record to book."""
        match item:
            case Record():
                for warning in item.warnings:
                    self.warn(warning)
                return item
            case Skipped():
                self.skip(item)
            case Problem(severity=Severity.ERROR):
                self.fail(item)
            case Problem():
                self.warn(item)
            case Check():
                self.checks.append(item)
        return None

    def add_up(self, record: Record) -> None:
        """Add the rows of a record to the sums of the file."""
        for row in record.rows:
            self.tally.add(row)

    def judge(self, verdict: Verdict, problems: Sequence[Problem]) -> None:
        """Note what became of a record."""
        for problem in problems:
            if problem.severity is Severity.ERROR:
                self.fail(problem)
            else:
                self.warn(problem)
        if verdict is not Verdict.ERROR:
            self.counts[verdict] += 1

    def counted(self) -> Counts:
        """Return what became of the data records."""
        names = ("imported", "duplicates", "updated", "skipped", "errors")
        parts = {name: self.counts[name] for name in names}
        return Counts(data_rows=sum(parts.values()), **parts)


@define
class Import:
    """A reading, and what it is booked for."""

    reading: Reading
    origin: Origin
    findings: Findings = field(init=False)
    first: date | None = field(default=None, init=False)
    last: date | None = field(default=None, init=False)
    offset: int = field(default=0, init=False)
    _keys: Keys = field(init=False)

    def __attrs_post_init__(self) -> None:
        facts = self.reading.facts
        self.findings = Findings(Tally(facts.kind))
        self._keys = Keys(facts)

    def chunks(self) -> Iterator[list[Item]]:
        """Yield the items of the reading, a chunk at a time."""
        while chunk := list(islice(self.reading.items, CHUNK)):
            yield chunk

    def weigh(self, unit: StatementsUnit, chunk: Sequence[Item]) -> Outcome:
        """Find out what booking a chunk does, and count it."""
        records = list(self.records(chunk))
        keys = [line.key for _, lines in records for line in lines]
        outcome = Outcome(self.origin, unit.lines.known(keys))
        for record, lines in records:
            verdict, problems = outcome.see(record, lines)
            if verdict is not Verdict.ERROR:
                self.findings.add_up(record)
            self.findings.judge(verdict, problems)
        return outcome

    def resume(self, batch: Batch) -> None:
        """Pass over what a batch booked before it was cut off."""
        while self.offset < batch.offset:
            most = min(CHUNK, batch.offset - self.offset)
            chunk = list(islice(self.reading.items, most))
            if not chunk:
                break
            for record, lines in self.records(chunk):
                self.findings.add_up(record)
                self.span(lines)
        counts = batch.counts
        self.findings.counts["imported"] = counts.imported
        self.findings.counts["updated"] = counts.updated
        self.findings.counts["duplicates"] = counts.duplicates

    def touched(self) -> Touched:
        """Return what the import may have changed."""
        facts = self.reading.facts
        return Touched(
            platform_id=self.origin.platform_id,
            platform_key=facts.platform,
            report=facts.report,
            first=self.first,
            last=self.last,
        )

    def records(
        self, chunk: Sequence[Item]
    ) -> Iterator[tuple[Record, list[Line]]]:
        """Yield the records of a chunk with their lines.

        A record that repeats an earlier one of the file is a duplicate.
        """
        for item in chunk:
            self.offset += 1
            record = self.findings.take(item)
            if record is None:
                continue
            keys, repeat = self._keys.of(record)
            if repeat:
                self.findings.judge(Verdict.DUPLICATE, ())
                continue
            yield (
                record,
                [
                    line_of(row, key, self.origin)
                    for row, key in zip(record.rows, keys, strict=True)
                ],
            )

    def span(self, lines: Sequence[Line]) -> None:
        """Take note of the days that lines are of."""
        days = [line.local_date for line in lines if line.local_date]
        if days:
            self.first = (
                min(days) if self.first is None else min(self.first, *days)
            )
            self.last = (
                max(days) if self.last is None else max(self.last, *days)
            )
