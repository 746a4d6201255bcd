"""One file on its way into the book, a chunk of records at a time.

Each chunk is one transaction: its lines, what they are booked as, and how
far the batch got. So an import that was cut off goes on where it stopped,
and nothing is booked twice or lost.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from attrs import Factory, define, field

from earntrack_core.statements.findings import Findings
from earntrack_core.statements.keys import Keys
from earntrack_core.statements.line import Line
from earntrack_core.statements.model import (
    Item,
    Reading,
    Record,
    Skipped,
)
from earntrack_core.statements.outcome import (
    REPEATED,
    Judgement,
    Outcome,
    Verdict,
)
from earntrack_core.statements.ports import StatementsUnit
from earntrack_core.statements.totals import Tally
from earntrack_core.statements.touched import Touched
from earntrack_core.statements.writing import Origin, Write, line_writer


CHUNK: Final = 2_000
"""Records of one transaction."""

Lined = tuple[Record, list[Line]]


@define
class Import:
    """A reading on its way into the book, or past it in a preview."""

    reading: Reading
    origin: Origin
    preview: bool = False
    findings: Findings = field(init=False)
    touched: Touched = field(init=False)
    offset: int = field(default=0, init=False)
    """How many items of the reading were seen."""
    _write: Write = field(init=False)
    _keys: Keys = field(init=False)
    _seen: set[int] = field(default=Factory(set), init=False)
    """Which records with an id the file had, by the hashes of their keys."""
    _verdict: Verdict = field(default=Verdict.IMPORTED, init=False)

    def __attrs_post_init__(self) -> None:
        facts = self.reading.facts
        self.findings = Findings(Tally(facts.kind))
        self.touched = Touched(self.origin.platform_id)
        self._write = line_writer(self.origin)
        self._keys = Keys(facts)

    def chunks(self, until: int | None = None) -> Iterator[list[Item]]:
        """Yield the items of the reading, a chunk at a time.

        Up to so many items from the beginning; all, if that is not said.
        """
        while True:
            most = CHUNK if until is None else min(CHUNK, until - self.offset)
            chunk = list(islice(self.reading.items, most))
            if not chunk:
                return
            yield chunk

    def weigh(self, unit: StatementsUnit, chunk: Sequence[Item]) -> Outcome:
        """Find out what booking a chunk does, and count it."""
        records = self._lined(chunk)
        keys = [line.key for _, lines in records for line in lines]
        origin = self.origin
        known = unit.lines.known(keys)
        outcome = Outcome(origin.batch_id, origin.book, known)
        for record, lines in records:
            self._weigh(record, lines, outcome)
        self.touched.see([line for _, lines in records for line in lines])
        self.touched.see([one.before for one in outcome.rewritten])
        self.offset += len(chunk)
        return outcome

    def _lined(self, chunk: Sequence[Item]) -> list[Lined]:
        """Return the records of a chunk with their lines."""
        found = []
        for item in chunk:
            record = self.findings.take(item)
            if record is not None:
                rows = record.rows
                lines = list(map(self._write, rows, self._keys.of(rows)))
                found.append((record, lines))
        return found

    def _weigh(
        self, record: Record, lines: list[Line], outcome: Outcome
    ) -> None:
        """Judge a record and count it, among the sums of the file too.

        What the file said before, by an id, is not added up again.
        """
        if not lines:
            self._follow(record)
            return
        own = [
            hash(line.key)
            for row, line in zip(record.rows, lines, strict=True)
            if row.exact or row.summary
        ]
        repeated = bool(own) and self._seen.issuperset(own)
        judgement = self._judged(lines, outcome, repeated=repeated)
        self._verdict = judgement[0]
        self.findings.judge(judgement)
        if self._verdict is not Verdict.ERROR:
            self._seen.update(own)
            if not repeated:
                self.findings.add_up(record)

    def _judged(
        self, lines: list[Line], outcome: Outcome, *, repeated: bool
    ) -> Judgement:
        known = outcome.known
        if (
            self.preview
            and repeated
            and not any(line.key in known for line in lines)
        ):
            return REPEATED
        return outcome.see(lines)

    def _follow(self, record: Record) -> None:
        """Count a record that is a part of the one before."""
        if self._verdict is Verdict.ERROR:
            reason = "part of a record with an error"
            self.findings.skip(Skipped(line=record.line, reason=reason))
        else:
            self.findings.judge((self._verdict, ()))
