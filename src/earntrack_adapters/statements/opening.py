"""One table on its way from bytes to a reading."""

from collections.abc import Generator
from contextlib import closing
from typing import BinaryIO

from attrs import field, frozen

from earntrack_adapters.statements.cells import (
    Cells,
    Row,
    capturing,
    cells_of,
)
from earntrack_adapters.statements.dates import DateFormat, compiled
from earntrack_adapters.statements.decoding import Encoding, opened
from earntrack_adapters.statements.findings import Findings, Survey, below
from earntrack_adapters.statements.header import Header, hidden_in
from earntrack_adapters.statements.money_columns import money_columns
from earntrack_adapters.statements.numbers import NumberEvidence
from earntrack_adapters.statements.order import OrderEvidence
from earntrack_adapters.statements.sources import (
    Span,
    file_currency,
    period_in_name,
    told,
)
from earntrack_adapters.statements.spec import Period, Spec
from earntrack_adapters.statements.table import Malformed, rows
from earntrack_core.statements.model import Answers, Limits


@frozen(kw_only=True)
class Opening:
    """One file on its way from bytes to a reading."""

    spec: Spec
    source: BinaryIO
    name: str
    encoding: Encoding
    header: Header
    answers: Answers
    limits: Limits
    headed: bool = True
    """False for tables without a header: their records begin at once."""
    decimal: str | None = None
    """The decimal mark, where the user has said it."""
    cells: Cells = field(init=False)

    def __attrs_post_init__(self) -> None:
        spec = self.spec
        cells = cells_of(self.header, spec.capture, spec.numbers.empty)
        object.__setattr__(self, "cells", cells)

    @property
    def needed(self) -> int:
        """How many cells a record must have for the spec's columns."""
        places = [at for at in self.header.columns.values() if at]
        return max((max(at) + 1 for at in places), default=0)

    def rows(self) -> Generator[tuple[int, Row] | Malformed, None, None]:
        """Yield the records below the header; the source stays open."""
        width, needed = self.header.width + 1, self.needed
        with opened(self.source, self.encoding) as text:
            found = rows(
                text,
                self.header.delimiter,
                self.limits,
                lambda cells: needed <= cells <= width,
            )
            if self.headed:
                yield from below(found, self.header.line)
            else:
                yield from found

    def survey(self) -> Findings:
        """Look at all records; twice if their numbers contradict."""
        findings = self._survey(thorough=False)
        if findings.numbers.contradictory:
            return self._survey(thorough=True)
        return findings

    def _survey(self, *, thorough: bool) -> Findings:
        spec, cells = self.spec, self.cells
        empty = frozenset(spec.numbers.empty)
        dates = (*spec.date.column, *spec.date.evidence)
        money = money_columns(spec, cells)
        captured = any(at > cells.nowhere for at in money)
        findings = Findings(
            OrderEvidence(formats_of(spec)),
            NumberEvidence(empty, thorough=thorough),
        )
        survey = Survey(
            spec=spec,
            cells=cells,
            findings=findings,
            money=money,
            dates=cells.there(dates),
            capturing=capturing(cells, spec.capture) if captured else None,
            needed=self.needed,
            limits=self.limits,
        )
        with closing(self.rows()) as found:
            return survey.run(found)

    def currency(self, findings: Findings) -> tuple[str | None, str]:
        """Return the currency that holds for the whole file, and why."""
        source = self.spec.currency
        if source is None:
            return None, ""
        code, why = file_currency(source, self.cells, findings.first)
        if code is not None:
            return code, why
        if source.constant is not None:
            return source.constant, "currency of the platform"
        answer = self.answers.currency
        return answer, "currency said by the user" if answer else ""

    def period(self) -> Span | None:
        """Return the period of rows without a day, if the format has any."""
        if self.spec.period == Period():
            return None
        return period_in_name(self.spec, self.name) or self.answers.period

    def zone(self) -> str | None:
        """Return the zone of the whole file."""
        zone, cells = self.spec.zone, self.cells
        if zone.heading is not None:
            for at in cells.all(zone.heading)[:1]:
                hidden = hidden_in(cells.header.cells[at], (zone.heading,))
                if hidden:
                    return hidden
        stated = told(zone.preamble, cells.header.preamble, "zone")
        return stated or zone.constant or self.answers.zone


def formats_of(spec: Spec) -> tuple[DateFormat, ...]:
    """Return the formats of a spec's dates, ready to read."""
    dates = spec.date
    return tuple(compiled(one, dates.language) for one in dates.formats)
