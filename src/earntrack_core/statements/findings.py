"""What was found out about the records of a file, and their counts."""

from collections import Counter
from collections.abc import Sequence

from attrs import Factory, define

from earntrack_core.statements.batch import Counts
from earntrack_core.statements.model import (
    Check,
    Item,
    Problem,
    Record,
    Severity,
    Skipped,
)
from earntrack_core.statements.outcome import Judgement, Verdict
from earntrack_core.statements.report import SHOWN
from earntrack_core.statements.totals import Tally


@define
class Findings:
    """What was found out about the records so far."""

    tally: Tally
    counts: Counter[str] = Factory(Counter)
    skipped: list[Skipped] = Factory(list)
    errors: list[Problem] = Factory(list)
    warnings: list[Problem] = Factory(list)
    checks: list[Check] = Factory(list)

    def take(self, item: Item) -> Record | None:
        """Note an item; return it if it is a record to judge."""
        if isinstance(item, Record):
            if item.warnings:
                self._note(item.warnings)
            return item
        if isinstance(item, Problem):
            self._note((item,))
        elif isinstance(item, Skipped):
            self.skip(item)
        else:
            self.checks.append(item)
        return None

    def skip(self, skipped: Skipped) -> None:
        """Note a record that was left out on purpose."""
        self.counts["skipped"] += 1
        if len(self.skipped) < SHOWN:
            self.skipped.append(skipped)

    def judge(self, judgement: Judgement) -> None:
        """Note what became of a record."""
        verdict, problems = judgement
        if problems:
            self._note(problems)
        if verdict is not Verdict.ERROR:
            self.counts[verdict] += 1

    def _note(self, problems: Sequence[Problem]) -> None:
        """Note problems; each error stands for a record."""
        for problem in problems:
            error = problem.severity is Severity.ERROR
            self.counts["errors" if error else "warnings"] += 1
            shown = self.errors if error else self.warnings
            if len(shown) < SHOWN:
                shown.append(problem)

    def add_up(self, record: Record) -> None:
        """Add the rows of a record to the sums of the file."""
        self.tally.add(record.rows)

    def counted(self) -> Counts:
        """Return what became of the data records."""
        names = ("imported", "duplicates", "updated", "skipped", "errors")
        parts = {name: self.counts[name] for name in names}
        return Counts(data_rows=sum(parts.values()), **parts)

    def restore(self, counts: Counts) -> None:
        """Take over how often records were booked before a cut."""
        self.counts[Verdict.IMPORTED] = counts.imported
        self.counts[Verdict.UPDATED] = counts.updated
        self.counts[Verdict.DUPLICATE] = counts.duplicates
